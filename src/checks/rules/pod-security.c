/* Pods break the Pod Security Standard that their Namespace, or the user, asks for. */
#include "checks/admission.h"
#include "checks/link.h"

extern const Rule rule_pod_security;

enum {
    NOTES_MOST = 8,
    PLUGIN_SINCE = 23, /* the minor that turned the admission plugin on */
};

/* One Pod or template, and what its Namespace says. */
typedef struct Case {
    const LinkContext *context;
    const AdmittedPod *pod;
    const NamespaceFact *ns;  /* NULL: no Namespace with labels */
    struct SecurityPolicy policy[SECURITY_MODES];
    bool sure;                /* no other definition of the Pod or of its Namespace */
} Case;

/* A place where a check is broken: a value, or a container that lacks one. */
typedef struct Breach {
    Span place;
    const SecurityValue *value; /* NULL: it is missing */
    uint32_t container;
} Breach;

/* ---- places ---- */

static Str container_path(const Case *it, const ContainerFact *container, Str field)
{
    static const char *const LISTS[] = {
        [POD_INIT] = "initContainers",
        [POD_CONTAINER] = "containers",
        [POD_EPHEMERAL] = "ephemeralContainers",
    };
    Str spec = admitted_path(it->pod, it->context->scratch);
    Arena *arena = &it->context->diag->arena;
    if (container->part == POD_ITSELF)
        return arena_format(arena, "%.*s.%.*s", STR_ARG(spec), STR_ARG(field));
    return arena_format(arena, "%.*s.%s[%u].%.*s", STR_ARG(spec), LISTS[container->part],
                        (unsigned)container->index, STR_ARG(field));
}

static Str value_path(const Case *it, const SecurityValue *value)
{
    const Facts *facts = link_facts(it->context->link);
    Arena *scratch = it->context->scratch;
    Str field = STR("securityContext.capabilities.add"), name = schema_name_text(NULL, value->name);
    switch ((SecurityField)value->field) {
    case SECURITY_OTHER_FIELD: return facts_text(facts, value->path);
    case SECURITY_OWN_FIELD: field = name; break;
    case SECURITY_CONTEXT_FIELD:
        field = arena_format(scratch, "securityContext.%.*s", STR_ARG(name));
        break;
    case SECURITY_CAPABILITY_ITEM:
        field = arena_format(scratch, "%.*s[%u]", STR_ARG(field), (unsigned)value->index);
        break;
    case SECURITY_PORT_FIELD:
        field = arena_format(scratch, "ports[%u].%.*s", (unsigned)value->index, STR_ARG(name));
        break;
    case SECURITY_VOLUME_FIELD:
        field = arena_format(scratch, "volumes[%u].%.*s", (unsigned)value->index, STR_ARG(name));
        break;
    }
    return container_path(it, &facts->containers.at[value->container], field);
}

/* Says of a finding where the check is broken. */
static void set_place(const Case *it, const Breach *breach, SecurityCheck check, Finding *finding)
{
    const Facts *facts = link_facts(it->context->link);
    const SecurityValue *value = breach->value;
    Str missing = str_of(security_checks[check].field ? security_checks[check].field : "");
    link_set_field(it->context, finding, it->pod->object,
                   value ? value_path(it, value)
                         : container_path(it, &facts->containers.at[breach->container], missing));
    if (value && value->field == SECURITY_OTHER_FIELD)
        finding->pointer =
            facts_pointer(facts, value->path, value->pointer, &it->context->diag->arena);
}

static bool is_told(const Case *it, const SecurityValue *value, uint32_t told)
{
    const Facts *facts = link_facts(it->context->link);
    for (uint32_t i = 0; i < it->pod->value_count; i++) {
        const SecurityValue *other = &facts->security_values.at[it->pod->values + i];
        if (told >> other->check & 1 && other->place.offset == value->place.offset)
            return true;
    }
    return false;
}

