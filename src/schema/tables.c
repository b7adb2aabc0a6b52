/* tables.c: the compiled tables, and the functions that ask them: kinds by group,
 * version and kind; types, fields and names for messages, explain and dump. */
#include "schema/table.h"

#include "tables.inc"

_Static_assert((int)SCHEMA_TABLE_OLDEST == (int)SCHEMA_OLDEST, "versions.txt and schema.h agree");
_Static_assert((int)SCHEMA_TABLE_NEWEST == (int)SCHEMA_NEWEST, "versions.txt and schema.h agree");
/* A constant that is met on the hot path stays a compare with an immediate. */
_Static_assert(sizeof(SchemaField) == 16, "a field is a quarter of a cache line");

/* ---- kinds ---- */

static bool kind_is(const Schema *schema, const SchemaKind *row, Str api_version, Str kind)
{
    Str row_kind = text_str(schema, row->kind), row_version = text_str(schema, row->api_version);
    return row_kind.len == kind.len && row_version.len == api_version.len &&
           bytes_same(row_kind.ptr, kind.ptr, kind.len) &&
           bytes_same(row_version.ptr, api_version.ptr, api_version.len);
}

KindId schema_kind_lookup(const Schema *schema, Str api_version, Str kind)
{
    uint32_t hash = schema_kind_hash(api_version.ptr, api_version.len, kind.ptr, kind.len);
    /* A run's kind goes before a static one, so that a CRD may carry a kind that the
     * table knows from some version only. */
    if (schema && schema->kinds.len) {
        uint32_t mask = schema->kind_slot_count - 1;
        for (uint32_t slot = hash & mask; schema->kind_slots[slot]; slot = (slot + 1) & mask) {
            uint32_t index = schema->kind_slots[slot] - 1;
            if (kind_is(schema, &schema->kinds.at[index], api_version, kind))
                return SCHEMA_STATIC_KINDS + index;
        }
    }
    const uint32_t mask = (UINT32_C(1) << (32 - SCHEMA_KIND_SHIFT)) - 1;
    uint32_t slot = hash >> SCHEMA_KIND_SHIFT;
    for (; schema_kind_slots[slot] != SCHEMA_SLOT_EMPTY; slot = (slot + 1) & mask)
        if (kind_is(schema, &schema_kinds[schema_kind_slots[slot]], api_version, kind))
            return schema_kind_slots[slot];
    return BASE_NONE;
}

KindInfo schema_kind_info(const Schema *schema, KindId id)
{
    const SchemaKind *row = schema_kind_row(schema, id);
    Str api_version = text_str(schema, row->api_version);
    size_t slash = str_find(api_version, '/');
    bool core = slash == api_version.len;
    return (KindInfo){
        .id = id,
        .api_version = api_version,
        .group = core ? str_slice("", 0) : str_slice(api_version.ptr, slash),
        .version = core ? api_version
                        : str_slice(api_version.ptr + slash + 1, api_version.len - slash - 1),
        .kind = text_str(schema, row->kind),
        .resource = text_str(schema, row->resource),
        .type = row->type,
        .scope = (Scope)row->scope,
        .defined = row->defined,
        .served = row->served,
        .introduced = row->introduced,
        .deprecated = row->deprecated,
        .removed = row->removed,
        .replacement = text_str(schema, row->replacement),
        .list_of = text_str(schema, row->list_of),
        .create = row->creatable != 0,
        .stored = (row->flags & KIND_STORED) != 0,
        .subresource = (row->flags & KIND_SUBRESOURCE) != 0,
        .custom = (row->flags & KIND_CUSTOM) != 0,
    };
}

bool schema_kind_find(const Schema *schema, Str group, Str version, Str kind, KindInfo *info)
{
    char joined[512]; /* no apiVersion that the table has is anywhere near as long */
    if (group.len + version.len + 1 > sizeof joined)
        return false;
    size_t len = group.len;
    memcpy(joined, group.ptr, group.len);
    if (len)
        joined[len++] = '/';
    memcpy(joined + len, version.ptr, version.len);
    KindId id = schema_kind_lookup(schema, str_slice(joined, len + version.len), kind);
    if (id == BASE_NONE)
        return false;
    *info = schema_kind_info(schema, id);
    return true;
}

