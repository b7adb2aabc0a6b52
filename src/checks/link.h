/* link.h: the facts of the whole input, indexed: what rules and outputs may ask.
 *
 * Pods and templates of one namespace that no selector of the input can tell apart
 * form a class: equal label sets, after every pair that no selector names was left
 * out.  A selector walks the classes that hold its rarest term, once for all
 * selectors that are equal; the nearest miss walks the same lists with a fixed cap.
 * Both take time in proportion to the facts, however many Services share a label.
 *
 * Everything is built by link_build and const from then on.  "By place" is by file
 * name, document, offset: the order in which findings are shown.  link_build sorts
 * the Pods, Services and references of the facts so, and a smaller index comes first. */
#ifndef PLIMSOLL_LINK_H
#define PLIMSOLL_LINK_H

#include "checks/facts.h"

const Facts *link_facts(const Link *link);
const Sources *link_sources(const Link *link);
const ChecksOptions *link_options(const Link *link);

/* ---- places and objects: order.c ---- */
/* Below, above or at 0 as the first object stands before, behind or is the second. */
int link_compare_objects(const Link *link, uint32_t a, uint32_t b);
/* Ids of all objects by place; facts_object_count of them. */
const uint32_t *link_objects_by_place(const Link *link);
/* The first object by place with this identity (ids of strings; the API version does
 * not count), and the next one with the same.  BASE_NONE: none. */
uint32_t link_find(const Link *link, uint32_t group, uint32_t kind, uint32_t ns, uint32_t name);
uint32_t link_next_same(const Link *link, uint32_t object);
/* The object's kind, a string: from a table of nothing else. */
uint32_t link_kind_of(const Link *link, uint32_t object);
/* Whether several objects of the input have this one's identity: it has alternatives. */
bool link_has_alternative(const Link *link, uint32_t object);
/* Whether configuration or --assume says that the object lives elsewhere. */
bool link_assumed(const Link *link, Str kind, Str ns, Str name);
/* Whether something in the namespace may make Pods that the input does not show: an
 * object of a kind that is not Kubernetes' own, a document that could not be read, a
 * file that was skipped. */
bool link_may_have_more_pods(const Link *link, uint32_t ns);
/* The pointer of the object in what was read as one document: "" or "/items/3". */
Str link_object_pointer(const Link *link, uint32_t object, Arena *arena);
/* The pointer of a field of the object, by its path, which is plain; with the life of
 * findings. */
Str link_field_pointer(const LinkContext *context, uint32_t object, Str path);
/* Says of a finding that it is at that field. */
void link_set_field(const LinkContext *context, Finding *finding, uint32_t object, Str path);

/* Whether both stand in one folder.  Until scopes are known, what lies in different
 * folders may belong to different deployments, so that a clash between them is less
 * sure. */
bool link_side_by_side(const Link *link, uint32_t a, uint32_t b);
/* Whether something says that both belong to one deployment: one folder, one kustomization,
 * chart or scope of the configuration, or their Namespace, which the input declares once
 * and which both name.  In what a folder of the command line holds besides, a limit of one
 * example says nothing of the Pods of another. */
bool link_belong_together(const Link *link, uint32_t a, uint32_t b);
/* The same, or their folders stand side by side or one in the other: people part one
 * deployment by kind, services here and routes there. */
bool link_is_near(const Link *link, uint32_t a, uint32_t b);
bool link_same_file(const Link *link, uint32_t a, uint32_t b);

/* ---- admission: admission.c ---- */
/* The Namespace of an object, if it stands in the input: of several the one that stands
 * beside the object, else the first by place.  BASE_NONE: none. */
uint32_t link_namespace_of(const Link *link, uint32_t object);
/* Which Pods or claims an object makes, for messages: Pod "a", or the Pods of
 * Deployment "b"; what is "Pods" or "claims". */
Str link_made_text(const Link *link, uint32_t object, const char *what, bool made, Arena *arena);

/* ---- references: resolve.c ---- */
/* The object that is named (the first by place, of several definitions), or BASE_NONE. */
uint32_t link_resolve(const Link *link, const Reference *reference);
/* What may be asked of references, a bit each, so that a pass which is for a few of them comes by
 * no other:
 *   for (uint32_t i = 0; (i = link_next_reference(link, i, WANTED)) < facts->references.len; i++) */
