/* crd_types.c: at the barrier, types and kinds from the definitions that were kept.
 *
 * Only values with parts get types of their own, for binding and for whoever asks a
 * bound tree; scalars are bound to the static ones.  What values may hold stays in the
 * shapes, which a kind's root type leads to by its constraints. */
#include "schema/crd_shape.h"

/* ---- the set ---- */

CrdSet *crd_set_new(void)
{
    CrdSet *set = mem_resize(NULL, sizeof *set);
    *set = (CrdSet){.is_input = true};
    return set;
}

bool crd_set_is_empty(const CrdSet *set) { return set->definitions.len == 0; }

void crd_set_merge(CrdSet *into, CrdSet *from, uint32_t doc_base)
{
    for (uint32_t i = 0; i < from->definitions.len; i++) {
        CrdDefinition *definition = from->definitions.at[i];
        definition->place.doc += doc_base;
        vec_push(&into->definitions, definition);
    }
    vec_clear(&from->definitions);
    arena_adopt(&into->arena, &from->arena);
}

void crd_set_input(CrdSet *set, bool is_input) { set->is_input = is_input; }
void crd_set_by_place(CrdSet *set, bool by_place) { set->by_place = by_place; }

void crd_set_free(CrdSet *set)
{
    if (!set)
        return;
    for (uint32_t i = 0; i < set->patterns.len; i++)
        pattern_free(set->patterns.at[i]);
    for (size_t i = 0; i < BASE_COUNT(set->formats); i++)
        pattern_free(set->formats[i]);
    vec_free(&set->patterns);
    vec_free(&set->definitions);
    arena_free(&set->arena);
    mem_free(set);
}

void crd_table_free(struct CrdTable *crds)
{
    if (!crds)
        return;
    vec_free(&crds->kinds);
    interner_free(&crds->patterns);
    interner_free(&crds->missing);
    arena_free(&crds->arena);
    mem_free(crds);
}

struct CrdTable *crd_table_of(Schema *schema)
{
    if (!schema->crds) {
        schema->crds = mem_resize(NULL, sizeof *schema->crds);
        *schema->crds = (struct CrdTable){0};
        interner_init(&schema->crds->patterns);
        interner_init(&schema->crds->missing);
    }
    return schema->crds;
}

/* ---- types ---- */

typedef struct Builder {
    Schema *schema;
    struct CrdTable *table;
    Str kind;       /* types are named after it and the field that they stand under */
    Arena *scratch;
} Builder;

enum { ATTRIBUTES_MOST = 4096 }; /* each new one is compared with all before it */

static uint16_t list_attributes(Builder *builder, const CrdShape *shape)
{
    bool merges = shape->list_type == LIST_MAP && shape->key_count <= 4;
    if (shape->list_type == LIST_PLAIN || (shape->list_type == LIST_MAP && !merges) ||
        builder->schema->attributes.len >= ATTRIBUTES_MOST)
        return 0;
    SchemaAttributes attributes;
    memset(&attributes, 0, sizeof attributes); /* they are compared byte by byte */
    attributes.list = shape->list_type;
    for (unsigned i = 0; merges && i < shape->key_count; i++)
        attributes.keys[attributes.key_count++] = schema_add_text(builder->schema,
                                                                  shape->list_keys[i]);
    return (uint16_t)schema_add_attributes(builder->schema, &attributes);
}

static TypeId build_type(Builder *builder, CrdShape *shape, Str key);

static TypeId build_collection(Builder *builder, TypeKind kind, TypeId element)
{
    TypeId *known = kind == TYPE_LIST ? builder->table->lists : builder->table->maps;
    if (element < TYPE_STRUCT && known[element])
        return known[element];
    TypeId type = schema_add_type(builder->schema, kind, str_slice("", 0));
    schema_added_type(builder->schema, type)->fields = element;
    if (element < TYPE_STRUCT)
        known[element] = type;
    return type;
}

