/* All rules of this room, made from the names of the files in rules/: adding a rule
 * edits nothing else. */
#include "checks/checks.h"

#define RULE(name) extern const Rule rule_##name;
#include "rules.inc"
#undef RULE

const Rule *const checks_rules[] = {
#define RULE(name) &rule_##name,
#include "rules.inc"
#undef RULE
};

const size_t checks_rule_count = BASE_COUNT(checks_rules);