enum {
    REFERENCES_LOST = 1 << 0,     /* link_resolve says BASE_NONE */
    REFERENCES_WANTING = 1 << 1,  /* they have wants */
    REFERENCES_LISTENER = 1 << 2, /* REFERENCE_LISTENER, and the next two */
    REFERENCES_GRANTED = 1 << 3,
    REFERENCES_IF_ANY = 1 << 4,
    REFERENCES_SCALING = 1 << 5,  /* an autoscaler names its target */
    REFERENCES_SERVICE = 1 << 6,  /* a StatefulSet names its Service */
    REFERENCES_OWNER = 1 << 7,    /* metadata.ownerReferences */
};
/* The first from there on that is any of those; references.len: there is none. */
uint32_t link_next_reference(const Link *link, uint32_t from, uint8_t wanted);
/* Whether it is there without standing in the input: every cluster has it, another
 * object declares it, or the user says so. */
bool link_lives_elsewhere(const Link *link, const Reference *reference);
/* Whether nothing can be said of it: the input holds no object of its kind, and those of
 * that kind are rarely written down. */
bool link_is_beyond(const Link *link, const Reference *reference);
/* For one that is not resolved, of a scope: the object of another scope that has this
 * identity, and where its name stands; an id of the whole input's facts, or BASE_NONE. */
uint32_t link_find_in_whole(const Link *link, const Reference *reference, Place *place);
/* For one that is not resolved: the first object of that kind and name in another
 * namespace, and whether no third namespace has one; BASE_NONE: none. */
uint32_t link_find_namesake(const Link *link, const Reference *reference, bool *only);
/* How many objects are in a namespace: none, one, or more.  Counted only where some
 * reference is unresolved. */
typedef enum Population { POPULATION_NONE, POPULATION_ONE, POPULATION_MORE } Population;
Population link_population(const Link *link, uint32_t ns);
/* Keys of one definition of a ConfigMap or Secret; and whether any definition of that
 * object has the key, or may get it from a controller. */
typedef struct SymbolList {
    const Symbol *at;
    uint32_t count;
} SymbolList;
SymbolList link_symbols(const Link *link, uint32_t object);
bool link_offers(const Link *link, uint32_t object, uint32_t name);
/* The listeners of one definition of a Gateway. */
typedef struct ListenerList {
    const Listener *at;
    uint32_t count;
} ListenerList;
ListenerList link_listeners(const Link *link, uint32_t object);
/* Whether a listener is one that the reference asks for: all, where it asks for none. */
bool link_listener_is_meant(const Link *link, const Reference *reference,
                            const Listener *listener);
/* Whether the namespace of what is named lets the object refer into it. */
bool link_is_granted(const Link *link, const Reference *reference);
/* Index of the object's Pod or template in facts->pods, or BASE_NONE. */
uint32_t link_pod_of(const Link *link, uint32_t object);
/* Index of the object's Service in facts->services, or BASE_NONE. */
uint32_t link_service_of(const Link *link, uint32_t object);
/* "app-config" of "app-config-5fb9km28cd"; empty where no such hash ends the name. */
Str name_without_hash(Str name);

/* ---- selectors and Pods: match.c ---- */
/* Whether the selector matches any Pod or template of its object's namespace. */
bool link_selects_any(const Link *link, uint32_t selector);
/* The Pods that it matches, by place, as indices in facts->pods. */
typedef struct PodList {
    uint32_t *at;
    uint32_t count;
} PodList;
PodList link_select(const Link *link, uint32_t selector, Arena *arena);
/* Some of them, at most POD_SAMPLE: cheap however many there are.  False where there
 * may be more. */
enum { POD_SAMPLE = 64 };
typedef struct PodSample {
    uint32_t at[POD_SAMPLE]; /* by place where all are there */
    uint32_t count;
} PodSample;
bool link_sample(const Link *link, uint32_t selector, PodSample *sample);
/* How many Pods of the namespace carry exactly this pair: 0, or more. */
bool link_pair_in_namespace(const Link *link, uint32_t ns, uint32_t pair);

/* How a Pod stands to a term. */
typedef enum TermState {
    TERM_MET,
    TERM_LACKING, /* the Pod has no such key */
    TERM_WRONG,   /* it has the key with another value, or one that it may not have */
} TermState;
/* For TERM_WRONG, pair is the Pod's own and place that of its entry. */
TermState link_term_state(const Link *link, uint32_t pod, const Term *term, uint32_t *pair,
                          Place *place);