static TypeId build_struct(Builder *builder, CrdShape *shape, Str key)
{
    Str name = key.len ? arena_format(builder->scratch, "%.*s.%.*s", STR_ARG(builder->kind),
                                      STR_ARG(key))
                       : builder->kind;
    TypeId type = schema_add_type(builder->schema, TYPE_STRUCT, name);
    VEC(SchemaField) fields = {0};
    for (uint32_t i = 0; i < shape->name_count; i++) {
        CrdName *property = &shape->names[i];
        property->id = schema_add_text(builder->schema, property->text);
        if (!property->shape || property->text.len == 0)
            continue;
        TypeId element = build_type(builder, property->shape, property->text);
        SchemaField field = {
            .name = property->id,
            .type = element,
            .versions = SCHEMA_ALL_VERSIONS & 0xFFFFFF,
            .documented = property->required,
            .attributes = list_attributes(builder, property->shape),
        };
        vec_push(&fields, field);
    }
    schema_set_fields(builder->schema, type, fields.at, fields.len);
    vec_free(&fields);
    SchemaType *row = schema_added_type(builder->schema, type);
    if (shape->flags & CRD_PRESERVES)
        row->flags |= TYPE_PRESERVES;
    if (shape->flags & CRD_EMBEDS)
        row->flags |= TYPE_EMBEDDED;
    return type;
}

static TypeId build_type(Builder *builder, CrdShape *shape, Str key)
{
    static const uint8_t SCALARS[] = {
        [CRD_UNTYPED] = TYPE_ANY, [CRD_ARRAY] = TYPE_ANY, [CRD_BOOLEAN] = TYPE_BOOL,
        [CRD_INTEGER] = TYPE_INT64, [CRD_NUMBER] = TYPE_NUMBER, [CRD_OBJECT] = TYPE_ANY,
        [CRD_STRING] = TYPE_STRING, [CRD_NULL] = TYPE_ANY, [CRD_MISTYPED] = TYPE_ANY,
    };
    bool object = shape->type == CRD_OBJECT;
    if (shape->flags & CRD_INT_OR_STRING)
        shape->bind = TYPE_INT_OR_STRING;
    else if (shape->items && shape->type == CRD_ARRAY)
        shape->bind = build_collection(builder, TYPE_LIST, build_type(builder, shape->items, key));
    else if (shape->additional && shape->name_count == 0)
        shape->bind = build_collection(builder, TYPE_MAP,
                                       build_type(builder, shape->additional, key));
    else if (shape->name_count || (object && !(shape->flags & (CRD_PRESERVES | CRD_OPEN))))
        shape->bind = build_struct(builder, shape, key);
    else
        shape->bind = SCALARS[shape->type];
    return shape->bind;
}

/* ---- patterns ---- */

static void number_patterns(struct CrdTable *table, CrdShape *shape);

static void number_all(struct CrdTable *table, const CrdShapes *shapes)
{
    for (uint32_t i = 0; i < shapes->count; i++)
        number_patterns(table, shapes->at[i]);
}

/* Equal patterns are one, and are compiled once. */
static void number_patterns(struct CrdTable *table, CrdShape *shape)
{
    if (!shape)
        return;
    if (shape->pattern_text.len)
        shape->pattern = intern(&table->patterns, shape->pattern_text);
    for (uint32_t i = 0; i < shape->name_count; i++)
        number_patterns(table, shape->names[i].shape);
    number_patterns(table, shape->items);
    number_patterns(table, shape->additional);
    if (shape->choices) {
        number_all(table, &shape->choices->all);
        number_all(table, &shape->choices->any);
        number_all(table, &shape->choices->one);
        number_patterns(table, shape->choices->not);
    }
}

/* ---- kinds ---- */

/* An object of a version without a schema may hold anything. */
static CrdShape *free_form(Arena *arena)
{
    CrdShape *shape = arena_zero(arena, sizeof *shape);
    shape->pattern = BASE_NONE;
    shape->flags = CRD_LENIENT;
    return shape;
}

