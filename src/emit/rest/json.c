/* JSON by jansson, whose own bound on nesting (2,048) holds here. */
#include "emit/rest/json.h"

#include <jansson.h>

static const json_t *inside(const Json *json) { return (const json_t *)json; }

Json *rest_json_read(Str text)
{
    json_error_t error;
    return (Json *)json_loadb(text.ptr ? text.ptr : "", text.len,
                              JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
}

void rest_json_free(Json *json) { json_decref((json_t *)json); }

const Json *rest_json_get(const Json *object, const char *key)
{
    return (const Json *)json_object_get(inside(object), key);
}

const Json *rest_json_path(const Json *object, const char *keys)
{
    while (object && *keys) {
        char key[64];
        size_t len = strcspn(keys, ".");
        if (len >= sizeof key)
            return NULL;
        memcpy(key, keys, len);
        key[len] = 0;
        object = rest_json_get(object, key);
        keys += len + (keys[len] == '.');
    }
    return object;
}

Str rest_json_text(const Json *value)
{
    const char *text = json_string_value(inside(value));
    return text ? str_slice(text, json_string_length(inside(value))) : STR("");
}

Str rest_json_path_text(const Json *object, const char *keys)
{
    return rest_json_text(rest_json_path(object, keys));
}

int64_t rest_json_number(const Json *value, int64_t otherwise)
{
    return value && json_is_integer(inside(value)) ? json_integer_value(inside(value)) : otherwise;
}

bool rest_json_is_yes(const Json *value) { return value && json_is_true(inside(value)); }
size_t rest_json_count(const Json *array) { return json_array_size(inside(array)); }

const Json *rest_json_at(const Json *array, size_t index)
{
    return (const Json *)json_array_get(inside(array), index);
}

bool rest_json_next(const Json *object, void **at, Str *key, const Json **value)
{
    json_t *members = (json_t *)(uintptr_t)object;
    *at = *at ? json_object_iter_next(members, *at) : json_object_iter(members);
    if (!*at)
        return false;
    *key = str_of(json_object_iter_key(*at));
    *value = (const Json *)json_object_iter_value(*at);
    return true;
}

const Json *rest_json_condition(const Json *live, const char *type)
{
    const Json *conditions = rest_json_path(live, "status.conditions");
    for (size_t i = 0; i < rest_json_count(conditions); i++)
        if (str_is(rest_json_path_text(rest_json_at(conditions, i), "type"), type))
            return rest_json_at(conditions, i);
    return NULL;
}

static int digest_bytes(const char *bytes, size_t size, void *context)
{
    uint64_t *digest = context;
    for (size_t i = 0; i < size; i++)
        *digest = (*digest ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    return 0;
}

static uint64_t digest(const json_t *object)
{
    uint64_t digest = UINT64_C(14695981039346656037);
    json_dump_callback(object, digest_bytes, &digest,
                       JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    return digest;
}

void rest_json_digests(Json *json, uint64_t *whole, uint64_t *content)
{
    json_t *object = (json_t *)json;
    json_t *metadata = json_object_get(object, "metadata");
    json_object_del(object, "apiVersion");
    json_object_del(object, "kind");
    *whole = json_array_size(json_object_get(metadata, "managedFields")) ? digest(object) : 0;
    json_object_del(metadata, "managedFields");
    json_object_del(metadata, "resourceVersion");
    json_object_del(metadata, "generation");
    *content = digest(object);
}

static int put_bytes(const char *bytes, size_t size, void *context)
{
    buf_str(context, str_slice(bytes, size));
    return 0;
}

void rest_json_write(const Json *value, Buf *out)
{
    json_dump_callback((const json_t *)value, put_bytes, out, JSON_COMPACT);
}

/* A Secret's values stand in the annotation of kubectl apply as well. */
static void drop_values(json_t *secret)
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(json_object_get(secret, "data"), next, key, value)
        json_object_set_new(json_object_get(secret, "data"), key, json_string(""));
    json_object_del(secret, "stringData");
    json_object_del(json_object_get(json_object_get(secret, "metadata"), "annotations"),
                    "kubectl.kubernetes.io/last-applied-configuration");
}

void rest_json_line(const Json *item, Str api_version, Str kind, bool keys_only, Buf *out)
{
    json_t *object = (json_t *)(uintptr_t)item;
    json_object_set_new(object, "apiVersion", json_stringn(api_version.ptr, api_version.len));
    json_object_set_new(object, "kind", json_stringn(kind.ptr, kind.len));
    json_object_del(json_object_get(object, "metadata"), "managedFields");
    if (keys_only)
        drop_values(object);
    json_dump_callback(object, put_bytes, out, JSON_COMPACT | JSON_SORT_KEYS);
}
