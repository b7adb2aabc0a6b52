/* core_plain.c: Pods and Services with which plainly nothing is wrong, as with nearly all.
 *
 * Tables say for each type which of its fields may stand there, and in what form; one pass over
 * the keys of a spec holds it against them.  What they take has no error and no warning in any
 * version that is validated, so ValidatePodSpec and ValidateService are not asked about it.  They may be narrower
 * than the server, never wider: what is rare, or hangs on something else, is left to the files
 * that know all of it. */
#include "schema/validation/core_pod.h"

/* ---- what a value may be ---- */

typedef enum Plain {
    PLAIN_NOT,             /* not plain, whatever it is */
    PLAIN_ANY,             /* whatever it is, nothing is said of it */
    PLAIN_SOME,            /* a text or a list, not empty */
    PLAIN_LABEL,           /* texts of a form */
    PLAIN_SUBDOMAIN,
    PLAIN_CONFIG_KEY,
    PLAIN_NO_BACKSTEPS,
    PLAIN_IMAGE,           /* without blanks at its ends */
    PLAIN_RUNTIME_DEFAULT, /* one of the usual words */
    PLAIN_SCHEME,
    PLAIN_ALWAYS,
    PLAIN_EXISTS,
    PLAIN_NONE,
    PLAIN_EFFECT,
    PLAIN_HOST_PATH_TYPE,
    PLAIN_UNSATISFIABLE,
    PLAIN_SERVICE_TYPE,
    PLAIN_FAMILY_POLICY,
    PLAIN_DNS_POLICY,
    PLAIN_FIELD_PATH,
    PLAIN_FALSE,
    PLAIN_COUNT,           /* whole numbers: from 0 on, */
    PLAIN_POSITIVE,        /* from 1 on, */
    PLAIN_ID,              /* of users and groups, */
    PLAIN_NUMBER_OF_PORT,
    PLAIN_PORT,            /* such a number, or a port's name */
    PLAIN_AMOUNT,          /* 64Mi */
    PLAIN_RESOURCES,
    PLAIN_CAPABILITIES,    /* a list of them */
    PLAIN_LABELS,          /* a map of them */
    PLAIN_NODE_LABELS,
    PLAIN_SELECTOR,
    PLAIN_MOUNTED,         /* the name of a volume */
    /* What no other of its kind may be. */
    PLAIN_NAME,            /* of a container, or of a Service's port */
    PLAIN_VOLUME_NAME,
    PLAIN_MOUNT_PATH,
    PLAIN_VARIABLE,
    PLAIN_PORT_NAME,
    PLAIN_PORT_NUMBER,
    PLAIN_HOST_PORT,
    PLAIN_PULL_SECRET,
    PLAIN_FILE,
    PLAIN_TOPOLOGY_KEY,
    /* What has parts: PLAIN_A + a row of TYPES, or PLAIN_EACH + one for a list's items. */
    PLAIN_A = 64,
    PLAIN_EACH = 128,
} Plain;

enum {
    SPEC, CONTAINER, INIT_CONTAINER, PORT, VARIABLE, VALUE_FROM, KEY_REF, FIELD_REF, ENV_FROM,
    ENV_SOURCE, MOUNT, PROBE, LIFECYCLE, HANDLER, HTTP_GET, EXEC, TCP_SOCKET, GRPC, SECURITY,
    POD_SECURITY, CAPABILITIES, SECCOMP, VOLUME, CONFIG_MAP, SECRET, KEY_TO_PATH, EMPTY_DIR, CLAIM, HOST_PATH,
    TOLERATION, PULL_SECRET, CONSTRAINT, SERVICE_SPEC, SERVICE_PORT,
};

typedef struct PlainType {
    uint64_t must;  /* the fields that it has to have, */
    uint64_t some;  /* those of which it has to have at least one; 0: none, */
    uint64_t one;   /* and those of which it may have no more than one */
    uint8_t of[64]; /* Plain, by the last six bits of a field's name */
} PlainType;

