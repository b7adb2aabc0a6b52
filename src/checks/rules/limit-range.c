/* Pods and claims ask for more or less than a LimitRange of their namespace allows:
 * plugin/pkg/admission/limitranger.  Defaults are filled in first, then each bound is
 * held against each container, Pod or claim. */
#include "checks/admission.h"
#include "checks/link.h"

extern const Rule rule_limit_range;

/* The facts of one LimitRange: they stand together. */
typedef struct Range {
    uint32_t ns, object;
    uint32_t first, count;
} Range;

/* What is held against the bounds: a container, a Pod as a whole, a claim. */
typedef struct Subject {
    const LinkContext *context;
    uint32_t object;
    Str maker;             /* Pod "a", the Pods of Deployment "b", the claims of … */
    Str what;              /* container "web", the Pod, the claim */
    Str path;              /* of its resources */
    Span place;            /* where an entry is missing */
    const Resources *resources;
    bool claim;
    bool sure;
} Subject;

/* ---- messages ---- */

static Str text_of(const Subject *subject, const Quantity *quantity)
{
    Buf buf = {0};
    quantity_write(quantity, &buf);
    Str text = arena_str(subject->context->scratch, buf_slice(&buf));
    buf_free(&buf);
    return text;
}

static Str path_of(const Subject *subject, const char *list, Str resource)
{
    bool plain = str_find(resource, '.') == resource.len && str_find(resource, '/') == resource.len;
    return arena_format(&subject->context->diag->arena, plain ? "%.*s.%s.%.*s" : "%.*s.%s[%.*s]",
                        STR_ARG(subject->path), list, STR_ARG(resource));
}

/* The names of resources with their slashes escaped. */
static Str pointer_of(const Subject *subject, const char *list, Str resource)
{
    Arena *arena = &subject->context->diag->arena;
    Buf buf = {0};
    buf_str(&buf, link_field_pointer(subject->context, subject->object, subject->path));
    buf_format(&buf, "/%s/", list);
    for (size_t i = 0; i < resource.len; i++)
        if (resource.ptr[i] == '/')
            buf_text(&buf, "~1");
        else
            buf_byte(&buf, resource.ptr[i]);
    Str text = arena_str(arena, buf_slice(&buf));
    buf_free(&buf);
    return text;
}

/* One refusal: at is the amount that is wrong, or NULL where it is missing. */
static void report(const Subject *subject, const LimitFact *limit, const char *list,
                   const Amount *at, Str why)
{
    const LinkContext *context = subject->context;
    const Facts *facts = link_facts(context->link);
    Span place = at && at->place.length ? at->place : subject->place;
    Finding *finding = diag_report(
        context->diag, &rule_limit_range.info, facts_place(facts, subject->object, place),
        "%.*s will be refused by %.*s: %.*s", STR_ARG(subject->maker),
        STR_ARG(facts_object_text(facts, limit->object, context->scratch)), STR_ARG(why));
    if (!finding)
        return;
    Str resource = facts_text(facts, limit->resource);
    if (at && at->place.length) /* a limit may stand for the request */
        list = at->list == RESOURCE_REQUEST ? "requests" : "limits";
    finding->object = subject->object;
    finding->path = path_of(subject, list, resource);
    finding->pointer = pointer_of(subject, list, resource);
    diag_note(context->diag, finding, facts_place(facts, limit->object, limit->place),
              "the LimitRange says so here");
    if (!subject->sure || link_has_alternative(context->link, limit->object) ||
        !link_belong_together(context->link, subject->object, limit->object))
        diag_lower(context->diag, finding, SEVERITY_WARNING);
}

/* ---- bounds ---- */

/* requestLimitEnforcedValues: in thousandths, unless one is too large for that. */
typedef struct Values {
    int64_t request, limit, bound;
} Values;

static Values values_of(const Amount *request, const Amount *limit, const Quantity *bound)
{
    const Quantity zero = quantity_of_int(0);
    const Quantity *r = request ? &request->quantity : &zero;
    const Quantity *l = limit ? &limit->quantity : &zero;
    const int64_t most = INT64_MAX / 1000;
    Values values = {quantity_value(r), quantity_value(l), quantity_value(bound)};
    if (values.request <= most && values.limit <= most && values.bound <= most)
        values = (Values){quantity_milli_value(r), quantity_milli_value(l),
                          quantity_milli_value(bound)};
    return values;
}

