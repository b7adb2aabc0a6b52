/* facts.h: what is kept of an object after its document is forgotten.
 *
 * Facts are small structs of numbers: ids of interned strings, indices into other
 * facts, offsets into the document.  A million objects' facts have to fit beside
 * everything else, so equal things are kept once (label pairs, label sets) and a
 * place is eight bytes: the object says in which document it lies.
 *
 * collect.c makes facts of bound trees; tests may make them directly with the
 * functions below.  link.h makes sense of them behind the barrier.
 *
 * Ownership: a Facts owns its arrays; strings belong to the Interner it was given. */
#ifndef PLIMSOLL_FACTS_H
#define PLIMSOLL_FACTS_H

#include "checks/checks.h"
#include "checks/table.h"
#include "checks/ways.h"
#include "names.h"

/* A fact's pointer is a string's id, or this: its path says it too. */
enum { FACTS_POINTER_OF_PATH = 0 };

/* A range of the document that the fact's object stands in. */
typedef struct Span {
    uint32_t offset, length;
} Span;

/* ---- labels ---- */
/* Pairs are sequences (key, value) of string ids.  Two values are no strings: */
#define PAIR_ANY_VALUE (UINT32_MAX - 1)   /* the key, whatever its value */
#define PAIR_OTHER_VALUE (UINT32_MAX - 2) /* the key with a value that no selector names */

/* Where a label's entry stands, from its key to the end of its value, counted from
 * the start of its labels.  Two bytes each are enough for nearly all; what does not
 * fit has size 0 and is shown at the labels as a whole. */
typedef struct LabelSpan {
    uint16_t offset, size;
} LabelSpan;

/* ---- Pods and Pod templates ---- */
enum {
    POD_TEMPLATE = 1 << 0,     /* the Pods that its object makes, not a Pod by itself */
    POD_HOST_NETWORK = 1 << 1,
    POD_COUNTED = 1 << 7,      /* a template of a kind with replicas, one where not given */
    POD_NONE_YET = 1 << 2,     /* of a template: it makes no Pods as it stands: none are wanted,
                                  it is held back, or its time has not come */
    POD_STATUS = 1 << 3,       /* of a Pod that was given with a status; all below are read of it */
    POD_ENDED = 1 << 4,        /* its phase is Succeeded or Failed */
    POD_ADDRESS_V4 = 1 << 5,   /* it has an address of this family */
    POD_ADDRESS_V6 = 1 << 6,
    POD_READY = 1 << 7,
    POD_NUMBERED = 1 << 8,     /* of a template: its Pods have numbers, from first_number on */
};

typedef struct PodFact {
    uint32_t object;      /* the Pod, or the workload that holds the template */
    uint32_t labels;      /* sequence in label_sets */
    Span place;           /* of the labels; of metadata or the template where there are none */
    uint32_t label_spans; /* first of as many as the set has pairs, in its order; or BASE_NONE */
    uint32_t ports;       /* first of its container ports */
    uint16_t port_count;
    uint16_t flags;
    int32_t replicas;     /* of a template: spec.replicas; -1: not given */
    int32_t first_number; /* of a template whose Pods have numbers */
    Span replicas_place;
} PodFact;

typedef enum Protocol { PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP, PROTOCOL_UNKNOWN } Protocol;
const char *protocol_name(Protocol protocol);

typedef struct ContainerPort {
    uint32_t name;        /* 0: none */
    Span place;           /* of the port's entry in the list */
    uint16_t number;
    uint8_t protocol;     /* Protocol */
    bool waits;           /* of an init container that ends before the others start: no target */
} ContainerPort;

/* ---- selectors ---- */
typedef enum TermOp { TERM_EQUALS, TERM_IN, TERM_NOT_IN, TERM_EXISTS, TERM_ABSENT } TermOp;

typedef struct Term {
    uint32_t key;         /* string */
    uint32_t value;       /* EQUALS: a pair; IN, NOT_IN: first in term_values */
    uint16_t value_count; /* IN, NOT_IN */
    uint8_t op;           /* TermOp */
    Span place;           /* of the entry in matchLabels, or of the expression */
} Term;

