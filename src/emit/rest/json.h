/* json: what servers and credential plugins answer, behind a few questions.  The library
 * that reads it stays in json.c.
 *
 * Ownership: rest_json_read's value is freed with rest_json_free; what is asked of it is borrowed.
 * Errors: a question that the answer does not fit gets NULL, the empty text or the number
 * that was given for that. */
#ifndef PLIMSOLL_REST_JSON_H
#define PLIMSOLL_REST_JSON_H

#include "base/base.h"

typedef struct Json Json;

Json *rest_json_read(Str text); /* NULL where it is no JSON, or nested too deep */
void rest_json_free(Json *json);
const Json *rest_json_get(const Json *object, const char *key); /* NULL: absent, or no object */
/* The same along keys parted by dots: "metadata.resourceVersion". */
const Json *rest_json_path(const Json *object, const char *keys);
Str rest_json_text(const Json *value);                 /* "" where it is no string */
Str rest_json_path_text(const Json *object, const char *keys);
int64_t rest_json_number(const Json *value, int64_t otherwise);
bool rest_json_is_yes(const Json *value);
size_t rest_json_count(const Json *array);
const Json *rest_json_at(const Json *array, size_t index);
/* The members of an object, one after the other: *at starts as NULL.  False behind the last. */
bool rest_json_next(const Json *object, void **at, Str *key, const Json **value);
/* The condition of this type in an object's status; NULL: there is none. */
const Json *rest_json_condition(const Json *live, const char *type);
void rest_json_write(const Json *value, Buf *out); /* with its keys in their order */
/* An item of a list as a line of its own: with its apiVersion and kind, without
 * managedFields; without the values of its data, too, where only the keys are wanted. */
void rest_json_line(const Json *item, Str api_version, Str kind, bool keys_only, Buf *out);
/* Hashes of all that an object says but its kind, whatever the order of its keys, or 0 where
 * it does not tell managers; and of its content: without what every write changes
 * (managedFields, resourceVersion, generation), which is taken out of the object. */
void rest_json_digests(Json *object, uint64_t *whole, uint64_t *content);

/* ---- managers.c ---- */
/* Whether kubectl's client-side apply owns fields of the object; then `names` gets its
 * managers, a line each, and `patch` the JSON patch that gives the fields to `manager`
 * where nobody has written the object since.  Changes the object. */
bool rest_json_move_managers(Json *object, const char *manager, Buf *names, Buf *patch);
/* Whether client-side apply owns fields of the object that nobody else does; then `out` gets
 * the object without them, as a take-over will leave it.  Changes the object. */
bool rest_json_without_managers(Json *object, Buf *out);

#endif
