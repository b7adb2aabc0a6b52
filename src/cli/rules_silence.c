/* The ways to keep a rule quiet, each with the text to write: one table for `plimsoll rules
 * explain` and for the pages under docs/rules. */
#include "cli/options.h"

enum { ALWAYS = 1, IN_MANIFESTS = 2, IN_CONFIGURATION = 4 };

static const struct {
    unsigned where;   /* for which rules */
    const char *what;
    const char *text; /* ID stands for the rule's */
} WAYS[] = {
    {IN_MANIFESTS, "At a line, by a comment there or above it",
     "# plimsoll: ignore ID the reason\n"},
    {IN_MANIFESTS, "Of an object, or of the whole file, by a comment in it",
     "# plimsoll: ignore-object ID the reason\n# plimsoll: ignore-file ID the reason\n"},
    {IN_MANIFESTS, "Of an object, or of what its Pod template holds, by an annotation there",
     "metadata:\n  annotations:\n    plimsoll.dev/ignore: \"ID: the reason\"\n"},
    {IN_CONFIGURATION, "In some files, of some kinds, namespaces, names or fields, in .plimsoll.yaml",
     "suppress:\n  - rule: ID\n    path: legacy/\n    reason: the reason\n"},
    {ALWAYS, "Everywhere, in .plimsoll.yaml", "rules:\n  ID: off\n"},
    {ALWAYS, "In one run", "plimsoll check --severity ID=off PATH...\n"},
};

/* Of a document that cannot be read, comments and annotations are not read either; those of
 * a baseline's file are no comments of ours. */
static const char *const ELSEWHERE[] = {
    "stale-baseline", "yaml-alias-bomb", "yaml-depth",     "yaml-encoding",
    "yaml-not-json",  "yaml-syntax",     "yaml-too-large",
};

static unsigned ways_of(const RuleInfo *rule)
{
    if (rule == &rule_invalid_suppression)
        return ALWAYS;
    for (size_t i = 0; i < BASE_COUNT(ELSEWHERE); i++)
        if (str_is(str_of(ELSEWHERE[i]), rule->id))
            return ALWAYS | IN_CONFIGURATION;
    return ALWAYS | IN_MANIFESTS | IN_CONFIGURATION;
}

const char *rules_silence(const RuleInfo *rule, size_t i, Buf *text)
{
    for (size_t way = 0; way < BASE_COUNT(WAYS); way++) {
        if (!(WAYS[way].where & ways_of(rule)) || i--)
            continue;
        text->len = 0;
        for (Str rest = str_of(WAYS[way].text); rest.len;) {
            bool id = str_starts(rest, STR("ID"));
            size_t length = id ? 2 : 1;
            buf_str(text, id ? str_of(rule->id) : str_slice(rest.ptr, length));
            rest = str_slice(rest.ptr + length, rest.len - length);
        }
        return WAYS[way].what;
    }
    return NULL;
}
