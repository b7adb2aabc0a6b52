/* crd_review.h: how the parts of a CRD's own validation call each other.  Internal to
 * the crd files. */
#ifndef PLIMSOLL_CRD_REVIEW_H
#define PLIMSOLL_CRD_REVIEW_H

#include "schema/crd_shape.h"
#include "schema/re2.h"
#include "schema/validation/validation.h"

/* ---- crd_conversion.c ---- */
void crd_validate_conversion(Validation *v, Field conversion);

/* ---- crd_structural.c ---- */
/* Whether nothing stands in the schema that a structural one cannot hold. */
bool crd_is_convertible(const CrdShape *root);
void crd_validate_structural(Validation *v, const CrdShape *root);

/* ---- crd_openapi.c ---- */
/* One version's schema, or that of all: status is whether it has that subresource. */
void crd_validate_schema(Validation *v, Field validation, const CrdShape *root, bool status);
/* The schema that a path such as .spec.level leads to, or NULL; with brackets, too,
 * where they are allowed. */
const CrdShape *crd_follow_path(const CrdShape *root, Str path, bool brackets);

/* ---- crd_defaults.c ---- */
/* Holds each default against its own schema. */
void crd_validate_defaults(Validation *v, const CrdShape *root);

#endif
