/* The rules of the gate itself: what is wrong with how findings are kept quiet.  Their
 * origin is advice, since no object is the worse for them. */
#include "cli/options.h"

const RuleInfo rule_invalid_suppression = {
    .id = "invalid-suppression",
    .origin = ORIGIN_ADVICE,
    .severity = SEVERITY_ERROR,
    .summary = "A comment or annotation that shall keep a finding quiet and is not understood",
    .why = "A mistake in a suppression must not silence anything, and must not look as if it did: "
           "a rule's name that is misspelt, a word behind \"plimsoll:\" that means nothing, no "
           "reason where the configuration demands one. What is wrong with it silences nothing; "
           "other rules that the same comment names are kept quiet all the same.",
    .fix = "Write `# plimsoll: ignore RULE reason`; docs/suppression.md has the other forms. This "
           "rule itself cannot be suppressed.",
};

const RuleInfo rule_unused_suppression = {
    .id = "unused-suppression",
    .origin = ORIGIN_ADVICE,
    .severity = SEVERITY_WARNING,
    .summary = "A suppression that keeps nothing quiet",
    .why = "What it was written for is mended, or stands on another line: it would hide the next "
           "mistake there. Suppressions of a rule that is off are not judged, nor are those that "
           "were written for other tools. Those of the configuration are judged only where its "
           "whole folder is checked.",
    .fix = "Remove it. Where it was meant for a finding that is still reported, put it at that "
           "finding's line or the line above.",
};

const RuleInfo rule_stale_baseline = {
    .id = "stale-baseline",
    .origin = ORIGIN_ADVICE,
    .severity = SEVERITY_INFO,
    .summary = "An entry of the baseline that is no longer found",
    .why = "What the baseline remembers is mended, or stands in files that were not checked. As "
           "long as the entry is there, the same mistake may come back without a word.",
    .fix = "Check everything that the baseline was written for, with `--write-baseline` and the "
           "file's name: it is written anew, without what is mended.",
};

const RuleInfo *const cli_rules[] = {&rule_invalid_suppression, &rule_unused_suppression,
                                     &rule_stale_baseline};
const size_t cli_rule_count = BASE_COUNT(cli_rules);
