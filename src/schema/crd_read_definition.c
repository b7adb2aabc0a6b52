/* crd_read_definition.c: a CRD as a definition: its names, and its versions with the shapes
 * that crd_read.c makes of their schemas.  What cannot be read is left out, and told by the
 * walk over the CRD. */
#include "schema/crd_read.h"

/* The keys that are asked for, by mapping. */
enum { OWN_API_VERSION, OWN_METADATA, OWN_SPEC, OWN_COUNT };
static const Str OWN_KEYS[OWN_COUNT] = {
    [OWN_API_VERSION] = STR_INIT("apiVersion"),
    [OWN_METADATA] = STR_INIT("metadata"),
    [OWN_SPEC] = STR_INIT("spec"),
};
enum {
    SPEC_GROUP, SPEC_NAMES, SPEC_SCOPE, SPEC_VERSIONS, SPEC_PRESERVES,
    SPEC_VALIDATION, SPEC_SUBRESOURCES, SPEC_VERSION, /* v1beta1 may say these once for all */
    SPEC_COUNT,
};
static const Str SPEC_KEYS[SPEC_COUNT] = {
    [SPEC_GROUP] = STR_INIT("group"),
    [SPEC_NAMES] = STR_INIT("names"),
    [SPEC_SCOPE] = STR_INIT("scope"),
    [SPEC_VERSIONS] = STR_INIT("versions"),
    [SPEC_PRESERVES] = STR_INIT("preserveUnknownFields"),
    [SPEC_VALIDATION] = STR_INIT("validation"),
    [SPEC_SUBRESOURCES] = STR_INIT("subresources"),
    [SPEC_VERSION] = STR_INIT("version"),
};
enum { NAMES_KIND, NAMES_PLURAL, NAMES_COUNT };
static const Str NAMES_KEYS[NAMES_COUNT] = {
    [NAMES_KIND] = STR_INIT("kind"),
    [NAMES_PLURAL] = STR_INIT("plural"),
};
enum {
    VERSION_NAME, VERSION_SCHEMA, VERSION_SUBRESOURCES, VERSION_WARNING, VERSION_SERVED,
    VERSION_STORAGE, VERSION_DEPRECATED, VERSION_SELECTABLE, VERSION_COUNT,
};
static const Str VERSION_KEYS[VERSION_COUNT] = {
    [VERSION_NAME] = STR_INIT("name"),
    [VERSION_SCHEMA] = STR_INIT("schema"),
    [VERSION_SUBRESOURCES] = STR_INIT("subresources"),
    [VERSION_WARNING] = STR_INIT("deprecationWarning"),
    [VERSION_SERVED] = STR_INIT("served"),
    [VERSION_STORAGE] = STR_INIT("storage"),
    [VERSION_DEPRECATED] = STR_INIT("deprecated"),
    [VERSION_SELECTABLE] = STR_INIT("selectableFields"),
};
enum { PARTS_STATUS, PARTS_SCALE, PARTS_COUNT }; /* of subresources */
static const Str PARTS_KEYS[PARTS_COUNT] = {
    [PARTS_STATUS] = STR_INIT("status"),
    [PARTS_SCALE] = STR_INIT("scale"),
};
enum { SCALE_SPEC, SCALE_STATUS, SCALE_SELECTOR, SCALE_COUNT };
static const Str SCALE_KEYS[SCALE_COUNT] = {
    [SCALE_SPEC] = STR_INIT("specReplicasPath"),
    [SCALE_STATUS] = STR_INIT("statusReplicasPath"),
    [SCALE_SELECTOR] = STR_INIT("labelSelectorPath"),
};

static CrdScale *read_scale(CrdReader *reader, uint32_t node)
{
    uint32_t of[SCALE_COUNT];
    if (node == BASE_NONE)
        return NULL;
    crd_find(reader, node, SCALE_KEYS, SCALE_COUNT, of);
    CrdScale *scale = arena_alloc(reader->arena, sizeof *scale);
    *scale = (CrdScale){crd_read_text(reader, of[SCALE_SPEC]), crd_read_text(reader, of[SCALE_STATUS]),
                        crd_read_text(reader, of[SCALE_SELECTOR])};
    return scale;
}

/* What v1beta1 may say once for all versions. */
typedef struct Shared {
    CrdShape *shape;
    uint32_t subresources;
} Shared;