#define MAY_BE(name, form) [SCHEMA_NAME_##name & 63] = (form)
#define OF_ALL_CONTAINERS                                                                      \
    MAY_BE(name, PLAIN_NAME), MAY_BE(image, PLAIN_IMAGE), MAY_BE(command, PLAIN_ANY), \
    MAY_BE(args, PLAIN_ANY), MAY_BE(workingDir, PLAIN_ANY), MAY_BE(tty, PLAIN_ANY),            \
    MAY_BE(stdin, PLAIN_ANY), MAY_BE(imagePullPolicy, PLAIN_ANY),                              \
    MAY_BE(terminationMessagePath, PLAIN_ANY), MAY_BE(terminationMessagePolicy, PLAIN_ANY),    \
    MAY_BE(ports, PLAIN_EACH + PORT), MAY_BE(env, PLAIN_EACH + VARIABLE),                      \
    MAY_BE(envFrom, PLAIN_EACH + ENV_FROM), MAY_BE(volumeMounts, PLAIN_EACH + MOUNT),          \
    MAY_BE(resources, PLAIN_RESOURCES), MAY_BE(securityContext, PLAIN_A + SECURITY)
#define OF_ALL_HANDLERS                                                                        \
    MAY_BE(httpGet, PLAIN_A + HTTP_GET), MAY_BE(exec, PLAIN_A + EXEC),                         \
    MAY_BE(tcpSocket, PLAIN_A + TCP_SOCKET), MAY_BE(grpc, PLAIN_A + GRPC)

#define HANDLERS FIELD_BITS(httpGet, exec, tcpSocket, grpc)
#define VALUES FIELD_BITS(secretKeyRef, configMapKeyRef, fieldRef)

