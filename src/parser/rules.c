/* rules: what this room can find, as its readers know it. */
#include "parser/build.h"

const RuleInfo rule_yaml_syntax = {
    .id = "yaml-syntax",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_ERROR,
    .summary = "the text is neither YAML nor JSON to kubectl's reader",
    .why = "kubectl turns YAML into JSON before a server sees it, with sigs.k8s.io/yaml. What that "
           "reader refuses never leaves the machine. The other documents of the file are still "
           "checked, although kubectl itself stops at the first that it cannot read.",
    .fix = "Look at the place itself and the line above it: mostly it is a tab, a colon without a "
           "space behind it, an unbalanced quote or an indentation that changed.",
};

const RuleInfo rule_yaml_not_json = {
    .id = "yaml-not-json",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_ERROR,
    .summary = "valid YAML that cannot be written as JSON",
    .why = "A server reads JSON, so kubectl refuses what JSON cannot say: a mapping, a list or null "
           "as a key, an infinity, a tag that does not fit its value, a << whose value is no "
           "mapping. An unrendered template ({{ … }}) is a mapping as a key.",
    .fix = "Quote the value, or write a plain mapping with text as keys. A template has to be "
           "rendered first: helm template | plimsoll check -.",
};

const RuleInfo rule_yaml_duplicate_key = {
    .id = "yaml-duplicate-key",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_ERROR,
    .summary = "a mapping holds the same key twice",
    .why = "kubectl keeps the last value and drops the others without a word; strict readers (the "
           "server's for YAML, kustomize, most libraries) refuse. Either way the dropped value was "
           "written in vain. Keys are compared as JSON has them: on and \"true\" are the same. What "
           "comes in through a merge (<<) may be replaced.",
    .fix = "Keep one of the two and remove the other; what is in both has to be merged by hand.",
};

const RuleInfo rule_yaml_encoding = {
    .id = "yaml-encoding",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_ERROR,
    .summary = "bytes that are no UTF-8, or characters that YAML forbids",
    .why = "kubectl puts U+FFFD in the place of each byte that is no UTF-8, so that a value is sent "
           "changed; in a comment that does no harm and is a warning. Control characters are "
           "refused.",
    .fix = "Save the file as UTF-8, and remove control characters.",
};

const RuleInfo rule_yaml_depth = {
    .id = "yaml-depth",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_ERROR,
    .summary = "collections are nested too deep",
    .why = "plimsoll reads 512 levels, kubectl and the server 10,000. No kind of Kubernetes needs "
           "more than a few dozen.",
    .fix = "Make the document flatter; a text of its own (a block scalar) may hold what is nested "
           "deeper.",
};

const RuleInfo rule_yaml_too_large = {
    .id = "yaml-too-large",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_ERROR,
    .summary = "a document is larger than plimsoll reads",
    .why = "A document may have 1 GiB and 50 million nodes, aliases written out. A server takes 3 MiB.",
    .fix = "Split the document.",
};

const RuleInfo rule_yaml_alias_bomb = {
    .id = "yaml-alias-bomb",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_ERROR,
    .summary = "aliases make the document many times larger than its text",
    .why = "A few lines of aliases that hold aliases can grow to gigabytes. kubectl's reader refuses "
           "a document of which too large a part comes from aliases (from 99 % of a small one to "
           "10 % of one with millions of nodes); the same rule is applied here.",
    .fix = "Write out what the aliases repeat, or repeat less.",
};

const RuleInfo rule_yaml_lost_text = {
    .id = "yaml-lost-text",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_ERROR,
    .summary = "text that kubectl never reads",
    .why = "kubectl cuts a file at its --- lines and reads one document from each part. Text behind "
           "a line of ..., or behind a value that is complete, belongs to no document: it is "
           "dropped without a word.",
    .fix = "Put --- before the text if it is a document of its own, indent it if it belongs to "
           "the value, or remove it.",
};

const RuleInfo rule_yaml_ambiguous = {
    .id = "yaml-ambiguous",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_WARNING,
    .summary = "readers of YAML 1.1 and YAML 1.2 understand a value differently",
    .why = "kubectl's reader follows YAML 1.1: on, y and no are booleans, 012 is ten, 1_000 is a "
           "thousand. YAML 1.2 readers (editors, yq, most young libraries) read text and other "
           "numbers there; PyYAML reads 12:30 as 750. Quotes, or the plain way of writing, say the "
           "same to all. Octal file modes (defaultMode: 0644) are an info, since every manifest "
           "writes them so.",
    .fix = "Quote the value if it is meant as text; else write it as both versions read it (true, "
           "10, 1000).",
};

#define RULE_ADDRESS(name) &rule_##name,
const RuleInfo *const parser_rules[] = {YAML_RULES(RULE_ADDRESS)};
const size_t parser_rule_count = BASE_COUNT(parser_rules);
