/* core_parts.c: ports, addresses and repeated values, as several kinds of core,
 * discovery and storage have them. */
#include "schema/validation/core_parts.h"

/* ---- values that may not repeat ---- */

enum { SEEN_FEW = 32 };

static bool is_key(const struct SeenEntry *entry, Str key, int64_t number)
{
    return entry->number == number && str_eq(entry->key, key);
}

/* Where the key lies in the table, or the free slot that it would take. */
static uint32_t *seen_slot(const Seen *seen, Str key, int64_t number)
{
    uint32_t mask = seen->room * 2 - 1;
    uint32_t slot = (str_hash(key) + (uint32_t)number * UINT32_C(2654435761)) & mask;
    while (seen->slots[slot] && !is_key(&seen->all[seen->slots[slot] - 1], key, number))
        slot = (slot + 1) & mask;
    return &seen->slots[slot];
}

static const struct SeenEntry *find_entry(const Seen *seen, Str key, int64_t number)
{
    const struct SeenEntry *all = seen_entries(seen);
    if (seen->slots) {
        uint32_t at = *seen_slot(seen, key, number);
        return at ? &all[at - 1] : NULL;
    }
    for (uint32_t i = 0; i < seen->count; i++)
        if (is_key(&all[i], key, number))
            return &all[i];
    return NULL;
}

static void grow_seen(Validation *v, Seen *seen)
{
    Arena *arena = v->walk->checker->scratch;
    uint32_t room = seen->count * 2;
    struct SeenEntry *all = arena_alloc(arena, room * sizeof *all);
    memcpy(all, seen_entries(seen), seen->count * sizeof *all);
    seen->all = all;
    seen->room = room;
    if (room <= SEEN_FEW)
        return;
    seen->slots = arena_zero(arena, 2 * (size_t)room * sizeof *seen->slots);
    for (uint32_t i = 0; i < seen->count; i++)
        *seen_slot(seen, all[i].key, all[i].number) = i + 1;
}

bool seen_pair(Validation *v, Seen *seen, Str key, int64_t number, Field at, Field *first)
{
    uint64_t bit = seen_bit(key, number);
    const struct SeenEntry *before = seen->bits & bit ? find_entry(seen, key, number) : NULL;
    if (before) {
        *first = before->at;
        return true;
    }
    seen->bits |= bit;
    if (seen->count == (seen->all ? seen->room : SEEN_HERE))
        grow_seen(v, seen);
    if (seen->slots)
        *seen_slot(seen, key, number) = seen->count + 1;
    struct SeenEntry *entry = (seen->all ? seen->all : seen->here) + seen->count++;
    entry->key = key;
    entry->number = number;
    entry->at = at;
    return false;
}

Field seen_find(const Seen *seen, Str key)
{
    const struct SeenEntry *entry = seen->bits & seen_bit(key, 0) ? find_entry(seen, key, 0) : NULL;
    return entry ? entry->at : FIELD_NONE;
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
