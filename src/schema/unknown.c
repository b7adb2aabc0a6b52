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

/* The mapping around a mapping, over any list between them; BASE_NONE at the object. */
static uint32_t mapping_above(const Document *doc, uint32_t map)
{
    while (map != doc->root) {
        map = document_parent(doc, map);
        if (map == BASE_NONE || node_kind(doc, map) == NODE_MAP)
            return map;
    }
    return BASE_NONE;
}

/* The key of a mapping's entry that holds the node. */
static Str key_towards(const Document *doc, uint32_t above, uint32_t node)
{
    for (uint32_t key = node_first(above); key < node_end(doc, above);
         key = node_after_entry(doc, key))
        if (key + 1 <= node && node < node_after_entry(doc, key))
            return node_str(doc, key);
    return str_slice("", 0);
}

enum { LEVELS_UP = 4, LEVELS_DOWN = 3 };

static bool help_above(Walk *walk, Finding *finding, uint32_t map, Str name, uint32_t versions)
{
    const Document *doc = walk->doc;
    uint32_t above = map;
    for (unsigned level = 1; level <= LEVELS_UP; level++) {
        above = mapping_above(doc, above);
        if (above == BASE_NONE || node_at(doc, above)->bind == SCHEMA_UNBOUND)
            return false;
        if (!exact_field(walk, node_at(doc, above)->bind, name, versions))
            continue;
        Str key = key_towards(doc, above, map);
        if (level == 1)
            diag_help(walk->checker->diag, finding, "%.*s belongs one level up, beside %.*s",
                      STR_ARG(name), STR_ARG(key));
        else
            diag_help(walk->checker->diag, finding, "%.*s belongs %u levels up, beside %.*s",
                      STR_ARG(name), level, STR_ARG(key));
        return true;
    }
    return false;
}

/* The shortest path below a type that leads to a field of that name, through structs
 * alone.  Several of the same length: the one whose first step the mapping has, else
 * none. */
typedef struct Below {
    Str path;     /* without the name */
    unsigned count;
} Below;

static void search_below(const Walk *walk, TypeId type, Str name, uint32_t versions,
                         unsigned levels, Str path, Below *below)
{
    const SchemaType *row = type_row(walk->schema, type);
    if (row->kind != TYPE_STRUCT)
        return;
    const SchemaField *fields = type_fields(walk->schema, type, row);
    for (uint32_t i = 0; i < row->field_count; i++) {
        /* Nobody means status, and every object has metadata.name. */
        if ((fields[i].versions & versions) != versions || fields[i].name == SCHEMA_NAME_status ||
            fields[i].name == SCHEMA_NAME_metadata)
            continue;
        Str step = text_str(walk->schema, fields[i].name);
        Str longer = path.len ? arena_format(walk->checker->scratch, "%.*s.%.*s", STR_ARG(path),
                                             STR_ARG(step))
                              : step;
        if (levels > 1) {
            search_below(walk, fields[i].type, name, versions, levels - 1, longer, below);
        } else if (exact_field(walk, fields[i].type, name, versions)) {
            below->path = longer;
            below->count++;
        }
    }
}

static bool help_below(Walk *walk, Finding *finding, uint32_t map, Str name, TypeId type,
                       uint32_t versions)
{
    const SchemaType *row = type_row(walk->schema, type);
    const SchemaField *fields = type_fields(walk->schema, type, row);
    for (unsigned levels = 1; levels <= LEVELS_DOWN; levels++) {
        Below all = {0}, present = {0};
        search_below(walk, type, name, versions, levels, str_slice("", 0), &all);
        if (all.count == 0)
            continue;
        for (uint32_t i = 0; i < row->field_count && levels > 1; i++) {
            Str step = text_str(walk->schema, fields[i].name);
            if (fields[i].name != SCHEMA_NAME_status && fields[i].name != SCHEMA_NAME_metadata &&
                node_get_text(walk->doc, map, step) != BASE_NONE)
                search_below(walk, fields[i].type, name, versions, levels - 1, step, &present);
        }
        if (present.count == 1)
            all = present;
        if (all.count != 1)
            return false;
        diag_help(walk->checker->diag, finding, "%.*s belongs under %.*s", STR_ARG(name),
                  STR_ARG(all.path));
        return true;
    }
    return false;
}

/* Whether a value is a list, a mapping or a scalar where the type is. */
static bool may_hold(const Walk *walk, TypeId type, uint32_t value)
{
    NodeKind kind = node_kind(walk->doc, value);
    switch (type_row(walk->schema, type)->kind) {
    case TYPE_LIST: return kind == NODE_SEQ;
    case TYPE_STRUCT:
    case TYPE_MAP: return kind == NODE_MAP;
    default: return kind != NODE_SEQ && kind != NODE_MAP;
    }
}

static void help_unknown_field(Walk *walk, Finding *finding, uint32_t map, uint32_t key,
                               TypeId type, uint32_t versions)
{
    Str name = node_str(walk->doc, key);
    Nearest near = nearest_field(walk, type, name, versions);
    bool sure = near.field && near.distance <= 1;
    if (!sure && (help_above(walk, finding, map, name, versions) ||
                  help_below(walk, finding, map, name, type, versions)))
        return;
    if (near.field) {
        Str text = text_str(walk->schema, near.field->name);
        diag_help(walk->checker->diag, finding, "did you mean %.*s?", STR_ARG(text));
        if (!(node_at(walk->doc, key)->flags & NODE_ALIASED) &&
            may_hold(walk, near.field->type, key + 1))
            diag_fix(walk->checker->diag, finding, document_place(walk->doc, key), "%.*s",
                     STR_ARG(text));
    }
}

/* What a strategic merge patch says to the one who applies it. */
static bool is_directive(Str name)
{
    return str_is(name, "$patch") || str_is(name, "$retainKeys") ||
           str_starts(name, STR("$setElementOrder/")) ||
           str_starts(name, STR("$deleteFromPrimitiveList/"));
}

void walk_unknown_field(Walk *walk, uint32_t map, uint32_t key, TypeId type, uint32_t versions)
{
    Str name = node_str(walk->doc, key), word = walk_type_word(walk, type);
    Str shown = arena_quoted(walk->checker->scratch, name);
    if (walk->checker->partial && is_directive(name))
        return;
    const char *in = word.len ? " in " : "";
    const SchemaType *row = type_row(walk->schema, type);
    uint32_t known = 0;
    const SchemaField *field = type_field(walk->schema, type, row, name.ptr, (uint32_t)name.len);
    for (const SchemaField *form = field; form; form = form->more ? form + 1 : NULL)
        known |= form->versions;
    if (walk->lenient) {
        walk_report(walk, key, &rule_ignored_value, versions,
                    "the server drops the unknown field \"%.*s\"%s%.*s without a word",
                    STR_ARG(shown), in, STR_ARG(word));
        return;
    }
    if (known) {
        Str when = other_versions(walk, known, versions);
        Finding *finding = walk_report(walk, key, &rule_unknown_field, versions,
                                       "unknown field \"%.*s\"%s%.*s: %.*s", STR_ARG(shown), in,
                                       STR_ARG(word), STR_ARG(when));
        walk_name_as_server(walk, finding, key);
        return;
    }
    Finding *finding = walk_report(walk, key, &rule_unknown_field, versions,
                                   "unknown field \"%.*s\"%s%.*s", STR_ARG(shown), in,
                                   STR_ARG(word));
    if (!finding)
        return;
    help_unknown_field(walk, finding, map, key, type, versions);
    walk_name_as_server(walk, finding, key);
}
