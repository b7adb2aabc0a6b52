/* part_inside.h: between part.c, which copies facts, and part_names.c, which gives
 * them the names and labels of a scope.  Internal to this room. */
#ifndef PLIMSOLL_CHECKS_PART_INSIDE_H
#define PLIMSOLL_CHECKS_PART_INSIDE_H

#include "checks/part.h"

/* Every list of facts whose items start with their object. */
#define PART_LISTS(X)                                                              \
    X(pods); X(selectors); X(services); X(references); X(symbols); X(lost_ports);  \
    X(claims); X(selects); X(declared_by); X(made_by); X(object_labels);  \
    X(granted_by); X(listeners); X(admitted_pods); X(admitted_claims); X(namespaces);  \
    X(limits); X(labelled); X(label_queries); X(topology_keys); X(namespace_uses); X(peers); \
    X(policy_ports); X(idle_rules); X(policy_kinds); X(parameters); \
    X(host_ports); X(quotas);

typedef struct ByObject {
    uint32_t *starts; /* per object, in order; and the end of the last */
    uint32_t *order;  /* indices of facts */
} ByObject;

struct PartIndex {
    Facts *whole;
#define DECLARE(list) ByObject list
    PART_LISTS(DECLARE)
#undef DECLARE
    uint32_t *selector_ids; /* per selector of the whole: its id in the part under hand */
    uint32_t *query_ids;    /* the same of label queries, */
    uint32_t *peer_ids;     /* and of peers */
};

/* Visits the indices of one object's facts. */
#define FOR_EACH_OF(by, object_id, i)                                              \
    for (uint32_t i##_at = (by).starts[object_id], i = (by).order[i##_at];         \
         i##_at < (by).starts[(object_id) + 1]; i = (by).order[++i##_at])

/* A name under which an object of the part is, or was, known. */
typedef struct KnownName {
    uint32_t entry, ns;
    uint32_t next; /* of the same group, kind and name, or BASE_NONE */
} KnownName;

typedef struct Part {
    PartIndex *index;
    const PartPlan *plan;
    Facts *facts;           /* being made */
    const PartEntry *entry; /* under hand */
    uint32_t object;        /* its id in the part */
    VEC(LabelEntry) labels;
    /* part_names.c */
    bool renamed;           /* some object has another name or namespace than in its file */
    SeqTable name_keys;     /* (group, kind, name) */
    VEC(uint32_t) name_heads; /* per key, in known */
    VEC(KnownName) known;
} Part;

void part_names_build(Part *part);
void part_names_free(Part *part);
/* The labels of a kustomization into those of a Pod or template, in part->labels. */
void part_label_pod(Part *part, bool is_template);
/* And into a selector, whose terms stand at the end of part->facts; `main` is that of
 * a workload, which gets them even where it has no labels of its own. */
void part_label_selector(Part *part, Selector *selector, bool main);
/* A Service without a selector gets one where labels go into selectors; else BASE_NONE. */
uint32_t part_new_selector(Part *part);
/* And into those of a Namespace, ClusterRole or Node. */
void part_label_object(Part *part);
/* part.c: a pair and a term of the whole, in the part. */
uint32_t part_pair(Part *part, uint32_t pair);
Term part_term(Part *part, const Term *from);
/* part_admission.c */
void part_copy_admission(Part *part, uint32_t origin);
/* part_policy.c */
void part_copy_policies(Part *part, uint32_t origin);
/* The name that the object behind the reference has in this scope. */
void part_rename_reference(Part *part, Reference *reference, uint32_t origin);
void part_rename_claim(Part *part, Claim *claim);

#endif
