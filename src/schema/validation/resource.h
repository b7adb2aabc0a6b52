/* resource.h: what the files of resource.k8s.io share.  Named after
 * pkg/apis/resource/validation. */
#ifndef PLIMSOLL_SCHEMA_VALIDATION_RESOURCE_H
#define PLIMSOLL_SCHEMA_VALIDATION_RESOURCE_H

#include "schema/validation/core.h"
#include "schema/validation/core_parts.h"

enum { RESOURCE_DRIVER_MOST = 63, RESOURCE_ID_MOST = 32, RESOURCE_LIST_MOST = 32 };

/* ---- resource_names.c ---- */
/* Each reports at `field` what is wrong with a text that stands there; where `as` is not
 * FIELD_NONE the server names that place instead, as it does for the keys of maps. */
void validate_device_label(Validation *v, Field field, Str name, Field as);
void validate_pool_name(Validation *v, Field field);
/* validateQualifiedName: a C identifier, perhaps with a domain before it. */
void validate_device_qualified_name(Validation *v, Field field, Str name, Field as);
/* validateFullyQualifiedName: with a domain. */
void validate_device_fully_qualified_name(Validation *v, Field field);
/* Whether a list is short enough; what it says of a longer one is all that it says. */
bool validate_list_length(Validation *v, Field list, uint32_t most);
/* Duplicates among the texts of a list, or of that field of its items. */
#define RESOURCE_ITEM_ITSELF ((NameId)-1)
void validate_unique_texts(Validation *v, Field list, NameId key);
/* validateDeviceTaint */
void validate_device_taint(Validation *v, Field taint);

/* ---- resource_capacity.c ---- */
/* validateRequestPolicy, for a capacity of that size. */
void validate_request_policy(Validation *v, Field capacity);

/* ---- resource_claim.c ---- */
/* An expression that is not compiled here: too long is all that can be said of it. */
void validate_device_selectors(Validation *v, Field selectors);
void validate_device_configuration(Validation *v, Field config);

#endif