/* sought: paths lead to its fields. */
static CrdShape *read_root(CrdReader *reader, uint32_t validation, bool sought)
{
    uint32_t schema = crd_map_at(reader, node_get_text(reader->doc, validation,
                                                       STR("openAPIV3Schema")));
    if (schema == BASE_NONE || reader->bare)
        return NULL;
    reader->root = schema;
    reader->settled = reader->reviews && !reader->lenient && !sought
                          ? crd_find_settled(reader->arena, reader->doc, schema)
                          : NULL;
    return crd_read_shape(reader, schema);
}

static CrdVersion read_version(CrdReader *reader, uint32_t node, const Shared *shared)
{
    uint32_t of[VERSION_COUNT], parts[PARTS_COUNT];
    crd_find(reader, node, VERSION_KEYS, VERSION_COUNT, of);
    uint32_t subresources = crd_map_at(reader, of[VERSION_SUBRESOURCES]);
    if (subresources == BASE_NONE)
        subresources = shared->subresources;
    crd_find(reader, subresources, PARTS_KEYS, PARTS_COUNT, parts);
    CrdVersion version = {
        .node = node,
        .name = crd_read_text(reader, of[VERSION_NAME]),
        .shape = read_root(reader, of[VERSION_SCHEMA], of[VERSION_SELECTABLE] != BASE_NONE),
        .scale = read_scale(reader, crd_map_at(reader, parts[PARTS_SCALE])),
        .warning = crd_read_text(reader, of[VERSION_WARNING]),
        .served = crd_is_true(reader, of[VERSION_SERVED]),
        .storage = crd_is_true(reader, of[VERSION_STORAGE]),
        .deprecated = crd_is_true(reader, of[VERSION_DEPRECATED]),
        .status = crd_map_at(reader, parts[PARTS_STATUS]) != BASE_NONE,
    };
    if (!version.shape)
        version.shape = shared->shape;
    return version;
}

/* of: what stands under SPEC_KEYS. */
static void read_versions(CrdReader *reader, CrdDefinition *definition, uint32_t spec,
                          const uint32_t of[SPEC_COUNT])
{
    const Document *doc = reader->doc;
    Shared shared = {read_root(reader, of[SPEC_VALIDATION], true),
                     crd_map_at(reader, of[SPEC_SUBRESOURCES])};
    uint32_t versions = of[SPEC_VERSIONS];
    if (versions == BASE_NONE || !crd_is_kind(reader, versions, NODE_SEQ) ||
        node_at(doc, versions)->len == 0) {
        Str only = crd_read_text(reader, of[SPEC_VERSION]);
        if (only.len == 0)
            return;
        definition->versions = arena_alloc(reader->arena, sizeof *definition->versions);
        *definition->versions = read_version(reader, spec, &shared);
        definition->versions->name = only;
        definition->versions->served = definition->versions->storage = true;
        definition->version_count = 1;
        return;
    }
    definition->versions = arena_alloc(reader->arena,
                                       sizeof *definition->versions * node_at(doc, versions)->len);
    for (uint32_t at = node_first(versions); at < node_end(doc, versions);
         at = node_after(doc, at))
        if (crd_is_kind(reader, at, NODE_MAP))
            definition->versions[definition->version_count++] = read_version(reader, at, &shared);
}

CrdDefinition *crd_read_definition(CrdReader *reader, uint32_t node)
{
    const Document *doc = reader->doc;
    CrdDefinition *definition = arena_zero(reader->arena, sizeof *definition);
    uint32_t own[OWN_COUNT], of[SPEC_COUNT], names[NAMES_COUNT];
    crd_find(reader, node, OWN_KEYS, OWN_COUNT, own);
    uint32_t spec = crd_map_at(reader, own[OWN_SPEC]);
    crd_find(reader, spec, SPEC_KEYS, SPEC_COUNT, of);
    crd_find(reader, of[SPEC_NAMES], NAMES_KEYS, NAMES_COUNT, names);
    definition->name = crd_read_text(reader, node_get_text(doc, own[OWN_METADATA], STR("name")));
    definition->group = crd_read_text(reader, of[SPEC_GROUP]);
    definition->kind = crd_read_text(reader, names[NAMES_KIND]);
    definition->plural = crd_read_text(reader, names[NAMES_PLURAL]);
    definition->scope = str_is(crd_read_text(reader, of[SPEC_SCOPE]), "Cluster") ? SCOPE_CLUSTER
                                                                                : SCOPE_NAMESPACED;
    /* Versions of v1beta1 keep unknown fields unless they say otherwise. */
    bool beta = str_ends(crd_read_text(reader, own[OWN_API_VERSION]), STR("/v1beta1"));
    uint32_t preserves = of[SPEC_PRESERVES];
    definition->preserves = crd_is_true(reader, preserves) ||
                            (beta && (preserves == BASE_NONE || !crd_is_kind(reader, preserves, NODE_BOOL)));
    definition->place = document_place(doc, names[NAMES_KIND] == BASE_NONE ? node : names[NAMES_KIND]);
    definition->item = doc->item;
    reader->lenient = definition->preserves;
    read_versions(reader, definition, spec, of);
    return definition;
}

