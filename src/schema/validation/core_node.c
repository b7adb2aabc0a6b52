/* core_node.c: Namespaces, with what the admission plugin PodSecurity says of their
 * labels, and Nodes, as pkg/apis/core/validation has them. */
#include "schema/validation/core_parts.h"
#include "schema/validation/json_text.h"

/* ---- Namespace ---- */

/* validateFinalizerName: the server names the list alone. */
static void validate_finalizer_name(Validation *v, Field list, Field item)
{
    Str name = field_text(v, item);
    const char *wrong = format_qualified_name(name);
    if (wrong)
        validation_as(v, validation_invalid(v, item, "%s", wrong), list, NULL);
    else if (str_find(name, '/') == name.len &&
             !word_is_one_of(name, "kubernetes,orphan,foregroundDeletion"))
        validation_as(v, validation_invalid(v, item, "must be a finalizer that Kubernetes knows, "
                                                     "or have a prefix"),
                      list, NULL);
}

/* "latest" or "v1.30" */
static bool is_pod_security_version(Str text)
{
    if (str_is(text, "latest"))
        return true;
    if (text.len < 4 || !str_starts(text, STR("v1.")) || (text.len > 4 && text.ptr[3] == '0'))
        return false;
    for (size_t i = 3; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return true;
}

/* PolicyToEvaluate of k8s.io/pod-security-admission/api */
static void validate_pod_security_labels(Validation *v, Field labels)
{
    static const char *const LEVELS[] = {
        "pod-security.kubernetes.io/enforce",
        "pod-security.kubernetes.io/audit",
        "pod-security.kubernetes.io/warn",
    };
    static const char *const VERSIONS[] = {
        "pod-security.kubernetes.io/enforce-version",
        "pod-security.kubernetes.io/audit-version",
        "pod-security.kubernetes.io/warn-version",
    };
    if (!field_given(labels))
        return;
    for (size_t i = 0; i < BASE_COUNT(LEVELS); i++) {
        Field level = field_entry(v, labels, LEVELS[i]);
        Field version = field_entry(v, labels, VERSIONS[i]);
        /* Admission comes after validation, which refuses what is no label's value. */
        if (field_given(level) && !format_label_value(field_text(v, level)) &&
            !word_is_one_of(field_text(v, level), "privileged,baseline,restricted"))
            validation_invalid(v, level, "must be privileged, baseline or restricted");
        if (field_given(version) && !format_label_value(field_text(v, version)) &&
            !is_pod_security_version(field_text(v, version)))
            validation_invalid(v, version, "must be latest or a version: v1.30");
    }
}

/* ValidateNamespace */
void validate_namespace(Validation *v, Field namespace)
{
    Field finalizers = FIELD_PATH(v, namespace, SCHEMA_NAME_spec, SCHEMA_NAME_finalizers);
    for (Items i = items_of(v, finalizers); items_next(v, &i);)
        validate_finalizer_name(v, finalizers, i.item);
    validate_pod_security_labels(v, FIELD_PATH(v, namespace, SCHEMA_NAME_metadata, SCHEMA_NAME_labels));
}

/* ---- Node ---- */

/* validateNodeTaints: the server calls them metadata.taints. */
static void validate_node_taints(Validation *v, Field taints)
{
    Seen seen = {0};
    if (!field_given(taints))
        return;
    validation_rename(v, taints.node, STR("metadata.taints"));
    for (Items i = items_of(v, taints); items_next(v, &i);) {
        Field key = GET(i.item, key), effect = GET(i.item, effect), first;
        const char *wrong = format_qualified_name(field_text(v, key));
        if (wrong)
            validation_invalid(v, key, "%s", wrong);
        validation_optional_text(v, GET(i.item, value), format_label_value);
        validation_required_word(v, effect, "NoSchedule,PreferNoSchedule,NoExecute");
        Str pair = arena_format(v->walk->checker->scratch, "%.*s %.*s",
                                STR_ARG(field_text(v, effect)), STR_ARG(field_text(v, key)));
        if (seen_before(v, &seen, pair, i.item, &first))
            validation_duplicate(v, i.item, first);
    }
    validation_rename(v, BASE_NONE, str_slice("", 0));
}

/* ---- annotations that hold JSON ---- */

enum { ANNOTATED_MOST = 1000 };

/* What the server names stands within the annotation; we point at the annotation. */
static void annotation_is_wrong(Validation *v, Field annotations, Finding *finding,
                                const char *annotation, uint32_t index, const char *part)
{
    validation_as(v, finding, annotations, ".%s[%u].%s", annotation, index, part);
}

static Str json_member(Str object, const char *key)
{
    Str value = {"", 0};
    return json_text_member(object, key, &value) ? value : str_slice("", 0);
}

/* ValidateTaintsInNodeAnnotations */
static void validate_taints_in_node_annotations(Validation *v, Field annotations)
{
    static const char TAINTS[] = "scheduler.alpha.kubernetes.io/taints";
    Field at = field_entry(v, annotations, TAINTS);
    Str text = field_text(v, at), taint;
    if (text.len == 0)
        return;
    if (!json_text_is_array(text)) {
        validation_as(v, validation_invalid(v, at, "must be a JSON list of taints"), annotations,
                      NULL);
        return;
    }
    for (uint32_t i = 0; i < ANNOTATED_MOST && json_text_item(text, i, &taint); i++) {
        Str key = json_text_string(json_member(taint, "key"));
        Str value = json_text_string(json_member(taint, "value"));
        Str effect = json_text_string(json_member(taint, "effect"));
        const char *wrong = format_qualified_name(key);
        if (wrong)
            annotation_is_wrong(v, annotations, validation_invalid(v, at, "has a key that %s", wrong),
                                TAINTS, i, "key");
        if ((wrong = format_label_value(value)))
            annotation_is_wrong(v, annotations,
                                validation_invalid(v, at, "has a value that %s", wrong), TAINTS, i,
                                "value");
        if (effect.len == 0)
            annotation_is_wrong(v, annotations, validation_other(v, at, "FieldValueRequired",
                                                                "must have an effect for each taint"),
                                TAINTS, i, "effect");
        else if (!word_is_one_of(effect, "NoSchedule,PreferNoSchedule,NoExecute"))
            annotation_is_wrong(v, annotations,
                                validation_not_supported(v, at,
                                                         "NoSchedule,PreferNoSchedule,NoExecute"),
                                TAINTS, i, "effect");
    }
}

/* ValidateAvoidPodsInNodeAnnotations */
static void validate_avoid_pods_in_node_annotations(Validation *v, Field annotations)
{
    static const char AVOID[] = "scheduler.alpha.kubernetes.io/preferAvoidPods";
    Field at = field_entry(v, annotations, AVOID);
    Str text = field_text(v, at), entry;
    if (text.len == 0)
        return;
    if (!json_text_is_object(text)) {
        validation_as(v, validation_invalid(v, at, "must be a JSON object"), annotations,
                      ".AvoidPods");
        return;
    }
    Str entries = json_member(text, "preferAvoidPods");
    for (uint32_t i = 0; i < ANNOTATED_MOST && json_text_item(entries, i, &entry); i++) {
        Str controller = json_member(json_member(entry, "podSignature"), "podController");
        if (controller.len == 0 || str_is(controller, "null"))
            annotation_is_wrong(v, annotations,
                                validation_other(v, at, "FieldValueRequired",
                                                 "must have a podController in each entry"),
                                AVOID, i, "PodSignature");
        else if (str_is(json_member(controller, "controller"), "false"))
            annotation_is_wrong(v, annotations,
                                validation_invalid(v, at, "must name owners that are controllers"),
                                AVOID, i, "PodSignature.PodController.Controller");
    }
}

/* ValidateNodeResources: the server writes the name behind a dot. */
static void validate_node_resources(Validation *v, Field resources)
{
    for (Entries at = entries_of(v, resources); entries_next(v, &at);) {
        Quantity quantity = field_quantity(v, at.value);
        Finding *finding = NULL;
        if (quantity_sign(&quantity) < 0)
            finding = validation_invalid(v, at.value, "must be 0 or more");
        else if (resource_is_integer(at.key) && !quantity_is_whole(&quantity))
            finding = validation_invalid(v, at.value, "must be a whole number");
        validation_as(v, finding, resources, ".%.*s", STR_ARG(at.key));
    }
}

/* validateNodeDeclaredFeatureName: MyFeature, or MyFeature/mySubFeature. */
static bool is_feature_name(Str name)
{
    bool first = true, any = false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z' && (i > 0));
        if (c == '/') {
            if (first)
                return false;
            first = true;
            continue;
        }
        if (!letter && (first || c < '0' || c > '9'))
            return false;
        first = false;
        any = true;
    }
    return any && !first && name.len <= 253;
}

