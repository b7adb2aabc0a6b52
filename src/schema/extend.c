/* extend.c: what one run adds to the tables: texts, types, fields and kinds made
 * from CRDs.  Written by one thread, before or between the workers, which then only
 * read.  The arrays are those of table.h, so that the walk does not know the
 * difference. */
#include "schema/table.h"

enum {
#ifdef PLIMSOLL_HOSTILE
    EXTEND_FIRST_SLOTS = 2,
#else
    EXTEND_FIRST_SLOTS = 8192, /* the static texts and a few CRDs' */
#endif
};

/* ---- texts ---- */

static uint32_t text_slot(const Schema *schema, Str text, uint32_t hash)
{
    uint32_t mask = schema->text_slot_count - 1;
    uint32_t slot = hash & mask;
    for (; schema->text_slots[slot] != BASE_NONE; slot = (slot + 1) & mask)
        if (str_eq(text_str(schema, schema->text_slots[slot]), text))
            break;
    return slot;
}

static void put_text(Schema *schema, TextId id)
{
    Str text = text_str(schema, id);
    uint32_t slot = text_slot(schema, text, str_hash(text));
    if (schema->text_slots[slot] == BASE_NONE)
        schema->text_count++;
    schema->text_slots[slot] = id;
}

static void grow_texts(Schema *schema)
{
    uint32_t old_count = schema->text_slot_count;
    uint32_t *old = schema->text_slots;
    schema->text_slot_count = old_count ? old_count * 2 : EXTEND_FIRST_SLOTS;
    schema->text_slots = mem_resize(NULL, sizeof *old * schema->text_slot_count);
    memset(schema->text_slots, 0xFF, sizeof *old * schema->text_slot_count);
    schema->text_count = 0;
    for (uint32_t i = 0; i < old_count; i++)
        if (old[i] != BASE_NONE)
            put_text(schema, old[i]);
    mem_free(old);
}

static void add_known_text(Schema *schema, TextId id)
{
    if (schema->text_count * 2 >= schema->text_slot_count)
        grow_texts(schema);
    put_text(schema, id);
}

TextId schema_add_text(Schema *schema, Str text)
{
    if (text.len == 0)
        return 0;
    /* A length has two bytes.  No name of Kubernetes is as long; such a one of a CRD
     * is cut, and then matches nothing. */
    if (text.len > UINT16_MAX)
        text.len = UINT16_MAX;
    uint32_t slot = text_slot(schema, text, str_hash(text));
    if (schema->text_slots[slot] != BASE_NONE)
        return schema->text_slots[slot];
    buf_byte(&schema->text, (char)(text.len & 0xFF));
    buf_byte(&schema->text, (char)(text.len >> 8));
    TextId id = SCHEMA_STATIC_TEXT + (TextId)schema->text.len;
    buf_str(&schema->text, text);
    add_known_text(schema, id);
    return id;
}

/* ---- life ---- */

Schema *schema_new(void)
{
    Schema *schema = mem_resize(NULL, sizeof *schema);
    *schema = (Schema){0};
    grow_texts(schema);
    /* The static texts stand one behind the other, each behind its length. */
    for (TextId id = 0; id + 2 <= SCHEMA_STATIC_TEXT;) {
        Str text = text_str(NULL, id);
        if (text.len)
            add_known_text(schema, id);
        id += (TextId)text.len + 2;
    }
    return schema;
}

void schema_free(Schema *schema)
{
    if (!schema)
        return;
    crd_table_free(schema->crds);
    vec_free(&schema->types);
    vec_free(&schema->fields);
    vec_free(&schema->slots);
    vec_free(&schema->attributes);
    vec_free(&schema->kinds);
    mem_free(schema->kind_slots);
    buf_free(&schema->text);
    mem_free(schema->text_slots);
    mem_free(schema);
}

/* ---- types ---- */

TypeId schema_add_type(Schema *schema, TypeKind kind, Str name)
{
    SchemaType type = {
        .kind = (uint8_t)kind,
        .shift = 63,
        .versions = SCHEMA_ALL_VERSIONS,
        .name = schema_add_text(schema, name),
    };
    vec_push(&schema->types, type);
    return SCHEMA_STATIC_TYPES + schema->types.len - 1;
}