/* The container's places for a check, from *next on; false at their end. */
static bool next_value(const Case *it, uint32_t container, SecurityCheck check, uint32_t told,
                       uint32_t *next, Breach *breach)
{
    const Facts *facts = link_facts(it->context->link);
    while (*next < it->pod->value_count) {
        const SecurityValue *value = &facts->security_values.at[it->pod->values + (*next)++];
        if (value->container != container || value->check != check || is_told(it, value, told))
            continue;
        *breach = (Breach){.place = value->place,
                           .value = value,
                           .container = container};
        return true;
    }
    return false;
}

static bool has_value(const Case *it, uint32_t container, SecurityCheck check)
{
    uint32_t next = 0;
    Breach breach;
    return next_value(it, container, check, 0, &next, &breach);
}

/* ---- reports ---- */

/* Which container says nothing. */
static Str container_text(const Case *it, uint32_t container)
{
    const Facts *facts = link_facts(it->context->link);
    Str name = facts_text(facts, facts->containers.at[container].name);
    if (!name.len)
        return STR(", and this one does not");
    return arena_format(it->context->scratch, ", and container \"%.*s\" does not", STR_ARG(name));
}

static Finding *report_first(const Case *it, SecurityMode mode, SecurityCheck check,
                             const Breach *breach)
{
    static const char *const VERBS[SECURITY_MODES][2] = {
        [SECURITY_ENFORCE] = {"will be refused by", "will be refused by"},
        [SECURITY_FORCED] = {"will be refused by", "will be refused by"},
        [SECURITY_WARN] = {"breaks", "break"},
        [SECURITY_AUDIT] = {"breaks", "break"},
    };
    static const char *const OF[SECURITY_MODES] = {
        [SECURITY_ENFORCE] = " of ",
        [SECURITY_FORCED] = " of ",
        [SECURITY_WARN] = ", of which the server warns in ",
        [SECURITY_AUDIT] = ", which the server logs for ",
    };
    const LinkContext *context = it->context;
    const Facts *facts = link_facts(context->link);
    const struct SecurityPolicy *policy = &it->policy[mode];
    const SecurityCheckInfo *info = &security_checks[check];
    bool template = it->pod->flags & ADMITTED_TEMPLATE;
    bool forced = mode == SECURITY_FORCED;
    Str subject = link_made_text(context->link, it->pod->object, "Pods", template,
                                 context->scratch);
    Str version = policy->version == SECURITY_LATEST
                      ? STR("latest")
                      : arena_format(context->scratch, "v1.%d", (int)policy->version);
    Str where = forced ? STR("--pod-security")
                       : facts_object_text(facts, it->ns->object, context->scratch);
    Str who = !breach->value ? container_text(it, breach->container) : STR("");
    return diag_report(context->diag, &rule_pod_security.info,
                       facts_place(facts, it->pod->object, breach->place),
                       "%.*s %s Pod Security \"%s:%.*s\"%s%.*s: %s%.*s (%s)", STR_ARG(subject),
                       VERBS[mode][template], security_level_name((SecurityLevel)policy->level),
                       STR_ARG(version), OF[mode], STR_ARG(where), info->text,
                       STR_ARG(who), info->reason);
}

static void finish(const Case *it, SecurityMode mode, SecurityCheck check, Finding *finding)
{
    const LinkContext *context = it->context;
    const Facts *facts = link_facts(context->link);
    if (mode != SECURITY_FORCED)
        diag_note(context->diag, finding,
                  facts_place(facts, it->ns->object, it->policy[mode].place),
                  "the Namespace asks for it here");
    if (security_checks[check].help)
        diag_help(context->diag, finding, "%s", security_checks[check].help);
    if (mode == SECURITY_AUDIT)
        diag_lower(context->diag, finding, SEVERITY_INFO);
    else if (mode == SECURITY_WARN || !it->sure)
        diag_lower(context->diag, finding, SEVERITY_WARNING);
}

/* The first place is the finding's, the others are notes. */
static void add_breach(const Case *it, SecurityMode mode, SecurityCheck check,
                       const Breach *breach, Finding **finding, uint32_t *count)
{
    const LinkContext *context = it->context;
    const Facts *facts = link_facts(context->link);
    if ((*count)++ == 0) {
        *finding = report_first(it, mode, check, breach);
        if (*finding)
            set_place(it, breach, check, *finding);
    } else if (*count <= NOTES_MOST) {
        Str name = facts_text(facts, facts->containers.at[breach->container].name);
        Place place = facts_place(facts, it->pod->object, breach->place);
        if (name.len)
            diag_note(context->diag, *finding, place, "container \"%.*s\" as well",
                      STR_ARG(name));
        else
            diag_note(context->diag, *finding, place, "and here");
    }
}