static void validate_node_declared_features(Validation *v, Field features)
{
    Str before = {NULL, 0};
    Field last = FIELD_NONE;
    for (Items i = items_of(v, features); items_next(v, &i);) {
        Str name = field_text(v, i.item);
        if (!is_feature_name(name))
            validation_invalid(v, i.item, "must be the name of a feature: MyFeature, or "
                                          "MyFeature/mySubFeature");
        if (before.ptr && str_eq(before, name))
            validation_duplicate(v, i.item, last);
        else if (before.ptr && str_compare(before, name) > 0)
            validation_invalid(v, i.item, "must stand in alphabetical order");
        before = name;
        last = i.item;
    }
}

/* podCIDR is the first of podCIDRs, and where they differ it is all of them. */
static void validate_pod_cidrs(Validation *v, Field spec)
{
    Field single = GET(spec, podCIDR), list = GET(spec, podCIDRs);
    Field head = items_at(v, list, 0);
    if (!field_is_empty(v, single) && !str_eq(field_text(v, head), field_text(v, single))) {
        uint32_t versions = v->versions;
        const char *wrong = format_sloppy_cidr(field_text(v, single));
        if (!wrong && (wrong = format_legacy_cidr(field_text(v, single))))
            v->versions &= VALIDATION_SINCE(36);
        if (wrong)
            validation_as(v, validation_invalid(v, single, "%s", wrong), spec, ".podCIDRs[0]");
        else
            warn_of_cidr(v, single, field_text(v, single));
        v->versions = versions;
        return;
    }
    bool v4 = false, v6 = false;
    for (Items i = items_of(v, list); items_next(v, &i);) {
        IpAddress address;
        unsigned bits;
        Str text = field_text(v, i.item);
        if (validate_cidr_for_legacy_field(v, i.item, text))
            warn_of_cidr(v, i.item, text);
        if (cidr_parse(text, &address, &bits, true)) {
            v4 |= !address.v6;
            v6 |= address.v6;
        }
    }
    uint32_t count = field_length(v, list);
    if (count > 2 || (count == 2 && !(v4 && v6)))
        validation_invalid(v, list, "may have no more than one network of each family");
}

