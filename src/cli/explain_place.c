/* From what is typed to a place in the tables: `deploy.spec.strategy`,
 * `apps/v1/Deployment.spec`, `pods.spec.containers[*].image`.
 *
 * A kind is found by its name in whatever case, its plural or its short name.  Where
 * several API versions have it, the one counts that kubectl would choose: served, the
 * most stable, the core group before others. */
#include "cli/explain.h"
#include "cli/options.h"

#include <ctype.h>

/* kubectl's short names: what the registries of Kubernetes give (ShortNames). */
static const struct {
    char name[8];
    char kind[28];
} SHORT_NAMES[] = {
    {"cm", "ConfigMap"}, {"cs", "ComponentStatus"}, {"ep", "Endpoints"}, {"ev", "Event"},
    {"limits", "LimitRange"}, {"ns", "Namespace"}, {"no", "Node"},
    {"pvc", "PersistentVolumeClaim"}, {"pv", "PersistentVolume"}, {"po", "Pod"},
    {"rc", "ReplicationController"}, {"quota", "ResourceQuota"}, {"sa", "ServiceAccount"},
    {"svc", "Service"}, {"crd", "CustomResourceDefinition"},
    {"crds", "CustomResourceDefinition"}, {"ds", "DaemonSet"}, {"deploy", "Deployment"},
    {"rs", "ReplicaSet"}, {"sts", "StatefulSet"}, {"hpa", "HorizontalPodAutoscaler"},
    {"cj", "CronJob"}, {"csr", "CertificateSigningRequest"}, {"ctb", "ClusterTrustBundle"},
    {"ing", "Ingress"}, {"netpol", "NetworkPolicy"}, {"pdb", "PodDisruptionBudget"},
    {"psp", "PodSecurityPolicy"}, {"pc", "PriorityClass"}, {"sc", "StorageClass"},
    {"vac", "VolumeAttributesClass"}, {"ip", "IPAddress"},
};

static bool same(Str a, Str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (tolower((unsigned char)a.ptr[i]) != tolower((unsigned char)b.ptr[i]))
            return false;
    return true;
}

/* ---- kinds ---- */

static Str long_name(Str name)
{
    for (size_t i = 0; i < BASE_COUNT(SHORT_NAMES); i++)
        if (same(name, str_of(SHORT_NAMES[i].name)))
            return str_of(SHORT_NAMES[i].kind);
    return name;
}

/* "v1" before "v1beta2" before "v1alpha1", and of those the higher number. */
static unsigned stability(Str version)
{
    unsigned number = 0, second = 0, level = 3;
    size_t i = 1;
    for (; i < version.len && is_digit(version.ptr[i]); i++)
        number = number * 10 + (unsigned)(version.ptr[i] - '0');
    if (str_contains(version, STR("beta")))
        level = 2;
    else if (str_contains(version, STR("alpha")))
        level = 1;
    for (; i < version.len; i++)
        if (is_digit(version.ptr[i]))
            second = second * 10 + (unsigned)(version.ptr[i] - '0');
    return level << 16 | (number & 255) << 8 | (second & 255);
}

/* Whether one is to be preferred to another of the same name. */
static bool is_better(const KindInfo *one, const KindInfo *other, const SchemaTarget *target)
{
    uint32_t newest = UINT32_C(1) << (target->newest - SCHEMA_OLDEST);
    bool a = one->served & newest, b = other->served & newest;
    if (a != b)
        return a;
    a = one->defined & target->versions;
    b = other->defined & target->versions;
    if (a != b)
        return a;
    if (one->subresource != other->subresource)
        return other->subresource;
    if (str_eq(one->group, other->group))
        return stability(one->version) > stability(other->version);
    if (!one->group.len || !other->group.len)
        return !one->group.len;
    /* extensions was the first home of much that moved away. */
    if (str_is(one->group, "extensions") != str_is(other->group, "extensions"))
        return str_is(other->group, "extensions");
    return str_compare(one->group, other->group) < 0;
}

static bool find_kind(Explained *found, Str name, Str api_version)
{
    Guess guess = {.wrong = name};
    Str word = long_name(name);
    bool any = false, elsewhere = false;
    for (KindId id = 0; id < schema_kind_count(found->schema); id++) {
        KindInfo kind = schema_kind_info(found->schema, id);
        if (!same(word, kind.kind) && !(kind.resource.len && same(word, kind.resource))) {
            guess_try(&guess, kind.kind);
            guess_try(&guess, kind.resource);
            continue;
        }
        if (api_version.len && !same(api_version, kind.api_version) &&
            !same(api_version, kind.group)) {
            elsewhere = true;
            continue;
        }
        if (!any || is_better(&kind, &found->kind, &found->target))
            found->kind = kind;
        any = true;
    }
    if (any)
        return true;
    if (elsewhere)
        cli_error("%.*s has no kind %.*s, but another API version has", STR_ARG(api_version),
                  STR_ARG(name));
    else
        cli_error("there is no kind \"%.*s\"%.*s", STR_ARG(name),
                  STR_ARG(guess_text(&guess, found->arena)));
    return false;
}

