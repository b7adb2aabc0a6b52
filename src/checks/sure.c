/* When a Pod that meets all terms of a selector but one is taken for a mistake.
 *
 * A warning that should have been an error costs a reader a moment; an error that is
 * false costs trust.  So whatever speaks for "this Pod is another one" or "this label
 * comes later" makes it a warning. */
#include "checks/index.h"

/* ---- labels that say what a Pod is ---- */
/* With another value there, it is another application or component, unless its name
 * says otherwise.  Compared without the key's prefix. */
static const char *const IDENTITY_KEYS[] = {
    "app", "application", "component", "instance", "k8s-app", "name", "role", "run",
    "service", "tier",
};

static Str without_prefix(Str key)
{
    size_t slash = str_find(key, '/');
    return slash < key.len ? str_slice(key.ptr + slash + 1, key.len - slash - 1) : key;
}

static bool is_identity(Str key)
{
    for (size_t i = 0; i < BASE_COUNT(IDENTITY_KEYS); i++)
        if (str_is(without_prefix(key), IDENTITY_KEYS[i]))
            return true;
    return false;
}

/* ---- labels that a program sets on its own Pod ---- */
/* Databases and the like label the Pod that leads; no manifest holds that. */
static const char *const OWN_KEYS[] = {
    "isMaster",            /* Redis with Sentinel, as Bitnami's chart has it */
    "openbao-active",      "openbao-initialized", "openbao-sealed",
    "vault-active",        "vault-initialized",   "vault-perf-standby",
    "vault-sealed",        "vault-version",
};

static const char *const LEADER_VALUES[] = {
    "active", "follower", "leader", "main", "master", "primary", "replica", "secondary",
    "slave", "standby", "true",
};

static bool is_set_by_itself(const Facts *facts, const Term *term)
{
    Str key = facts_text(facts, term->key);
    for (size_t i = 0; i < BASE_COUNT(OWN_KEYS); i++)
        if (str_is(key, OWN_KEYS[i]))
            return true;
    if (term->op != TERM_EQUALS)
        return false;
    Str name = without_prefix(key), value = facts_text(facts, facts_pair_value(facts, term->value));
    bool role = str_ends(name, STR("role")) || str_ends(name, STR("Role")) ||
                str_ends(name, STR("leader")) || str_ends(name, STR("active"));
    for (size_t i = 0; role && i < BASE_COUNT(LEADER_VALUES); i++)
        if (str_is(value, LEADER_VALUES[i]))
            return true;
    return false;
}

/* ---- a term that is not met ---- */
/* What the Services of each namespace ask for. */
void sure_build(Link *link)
{
    const Facts *facts = link->facts;
    uint32_t keys = link->key_pairs.len;
    link->asked = mem_zeroed(sizeof *link->asked * ((size_t)keys + 1));
    for (uint32_t i = 0; i < facts->services.len; i++) {
        uint32_t selector = facts->services.at[i].selector;
        if (selector == BASE_NONE)
            continue;
        QueryTerms terms = query_open(link, link->selector_query[selector]);
        for (CompiledTerm term; query_next(&terms, &term);)
            for (uint32_t j = 0; !term.negated && j < term.count; j++)
                link->asked[term.lists[j]] = true;
    }
}

void sure_free(Link *link) { mem_free(link->asked); }

/* The Pod has the key with another value.  Where a Service of the namespace asks for
 * the value that it has, it is meant for that one. */
static bool wrong_by_mistake(const Link *link, const PodFact *pod, const Term *term, uint32_t pair)
{
    const Facts *facts = link->facts;
    uint32_t ns = facts_object(facts, pod->object)->ns;
    uint32_t list = match_key(link, ns, pair);
    if (list != BASE_NONE && link->asked[list])
        return false;
    if (term->op != TERM_EQUALS || !is_identity(facts_text(facts, term->key)))
        return true;
    Str wanted = facts_text(facts, facts_pair_value(facts, term->value));
    return alike(wanted, facts_text(facts, facts_pair_value(facts, pair))) ||
           pod_is_named_by(facts, pod, term);
}

bool fails_by_mistake(const Link *link, const Selector *selector, uint32_t pod)
{
    const Facts *facts = link->facts;
    for (uint32_t i = 0; i < selector->term_count; i++) {
        const Term *term = &facts->terms.at[selector->terms + i];
        uint32_t pair;
        Place place;
        TermState state = link_term_state(link, pod, term, &pair, &place);
        if (state == TERM_MET)
            continue;
        if (runtime_is_key(facts_text(facts, term->key)) || is_set_by_itself(facts, term))
            return false;
        return state == TERM_LACKING ||
               wrong_by_mistake(link, &facts->pods.at[pod], term, pair);
    }
    return false;
}
