/* json_text.c: a small reader of JSON, as strict as encoding/json. */
#include "schema/validation/json_text.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

typedef struct Json {
    const char *at, *end;
} Json;

enum { JSON_DEPTH_MOST = 1000, JSON_NUMBER_MOST = 1100 };

static void json_space(Json *json)
{
    while (json->at < json->end && (*json->at == ' ' || *json->at == '\t' || *json->at == '\n' ||
                                    *json->at == '\r'))
        json->at++;
}

static bool json_take(Json *json, char byte)
{
    json_space(json);
    if (json->at >= json->end || *json->at != byte)
        return false;
    json->at++;
    return true;
}

static bool json_word(Json *json, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(json->end - json->at) < len || memcmp(json->at, word, len) != 0)
        return false;
    json->at += len;
    return true;
}

static bool json_escape(Json *json)
{
    if (json->at >= json->end || !*json->at)
        return false;
    char escape = *json->at++;
    if (escape != 'u')
        return strchr("\"\\/bfnrt", escape) != NULL;
    for (int i = 0; i < 4; i++, json->at++)
        if (json->at >= json->end || !is_hex(*json->at))
            return false;
    return true;
}

static bool json_string(Json *json)
{
    if (!json_take(json, '"'))
        return false;
    while (json->at < json->end) {
        unsigned char byte = (unsigned char)*json->at++;
        if (byte == '"')
            return true;
        if (byte < ' ' || (byte == '\\' && !json_escape(json)))
            return false;
    }
    return false;
}

static bool json_digits(Json *json)
{
    const char *start = json->at;
    while (json->at < json->end && is_digit(*json->at))
        json->at++;
    return json->at > start;
}

/* Go reads it as a float64, which it has to fit. */
static bool fits_float(const char *start, const char *end)
{
    char copy[JSON_NUMBER_MOST];
    size_t len = (size_t)(end - start);
    if (len >= sizeof copy)
        return true;
    memcpy(copy, start, len);
    copy[len] = 0;
    return isfinite(strtod(copy, NULL));
}

static bool json_number(Json *json)
{
    const char *start = json->at;
    json_word(json, "-");
    if (!json_word(json, "0") && !json_digits(json))
        return false;
    if (json_word(json, ".") && !json_digits(json))
        return false;
    if (json_word(json, "e") || json_word(json, "E")) {
        if (!json_word(json, "+"))
            json_word(json, "-");
        if (!json_digits(json))
            return false;
    }
    return fits_float(start, json->at);
}

static bool json_value(Json *json, unsigned depth);

static bool json_members(Json *json, unsigned depth, char close, bool keys)
{
    json->at++;
    if (json_take(json, close))
        return true;
    do {
        if (keys && (!json_string(json) || !json_take(json, ':')))
            return false;
        if (!json_value(json, depth + 1))
            return false;
    } while (json_take(json, ','));
    return json_take(json, close);
}

static bool json_value(Json *json, unsigned depth)
{
    json_space(json);
    if (json->at >= json->end || depth > JSON_DEPTH_MOST)
        return false;
    switch (*json->at) {
    case '{': return json_members(json, depth, '}', true);
    case '[': return json_members(json, depth, ']', false);
    case '"': return json_string(json);
    case 't': return json_word(json, "true");
    case 'f': return json_word(json, "false");
    case 'n': return json_word(json, "null");
    default: return json_number(json);
    }
}

static Json json_of(Str text)
{
    Json json = {text.ptr, text.ptr + text.len};
    json_space(&json);
    return json;
}

bool json_text_is_valid(Str text)
{
    Json json = json_of(text);
    if (!json_value(&json, 0))
        return false;
    json_space(&json);
    return json.at == json.end;
}

static bool starts_as(Str text, char open)
{
    Json json = json_of(text);
    return json.at < json.end && (*json.at == open || *json.at == 'n');
}

bool json_text_is_object(Str text) { return starts_as(text, '{') && json_text_is_valid(text); }
bool json_text_is_array(Str text) { return starts_as(text, '[') && json_text_is_valid(text); }

Str json_text_string(Str value)
{
    return value.len >= 2 && value.ptr[0] == '"' ? str_slice(value.ptr + 1, value.len - 2)
                                                 : str_slice("", 0);
}

/* Takes the next value and says where it stands. */
static Str json_slice(Json *json)
{
    json_space(json);
    const char *start = json->at;
    json_value(json, 0);
    return str_slice(start, (size_t)(json->at - start));
}

bool json_text_member(Str object, const char *key, Str *value)
{
    Json json = json_of(object);
    bool found = false;
    if (!json_take(&json, '{') || json_take(&json, '}'))
        return false;
    do {
        Str name = json_text_string(json_slice(&json));
        if (!json_take(&json, ':'))
            return found;
        Str at = json_slice(&json);
        if (name.len == strlen(key) && strncasecmp(name.ptr, key, name.len) == 0) {
            *value = at;
            found = true;
        }
    } while (json_take(&json, ','));
    return found;
}

bool json_text_item(Str array, uint32_t index, Str *value)
{
    Json json = json_of(array);
    if (!json_take(&json, '[') || json_take(&json, ']'))
        return false;
    do {
        *value = json_slice(&json);
        if (index-- == 0)
            return true;
    } while (json_take(&json, ','));
    return false;
}
