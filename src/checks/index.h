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
/* Under so many keys. */
void postings_fill(Postings *postings, Link *link, uint32_t keys, PostingsSweep sweep,
                   uint32_t cap);
/* Under the postings' own, which must be interned before. */
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

/* A selector in its namespace: equal ones are matched once. */
typedef struct Query {
    uint32_t ns, compiled;
    uint32_t lists;            /* where its lists begin in Link.lists: see query_open */
    uint32_t class;            /* one that matches, or BASE_NONE */
    uint32_t crossing;         /* its key of crossings, or BASE_NONE */
    bool alone;                /* no other class can match */
} Query;

/* Pods that no selector can tell apart. */
typedef struct PodClass {
    uint32_t ns, set;          /* in class_sets */
} PodClass;

/* A namespace with Pods or selectors in it; its classes, and the keys of its lists, are
 * numbered one behind the other. */
typedef struct Space {
    uint32_t ns;
    uint32_t last_pod, last_selector; /* or BASE_NONE: classes.c */
    uint32_t first_key, keys;
    uint32_t all_key;          /* of the list of all classes, or BASE_NONE: nobody asks */
    uint32_t first_class, classes;
} Space;

enum { SPACE_FEW_KEYS = 16 };  /* that are gone through to find one */

struct Link {
    Facts *facts;              /* borrowed; Pods, Services and references are sorted by place */
    const Sources *sources;    /* borrowed */
    const ChecksOptions *options; /* borrowed */

    /* order.c */
    DocRanks doc_ranks;
    uint32_t *own_ranks;       /* the same, where nobody gave them */
    uint32_t *objects;         /* by place */
    bool in_order;             /* as their ids are */
    uint32_t *namespaces;      /* per object: its namespace, a string */
    uint32_t *object_kinds;    /* per object: its kind, a string */
    uint32_t *identities;      /* open addressing: the first object of each identity, see order.c */
    uint32_t identity_slots;
    uint32_t namespace_kind;   /* the string "Namespace"; its group is "", that is 0 */
    bool *repeated;            /* per object: another has its identity; or NULL: none has, */
    uint32_t *next_same;       /* and the next of them */
    uint8_t *marks;            /* per string, of mark_count: MARK_x */
    uint32_t mark_count;
    bool unread_documents;     /* some document could not be read: it may hold anything */

    /* allocate.c */
    ReferenceCluster cluster;  /* as it is in the end */
    VEC(Fault) faults;

    /* compile.c, classes.c, match.c */
    SeqTable compiled;         /* selectors: see compile.c */
    bool runtime_keys;         /* some selector asks for a label that only controllers set */
    VEC(Space) spaces;
    uint32_t *space_of;        /* per string, of space_count: the namespace's number in spaces, + 1 */
    uint32_t space_count;
    VEC(Query) queries;
    uint32_t *selector_query;  /* per selector */
    bool *matched;             /* per selector: its query has a class */
    VEC(uint32_t) lists;       /* keys of postings: see query_open */
    VEC(uint32_t) key_pairs;   /* per key of postings: its pair; BASE_NONE: all classes */
    SeqTable crowded;          /* (namespace, pair), where a namespace has many keys, */
    VEC(uint32_t) crowded_keys; /* and their keys */
    SeqTable class_sets;       /* pairs, ascending */
    VEC(PodClass) classes;
    uint32_t *pod_class;       /* per Pod */
    uint32_t *class_starts;    /* per class, and the end of the last: in class_pods */
    uint32_t *class_pods;      /* by place */
    Postings postings;         /* classes of a namespace that hold a pair; match_key */
    Postings crossings;        /* (namespace, pair, pair) -> classes that hold both: cross.c */
    SeqTable crossed;          /* (namespace, pair): part of such a key */
    Postings elsewhere;        /* (pair) -> classes of any namespace, capped */
    uint64_t steps;

    /* resolve.c */
    uint32_t *resolved;        /* per reference: the object, or BASE_NONE */
    uint8_t *reference_sorts;  /* per reference: REFERENCES_x; and zeros behind them */
    bool missed;               /* some reference leads nowhere */
    Postings namesakes;        /* (group, kind, name) -> objects of any namespace, capped */
    SeqTable kinds_held;       /* (group, kind) of the objects, where some reference asks */
    uint32_t *object_facts;    /* per object: its Service or Pod, see resolve.c; or BASE_NONE */

    /* sure.c */
    bool *asked;               /* per key of postings: some Service there selects by it */

    /* nearest.c */
    Postings words;            /* (namespace, word) -> Pods, capped */

    /* labelled.c */
    Postings labelled;         /* (space, pair) -> facts->labelled, capped; BASE_NONE: all */
    SeqTable node_keys;        /* (key): some Node has a label of it */
    uint32_t *object_labelled; /* per object: in facts->labelled, or BASE_NONE; or NULL */

