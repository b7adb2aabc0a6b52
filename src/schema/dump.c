/* dump.c: the compiled tables as lines of text, one fact of one version a line, so
 * that a verifier can hold them against what Kubernetes itself says.
 * docs/schemas.md describes the form. */
#include "schema/table.h"

static void dump_field(unsigned minor, TypeId type, const SchemaField *field, Arena *arena, Buf *out)
{
    Str name = schema_type_name(NULL, type), kind = schema_type_text(NULL, field->type, arena);
    Str attributes = text_str(NULL, schema_attributes[field->attributes].text);
    buf_format(out, "1.%u %.*s %.*s %.*s%s", minor, STR_ARG(name),
               STR_ARG(text_str(NULL, field->name)), STR_ARG(kind),
               field->documented ? " required" : "");
    if (attributes.len)
        buf_format(out, " %.*s", STR_ARG(attributes));
    buf_byte(out, '\n');
}

static void dump_type(unsigned minor, TypeId type, Arena *arena, Buf *out)
{
    const SchemaType *row = &schema_types[type];
    uint32_t bit = UINT32_C(1) << (minor - SCHEMA_OLDEST);
    if (row->kind != TYPE_STRUCT || !(row->versions & bit))
        return;
    Str name = schema_type_name(NULL, type), attributes = schema_type_attributes(NULL, type, bit);
    buf_format(out, "1.%u %.*s - -", minor, STR_ARG(name));
    if (attributes.len)
        buf_format(out, " %.*s", STR_ARG(attributes));
    buf_text(out, row->flags & TYPE_PRESERVES ? " preserve-unknown\n" : "\n");
    for (uint32_t i = 0; i < row->field_count; i++)
        if (schema_fields[row->fields + i].versions & bit)
            dump_field(minor, type, &schema_fields[row->fields + i], arena, out);
}

static void dump_verbs(uint32_t verbs, Buf *out)
{
    static const char VERBS[][20] = {"create", "delete", "deletecollection", "get",
                                     "list",   "patch",  "update",           "watch"};
    const char *gap = " verbs=";
    for (uint32_t i = 0; i < BASE_COUNT(VERBS); i++) {
        if (!(verbs >> i & 1))
            continue;
        buf_format(out, "%s%s", gap, VERBS[i]);
        gap = ",";
    }
}

static void dump_word(const char *key, TextId text, Buf *out)
{
    if (text)
        buf_format(out, " %s=%.*s", key, STR_ARG(text_str(NULL, text)));
}

static void dump_kind(unsigned minor, const SchemaKind *kind, Buf *out)
{
    uint32_t bit = UINT32_C(1) << (minor - SCHEMA_OLDEST);
    const SchemaKindForm *form = &schema_kind_forms[kind->forms];
    uint32_t left = kind->form_count;
    while (left && !(form->defined & bit)) {
        form++;
        left--;
    }
    if (!left)
        return;
    Str type = schema_type_name(NULL, kind->type);
    buf_format(out, "1.%u kind %.*s %.*s type=%.*s", minor,
               STR_ARG(text_str(NULL, kind->api_version)), STR_ARG(text_str(NULL, kind->kind)),
               STR_ARG(type));
    dump_word("resource", kind->resource, out);
    if (kind->scope)
        buf_text(out, kind->scope == SCOPE_NAMESPACED ? " scope=namespaced" : " scope=cluster");
    dump_verbs(form->verbs, out);
    dump_word(kind->flags & KIND_SUBRESOURCE ? "subresource-only" : "subresources",
              form->subresources, out);
    if (kind->resource && !(kind->flags & KIND_STORED))
        buf_text(out, " storage=none");
    dump_word("list-of", kind->list_of, out);
    if (form->served & bit)
        buf_text(out, " served=here");
    if (kind->removed)
        buf_format(out, " removed=1.%u", kind->removed);
    buf_byte(out, '\n');
}

void schema_dump(Out *out)
{
    Arena arena = {0};
    for (unsigned minor = SCHEMA_OLDEST; minor <= SCHEMA_NEWEST; minor++) {
        for (TypeId type = 0; type < SCHEMA_STATIC_TYPES; type++) {
            dump_type(minor, type, &arena, &out->buf);
            arena_reset(&arena);
            out_spill(out);
        }
        for (KindId kind = 0; kind < SCHEMA_STATIC_KINDS; kind++)
            dump_kind(minor, &schema_kinds[kind], &out->buf);
    }
    arena_free(&arena);
}
