/* value.h: scalars as Go's decoders of the Kubernetes API read them.  Each function
 * answers whether that decoder would take the text. */
#ifndef PLIMSOLL_SCHEMA_VALUE_H
#define PLIMSOLL_SCHEMA_VALUE_H

#include "base/base.h"

/* resource.ParseQuantity on what stands in the JSON: blanks around it are dropped. */
bool value_is_quantity(Str text);
/* time.Parse with time.RFC3339, as metav1.Time does. */
bool value_is_time(Str text);
/* The same with exactly six digits of a second's fraction: metav1.MicroTime. */
bool value_is_micro_time(Str text);
/* time.ParseDuration: "1h30m", "-1.5s", "0". */
bool value_is_duration(Str text);
/* encoding/base64's StdEncoding: padded, line breaks allowed anywhere. */
bool value_is_base64(Str text);

#endif
