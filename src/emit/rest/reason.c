/* Why something is not ready, as a person would look for it: the Pods behind a workload and
 * what their containers wait for, the events that warn, and for a Service without endpoints
 * the Pod that comes nearest to its selector. */
#include "emit/rest/wait.h"

#include <stdlib.h>

enum {
    EXPLAIN_MS = 10000,
    MAX_EXPLAINED = 20, /* objects */
    MAX_PODS = 500,
    PODS_LOOKED_AT = 3,
    MAX_EVENTS = 2,
    MESSAGE_SHOWN = 400,
};

typedef struct Explain {
    RestWait *wait;
    RestWaited *waited;
    Arena *arena;
} Explain;

static void add(Explain *explain, Str reason)
{
    RestWaited *waited = explain->waited;
    for (uint32_t i = 0; i < waited->reasons.len; i++)
        if (str_eq(waited->reasons.at[i], reason))
            return;
    vec_push(&waited->reasons, arena_str(explain->arena, reason));
}

static void add_buf(Explain *explain, Buf *reason)
{
    if (reason->len)
        add(explain, buf_slice(reason));
    buf_free(reason);
}

/* One line, and not too long. */
static void put_message(Buf *out, Str message)
{
    size_t len = message.len < MESSAGE_SHOWN ? message.len : MESSAGE_SHOWN;
    for (size_t i = 0; i < len; i++)
        buf_byte(out, (unsigned char)message.ptr[i] < ' ' ? ' ' : message.ptr[i]);
    if (len < message.len)
        buf_text(out, "...");
}

static void put_reason(Buf *out, const Json *state)
{
    Str reason = rest_json_path_text(state, "reason");
    Str message = rest_json_path_text(state, "message");
    put_message(out, reason);
    if (reason.len && message.len)
        buf_text(out, ": ");
    put_message(out, message);
}

/* ---- selectors ---- */

static const char *put_pairs(Buf *out, const Json *labels, const char *sign)
{
    Str key;
    const Json *value;
    for (void *at = NULL; rest_json_next(labels, &at, &key, &value); sign = ",")
        buf_format(out, "%s%.*s=%.*s", sign, STR_ARG(key), STR_ARG(rest_json_text(value)));
    return sign;
}

static void put_expression(Buf *out, const Json *expression, const char *sign)
{
    Str key = rest_json_path_text(expression, "key");
    Str operator = rest_json_path_text(expression, "operator");
    const Json *values = rest_json_get(expression, "values");
    if (str_is(operator, "Exists") || str_is(operator, "DoesNotExist")) {
        buf_format(out, "%s%s%.*s", sign, str_is(operator, "Exists") ? "" : "!", STR_ARG(key));
        return;
    }
    buf_format(out, "%s%.*s %s (", sign, STR_ARG(key), str_is(operator, "In") ? "in" : "notin");
    for (size_t i = 0; i < rest_json_count(values); i++)
        buf_format(out, "%s%.*s", i ? "," : "", STR_ARG(rest_json_text(rest_json_at(values, i))));
    buf_byte(out, ')');
}

void rest_put_selector(Buf *out, const Json *selector, bool plain)
{
    const Json *expressions = rest_json_get(selector, "matchExpressions");
    const char *sign = put_pairs(out, plain ? selector : rest_json_get(selector, "matchLabels"), "");
    for (size_t i = 0; !plain && i < rest_json_count(expressions); i++, sign = ",")
        put_expression(out, rest_json_at(expressions, i), sign);
}

/* ---- asking ---- */

static Json *get(Explain *explain, Buf *path)
{
    Call call = {.method = "GET", .path = buf_slice(path)};
    client_do(explain->wait->run->client, &call);
    Json *answer = call.status == 200 ? rest_json_read(buf_slice(&call.answer)) : NULL;
    call_free(&call);
    buf_free(path);
    return answer;
}

static Json *get_pods(Explain *explain, Str selector)
{
    Buf path = {0};
    buf_format(&path, "/api/v1/namespaces/%.*s/pods?limit=%d", STR_ARG(explain->waited->object->ns),
               MAX_PODS);
    if (selector.len) {
        buf_text(&path, "&labelSelector=");
        rest_put_escaped(&path, selector);
    }
    return get(explain, &path);
}

