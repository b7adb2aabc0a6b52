/* When an object is ready, kind by kind, and what is said while it is not. */
#include "unit.h"

#include "emit/rest/wait.h"

typedef struct Row {
    const char *api_version, *kind, *live; /* ' for " */
    RestReady wanted;
    const char *detail;
} Row;

#define SEEN "'metadata':{'generation':2},"
#define OF_PODS(spec, status) "{" SEEN "'spec':{" spec "},'status':{'observedGeneration':2," status "}}"
#define CONDITION(type, status) "'conditions':[{'type':'" type "','status':'" status \
                                "','reason':'Why','message':'so'}]"

static const Row rows[] = {
    /* As kubectl rollout status tells them (k8s.io/kubectl/pkg/polymorphichelpers). */
    {"apps/v1", "Deployment", "{" SEEN "'status':{'observedGeneration':1,'replicas':1}}", REST_WAITING,
     "its controller has not seen it yet"},
    {"apps/v1", "Deployment", "{'metadata':{'generation':1}}", REST_WAITING, "its controller has not seen it yet"},
    {"apps/v1", "Deployment", OF_PODS("'replicas':3", "'replicas':3,'updatedReplicas':2,'availableReplicas':3"),
     REST_WAITING, "2 of 3 replicas are updated"},
    {"apps/v1", "Deployment", OF_PODS("'replicas':3,'paused':true", "'updatedReplicas':0"), REST_WAITING,
     "0 of 3 replicas are updated, and it is paused"},
    {"apps/v1", "Deployment", OF_PODS("'replicas':3", "'replicas':4,'updatedReplicas':3,'availableReplicas':4"),
     REST_WAITING, "1 old replica is still there"},
    {"apps/v1", "Deployment", OF_PODS("'replicas':3", "'replicas':3,'updatedReplicas':3,'availableReplicas':2"),
     REST_WAITING, "2 of 3 replicas are available"},
    {"apps/v1", "Deployment", OF_PODS("'replicas':3", "'updatedReplicas':1," CONDITION("ReplicaFailure", "True")),
     REST_WAITING, "1 of 3 replicas are updated; Why: so"},
    {"apps/v1", "Deployment", OF_PODS("'replicas':3", "'replicas':3,'updatedReplicas':3,'availableReplicas':3"),
     REST_READY, ""},
    {"apps/v1", "Deployment", OF_PODS("'replicas':0", "'replicas':0"), REST_READY, ""},
    {"apps/v1", "Deployment", OF_PODS("'replicas':3", "'updatedReplicas':3,'conditions':[{'type':'Progressing',"
     "'status':'False','reason':'ProgressDeadlineExceeded','message':'timed out'}]"), REST_BROKEN,
     "ProgressDeadlineExceeded: timed out"},
    {"apps/v1", "StatefulSet", OF_PODS("'replicas':3", "'readyReplicas':2"), REST_WAITING, "2 of 3 replicas are ready"},
    {"apps/v1", "StatefulSet", OF_PODS("'replicas':3", "'readyReplicas':3,'updatedReplicas':1,'currentRevision':'a',"
     "'updateRevision':'b'"), REST_WAITING, "1 of 3 replicas are updated"},
    {"apps/v1", "StatefulSet", OF_PODS("'replicas':3", "'readyReplicas':3,'currentRevision':'b','updateRevision':'b'"),
     REST_READY, ""},
    {"apps/v1", "StatefulSet", OF_PODS("'replicas':3,'updateStrategy':{'rollingUpdate':{'partition':2}}",
     "'readyReplicas':3,'updatedReplicas':0,'currentRevision':'a','updateRevision':'b'"), REST_WAITING,
     "0 of 1 replicas above the partition are updated"},
    {"apps/v1", "StatefulSet", OF_PODS("'replicas':3,'updateStrategy':{'rollingUpdate':{'partition':2}}",
     "'readyReplicas':3,'updatedReplicas':1,'currentRevision':'a','updateRevision':'b'"), REST_READY, ""},
    {"apps/v1", "StatefulSet", OF_PODS("'replicas':2,'updateStrategy':{'type':'OnDelete'}",
     "'readyReplicas':2,'currentRevision':'a','updateRevision':'b'"), REST_READY, ""},
    {"apps/v1", "DaemonSet", OF_PODS("", "'desiredNumberScheduled':3,'updatedNumberScheduled':2,'numberAvailable':3"),
     REST_WAITING, "2 of 3 nodes have the new Pod"},
    {"apps/v1", "DaemonSet", OF_PODS("", "'desiredNumberScheduled':3,'updatedNumberScheduled':3,'numberAvailable':1"),
     REST_WAITING, "1 of 3 nodes have it available"},
    {"apps/v1", "DaemonSet", OF_PODS("", "'desiredNumberScheduled':3,'updatedNumberScheduled':3,'numberAvailable':3"),
     REST_READY, ""},
    {"apps/v1", "DaemonSet", OF_PODS("", "'desiredNumberScheduled':0"), REST_READY, ""},
    /* As their conditions and phases say, which is what kubectl wait is given. */
    {"apps/v1", "ReplicaSet", OF_PODS("'replicas':2", "'availableReplicas':1"), REST_WAITING, "1 of 2 replicas are available"},
    {"v1", "ReplicationController", OF_PODS("'replicas':1", "'availableReplicas':1"), REST_READY, ""},
    {"v1", "Pod", "{'status':{'phase':'Running'}}", REST_WAITING, "it is Running, but not ready"},
    {"v1", "Pod", "{'status':{'phase':'Running'," CONDITION("Ready", "True") "}}", REST_READY, ""},
    {"v1", "Pod", "{'status':{'phase':'Succeeded'}}", REST_READY, ""},
    {"v1", "Pod", "{'status':{'phase':'Failed','message':'evicted'}}", REST_BROKEN, "it is Failed: evicted"},
    {"v1", "Pod", "{}", REST_WAITING, "it is not there yet"},
    {"batch/v1", "Job", "{'spec':{'completions':3},'status':{'succeeded':1,'failed':2}}", REST_WAITING,
     "1 of 3 Pods have succeeded, 2 failed"},
    {"batch/v1", "Job", "{'status':{" CONDITION("Complete", "True") "}}", REST_READY, ""},
    {"batch/v1", "Job", "{'status':{" CONDITION("Failed", "True") "}}", REST_BROKEN, "Why: so"},
    {"batch/v1", "Job", "{'spec':{'suspend':true}}", REST_READY, "it is suspended"},
    {"v1", "PersistentVolumeClaim", "{'status':{'phase':'Bound'}}", REST_READY, ""},
    {"v1", "PersistentVolumeClaim", "{'status':{'phase':'Lost'}}", REST_BROKEN, "it is Lost"},
    {"v1", "PersistentVolumeClaim", "{}", REST_WAITING, "it is Pending"},
    {"v1", "PersistentVolume", "{'status':{'phase':'Available'}}", REST_READY, ""},
    {"v1", "PersistentVolume", "{'status':{'phase':'Failed'}}", REST_BROKEN, "it is Failed"},
    {"v1", "Service", "{'spec':{'type':'LoadBalancer'},'status':{'loadBalancer':{}}}", REST_WAITING,
     "the load balancer has no address"},
    {"v1", "Service", "{'spec':{'type':'LoadBalancer'},'status':{'loadBalancer':{'ingress':[{'ip':'10.0.0.1'}]}}}",
     REST_READY, ""},
    {"v1", "Namespace", "{'status':{'phase':'Terminating'}}", REST_BROKEN, "it is being deleted"},
    {"apiextensions.k8s.io/v1", "CustomResourceDefinition", "{}", REST_WAITING, "it is not established"},
    {"apiextensions.k8s.io/v1", "CustomResourceDefinition", "{'status':{" CONDITION("NamesAccepted", "False") "}}",
     REST_BROKEN, "Why: so"},
    {"apiextensions.k8s.io/v1", "CustomResourceDefinition", "{'status':{" CONDITION("Established", "True") "}}",
     REST_READY, ""},
    {"apiregistration.k8s.io/v1", "APIService", "{'status':{" CONDITION("Available", "False") "}}", REST_WAITING,
     "it is not available: Why: so"},
    {"apiregistration.k8s.io/v1", "APIService", "{'status':{" CONDITION("Available", "True") "}}", REST_READY, ""},
    {"autoscaling/v2", "HorizontalPodAutoscaler", "{'status':{" CONDITION("AbleToScale", "False") "}}", REST_WAITING, "Why: so"},
    {"autoscaling/v2", "HorizontalPodAutoscaler", "{'status':{'conditions':[{'type':'AbleToScale','status':'True'},"
     "{'type':'ScalingActive','status':'False'}]}}", REST_READY, ""},
    {"autoscaling/v2", "HorizontalPodAutoscaler", "{" SEEN "'status':{'observedGeneration':1," CONDITION("AbleToScale", "True")
     "}}", REST_WAITING, "its controller has not seen it yet"},
    {"policy/v1", "PodDisruptionBudget", "{" SEEN "'status':{'observedGeneration':1}}", REST_WAITING,
     "its controller has not seen it yet"},
    {"policy/v1", "PodDisruptionBudget", "{" SEEN "'status':{'observedGeneration':2,'disruptionsAllowed':0,"
     CONDITION("DisruptionAllowed", "False") "}}", REST_READY, ""},
    {"policy/v1", "PodDisruptionBudget", "{'status':{'conditions':[{'type':'DisruptionAllowed','status':'False',"
     "'reason':'SyncFailed','message':'no controller'}]}}", REST_WAITING, "SyncFailed: no controller"},
    /* The conventions of conditions. */
    {"example.org/v1", "Widget", "{}", REST_READY, ""},
    {"example.org/v1", "Widget", "{'status':{" CONDITION("Ready", "False") "}}", REST_WAITING, "it is not Ready: Why: so"},
    {"example.org/v1", "Widget", "{'status':{" CONDITION("Programmed", "Unknown") "}}", REST_WAITING,
     "it is not Programmed: Why: so"},
    {"example.org/v1", "Widget", "{'status':{" CONDITION("Stalled", "True") "}}", REST_BROKEN, "Why: so"},
    {"example.org/v1", "Widget", "{'status':{" CONDITION("Reconciling", "True") "}}", REST_WAITING, "Why: so"},
    {"example.org/v1", "Widget", "{" SEEN "'status':{'observedGeneration':1," CONDITION("Ready", "True") "}}", REST_WAITING,
     "its controller has not seen it yet"},
    {"gateway.networking.k8s.io/v1", "Gateway", "{" SEEN "'status':{'conditions':[{'type':'Programmed','status':'True',"
     "'observedGeneration':1}]}}", REST_WAITING, "its controller has not seen it yet"},
    {"gateway.networking.k8s.io/v1", "Gateway", "{" SEEN "'status':{'conditions':[{'type':'Programmed','status':'True',"
     "'observedGeneration':2}]}}", REST_READY, ""},
    /* On its way out. */
    {"v1", "PersistentVolumeClaim", "{'metadata':{'deletionTimestamp':'now'},'status':{'phase':'Bound'}}", REST_WAITING,
     "it is being deleted"},
};