    /* alike.c */
    Postings values;           /* (namespace, key) -> a Pod for each value, capped */
    Postings kinds;            /* (group, kind, namespace) -> objects, capped */
};

/* ---- order.c ---- */
static inline uint32_t doc_rank(const DocRanks *ranks, uint32_t doc)
{
    return ranks->of ? ranks->of[doc] : doc;
}
void order_build(Link *link);
void order_free(Link *link);
/* Sorts facts by place, which they mostly are: by their object, their first member, and the offset
 * at `place`, if any (0: none). */
void order_facts(Link *link, void *items, uint32_t count, size_t size, size_t place,
                 int (*compare)(const void *, const void *, void *));
/* link_find in three steps, so that many are under way at once: its hash, then the two places
 * in memory that it is going to look at. */
uint32_t identity_hash(uint32_t group, uint32_t kind, uint32_t ns, uint32_t name);
void identity_expect_slot(const Link *link, uint32_t hash);
void identity_expect_object(const Link *link, uint32_t hash);

/* So many objects ahead of the one at hand each is asked for, where a pass goes by what they hold:
 * they do not stand side by side. */
enum { OBJECT_AHEAD = 8 };
static inline void link_expect_object(const Link *link, uint32_t object)
{
    __builtin_prefetch(&link->facts->objects.at[object].kind);
}

/* What is known of a string: nearly all objects and Pods are passed over by it where
 * something is looked for. */
enum {
    MARK_NAME_MISSED = 1 << 0, /* the name of what a reference means that leads nowhere */
    MARK_KIND_MISSED = 1 << 1, /* its kind */
    MARK_KIND_ASKED = 1 << 2,  /* a kind of which some reference asks whether there are any */
    MARK_INHABITED = 1 << 3,   /* a namespace with an object in it */
    MARK_CROWDED = 1 << 4,     /* with several; both only where a reference leads nowhere */
    MARK_VALUES = 1 << 5,      /* a namespace: alike.c looks for values there */
    MARK_WORDS = 1 << 6,       /* a namespace: nearest.c looks for words there */
    MARK_KIND_LABELS = 1 << 7, /* a kind whose controller sets labels that some selector asks for */
};
/* Of strings that were there when linking began. */
static inline uint8_t link_marks(const Link *link, uint32_t string)
{
    return string < link->mark_count ? link->marks[string] : 0;
}
static inline void link_mark(Link *link, uint32_t string, uint8_t mark)
{
    if (string < link->mark_count)
        link->marks[string] |= mark;
}

/* ---- compile.c: selectors as sequences, so that equal ones are matched once ---- */
/* One term: it is met when the set holds any of the pairs (or, negated, none). */
typedef struct CompiledTerm {
    const uint32_t *pairs;
    const uint32_t *lists; /* of a query's term, unless it is negated: a key of the postings for
                              each pair */
    uint32_t count; /* at least 1 */
    bool negated;
} CompiledTerm;

/* Leaves the number of each selector's terms in selector_query, until there are queries. */
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
    const Query *it = &link->queries.at[query];
    return (QueryTerms){seq_at(&link->compiled, it->compiled), link->lists.at + it->lists + 1};
}
static inline bool query_next(QueryTerms *terms, CompiledTerm *term)
{
    if (!compiled_next(&terms->rest, term))
        return false;
    term->lists = terms->lists;
    terms->lists += term->count;
    return true;
}
bool set_holds(Seq set, uint32_t pair);
bool set_meets(Seq set, const CompiledTerm *term);
/* Of a term that is not met: whether the set has its key at all. */
bool set_is_wrong(const Facts *facts, Seq set, const CompiledTerm *term);

/* ---- classes.c: after order and compile ---- */
void classes_build(Link *link);
void classes_free(Link *link);
/* NULL: it holds neither Pods nor selectors. */
static inline const Space *link_space(const Link *link, uint32_t ns)
{
    uint32_t number = ns < link->space_count ? link->space_of[ns] : 0;
    return number ? &link->spaces.at[number - 1] : NULL;
}
/* The key of postings, or BASE_NONE. */
uint32_t match_key(const Link *link, uint32_t ns, uint32_t pair);
static inline Seq class_set(const Link *link, uint32_t class)
{
    return seq_at(&link->class_sets, link->classes.at[class].set);
}
static inline Seq class_pods(const Link *link, uint32_t class)
{
    uint32_t start = link->class_starts[class];
    return (Seq){link->class_pods + start, link->class_starts[class + 1] - start};
}

/* ---- match.c ---- */
void match_build(Link *link);
void match_free(Link *link);
/* Classes in all lists of a query's term that is not negated. */
uint32_t term_postings(const Link *link, const CompiledTerm *term);

/* ---- cross.c: after the postings ---- */
enum { CROSS_LEAST = 64 }; /* classes in the shorter list, from which on it pays */
void cross_query(Link *link, uint32_t query); /* where it pays; before cross_build */
void cross_build(Link *link);
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