/* All terms must hold.  In the order of the document. */
typedef struct Selector {
    uint32_t object;
    uint32_t terms;
    uint32_t term_count : 31; /* 0: everything (or nothing; whoever uses it knows) */
    bool anywhere : 1;    /* asked of other namespaces than the object's */
    Span place;           /* of the whole selector */
} Selector;

/* ---- labels of what is no Pod ---- */
#define FACTS_NAMESPACE_LABEL "kubernetes.io/metadata.name" /* set by the server */

/* No label: of a Node its name, as matchFields asks for it. */
#define FACTS_NODE_NAME ".metadata.name"

typedef enum LabelSpace {
    LABELS_NAMESPACE,
    LABELS_NODE,
    LABELS_CLUSTER_ROLE,
    LABELS_PARAMETERS, /* of admission policies: ConfigMaps and custom resources */
} LabelSpace;

typedef struct LabelledFact {
    uint32_t object;
    uint32_t labels;      /* sequence in label_sets */
    uint8_t space;        /* LabelSpace */
} LabelledFact;

/* A selector of such objects.  All terms must hold; none: everything. */
typedef struct LabelQuery {
    uint32_t object;
    uint32_t terms, term_count;
    Span place;
    uint32_t path, pointer; /* strings */
    /* Of parameters, set by parameters.c: of which kind, and of which namespace; 0: any. */
    uint32_t group, kind, ns;
    uint16_t alternatives; /* so many queries behind it: one of them has to be met */
    uint8_t space;        /* LabelSpace */
} LabelQuery;

/* A label of Nodes over which Pods are spread. */
typedef struct TopologyKey {
    uint32_t object;
    uint32_t key;         /* string */
    Span place;
    uint32_t path, pointer; /* strings */
} TopologyKey;

/* metadata.namespace of the first of several neighbours. */
typedef struct NamespaceUse {
    uint32_t object;
    uint32_t ns;          /* string */
    Span place;
} NamespaceUse;

/* ---- Services ---- */
typedef enum ServiceType {
    SERVICE_CLUSTER_IP,
    SERVICE_NODE_PORT,
    SERVICE_LOAD_BALANCER,
    SERVICE_EXTERNAL_NAME,
} ServiceType;

enum {
    SERVICE_HEADLESS = 1 << 0,          /* clusterIP: None */
    SERVICE_LOCAL_TRAFFIC = 1 << 1,     /* externalTrafficPolicy: Local */
    SERVICE_PUBLISH_NOT_READY = 1 << 2,
    SERVICE_NO_NODE_PORTS = 1 << 3,     /* allocateLoadBalancerNodePorts: false */
};

typedef enum IpFamily { FAMILY_NONE, FAMILY_V4, FAMILY_V6, FAMILY_UNKNOWN } IpFamily;
/* ipFamilyPolicy: SingleStack or nothing, PreferDualStack, RequireDualStack */
typedef enum FamilyPolicy { FAMILIES_ONE, FAMILIES_BOTH_IF_THERE, FAMILIES_BOTH } FamilyPolicy;
enum { SERVICE_FAMILIES = 2 };

typedef struct ServicePort {
    uint32_t name;        /* 0: none */
    uint32_t target_name; /* a named targetPort; 0: none */
    uint32_t app_protocol; /* 0: none */
    int32_t port, target, node_port; /* 0: not given; target is port's where not given */
    Span place;           /* of the port's entry in the list */
    Span target_place;    /* of targetPort's value; length 0 where not given */
    Span node_port_place; /* of nodePort's value */
    uint8_t protocol;     /* Protocol */
} ServicePort;

typedef struct ServiceFact {
    uint32_t object;
    uint32_t selector;    /* BASE_NONE: none, its endpoints are written by hand */
    uint32_t ports;
    uint16_t port_count;
    uint8_t type;         /* ServiceType */
    uint8_t flags;
    int32_t health_check_port; /* 0: not given */
    Span health_check_place;
    uint8_t families[SERVICE_FAMILIES]; /* IpFamily: ipFamilies as it is given */
    uint8_t family_count;
    uint8_t family_policy;     /* FamilyPolicy */
    uint8_t address_family;    /* IpFamily: of clusterIP */
    Span family_places[SERVICE_FAMILIES], policy_place;
} ServiceFact;

