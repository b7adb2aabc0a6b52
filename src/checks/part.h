/* part.h: the part of the input that one cluster gets, as facts of its own.
 *
 * A real tree holds several deployments: overlays, charts, alternatives.  Each is a
 * scope, and what objects say of each other holds within one.  The linker knows
 * nothing of that: it is given, scope after scope, facts that hold the objects of
 * that scope and no others, with the names, namespaces and labels that they have
 * there (a kustomization's prefix, say).  An object of a base that three overlays
 * name is in three parts.
 *
 * Time and memory are in proportion to what the parts hold.  A run of one scope in
 * which nothing is renamed makes no part at all.
 *
 * Ownership: a plan and the facts made of it belong to the caller. */
#ifndef PLIMSOLL_CHECKS_PART_H
#define PLIMSOLL_CHECKS_PART_H

#include "checks/facts.h"

/* A label that a kustomization puts on its objects, on the templates in them, and into
 * the selectors of those kinds that it knows; or (removed) that a patch takes away. */
typedef struct PartLabel {
    uint32_t key, value;  /* strings */
    uint32_t before;      /* in plan->labels: one that was put there earlier, or BASE_NONE */
    bool selectors, templates, removed;
} PartLabel;

/* A name that the object had before: what is written in the files. */
typedef struct PartName {
    uint32_t name, ns;
    uint32_t before;      /* in plan->names, or BASE_NONE */
} PartName;

/* A key that a generator adds to a ConfigMap or Secret. */
typedef struct PartKey {
    uint32_t name;
    Place place;
    uint32_t before;      /* in plan->keys, or BASE_NONE */
} PartKey;

typedef struct PartEntry {
    Object object;        /* with the name and namespace that it has here */
    uint32_t origin;      /* its id in the whole; BASE_NONE: a generator made it */
    uint32_t labels;      /* the last in plan->labels, or BASE_NONE */
    uint32_t names;       /* the last in plan->names, or BASE_NONE */
    uint32_t keys;        /* the last in plan->keys, or BASE_NONE */
    uint32_t visit;       /* in plan->visits: the kustomization that brought it, or BASE_NONE */
    int32_t replicas;     /* -1: as in the file */
    bool filled;          /* a ConfigMap or Secret whose keys are not all known */
    bool hashed;          /* a hash will stand behind its name */
    bool renewed;         /* a generator replaced its keys */
    bool deleted;         /* a patch took it out */
} PartEntry;

/* Kustomizations on the way down: two objects belong together the more, the deeper the
 * one that brought both. */
typedef struct PartVisit {
    uint32_t parent;      /* or BASE_NONE */
    uint32_t depth;
} PartVisit;

typedef struct PartPlan {
    VEC(PartEntry) entries;
    VEC(PartLabel) labels;
    VEC(PartName) names;
    VEC(PartKey) keys;
    VEC(PartVisit) visits;
} PartPlan;

void part_plan_free(PartPlan *plan);
/* An object as it stands in the file. */
PartEntry part_entry(const Facts *whole, uint32_t object);
/* Where the facts of each object of the whole stand; made once for all parts. */
typedef struct PartIndex PartIndex;
PartIndex *part_index(Facts *whole);
void part_index_free(PartIndex *index);
/* The labels that the entry's object has at last, as pairs of the whole. */
uint32_t part_labels(const PartIndex *index, const PartPlan *plan, const PartEntry *entry,
                     uint32_t *pairs, uint32_t most);

/* The facts of a part: entry i is object i.  Free them with facts_free. */
Facts *part_build(PartIndex *index, const PartPlan *plan);

#endif