bool schema_kind_is_custom(const Schema *schema, KindId id)
{
    return (schema_kind_row(schema, id)->flags & KIND_CUSTOM) != 0;
}

KindId schema_kind_count(const Schema *schema)
{
    return SCHEMA_STATIC_KINDS + (schema ? schema->kinds.len : 0);
}

bool schema_group_is_builtin(Str group)
{
    for (uint32_t i = 0; i < SCHEMA_STATIC_GROUPS; i++)
        if (str_eq(text_str(NULL, schema_groups[i]), group))
            return true;
    return false;
}

/* ---- types and fields ---- */

const SchemaField *type_fields_probe(const TypeFields *all, const Schema *schema, uint32_t slot,
                                     const char *name, uint32_t len)
{
    const uint32_t mask = (UINT32_C(1) << (64 - all->shift)) - 1;
    for (uint32_t at; (at = all->slots[slot = (slot + 1) & mask]) != SCHEMA_SLOT_EMPTY;) {
        const char *bytes = text_bytes(schema, all->fields[at].name);
        if (text_length(bytes) == len && bytes_same(bytes, name, len))
            return &all->fields[at];
    }
    return NULL;
}

uint32_t schema_type_count(const Schema *schema)
{
    return SCHEMA_STATIC_TYPES + (schema ? schema->types.len : 0);
}

TypeKind schema_type_kind(const Schema *schema, TypeId type)
{
    return (TypeKind)type_row(schema, type)->kind;
}

Str schema_type_name(const Schema *schema, TypeId type)
{
    return text_str(schema, type_row(schema, type)->name);
}

TypeId schema_type_element(const Schema *schema, TypeId type)
{
    const SchemaType *row = type_row(schema, type);
    return type_is_composite((TypeKind)row->kind) ? row->fields : BASE_NONE;
}

Str schema_name_text(const Schema *schema, NameId name)
{
    return name == SCHEMA_UNBOUND ? str_slice("", 0) : text_str(schema, name);
}

static const char TYPE_WORDS[][16] = {
    [TYPE_ANY] = "any",
    [TYPE_STRING] = "string",
    [TYPE_BOOL] = "bool",
    [TYPE_INT32] = "int32",
    [TYPE_INT64] = "int64",
    [TYPE_NUMBER] = "number",
    [TYPE_BYTES] = "bytes",
    [TYPE_TIME] = "time",
    [TYPE_MICRO_TIME] = "microtime",
    [TYPE_DURATION] = "duration",
    [TYPE_QUANTITY] = "quantity",
    [TYPE_INT_OR_STRING] = "int-or-string",
    [TYPE_LIST] = "list",
    [TYPE_MAP] = "map",
    [TYPE_OR_ARRAY] = "or-array",
    [TYPE_OR_BOOL] = "or-bool",
    [TYPE_OR_STRINGS] = "or-strings",
    [TYPE_STRUCT] = "object",
};

Str schema_type_text(const Schema *schema, TypeId type, Arena *arena)
{
    const SchemaType *row = type_row(schema, type);
    if (type_is_composite((TypeKind)row->kind)) {
        Str element = schema_type_text(schema, row->fields, arena);
        return arena_format(arena, "%s<%.*s>", TYPE_WORDS[row->kind], STR_ARG(element));
    }
    return row->name ? text_str(schema, row->name) : str_of(TYPE_WORDS[row->kind]);
}

uint32_t schema_field_count(const Schema *schema, TypeId type)
{
    return type_row(schema, type)->field_count;
}

FieldInfo schema_field_info(const Schema *schema, TypeId type, uint32_t index)
{
    const SchemaField *field = &type_fields(schema, type, type_row(schema, type))[index];
    return (FieldInfo){
        .name = field->name,
        .type = field->type,
        .versions = field->versions,
        .documented = field->documented,
        .attributes = text_str(schema, attributes_row(schema, field->attributes)->text),
    };
}

Str schema_type_attributes(const Schema *schema, TypeId type, uint32_t versions)
{
    const SchemaType *row = type_row(schema, type);
    if (!row->forms || type >= SCHEMA_STATIC_TYPES)
        return str_slice("", 0);
    for (const SchemaTypeForm *form = &schema_type_forms[row->forms];; form++) {
        if (form->versions & versions)
            return text_str(schema, attributes_row(schema, form->attributes)->text);
        if (!form->more)
            return str_slice("", 0);
    }
}