/* ---- fields ---- */

/* The next field of a path; marks of items ([*], [], [0]) and of keys are passed over. */
static bool next_field(Str *rest, Str *name)
{
    size_t end = 0;
    while (end < rest->len && rest->ptr[end] != '.' && rest->ptr[end] != '[')
        end++;
    *name = str_slice(rest->ptr, end);
    while (end < rest->len && rest->ptr[end] == '[') {
        while (end < rest->len && rest->ptr[end] != ']')
            end++;
        end += end < rest->len;
    }
    bool dot = end < rest->len && rest->ptr[end] == '.';
    *rest = str_slice(rest->ptr + end + dot, rest->len - end - dot);
    return name->len > 0;
}

static void append(Explained *found, Str name)
{
    found->path = arena_format(found->arena, "%.*s%s%.*s", STR_ARG(found->path),
                               found->path.len ? "." : "", STR_ARG(name));
}

/* Whether another type in the versions asked about may have the field: told apart. */
static bool missing_field(const Explained *found, SchemaSpot inside, Str name)
{
    const Schema *schema = found->schema;
    Guess guess = {.wrong = name};
    Str type = schema_type_kubectl(schema, inside, found->arena);
    Str at = found->path.len ? found->path : found->kind.kind;
    uint32_t others = 0;
    for (uint32_t i = 0; i < schema_field_count(schema, inside.type); i++) {
        FieldInfo field = schema_field_info(schema, inside.type, i);
        if (str_eq(schema_name_text(schema, field.name), name))
            others |= field.versions;
        else if (field.versions & found->versions)
            guess_try(&guess, schema_name_text(schema, field.name));
    }
    if (others)
        cli_error("%.*s has no field \"%.*s\" in Kubernetes %.*s; it has in %.*s", STR_ARG(at),
                  STR_ARG(name), STR_ARG(schema_versions_text(found->versions, found->arena)),
                  STR_ARG(schema_versions_text(others, found->arena)));
    else if (schema_field_count(schema, inside.type) == 0)
        cli_error("%.*s has no fields: it is %.*s", STR_ARG(at), STR_ARG(type));
    else
        cli_error("%.*s has no field \"%.*s\"%.*s", STR_ARG(at), STR_ARG(name),
                  STR_ARG(guess_text(&guess, found->arena)));
    return false;
}

/* The newest form of the field in the versions asked about. */
static bool enter_field(Explained *found, Str name)
{
    const Schema *schema = found->schema;
    SchemaSpot inside = schema_spot_inside(schema, found->spot);
    uint32_t best = BASE_NONE, newest = 0, known = 0, versions = 0;
    for (uint32_t i = 0; i < schema_field_count(schema, inside.type); i++) {
        FieldInfo field = schema_field_info(schema, inside.type, i);
        if (!same(schema_name_text(schema, field.name), name))
            continue;
        name = schema_name_text(schema, field.name);
        known |= field.versions;
        versions |= field.versions & found->versions;
        if ((field.versions & found->versions) > newest) {
            newest = field.versions & found->versions;
            best = i;
        }
    }
    if (best == BASE_NONE)
        return missing_field(found, inside, name);
    vec_clear(&found->limits.list);
    for (uint32_t i = 0; i < schema_field_count(schema, inside.type); i++) {
        FieldInfo field = schema_field_info(schema, inside.type, i);
        if (str_eq(schema_name_text(schema, field.name), name) &&
            (field.versions & found->versions))
            schema_field_limits(schema, inside, i, found->versions, &found->limits);
    }
    append(found, name);
    found->name = name;
    found->known &= known;
    found->versions = versions;
    found->spot = schema_spot_field(schema, inside, best);
    return true;
}

bool explain_find(Explained *found, Str place, Str api_version)
{
    /* GROUP/VERSION/ before the kind; the group may hold dots. */
    size_t slash = place.len;
    while (slash > 0 && place.ptr[slash - 1] != '/')
        slash--;
    Str rest = str_slice(place.ptr + slash, place.len - slash), name;
    if (slash > 0)
        api_version = str_slice(place.ptr, slash - 1);
    if (!next_field(&rest, &name)) {
        cli_error("\"%.*s\" names no kind", STR_ARG(place));
        return false;
    }
    if (!find_kind(found, name, api_version))
        return false;
    found->known = found->kind.defined;
    found->versions = found->kind.defined & found->target.versions;
    if (!found->versions) {
        cli_error("Kubernetes %.*s has no %.*s %.*s; it is in %.*s",
                  STR_ARG(schema_versions_text(found->target.versions, found->arena)),
                  STR_ARG(found->kind.api_version), STR_ARG(found->kind.kind),
                  STR_ARG(schema_versions_text(found->kind.defined, found->arena)));
        return false;
    }
    found->spot = schema_spot_kind(found->schema, found->kind.id);
    while (rest.len)
        if (!next_field(&rest, &name) || !enter_field(found, name))
            return false;
    return true;
}
