/* What a cluster holds, as a line of JSON for each object: for `check --assume-cluster`.
 * Lists are read in pages; of a Secret only the keys are kept, unless all was asked for. */
#include "emit/rest/json.h"
#include "emit/rest/rest.h"

enum { SNAPSHOT_PAGE = 500 };

/* What the linker looks at. */
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
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
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

/* False after trouble.  What the user may not list is told and left out. */
static bool take_resource(RestSnapshot *snapshot, const char *path)
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
    if (!fine)
        buf_format(&snapshot->trouble, "%s: %.*s\n", path,
                   STR_ARG(rest_status_message(snapshot->arena, &pages.call)));
    bool absent = pages.call.status == 404 || pages.call.status == 403;
    rest_end_pages(&pages);
    return fine || absent;
}

/* The collection of `gateways.gateway.networking.k8s.io`, in the version that the server
 * prefers; empty after trouble. */
static Str find_collection(RestSnapshot *snapshot, Str resource)
{
    size_t dot = str_find(resource, '.');
    Str group = str_slice(resource.ptr + dot + 1, resource.len - dot - 1), path = STR("");
    Buf url = {0};
    buf_text(&url, "/apis/");
    rest_put_escaped(&url, group);
    Call call = {.method = "GET", .path = buf_slice(&url)};
    client_do(snapshot->client, &call);
    Json *answer = call.status == 200 ? rest_json_read(buf_slice(&call.answer)) : NULL;
    Str version = rest_json_path_text(answer, "preferredVersion.version");
    if (version.len)
        path = arena_format(snapshot->arena, "/apis/%.*s/%.*s/%.*s", STR_ARG(group),
                            STR_ARG(version), (int)dot, resource.ptr);
    else
        buf_format(&snapshot->trouble, "%.*s: %.*s\n", STR_ARG(resource),
                   STR_ARG(rest_status_message(snapshot->arena, &call)));
    rest_json_free(answer);
    call_free(&call);
    buf_free(&url);
    return path;
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
        fine = take_resource(snapshot, USUAL[k]);
    for (uint32_t i = 0; i < count && fine; i++) {
        const char *path = usual(resources[i]);
        Str found = path ? str_of(path) : find_collection(snapshot, resources[i]);
        fine = found.len && take_resource(snapshot, found.ptr);
    }
    return fine;
}
