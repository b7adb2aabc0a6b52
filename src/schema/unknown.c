/* unknown.c: a key that its type does not have: what was meant?  In this order: the
 * same field in other versions, a field that is spelled alike, the same field one
 * level up or down.  All of it runs only for keys that are wrong. */
#include "schema/walk.h"

/* Where the field is known, in words: "it came with 1.30". */
static Str other_versions(const Walk *walk, uint32_t known, uint32_t asked)
{
    Arena *arena = walk->checker->scratch;
    unsigned from = schema_versions_oldest(known), to = schema_versions_newest(known);
    if (from > schema_versions_newest(asked))
        return arena_format(arena, "it came with Kubernetes 1.%u", from);
    if (to < schema_versions_oldest(asked))
        return arena_format(arena, "it is gone since Kubernetes 1.%u", to + 1);
    Str text = schema_versions_text(known, arena);
    return arena_format(arena, "only Kubernetes %.*s %s it", STR_ARG(text),
                        from == to ? "has" : "have");
}

typedef struct Nearest {
    const SchemaField *field;
    unsigned distance;
} Nearest;

/* The field that is spelled most alike and that the versions have. */
static Nearest nearest_field(const Walk *walk, TypeId type, Str wrong, uint32_t versions)
{
    const SchemaType *row = type_row(walk->schema, type);
    const SchemaField *fields = type_fields(walk->schema, type, row);
    Nearest best = {NULL, 0};
    for (uint32_t i = 0; i < row->field_count; i++) {
        unsigned distance;
        Str name = text_str(walk->schema, fields[i].name);
        if ((fields[i].versions & versions) != versions || !str_is_typo(wrong, name, &distance))
            continue;
        if (!best.field || distance < best.distance)
            best = (Nearest){&fields[i], distance};
    }
    return best;
}

static const SchemaField *exact_field(const Walk *walk, TypeId type, Str name, uint32_t versions)
{
    const SchemaType *row = type_row(walk->schema, type);
    if (row->kind != TYPE_STRUCT)
        return NULL;
    const SchemaField *field = type_field(walk->schema, type, row, name.ptr, (uint32_t)name.len);
    for (const SchemaField *form = field; form; form = form->more ? form + 1 : NULL)
        if ((form->versions & versions) == versions)
            return form;
    return NULL;
}

/* The mapping around a mapping, over at most one list; its type through type. */
static uint32_t mapping_above(const Walk *walk, uint32_t map, TypeId *type)
{
    const Document *doc = walk->doc;
    if (map == doc->root)
        return BASE_NONE;
    uint32_t up = document_parent(doc, map);
    if (up != BASE_NONE && up != doc->root && node_kind(doc, up) == NODE_SEQ)
        up = document_parent(doc, up);
    if (up == BASE_NONE || node_kind(doc, up) != NODE_MAP ||
        node_at(doc, up)->bind == SCHEMA_UNBOUND)
        return BASE_NONE;
    *type = node_at(doc, up)->bind;
    return up;
}

/* The key of the mapping (or of its list) in the mapping above it. */
static Str key_above(const Walk *walk, uint32_t above, uint32_t map)
{
    const Document *doc = walk->doc;
    for (uint32_t key = node_first(above); key < node_end(doc, above);
         key = node_after_entry(doc, key))
        if (key + 1 <= map && map < node_after_entry(doc, key))
            return node_str(doc, key);
    return str_slice("", 0);
}

/* The only field of the type below which the name is known, preferring one that the
 * mapping has already. */
static const SchemaField *field_below(const Walk *walk, uint32_t map, TypeId type, Str name,
                                      uint32_t versions)
{
    const SchemaType *row = type_row(walk->schema, type);
    const SchemaField *fields = type_fields(walk->schema, type, row);
    const SchemaField *found = NULL, *present = NULL;
    unsigned count = 0, present_count = 0;
    for (uint32_t i = 0; i < row->field_count; i++) {
        if ((fields[i].versions & versions) != versions ||
            !exact_field(walk, fields[i].type, name, versions))
            continue;
        /* Nobody means status, and every object has metadata.name. */
        if (fields[i].name == SCHEMA_NAME_status || fields[i].name == SCHEMA_NAME_metadata)
            continue;
        found = &fields[i];
        count++;
        if (node_get_text(walk->doc, map, text_str(walk->schema, fields[i].name)) != BASE_NONE) {
            present = &fields[i];
            present_count++;
        }
    }
    if (present_count == 1)
        return present;
    return count == 1 ? found : NULL;
}

static void help_unknown_field(Walk *walk, Finding *finding, uint32_t map, Str name, TypeId type,
                               uint32_t versions)
{
    Diag *diag = walk->checker->diag;
    Nearest near = nearest_field(walk, type, name, versions);
    if (near.field && near.distance <= 1) {
        Str text = text_str(walk->schema, near.field->name);
        diag_help(diag, finding, "did you mean %.*s?", STR_ARG(text));
        return;
    }
    TypeId above_type;
    uint32_t above = mapping_above(walk, map, &above_type);
    if (above != BASE_NONE && exact_field(walk, above_type, name, versions)) {
        Str key = key_above(walk, above, map);
        diag_help(diag, finding, "%.*s belongs one level up, beside %.*s", STR_ARG(name),
                  STR_ARG(key));
        return;
    }
    const SchemaField *below = field_below(walk, map, type, name, versions);
    if (below) {
        Str key = text_str(walk->schema, below->name);
        diag_help(diag, finding, "%.*s belongs one level down, under %.*s", STR_ARG(name),
                  STR_ARG(key));
    } else if (near.field) {
        Str text = text_str(walk->schema, near.field->name);
        diag_help(diag, finding, "did you mean %.*s?", STR_ARG(text));
    }
}

void walk_unknown_field(Walk *walk, uint32_t map, uint32_t key, TypeId type, uint32_t versions)
{
    Str name = node_str(walk->doc, key), word = walk_type_word(walk, type);
    const char *in = word.len ? " in " : "";
    const SchemaType *row = type_row(walk->schema, type);
    uint32_t known = 0;
    const SchemaField *field = type_field(walk->schema, type, row, name.ptr, (uint32_t)name.len);
    for (const SchemaField *form = field; form; form = form->more ? form + 1 : NULL)
        known |= form->versions;
    if (walk->lenient) {
        walk_report(walk, key, &rule_ignored_value, versions,
                    "the server drops the unknown field \"%.*s\"%s%.*s without a word",
                    STR_ARG(name), in, STR_ARG(word));
        return;
    }
    if (known) {
        Str when = other_versions(walk, known, versions);
        walk_report(walk, key, &rule_unknown_field, versions,
                    "unknown field \"%.*s\"%s%.*s: %.*s", STR_ARG(name), in, STR_ARG(word),
                    STR_ARG(when));
        return;
    }
    Finding *finding = walk_report(walk, key, &rule_unknown_field, versions,
                                   "unknown field \"%.*s\"%s%.*s", STR_ARG(name), in,
                                   STR_ARG(word));
    if (finding)
        help_unknown_field(walk, finding, map, name, type, versions);
}
