/* index.h: what a Link is made of.  Internal to this room's drivers; rules and
 * outputs ask through link.h. */
#ifndef PLIMSOLL_CHECKS_INDEX_H
#define PLIMSOLL_CHECKS_INDEX_H

#include "checks/link.h"

typedef struct Posted {
    uint32_t key, item;
} Posted;

/* Lists of numbers under keys, made in one sweep. */
typedef struct Postings {
    SeqTable keys;
    uint32_t *starts; /* per key, and the end of the last */
    uint32_t *counts; /* what the sweep found, also where the list was capped */
    uint32_t *items;
    uint32_t cap;
    VEC(Posted) posted; /* by the sweep */
} Postings;

typedef void (*PostingsSweep)(Link *link, Postings *postings);
/* The keys must be interned before. */
void postings_build(Postings *postings, Link *link, PostingsSweep sweep, uint32_t cap);
void postings_put(Postings *postings, uint32_t key, uint32_t item); /* for the sweep */
void postings_free(Postings *postings);
static inline Seq postings_at(const Postings *postings, uint32_t key)
{
    if (key == BASE_NONE)
        return (Seq){NULL, 0};
    uint32_t start = postings->starts[key];
    return (Seq){postings->items + start, postings->starts[key + 1] - start};
}

struct Link {
    Facts *facts;              /* borrowed; Pods, Services and references are sorted by place */
    const Sources *sources;    /* borrowed */
    const ChecksOptions *options; /* borrowed */

    /* order.c */
    const uint32_t *doc_ranks; /* per document: its place among all */
    uint32_t *own_ranks;       /* the same, where nobody gave them */
    uint32_t *objects;         /* by place */
    IdTable identities;        /* the first object of each identity */
    uint32_t *next_same;       /* per object */
    bool unread_documents;     /* some document could not be read: it may hold anything */

    /* allocate.c */
    ReferenceCluster cluster;  /* as it is in the end */
    VEC(Fault) faults;

    /* match.c */
    SeqTable compiled;         /* selectors: see compile.c */
    SeqTable queries;          /* (namespace, compiled selector) */
    uint32_t *selector_query;  /* per selector */
    uint32_t *query_lists;     /* per query: where its lists begin in lists */
    VEC(uint32_t) lists;       /* keys of postings: see query_open */
    uint32_t *query_class;     /* per query: a class that matches, or BASE_NONE */
    bool *query_alone;         /* per query: no other class can match */
    SeqTable class_sets;       /* pairs, ascending */
    SeqTable classes;          /* (namespace, class set) */
    SeqTable pod_namespaces;   /* (namespace): it holds a Pod or template */
    uint32_t *pod_class;       /* per Pod */
    uint32_t *class_starts;    /* per class, and the end of the last: in class_pods */
    uint32_t *class_pods;      /* by place */
    Postings postings;         /* (namespace, pair) -> classes; pair BASE_NONE: all */
    Postings crossings;        /* (namespace, pair, pair) -> classes that hold both: cross.c */
    SeqTable crossed;          /* (namespace, pair): part of such a key */
    uint32_t *query_crossing;  /* per query: its key there, or BASE_NONE */
    Postings elsewhere;        /* (pair) -> classes of any namespace, capped */
    uint64_t steps;
    bool runtime_keys;         /* some selector asks for a label that only controllers set */

    /* resolve.c */
    uint32_t *resolved;        /* per reference: the object, or BASE_NONE */
    uint8_t *missed;           /* per string: MISSED_x; of no strings where nothing is missed */
    uint32_t missed_count;
    uint32_t scale_target;     /* the path of references by which autoscalers name what they scale */
    Postings namesakes;        /* (group, kind, name) -> objects of any namespace, capped */
    SeqTable kinds_held;       /* (group, kind) of the objects, where some reference asks */
    uint32_t *object_service;  /* per object: in facts->services, or BASE_NONE */
    uint32_t *object_pod;      /* per object: in facts->pods, or BASE_NONE */

    /* sure.c */
    bool *asked;               /* per key of postings: some Service there selects by it */

    /* nearest.c */
    Postings words;            /* (namespace, word) -> Pods, capped */

    /* labelled.c */
    Postings labelled;         /* (space, pair) -> facts->labelled, capped; BASE_NONE: all */
    SeqTable node_keys;        /* (key): some Node has a label of it */
    uint32_t *object_labelled; /* per object: in facts->labelled, or BASE_NONE; or NULL */
    uint32_t namespace_kind;   /* the string "Namespace" */

    /* alike.c */
    Postings values;           /* (namespace, key) -> a Pod for each value, capped */
    Postings kinds;            /* (group, kind, namespace) -> objects, capped */
};

/* ---- order.c ---- */
void order_build(Link *link);
void order_free(Link *link);

/* ---- compile.c: selectors as sequences, so that equal ones are matched once ---- */
/* One term: it is met when the set holds any of the pairs (or, negated, none). */
typedef struct CompiledTerm {
    const uint32_t *pairs;
    const uint32_t *lists; /* of a query's term, unless it is negated: a key of the postings for
                              each pair */
    uint32_t count; /* at least 1 */
    bool negated;
} CompiledTerm;