/* ---- events ---- */

static Str event_time(const Json *event)
{
    Str last = rest_json_path_text(event, "lastTimestamp");
    Str series = rest_json_path_text(event, "series.lastObservedTime");
    return last.len ? last : series.len ? series : rest_json_path_text(event, "eventTime");
}

static const Json *latest_warning(const Json *events, Str before)
{
    const Json *latest = NULL;
    for (size_t i = 0; i < rest_json_count(events); i++) {
        const Json *event = rest_json_at(events, i);
        Str time = event_time(event);
        if (str_is(rest_json_path_text(event, "type"), "Warning") &&
            (!before.len || str_compare(time, before) < 0) &&
            (!latest || str_compare(time, event_time(latest)) >= 0))
            latest = event;
    }
    return latest;
}

/* The last warnings about an object, the latest first. */
static void add_events(Explain *explain, Str uid, Str ns, const char *what, Str name)
{
    Buf path = {0};
    if (!uid.len)
        return;
    buf_format(&path, "/api/v1/namespaces/%.*s/events?limit=%d&fieldSelector=involvedObject.uid%%3D",
               STR_ARG(ns.len ? ns : STR("default")), MAX_PODS);
    rest_put_escaped(&path, uid);
    Json *list = get(explain, &path);
    const Json *items = rest_json_get(list, "items"), *event;
    Str before = STR("");
    for (int i = 0; i < MAX_EVENTS && (event = latest_warning(items, before)) != NULL; i++) {
        Buf reason = {0};
        int64_t count = rest_json_number(rest_json_get(event, "count"), 1);
        before = event_time(event);
        if (name.len)
            buf_format(&reason, "%s %.*s: ", what, STR_ARG(name));
        buf_text(&reason, "event ");
        put_reason(&reason, event);
        if (count > 1)
            buf_format(&reason, " (%lld times)", (long long)count);
        add_buf(explain, &reason);
        if (!before.len)
            break;
    }
    rest_json_free(list);
}

/* ---- Pods ---- */

static bool is_condition(const Json *pod, const char *type, const char *status)
{
    return str_is(rest_json_path_text(rest_json_condition(pod, type), "status"), status);
}

static bool is_usual_start(Str reason)
{
    return !reason.len || str_is(reason, "ContainerCreating") || str_is(reason, "PodInitializing");
}

static void put_exit(Buf *out, const Json *ended)
{
    Str message = rest_json_path_text(ended, "message");
    buf_format(out, "ended with exit code %lld (%.*s)",
               (long long)rest_json_number(rest_json_get(ended, "exitCode"), 0),
               STR_ARG(rest_json_path_text(ended, "reason")));
    if (message.len) {
        buf_text(out, ": ");
        put_message(out, message);
    }
}

/* True where this container keeps its Pod from being ready, and says how. */
static bool put_container(Buf *out, const Json *status, bool init)
{
    const Json *waiting = rest_json_path(status, "state.waiting");
    const Json *ended = rest_json_path(status, "state.terminated");
    const Json *before = rest_json_path(status, "lastState.terminated");
    const char *kind = init ? "init container" : "container";
    Str name = rest_json_path_text(status, "name");
    if (waiting && !is_usual_start(rest_json_path_text(waiting, "reason"))) {
        buf_format(out, "%s %.*s waits: ", kind, STR_ARG(name));
        put_reason(out, waiting);
        if (before) {
            buf_text(out, "; before, it ");
            put_exit(out, before);
        }
        return true;
    }
    if (ended && rest_json_number(rest_json_get(ended, "exitCode"), 0)) {
        buf_format(out, "%s %.*s ", kind, STR_ARG(name));
        put_exit(out, ended);
        return true;
    }
    if (init || !rest_json_path(status, "state.running") ||
        rest_json_is_yes(rest_json_get(status, "ready")))
        return false;
    buf_format(out, "%s %.*s runs, but is not ready", kind, STR_ARG(name));
    return true;
}

