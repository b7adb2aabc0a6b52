/* The Gateway API beside what it names: the listeners of a Gateway, and the grants by
 * which one namespace lets another refer into it.
 * https://gateway-api.sigs.k8s.io/api-types/referencegrant/ */
#include "checks/collect.h"

/* ---- listeners ---- */
static void add_listener(const Collector *collector, uint32_t node, const void *unused)
{
    (void)unused;
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t allowed = custom_value(doc, node, "allowedRoutes");
    uint32_t from = custom_value(doc, custom_value(doc, allowed, "namespaces"), "from");
    Str word = scalar_text(doc, from);
    Listener listener = {
        .object = doc->object,
        .name = intern(facts->strings, scalar_text(doc, custom_value(doc, node, "name"))),
        .port = scalar_port(doc, custom_value(doc, node, "port")),
        .same_namespace = !word.len || str_is(word, "Same"),
        .place = node_span(doc, node),
        .from_place = from == BASE_NONE ? node_span(doc, node) : node_span(doc, from),
    };
    vec_push(&facts->listeners, listener);
}

/* ---- grants ---- */
enum { GRANTS_OF_ONE = 64 }; /* pairs of from and to that one object may add */

typedef struct Granting {
    uint32_t from_group, from_kind, from_ns;
    uint32_t *left;
} Granting;

static uint32_t text_id(const Collector *collector, uint32_t node, const char *key)
{
    const Document *doc = collector->context->doc;
    return intern(collector->context->facts->strings,
                  scalar_text(doc, custom_value(doc, node, key)));
}

static void add_grant(const Collector *collector, uint32_t node, const void *context)
{
    const Granting *granting = context;
    Facts *facts = collector->context->facts;
    if ((*granting->left)-- == 0) {
        ++*granting->left;
        return;
    }
    uint32_t parts[FACTS_GRANT_PARTS] = {
        custom_namespace(collector),       granting->from_group, granting->from_kind,
        granting->from_ns,                 text_id(collector, node, "group"),
        text_id(collector, node, "kind"), text_id(collector, node, "name")};
    facts_grant(facts, parts);
}

static void add_grants(const Collector *collector, uint32_t node, const void *context)
{
    Granting granting = {text_id(collector, node, "group"), text_id(collector, node, "kind"),
                         text_id(collector, node, "namespace"),
                         (uint32_t *)(uintptr_t)context};
    custom_follow(collector, "spec.to[]", add_grant, &granting);
}

void collect_gateway(const Collector *collector, Str kind)
{
    uint32_t left = GRANTS_OF_ONE * GRANTS_OF_ONE;
    if (str_is(kind, "Gateway"))
        custom_follow(collector, "spec.listeners[]", add_listener, NULL);
    else if (str_is(kind, "ReferenceGrant"))
        custom_follow(collector, "spec.from[]", add_grants, &left);
}