static const PlainType TYPES[] = {
    [SPEC] = {
        .must = FIELD_BIT(containers),
        .of = {MAY_BE(containers, PLAIN_EACH + CONTAINER),
               MAY_BE(initContainers, PLAIN_EACH + INIT_CONTAINER),
               MAY_BE(volumes, PLAIN_ANY), /* looked at before */
               MAY_BE(restartPolicy, PLAIN_ANY), MAY_BE(schedulerName, PLAIN_ANY),
               MAY_BE(automountServiceAccountToken, PLAIN_ANY),
               MAY_BE(enableServiceLinks, PLAIN_ANY),
               MAY_BE(terminationGracePeriodSeconds, PLAIN_COUNT),
               MAY_BE(serviceAccountName, PLAIN_SUBDOMAIN),
               MAY_BE(serviceAccount, PLAIN_SUBDOMAIN),
               MAY_BE(priorityClassName, PLAIN_SUBDOMAIN), MAY_BE(nodeName, PLAIN_SUBDOMAIN),
               MAY_BE(hostname, PLAIN_LABEL), MAY_BE(subdomain, PLAIN_LABEL),
               MAY_BE(dnsPolicy, PLAIN_DNS_POLICY), MAY_BE(nodeSelector, PLAIN_NODE_LABELS),
               MAY_BE(securityContext, PLAIN_A + POD_SECURITY),
               MAY_BE(tolerations, PLAIN_EACH + TOLERATION),
               MAY_BE(imagePullSecrets, PLAIN_EACH + PULL_SECRET),
               MAY_BE(topologySpreadConstraints, PLAIN_EACH + CONSTRAINT)}},
    [CONTAINER] = {
        .must = FIELD_BIT(name),
        .of = {OF_ALL_CONTAINERS, MAY_BE(livenessProbe, PLAIN_A + PROBE),
               MAY_BE(readinessProbe, PLAIN_A + PROBE), MAY_BE(startupProbe, PLAIN_A + PROBE),
               MAY_BE(lifecycle, PLAIN_A + LIFECYCLE)}},
    [INIT_CONTAINER] = {
        .must = FIELD_BIT(name),
        .of = {OF_ALL_CONTAINERS, MAY_BE(restartPolicy, PLAIN_ALWAYS)}},
    [PORT] = {
        .must = FIELD_BIT(containerPort),
        .of = {MAY_BE(containerPort, PLAIN_PORT_NUMBER), MAY_BE(name, PLAIN_PORT_NAME),
               MAY_BE(hostPort, PLAIN_HOST_PORT), MAY_BE(protocol, PLAIN_ANY)}},
    [VARIABLE] = {
        .must = FIELD_BIT(name), .one = FIELD_BITS(value, valueFrom),
        .of = {MAY_BE(name, PLAIN_VARIABLE), MAY_BE(value, PLAIN_ANY),
               MAY_BE(valueFrom, PLAIN_A + VALUE_FROM)}},
    [VALUE_FROM] = {
        .some = VALUES, .one = VALUES,
        .of = {MAY_BE(secretKeyRef, PLAIN_A + KEY_REF), MAY_BE(configMapKeyRef, PLAIN_A + KEY_REF),
               MAY_BE(fieldRef, PLAIN_A + FIELD_REF)}},
    [KEY_REF] = {
        .must = FIELD_BITS(name, key),
        .of = {MAY_BE(name, PLAIN_SUBDOMAIN), MAY_BE(key, PLAIN_CONFIG_KEY),
               MAY_BE(optional, PLAIN_ANY)}},
    [FIELD_REF] = {.must = FIELD_BIT(fieldPath), .of = {MAY_BE(fieldPath, PLAIN_FIELD_PATH)}},
    [ENV_FROM] = {
        .some = FIELD_BITS(configMapRef, secretRef), .one = FIELD_BITS(configMapRef, secretRef),
        .of = {MAY_BE(configMapRef, PLAIN_A + ENV_SOURCE), MAY_BE(secretRef, PLAIN_A + ENV_SOURCE)}},
    [ENV_SOURCE] = {
        .must = FIELD_BIT(name),
        .of = {MAY_BE(name, PLAIN_SUBDOMAIN), MAY_BE(optional, PLAIN_ANY)}},
    [MOUNT] = {
        .must = FIELD_BITS(name, mountPath),
        .of = {MAY_BE(name, PLAIN_MOUNTED), MAY_BE(mountPath, PLAIN_MOUNT_PATH),
               MAY_BE(readOnly, PLAIN_ANY)}},
    [PROBE] = {
        .some = HANDLERS, .one = HANDLERS,
        .of = {OF_ALL_HANDLERS, MAY_BE(initialDelaySeconds, PLAIN_COUNT),
               MAY_BE(timeoutSeconds, PLAIN_COUNT), MAY_BE(periodSeconds, PLAIN_COUNT),
               MAY_BE(failureThreshold, PLAIN_COUNT)}},
    [LIFECYCLE] = {
        .of = {MAY_BE(postStart, PLAIN_A + HANDLER), MAY_BE(preStop, PLAIN_A + HANDLER)}},
    [HANDLER] = {.some = HANDLERS, .one = HANDLERS, .of = {OF_ALL_HANDLERS}},
    [HTTP_GET] = {
        .must = FIELD_BIT(port),
        .of = {MAY_BE(port, PLAIN_PORT), MAY_BE(path, PLAIN_ANY), MAY_BE(host, PLAIN_ANY),
               MAY_BE(scheme, PLAIN_SCHEME)}},
    [EXEC] = {.must = FIELD_BIT(command), .of = {MAY_BE(command, PLAIN_SOME)}},
    [TCP_SOCKET] = {
        .must = FIELD_BIT(port), .of = {MAY_BE(port, PLAIN_PORT), MAY_BE(host, PLAIN_ANY)}},
    [GRPC] = {
        .must = FIELD_BIT(port),
        .of = {MAY_BE(port, PLAIN_NUMBER_OF_PORT), MAY_BE(service, PLAIN_ANY)}},
    [SECURITY] = {
        .of = {MAY_BE(runAsUser, PLAIN_ID), MAY_BE(runAsGroup, PLAIN_ID),
               MAY_BE(runAsNonRoot, PLAIN_ANY), MAY_BE(readOnlyRootFilesystem, PLAIN_ANY),
               MAY_BE(allowPrivilegeEscalation, PLAIN_ANY), MAY_BE(privileged, PLAIN_FALSE),
               MAY_BE(capabilities, PLAIN_A + CAPABILITIES),
               MAY_BE(seccompProfile, PLAIN_A + SECCOMP)}},
    [POD_SECURITY] = {
        .of = {MAY_BE(runAsUser, PLAIN_ID), MAY_BE(runAsGroup, PLAIN_ID),
               MAY_BE(fsGroup, PLAIN_ID), MAY_BE(runAsNonRoot, PLAIN_ANY),
               MAY_BE(seccompProfile, PLAIN_A + SECCOMP)}},
    [CAPABILITIES] = {.of = {MAY_BE(drop, PLAIN_ANY), MAY_BE(add, PLAIN_CAPABILITIES)}},
    [SECCOMP] = {.must = FIELD_BIT(type), .of = {MAY_BE(type, PLAIN_RUNTIME_DEFAULT)}},
    [VOLUME] = {
        .must = FIELD_BIT(name),
        .one = FIELD_BITS(configMap, secret, emptyDir, persistentVolumeClaim, hostPath),
        .of = {MAY_BE(name, PLAIN_VOLUME_NAME), MAY_BE(configMap, PLAIN_A + CONFIG_MAP),
               MAY_BE(secret, PLAIN_A + SECRET), MAY_BE(emptyDir, PLAIN_A + EMPTY_DIR),
               MAY_BE(persistentVolumeClaim, PLAIN_A + CLAIM),
               MAY_BE(hostPath, PLAIN_A + HOST_PATH)}},
    [CONFIG_MAP] = {
        .must = FIELD_BIT(name),
        .of = {MAY_BE(name, PLAIN_SOME), MAY_BE(optional, PLAIN_ANY),
               MAY_BE(items, PLAIN_EACH + KEY_TO_PATH)}},
    [SECRET] = {
        .must = FIELD_BIT(secretName),
        .of = {MAY_BE(secretName, PLAIN_SOME), MAY_BE(optional, PLAIN_ANY),
               MAY_BE(items, PLAIN_EACH + KEY_TO_PATH)}},
    [KEY_TO_PATH] = {
        .must = FIELD_BITS(key, path),
        .of = {MAY_BE(key, PLAIN_SOME), MAY_BE(path, PLAIN_FILE)}},
    [EMPTY_DIR] = {.of = {MAY_BE(sizeLimit, PLAIN_AMOUNT), MAY_BE(medium, PLAIN_ANY)}},
    [CLAIM] = {
        .must = FIELD_BIT(claimName),
        .of = {MAY_BE(claimName, PLAIN_SOME), MAY_BE(readOnly, PLAIN_ANY)}},
    [HOST_PATH] = {
        .must = FIELD_BIT(path),
        .of = {MAY_BE(path, PLAIN_NO_BACKSTEPS), MAY_BE(type, PLAIN_HOST_PATH_TYPE)}},
    [TOLERATION] = {
        .must = FIELD_BIT(operator),
        .of = {MAY_BE(operator, PLAIN_EXISTS), MAY_BE(effect, PLAIN_EFFECT)}},
    [PULL_SECRET] = {.must = FIELD_BIT(name), .of = {MAY_BE(name, PLAIN_PULL_SECRET)}},
    [CONSTRAINT] = {
        .must = FIELD_BITS(maxSkew, topologyKey, whenUnsatisfiable, labelSelector),
        .of = {MAY_BE(maxSkew, PLAIN_POSITIVE), MAY_BE(topologyKey, PLAIN_TOPOLOGY_KEY),
               MAY_BE(whenUnsatisfiable, PLAIN_UNSATISFIABLE),
               MAY_BE(labelSelector, PLAIN_SELECTOR)}},
    [SERVICE_SPEC] = {
        .must = FIELD_BIT(ports), .one = FIELD_BITS(type, clusterIP),
        .of = {MAY_BE(ports, PLAIN_EACH + SERVICE_PORT), MAY_BE(selector, PLAIN_LABELS),
               MAY_BE(type, PLAIN_SERVICE_TYPE), MAY_BE(clusterIP, PLAIN_NONE),
               MAY_BE(sessionAffinity, PLAIN_NONE), MAY_BE(ipFamilyPolicy, PLAIN_FAMILY_POLICY),
               MAY_BE(publishNotReadyAddresses, PLAIN_ANY)}},
    [SERVICE_PORT] = {
        .must = FIELD_BIT(port),
        .of = {MAY_BE(name, PLAIN_NAME), MAY_BE(port, PLAIN_PORT_NUMBER),
               MAY_BE(targetPort, PLAIN_PORT), MAY_BE(protocol, PLAIN_ANY)}},
};

