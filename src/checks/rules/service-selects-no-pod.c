/* A Service whose selector no Pod and no Pod template of its namespace matches.
 *
 * Sure, and so an error, is it only where a Pod fails by exactly one term (or one
 * letter), by what sure.c takes for a mistake, and nothing in the namespace could
 * make Pods that the input does not show; else the Pods may live elsewhere. */
#include "checks/link.h"

extern const Rule rule_service_selects_no_pod;

/* What is being told of one Service. */
typedef struct Report {
    const Link *link;
    const Facts *facts;
    Diag *diag;
    Arena *scratch;
    const Selector *selector;
    uint32_t ns;
    Finding *finding;
} Report;

static const Term *term_at(const Report *report, uint32_t index)
{
    return &report->facts->terms.at[report->selector->terms + index];
}

static void put_pair(const Report *report, Buf *text, uint32_t pair)
{
    buf_str(text, facts_text(report->facts, facts_pair_key(report->facts, pair)));
    buf_byte(text, '=');
    buf_str(text, facts_text(report->facts, facts_pair_value(report->facts, pair)));
}

static void put_separator(Buf *text, bool first, bool last, const char *word)
{
    if (!first)
        buf_text(text, last ? word : ", ");
}

/* ---- how a Pod stands to the selector ---- */
typedef struct Standing {
    uint32_t met, lacking, wrong;
} Standing;

static TermState state_of(const Report *report, uint32_t pod, uint32_t term, uint32_t *pair,
                          Place *place)
{
    return link_term_state(report->link, pod, term_at(report, term), pair, place);
}

static Standing standing_of(const Report *report, uint32_t pod)
{
    Standing standing = {0};
    for (uint32_t i = 0; i < report->selector->term_count; i++) {
        uint32_t pair;
        Place place;
        switch (state_of(report, pod, i, &pair, &place)) {
        case TERM_MET: standing.met++; break;
        case TERM_LACKING: standing.lacking++; break;
        case TERM_WRONG: standing.wrong++; break;
        }
    }
    return standing;
}

/* The terms in one state, joined: "app=monolith, tier=web and zone=a". */
static void put_terms(const Report *report, Buf *text, uint32_t pod, TermState wanted,
                      uint32_t count)
{
    uint32_t told = 0;
    for (uint32_t i = 0; i < report->selector->term_count; i++) {
        uint32_t pair;
        Place place;
        if (state_of(report, pod, i, &pair, &place) != wanted)
            continue;
        put_separator(text, told == 0, told + 1 == count, " and ");
        told++;
        if (wanted == TERM_WRONG) {
            put_pair(report, text, pair);
            buf_text(text, ", not ");
        }
        put_pair(report, text, term_at(report, i)->value);
    }
}

/* Pod "a", or Pods of Deployment "b". */
static Str pods_text(const Report *report, const PodFact *pod)
{
    Str object = facts_object_text(report->facts, pod->object, report->scratch);
    if (!(pod->flags & POD_TEMPLATE))
        return object;
    return arena_format(report->scratch, "Pods of %.*s", STR_ARG(object));
}

static void note_pod(Report *report, uint32_t index)
{
    const PodFact *pod = &report->facts->pods.at[index];
    bool plural = pod->flags & POD_TEMPLATE;
    Standing standing = standing_of(report, index);
    Buf text = {0};
    if (standing.met) {
        buf_text(&text, plural ? " match " : " matches ");
        put_terms(report, &text, index, TERM_MET, standing.met);
        buf_text(&text, " but");
    }
    if (standing.lacking) {
        buf_text(&text, plural ? " lack " : " lacks ");
        put_terms(report, &text, index, TERM_LACKING, standing.lacking);
    }
    if (standing.lacking && standing.wrong)
        buf_text(&text, " and");
    Place place = facts_place(report->facts, pod->object, pod->place);
    if (standing.wrong) {
        buf_text(&text, plural ? " have " : " has ");
        put_terms(report, &text, index, TERM_WRONG, standing.wrong);
        for (uint32_t i = 0; i < report->selector->term_count; i++) {
            uint32_t pair;
            Place entry;
            if (state_of(report, index, i, &pair, &entry) == TERM_WRONG) {
                place = entry;
                break;
            }
        }
    }
    diag_note(report->diag, report->finding, place, "%.*s%.*s",
              STR_ARG(pods_text(report, pod)), STR_ARG(buf_slice(&text)));
    buf_free(&text);
}

