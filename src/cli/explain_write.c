/* A place of the tables as text, in kubectl explain's habits, and as JSON. */
#include "cli/explain.h"

enum { DEEPEST = 32 };

/* ---- what both say ---- */

/* A field of a struct: its forms in the versions asked about. */
typedef struct FieldForms {
    uint32_t first, end; /* rows */
    uint32_t shown;      /* the newest of them */
    uint32_t versions;   /* of those asked about that have it */
    uint32_t known;      /* of all versions */
} FieldForms;

static bool next_forms(const Explained *found, TypeId type, FieldForms *forms)
{
    const Schema *schema = found->schema;
    uint32_t count = schema_field_count(schema, type);
    for (uint32_t i = forms->end; i < count; i = forms->end) {
        *forms = (FieldForms){.first = i, .end = i, .shown = BASE_NONE};
        NameId name = schema_field_info(schema, type, i).name;
        uint32_t newest = 0;
        for (; forms->end < count; forms->end++) {
            FieldInfo field = schema_field_info(schema, type, forms->end);
            if (field.name != name)
                break;
            uint32_t held = field.versions & found->versions;
            forms->known |= field.versions;
            forms->versions |= held;
            if (held > newest) {
                newest = held;
                forms->shown = forms->end;
            }
        }
        if (forms->versions)
            return true;
    }
    return false;
}

static SchemaLimits limits_of(const Explained *found, SchemaSpot spot, const FieldForms *forms)
{
    SchemaLimits limits = {.arena = found->arena};
    for (uint32_t i = forms->first; i < forms->end; i++)
        if (schema_field_info(found->schema, spot.type, i).versions & found->versions)
            schema_field_limits(found->schema, spot, i, found->versions, &limits);
    return limits;
}

static bool is_required(const SchemaLimits *limits, uint32_t versions)
{
    for (uint32_t i = 0; i < limits->list.len; i++)
        if (!strcmp(limits->list.at[i].word, "required") &&
            (limits->list.at[i].versions & versions) == versions)
            return true;
    return false;
}

/* Whether an earlier form of the field said the same. */
static bool is_repeated(const SchemaLimits *limits, uint32_t index)
{
    const SchemaLimit *limit = &limits->list.at[index];
    for (uint32_t i = 0; i < index; i++) {
        const SchemaLimit *other = &limits->list.at[i];
        if (strcmp(other->word, limit->word) || other->count != limit->count)
            continue;
        uint32_t same = 0;
        while (same < limit->count && str_eq(limit->values[same], other->values[same]))
            same++;
        if (same == limit->count)
            return true;
    }
    return false;
}

/* The versions of a limit and of all that say the same. */
static uint32_t versions_of(const SchemaLimits *limits, uint32_t index)
{
    uint32_t versions = 0;
    for (uint32_t i = index; i < limits->list.len; i++) {
        SchemaLimit kept = limits->list.at[i];
        if (i == index || (!strcmp(kept.word, limits->list.at[index].word) &&
                           kept.count == limits->list.at[index].count && kept.count &&
                           str_eq(kept.values[0], limits->list.at[index].values[0])))
            versions |= kept.versions;
    }
    return versions;
}

/* ---- text ---- */

static void put_since(const Explained *found, uint32_t known, Buf *out, size_t indent)
{
    unsigned since = schema_versions_oldest(known), until = schema_versions_newest(known);
    bool from = since > SCHEMA_OLDEST && since > schema_versions_oldest(found->known);
    bool to = until < SCHEMA_NEWEST && until < schema_versions_newest(found->known);
    if (!from && !to)
        return;
    buf_repeat(out, ' ', indent);
    if (from)
        buf_format(out, "since 1.%u", since);
    buf_format(out, "%s", from && to ? ", " : "");
    if (to)
        buf_format(out, "until 1.%u", until);
    buf_byte(out, '\n');
}

