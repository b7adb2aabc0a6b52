/* When an object is ready, by its kind: what the controllers write into its status, read
 * as `kubectl rollout status` reads it (k8s.io/kubectl/pkg/polymorphichelpers), and
 * conditions as their kinds document them.  A kind that is none of Kubernetes' own is held
 * to the conventions of conditions: Ready, Reconciling and Stalled.
 *
 * A status that speaks of an older generation says nothing of what was applied. */
#include "emit/rest/wait.h"

static int64_t number(const Json *live, const char *path, int64_t otherwise)
{
    return rest_json_number(rest_json_path(live, path), otherwise);
}

static bool is_true(const Json *condition)
{
    return str_is(rest_json_path_text(condition, "status"), "True");
}

/* "reason: message", or one of them. */
static void put_condition(Buf *detail, const Json *condition)
{
    Str reason = rest_json_path_text(condition, "reason");
    Str message = rest_json_path_text(condition, "message");
    buf_format(detail, "%.*s%s%.*s", STR_ARG(reason), reason.len && message.len ? ": " : "",
               STR_ARG(message));
}

static bool is_observed(const Json *live, Buf *detail)
{
    if (number(live, "status.observedGeneration", 0) >= number(live, "metadata.generation", 0))
        return true;
    buf_text(detail, "its controller has not seen it yet");
    return false;
}

/* Waiting until the number is reached. */
static bool reached(Buf *detail, int64_t have, int64_t want, const char *what)
{
    if (have >= want)
        return true;
    buf_format(detail, "%lld of %lld %s", (long long)have, (long long)want, what);
    return false;
}

static RestReady when(bool ready) { return ready ? REST_READY : REST_WAITING; }

/* A controller that may not make Pods says so in this condition. */
static RestReady short_of(const Json *live, Buf *detail)
{
    const Json *failure = rest_json_condition(live, "ReplicaFailure");
    if (is_true(failure)) {
        buf_text(detail, "; ");
        put_condition(detail, failure);
    }
    return REST_WAITING;
}

static RestReady deployment(const Json *live, Buf *detail)
{
    const Json *progress = rest_json_condition(live, "Progressing");
    int64_t want = number(live, "spec.replicas", 1), all = number(live, "status.replicas", 0);
    int64_t updated = number(live, "status.updatedReplicas", 0);
    if (!is_observed(live, detail))
        return REST_WAITING;
    if (str_is(rest_json_path_text(progress, "reason"), "ProgressDeadlineExceeded")) {
        put_condition(detail, progress);
        return REST_BROKEN;
    }
    if (!reached(detail, updated, want, "replicas are updated")) {
        if (rest_json_is_yes(rest_json_path(live, "spec.paused")))
            buf_text(detail, ", and it is paused");
        return short_of(live, detail);
    }
    if (all > updated) {
        buf_format(detail, "%lld old replica%s still there", (long long)(all - updated),
                   all - updated == 1 ? " is" : "s are");
        return REST_WAITING;
    }
    if (!reached(detail, number(live, "status.availableReplicas", 0), want,
                 "replicas are available"))
        return short_of(live, detail);
    return REST_READY;
}

static RestReady stateful_set(const Json *live, Buf *detail)
{
    int64_t want = number(live, "spec.replicas", 1);
    int64_t partition = number(live, "spec.updateStrategy.rollingUpdate.partition", 0);
    if (!is_observed(live, detail) ||
        !reached(detail, number(live, "status.readyReplicas", 0), want, "replicas are ready"))
        return REST_WAITING;
    if (str_is(rest_json_path_text(live, "spec.updateStrategy.type"), "OnDelete"))
        return REST_READY; /* whoever deletes its Pods updates it */
    if (partition > 0)
        return when(reached(detail, number(live, "status.updatedReplicas", 0), want - partition,
                            "replicas above the partition are updated"));
    if (str_eq(rest_json_path_text(live, "status.currentRevision"),
               rest_json_path_text(live, "status.updateRevision")))
        return REST_READY;
    return when(want == 0 || reached(detail, number(live, "status.updatedReplicas", 0), want,
                                     "replicas are updated"));
}

static RestReady daemon_set(const Json *live, Buf *detail)
{
    int64_t want = number(live, "status.desiredNumberScheduled", 0);
    bool by_hand = str_is(rest_json_path_text(live, "spec.updateStrategy.type"), "OnDelete");
    return when(is_observed(live, detail) &&
                (by_hand || reached(detail, number(live, "status.updatedNumberScheduled", 0), want,
                                    "nodes have the new Pod")) &&
                reached(detail, number(live, "status.numberAvailable", 0), want,
                        "nodes have it available"));
}

