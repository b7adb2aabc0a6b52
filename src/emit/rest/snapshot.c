/* What a cluster holds, as a line of JSON for each object: for `check --assume-cluster`.
 * Lists are read in pages; of a Secret only the keys are kept, unless all was asked for. */
#include "emit/rest/json.h"
#include "emit/rest/rest.h"

enum { SNAPSHOT_PAGE = 500 };

/* What the linker looks at, and what may not change once it is there. */
static const char *const USUAL[] = {
    "/api/v1/namespaces", "/api/v1/nodes", "/api/v1/pods", "/api/v1/services",
    "/api/v1/configmaps", "/api/v1/secrets", "/api/v1/serviceaccounts",
    "/api/v1/persistentvolumes", "/api/v1/persistentvolumeclaims", "/api/v1/limitranges",
    "/api/v1/resourcequotas", "/apis/apps/v1/deployments", "/apis/apps/v1/statefulsets",
    "/apis/apps/v1/daemonsets", "/apis/apps/v1/replicasets", "/api/v1/replicationcontrollers",
    "/apis/batch/v1/jobs", "/apis/batch/v1/cronjobs",
    "/apis/networking.k8s.io/v1/ingresses", "/apis/networking.k8s.io/v1/ingressclasses",
    "/apis/networking.k8s.io/v1/networkpolicies", "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "/apis/rbac.authorization.k8s.io/v1/roles",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "/apis/rbac.authorization.k8s.io/v1/rolebindings", "/apis/discovery.k8s.io/v1/endpointslices",
    "/apis/storage.k8s.io/v1/storageclasses",
    "/apis/scheduling.k8s.io/v1/priorityclasses", "/apis/node.k8s.io/v1/runtimeclasses",
    "/apis/autoscaling/v2/horizontalpodautoscalers", "/apis/policy/v1/poddisruptionbudgets",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "/api/v1/endpoints",
    "/apis/storage.k8s.io/v1/volumeattributesclasses", "/apis/storage.k8s.io/v1/csidrivers",
    "/apis/storage.k8s.io/v1/volumeattachments", "/apis/resource.k8s.io/v1/deviceclasses",
    "/apis/resource.k8s.io/v1/resourceclaims", "/apis/resource.k8s.io/v1/resourceclaimtemplates",
    "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations",
    "/apis/networking.k8s.io/v1/servicecidrs",
    "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies",
};

static void write_page(RestSnapshot *snapshot, const Json *list)
{
    const Json *items = rest_json_get(list, "items");
    Str kind = rest_json_path_text(list, "kind");
    if (str_ends(kind, STR("List")))
        kind.len -= 4;
    bool secret = str_is(kind, "Secret") && !snapshot->secret_values;
    for (size_t i = 0; i < rest_json_count(items); i++) {
        rest_json_line(rest_json_at(items, i), rest_json_path_text(list, "apiVersion"), kind,
                       secret, &snapshot->out->buf);
        buf_byte(&snapshot->out->buf, '\n');
        out_spill(snapshot->out);
        snapshot->count++;
    }
}

/* What take_resource makes of a resource that the server has not. */
typedef enum Absence { ABSENT_IS_TOLD, ABSENT_IS_PASSED } Absence;

/* False after trouble.  What the user may not list is told and left out. */
static bool take_resource(RestSnapshot *snapshot, const char *path, Absence absence, bool *absent)
{
    RestPages pages = {.client = snapshot->client, .path = str_of(path), .size = SNAPSHOT_PAGE,
                       .more = true};
    bool fine = true;
    while (fine && pages.more) {
        Json *list = rest_next_page(&pages);
        write_page(snapshot, list);
        fine = list != NULL;
        rest_json_free(list);
    }
    *absent = pages.call.status == 404;
    if (!fine && !(*absent && absence == ABSENT_IS_PASSED))
        buf_format(&snapshot->trouble, "%s: %.*s\n", path,
                   STR_ARG(rest_status_message(snapshot->arena, &pages.call)));
    bool refused = pages.call.status == 403;
    rest_end_pages(&pages);
    return fine || *absent || refused;
}