/* The type of the version's objects, which leads back to the version. */
static TypeId build_root(Schema *schema, const CrdDefinition *definition, CrdVersion *version,
                         CrdSet *set, Arena *scratch)
{
    struct CrdTable *table = crd_table_of(schema);
    if (!version->shape)
        version->shape = free_form(&table->arena);
    CrdShape *shape = version->shape;
    shape->flags |= CRD_ROOT;
    if (version->status)
        shape->flags |= CRD_DROPS_STATUS;
    const CrdName *metadata = crd_find_name(shape, STR("metadata"));
    if (metadata && metadata->shape)
        metadata->shape->flags |= CRD_META;
    Builder builder = {schema, table, definition->kind, scratch};
    /* Versions that share a schema share its types, but not the root. */
    TypeId type = build_struct(&builder, shape, str_slice("", 0));
    shape->bind = type;
    number_patterns(table, shape);
    crd_judge_defaults(shape, set);
    CrdKind kind = {definition, version};
    vec_push(&table->kinds, kind);
    schema_added_type(schema, type)->constraints = table->kinds.len;
    return type;
}

Str crd_api_version(const CrdDefinition *definition, const CrdVersion *version, Arena *arena)
{
    const Str parts[] = {definition->group, STR("/"), version->name};
    return definition->group.len ? arena_concat(arena, parts, BASE_COUNT(parts)) : version->name;
}

KindId crd_add_kind(Schema *schema, const CrdDefinition *definition, Str api_version)
{
    SchemaKind row = {
        .api_version = schema_add_text(schema, api_version),
        .kind = schema_add_text(schema, definition->kind),
        .type = TYPE_ANY,
        .resource = schema_add_text(schema, definition->plural),
        .defined = SCHEMA_ALL_VERSIONS,
        .served = SCHEMA_ALL_VERSIONS,
        .creatable = SCHEMA_ALL_VERSIONS,
        .scope = (uint8_t)definition->scope,
        .flags = KIND_STORED | KIND_CUSTOM,
    };
    return schema_add_kind(schema, &row);
}

void crd_add_type(Schema *schema, KindId kind, CrdDefinition *definition, CrdVersion *version,
                  CrdDemand demand, CrdSet *set)
{
    Arena scratch = {0};
    crd_unfold_definition(definition, demand, &crd_table_of(schema)->arena);
    TypeId type = build_root(schema, definition, version, set, &scratch);
    schema->kinds.at[kind - SCHEMA_STATIC_KINDS].type = type;
    arena_free(&scratch);
}

/* ---- the barrier ---- */

typedef struct Order {
    const Sources *sources;
} Order;

/* What only gives types comes first, so that the input's own replaces it; then by place,
 * as the files would be applied. */
static int compare(const void *left, const void *right, void *context)
{
    const CrdDefinition *a = *(CrdDefinition *const *)left, *b = *(CrdDefinition *const *)right;
    const Sources *sources = ((const Order *)context)->sources;
    if (a->is_input != b->is_input)
        return a->is_input ? 1 : -1;
    const SourceDoc *x = &sources->docs.at[a->place.doc], *y = &sources->docs.at[b->place.doc];
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return a->item < b->item ? -1 : a->item > b->item;
}

static void report_conflict(Diag *diag, const CrdDefinition *first, const CrdDefinition *second)
{
    bool same_name = str_eq(first->name, second->name);
    Finding *finding = same_name
                           ? diag_report(diag, &rule_crd_conflict, second->place,
                                         "the CRD %.*s is here in another form: objects are "
                                         "checked against this one", STR_ARG(second->name))
                           : diag_report(diag, &rule_crd_conflict, second->place,
                                         "kind %.*s of %.*s has two CRDs: the server keeps the "
                                         "first, %.*s", STR_ARG(second->kind),
                                         STR_ARG(second->group), STR_ARG(first->name));
    diag_note(diag, finding, first->place, "here it is defined first");
}

