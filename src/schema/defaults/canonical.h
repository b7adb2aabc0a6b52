/* canonical.h: scalars in the form in which Go writes them.  Each takes a text that its
 * decoder takes, and gives any other back as it is. */
#ifndef PLIMSOLL_SCHEMA_DEFAULTS_CANONICAL_H
#define PLIMSOLL_SCHEMA_DEFAULTS_CANONICAL_H

#include "base/base.h"

/* resource.Quantity: 1000m is 1, 0.5Gi is 512Mi. */
Str canonical_quantity(Str text, Arena *arena);
/* The same rounded up to thousandths: SetDefaults_ResourceList. */
Str canonical_milli_quantity(Str text, Arena *arena);
/* Of two amounts: their sum, in the first one's form; which is more (-1, 0, 1). */
Str canonical_sum(Str a, Str b, Arena *arena);
int canonical_compare(Str a, Str b);
/* metav1.Time in UTC and whole seconds; metav1.MicroTime with six digits. */
Str canonical_time(Str text, bool micro, Arena *arena);
/* base64 without line breaks, and without bits that no byte takes. */
Str canonical_bytes(Str text, Arena *arena);
/* base64 of bytes. */
Str canonical_base64(Str bytes, Arena *arena);

#endif
