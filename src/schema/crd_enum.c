/* crd_enum.c: is a value one of those that an enum lists?  A hash table, since enums of
 * a hundred thousand entries exist.
 *
 * kube-openapi (validate/validator.go, basicCommonValidator) converts the value to the
 * type of the entry before it compares: 1.5 is one of [1], and 65 is one of ["A"].  So
 * a number is looked up in each form that Go would give it. */
#include "schema/crd_shape.h"

static CrdValue entry_value(const CrdEnum *values, uint32_t node)
{
    return (CrdValue){.doc = &values->doc, .node = node};
}

void crd_enum_build(CrdEnum *values, Arena *arena)
{
    const Document *doc = &values->doc;
    values->count = node_at(doc, 0)->len;
    values->slot_count = 4;
    while (values->slot_count < values->count * 2)
        values->slot_count *= 2;
    values->slots = arena_zero(arena, sizeof *values->slots * values->slot_count);
    uint32_t mask = values->slot_count - 1;
    for (uint32_t at = node_first(0); at < node_end(doc, 0); at = node_after(doc, at)) {
        if (node_kind(doc, at) == NODE_NULL)
            continue; /* null is never found, not even where the enum lists it */
        CrdValue value = entry_value(values, at);
        uint32_t slot = crd_value_hash(&value) & mask;
        for (; values->slots[slot]; slot = (slot + 1) & mask) {
            CrdValue other = entry_value(values, values->slots[slot]);
            if (crd_value_equal(&value, &other))
                break;
        }
        values->slots[slot] = at;
    }
}

static bool has_exactly(const CrdEnum *values, const CrdValue *value)
{
    uint32_t mask = values->slot_count - 1;
    for (uint32_t slot = crd_value_hash(value) & mask; values->slots[slot];
         slot = (slot + 1) & mask) {
        CrdValue entry = entry_value(values, values->slots[slot]);
        if (crd_value_equal(value, &entry))
            return true;
    }
    return false;
}

static bool has_scalar(const CrdEnum *values, NodeKind kind, Str text)
{
    Node node = {.text = text.ptr, .len = (uint32_t)text.len, .next = 1, .kind = (uint8_t)kind};
    Document doc = {.nodes = &node, .count = 1};
    CrdValue value = {.doc = &doc};
    return has_exactly(values, &value);
}

static bool has_integer(const CrdEnum *values, int64_t integer)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%lld", (long long)integer);
    return has_scalar(values, NODE_INT, str_slice(text, (size_t)len));
}

/* The text that Go makes of an integer: the character of that number. */
static Str as_character(int64_t integer, char text[4])
{
    uint32_t point = integer < 0 || integer > 0x10FFFF || (integer >= 0xD800 && integer <= 0xDFFF)
                         ? 0xFFFD
                         : (uint32_t)integer;
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char LEAD[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len - 1; i > 0; i--, point >>= 6)
        text[i] = (char)(0x80 | (point & 0x3F));
    text[0] = (char)(LEAD[len] | point);
    return str_slice(text, len);
}

bool crd_enum_has(const CrdEnum *values, const CrdValue *value)
{
    NodeKind kind = crd_value_kind(value);
    if (kind == NODE_NULL)
        return false;
    if (has_exactly(values, value))
        return true;
    if (kind != NODE_INT && kind != NODE_FLOAT)
        return false;
    CrdNumber number = crd_number(value->doc, value->node);
    if (!number.whole)
        return has_integer(values, crd_go_int64(number.real));
    /* An entry beyond 64 bits is a float, to which a whole number may be rounded. */
    if (number.integer > (INT64_C(1) << 53) || number.integer < -(INT64_C(1) << 53)) {
        char text[32];
        int len = snprintf(text, sizeof text, "%.17g", number.real);
        if (has_scalar(values, NODE_FLOAT, str_slice(text, (size_t)len)))
            return true;
    }
    char text[4];
    return has_scalar(values, NODE_STRING, as_character(number.integer, text));
}