/* ---- references and symbols: rows of schemas/links ---- */
enum {
    REFERENCE_OPTIONAL = 1 << 0,  /* optional: true: it may be absent */
    REFERENCE_NS_GIVEN = 1 << 1,  /* the reference itself says the namespace */
    REFERENCE_ANY_SCOPE = 1 << 2, /* the kind stands in the document: ns may not apply to it */
    REFERENCE_HINT = 1 << 3,      /* where it leads to nothing, that is rarely a mistake */
    REFERENCE_IF_ANY = 1 << 4,    /* looked at only where the input holds an object of the kind */
    REFERENCE_GRANTED = 1 << 5,   /* into another namespace: needs a ReferenceGrant there */
    REFERENCE_LISTENER = 1 << 6,  /* its wants are listeners of a Gateway */
};

/* A key of a ConfigMap or Secret, or a port of a Service, that a reference asks for. */
typedef struct Want {
    uint32_t name;        /* string; 0: a port's number */
    int32_t number;
    Span place;
    uint32_t path, pointer; /* strings, as of a reference */
} Want;

/* A field that names an object. */
typedef struct Reference {
    uint32_t object;      /* that holds the field */
    uint32_t group, kind, ns, name; /* of what is named; strings.  ns 0: cluster-scoped */
    Span place;           /* of the name's value */
    uint32_t path;        /* string: the field's path in the server's form */
    uint32_t pointer;     /* string: the same from the document's root, RFC 6901; facts_pointer */
    uint32_t wants;       /* first of want_count */
    uint16_t want_count;
    uint16_t flags;
} Reference;

/* A name that an object defines for others to use: a key of a ConfigMap or Secret. */
typedef struct Symbol {
    uint32_t object;
    uint32_t name;        /* string */
    Span place;
} Symbol;

/* A listener of a Gateway, to which routes attach. */
typedef struct Listener {
    uint32_t object;
    uint32_t name;        /* string */
    int32_t port;         /* 0: not given */
    bool same_namespace;  /* takes routes of the Gateway's own namespace only */
    Span place;
    Span from_place;      /* of allowedRoutes.namespaces.from; the listener where not given */
} Listener;

/* A grant is a sequence: the namespace that it opens, group, kind and namespace of what
 * may refer into it, group, kind and name (0: any) of what may be referred to. */
enum { FACTS_GRANT_PARTS = 7 };

/* A named port that a container asks for and does not have: a probe's, a handler's. */
typedef struct LostPort {
    uint32_t object;
    uint32_t name;        /* string */
    uint32_t near;        /* string: a port of the container that is named much the same; 0 */
    Span near_place;      /* of it, or of the container's ports, or of the container */
    Span place;
    uint32_t path, pointer; /* strings */
} LostPort;

/* What only one object may have, or had better have alone. */
typedef enum ClaimSpace {
    CLAIM_CLUSTER_IP,
    CLAIM_LOAD_BALANCER_IP,
    CLAIM_SCALE_TARGET,
    CLAIM_INGRESS_PATH,
} ClaimSpace;

typedef struct Claim {
    uint32_t object;
    uint32_t key;         /* string: equal keys of one space clash */
    uint32_t shown;       /* string: what is claimed, for messages */
    Span place;
    uint32_t path, pointer; /* strings */
    uint8_t space;        /* ClaimSpace */
} Claim;

/* A port of the nodes that a Pod runs on. */
typedef enum NodeChoice { NODES_ALL, NODES_NAMED, NODES_SELECTED } NodeChoice;

typedef struct HostPort {
    uint32_t object;
    int32_t number;
    uint32_t address;     /* string; 0: all of the node */
    uint32_t nodes;       /* string: the node's name, or the selector in one spelling */
    Span place;
    uint32_t path, pointer; /* strings */
    uint8_t protocol;     /* Protocol */
    uint8_t choice;       /* NodeChoice */
} HostPort;