/* ---- the terms that are not met ---- */
static bool fails_any(const Report *report, const Nearest *nearest, uint32_t term)
{
    for (uint32_t i = 0; i < nearest->count; i++) {
        uint32_t pair;
        Place place;
        if (state_of(report, nearest->pods[i], term, &pair, &place) != TERM_MET)
            return true;
    }
    return nearest->count == 0;
}

enum { TERMS_SHOWN = 3 };

static void note_terms(Report *report, const Nearest *nearest)
{
    Str ns = facts_text(report->facts, report->ns);
    uint32_t shown = 0;
    for (uint32_t i = 0; i < report->selector->term_count && shown < TERMS_SHOWN; i++) {
        const Term *term = term_at(report, i);
        bool nowhere = !link_pair_in_namespace(report->link, report->ns, term->value);
        if (nearest->count == 0 ? !nowhere : !fails_any(report, nearest, i))
            continue;
        shown++;
        Place place = facts_place(report->facts, report->selector->object, term->place);
        Buf text = {0};
        put_pair(report, &text, term->value);
        if (nowhere)
            diag_note(report->diag, report->finding, place,
                      "no Pod in namespace \"%.*s\" has the label %.*s", STR_ARG(ns),
                      STR_ARG(buf_slice(&text)));
        else if (nearest->failed == 1)
            diag_note(report->diag, report->finding, place,
                      "no Pod that meets the rest has %.*s", STR_ARG(buf_slice(&text)));
        else
            diag_note(report->diag, report->finding, place, "%.*s is not met",
                      STR_ARG(buf_slice(&text)));
        buf_free(&text);
    }
}

static void note_elsewhere(Report *report, uint32_t selector)
{
    uint32_t pod_index = link_match_elsewhere(report->link, selector);
    if (pod_index == BASE_NONE)
        return;
    const PodFact *pod = &report->facts->pods.at[pod_index];
    Str ns = facts_text(report->facts, facts_object(report->facts, pod->object)->ns);
    diag_note(report->diag, report->finding,
              facts_place(report->facts, pod->object, pod->place),
              "%.*s would match, but in namespace \"%.*s\"; a Service selects in its own only",
              STR_ARG(pods_text(report, pod)), STR_ARG(ns));
}

/* ---- what to do ---- */
/* A scalar as it has to be written so that it is read as a string. */
static void put_yaml_string(Buf *text, Str value)
{
    bool plain = value.len && scalar_resolve(value) == NODE_STRING;
    for (size_t i = 0; i < value.len; i++)
        plain &= value.ptr[i] != ':' && value.ptr[i] != '#' && value.ptr[i] != '"' &&
                 value.ptr[i] != '\'' && (unsigned char)value.ptr[i] > ' ';
    if (plain)
        buf_str(text, value);
    else
        buf_json(text, value);
}

static void put_yaml_entry(const Report *report, Buf *text, uint32_t pair)
{
    put_yaml_string(text, facts_text(report->facts, facts_pair_key(report->facts, pair)));
    buf_text(text, ": ");
    put_yaml_string(text, facts_text(report->facts, facts_pair_value(report->facts, pair)));
}

