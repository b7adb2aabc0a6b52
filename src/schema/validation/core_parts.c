/* core_parts.c: ports, addresses and repeated values, as several kinds of core,
 * discovery and storage have them. */
#include "schema/validation/core_parts.h"

/* ---- values that may not repeat ---- */

enum { SEEN_FEW = 32 };

/* Where the key lies in the table, or the free slot that it would take. */
static uint32_t *seen_slot(const Seen *seen, Str key)
{
    uint32_t mask = seen->room * 2 - 1, slot = str_hash(key) & mask;
    while (seen->slots[slot] && !str_eq(seen->all[seen->slots[slot] - 1].key, key))
        slot = (slot + 1) & mask;
    return &seen->slots[slot];
}

static const struct SeenEntry *find_entry(const Seen *seen, Str key)
{
    if (seen->slots) {
        uint32_t number = *seen_slot(seen, key);
        return number ? &seen->all[number - 1] : NULL;
    }
    for (uint32_t i = 0; i < seen->count; i++)
        if (str_eq(seen->all[i].key, key))
            return &seen->all[i];
    return NULL;
}

static void grow_seen(Validation *v, Seen *seen)
{
    Arena *arena = v->walk->checker->scratch;
    uint32_t room = seen->room ? seen->room * 2 : 4;
    seen->all = arena_grow(arena, seen->all, seen->count * sizeof *seen->all,
                           room * sizeof *seen->all);
    seen->room = room;
    if (room <= SEEN_FEW)
        return;
    seen->slots = arena_zero(arena, 2 * (size_t)room * sizeof *seen->slots);
    for (uint32_t i = 0; i < seen->count; i++)
        *seen_slot(seen, seen->all[i].key) = i + 1;
}

bool seen_before(Validation *v, Seen *seen, Str key, Field at, Field *first)
{
    const struct SeenEntry *before = find_entry(seen, key);
    if (before) {
        *first = before->at;
        return true;
    }
    if (seen->count == seen->room)
        grow_seen(v, seen);
    if (seen->slots)
        *seen_slot(seen, key) = seen->count + 1;
    seen->all[seen->count++] = (struct SeenEntry){key, at};
    return false;
}

Field seen_find(const Seen *seen, Str key)
{
    const struct SeenEntry *entry = find_entry(seen, key);
    return entry ? entry->at : FIELD_NONE;
}

Str seen_pair(const Validation *v, Str word, int64_t number)
{
    char *key = arena_alloc(v->walk->checker->scratch, word.len + sizeof number);
    memcpy(key, word.ptr, word.len);
    memcpy(key + word.len, &number, sizeof number);
    return str_slice(key, word.len + sizeof number);
}

/* ---- texts ---- */

bool validate_given_text(Validation *v, Field field, FormatFn format)
{
    if (!field_given(field))
        return true;
    const char *wrong = format(field_text(v, field));
    if (wrong)
        validation_invalid(v, field, "%s", wrong);
    return !wrong;
}

bool validate_given_word(Validation *v, Field field, const char *words)
{
    if (!field_given(field) || word_is_one_of(field_text(v, field), words))
        return true;
    validation_not_supported(v, field, words);
    return false;
}

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

Str text_trimmed(Str text)
{
    while (text.len && is_space(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len && is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

Str text_lowered(const Validation *v, Str text)
{
    char *lower = NULL;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 'A' || text.ptr[i] > 'Z')
            continue;
        if (!lower) {
            lower = arena_alloc(v->walk->checker->scratch, text.len);
            memcpy(lower, text.ptr, text.len);
        }
        lower[i] = (char)(text.ptr[i] + 32);
    }
    return lower ? str_slice(lower, text.len) : text;
}

Field field_entry(const Validation *v, Field map, const char *key)
{
    return entries_get(v, map, str_of(key));
}

/* ---- ports ---- */

bool validate_port_number(Validation *v, Field port)
{
    return validation_range(v, port, 1, 65535);
}

void validate_port_number_or_name(Validation *v, Field port)
{
    if (!field_is_string(v, port)) {
        /* A wrong type is told already. */
        if (field_is_number(v, port) || !field_given(port))
            validate_port_number(v, port);
        return;
    }
    const char *wrong = format_port_name(field_text(v, port));
    if (wrong)
        validation_invalid(v, port, "%s", wrong);
}

/* ---- addresses ---- */

/* StrictIPCIDRValidation is on by default since 1.36. */
#define STRICT_SINCE VALIDATION_SINCE(36)

static bool validate_by_versions(Validation *v, Field field, Str text, FormatFn sloppy,
                                 FormatFn strict)
{
    const char *wrong = sloppy(text);
    if (wrong) {
        validation_invalid(v, field, "%s", wrong);
        return false;
    }
    bool fine = true;
    VALIDATION_ONLY(v, STRICT_SINCE)
    {
        wrong = strict(text);
        fine = !wrong;
        if (wrong)
            validation_invalid(v, field, "%s", wrong);
    }
    return fine;
}

bool validate_ip_for_legacy_field(Validation *v, Field field, Str text)
{
    return validate_by_versions(v, field, text, format_sloppy_ip, format_legacy_ip);
}

bool validate_cidr_for_legacy_field(Validation *v, Field field, Str text)
{
    return validate_by_versions(v, field, text, format_sloppy_cidr, format_legacy_cidr);
}

void validate_endpoint_ip(Validation *v, Field field)
{
    IpAddress address;
    if (!ip_parse(field_text(v, field), &address, true))
        return; /* told by what asked for an address */
    if (ip_is_unspecified(&address))
        validation_invalid(v, field, "may not be the unspecified address");
    if (ip_is_loopback(&address))
        validation_invalid(v, field, "may not be a loopback address (127.0.0.0/8, ::1)");
    if (ip_is_link_local(&address))
        validation_invalid(v, field, "may not be a link-local address (169.254.0.0/16, fe80::/10)");
    if (ip_is_link_local_multicast(&address))
        validation_invalid(v, field,
                           "may not be a link-local multicast address (224.0.0.0/24, ff02::/10)");
}

void warn_of_any_ip(Validation *v, Field field, Str text)
{
    IpAddress address;
    char canonical[IP_TEXT_MOST];
    VALIDATION_ONLY(v, VALIDATION_SINCE(33))
    {
        if (!ip_parse(text, &address, true) || ip_is_canonical(text))
            continue;
        size_t len = ip_text(&address, canonical);
        validation_warning(v, field, "is not in the canonical form of an address: %.*s",
                           (int)len, canonical);
    }
}

void warn_of_ip(Validation *v, Field field, Str text)
{
    /* What is refused since then needs no warning. */
    VALIDATION_ONLY(v, format_legacy_ip(text) ? ~STRICT_SINCE : SCHEMA_ALL_VERSIONS)
        warn_of_any_ip(v, field, text);
}

void warn_of_cidr(Validation *v, Field field, Str text)
{
    IpAddress address;
    unsigned bits;
    if (!cidr_parse(text, &address, &bits, true))
        return;
    VALIDATION_ONLY(v, VALIDATION_SINCE(33))
    {
        Str part = str_slice(text.ptr, str_find(text, '/'));
        const char *wrong = format_legacy_cidr(text);
        if (wrong) {
            v->versions &= ~STRICT_SINCE;
            validation_warning(v, field, "%s", wrong);
        } else if (!ip_is_canonical(part)) {
            validation_warning(v, field, "is not in the canonical form of a network");
        }
    }
}