static RestReady replica_set(const Json *live, Buf *detail)
{
    int64_t want = number(live, "spec.replicas", 1);
    if (!is_observed(live, detail))
        return REST_WAITING;
    if (!reached(detail, number(live, "status.availableReplicas", 0), want,
                 "replicas are available"))
        return short_of(live, detail);
    return REST_READY;
}

static RestReady job(const Json *live, Buf *detail)
{
    const Json *failed = rest_json_condition(live, "Failed");
    int64_t want = number(live, "spec.completions", 1);
    if (is_true(rest_json_condition(live, "Complete")))
        return REST_READY;
    if (is_true(failed)) {
        put_condition(detail, failed);
        return REST_BROKEN;
    }
    if (rest_json_is_yes(rest_json_path(live, "spec.suspend"))) {
        buf_text(detail, "it is suspended");
        return REST_READY;
    }
    buf_format(detail, "%lld of %lld Pods have succeeded", (long long)number(live, "status.succeeded", 0),
               (long long)want);
    if (number(live, "status.failed", 0))
        buf_format(detail, ", %lld failed", (long long)number(live, "status.failed", 0));
    return REST_WAITING;
}

static RestReady pod(const Json *live, Buf *detail)
{
    Str phase = rest_json_path_text(live, "status.phase");
    if (str_is(phase, "Succeeded") || is_true(rest_json_condition(live, "Ready")))
        return REST_READY;
    Str message = rest_json_path_text(live, "status.message");
    buf_format(detail, "it is %.*s%s%.*s", STR_ARG(phase.len ? phase : STR("not there yet")),
               message.len ? ": " : "", STR_ARG(message));
    if (str_is(phase, "Running"))
        buf_text(detail, ", but not ready");
    return str_is(phase, "Failed") ? REST_BROKEN : REST_WAITING;
}

static RestReady definition(const Json *live, Buf *detail)
{
    const Json *names = rest_json_condition(live, "NamesAccepted");
    if (is_true(rest_json_condition(live, "Established")))
        return REST_READY;
    if (str_is(rest_json_path_text(names, "status"), "False")) {
        put_condition(detail, names);
        return REST_BROKEN;
    }
    buf_text(detail, "it is not established");
    return REST_WAITING;
}

static RestReady claim(const Json *live, Buf *detail)
{
    Str phase = rest_json_path_text(live, "status.phase");
    if (str_is(phase, "Bound"))
        return REST_READY;
    buf_format(detail, "it is %.*s", STR_ARG(phase.len ? phase : STR("Pending")));
    return str_is(phase, "Lost") ? REST_BROKEN : REST_WAITING;
}

static RestReady volume(const Json *live, Buf *detail)
{
    Str phase = rest_json_path_text(live, "status.phase");
    if (str_is(phase, "Bound") || str_is(phase, "Available"))
        return REST_READY;
    buf_format(detail, "it is %.*s", STR_ARG(phase.len ? phase : STR("Pending")));
    return str_is(phase, "Failed") ? REST_BROKEN : REST_WAITING;
}

/* The address alone: endpoints are the slices' matter. */
static RestReady service(const Json *live, Buf *detail)
{
    bool balanced = str_is(rest_json_path_text(live, "spec.type"), "LoadBalancer");
    if (!balanced || rest_json_count(rest_json_path(live, "status.loadBalancer.ingress")))
        return REST_READY;
    buf_text(detail, "the load balancer has no address");
    return REST_WAITING;
}

static RestReady api_service(const Json *live, Buf *detail)
{
    const Json *available = rest_json_condition(live, "Available");
    if (is_true(available))
        return REST_READY;
    buf_text(detail, "it is not available");
    if (available) {
        buf_text(detail, ": ");
        put_condition(detail, available);
    }
    return REST_WAITING;
}

static RestReady namespace(const Json *live, Buf *detail)
{
    if (!str_is(rest_json_path_text(live, "status.phase"), "Terminating"))
        return REST_READY;
    buf_text(detail, "it is being deleted");
    return REST_BROKEN;
}

/* A controller that has never said anything may not be there, and is not waited for; what
 * it said of an older generation is out of date. */
static bool is_stale(const Json *live, const Json *condition, Buf *detail)
{
    int64_t generation = number(live, "metadata.generation", 0);
    int64_t observed = number(live, "status.observedGeneration", generation);
    if (number(condition, "observedGeneration", observed) >= generation && observed >= generation)
        return false;
    buf_text(detail, "its controller has not seen it yet");
    return true;
}