/* Where the first of the nearest fails by one term, that is what to change. */
static void help_pod(Report *report, uint32_t index)
{
    const PodFact *pod = &report->facts->pods.at[index];
    Str object = facts_object_text(report->facts, pod->object, report->scratch);
    const char *whose = pod->flags & POD_TEMPLATE ? "of the Pod template of" : "of";
    for (uint32_t i = 0; i < report->selector->term_count; i++) {
        uint32_t pair;
        Place place;
        TermState state = state_of(report, index, i, &pair, &place);
        if (state == TERM_MET)
            continue;
        Buf wanted = {0}, found = {0};
        put_yaml_entry(report, &wanted, term_at(report, i)->value);
        if (state == TERM_LACKING) {
            diag_help(report->diag, report->finding, "add %.*s to the labels %s %.*s",
                      STR_ARG(buf_slice(&wanted)), whose, STR_ARG(object));
        } else {
            put_yaml_entry(report, &found, pair);
            diag_help(report->diag, report->finding,
                      "write %.*s in the selector, or %.*s in the labels %s %.*s",
                      STR_ARG(buf_slice(&found)), STR_ARG(buf_slice(&wanted)), whose,
                      STR_ARG(object));
        }
        buf_free(&wanted);
        buf_free(&found);
    }
}

/* ---- the rule ---- */
enum { FAR_AWAY = 2 }; /* terms that the nearest fail */

static void report_service(const LinkContext *context, const ServiceFact *service,
                           NearestScratch *scratch)
{
    const Facts *facts = link_facts(context->link);
    const Object *object = facts_object(facts, service->object);
    const Selector *selector = &facts->selectors.at[service->selector];
    Report report = {context->link, facts, context->diag, context->scratch, selector, object->ns,
                     NULL};
    Str name = facts_object_text(facts, service->object, context->scratch);
    Place place = facts_place(facts, service->object, term_at(&report, 0)->place);
    report.finding = diag_report(context->diag, &rule_service_selects_no_pod.info, place,
                                 "%.*s selects no Pod", STR_ARG(name));
    if (!report.finding)
        return;
    link_set_field(context, report.finding, service->object, STR("spec.selector"));
    Nearest nearest = link_nearest(context->link, service->selector, scratch);
    bool sure = nearest.sure && !link_may_have_more_pods(context->link, object->ns) &&
                link_is_near(context->link, service->object,
                             facts->pods.at[nearest.pods[nearest.meant]].object);
    if (!sure)
        diag_lower(context->diag, report.finding, SEVERITY_WARNING);
    /* Whoever fails many terms is hardly meant: one of them is enough to show. */
    uint32_t shown = nearest.failed > FAR_AWAY && nearest.count > 1 ? 1 : nearest.count;
    for (uint32_t i = 0; i < shown; i++)
        note_pod(&report, nearest.pods[i]);
    note_terms(&report, &nearest);
    note_elsewhere(&report, service->selector);
    if (sure && nearest.failed == 1)
        help_pod(&report, nearest.pods[nearest.meant]);
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    NearestScratch scratch = {0};
    for (uint32_t i = 0; i < facts->services.len; i++) {
        const ServiceFact *service = &facts->services.at[i];
        if (service->selector == BASE_NONE || service->type == SERVICE_EXTERNAL_NAME ||
            link_selects_any(context->link, service->selector))
            continue;
        report_service(context, service, &scratch);
        arena_reset(context->scratch);
    }
    nearest_scratch_free(&scratch);
}

const Rule rule_service_selects_no_pod = {
    .info =
        {
            .id = "service-selects-no-pod",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A Service's selector matches no Pod and no Pod template",
            .why = "The API server accepts such a Service, and every tool shows it as healthy: it "
                   "has an address and ports.  But nothing answers there, because a Service sends "
                   "traffic only to the Pods of its own namespace that carry every label of its "
                   "selector.  Mostly one label is missing or spelled differently on one side.  "
                   "It is an error when a Pod fails by exactly one label, or by one letter, and a "
                   "warning when the Pods may live elsewhere: in another tree, or made by an "
                   "operator whose custom resource stands in the namespace; or when the Pod's "
                   "labels say that it is another component.  Services without a "
                   "selector and of type ExternalName select nothing on purpose and are not "
                   "looked at.",
            .fix = "Make the selector equal to labels that the Pods have; the notes show which "
                   "label differs.",
        },
    .on_link = on_link,
};
