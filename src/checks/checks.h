/* checks: what objects say of each other, and the rules.
 *
 * In the worker, right after an object's tree was bound and checked, collect.c
 * turns the marked nodes into facts (labels, ports, selectors, references), and
 * every rule's on_object may look at the tree.  Then the document is forgotten.
 * Behind the barrier link.c groups Pods into classes of equal label sets and
 * every rule's on_link looks at the facts.
 *
 * What is data stays data: which field names what is a row under schemas/links;
 * no kind's name stands in this room's drivers.
 *
 * Ownership: Facts own their arrays; strings are ids of facts->strings.
 * Order is (file, document, offset), never an id. */
#ifndef PLIMSOLL_CHECKS_H
#define PLIMSOLL_CHECKS_H

#include "schema/schema.h"

/* ---- facts.h holds the structs: PodFact, ServiceFact, Selector, Reference … ---- */
typedef struct Facts Facts;
typedef struct Link Link;

/* ---- a rule: one file in rules/, which defines `const Rule rule_<file name>` ---- */
struct CustomRules; /* custom.h */

typedef struct ObjectContext {
    const Document *doc;    /* bound; doc->root is the object */
    const Object *object;
    const SchemaOptions *options;
    Facts *facts;
    Diag *diag;
    Arena *scratch;         /* document lifetime */
    const struct CustomRules *custom; /* rules of the user's own, or NULL */
} ObjectContext;

typedef struct LinkContext {
    const Link *link;       /* facts of the whole input, indexed */
    Diag *diag;
    Arena *scratch;         /* reset after each rule */
} LinkContext;

typedef struct Rule {
    RuleInfo info;
    void (*on_object)(const ObjectContext *context); /* or NULL */
    void (*on_link)(const LinkContext *context);     /* or NULL */
} Rule;

extern const Rule *const checks_rules[]; /* registry, generated from the file names */
extern const size_t checks_rule_count;
extern const Rule *const checks_object_rules[]; /* those with on_object; ended by NULL */

/* An object that lives elsewhere: from configuration or --assume.  Parts may be
 * globs (* and ?). */
typedef struct Assumption {
    Str kind, ns, name;
} Assumption;

/* What of a cluster decides whether it takes a Service: by default the reference
 * cluster's (docs/validation.md). */
enum { REFERENCE_FAMILIES = 2 };
typedef struct ReferenceCluster {
    Str service_ranges[REFERENCE_FAMILIES]; /* CIDRs, of one family each; the first is the default */
    uint32_t range_count;
    int32_t first_node_port, last_node_port;
    bool ranges_given;    /* the user says so: what lies outside is surely refused */
} ReferenceCluster;

/* Per document: its place among all. */
typedef struct DocRanks {
    bool known;
    uint32_t *of; /* NULL: its number; else free it with mem_free */
} DocRanks;

typedef struct ChecksOptions {
    const Assumption *assumed; /* borrowed */
    uint32_t assumed_count;
    uint8_t pod_security;   /* --pod-security as a SecurityLevel; 0: as the Namespaces say */
    unsigned newest;        /* minor of the newest Kubernetes that is asked about */
    const ReferenceCluster *cluster; /* borrowed; NULL: the default */
    bool one_build; /* all objects come of one kustomization, which holds each once */
    bool joined; /* something says that all objects belong together: one kustomization, chart … */
    bool incomplete; /* files that may hold objects were skipped: Helm templates */
    DocRanks doc_ranks; /* borrowed, where several links are made of one input; else not known */
    struct Whole *whole; /* where the facts are those of a scope: the objects of all; or NULL */
} ChecksOptions;

/* The objects of the whole input, for links of parts of it.  The facts are borrowed. */
typedef struct Whole Whole;
Whole *whole_new(const Facts *facts);
void whole_free(Whole *whole);

DocRanks checks_doc_ranks(const Sources *sources);
/* Ids of all objects by place.  Free them with mem_free. */
uint32_t *checks_order(const Facts *facts, const DocRanks *ranks);

Facts *facts_new(Interner *strings);
void facts_free(Facts *facts);
/* Adds the object (its index is its id) and returns the id. */
uint32_t facts_add_object(Facts *facts, Object object);
/* The same, for the caller to fill: good until the next is added. */
Object *facts_new_object(Facts *facts, uint32_t *id);
Object *facts_object(const Facts *facts, uint32_t id);
uint32_t facts_object_count(const Facts *facts);
/* The first so many are of the input; those behind them the cluster holds already. */
uint32_t facts_input_count(const Facts *facts);
Str facts_text(const Facts *facts, uint32_t string);

/* After schema_check of doc's object: facts from the marks, then every on_object. */
void checks_object(const ObjectContext *context, const Mark *marks, uint32_t mark_count);

/* Pods and containers as admission sees them are known for the Namespace or LimitRange that may
 * yet come.  Where none came, and the options ask for nothing either, they go: for facts that
 * are linked once. */
void admission_forget_unasked(Facts *facts, const ChecksOptions *options);
Link *link_build(Facts *facts, const Sources *sources, const ChecksOptions *options);
/* Every on_link, by so many threads. */
void checks_link(const Link *link, Diag *diag, uint32_t jobs);
bool checks_is_long(const Facts *facts); /* enough for more than one */
void link_free(Link *link);

#endif