static void put_limits(const SchemaLimits *limits, uint32_t versions, Buf *out, size_t indent)
{
    for (uint32_t i = 0; i < limits->list.len; i++) {
        const SchemaLimit *limit = &limits->list.at[i];
        uint32_t held = versions_of(limits, i);
        if ((!strcmp(limit->word, "required") && held == versions) || is_repeated(limits, i))
            continue;
        buf_repeat(out, ' ', indent);
        buf_format(out, "%s%s", limit->word, limit->count ? ": " : "");
        for (uint32_t k = 0; k < limit->count; k++)
            buf_format(out, "%s%.*s", k ? ", " : "", STR_ARG(limit->values[k]));
        if (held != versions) {
            Arena arena = {0};
            buf_format(out, " (in %.*s)", STR_ARG(schema_versions_text(held, &arena)));
            arena_free(&arena);
        }
        buf_byte(out, '\n');
    }
}

/* Types that stand above a field: what leads back to one of them is not gone into. */
typedef struct Above {
    TypeId types[DEEPEST];
    unsigned depth;
} Above;

static bool is_above(const Above *above, TypeId type)
{
    for (unsigned i = 0; i < above->depth; i++)
        if (above->types[i] == type)
            return true;
    return above->depth == DEEPEST;
}

/* kubectl's columns: the name, a tab, the type, and whether it has to be given. */
static void put_fields(const Explained *found, SchemaSpot spot, Above *above, Buf *out)
{
    const Schema *schema = found->schema;
    spot = schema_spot_inside(schema, spot);
    size_t indent = 2 + 2 * (size_t)above->depth;
    above->types[above->depth++] = spot.type;
    for (FieldForms forms = {0}; next_forms(found, spot.type, &forms);) {
        FieldInfo field = schema_field_info(schema, spot.type, forms.shown);
        SchemaSpot below = schema_spot_field(schema, spot, forms.shown);
        SchemaLimits limits = limits_of(found, spot, &forms);
        Str type = schema_type_kubectl(schema, below, found->arena);
        buf_repeat(out, ' ', indent);
        buf_format(out, "%.*s\t<%.*s>%s\n", STR_ARG(schema_name_text(schema, field.name)),
                   STR_ARG(type), is_required(&limits, forms.versions) ? " -required-" : "");
        TypeId inside = schema_spot_inside(schema, below).type;
        if (!found->recursive) {
            put_since(found, forms.known, out, indent + 4);
            put_limits(&limits, forms.versions, out, indent + 4);
        } else if (schema_type_kind(schema, inside) == TYPE_STRUCT && !is_above(above, inside)) {
            put_fields(found, below, above, out);
        }
        vec_free(&limits.list);
    }
    above->depth--;
}

void explain_text(const Explained *found, Buf *out)
{
    const Schema *schema = found->schema;
    Str versions = schema_versions_text(found->versions, found->arena);
    if (found->kind.group.len)
        buf_format(out, "GROUP:      %.*s\n", STR_ARG(found->kind.group));
    buf_format(out, "KIND:       %.*s\nVERSION:    %.*s\nKUBERNETES: %.*s\n",
               STR_ARG(found->kind.kind), STR_ARG(found->kind.version), STR_ARG(versions));
    if (found->kind.deprecated)
        buf_format(out, "DEPRECATED: since 1.%u\n", found->kind.deprecated);
    if (found->kind.removed)
        buf_format(out, "REMOVED:    in 1.%u\n", found->kind.removed);
    if (found->kind.replacement.len && (found->kind.deprecated || found->kind.removed))
        buf_format(out, "INSTEAD:    %.*s\n", STR_ARG(found->kind.replacement));
    buf_byte(out, '\n');
    if (found->path.len) {
        Str type = schema_type_kubectl(schema, found->spot, found->arena);
        buf_format(out, "FIELD: %.*s <%.*s>%s\n", STR_ARG(found->name), STR_ARG(type),
                   is_required(&found->limits, found->versions) ? " -required-" : "");
        unsigned since = schema_versions_oldest(found->known);
        unsigned until = schema_versions_newest(found->known);
        if (since > SCHEMA_OLDEST)
            buf_format(out, "    since 1.%u\n", since);
        if (until < SCHEMA_NEWEST)
            buf_format(out, "    until 1.%u\n", until);
        put_limits(&found->limits, found->versions, out, 4);
        buf_byte(out, '\n');
    }
    SchemaSpot inside = schema_spot_inside(schema, found->spot);
    if (schema_field_count(schema, inside.type) == 0)
        return;
    Above above = {.depth = 0};
    buf_text(out, "FIELDS:\n");
    put_fields(found, found->spot, &above, out);
    buf_byte(out, '\n');
}