/* Whether it matches a Pod of a namespace that is wanted.  True too where that could not
 * be found out cheaply. */
typedef bool (*NamespaceTest)(const Link *link, uint32_t ns, void *context);
bool link_selects_anywhere(const Link *link, uint32_t selector, NamespaceTest wanted,
                           void *context);
/* Whether the input holds any Pod or template of the namespace. */
bool link_has_pods(const Link *link, uint32_t ns);

/* ---- labels of Namespaces, Nodes, ClusterRoles: labelled.c ---- */
typedef enum LabelAnswer { LABELS_FOUND, LABELS_NONE, LABELS_UNKNOWN } LabelAnswer;
/* Whether a query of facts->label_queries matches an object of the input, and one that it
 * matches; unknown where too many would have to be looked at. */
LabelAnswer link_find_labelled(const Link *link, uint32_t query, uint32_t *object);
/* For one that matches nothing: the object that fails the fewest terms, and how many;
 * BASE_NONE where all fail all. */
uint32_t link_nearest_labelled(const Link *link, uint32_t query, uint32_t *failed);
/* "OBJECT what" at the query of one that matches nothing, with a note of the object that
 * comes nearest; that one, or BASE_NONE, is in nearest.  NULL when switched off. */
Finding *link_report_query(const LinkContext *context, const RuleInfo *rule, uint32_t query,
                           const char *what, uint32_t *nearest);
/* Whether a namespace (a string) meets a query; of one that the input does not declare
 * only the name is known, and all else is taken to be met. */
bool link_namespace_meets(const Link *link, uint32_t query, uint32_t ns);
/* Whether the input holds no object of the space; and whether a Node has the label's key. */
bool link_space_is_empty(const Link *link, LabelSpace space);
bool link_key_on_nodes(const Link *link, uint32_t key);

/* ---- the nearest miss: nearest.c ---- */
enum {
    NEAREST_SHOWN = 3,
    NEAREST_VISITS = 256, /* classes looked at for one selector, at most */
    NEAREST_NAMED = 256,  /* Pods kept for one word and namespace */
    NEAREST_VALUES = 64,  /* values that one wanted value or name is compared with */
};

typedef struct Nearest {
    uint32_t pods[NEAREST_SHOWN]; /* in the order in which they are shown */
    uint32_t count;
    uint32_t matched;             /* terms that each of them meets; 0: a guess by resemblance */
    uint32_t failed;              /* terms that each of them fails */
    bool sure;                    /* by the Pods that the input shows, it is a mistake */
    uint32_t meant;               /* where sure: which of pods has to be changed */
} Nearest;

/* For a selector that matches nothing: the Pods of its namespace that meet most
 * terms, then those that are wrong in fewest, then those whose name holds a word of
 * a term they fail, then by place.  Where no Pod meets any term: those with a value
 * at one edit from the wanted one, else those whose name holds all its words.
 * Sure is a miss by exactly one term that sure.c takes for a mistake; of a single
 * term, one by one edit, or of a Pod that has the name of the Service and the value.
 * Scratch is kept from call to call; a zeroed one will do for the first. */
typedef struct NearestScratch {
    uint32_t *seen;    /* per class: the round in which it was looked at */
    uint32_t *tied;    /* per class: the round in which it was among the best */
    uint32_t round;
    uint64_t steps;    /* classes and Pods looked at: tests show that it stays linear */
} NearestScratch;
Nearest link_nearest(const Link *link, uint32_t selector, NearestScratch *scratch);
void nearest_scratch_free(NearestScratch *scratch);
/* A Pod in another namespace that the selector would match, or BASE_NONE. */
uint32_t link_match_elsewhere(const Link *link, uint32_t selector);

/* Classes looked at while selectors were matched: tests show that it stays linear. */
uint64_t link_match_steps(const Link *link);
uint32_t link_class_count(const Link *link);

/* ---- what only one object may have: clash.c ---- */
/* Each claim of a space that an object by place before it has too:
 *   for (Clashes c = {.space = CLAIM_x}; link_next_clash(link, &c);) use(c.claim, c.taken); */