SchemaType *schema_added_type(Schema *schema, TypeId type)
{
    return &schema->types.at[type - SCHEMA_STATIC_TYPES];
}

void schema_set_fields(Schema *schema, TypeId type, const SchemaField *fields, uint32_t count)
{
    /* Slots have two bytes; 60,000 properties of one object are no CRD that a
     * server's size limit would let in. */
    if (count > 60000)
        count = 60000;
    SchemaType *row = schema_added_type(schema, type);
    row->fields = schema->fields.len;
    row->field_count = (uint16_t)count;
    row->multiplier = UINT64_C(0x9E3779B97F4A7C15);
    row->shift = 63;
    if (count == 0)
        return;
    row->slots = schema->slots.len;
    while (UINT32_C(1) << (64 - row->shift) < count * 2)
        row->shift--;
    uint32_t size = UINT32_C(1) << (64 - row->shift);
    for (uint32_t i = 0; i < size; i++)
        vec_push(&schema->slots, SCHEMA_SLOT_EMPTY);
    uint16_t *slots = &schema->slots.at[row->slots];
    for (uint32_t i = 0; i < count; i++) {
        vec_push(&schema->fields, fields[i]);
        Str name = text_str(schema, fields[i].name);
        uint32_t slot = schema_slot(schema_key(name.ptr, name.len), row->multiplier, row->shift);
        while (slots[slot] != SCHEMA_SLOT_EMPTY)
            slot = (slot + 1) & (size - 1);
        slots[slot] = (uint16_t)i;
    }
}

uint32_t schema_add_attributes(Schema *schema, const SchemaAttributes *attributes)
{
    for (uint32_t i = 0; i < schema->attributes.len; i++)
        if (memcmp(&schema->attributes.at[i], attributes, sizeof *attributes) == 0)
            return SCHEMA_STATIC_ATTRIBUTES + i;
    /* A field has two bytes for their number. */
    if (SCHEMA_STATIC_ATTRIBUTES + schema->attributes.len >= UINT16_MAX)
        return 0;
    vec_push(&schema->attributes, *attributes);
    return SCHEMA_STATIC_ATTRIBUTES + schema->attributes.len - 1;
}

/* ---- kinds ---- */

static uint32_t kind_slot(const Schema *schema, Str api_version, Str kind)
{
    uint32_t mask = schema->kind_slot_count - 1;
    uint32_t slot = schema_kind_hash(api_version.ptr, api_version.len, kind.ptr, kind.len) & mask;
    for (; schema->kind_slots[slot]; slot = (slot + 1) & mask) {
        const SchemaKind *row = &schema->kinds.at[schema->kind_slots[slot] - 1];
        if (str_eq(text_str(schema, row->kind), kind) &&
            str_eq(text_str(schema, row->api_version), api_version))
            break;
    }
    return slot;
}

static void grow_kinds(Schema *schema)
{
    uint32_t count = schema->kind_slot_count ? schema->kind_slot_count * 2 : 64;
    schema->kind_slots = mem_resize(schema->kind_slots, sizeof *schema->kind_slots * count);
    memset(schema->kind_slots, 0, sizeof *schema->kind_slots * count);
    schema->kind_slot_count = count;
    for (uint32_t i = 0; i < schema->kinds.len; i++) {
        const SchemaKind *row = &schema->kinds.at[i];
        Str api_version = text_str(schema, row->api_version), kind = text_str(schema, row->kind);
        schema->kind_slots[kind_slot(schema, api_version, kind)] = i + 1;
    }
}

KindId schema_add_kind(Schema *schema, const SchemaKind *kind)
{
    if (schema->kinds.len * 2 >= schema->kind_slot_count)
        grow_kinds(schema);
    uint32_t slot = kind_slot(schema, text_str(schema, kind->api_version),
                              text_str(schema, kind->kind));
    if (schema->kind_slots[slot]) {
        uint32_t index = schema->kind_slots[slot] - 1;
        schema->kinds.at[index] = *kind;
        return SCHEMA_STATIC_KINDS + index;
    }
    vec_push(&schema->kinds, *kind);
    schema->kind_slots[slot] = schema->kinds.len;
    return SCHEMA_STATIC_KINDS + schema->kinds.len - 1;
}
