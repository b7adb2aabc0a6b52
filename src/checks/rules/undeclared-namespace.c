/* An object lives in a Namespace that the input does not declare, though it declares
 * others. */
#include "checks/link.h"

extern const Rule rule_undeclared_namespace;

enum { NAMESPACES_COMPARED = 64 };

/* A declared Namespace whose name is a letter away, or BASE_NONE. */
static uint32_t find_alike(const Facts *facts, Str name)
{
    uint32_t compared = 0;
    for (uint32_t i = 0; i < facts->labelled.len && compared < NAMESPACES_COMPARED; i++) {
        const LabelledFact *fact = &facts->labelled.at[i];
        if (fact->space != LABELS_NAMESPACE)
            continue;
        compared++;
        if (alike(name, facts_text(facts, facts_object(facts, fact->object)->name)))
            return fact->object;
    }
    return BASE_NONE;
}

static void report_namespace(const LinkContext *context, const NamespaceUse *use)
{
    const Facts *facts = link_facts(context->link);
    Str name = facts_text(facts, use->ns);
    Finding *finding = diag_report(
        context->diag, &rule_undeclared_namespace.info,
        facts_place(facts, use->object, use->place),
        "%.*s is in namespace \"%.*s\", which the input does not declare",
        STR_ARG(facts_object_text(facts, use->object, context->scratch)), STR_ARG(name));
    if (!finding)
        return;
    link_set_field(context, finding, use->object, STR("metadata.namespace"));
    uint32_t near = find_alike(facts, name);
    if (near == BASE_NONE) {
        diag_lower(context->diag, finding, SEVERITY_INFO);
        return;
    }
    diag_note(context->diag, finding, facts_name_place(facts, near),
              "%.*s is named much the same",
              STR_ARG(facts_object_text(facts, near, context->scratch)));
    diag_help(context->diag, finding, "write %.*s",
              STR_ARG(facts_text(facts, facts_object(facts, near)->name)));
}

static bool is_known(const LinkContext *context, uint32_t ns)
{
    const Facts *facts = link_facts(context->link);
    Reference reference = {.group = interner_find(facts->strings, STR("")),
                           .kind = interner_find(facts->strings, STR("Namespace")),
                           .name = ns};
    return link_resolve(context->link, &reference) != BASE_NONE ||
           link_lives_elsewhere(context->link, &reference);
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    if (link_space_is_empty(context->link, LABELS_NAMESPACE))
        return;
    SeqTable told = {0};
    for (uint32_t i = 0; i < facts->namespace_uses.len; i++) {
        const NamespaceUse *use = &facts->namespace_uses.at[i];
        uint32_t before = seq_count(&told);
        if (seq_intern(&told, &use->ns, 1) == before && !is_known(context, use->ns))
            report_namespace(context, use);
        arena_reset(context->scratch);
    }
    seq_table_free(&told);
}

const Rule rule_undeclared_namespace = {
    .info =
        {
            .id = "undeclared-namespace",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "An object is in a Namespace that the input does not declare",
            .why = "An object of a Namespace that does not exist is refused (\"namespaces ... not "
                   "found\").  Told is the first object of each such namespace, and only where the "
                   "input declares other Namespaces: a warning where one of those is named much the "
                   "same, else an info, since Namespaces are often made elsewhere.",
            .fix = "Correct metadata.namespace, or add the Namespace.",
        },
    .on_link = on_link,
};