/* An object that is no Service and selects Pods of its namespace. */
typedef enum SelectUse { SELECT_BUDGET, SELECT_POLICY, SELECT_WORKLOAD } SelectUse;

typedef struct SelectFact {
    uint32_t object;
    uint32_t selector;    /* of no terms: everything */
    uint8_t use;          /* SelectUse */
    int32_t minimum;      /* of a budget: minAvailable as a number; -1: not given */
    bool minimum_percent; /* minAvailable is given in percent */
    Span minimum_place;
    int32_t maximum;      /* of a budget: maxUnavailable; -1: not given */
    Span maximum_place;
} SelectFact;

/* ---- admission: what decides whether a Pod or a claim may be made; admission.h ---- */
typedef enum PodPart { POD_ITSELF, POD_INIT, POD_CONTAINER, POD_EPHEMERAL } PodPart;

/* A container of any sort, or what the Pod says for all of them, where it breaks a check or
 * has resources. */
typedef struct ContainerFact {
    Span place;           /* of its securityContext, else of its item (of a Pod: its spec) */
    Span resources_place; /* of resources; else as place */
    uint32_t name;        /* string */
    uint32_t violations;  /* bits of SecurityCheck */
    uint32_t resources;   /* sequence in resource_sets; BASE_NONE: none */
    uint32_t resource_spans; /* as many as the sequence has entries */
    uint16_t index;       /* in its list */
    uint8_t part;         /* PodPart */
    bool restarts;        /* of an init container: it goes on beside the others */
} ContainerFact;

/* Which field a value is, below its container or its Pod's spec. */
typedef enum SecurityField {
    SECURITY_OTHER_FIELD,     /* path and pointer say it */
    SECURITY_OWN_FIELD,       /* NAME */
    SECURITY_CONTEXT_FIELD,   /* securityContext.NAME */
    SECURITY_CAPABILITY_ITEM, /* securityContext.capabilities.add[INDEX] */
    SECURITY_PORT_FIELD,      /* ports[INDEX].NAME */
    SECURITY_VOLUME_FIELD,    /* volumes[INDEX].NAME */
} SecurityField;

/* What stands there and breaks a check.  What breaks one by its absence has only a bit. */
typedef struct SecurityValue {
    uint32_t container;   /* in containers */
    Span place;
    uint32_t path, pointer; /* strings; of a SECURITY_OTHER_FIELD */
    NameId name;
    uint32_t index;
    uint8_t check;        /* SecurityCheck */
    uint8_t field;        /* SecurityField */
} SecurityValue;

enum {
    ADMITTED_TEMPLATE = 1 << 0, /* not a Pod by itself: what the object makes */
    ADMITTED_WINDOWS = 1 << 1,  /* spec.os.name */
    ADMITTED_USERS = 1 << 2,    /* hostUsers: false, so in a user namespace */
};

/* A Pod or the template of Pods, as admission sees it. */
typedef struct AdmittedPod {
    uint32_t object;
    uint32_t containers;  /* first of container_count; the Pod itself, if any, comes first */
    uint32_t values;      /* first of value_count, in security_values */
    uint16_t container_count, value_count;
    uint32_t violations;  /* of all containers together */
    Span place;           /* of the spec */
    uint16_t row;         /* of schemas/links, which says where the Pods are: admitted_path */
    uint8_t flags;
} AdmittedPod;

/* A PersistentVolumeClaim, or the template of some. */
typedef struct AdmittedClaim {
    uint32_t object;
    uint32_t path;        /* string: of the claim, empty for one by itself */
    uint32_t requests;    /* as ContainerFact.resources */
    uint32_t request_spans;
    Span place;           /* of spec.resources, or the nearest thing that is there */
} AdmittedClaim;