/* The collection of a group's resource in the version that the server prefers; empty where
 * the group is absent, or after trouble. */
static Str find_collection(RestSnapshot *snapshot, Str resource, Str group, Absence absence)
{
    Str path = STR("");
    Buf url = {0};
    buf_text(&url, "/apis/");
    rest_put_escaped(&url, group);
    Call call = {.method = "GET", .path = buf_slice(&url)};
    client_do(snapshot->client, &call);
    Json *answer = call.status == 200 ? rest_json_read(buf_slice(&call.answer)) : NULL;
    Str version = rest_json_path_text(answer, "preferredVersion.version");
    if (version.len)
        path = arena_format(snapshot->arena, "/apis/%.*s/%.*s/%.*s", STR_ARG(group),
                            STR_ARG(version), STR_ARG(resource));
    else if (call.status != 404 || absence == ABSENT_IS_TOLD)
        buf_format(&snapshot->trouble, "%.*s.%.*s: %.*s\n", STR_ARG(resource), STR_ARG(group),
                   STR_ARG(rest_status_message(snapshot->arena, &call)));
    rest_json_free(answer);
    call_free(&call);
    buf_free(&url);
    return path;
}

/* One of all the usual resources.  An older server may have it in another version, or have
 * no such objects at all. */
static bool take_usual(RestSnapshot *snapshot, const char *path)
{
    bool absent, fine = take_resource(snapshot, path, ABSENT_IS_PASSED, &absent);
    Str rest = str_of(path);
    if (!absent || !str_starts(rest, STR("/apis/")))
        return fine;
    rest = str_slice(rest.ptr + 6, rest.len - 6);
    Str group = str_until(&rest, '/');
    Str other = find_collection(snapshot, str_of(strrchr(path, '/') + 1), group, ABSENT_IS_PASSED);
    return other.len == 0 || str_is(other, path) ||
           take_resource(snapshot, other.ptr, ABSENT_IS_PASSED, &absent);
}

/* One that the user named, as `gateways.gateway.networking.k8s.io`. */
static bool take_named(RestSnapshot *snapshot, Str name)
{
    Str group = name, resource = str_until(&group, '.');
    Str found = find_collection(snapshot, resource, group, ABSENT_IS_TOLD);
    bool absent;
    return found.len && take_resource(snapshot, found.ptr, ABSENT_IS_TOLD, &absent);
}

/* A resource of USUAL by its name alone; NULL: none. */
static const char *usual(Str resource)
{
    for (size_t k = 0; k < BASE_COUNT(USUAL); k++)
        if (str_is(resource, strrchr(USUAL[k], '/') + 1))
            return USUAL[k];
    return NULL;
}

static bool names_fine(RestSnapshot *snapshot, const Str *resources, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_find(resources[i], '.') == resources[i].len && !usual(resources[i])) {
            buf_format(&snapshot->trouble, "%.*s is none of the resources that check reads; as in: "
                       "pods services deployments, or with its group: widgets.example.org\n",
                       STR_ARG(resources[i]));
            return false;
        }
    return true;
}

bool rest_snapshot(RestSnapshot *snapshot, const Str *resources, uint32_t count)
{
    bool fine = names_fine(snapshot, resources, count);
    for (size_t k = 0; k < BASE_COUNT(USUAL) && count == 0 && fine; k++)
        fine = take_usual(snapshot, USUAL[k]);
    for (uint32_t i = 0; i < count && fine; i++) {
        const char *path = usual(resources[i]);
        bool absent;
        fine = path ? take_resource(snapshot, path, ABSENT_IS_TOLD, &absent)
                    : take_named(snapshot, resources[i]);
    }
    return fine;
}