static void report_check(const Case *it, SecurityMode mode, SecurityCheck check, uint32_t told)
{
    const Facts *facts = link_facts(it->context->link);
    Finding *finding = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < it->pod->container_count; i++) {
        uint32_t index = it->pod->containers + i, next = 0;
        const ContainerFact *container = &facts->containers.at[index];
        Breach breach;
        if (!(container->violations >> check & 1))
            continue;
        while (next_value(it, index, check, told, &next, &breach))
            add_breach(it, mode, check, &breach, &finding, &count);
        if (has_value(it, index, check))
            continue;
        breach = (Breach){.place = container->place, .container = index};
        add_breach(it, mode, check, &breach, &finding, &count);
    }
    if (count)
        finish(it, mode, check, finding);
}

/* What is enforced is told as that alone; warnings and the audit log have the rest. */
static void check_pod(const Case *it)
{
    int32_t newest = (int32_t)link_options(it->context->link)->newest;
    uint32_t told = 0;
    for (int mode = 0; mode < SECURITY_MODES; mode++) {
        const struct SecurityPolicy *policy = &it->policy[mode];
        int32_t version = policy->version < newest ? policy->version : newest;
        uint32_t failed = security_failed(it->pod->violations, it->pod->flags,
                                          (SecurityLevel)policy->level, version);
        for (unsigned check = 0; check < SECURITY_CHECKS; check++)
            if ((failed & ~told) >> check & 1)
                report_check(it, (SecurityMode)mode, (SecurityCheck)check, told);
        told |= failed;
    }
}

/* ---- which policy ---- */

/* Per object: its NamespaceFact's index + 1. */
static uint32_t *index_namespaces(const Facts *facts)
{
    size_t count = facts_object_count(facts) + (size_t)1;
    uint32_t *index = mem_resize(NULL, sizeof *index * count);
    memset(index, 0, sizeof *index * count);
    for (uint32_t i = 0; i < facts->namespaces.len; i++)
        index[facts->namespaces.at[i].object] = i + 1;
    return index;
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    const ChecksOptions *options = link_options(context->link);
    bool labels = facts->namespaces.len > 0 && options->newest >= PLUGIN_SINCE;
    if (!labels && !options->pod_security)
        return;
    uint32_t *index = index_namespaces(facts);
    for (uint32_t i = 0; i < facts->admitted_pods.len; i++) {
        const AdmittedPod *pod = &facts->admitted_pods.at[i];
        Case it = {.context = context, .pod = pod};
        if (!pod->violations)
            continue;
        uint32_t ns = link_namespace_of(context->link, pod->object);
        if (labels && ns != BASE_NONE && index[ns]) {
            it.ns = &facts->namespaces.at[index[ns] - 1];
            memcpy(it.policy, it.ns->policy, sizeof it.policy);
        }
        it.sure = !link_has_alternative(context->link, pod->object) &&
                  (ns == BASE_NONE || !link_has_alternative(context->link, ns));
        it.policy[SECURITY_FORCED] = (struct SecurityPolicy){
            .level = options->pod_security, .version = SECURITY_LATEST};
        check_pod(&it);
        arena_reset(context->scratch);
    }
    mem_free(index);
}

const Rule rule_pod_security = {
    .info =
        {
            .id = "pod-security",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "Pods break the Pod Security Standard of their Namespace",
            .why = "A Namespace's labels pod-security.kubernetes.io/enforce, warn and audit say "
                   "which Pod Security Standard its Pods have to meet, and in which version.  A "
                   "Pod that breaks what is enforced is refused; a Deployment with such a "
                   "template is accepted, and its Pods never come to be.  --pod-security asks "
                   "for a level in all namespaces: "
                   "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
            .fix = "Change what the finding points at, as its help says; or let the Namespace "
                   "ask for less, or for an earlier version of the policy.",
        },
    .on_link = on_link,
};