typedef enum SecurityMode {
    SECURITY_ENFORCE,
    SECURITY_FORCED,      /* by the user: no label says it */
    SECURITY_WARN,
    SECURITY_AUDIT,
    SECURITY_MODES,
} SecurityMode;
typedef enum SecurityLevel { LEVEL_PRIVILEGED, LEVEL_BASELINE, LEVEL_RESTRICTED } SecurityLevel;
enum { SECURITY_LATEST = INT32_MAX };

/* The labels of a Namespace that say what its Pods may do, as the server reads them. */
typedef struct NamespaceFact {
    uint32_t object;
    struct SecurityPolicy {
        uint8_t level;    /* SecurityLevel; privileged where no label says more */
        int32_t version;  /* minor, or SECURITY_LATEST */
        Span place;       /* of the label that says so */
    } policy[SECURITY_MODES];
} NamespaceFact;

/* One number of a LimitRange: of which sort, for what, of which resource. */
typedef enum LimitType { LIMIT_CONTAINER, LIMIT_POD, LIMIT_CLAIM, LIMIT_OTHER } LimitType;
typedef enum LimitBound {
    LIMIT_MIN,
    LIMIT_MAX,
    LIMIT_RATIO,          /* maxLimitRequestRatio */
    LIMIT_DEFAULT,
    LIMIT_DEFAULT_REQUEST,
} LimitBound;

typedef struct LimitFact {
    uint32_t object;
    uint32_t resource, quantity; /* strings */
    Span place;           /* of the entry */
    uint32_t item;        /* in spec.limits */
    uint8_t type;         /* LimitType */
    uint8_t bound;        /* LimitBound */
} LimitFact;
/* ---- network policies ---- */
/* Whom a rule lets in or lets its Pods reach. */
typedef struct PeerFact {
    uint32_t object;
    uint32_t pods;        /* selector; BASE_NONE: all */
    uint32_t namespaces;  /* label query; BASE_NONE: the policy's own */
    Span place;           /* of podSelector, else of the peer */
    uint32_t path, pointer; /* strings */
    bool egress;
    bool other_namespaces;
} PeerFact;

typedef struct PolicyPort {
    uint32_t object;
    uint32_t selector;    /* the policy's podSelector, or BASE_NONE */
    uint32_t name;        /* string; 0: a number */
    int32_t number;
    uint32_t peers, peer_count; /* of its rule; none where one of them is no selector */
    Span place;
    uint32_t path, pointer; /* strings */
    uint8_t protocol;     /* Protocol */
    bool egress;
} PolicyPort;

/* Rules of a direction that policyTypes leave out. */
typedef struct IdleRules {
    uint32_t object;
    Span place, types_place;
    uint32_t path, pointer; /* strings */
    bool egress;
} IdleRules;

/* ---- admission policies ---- */
/* A policy, and the kind of its parameters. */
typedef struct PolicyKind {
    uint32_t object;
    uint32_t group, kind; /* strings; kind 0: it takes none */
    Span place;           /* of paramKind; length 0: there is none */
} PolicyKind;

/* What a binding gives to its policy. */
typedef struct Parameters {
    uint32_t object;
    uint32_t policy_group, policy_kind, policy; /* strings */
    uint32_t policy_index; /* set by parameters.c: in policy_kinds, or BASE_NONE */
    uint32_t ns, name;    /* strings; 0: not given */
    Span place;           /* of paramRef, else of policyName */
    uint32_t path, pointer; /* strings */
    Span name_place;
    uint32_t name_path, name_pointer;
    uint32_t query;       /* paramRef.selector, in label_queries; or BASE_NONE */
    bool given;           /* there is a paramRef */
    bool allows_absence;  /* parameterNotFoundAction: Allow */
} Parameters;

/* How many of what a ResourceQuota without scopes allows. */
typedef struct QuotaFact {
    uint32_t object;
    uint32_t name, quantity; /* strings: "configmaps", "10" */
    Span place;           /* of the entry */
} QuotaFact;

/* Sequences say nothing of who put them there; a part of the input (part.h) must know. */
typedef struct Owned {
    uint32_t object;
    uint32_t sequence;    /* in the table that the list stands beside */
} Owned;

/* Every list and every table below: what holds for all is written once (facts.c,
 * facts_merge.c). */
