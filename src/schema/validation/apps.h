/* apps.h: what the workloads of apps share with each other, with batch and with
 * policy.  Named after pkg/apis/apps/validation. */
#ifndef PLIMSOLL_SCHEMA_VALIDATION_APPS_H
#define PLIMSOLL_SCHEMA_VALIDATION_APPS_H

#include "schema/validation/core.h"
#include "schema/validation/core_parts.h"

/* ---- apps_parts.c ---- */

/* ValidatePositiveIntOrPercent: a number of 0 or more, or "25%". */
void validate_positive_int_or_percent(Validation *v, Field field);
/* IsNotMoreThan100Percent */
void validate_not_more_than_100_percent(Validation *v, Field field);
/* getIntOrPercentValue; fallback, the default, where nothing is given. */
int64_t int_or_percent_value(const Validation *v, Field field, int64_t fallback);

/* Whether a selector asks for anything. */
bool selector_selects(const Validation *v, Field selector);
/* Whether it is some fine labels and nothing else, which the template begins its own with, as nearly
 * always: then nothing is wrong with it. */
bool selector_is_plain(const Validation *v, Field selector, Field template);
/* The selector of a Deployment, ReplicaSet or StatefulSet: strict, and not empty, and the
 * template's labels match it.  That there is one is a row.  Returns whether it can be understood
 * at all. */
bool validate_workload_selector(Validation *v, Field selector, Field template);
/* The last of that alone. */
void validate_template_labels(Validation *v, Field selector, Field template);
/* Pods that a controller keeps up have to restart, and may not end by themselves. */
void validate_lasting_template(Validation *v, Field template, const char *kind);
/* The server's warning about a name that Pods cannot take over as it is. */
void warn_of_name_in_pods(Validation *v, Field meta);

#endif