/* What is wrong with an amount that is there: ", and its request is 2Gi by default". */
static Str as_given(const Subject *subject, const char *list, const Amount *amount)
{
    return arena_format(subject->context->scratch, ", and its %s is %.*s%s", list,
                        STR_ARG(text_of(subject, &amount->quantity)),
                        amount->from == BASE_NONE ? "" : " by default");
}

static void check_bound(const Subject *subject, const LimitFact *limit, const Quantity *bound)
{
    Arena *scratch = subject->context->scratch;
    const Facts *facts = link_facts(subject->context->link);
    const Amount *request = amounts_find(&subject->resources->requests, limit->resource);
    const Amount *most = amounts_find(&subject->resources->limits, limit->resource);
    Values values = values_of(request, most, bound);
    bool min = limit->bound == LIMIT_MIN;
    Str start = arena_format(scratch, "%.*s of %.*s %s %.*s",
                             STR_ARG(facts_text(facts, limit->resource)), STR_ARG(subject->what),
                             min ? "has to be at least" : "may be at most",
                             STR_ARG(text_of(subject, bound)));
    bool need_limit = !min && !subject->claim;
    const Amount *needed = need_limit ? most : request;
    const char *list = need_limit ? "limits" : "requests";
    Str end;
    if (!needed) {
        end = arena_format(scratch, ", and it has no %s", need_limit ? "limit" : "request");
    } else if (request && (min ? values.request < values.bound : values.request > values.bound)) {
        list = "requests";
        end = as_given(subject, "request", needed = request);
    } else if (most && !subject->claim &&
               (min ? values.limit < values.bound : values.limit > values.bound)) {
        list = "limits";
        end = as_given(subject, "limit", needed = most);
    } else {
        return;
    }
    report(subject, limit, list, needed,
           arena_format(scratch, "%.*s%.*s", STR_ARG(start), STR_ARG(end)));
}

/* limitRequestRatioConstraint */
static void check_ratio(const Subject *subject, const LimitFact *limit, const Quantity *bound)
{
    Arena *scratch = subject->context->scratch;
    const Facts *facts = link_facts(subject->context->link);
    const Amount *request = amounts_find(&subject->resources->requests, limit->resource);
    const Amount *most = amounts_find(&subject->resources->limits, limit->resource);
    Values values = values_of(request, most, bound);
    Str start = arena_format(scratch, "the %.*s limit of %.*s may be at most %.*s times its request",
                             STR_ARG(facts_text(facts, limit->resource)), STR_ARG(subject->what),
                             STR_ARG(text_of(subject, bound)));
    const char *list = "limits", *why;
    const Amount *at = most;
    if (!request || values.request == 0) {
        list = "requests";
        at = request;
        why = request ? ", and its request is 0" : ", and it has no request";
    } else if (!most || values.limit == 0) {
        why = most ? ", and its limit is 0" : ", and it has no limit";
    } else {
        double ratio = (double)values.limit / (double)values.request, shown = ratio;
        int64_t whole = quantity_value(bound);
        double allowed = (double)whole;
        if (whole <= INT64_MAX / 1000) {
            ratio *= 1000;
            allowed = (double)quantity_milli_value(bound);
        }
        if (ratio <= allowed)
            return;
        why = arena_format(scratch, ", and is %.6g times", shown).ptr;
    }
    report(subject, limit, list, at, arena_format(scratch, "%.*s%s", STR_ARG(start), why));
}

static void check_subject(const Subject *subject, const Range *range, LimitType type)
{
    const Facts *facts = link_facts(subject->context->link);
    for (uint32_t i = 0; i < range->count; i++) {
        const LimitFact *limit = &facts->limits.at[range->first + i];
        Quantity bound = amount_quantity(facts, limit->quantity);
        if (limit->type != type)
            continue;
        if (limit->bound == LIMIT_MIN || limit->bound == LIMIT_MAX)
            check_bound(subject, limit, &bound);
        else if (limit->bound == LIMIT_RATIO && !subject->claim)
            check_ratio(subject, limit, &bound);
    }
}