#define FACTS_LISTS(X)                                                                \
    X(objects) X(label_spans) X(pods) X(container_ports) X(selectors) X(terms)        \
    X(term_values) X(services) X(service_ports) X(references) X(wants) X(symbols)     \
    X(listeners) X(lost_ports) X(claims) X(host_ports) X(selects) X(containers)       \
    X(security_values) X(admitted_pods) X(admitted_claims) X(namespaces) X(limits)    \
    X(quotas) X(resource_spans) X(labelled) X(label_queries) X(topology_keys)         \
    X(namespace_uses) X(peers) X(policy_ports) X(idle_rules) X(policy_kinds)          \
    X(parameters) X(declared_by) X(granted_by) X(made_by) X(object_labels)
#define FACTS_TABLES(X)                                                               \
    X(pairs) X(label_sets) X(resource_sets) X(declared) X(grants) X(filled) X(makers)

enum { FACTS_RECENT_PAIRS = 256 };
typedef struct RecentPair {
    uint32_t key;         /* string, and one more: 0 is none's */
    uint32_t value, pair;
} RecentPair;

/* A set of few labels: its pairs, and one more each; 0 is none's. */
enum { FACTS_RECENT_SETS = 128, FACTS_SET_SMALL = 3 };
typedef struct RecentSet {
    uint32_t pairs[FACTS_SET_SMALL];
    uint32_t set;
} RecentSet;

/* What is added here has to be copied in part.c, or a part of the input lacks it, and
 * has a row in facts_merge.c. */
struct Facts {
    Interner *strings;    /* borrowed */
    uint32_t current;     /* the object that facts are made of now */
    struct { uint32_t group, kind; } targets[SCHEMA_TARGET_COUNT]; /* strings; kind 0: unknown yet */
    bool keep_labels;     /* object_labels is wanted */
    uint32_t backdrop;    /* so many of the last objects are what the cluster holds already */
    /* What only helps to make facts, and is none itself: */
    Ways ways;            /* that paths were asked for, */
    VEC(uint32_t) way_paths; /* and the path of each as a string; 0: nobody asked yet,
                                BASE_NONE: it is not a plain one */
    RecentPair recent_pairs[FACTS_RECENT_PAIRS]; /* of facts_pair */
    RecentSet recent_sets[FACTS_RECENT_SETS]; /* of label_sets */
    uint32_t cpu, memory; /* strings: names of resources; 0: nobody asked yet */
    struct Joined *joined; /* what strings and sequences are in others' facts: facts_merge.c */
    VEC(Object) objects;
    SeqTable pairs;       /* (key, value) */
    SeqTable label_sets;  /* pairs, ascending */
    VEC(LabelSpan) label_spans;
    VEC(PodFact) pods;
    VEC(ContainerPort) container_ports;
    VEC(Selector) selectors;
    VEC(Term) terms;
    VEC(uint32_t) term_values; /* pairs */
    VEC(ServiceFact) services;
    VEC(ServicePort) service_ports;
    VEC(Reference) references;
    VEC(Want) wants;
    VEC(Symbol) symbols;
    VEC(Listener) listeners;
    VEC(LostPort) lost_ports;
    VEC(Claim) claims;
    VEC(HostPort) host_ports;
    VEC(SelectFact) selects;
    VEC(ContainerFact) containers;
    VEC(SecurityValue) security_values;
    VEC(AdmittedPod) admitted_pods;
    VEC(AdmittedClaim) admitted_claims;
    VEC(NamespaceFact) namespaces; /* those that have such a label */
    VEC(LimitFact) limits;
    VEC(QuotaFact) quotas;
    SeqTable resource_sets; /* (RESOURCE_x, name, quantity) each */
    VEC(LabelSpan) resource_spans;
    VEC(LabelledFact) labelled;
    VEC(LabelQuery) label_queries;
    VEC(TopologyKey) topology_keys;
    VEC(NamespaceUse) namespace_uses;
    VEC(PeerFact) peers;
    VEC(PolicyPort) policy_ports;
    VEC(IdleRules) idle_rules;
    VEC(PolicyKind) policy_kinds;
    VEC(Parameters) parameters;
    SeqTable declared;    /* (group, kind, namespace, name): there, though it is no object */
    SeqTable grants;      /* FACTS_GRANT_PARTS strings each */
    SeqTable filled;      /* (object): something in the cluster adds keys to it */
    SeqTable makers;      /* (namespace): it holds an object that may make Pods unseen */
    VEC(Owned) declared_by;    /* objects and what they declare */
    VEC(Owned) granted_by;     /* objects and the grants that they make */
    VEC(Owned) made_by;        /* objects and the namespaces that they may make Pods in */
    VEC(Owned) object_labels;  /* objects and their own labels, in label_sets */
};