/* ---- what may not repeat ---- */

/* Longer lists are left to those who have tables for them. */
enum { DISTINCT_MOST = 8, DISTINCT_SORTS = PLAIN_TOPOLOGY_KEY + 1 - PLAIN_NAME };

typedef struct Distinct {
    uint32_t count;
    const Node *of[DISTINCT_MOST];
} Distinct;

typedef struct PlainLook {
    const Validation *v;
    const Pod *pod;
    const Node *nodes;
    Distinct seen[DISTINCT_SORTS];
} PlainLook;

static Distinct *seen_of(PlainLook *look, Plain form)
{
    return &look->seen[form - PLAIN_NAME];
}

static bool is_among(const Distinct *seen, const Node *text)
{
    for (uint32_t i = 0; i < seen->count; i++)
        if (seen->of[i]->len == text->len && bytes_same(seen->of[i]->text, text->text, text->len))
            return true;
    return false;
}

static bool is_new(PlainLook *look, Plain form, const Node *text)
{
    Distinct *seen = seen_of(look, form);
    if (seen->count == DISTINCT_MOST || is_among(seen, text))
        return false;
    seen->of[seen->count++] = text;
    return true;
}

/* ---- values ---- */

static Field field_of(const PlainLook *look, const Node *at)
{
    return field_at(look->v, (uint32_t)(at - look->nodes));
}

