/* crd_explain.c: what the schema of a custom resource says of a field, for people. */
#include "schema/crd_shape.h"
#include "schema/explain.h"

const CrdShape *crd_shape_of_type(const Schema *schema, TypeId root)
{
    if (root < SCHEMA_STATIC_TYPES || !type_row(schema, root)->constraints)
        return NULL;
    return schema->crds->kinds.at[type_row(schema, root)->constraints - 1].version->shape;
}

const CrdShape *crd_shape_inside(const CrdShape *shape)
{
    return !shape ? NULL : shape->items ? shape->items : shape->additional;
}

const CrdShape *crd_shape_field(const CrdShape *shape, Str name)
{
    const CrdName *found = shape ? crd_find_name(shape, name) : NULL;
    return found ? found->shape : NULL;
}

bool crd_shape_requires(const CrdShape *shape, Str name)
{
    const CrdName *found = shape ? crd_find_name(shape, name) : NULL;
    return found && found->required;
}

/* Compact JSON of a value, its keys as they stand. */
static void put_json(const Document *doc, uint32_t node, Buf *out)
{
    NodeKind kind = node_kind(doc, node);
    if (kind != NODE_MAP && kind != NODE_SEQ) {
        node_json(doc, node, out);
        return;
    }
    buf_byte(out, kind == NODE_MAP ? '{' : '[');
    for (uint32_t at = node_first(node), first = at; at < node_end(doc, node);) {
        if (at != first)
            buf_byte(out, ',');
        if (kind == NODE_MAP) {
            buf_json(out, node_str(doc, at));
            buf_byte(out, ':');
        }
        put_json(doc, kind == NODE_MAP ? at + 1 : at, out);
        at = kind == NODE_MAP ? node_after_entry(doc, at) : node_after(doc, at);
    }
    buf_byte(out, kind == NODE_MAP ? '}' : ']');
}

static Str json_of(const Document *doc, uint32_t node, Arena *arena)
{
    Buf text = {0};
    put_json(doc, node, &text);
    Str copy = arena_str(arena, buf_slice(&text));
    buf_free(&text);
    return copy;
}

static Str number_text(double number, Arena *arena) { return arena_format(arena, "%.17g", number); }

static Str range_text(bool has_low, Str low, bool has_high, Str high, Arena *arena)
{
    return arena_format(arena, "%.*s..%.*s", has_low ? (int)low.len : 0, low.ptr,
                        has_high ? (int)high.len : 0, high.ptr);
}

static void add_count(SchemaLimits *limits, const CrdShape *shape, uint64_t low_bit, int64_t low,
                      uint64_t high_bit, int64_t high, const char *word, uint32_t versions)
{
    if (!(shape->given & (low_bit | high_bit)))
        return;
    Str from = arena_format(limits->arena, "%lld", (long long)low);
    Str to = arena_format(limits->arena, "%lld", (long long)high);
    Str text = range_text(shape->given & low_bit, from, shape->given & high_bit, to, limits->arena);
    limits_add(limits, word, &text, 1, versions, false);
}

static void add_bounds(SchemaLimits *limits, const CrdShape *shape, uint32_t versions)
{
    const CrdLimits *given = shape->limits;
    bool low = shape->given & CRD_BIT(MINIMUM), high = shape->given & CRD_BIT(MAXIMUM);
    if (!given)
        return;
    if (low || high) {
        Str from = number_text(given->minimum, limits->arena);
        Str to = number_text(given->maximum, limits->arena);
        if (shape->flags & CRD_ABOVE_MINIMUM)
            from = arena_format(limits->arena, "above %.*s", STR_ARG(from));
        if (shape->flags & CRD_BELOW_MAXIMUM)
            to = arena_format(limits->arena, "below %.*s", STR_ARG(to));
        Str text = range_text(low, from, high, to, limits->arena);
        limits_add(limits, "range", &text, 1, versions, false);
    }
    if (shape->given & CRD_BIT(MULTIPLE_OF)) {
        Str text = number_text(given->multiple_of, limits->arena);
        limits_add(limits, "multiple of", &text, 1, versions, false);
    }
    add_count(limits, shape, CRD_BIT(MIN_LENGTH), given->min_length, CRD_BIT(MAX_LENGTH),
              given->max_length, "length", versions);
    add_count(limits, shape, CRD_BIT(MIN_ITEMS), given->min_items, CRD_BIT(MAX_ITEMS),
              given->max_items, "items", versions);
    add_count(limits, shape, CRD_BIT(MIN_PROPERTIES), given->min_properties,
              CRD_BIT(MAX_PROPERTIES), given->max_properties, "entries", versions);
}

static void add_enum(SchemaLimits *limits, const CrdEnum *allowed, uint32_t versions)
{
    const Document *doc = &allowed->doc;
    VEC(Str) values = {0};
    for (uint32_t at = node_first(0); at < node_end(doc, 0); at = node_after(doc, at)) {
        Str value = json_of(doc, at, limits->arena);
        vec_push(&values, value);
    }
    limits_add(limits, "enum", values.at, values.len, versions, true);
    vec_free(&values);
}

void crd_shape_limits(const CrdShape *shape, uint32_t versions, SchemaLimits *limits)
{
    if (!shape)
        return;
    if (shape->values)
        add_enum(limits, shape->values, versions);
    if (shape->fill) {
        Str value = json_of(&shape->fill->doc, 0, limits->arena);
        limits_add(limits, "default", &value, 1, versions, true);
    }
    if (shape->pattern_text.len)
        limits_add(limits, "pattern", &shape->pattern_text, 1, versions, false);
    if (shape->format != CRD_NO_FORMAT) {
        Str name = str_of(crd_format_name((CrdFormat)shape->format));
        limits_add(limits, "format", &name, 1, versions, false);
    }
    add_bounds(limits, shape, versions);
    if (shape->flags & CRD_NULLABLE)
        limits_add(limits, "nullable", NULL, 0, versions, false);
    if (shape->list_type == LIST_SET || shape->list_type == LIST_MAP) {
        Str type = shape->list_type == LIST_SET ? STR("set") : STR("map");
        limits_add(limits, "list type", &type, 1, versions, false);
        if (shape->key_count)
            limits_add(limits, "list map keys", shape->list_keys, shape->key_count, versions, false);
    }
    if (shape->rules) {
        Str count = arena_format(limits->arena, "%u", (unsigned)shape->rules);
        limits_add(limits, "CEL rules, which are not evaluated", &count, 1, versions, false);
    }
}