/* ---- facts_merge.c ---- */
/* Adds all facts of another thread behind those that are there, its strings included:
 * the ids are those that one thread would have given.  Its documents are counted from
 * doc_base on, lines of its objects from line_base on.  Facts are always joined to the
 * same ones, until they are cleared. */
void facts_merge(Facts *into, Facts *from, uint32_t doc_base, uint32_t line_base);
void joined_clear(struct Joined *joined); /* which may be NULL */
void joined_free(struct Joined *joined);

/* ---- facts.c ---- */
/* Forgets all facts, but not the sequences that stand for themselves. */
void facts_forget(Facts *facts);
/* Forgets these, too, and keeps the memory.  Their strings are the caller's to forget. */
void facts_clear(Facts *facts);
Place facts_place(const Facts *facts, uint32_t object, Span span);
Place facts_name_place(const Facts *facts, uint32_t object); /* of metadata.name */
/* What a fact's path and pointer stand for as a pointer, for a finding. */
Str facts_pointer(const Facts *facts, uint32_t path, uint32_t pointer, Arena *arena);
/* The same names everywhere: Pod "a", Deployment "b". */
Str facts_object_text(const Facts *facts, uint32_t object, Arena *arena);
static inline uint32_t facts_pair_key(const Facts *facts, uint32_t pair)
{
    return facts->pairs.items.at[2 * pair];
}
static inline uint32_t facts_pair_value(const Facts *facts, uint32_t pair)
{
    return facts->pairs.items.at[2 * pair + 1];
}

/* A label as it was read.  Of two with one key the last counts. */
typedef struct LabelEntry {
    uint32_t pair;
    Span place;
} LabelEntry;

/* In a short form, counted from the start of what holds it; zero where it does not fit. */
static inline LabelSpan facts_label_span(Span whole, Span entry)
{
    uint32_t offset = entry.offset - whole.offset;
    if (entry.offset < whole.offset || offset > UINT16_MAX || entry.length > UINT16_MAX)
        return (LabelSpan){0, 0};
    return (LabelSpan){(uint16_t)offset, (uint16_t)entry.length};
}
uint32_t facts_pair(Facts *facts, Str key, Str value);
/* Adds a Pod or template whose labels are these (reordered here).  Its ports are
 * those that were pushed to container_ports since first_port. */
uint32_t facts_add_pod(Facts *facts, uint32_t object, uint16_t flags, Span place,
                       LabelEntry *labels, uint32_t label_count, uint32_t first_port);
/* Adds a selector whose terms are those pushed to terms since first_term. */
uint32_t facts_add_selector(Facts *facts, uint32_t object, Span place, uint32_t first_term);
/* Adds an object whose labels are these (reordered here). */
void facts_add_labelled(Facts *facts, uint32_t object, LabelSpace space, LabelEntry *labels,
                        uint32_t label_count);
void facts_add_term(Facts *facts, Str key, Str value, Span place); /* TERM_EQUALS */
/* The namespace holds something that may make Pods which the input does not show: the
 * current object. */
void facts_add_maker(Facts *facts, uint32_t ns);
/* The current object says that the one of (group, kind, namespace, name) is there. */
void facts_declare(Facts *facts, const uint32_t parts[4]);
void facts_grant(Facts *facts, const uint32_t parts[FACTS_GRANT_PARTS]);

#endif