static bool put_containers(Buf *out, const Json *pod)
{
    static const char *const LISTS[] = {"status.initContainerStatuses", "status.containerStatuses"};
    for (size_t list = 0; list < BASE_COUNT(LISTS); list++) {
        const Json *statuses = rest_json_path(pod, LISTS[list]);
        for (size_t i = 0; i < rest_json_count(statuses); i++)
            if (put_container(out, rest_json_at(statuses, i), list == 0))
                return true;
    }
    return false;
}

static void put_pod(Buf *out, const Json *pod)
{
    const Json *scheduled = rest_json_condition(pod, "PodScheduled");
    Str phase = rest_json_path_text(pod, "status.phase");
    if (put_containers(out, pod))
        return;
    if (is_condition(pod, "PodScheduled", "False")) {
        buf_text(out, "it cannot be scheduled: ");
        put_reason(out, scheduled);
    } else if (str_is(phase, "Failed")) {
        buf_text(out, "it failed: ");
        put_reason(out, rest_json_get(pod, "status"));
    } else if (is_condition(pod, "ContainersReady", "True")) {
        buf_text(out, "its containers are ready, but a readiness gate is not met");
    } else if (!rest_json_path_text(pod, "spec.nodeName").len) {
        buf_text(out, "no node was chosen for it yet");
    } else {
        buf_format(out, "it is %.*s", STR_ARG(phase));
    }
}

static void add_pod(Explain *explain, const Json *pod, bool named)
{
    Buf reason = {0};
    Str name = named ? rest_json_path_text(pod, "metadata.name") : STR("");
    if (name.len)
        buf_format(&reason, "Pod %.*s: ", STR_ARG(name));
    put_pod(&reason, pod);
    add_buf(explain, &reason);
    add_events(explain, rest_json_path_text(pod, "metadata.uid"),
               rest_json_path_text(pod, "metadata.namespace"), "Pod", name);
}

static bool is_fine(const Json *pod)
{
    return is_condition(pod, "Ready", "True") ||
           str_is(rest_json_path_text(pod, "status.phase"), "Succeeded");
}

/* The newest Pods that are not ready: what was applied last is in them. */
static uint32_t add_bad_pods(Explain *explain, const Json *pods)
{
    const Json *chosen[PODS_LOOKED_AT] = {0};
    uint32_t bad = 0;
    for (size_t i = 0; i < rest_json_count(pods); i++) {
        const Json *pod = rest_json_at(pods, i);
        if (is_fine(pod))
            continue;
        bad++;
        for (int place = 0; place < PODS_LOOKED_AT; place++) {
            const Json *there = chosen[place];
            if (there && str_compare(rest_json_path_text(there, "metadata.creationTimestamp"),
                                     rest_json_path_text(pod, "metadata.creationTimestamp")) >= 0)
                continue;
            chosen[place] = pod;
            pod = there;
            if (!pod)
                break;
        }
    }
    for (int place = 0; place < PODS_LOOKED_AT && chosen[place]; place++)
        add_pod(explain, chosen[place], true);
    if (bad > PODS_LOOKED_AT)
        add(explain, arena_format(explain->arena, "and %u more Pods are not ready",
                                  bad - PODS_LOOKED_AT));
    return bad;
}

static void explain_workload(Explain *explain)
{
    const RestWaited *waited = explain->waited;
    Json *list = waited->selector.len ? get_pods(explain, waited->selector) : NULL;
    const Json *pods = rest_json_get(list, "items");
    uint32_t bad = add_bad_pods(explain, pods);
    if (list && !rest_json_count(pods))
        add(explain, STR("it has no Pods"));
    if (!bad)
        add_events(explain, waited->uid, waited->object->ns, "", STR(""));
    rest_json_free(list);
}

static void explain_pod(Explain *explain)
{
    Buf path = {0};
    buf_str(&path, rest_path(explain->arena, explain->waited->object, true));
    Json *pod = get(explain, &path);
    if (pod)
        add_pod(explain, pod, false);
    rest_json_free(pod);
}

/* ---- Services ---- */