typedef struct Clashes {
    ClaimSpace space;
    const Claim *claim, *taken;
    bool sure;            /* both are surely applied: link_surely_meet */
    uint32_t next, first;
    bool begun;
} Clashes;
bool link_next_clash(const Link *link, Clashes *clashes);
/* "OBJECT verb WHAT, which OTHER has"; a warning where it is not sure. */
Finding *link_report_clash(const LinkContext *context, const RuleInfo *rule,
                           const Clashes *clashes, const char *verb);

/* Whether both are definitions of one object; one whose name the server makes up is
 * another each time. */
bool link_same_identity(const Link *link, uint32_t a, uint32_t b);
/* Whether both are surely applied to one cluster: they are near each other, and no other
 * file defines one of them too, so that perhaps only that is applied. */
bool link_surely_meet(const Link *link, uint32_t a, uint32_t b);

/* ---- what a cluster hands out once: allocate.c ---- */
/* Why the server would not create a Service behind those that stand before it. */
typedef enum FaultKind {
    FAULT_PORT_TAKEN,     /* index: the entry of ports that asks; taken: the Service that has it */
    FAULT_PORT_RANGE,
    FAULT_ADDRESS_TAKEN,  /* index, taken: claims; taken BASE_NONE: the Service of the server */
    FAULT_ADDRESS_RANGE,
    FAULT_ADDRESS_FAMILY, /* an address of a family that the cluster has not */
    FAULT_FAMILY,         /* index: in ipFamilies */
    FAULT_DUAL_STACK,
} FaultKind;

#define FAULT_HEALTH_CHECK UINT32_MAX /* an index: healthCheckNodePort */

typedef struct Fault {
    uint8_t kind;         /* FaultKind */
    bool sure;
    bool later;           /* the server would have stopped before it saw this */
    uint32_t service;     /* in facts->services */
    uint32_t index;
    uint32_t server_index; /* where the server names another entry of the list */
    uint32_t taken, taken_index;
} Fault;

/* In the order in which Services are created. */
typedef struct FaultList {
    const Fault *at;
    uint32_t count;
} FaultList;
FaultList link_faults(const Link *link);
const ReferenceCluster *link_cluster(const Link *link);
/* A finding of an address at its claim, with the path that the server names. */
Finding *link_report_address(const LinkContext *context, const RuleInfo *rule, const Fault *fault,
                             const char *format, ...) BASE_PRINTF(4, 5);
/* Where an entry of ports, or healthCheckNodePort, asks for a node port; and the rest
 * of a finding there. */
Place link_node_port_place(const Link *link, uint32_t service, uint32_t index);
void link_set_node_port(const LinkContext *context, Finding *finding, const Fault *fault);
/* The families of the Service's addresses, as POD_ADDRESS_V4 and POD_ADDRESS_V6. */
uint16_t link_service_families(const Link *link, const ServiceFact *service);

/* ---- names that resemble one another: alike.c ---- */
/* One edit apart, where the edit is not one of digits: "v1" and "v2" are two names. */
bool alike(Str a, Str b);
/* The first object by place of this kind and namespace whose name is alike, among
 * the first NEAREST_VALUES; BASE_NONE: none.  For names that unresolved references
 * of the input hold. */
uint32_t link_find_alike(const Link *link, const Reference *reference);

/* ---- --show-endpoints: endpoints.c ---- */
/* What the Service would reach, as the endpoint slice controller decides it. */
typedef struct EndpointPort {
    Str name;             /* the Service port's; empty: none */
    const char *protocol;
    Str app_protocol;     /* empty: none */
    int32_t port;
} EndpointPort;

typedef enum EndpointReady { ENDPOINT_NOT_READY, ENDPOINT_READY, ENDPOINT_UNKNOWN } EndpointReady;


typedef struct EndpointTarget {
    uint32_t pod;         /* index in facts->pods */
    uint32_t object;      /* the Pod, or the workload whose template it is */
    bool is_template;
    EndpointReady ready;  /* unknown: nothing says so, it was given without a status */
    const int32_t *ports; /* of the Pod, one for each EndpointPort; 0: it has none such */
} EndpointTarget;

typedef struct Endpoints {
    uint32_t object;      /* the Service */
    bool selects;         /* false: no selector or an ExternalName, so not for us to say */
    const EndpointPort *ports;
    uint32_t port_count;
    const EndpointTarget *targets; /* by place */
    uint32_t target_count;
} Endpoints;

/* Service is an index in facts->services; what comes back lives in the arena. */
Endpoints link_endpoints(const Link *link, uint32_t service, Arena *arena);

#endif