/* ---- defaults ---- */

/* SetDefaults_LimitRangeItem: what one item gives by default, the limits first. */
static void item_defaults(const Facts *facts, const Range *range, uint32_t item,
                          Resources *defaults)
{
    static const struct {
        LimitBound bound;
        bool limits, requests;
    } ORDER[] = {
        {LIMIT_DEFAULT, true, false}, {LIMIT_MAX, true, false},
        {LIMIT_DEFAULT_REQUEST, false, true}, {LIMIT_DEFAULT, false, true},
        {LIMIT_MAX, false, true},     {LIMIT_MIN, false, true},
    };
    for (size_t step = 0; step < BASE_COUNT(ORDER); step++)
        for (uint32_t i = 0; i < range->count; i++) {
            const LimitFact *limit = &facts->limits.at[range->first + i];
            if (limit->item != item || limit->type != LIMIT_CONTAINER ||
                limit->bound != ORDER[step].bound)
                continue;
            Amount amount = {.name = limit->resource,
                             .quantity = amount_quantity(facts, limit->quantity),
                             .from = range->first + i};
            /* A default stands for the requests before a maximum does. */
            amounts_add(ORDER[step].limits ? &defaults->limits : &defaults->requests, amount);
        }
}

/* Of several items that give the same, the last counts. */
static void range_defaults(const Facts *facts, const Range *range, Resources *defaults)
{
    uint32_t items = 0;
    for (uint32_t i = 0; i < range->count; i++)
        if (facts->limits.at[range->first + i].item >= items)
            items = facts->limits.at[range->first + i].item + 1;
    for (uint32_t item = items; item-- > 0;) {
        Resources own = {0};
        item_defaults(facts, range, item, &own);
        for (uint32_t i = 0; i < own.limits.len; i++)
            amounts_add(&defaults->limits, own.limits.at[i]);
        for (uint32_t i = 0; i < own.requests.len; i++)
            amounts_add(&defaults->requests, own.requests.at[i]);
        resources_free(&own);
    }
}

/* What is left out, as far as these give it.  Ephemeral containers take no resources. */
static void fill(Resources *resources, const Resources *defaults)
{
    for (uint32_t i = 0; i < defaults->limits.len; i++)
        amounts_add(&resources->limits, defaults->limits.at[i]);
    for (uint32_t i = 0; i < defaults->requests.len; i++)
        amounts_add(&resources->requests, defaults->requests.at[i]);
}

/* SetDefaults_Pod: limits stand for requests that are not given, before any LimitRange. */
static void requests_from_limits(Resources *resources)
{
    for (uint32_t i = 0; i < resources->limits.len; i++)
        amounts_add(&resources->requests, resources->limits.at[i]);
}

/* A request above the limit, where a LimitRange gave one of them: the server then finds
 * the container itself invalid. */
static void check_defaulted(const Subject *subject)
{
    const Facts *facts = link_facts(subject->context->link);
    for (uint32_t i = 0; i < subject->resources->requests.len; i++) {
        const Amount *request = &subject->resources->requests.at[i];
        const Amount *limit = amounts_find(&subject->resources->limits, request->name);
        if (!limit || (request->from == BASE_NONE && limit->from == BASE_NONE) ||
            quantity_compare(&request->quantity, &limit->quantity) <= 0)
            continue;
        bool by_limit = limit->from != BASE_NONE;
        const LimitFact *fact = &facts->limits.at[by_limit ? limit->from : request->from];
        report(subject, fact, by_limit ? "requests" : "limits", by_limit ? request : limit,
               arena_format(subject->context->scratch,
                            "the %.*s request of %.*s is %.*s%s, above its limit of %.*s%s",
                            STR_ARG(facts_text(facts, request->name)), STR_ARG(subject->what),
                            STR_ARG(text_of(subject, &request->quantity)),
                            request->from == BASE_NONE ? "" : " by default",
                            STR_ARG(text_of(subject, &limit->quantity)),
                            by_limit ? " by default" : ""));
    }
}