/* The last definition before this one that has its kind. */
static const CrdDefinition *find_rival(CrdDefinition *const *all, const uint32_t *heads,
                                       uint32_t head)
{
    return heads[head] == BASE_NONE ? NULL : all[heads[head]];
}

/* Who defines a kind: nobody at this barrier, or the last that did. */
typedef struct Definer {
    CrdDefinition *definition;
    CrdVersion *version;
} Definer;

typedef VEC(Definer) Definers; /* by kind, from SCHEMA_STATIC_KINDS on */

static void add_definition(Schema *schema, CrdDefinition *definition, const CrdDefinition *rival,
                           Definers *definers, Arena *scratch)
{
    if (definition->kind.len == 0)
        return;
    for (uint32_t i = 0; i < definition->version_count; i++) {
        CrdVersion *version = &definition->versions[i];
        Str api_version = crd_api_version(definition, version, scratch);
        /* Kubernetes' own kinds are served by Kubernetes. */
        bool built_in = schema_kind_lookup(NULL, api_version, definition->kind) != BASE_NONE;
        bool taken = rival && rival->is_input && !str_eq(rival->name, definition->name) &&
                     schema_kind_lookup(schema, api_version, definition->kind) != BASE_NONE;
        if (!version->name.len || built_in || taken)
            continue;
        uint32_t index = crd_add_kind(schema, definition, api_version) - SCHEMA_STATIC_KINDS;
        while (definers->len <= index)
            vec_push(definers, (Definer){0});
        definers->at[index] = (Definer){definition, version};
    }
}

/* The same CRD often stands in several files: of all but the last nobody sees the types. */
static void add_types(Schema *schema, const Definers *definers, CrdDemand demand, CrdSet *set)
{
    for (uint32_t i = 0; i < definers->len; i++) {
        Definer by = definers->at[i];
        KindId kind = SCHEMA_STATIC_KINDS + i;
        if (!by.definition)
            continue;
        Str api_version = schema_name_text(schema, schema->kinds.at[i].api_version);
        if (!demand.asks || demand.asks(demand.context, api_version, by.definition->kind))
            crd_add_type(schema, kind, by.definition, by.version, demand, set);
    }
}

void crd_build(Schema *schema, CrdSet *const *sets, uint32_t count, const Sources *sources,
               CrdDemand demand, Diag *diag)
{
    VEC(CrdDefinition *) all = {0};
    struct CrdTable *table = crd_table_of(schema);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t at = 0; at < sets[i]->definitions.len; at++)
            vec_push(&all, sets[i]->definitions.at[at]);
        vec_clear(&sets[i]->definitions);
        arena_adopt(&table->arena, &sets[i]->arena);
    }
    Order order = {sources};
    if (all.len)
        sort_with(all.at, all.len, sizeof *all.at, compare, &order);
    Interner names;
    interner_init(&names);
    Arena scratch = {0};
    VEC(uint32_t) heads = {0}; /* by id of a group and kind: its last definition */
    Definers definers = {0};
    for (uint32_t i = 0; i < all.len; i++) {
        CrdDefinition *definition = all.at[i];
        const Str kind[] = {definition->group, STR("/"), definition->kind};
        uint32_t head = intern(&names, arena_concat(&scratch, kind, BASE_COUNT(kind)));
        while (heads.len <= head)
            vec_push(&heads, BASE_NONE);
        const CrdDefinition *rival = find_rival(all.at, heads.at, head);
        if (rival && rival->is_input && definition->kind.len &&
            !crd_is_same_definition(rival, definition, demand))
            report_conflict(diag, rival, definition);
        add_definition(schema, definition, rival, &definers, &scratch);
        heads.at[head] = i;
        arena_reset(&scratch);
    }
    add_types(schema, &definers, demand, sets[0]);
    vec_free(&definers);
    vec_free(&heads);
    interner_free(&names);
    arena_free(&scratch);
    vec_free(&all);
}