void compile_selectors(Link *link);
/* Steps through a compiled selector: false at its end. */
bool compiled_next(Seq *compiled, CompiledTerm *term);
/* The same for a query, whose terms have lists.  The first is that of all classes, for
 * queries that have no other. */
typedef struct QueryTerms {
    Seq rest;
    const uint32_t *lists;
} QueryTerms;
static inline QueryTerms query_open(const Link *link, uint32_t query)
{
    return (QueryTerms){seq_at(&link->compiled, seq_at(&link->queries, query).at[1]),
                        link->lists.at + link->query_lists[query] + 1};
}
static inline bool query_next(QueryTerms *terms, CompiledTerm *term)
{
    if (!compiled_next(&terms->rest, term))
        return false;
    term->lists = terms->lists + 1; /* behind the term's head */
    terms->lists += term->count + 1;
    return true;
}
bool set_holds(Seq set, uint32_t pair);
bool set_meets(Seq set, const CompiledTerm *term);
/* Of a term that is not met: whether the set has its key at all. */
bool set_is_wrong(const Facts *facts, Seq set, const CompiledTerm *term);

/* ---- match.c ---- */
void match_build(Link *link);
void match_free(Link *link);
static inline Seq class_set(const Link *link, uint32_t class)
{
    return seq_at(&link->class_sets, seq_at(&link->classes, class).at[1]);
}
static inline Seq class_pods(const Link *link, uint32_t class)
{
    uint32_t start = link->class_starts[class];
    return (Seq){link->class_pods + start, link->class_starts[class + 1] - start};
}
/* Classes in all lists of a query's term that is not negated. */
uint32_t term_postings(const Link *link, const CompiledTerm *term);

/* ---- cross.c ---- */
void cross_build(Link *link); /* after the postings */
void cross_free(Link *link);

/* ---- runtime.c: labels that controllers set on the Pods they make ---- */
enum { RUNTIME_MAX_PAIRS = 8 };
bool runtime_is_key(Str key);
/* Adds the pairs that stand for "key=value, set by a controller"; returns how many. */
uint32_t runtime_term_pairs(Facts *facts, Str key, Str value, uint32_t *pairs);
/* The labels of which some key is wanted, looked up once. */
enum { RUNTIME_MAX_ROWS = 24 };
typedef struct RuntimeRows {
    struct RuntimeRow {
        uint32_t group, kind; /* of the objects whose controller sets it; strings */
        uint32_t pair;        /* where it is the same for all of them; else BASE_NONE */
        uint32_t label;
    } at[RUNTIME_MAX_ROWS];
    uint32_t count;
} RuntimeRows;
typedef bool (*RuntimeWanted)(const void *context, uint32_t key);
void runtime_look_up(RuntimeRows *rows, const Facts *facts, RuntimeWanted wanted,
                     const void *context);
/* The pairs that the object's controller sets on the Pods of its template. */
uint32_t runtime_object_pairs(Facts *facts, RuntimeRows *rows, uint32_t object, uint32_t *pairs);
/* The number of the Pod that a label of a numbered Pod names; -1: it names none. */
int64_t runtime_number(Str key, Str value);

/* ---- allocate.c: after order, resolve and clash ---- */
void allocate_build(Link *link);

/* ---- alike.c ---- */
void alike_build(Link *link);
void alike_free(Link *link);
/* Pods whose label of the term's key has a value that is alike. */
typedef void (*PodUse)(void *context, uint32_t pod);
void alike_pods(const Link *link, uint32_t ns, const Term *term, PodUse use, void *context);
/* Whether no Pod of the namespace meets any term of the selector. */
bool meets_nothing(const Link *link, uint32_t selector);

/* ---- sure.c ---- */
void sure_build(Link *link);
void sure_free(Link *link);
/* Whether a Pod that fails exactly one term fails it by mistake. */
bool fails_by_mistake(const Link *link, const Selector *selector, uint32_t pod);

/* ---- nearest.c ---- */
/* Whether the Pod's name holds every word of the term's value. */
bool pod_is_named_by(const Facts *facts, const PodFact *pod, const Term *term);
void nearest_build(Link *link);
void nearest_free(Link *link);

/* ---- resolve.c ---- */
/* What is known of a string where some reference leads nowhere. */
enum {
    MISSED_NAME = 1 << 0,  /* the name of what such a reference means */
    MISSED_KIND = 1 << 1,  /* its kind */
    INHABITED = 1 << 2,    /* a namespace with an object in it */
    CROWDED = 1 << 3,      /* with several */
};
static inline uint8_t link_missed(const Link *link, uint32_t string)
{
    return string < link->missed_count ? link->missed[string] : 0;
}
void resolve_build(Link *link);
void resolve_free(Link *link);
/* Whether a kind of one group may have moved to the other, so that both hold one object. */
bool link_is_moved(const Link *link, uint32_t group_a, uint32_t group_b);

/* ---- parameters.c, labelled.c ---- */
void parameters_build(Link *link); /* first of all: it adds references */
void labelled_build(Link *link);
void labelled_free(Link *link);

/* ---- gateway.c ---- */
void gateway_build(Link *link);

/* ---- clash.c ---- */
void clash_build(Link *link);

/* ---- known.c ---- */
/* Whether every cluster has the object, or a controller makes it. */
bool known_object(Str group, Str kind, Str ns, Str name);

#endif