/* ---- Pods and claims ---- */

typedef struct Ranges {
    const Range *at;
    uint32_t count;
} Ranges;

static void check_container(Subject *subject, const AdmittedPod *pod, uint32_t index, Ranges ranges)
{
    static const char *const LISTS[] = {[POD_INIT] = "initContainers",
                                        [POD_CONTAINER] = "containers"};
    const Facts *facts = link_facts(subject->context->link);
    Arena *scratch = subject->context->scratch;
    const ContainerFact *container = &facts->containers.at[pod->containers + index];
    subject->what = arena_format(scratch, "container \"%.*s\"",
                                 STR_ARG(facts_text(facts, container->name)));
    subject->path = arena_format(scratch, "%.*s.%s[%u].resources",
                                 STR_ARG(admitted_path(pod, scratch)), LISTS[container->part],
                                 (unsigned)container->index);
    subject->place = container->resources_place;
    check_defaulted(subject);
    for (uint32_t i = 0; i < ranges.count; i++)
        check_subject(subject, &ranges.at[i], LIMIT_CONTAINER);
}

static bool takes_resources(const ContainerFact *container)
{
    return container->part == POD_INIT || container->part == POD_CONTAINER;
}

static void check_pod(Subject *subject, const AdmittedPod *pod, Ranges ranges)
{
    const Facts *facts = link_facts(subject->context->link);
    Resources *all = arena_alloc(subject->context->scratch, sizeof *all * pod->container_count);
    Resources sum = {0}, defaults = {0};
    for (uint32_t i = 0; i < ranges.count; i++)
        range_defaults(facts, &ranges.at[i], &defaults);
    for (uint32_t i = 0; i < pod->container_count; i++) {
        const ContainerFact *container = &facts->containers.at[pod->containers + i];
        all[i] = (Resources){0};
        resources_read(facts, container->resources, container->resource_spans,
                       container->resources_place, &all[i]);
        if (!takes_resources(container))
            continue;
        requests_from_limits(&all[i]);
        fill(&all[i], &defaults);
        subject->resources = &all[i];
        check_container(subject, pod, i, ranges);
    }
    resources_of_pod(facts, pod, all, &sum);
    subject->what = STR("the Pod");
    subject->path = arena_format(subject->context->scratch, "%.*s.resources",
                                 STR_ARG(admitted_path(pod, subject->context->scratch)));
    const ContainerFact *itself = &facts->containers.at[pod->containers];
    bool has_own = pod->container_count && itself->part == POD_ITSELF;
    subject->place = has_own ? itself->resources_place : pod->place;
    subject->resources = &sum;
    for (uint32_t i = 0; i < ranges.count; i++)
        check_subject(subject, &ranges.at[i], LIMIT_POD);
    for (uint32_t i = 0; i < pod->container_count; i++)
        resources_free(&all[i]);
    resources_free(&sum);
    resources_free(&defaults);
}

static void check_claim(Subject *subject, const AdmittedClaim *claim, Ranges ranges)
{
    const Facts *facts = link_facts(subject->context->link);
    Resources resources = {0};
    Str path = facts_text(facts, claim->path);
    resources_read(facts, claim->requests, claim->request_spans, claim->place, &resources);
    subject->what = STR("the claim");
    subject->path = arena_format(subject->context->scratch, "%.*s%sspec.resources", STR_ARG(path),
                                 path.len ? "." : "");
    subject->place = claim->place;
    subject->resources = &resources;
    subject->claim = true;
    for (uint32_t i = 0; i < ranges.count; i++)
        check_subject(subject, &ranges.at[i], LIMIT_CLAIM);
    resources_free(&resources);
}

/* ---- which LimitRanges ---- */

typedef VEC(Range) RangeList;

static int compare_ranges(const void *left, const void *right, void *context)
{
    const Range *a = left, *b = right;
    if (a->ns != b->ns)
        return a->ns < b->ns ? -1 : 1;
    return link_compare_objects(context, a->object, b->object);
}

