/* admission.h: what webhooks and admission policies share: the rules that say which
 * requests they see, and their match conditions. */
#ifndef PLIMSOLL_SCHEMA_VALIDATION_ADMISSION_H
#define PLIMSOLL_SCHEMA_VALIDATION_ADMISSION_H

#include "schema/validation/core_parts.h"

/* hasWildcard: whether one of a list's texts is that word. */
bool list_has(const Validation *v, Field list, const char *word);
/* validateRuleWithOperations */
void validate_rule_with_operations(Validation *v, Field rule);
/* validateMatchConditions; the expressions may name these variables. */
void validate_match_conditions(Validation *v, Field conditions, const char *const variables[]);
/* A text that has to hold more than white space; false where it does not. */
bool validate_not_blank(Validation *v, Field field);

/* An expression that must be given, of these variables; it is counted as not evaluated. */
void validate_expression(Validation *v, Field expression, const char *const variables[]);
/* ValidateStaticSuffix, of the object's name. */
void validate_static_suffix(Validation *v);

#endif