/* Whether its target can be scaled; what it measures may come much later. */
static RestReady autoscaler(const Json *live, Buf *detail)
{
    const Json *able = rest_json_condition(live, "AbleToScale");
    if (is_stale(live, able, detail))
        return REST_WAITING;
    if (!able || is_true(able))
        return REST_READY;
    put_condition(detail, able);
    return REST_WAITING;
}

/* Whether its Pods are counted: that none may be missing now is no want of readiness. */
static RestReady budget(const Json *live, Buf *detail)
{
    const Json *allowed = rest_json_condition(live, "DisruptionAllowed");
    if (is_stale(live, allowed, detail))
        return REST_WAITING;
    if (!str_is(rest_json_path_text(allowed, "reason"), "SyncFailed"))
        return REST_READY;
    put_condition(detail, allowed);
    return REST_WAITING;
}

/* What only its own controller knows: the conventions of its conditions. */
static RestReady custom(const Json *live, Buf *detail)
{
    static const char *const GOOD[] = {"Ready", "Available", "Programmed"};
    const Json *stalled = rest_json_condition(live, "Stalled");
    if (is_stale(live, NULL, detail))
        return REST_WAITING;
    if (is_true(stalled)) {
        put_condition(detail, stalled);
        return REST_BROKEN;
    }
    for (size_t i = 0; i < BASE_COUNT(GOOD); i++) {
        const Json *condition = rest_json_condition(live, GOOD[i]);
        if (condition && is_stale(live, condition, detail))
            return REST_WAITING;
        if (!condition || is_true(condition))
            continue;
        buf_format(detail, "it is not %s: ", GOOD[i]);
        put_condition(detail, condition);
        return REST_WAITING;
    }
    if (!is_true(rest_json_condition(live, "Reconciling")))
        return REST_READY;
    put_condition(detail, rest_json_condition(live, "Reconciling"));
    return REST_WAITING;
}

typedef struct Rule {
    const char *group, *kind;
    RestReadyRule *rule;
} Rule;

static const Rule rules[] = {
    {"apps", "Deployment", deployment},
    {"apps", "StatefulSet", stateful_set},
    {"apps", "DaemonSet", daemon_set},
    {"apps", "ReplicaSet", replica_set},
    {"", "ReplicationController", replica_set},
    {"batch", "Job", job},
    {"", "Pod", pod},
    {"apiextensions.k8s.io", "CustomResourceDefinition", definition},
    {"", "PersistentVolumeClaim", claim},
    {"", "PersistentVolume", volume},
    {"", "Service", service},
    {"apiregistration.k8s.io", "APIService", api_service},
    {"", "Namespace", namespace},
    {"autoscaling", "HorizontalPodAutoscaler", autoscaler},
    {"policy", "PodDisruptionBudget", budget},
};

/* Groups of Kubernetes itself: "", "apps", one word before k8s.io, and three of two words. */
static bool is_builtin(Str group)
{
    size_t dot = str_find(group, '.');
    return dot == group.len || str_is(group, "rbac.authorization.k8s.io") ||
           str_ends(group, STR(".apiserver.k8s.io")) ||
           str_is(str_slice(group.ptr + dot + 1, group.len - dot - 1), "k8s.io");
}

RestReadyRule *rest_ready_rule(const RestObject *object)
{
    for (size_t i = 0; i < BASE_COUNT(rules); i++)
        if (str_is(object->group, rules[i].group) && str_is(object->kind, rules[i].kind))
            return rules[i].rule;
    return is_builtin(object->group) ? NULL : custom;
}

RestReady rest_ready(RestReadyRule *rule, const Json *live, Buf *detail)
{
    detail->len = 0;
    if (rest_json_path_text(live, "metadata.deletionTimestamp").len) {
        buf_text(detail, "it is being deleted");
        return REST_WAITING;
    }
    return rule(live, detail);
}

/* An endpoint without the condition counts as ready, as the API says. */
uint32_t rest_slice_ready(const Json *slice)
{
    const Json *endpoints = rest_json_get(slice, "endpoints");
    uint32_t count = 0;
    for (size_t i = 0; i < rest_json_count(endpoints); i++) {
        const Json *ready = rest_json_path(rest_json_at(endpoints, i), "conditions.ready");
        count += !ready || rest_json_is_yes(ready);
    }
    return count;
}
