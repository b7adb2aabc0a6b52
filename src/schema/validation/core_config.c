/* core_config.c: ConfigMaps, Secrets and ServiceAccounts, as pkg/apis/core/validation
 * has them.  What a Secret holds is looked at and never shown. */
#include "schema/validation/core_parts.h"
#include "schema/validation/json_text.h"

enum { DATA_MOST = 1024 * 1024 }; /* MaxSecretSize, of ConfigMaps too */

/* ---- bytes ---- */

/* How many bytes a base64 text stands for; into may be NULL.  The walk tells what is none. */
static size_t base64_bytes(Str text, char *into)
{
    uint32_t bits = 0;
    size_t digits = 0, len = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = base64_digit(text.ptr[i]);
        if (digit < 0)
            continue;
        bits = bits << 6 | (uint32_t)digit;
        if (digits++ % 4 == 0)
            continue;
        if (into)
            into[len] = (char)(bits >> (2 * (3 - (digits - 1) % 4)) & 0xFF);
        len++;
    }
    return len;
}

static Str decoded(const Validation *v, Field value)
{
    Str text = field_text(v, value);
    char *bytes = arena_alloc(v->walk->checker->scratch, text.len + 1);
    return str_slice(bytes, base64_bytes(text, bytes));
}

/* The bytes that values have only because they are encoded, which do not count.  It takes
 * a look at each of them, and matters where there are too many. */
static size_t encoding_of(const Validation *v, Field map)
{
    size_t total = 0;
    for (Entries at = entries_of(v, map); entries_next(v, &at);) {
        Str text = field_text(v, at.value);
        total += text.len - base64_bytes(text, NULL);
    }
    return total;
}

/* ---- ConfigMap ---- */

/* Returns the bytes of its values as they stand there. */
static size_t validate_config_map_keys(Validation *v, Field map)
{
    size_t total = 0;
    for (Entries at = entries_of(v, map); entries_next(v, &at);) {
        const char *wrong = format_config_map_key(at.key);
        if (wrong)
            validation_invalid(v, field_key(at.at), "%s", wrong);
        total += field_text(v, at.value).len;
    }
    return total;
}

/* ValidateConfigMap */
void validate_config_map(Validation *v, Field config_map)
{
    Field data = GET(config_map, data), binary = GET(config_map, binaryData), first;
    size_t total = validate_config_map_keys(v, data) + validate_config_map_keys(v, binary);
    total -= total > DATA_MOST ? encoding_of(v, binary) : 0;
    if (field_given(data) && field_given(binary)) {
        Seen keys = {0};
        for (Entries at = entries_of(v, binary); entries_next(v, &at);)
            seen_before(v, &keys, at.key, field_key(at.at), &first);
        for (Entries at = entries_of(v, data); entries_next(v, &at);)
            if (seen_before(v, &keys, at.key, field_key(at.at), &first))
                validation_invalid(v, field_key(at.at), "may not stand in data and in binaryData");
    }
    if (total > DATA_MOST)
        validation_as(v, validation_other(v, field_given(data) ? data : binary, "FieldValueTooLong",
                                          "has %zu bytes together with what else the ConfigMap "
                                          "holds, and may have at most %d", total, DATA_MOST),
                      config_map, "[]");
}

/* ---- Secret ---- */

/* data with stringData over it, as the server has them. */
typedef struct SecretData {
    Field secret, data, string_data;
} SecretData;

/* The value of a key, decoded; false where there is no such key. */
static bool secret_value(const Validation *v, const SecretData *all, const char *key, Field *at,
                         Str *value)
{
    for (Entries i = entries_of(v, all->string_data); entries_next(v, &i);)
        if (str_is(i.key, key)) {
            *at = i.value;
            *value = field_text(v, i.value);
            return true;
        }
    for (Entries i = entries_of(v, all->data); entries_next(v, &i);)
        if (str_is(i.key, key)) {
            *at = i.value;
            *value = decoded(v, i.value);
            return true;
        }
    *at = all->data;
    return false;
}

static void secret_lacks(Validation *v, const SecretData *all, const char *key, Str type)
{
    Field data = all->data;
    validation_as(v, field_given(data)
                         ? validation_other(v, data, "FieldValueRequired",
                                            "must have %s, as a Secret of type %.*s does", key,
                                            STR_ARG(type))
                         : validation_required(v, data, "a Secret of type %.*s has %s",
                                               STR_ARG(type), key),
                  all->secret, ".data[%s]", key);
}

/* Keys; those of stringData have their place in data too.  Returns the bytes of all values
 * as they stand there. */
static size_t validate_secret_keys(Validation *v, const SecretData *all, Field map)
{
    size_t total = 0;
    for (Entries at = entries_of(v, map); entries_next(v, &at);) {
        const char *wrong = format_config_map_key(at.key);
        if (wrong)
            validation_as(v, validation_invalid(v, field_key(at.at), "%s", wrong), all->secret,
                          ".data[%.*s]", STR_ARG(at.key));
        total += field_text(v, at.value).len;
    }
    return total;
}