/* ValidateNode and nodeWarnings */
void validate_node(Validation *v, Field node)
{
    Field spec = GET(node, spec), status = GET(node, status);
    Field annotations = FIELD_PATH(v, node, SCHEMA_NAME_metadata, SCHEMA_NAME_annotations);
    validate_taints_in_node_annotations(v, annotations);
    validate_avoid_pods_in_node_annotations(v, annotations);
    validate_node_taints(v, GET(spec, taints));
    validate_node_resources(v, GET(status, capacity));
    validate_node_resources(v, GET(status, allocatable));
    VALIDATION_ONLY(v, VALIDATION_SINCE(34))
    {
        Field capacity = FIELD_PATH(v, status, SCHEMA_NAME_nodeInfo, SCHEMA_NAME_swap,
                                    SCHEMA_NAME_capacity);
        if (field_given(capacity) && field_int(v, capacity) <= 0)
            validation_as(v, validation_invalid(v, capacity, "must be more than 0"), node,
                          ".metadata.nodeSwapStatus.capacity");
    }
    VALIDATION_ONLY(v, VALIDATION_SINCE(36))
        validate_node_declared_features(v, GET(status, declaredFeatures));
    validate_pod_cidrs(v, spec);
    if (!field_is_empty(v, GET(spec, externalID)))
        validation_warning(v, GET(spec, externalID), "is deprecated and not used");
}

/* ---- labels of nodes that selectors name: pkg/api/node ---- */

const char *node_label_replacement(Str label)
{
    static const char *const LABELS[][2] = {
        {"beta.kubernetes.io/arch", "kubernetes.io/arch"},
        {"beta.kubernetes.io/os", "kubernetes.io/os"},
        {"failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"},
        {"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"},
        {"beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"},
        {"app.kubernetes.io/created-by", "another label"},
        {"scheduler.alpha.kubernetes.io/preferAvoidPods", "taints and tolerations"},
        {"node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"},
    };
    for (size_t i = 0; i < BASE_COUNT(LABELS); i++)
        if (str_is(label, LABELS[i][0]))
            return LABELS[i][1];
    return NULL;
}
