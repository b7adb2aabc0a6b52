/* All rules of this room, made from the names of the files in rules/: adding a rule
 * edits nothing else. */
#include "checks/checks.h"

#define RULE(name) extern const Rule rule_##name;
#define OBJECT_RULE(name)
#include "rules.inc"
#undef RULE

const Rule *const checks_rules[] = {
#define RULE(name) &rule_##name,
#include "rules.inc"
#undef RULE
#undef OBJECT_RULE
};

/* Asked for each object: without those that have nothing to say there. */
const Rule *const checks_object_rules[] = {
#define RULE(name)
#define OBJECT_RULE(name) &rule_##name,
#include "rules.inc"
#undef RULE
#undef OBJECT_RULE
    NULL,
};

const size_t checks_rule_count = BASE_COUNT(checks_rules);