static RestObject object_of(const Row *row)
{
    Str version = str_of(row->api_version);
    size_t slash = str_find(version, '/');
    return (RestObject){.kind = str_of(row->kind),
                        .group = slash < version.len ? str_slice(version.ptr, slash) : STR("")};
}

static void each_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(rows); i++) {
        RestObject object = object_of(&rows[i]);
        Buf text = {0}, detail = {0};
        for (const char *at = rows[i].live; *at; at++)
            buf_byte(&text, *at == '\'' ? '"' : *at);
        Json *live = rest_json_read(buf_slice(&text));
        assert_non_null(live);
        RestReadyRule *rule = rest_ready_rule(&object);
        assert_non_null(rule);
        RestReady ready = rest_ready(rule, live, &detail);
        if (ready != rows[i].wanted)
            fail_msg("%s %s: %d, not %d", rows[i].kind, rows[i].live, (int)ready, (int)rows[i].wanted);
        assert_str(buf_slice(&detail), rows[i].detail);
        rest_json_free(live);
        buf_free(&text);
        buf_free(&detail);
    }
}

static void what_nobody_waits_for(void **state)
{
    (void)state;
    static const Row plain[] = {
        {.api_version = "v1", .kind = "ConfigMap"}, {.api_version = "networking.k8s.io/v1", .kind = "Ingress"},
        {.api_version = "batch/v1", .kind = "CronJob"}, {.api_version = "rbac.authorization.k8s.io/v1", .kind = "Role"}};
    for (size_t i = 0; i < BASE_COUNT(plain); i++) {
        RestObject object = object_of(&plain[i]);
        assert_null(rest_ready_rule(&object));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind),
        cmocka_unit_test(what_nobody_waits_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