/* From the spec up to what stands behind it; what an alias brings stands elsewhere. */
static uint64_t hash_spec(const Document *doc, uint32_t spec)
{
    uint32_t from = node_at(doc, spec)->offset, behind = node_after(doc, spec);
    size_t end = behind < doc->count ? node_at(doc, behind)->offset : doc->text.len;
    return doc->alias_count ? 0 : crd_hash_text(1, str_slice(doc->text.ptr + from, end - from)) | 1;
}

static uint32_t spec_of(const CrdReader *reader, uint32_t node)
{
    return crd_map_at(reader, node_get_text(reader->doc, node, STR("spec")));
}

CrdDefinition *crd_keep_definition(Arena *arena, const Document *doc, uint32_t node, bool by_place)
{
    CrdReader reader = {.arena = arena, .doc = doc, .bare = true};
    CrdDefinition *definition = crd_read_definition(&reader, node);
    uint32_t spec = spec_of(&reader, node);
    definition->json = doc->json;
    definition->folded = spec != BASE_NONE;
    definition->kept = !by_place;
    if (spec != BASE_NONE)
        definition->text = hash_spec(doc, spec);
    if (spec != BASE_NONE && !by_place)
        definition->packed = crd_pack(arena, doc, spec, &definition->fingerprint);
    return definition;
}

void crd_unfold_definition(CrdDefinition *definition, CrdDemand demand, Arena *arena)
{
    if (!definition->folded)
        return;
    definition->folded = false;
    Arena scratch = {0};
    Document doc;
    CrdReader reader = {.arena = arena, .doc = &doc, .lenient = definition->preserves};
    CrdDefinition whole = {0};
    uint32_t of[SPEC_COUNT], spec = 0;
    if (definition->kept) {
        doc = crd_unpack(&scratch, definition->packed, definition->json);
        reader.borrows = true; /* what is packed stays, and texts in it */
    } else {
        bool there = demand.read(demand.context, definition->place.doc, definition->item, &doc);
        spec = there ? spec_of(&reader, doc.root) : BASE_NONE;
    }
    if (spec != BASE_NONE) {
        crd_find(&reader, spec, SPEC_KEYS, SPEC_COUNT, of);
        read_versions(&reader, &whole, spec, of);
    }
    for (uint32_t i = 0; i < definition->version_count && i < whole.version_count; i++)
        definition->versions[i].shape = whole.versions[i].shape;
    arena_free(&scratch);
}

/* What its document says, whose names are not bound any more. */
static uint64_t read_fingerprint(const CrdDefinition *definition, CrdDemand demand)
{
    Document doc;
    uint64_t fingerprint = 0;
    if (!demand.read(demand.context, definition->place.doc, definition->item, &doc))
        return 0;
    Arena scratch = {0};
    CrdReader reader = {.arena = &scratch, .doc = &doc};
    uint32_t spec = spec_of(&reader, doc.root);
    if (spec != BASE_NONE)
        (void)crd_pack(&scratch, &doc, spec, &fingerprint);
    arena_free(&scratch);
    return fingerprint;
}

bool crd_is_same_definition(const CrdDefinition *a, const CrdDefinition *b, CrdDemand demand)
{
    if (a->text && a->text == b->text)
        return true;
    if (a->kept && b->kept)
        return a->fingerprint == b->fingerprint;
    return read_fingerprint(a, demand) == read_fingerprint(b, demand);
}
