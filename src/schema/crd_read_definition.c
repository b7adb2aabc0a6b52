/* crd_read_definition.c: a CRD as a definition: its names, and its versions with the shapes
 * that crd_read.c makes of their schemas.  What cannot be read is left out, and told by the
 * walk over the CRD. */
#include "schema/crd_read.h"

static CrdScale *read_scale(CrdReader *reader, uint32_t subresources)
{
    uint32_t node = crd_map_under(reader, subresources, "scale");
    if (node == BASE_NONE)
        return NULL;
    CrdScale *scale = arena_alloc(reader->arena, sizeof *scale);
    *scale = (CrdScale){crd_text_under(reader, node, "specReplicasPath"),
                        crd_text_under(reader, node, "statusReplicasPath"),
                        crd_text_under(reader, node, "labelSelectorPath")};
    return scale;
}

/* What v1beta1 may say once for all versions. */
typedef struct Shared {
    CrdShape *shape;
    uint32_t subresources;
} Shared;

static CrdShape *read_root(CrdReader *reader, uint32_t validation)
{
    uint32_t node = crd_map_under(reader, validation, "openAPIV3Schema");
    return node == BASE_NONE || reader->bare ? NULL : crd_read_shape(reader, node);
}

static CrdVersion read_version(CrdReader *reader, uint32_t node, const Shared *shared)
{
    uint32_t subresources = crd_map_under(reader, node, "subresources");
    if (subresources == BASE_NONE)
        subresources = shared->subresources;
    CrdVersion version = {
        .node = node,
        .name = crd_text_under(reader, node, "name"),
        .shape = read_root(reader, crd_map_under(reader, node, "schema")),
        .scale = read_scale(reader, subresources),
        .warning = crd_text_under(reader, node, "deprecationWarning"),
        .served = crd_true_under(reader, node, "served"),
        .storage = crd_true_under(reader, node, "storage"),
        .deprecated = crd_true_under(reader, node, "deprecated"),
        .status = crd_map_under(reader, subresources, "status") != BASE_NONE,
    };
    if (!version.shape)
        version.shape = shared->shape;
    return version;
}

static void read_versions(CrdReader *reader, CrdDefinition *definition, uint32_t spec)
{
    const Document *doc = reader->doc;
    Shared shared = {read_root(reader, crd_map_under(reader, spec, "validation")),
                     crd_map_under(reader, spec, "subresources")};
    uint32_t versions = spec == BASE_NONE ? BASE_NONE : node_get_text(doc, spec, STR("versions"));
    if (versions == BASE_NONE || !crd_is_kind(reader, versions, NODE_SEQ) ||
        node_at(doc, versions)->len == 0) {
        Str only = crd_text_under(reader, spec, "version"); /* as v1beta1 may have it */
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
    uint32_t spec = crd_map_under(reader, node, "spec");
    uint32_t names = crd_map_under(reader, spec, "names");
    uint32_t kind = names == BASE_NONE ? BASE_NONE : node_get_text(doc, names, STR("kind"));
    definition->name = crd_text_under(reader, crd_map_under(reader, node, "metadata"), "name");
    definition->group = crd_text_under(reader, spec, "group");
    definition->kind = crd_text_under(reader, names, "kind");
    definition->plural = crd_text_under(reader, names, "plural");
    definition->scope = str_is(crd_text_under(reader, spec, "scope"), "Cluster") ? SCOPE_CLUSTER
                                                                             : SCOPE_NAMESPACED;
    /* Versions of v1beta1 keep unknown fields unless they say otherwise. */
    bool beta = str_ends(crd_text_under(reader, node, "apiVersion"), STR("/v1beta1"));
    uint32_t preserves = spec == BASE_NONE
                             ? BASE_NONE
                             : node_get_text(doc, spec, STR("preserveUnknownFields"));
    definition->preserves = crd_is_true(reader, preserves) ||
                            (beta && (preserves == BASE_NONE || !crd_is_kind(reader, preserves, NODE_BOOL)));
    definition->place = document_place(doc, kind == BASE_NONE ? node : kind);
    definition->item = doc->item;
    reader->lenient = definition->preserves;
    read_versions(reader, definition, spec);
    return definition;
}

CrdDefinition *crd_keep_definition(Arena *arena, const Document *doc, uint32_t node)
{
    CrdReader reader = {.arena = arena, .doc = doc, .bare = true};
    CrdDefinition *definition = crd_read_definition(&reader, node);
    uint32_t spec = crd_map_under(&reader, node, "spec");
    definition->json = doc->json;
    if (spec != BASE_NONE)
        definition->packed = crd_pack(arena, doc, spec, &definition->fingerprint);
    return definition;
}

void crd_unfold_definition(CrdDefinition *definition, Arena *arena)
{
    if (!definition->packed.len)
        return;
    Arena scratch = {0};
    Document spec = crd_unpack(&scratch, definition->packed, definition->json);
    CrdReader reader = {.arena = arena, .doc = &spec, .lenient = definition->preserves};
    CrdDefinition whole = {0};
    read_versions(&reader, &whole, 0);
    for (uint32_t i = 0; i < definition->version_count; i++)
        definition->versions[i].shape = whole.versions[i].shape;
    definition->packed = str_slice("", 0);
    arena_free(&scratch);
}
