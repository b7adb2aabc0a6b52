/* json_text.h: JSON within texts: a Secret's docker configuration, annotations of
 * Nodes.  Whether encoding/json would take it, and a look at one value of it.  Nothing is
 * allocated; a value is a slice of the text. */
#ifndef PLIMSOLL_SCHEMA_VALIDATION_JSON_TEXT_H
#define PLIMSOLL_SCHEMA_VALIDATION_JSON_TEXT_H

#include "base/base.h"

/* The whole text is one value: any; an object or null; an array or null. */
bool json_text_is_valid(Str text);
bool json_text_is_object(Str text);
bool json_text_is_array(Str text);
/* Of a valid text: the value under a key (the last one of that name; case does not
 * matter), or the item of that index.  False where there is none. */
bool json_text_member(Str object, const char *key, Str *value);
bool json_text_item(Str array, uint32_t index, Str *value);
/* The bytes between the quotes of a string, as they stand; empty for anything else. */
Str json_text_string(Str value);

#endif
