/* One object, told by group, kind, namespace and name, is defined more than once. */
#include "checks/link.h"

extern const Rule rule_duplicate_object;

static uint32_t file_of(const LinkContext *context, uint32_t id)
{
    Place place = facts_name_place(link_facts(context->link), id);
    return link_sources(context->link)->docs.at[place.doc].file;
}

/* Within one file or stream the later silently replaces the earlier when it is
 * applied; loose files may be alternatives, of which one is applied. */
static void report_duplicate(const LinkContext *context, uint32_t id, uint32_t first,
                             uint32_t in_same_file, bool alone)
{
    const Facts *facts = link_facts(context->link);
    const Object *object = facts_object(facts, id);
    Str name = facts_object_text(facts, id, context->scratch);
    Str ns = facts_text(facts, object->ns);
    bool same_file = in_same_file != BASE_NONE;
    Finding *finding =
        ns.len ? diag_report(context->diag, &rule_duplicate_object.info, facts_name_place(facts, id),
                             "%.*s in namespace \"%.*s\" is defined more than once",
                             STR_ARG(name), STR_ARG(ns))
               : diag_report(context->diag, &rule_duplicate_object.info, facts_name_place(facts, id),
                             "%.*s is defined more than once", STR_ARG(name));
    if (!finding)
        return;
    link_set_field(context, finding, id, STR("metadata.name"));
    bool one_build = link_options(context->link)->one_build &&
                     object->api_version == facts_object(facts, first)->api_version;
    if ((!same_file || alone) && !one_build)
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    diag_note(context->diag, finding, facts_name_place(facts, same_file ? in_same_file : first),
              same_file ? "defined here, in the same file" : "first defined here");
    if (one_build)
        diag_note(context->diag, finding, (Place){.doc = BASE_NONE, .file = BASE_NONE},
                  "kustomize build refuses to add one object twice");
}

/* Objects of one identity come by place, so those of one file stand together. */
static void check_identity(const LinkContext *context, uint32_t first)
{
    const Facts *facts = link_facts(context->link);
    uint32_t before = first;
    bool alone = true; /* the server refuses those before it in the file, and makes this one */
    for (uint32_t id = link_next_same(context->link, first); id != BASE_NONE;
         id = link_next_same(context->link, id)) {
        bool same_file = file_of(context, before) == file_of(context, id);
        alone = facts_object(facts, before)->refused && (alone || !same_file);
        report_duplicate(context, id, first, same_file ? before : BASE_NONE, alone);
        before = id;
    }
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t id = 0; id < facts_object_count(facts); id++) {
        if (link_next_same(context->link, id) == BASE_NONE)
            continue;
        const Object *object = facts_object(facts, id);
        if (link_find(context->link, object->group, object->kind, object->ns, object->name) == id)
            check_identity(context, id);
        arena_reset(context->scratch);
    }
}

const Rule rule_duplicate_object = {
    .info =
        {
            .id = "duplicate-object",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "One object is defined more than once",
            .why = "The cluster holds one object of a kind, namespace and name.  Of two "
                   "definitions in one file the one that is applied last replaces the other, "
                   "without a word: mostly a name that was not changed after copying.  In "
                   "different files they may be alternatives of which only one is applied, so "
                   "that is a warning, as where the server refuses the first; within one "
                   "kustomization it is an error, since kustomize build refuses it.  The API version does not count: an object has one "
                   "identity in all versions of its group.",
            .fix = "Keep one definition, or give the other another name or namespace. If both are "
                   "alternatives for different deployments, check them separately.",
        },
    .on_link = on_link,
};