static RangeList gather(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    RangeList list = {0};
    for (uint32_t i = 0; i < facts->limits.len; i++) {
        uint32_t object = facts->limits.at[i].object;
        if (!facts_object(facts, object)->accepted)
            continue; /* bounds that contradict each other: it never comes to be */
        if (list.len && list.at[list.len - 1].object == object) {
            list.at[list.len - 1].count++;
            continue;
        }
        Range range = {facts_object(facts, object)->ns, object, i, 1};
        vec_push(&list, range);
    }
    Link *link = (Link *)(uintptr_t)context->link;
    sort_with(list.at, list.len, sizeof *list.at, compare_ranges, link);
    return list;
}

/* Of several definitions of one LimitRange only one is in the cluster: the one beside the
 * object, else the first. */
static bool is_meant(const Link *link, const Range *range, uint32_t object)
{
    if (!link_has_alternative(link, range->object) ||
        link_side_by_side(link, range->object, object))
        return true;
    const Object *it = facts_object(link_facts(link), range->object);
    uint32_t first = link_find(link, it->group, it->kind, it->ns, it->name);
    for (uint32_t at = first; at != BASE_NONE; at = link_next_same(link, at))
        if (link_side_by_side(link, at, object))
            return false;
    return first == range->object;
}

/* Those of the object's namespace, in the arena. */
static Ranges find_ranges(const LinkContext *context, const RangeList *list, uint32_t object)
{
    uint32_t ns = facts_object(link_facts(context->link), object)->ns;
    uint32_t low = 0, high = list->len, count = 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (list->at[middle].ns < ns)
            low = middle + 1;
        else
            high = middle;
    }
    for (high = low; high < list->len && list->at[high].ns == ns;)
        high++;
    Range *found = arena_alloc(context->scratch, sizeof *found * (high - low + 1));
    for (uint32_t i = low; i < high; i++)
        if (is_meant(context->link, &list->at[i], object))
            found[count++] = list->at[i];
    return (Ranges){found, count};
}

static Subject begin(const LinkContext *context, uint32_t object, const char *what, bool made)
{
    return (Subject){.context = context,
                     .object = object,
                     .maker = link_made_text(context->link, object, what, made, context->scratch),
                     .sure = !link_has_alternative(context->link, object)};
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    if (facts->limits.len == 0)
        return;
    RangeList list = gather(context);
    for (uint32_t i = 0; i < facts->admitted_pods.len; i++) {
        const AdmittedPod *pod = &facts->admitted_pods.at[i];
        Ranges ranges = find_ranges(context, &list, pod->object);
        if (ranges.count) {
            Subject subject =
                begin(context, pod->object, "Pods", pod->flags & ADMITTED_TEMPLATE);
            check_pod(&subject, pod, ranges);
        }
        arena_reset(context->scratch);
    }
    for (uint32_t i = 0; i < facts->admitted_claims.len; i++) {
        const AdmittedClaim *claim = &facts->admitted_claims.at[i];
        Ranges ranges = find_ranges(context, &list, claim->object);
        if (ranges.count) {
            Subject subject = begin(context, claim->object, "claims",
                                    facts_text(facts, claim->path).len > 0);
            check_claim(&subject, claim, ranges);
        }
        arena_reset(context->scratch);
    }
    vec_free(&list);
}

const Rule rule_limit_range = {
    .info =
        {
            .id = "limit-range",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A Pod or claim asks for what a LimitRange of its namespace refuses",
            .why = "When a Pod is made, the LimitRanges of its namespace first fill in requests "
                   "and limits that its containers leave out, and then refuse it where a "
                   "container or the Pod as a whole is outside of min, max or "
                   "maxLimitRequestRatio.  A Deployment is accepted all the same, and its Pods "
                   "never come to be: https://kubernetes.io/docs/concepts/policy/limit-range/  Where "
                   "nothing but the namespace joins the two, and they stand in different "
                   "folders, this is a warning.",
            .fix = "Ask for an amount within the bounds, for requests and limits; or widen the "
                   "LimitRange, or give it defaults that fit its bounds.",
        },
    .on_link = on_link,
};