static void validate_docker_config(Validation *v, const SecretData *all, const char *key, Str type)
{
    Field at;
    Str value;
    if (!secret_value(v, all, key, &at, &value))
        secret_lacks(v, all, key, type);
    else if (!json_text_is_object(value))
        validation_as(v, validation_invalid(v, at, "must be a JSON object"), all->secret,
                      ".data[%s]", key);
}

/* warningsForSecret, as far as it goes without reading certificates. */
static void warn_of_certificate(Validation *v, const SecretData *all)
{
    static const char *const KEYS[] = {"tls.crt", "tls.key"};
    for (size_t i = 0; i < BASE_COUNT(KEYS); i++) {
        Field at;
        Str value = {"", 0};
        secret_value(v, all, KEYS[i], &at, &value);
        if (str_contains(value, STR("-----BEGIN ")))
            continue;
        validation_warning(v, at, i == 0 ? "should hold a PEM certificate"
                                         : "should hold a PEM private key");
        return;
    }
}

static void validate_secret_type(Validation *v, const SecretData *all, Str type)
{
    Field at;
    Str value = {"", 0};
    if (str_is(type, "kubernetes.io/service-account-token")) {
        static const char NAME[] = "kubernetes.io/service-account.name";
        Field annotations = FIELD_PATH(v, all->secret, SCHEMA_NAME_metadata, SCHEMA_NAME_annotations);
        if (field_is_empty(v, field_entry(v, annotations, NAME)))
            validation_as(v, validation_other(v, annotations, "FieldValueRequired",
                                              "must have %s, as a Secret of type %.*s does", NAME,
                                              STR_ARG(type)),
                          all->secret, ".metadata.annotations[%s]", NAME);
    } else if (str_is(type, "kubernetes.io/dockercfg")) {
        validate_docker_config(v, all, ".dockercfg", type);
    } else if (str_is(type, "kubernetes.io/dockerconfigjson")) {
        validate_docker_config(v, all, ".dockerconfigjson", type);
    } else if (str_is(type, "kubernetes.io/basic-auth")) {
        if (!secret_value(v, all, "username", &at, &value) &&
            !secret_value(v, all, "password", &at, &value)) {
            secret_lacks(v, all, "username", type);
            secret_lacks(v, all, "password", type);
        }
    } else if (str_is(type, "kubernetes.io/ssh-auth")) {
        if (!secret_value(v, all, "ssh-privatekey", &at, &value) || value.len == 0)
            secret_lacks(v, all, "ssh-privatekey", type);
    } else if (str_is(type, "kubernetes.io/tls")) {
        bool certificate = secret_value(v, all, "tls.crt", &at, &value);
        bool key = secret_value(v, all, "tls.key", &at, &value);
        if (!certificate)
            secret_lacks(v, all, "tls.crt", type);
        if (!key)
            secret_lacks(v, all, "tls.key", type);
        if (certificate && key)
            warn_of_certificate(v, all);
    }
}

/* ValidateSecret */
void validate_secret(Validation *v, Field secret)
{
    SecretData all = {secret, GET(secret, data), GET(secret, stringData)};
    size_t total = validate_secret_keys(v, &all, all.data) +
                   validate_secret_keys(v, &all, all.string_data);
    total -= total > DATA_MOST ? encoding_of(v, all.data) : 0;
    if (total > DATA_MOST && field_given(all.data) && field_given(all.string_data)) {
        /* What stringData replaces does not count. */
        Seen keys = {0};
        Field first;
        for (Entries at = entries_of(v, all.string_data); entries_next(v, &at);)
            seen_before(v, &keys, at.key, field_key(at.at), &first);
        for (Entries at = entries_of(v, all.data); entries_next(v, &at);)
            if (seen_before(v, &keys, at.key, field_key(at.at), &first))
                total -= base64_bytes(field_text(v, at.value), NULL);
    }
    if (total > DATA_MOST)
        validation_as(v, validation_other(v, field_given(all.data) ? all.data : all.string_data,
                                          "FieldValueTooLong",
                                          "has %zu bytes, and may have at most %d", total, DATA_MOST),
                      secret, ".data");
    validate_secret_type(v, &all, field_text(v, GET(secret, type)));
}

/* ---- ServiceAccount ---- */

/* warnIfHasEnforceMountableSecretsAnnotation of pkg/registry/core/serviceaccount */
void validate_service_account(Validation *v, Field account)
{
    static const char ENFORCE[] = "kubernetes.io/enforce-mountable-secrets";
    Field annotations = FIELD_PATH(v, account, SCHEMA_NAME_metadata, SCHEMA_NAME_annotations);
    Field enforce = field_entry(v, annotations, ENFORCE);
    VALIDATION_ONLY(v, VALIDATION_SINCE(32))
    {
        if (field_given(enforce))
            validation_warning(v, enforce, "is deprecated: use namespaces to keep Secrets apart");
    }
}