/* A number of decimal digits, from 1 to most, which has no more of them than five. */
static bool is_number_to(const Node *at, uint32_t most)
{
    uint32_t sum = 0;
    if (at->kind != NODE_INT || at->len > 5 || at->text[0] == '0')
        return false;
    for (uint32_t i = 0; i < at->len; i++) {
        if (!is_digit(at->text[i]))
            return false;
        sum = sum * 10 + (uint32_t)(at->text[i] - '0');
    }
    return sum <= most;
}

/* Of what containers ask for by name. */
enum { AMOUNTS_MOST = 3 };
typedef struct Amounts {
    uint32_t count;
    const Node *names[AMOUNTS_MOST];
    uint64_t of[AMOUNTS_MOST]; /* in thousandths */
} Amounts;

/* False where one of them is unusual, or may be a part of a byte. */
static bool read_amounts(const PlainLook *look, Field list, Amounts *amounts)
{
    const Node *map = &look->nodes[list.node], *end;
    amounts->count = 0;
    if (!field_given(list))
        return true;
    if (map->kind != NODE_MAP || map->len > AMOUNTS_MOST)
        return false;
    end = &look->nodes[map->next];
    for (const Node *key = map + 1; key < end; key = &look->nodes[key[1].next]) {
        Str name = str_slice(key->text, key->len);
        uint64_t amount = resource_usual_amount(look->v, field_of(look, key + 1));
        if (!amount || !resource_is_plain(name) || (amount % 1000 != 0 && !str_is(name, "cpu")))
            return false;
        amounts->names[amounts->count] = key;
        amounts->of[amounts->count++] = amount;
    }
    return true;
}

/* No request above its limit. */
static bool are_plain_resources(const PlainLook *look, const Node *at)
{
    Field resources = field_of(look, at);
    Amounts limits, requests;
    if (at->kind != NODE_MAP || (field_bits(look->v, resources) & ~FIELD_BITS(limits, requests)) ||
        !read_amounts(look, field_get(look->v, resources, SCHEMA_NAME_limits), &limits) ||
        !read_amounts(look, field_get(look->v, resources, SCHEMA_NAME_requests), &requests))
        return false;
    for (uint32_t i = 0; i < requests.count; i++)
        for (uint32_t j = 0; j < limits.count; j++)
            if (requests.of[i] > limits.of[j] &&
                requests.names[i]->len == limits.names[j]->len &&
                bytes_same(requests.names[i]->text, limits.names[j]->text, limits.names[j]->len))
                return false;
    return true;
}

/* The one that allows what allowPrivilegeEscalation may deny is rare. */
static bool are_plain_capabilities(const PlainLook *look, const Node *list)
{
    for (Items i = items_of(look->v, field_of(look, list)); items_next(look->v, &i);)
        if (field_text_is(look->v, i.item, "CAP_SYS_ADMIN"))
            return false;
    return true;
}

static bool is_plain_selector(const PlainLook *look, const Node *at)
{
    return at->kind == NODE_MAP && !(at->names & ~FIELD_BITS(matchLabels, matchExpressions)) &&
           selector_is_valid(look->v, field_of(look, at));
}

static bool are_plain_labels(const PlainLook *look, const Node *labels, bool of_nodes)
{
    for (Entries at = entries_of(look->v, field_of(look, labels)); entries_next(look->v, &at);)
        if (validation_form(look->v, format_qualified_name, at.key) ||
            !field_is_string(look->v, at.value) ||
            validation_form(look->v, format_label_value, field_text(look->v, at.value)) ||
            (of_nodes && node_label_replacement(at.key)))
            return false;
    return labels->kind == NODE_MAP;
}

