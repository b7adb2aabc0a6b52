/* What is no manifest: documents without apiVersion and kind, kinds that only
 * clients read, and Helm templates.
 *
 * Skipping is never a guess about a good manifest: a row of the table stands for a
 * format that no API server serves, and the text of a document is looked at only
 * once it has failed to parse. */
#include "cli/options.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Formats that borrow the head of a Kubernetes object but are read by a program on
 * someone's machine or by a component's --config.  Api is what stands before the
 * slash of apiVersion, or all of it; a star at its start stands for anything. */
typedef struct ClientKind {
    Str api;
    Str kind; /* empty: all kinds */
} ClientKind;

static const ClientKind client_kinds[] = {
    /* Kubernetes' own: kustomize, and the configuration of kubelet, kube-proxy,
     * scheduler, controller managers, API server, kubectl and admission plugins. */
    {STR_INIT("*.config.k8s.io"), STR_INIT("")},
    {STR_INIT("kubeadm.k8s.io"), STR_INIT("")},
    {STR_INIT("output.kubeadm.k8s.io"), STR_INIT("")},
    {STR_INIT("apiserver.k8s.io"), STR_INIT("")},
    {STR_INIT("audit.k8s.io"), STR_INIT("")},
    {STR_INIT("client.authentication.k8s.io"), STR_INIT("")},
    {STR_INIT("credentialprovider.kubelet.k8s.io"), STR_INIT("")},
    {STR_INIT("eventratelimit.admission.k8s.io"), STR_INIT("")},
    {STR_INIT("podtolerationrestriction.admission.k8s.io"), STR_INIT("")},
    {STR_INIT("resourcequota.admission.k8s.io"), STR_INIT("")},
    {STR_INIT("abac.authorization.kubernetes.io"), STR_INIT("")},
    {STR_INIT("v1"), STR_INIT("Config")}, /* a kubeconfig */
    {STR_INIT("v1"), STR_INIT("Policy")}, /* the scheduler's, until 1.23 */
    {STR_INIT("builtin"), STR_INIT("")},  /* kustomize's transformers and generators */
    /* Making clusters. */
    {STR_INIT("kind.x-k8s.io"), STR_INIT("")},
    {STR_INIT("k3d.io"), STR_INIT("")},
    {STR_INIT("k0sctl.k0sproject.io"), STR_INIT("")},
    {STR_INIT("eksctl.io"), STR_INIT("")},
    {STR_INIT("ctlptl.dev"), STR_INIT("")},
    /* Building and deploying. */
    {STR_INIT("skaffold"), STR_INIT("")},
    {STR_INIT("kpt.dev"), STR_INIT("")},
    {STR_INIT("tanka.dev"), STR_INIT("")},
    {STR_INIT("garden.io"), STR_INIT("")},
    {STR_INIT("score.dev"), STR_INIT("")},
    {STR_INIT("kapp.k14s.io"), STR_INIT("Config")},
    {STR_INIT("kbld.k14s.io"), STR_INIT("")},
    {STR_INIT("vendir.k14s.io"), STR_INIT("")},
    {STR_INIT("imgpkg.carvel.dev"), STR_INIT("")},
    {STR_INIT("meta.pkg.crossplane.io"), STR_INIT("")},
    {STR_INIT("krew.googlecontainertools.github.com"), STR_INIT("")},
    {STR_INIT("descheduler"), STR_INIT("")},
    /* Testing. */
    {STR_INIT("kuttl.dev"), STR_INIT("")},
    {STR_INIT("chainsaw.kyverno.io"), STR_INIT("")},
    {STR_INIT("cli.kyverno.io"), STR_INIT("")},
    {STR_INIT("test.gatekeeper.sh"), STR_INIT("")},
    {STR_INIT("scorecard.operatorframework.io"), STR_INIT("")},
    /* Catalogues of software. */
    {STR_INIT("backstage.io"), STR_INIT("")},
    {STR_INIT("scaffolder.backstage.io"), STR_INIT("")},
};