typedef struct Nearest {
    const Json *pod;
    uint32_t matched, others; /* pairs; further Pods that match as many */
} Nearest;

/* How many of the selector's pairs the Pod has; what it lacks goes to out, if that is asked. */
static uint32_t compare_labels(const Json *selector, const Json *pod, Buf *out)
{
    const Json *labels = rest_json_path(pod, "metadata.labels"), *want;
    const char *sign = "";
    uint32_t matched = 0;
    Str key;
    for (void *at = NULL; rest_json_next(selector, &at, &key, &want);) {
        const Json *have = rest_json_get(labels, key.ptr);
        if (have && str_eq(rest_json_text(have), rest_json_text(want))) {
            matched++;
        } else if (out) {
            buf_format(out, "%s %.*s=%.*s", sign, STR_ARG(key), STR_ARG(rest_json_text(want)));
            if (have)
                buf_format(out, " (it has %.*s=%.*s)", STR_ARG(key), STR_ARG(rest_json_text(have)));
            sign = ",";
        }
    }
    return matched;
}

static Nearest find_nearest(const Json *selector, const Json *pods)
{
    Nearest nearest = {0};
    for (size_t i = 0; i < rest_json_count(pods); i++) {
        const Json *pod = rest_json_at(pods, i);
        uint32_t matched = compare_labels(selector, pod, NULL);
        if (matched > nearest.matched)
            nearest = (Nearest){pod, matched, 0};
        else if (matched && matched == nearest.matched)
            nearest.others++;
    }
    return nearest;
}

static void add_nearest(Explain *explain, const Json *selector, const Json *pods)
{
    Buf reason = {0};
    Nearest nearest = find_nearest(selector, pods);
    buf_format(&reason, "no Pod in the namespace %.*s matches its selector ",
               STR_ARG(explain->waited->object->ns));
    put_pairs(&reason, selector, "");
    add_buf(explain, &reason);
    if (!nearest.pod)
        return;
    Buf near = {0};
    buf_format(&near, "Pod %.*s comes nearest; it lacks the label",
               STR_ARG(rest_json_path_text(nearest.pod, "metadata.name")));
    compare_labels(selector, nearest.pod, &near);
    if (nearest.others)
        buf_format(&near, "; %u more match as much", nearest.others);
    add_buf(explain, &near);
}

static void explain_service(Explain *explain)
{
    Buf path = {0};
    buf_str(&path, rest_path(explain->arena, explain->waited->object, true));
    Json *service = get(explain, &path);
    const Json *selector = rest_json_path(service, "spec.selector");
    Json *matching = get_pods(explain, explain->waited->selector);
    const Json *found = rest_json_get(matching, "items");
    if (selector && rest_json_count(found)) {
        add_bad_pods(explain, found);
    } else if (selector && matching) {
        Json *all = get_pods(explain, STR(""));
        add_nearest(explain, selector, rest_json_get(all, "items"));
        rest_json_free(all);
    }
    add_events(explain, explain->waited->uid, explain->waited->object->ns, "", STR(""));
    rest_json_free(matching);
    rest_json_free(service);
}

/* ---- which ---- */

static void explain_one(Explain *explain)
{
    const RestObject *object = explain->waited->object;
    bool core = !object->group.len;
    if (core && str_is(object->kind, "Service"))
        explain_service(explain);
    else if (core && str_is(object->kind, "Pod"))
        explain_pod(explain);
    else if (str_is(object->group, "apps") || str_is(object->group, "batch") ||
             str_is(object->kind, "ReplicationController"))
        explain_workload(explain);
    else
        add_events(explain, explain->waited->uid, object->namespaced ? object->ns : STR(""), "",
                   STR(""));
}

void rest_wait_explain(RestWait *wait)
{
    uint32_t explained = 0;
    client_set_time(wait->run->client, EXPLAIN_MS);
    for (uint32_t i = 0; i < wait->count && explained < MAX_EXPLAINED; i++) {
        Explain explain = {wait, &wait->waited[i], wait->run->arena};
        if (explain.waited->state == REST_READY || !explain.waited->uid.len)
            continue;
        explained++;
        explain_one(&explain);
    }
}