/* ---- all of them ---- */

static bool is_plain(PlainLook *look, const Node *map, const PlainType *type);
static bool are_plain(PlainLook *look, const Node *list, const PlainType *type);

/* Texts count only where they are not empty. */
static bool is_plain_value(PlainLook *look, const Node *at, Plain form)
{
    Str text = str_slice(at->text, at->len);
    bool is_text = at->kind == NODE_STRING && at->len > 0;
    switch (form) {
    case PLAIN_ANY: return true;
    case PLAIN_SOME: return is_text || (at->kind == NODE_SEQ && at->len > 0);
    case PLAIN_LABEL: return is_text && !format_dns_label(text);
    case PLAIN_SUBDOMAIN: return is_text && !format_dns_subdomain(text);
    case PLAIN_CONFIG_KEY: return is_text && !format_config_map_key(text);
    case PLAIN_NO_BACKSTEPS: return is_text && !format_no_backsteps(text);
    case PLAIN_IMAGE:
        return is_text && (unsigned char)text.ptr[0] > ' ' && (unsigned char)text.ptr[text.len - 1] > ' ';
    case PLAIN_ALWAYS: return is_text && str_is(text, "Always");
    case PLAIN_EXISTS: return is_text && str_is(text, "Exists");
    case PLAIN_NONE: return is_text && str_is(text, "None");
    case PLAIN_SERVICE_TYPE: return is_text && word_is_one_of(text, "ClusterIP,LoadBalancer,NodePort");
    case PLAIN_FAMILY_POLICY:
        return is_text && word_is_one_of(text, "PreferDualStack,RequireDualStack,SingleStack");
    case PLAIN_RUNTIME_DEFAULT: return is_text && str_is(text, "RuntimeDefault");
    case PLAIN_DNS_POLICY: return is_text && !str_is(text, "None");
    case PLAIN_SCHEME: return is_text && word_is_one_of(text, "HTTP,HTTPS");
    case PLAIN_EFFECT: return is_text && word_is_one_of(text, "NoSchedule,PreferNoSchedule,NoExecute");
    case PLAIN_HOST_PATH_TYPE:
        return is_text && word_is_one_of(text, "Directory,DirectoryOrCreate,File,FileOrCreate,Socket");
    case PLAIN_UNSATISFIABLE: return is_text && word_is_one_of(text, "DoNotSchedule,ScheduleAnyway");
    case PLAIN_FIELD_PATH:
        return is_text && word_is_one_of(text, "metadata.name,metadata.namespace,spec.nodeName,"
                                               "status.podIP,status.hostIP");
    case PLAIN_MOUNTED:
        return is_text && (is_among(seen_of(look, PLAIN_VOLUME_NAME), at) ||
                           pod_has_claim_template(look->v, look->pod, text));
    case PLAIN_FALSE: return at->kind == NODE_BOOL && !node_bool(look->v->doc, (uint32_t)(at - look->nodes));
    case PLAIN_COUNT: return at->kind == NODE_INT && is_digit(at->text[0]);
    case PLAIN_POSITIVE: return is_number_to(at, UINT32_MAX);
    case PLAIN_ID: return at->kind == NODE_INT && at->len <= 9 && is_digit(at->text[0]);
    case PLAIN_NUMBER_OF_PORT: return is_number_to(at, UINT16_MAX);
    case PLAIN_PORT: return is_text ? !format_port_name(text) : is_number_to(at, UINT16_MAX);
    case PLAIN_AMOUNT: return resource_usual_amount(look->v, field_of(look, at)) != 0;
    case PLAIN_RESOURCES: return are_plain_resources(look, at);
    case PLAIN_CAPABILITIES: return are_plain_capabilities(look, at);
    case PLAIN_LABELS:
    case PLAIN_NODE_LABELS: return are_plain_labels(look, at, form == PLAIN_NODE_LABELS);
    case PLAIN_SELECTOR: return is_plain_selector(look, at);
    case PLAIN_NAME:
    case PLAIN_VOLUME_NAME: return is_text && !format_dns_label(text) && is_new(look, form, at);
    case PLAIN_FILE: return is_text && !format_config_map_key(text) && is_new(look, form, at);
    case PLAIN_VARIABLE: return is_text && !format_env_var_name(text) && is_new(look, form, at);
    case PLAIN_PORT_NAME: return is_text && !format_port_name(text) && is_new(look, form, at);
    case PLAIN_TOPOLOGY_KEY: return is_text && !node_label_replacement(text) && is_new(look, form, at);
    case PLAIN_MOUNT_PATH:
    case PLAIN_PULL_SECRET: return is_text && is_new(look, form, at);
    case PLAIN_PORT_NUMBER: /* that of kubelets is not for load balancers */
        return is_number_to(at, UINT16_MAX) && !str_is(text, "10250") && is_new(look, form, at);
    case PLAIN_HOST_PORT: return is_number_to(at, UINT16_MAX) && is_new(look, form, at);
    default: break;
    }
    if (form >= PLAIN_EACH)
        return are_plain(look, at, &TYPES[form - PLAIN_EACH]);
    return form >= PLAIN_A && is_plain(look, at, &TYPES[form - PLAIN_A]);
}

