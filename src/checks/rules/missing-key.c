/* A field names a key that the ConfigMap or Secret, which is there, does not have. */
#include "checks/link.h"

extern const Rule rule_missing_key;

typedef struct NearKey {
    const Symbol *symbol; /* NULL: none */
    unsigned distance;
} NearKey;

enum { KEYS_COMPARED = 64 };

static NearKey find_near(const LinkContext *context, uint32_t object, Str wanted)
{
    const Facts *facts = link_facts(context->link);
    SymbolList symbols = link_symbols(context->link, object);
    NearKey near = {NULL, UINT32_MAX};
    for (uint32_t i = 0; i < symbols.count && i < KEYS_COMPARED; i++) {
        unsigned distance;
        Str name = facts_text(facts, symbols.at[i].name);
        if (!str_is_typo(wanted, name, &distance) || distance > near.distance ||
            (distance == near.distance && symbols.at[i].place.offset > near.symbol->place.offset))
            continue;
        near = (NearKey){&symbols.at[i], distance};
    }
    return near;
}

/* The keys that are there, in the order of the document: "a, b and 3 more". */
enum { KEYS_TOLD = 5 };

static int compare_places(const void *left, const void *right, void *context)
{
    (void)context;
    const Symbol *a = left, *b = right;
    return compare_uint(a->place.offset, b->place.offset);
}

static Str keys_text(const LinkContext *context, uint32_t object)
{
    const Facts *facts = link_facts(context->link);
    SymbolList list = link_symbols(context->link, object);
    uint32_t count = list.count < KEYS_COMPARED ? list.count : KEYS_COMPARED;
    Symbol *sorted = arena_alloc(context->scratch, sizeof *sorted * (count + 1));
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = list.at[i];
    sort_with(sorted, count, sizeof *sorted, compare_places, NULL);
    Str text = STR("");
    for (uint32_t i = 0; i < count && i < KEYS_TOLD; i++)
        text = arena_format(context->scratch, "%.*s%s%.*s", STR_ARG(text), i ? ", " : "",
                            STR_ARG(facts_text(facts, sorted[i].name)));
    if (list.count > KEYS_TOLD)
        text = arena_format(context->scratch, "%.*s and %u more", STR_ARG(text),
                            (unsigned)(list.count - KEYS_TOLD));
    return text;
}

static void report_key(const LinkContext *context, const Reference *reference, const Want *want,
                       uint32_t target)
{
    const Facts *facts = link_facts(context->link);
    Str key = facts_text(facts, want->name);
    Str user = facts_object_text(facts, reference->object, context->scratch);
    Str object = facts_object_text(facts, target, context->scratch);
    Finding *finding = diag_report(context->diag, &rule_missing_key.info,
                                   facts_place(facts, reference->object, want->place),
                                   "%.*s needs the key \"%.*s\", which %.*s does not have",
                                   STR_ARG(user), STR_ARG(key), STR_ARG(object));
    if (!finding)
        return;
    finding->object = reference->object;
    finding->path = facts_text(facts, want->path);
    finding->pointer = facts_pointer(facts, want->path, want->pointer, &context->diag->arena);
    if (!link_belong_together(context->link, reference->object, target))
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    NearKey near = find_near(context, target, key);
    if (near.symbol) {
        Str name = facts_text(facts, near.symbol->name);
        diag_note(context->diag, finding, facts_place(facts, target, near.symbol->place),
                  "%.*s has the key \"%.*s\"", STR_ARG(object), STR_ARG(name));
        diag_help(context->diag, finding, "write %.*s", STR_ARG(name));
        return;
    }
    diag_note(context->diag, finding, facts_name_place(facts, target), "its keys are %.*s",
              STR_ARG(keys_text(context, target)));
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0;
         (i = link_next_reference(context->link, i, REFERENCES_WANTING)) < facts->references.len; i++) {
        const Reference *it = &facts->references.at[i];
        if (it->flags & (REFERENCE_OPTIONAL | REFERENCE_LISTENER))
            continue;
        uint32_t target = link_resolve(context->link, it);
        if (target == BASE_NONE || link_service_of(context->link, target) != BASE_NONE)
            continue;
        for (uint32_t j = 0; j < it->want_count; j++) {
            const Want *want = &facts->wants.at[it->wants + j];
            if (want->name && !link_offers(context->link, target, want->name))
                report_key(context, it, want, target);
        }
        arena_reset(context->scratch);
    }
}

const Rule rule_missing_key = {
    .info =
        {
            .id = "missing-key",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A field names a key that the ConfigMap or Secret does not have",
            .why = "The API server does not look into the ConfigMap or Secret that a Pod names.  "
                   "The kubelet does, and a key that is missing there keeps the container from "
                   "starting (CreateContainerConfigError) or the volume from being mounted.  "
                   "References with optional: true are not looked at, nor objects without any "
                   "key, which something else will fill.  Where several definitions of the object "
                   "are given, it is enough that one of them has the key.  Where nothing but the name "
                   "joins the two, and they stand in different folders, this is a warning.",
            .fix = "Correct the key, add it to the ConfigMap or Secret, or say optional: true if "
                   "the Pod runs without it.",
        },
    .on_link = on_link,
};