static bool is_client_kind(Str api_version, Str kind)
{
    Str api = str_slice(api_version.ptr, str_find(api_version, '/'));
    for (size_t i = 0; i < BASE_COUNT(client_kinds); i++) {
        const ClientKind *row = &client_kinds[i];
        bool same = str_eq(api, row->api) ||
                    (row->api.ptr[0] == '*' &&
                     str_ends(api, str_slice(row->api.ptr + 1, row->api.len - 1)));
        if (same && (row->kind.len == 0 || str_eq(kind, row->kind)))
            return true;
    }
    return false;
}

bool skip_client_kind(size_t i, Str *api, Str *kind)
{
    if (i >= BASE_COUNT(client_kinds))
        return false;
    *api = client_kinds[i].api;
    *kind = client_kinds[i].kind;
    return true;
}

static bool is_given(const Document *doc, uint32_t value)
{
    return value != BASE_NONE && node_kind(doc, value) != NODE_NULL;
}

static bool is_map(const Document *doc, uint32_t value)
{
    return value != BASE_NONE && node_kind(doc, value) == NODE_MAP;
}

/* As kustomize has it: any value of the annotation but "false" keeps the object
 * away from a server. */
static bool is_local_config(const Document *doc, uint32_t annotations)
{
    if (!is_map(doc, annotations))
        return false;
    uint32_t value = node_get_text(doc, annotations, STR("config.kubernetes.io/local-config"));
    return value != BASE_NONE && !str_is(node_str(doc, value), "false");
}

SkipReason skip_headed(const Document *doc, const ObjectHead *head)
{
    bool has_version = is_given(doc, head->version_node), has_kind = is_given(doc, head->kind_node);
    /* What servers have built in is in no row of the table. */
    if (has_version && head->builtin == BASE_NONE && !head->inherits &&
        is_client_kind(head->api_version, head->kind))
        return SKIP_CLIENT_KIND;
    if (is_local_config(doc, head->annotations))
        return SKIP_CLIENT_KIND;
    /* One of the two with metadata beside it is a manifest that lost a line; without
     * metadata it is a Chart.yaml or some values.  Both, of wrong types, are the type
     * check's to judge. */
    bool is_meant = (has_version && has_kind) ||
                    ((has_version || has_kind) && is_map(doc, head->metadata));
    return is_meant || head_is_object(head) ? SKIP_NOT : SKIP_NO_MANIFEST;
}

SkipReason skip_unparsed(const Input *input, Str document)
{
    if (input->chart_template || str_contains(document, STR("{{")))
        return SKIP_HELM_TEMPLATE;
    /* Settings of editors and compilers are JSON with comments: found on the way,
     * and without the word that every manifest needs, they are not ours. */
    if (!input->named && str_ends(input->path, STR(".json")) &&
        !str_contains(document, STR("\"apiVersion\"")))
        return SKIP_NO_MANIFEST;
    return SKIP_NOT;
}

bool skip_in_chart_templates(Str path)
{
    static const Str TEMPLATES = STR_INIT("templates");
    Arena scratch = {0};
    bool found = false;
    struct stat status;
    char *cwd = getcwd(NULL, 0);
    /* Most paths do not hold the word, and need no look at the disk. */
    if (str_contains(path, TEMPLATES) || str_contains(str_of(cwd), TEMPLATES)) {
        PlaceMemo memo = {0};
        path = arena_str(&scratch, path);
        bool is_folder = stat(path.ptr, &status) == 0 && S_ISDIR(status.st_mode);
        Str place = path_place(path, is_folder, &memo, &scratch);
        /* Every folder on the way up, the path itself included. */
        for (; place.len > 1 && !found; place = path_folder(place, &scratch)) {
            if (!str_eq(path_name(place), TEMPLATES))
                continue;
            Str chart = path_join(path_folder(place, &scratch), STR("Chart.yaml"), &scratch);
            found = stat(chart.ptr, &status) == 0;
        }
    }
    free(cwd);
    arena_free(&scratch);
    return found;
}