/* ---- JSON ---- */

static void json_member(Buf *out, const char *name, Str value)
{
    buf_format(out, "%s\"%s\":", out->ptr[out->len - 1] == '{' ? "" : ",", name);
    buf_json(out, value);
}

static void json_limits(const SchemaLimits *limits, Buf *out)
{
    bool first = true;
    buf_text(out, ",\"limits\":[");
    for (uint32_t i = 0; i < limits->list.len; i++) {
        const SchemaLimit *limit = &limits->list.at[i];
        if (is_repeated(limits, i))
            continue;
        Arena arena = {0};
        buf_text(out, first ? "{" : ",{");
        first = false;
        json_member(out, "what", str_of(limit->word));
        buf_text(out, ",\"values\":[");
        for (uint32_t k = 0; k < limit->count; k++) {
            buf_text(out, k ? "," : "");
            /* What schemas/defaults writes without quotes is text all the same. */
            bool plain = limit->json && limit->values[k].len &&
                         (strchr("\"{[-0123456789", limit->values[k].ptr[0]) ||
                          str_is(limit->values[k], "true") || str_is(limit->values[k], "false") ||
                          str_is(limit->values[k], "null"));
            if (plain)
                buf_str(out, limit->values[k]);
            else
                buf_json(out, limit->values[k]);
        }
        buf_byte(out, ']');
        json_member(out, "versions", schema_versions_text(versions_of(limits, i), &arena));
        buf_byte(out, '}');
        arena_free(&arena);
    }
    buf_byte(out, ']');
}

static void json_type(const Explained *found, SchemaSpot spot, uint32_t known,
                      const SchemaLimits *limits, uint32_t versions, Buf *out)
{
    json_member(out, "type", schema_type_kubectl(found->schema, spot, found->arena));
    buf_format(out, ",\"required\":%s", is_required(limits, versions) ? "true" : "false");
    buf_format(out, ",\"since\":\"1.%u\"", schema_versions_oldest(known));
    buf_format(out, ",\"until\":");
    if (schema_versions_newest(known) < SCHEMA_NEWEST)
        buf_format(out, "\"1.%u\"", schema_versions_newest(known));
    else
        buf_text(out, "null");
    json_limits(limits, out);
}

static void json_fields(const Explained *found, SchemaSpot spot, Above *above, Buf *out)
{
    const Schema *schema = found->schema;
    bool first = true;
    spot = schema_spot_inside(schema, spot);
    above->types[above->depth++] = spot.type;
    buf_text(out, ",\"fields\":[");
    for (FieldForms forms = {0}; next_forms(found, spot.type, &forms);) {
        FieldInfo field = schema_field_info(schema, spot.type, forms.shown);
        SchemaSpot below = schema_spot_field(schema, spot, forms.shown);
        SchemaLimits limits = limits_of(found, spot, &forms);
        buf_text(out, first ? "\n{" : ",\n{");
        first = false;
        json_member(out, "name", schema_name_text(schema, field.name));
        json_type(found, below, forms.known, &limits, forms.versions, out);
        TypeId inside = schema_spot_inside(schema, below).type;
        if (found->recursive && schema_type_kind(schema, inside) == TYPE_STRUCT &&
            !is_above(above, inside))
            json_fields(found, below, above, out);
        buf_byte(out, '}');
        vec_free(&limits.list);
    }
    buf_byte(out, ']');
    above->depth--;
}

void explain_json(const Explained *found, Buf *out)
{
    Above above = {.depth = 0};
    buf_text(out, "{\"version\":1");
    json_member(out, "apiVersion", found->kind.api_version);
    json_member(out, "kind", found->kind.kind);
    json_member(out, "kubernetes", schema_versions_text(found->versions, found->arena));
    json_member(out, "path", found->path);
    json_type(found, found->spot, found->known, &found->limits, found->versions, out);
    json_fields(found, found->spot, &above, out);
    buf_text(out, "}\n");
}