static bool are_plain(PlainLook *look, const Node *list, const PlainType *type)
{
    const Node *end = &look->nodes[list->next];
    if (list->kind != NODE_SEQ)
        return false;
    for (const Node *item = list + 1; item < end; item = &look->nodes[item->next]) {
        if (type == &TYPES[CONTAINER] || type == &TYPES[INIT_CONTAINER])
            seen_of(look, PLAIN_VARIABLE)->count = seen_of(look, PLAIN_MOUNT_PATH)->count = 0;
        if (!is_plain(look, item, type))
            return false;
    }
    return true;
}

static bool is_plain(PlainLook *look, const Node *map, const PlainType *type)
{
    const Node *nodes = look->nodes, *end = &nodes[map->next];
    if (map->kind != NODE_MAP)
        return false;
    uint64_t names = map->names, one = names & type->one;
    if ((type->must & ~names) || (type->some && !(names & type->some)) || (one & (one - 1)))
        return false;
    for (const Node *key = map + 1; key < end; key = &nodes[key[1].next]) {
        names ^= node_name_bit(key->bind);
        if (!is_plain_value(look, key + 1, (Plain)type->of[key->bind & 63]))
            return false;
    }
    return names == 0; /* else some key is unknown, or stands there twice */
}

/* None that the server looks at, all of which have Kubernetes' domain. */
static bool are_plain_annotations(const Validation *v, Field annotations)
{
    for (Entries at = entries_of(v, annotations); entries_next(v, &at);) {
        Str domain = str_slice(at.key.ptr, str_find(at.key, '/'));
        if (domain.len < at.key.len && str_ends(domain, STR("kubernetes.io")))
            return false;
    }
    return true;
}

static void open_look(PlainLook *look, const Validation *v, const Pod *pod)
{
    look->v = v;
    look->pod = pod;
    look->nodes = v->doc->nodes;
    for (uint32_t i = 0; i < DISTINCT_SORTS; i++)
        look->seen[i].count = 0;
}

/* Volumes come first, since containers name them. */
bool pod_is_plain(const Validation *v, const Pod *pod)
{
    PlainLook look;
    Field name = field_get(v, pod->meta, SCHEMA_NAME_name);
    Field volumes = field_get(v, pod->spec, SCHEMA_NAME_volumes);
    if (!field_given(pod->spec) || !are_plain_annotations(v, pod->annotations) ||
        (pod->is_pod && !field_is_empty(v, name) && format_dns_label(field_text(v, name))))
        return false;
    open_look(&look, v, pod);
    return (!field_given(volumes) || are_plain(&look, &look.nodes[volumes.node], &TYPES[VOLUME])) &&
           is_plain(&look, &look.nodes[pod->spec.node], &TYPES[SPEC]);
}

/* Of several ports each has a name. */
bool service_is_plain(const Validation *v, Field annotations, Field spec)
{
    PlainLook look;
    if (!field_given(spec) || !are_plain_annotations(v, annotations))
        return false;
    open_look(&look, v, NULL);
    if (!is_plain(&look, &look.nodes[spec.node], &TYPES[SERVICE_SPEC]))
        return false;
    uint32_t ports = seen_of(&look, PLAIN_PORT_NUMBER)->count;
    return ports == 1 || seen_of(&look, PLAIN_NAME)->count == ports;
}
