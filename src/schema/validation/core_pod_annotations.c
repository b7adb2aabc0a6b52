/* core_pod_annotations.c: annotations of Pods that the server still reads, as
 * ValidatePodSpecificAnnotations and its parts in pkg/apis/core/validation have them. */
#include "schema/validation/core_pod.h"
#include "schema/validation/json_text.h"

#define SECCOMP_POD "seccomp.security.alpha.kubernetes.io/pod"
#define SECCOMP_CONTAINER "container.seccomp.security.alpha.kubernetes.io/"
#define APP_ARMOR_CONTAINER "container.apparmor.security.beta.kubernetes.io/"
#define MIRROR "kubernetes.io/config.mirror"
#define TOLERATIONS "scheduler.alpha.kubernetes.io/tolerations"
#define DELETION_COST "controller.kubernetes.io/pod-deletion-cost"

/* ---- values ---- */

/* strconv.ParseInt to 32 bits, without a plus or zeros in front. */
static bool is_int32(Str text)
{
    int64_t value = 0;
    bool negative = text.len > 0 && text.ptr[0] == '-';
    size_t at = negative;
    if (at == text.len || (text.ptr[0] == '0' && text.len > 1))
        return false;
    for (; at < text.len; at++) {
        if (text.ptr[at] < '0' || text.ptr[at] > '9' || value > INT32_MAX)
            return false;
        value = value * 10 + (text.ptr[at] - '0');
    }
    return negative ? -value >= INT32_MIN : value <= INT32_MAX;
}

/* ValidateSeccompProfile; the server puts the annotation's name behind a dot. */
static void validate_seccomp(Validation *v, Field annotations, const Entries *at)
{
    Str profile = field_text(v, at->value);
    const char *wrong = NULL;
    if (word_is_one_of(profile, "runtime/default,docker/default,unconfined"))
        return;
    if (str_starts(profile, STR("localhost/")))
        wrong = format_local_path(str_slice(profile.ptr + 10, profile.len - 10));
    else
        wrong = "must be a seccomp profile: runtime/default, unconfined or localhost/PATH";
    if (wrong)
        validation_as(v, validation_invalid(v, at->value, "%s", wrong), annotations, ".%.*s",
                      STR_ARG(at->key));
}

static bool has_container(const Validation *v, const Pod *pod, Str name)
{
    for (PodContainers c = pod_containers(pod); pod_containers_next(v, &c);)
        if (str_eq(field_text(v, OF(c.of, name)), name))
            return true;
    return false;
}

/* ValidateAppArmorPodAnnotations */
static void validate_app_armor(Validation *v, const Pod *pod, const Entries *at)
{
    Str prefix = STR(APP_ARMOR_CONTAINER), profile = field_text(v, at->value);
    if (!has_container(v, pod, str_slice(at->key.ptr + prefix.len, at->key.len - prefix.len)))
        validation_invalid(v, at->value, "is for a container that the Pod does not have");
    if (profile.len && !word_is_one_of(profile, "runtime/default,unconfined") &&
        !str_starts(profile, STR("localhost/")))
        validation_invalid(v, at->value,
                           "must be an AppArmor profile: runtime/default, unconfined or localhost/NAME");
}

void validate_pod_annotations(Validation *v, const Pod *pod)
{
    for (Entries at = entries_of(v, pod->annotations); entries_next(v, &at);) {
        if (str_is(at.key, MIRROR) && field_is_empty(v, GET(pod->spec, nodeName)))
            validation_invalid(v, at.value, "may not be given without spec.nodeName");
        else if (str_is(at.key, DELETION_COST) && !is_int32(field_text(v, at.value)))
            validation_invalid(v, at.value, "must be a whole number of 32 bits");
        else if (str_is(at.key, TOLERATIONS) && !field_is_empty(v, at.value) &&
                 !json_text_is_array(field_text(v, at.value)))
            validation_as(v, validation_invalid(v, at.value, "must be a list of tolerations in JSON"),
                          pod->annotations, NULL);
        else if (str_is(at.key, SECCOMP_POD) || str_starts(at.key, STR(SECCOMP_CONTAINER)))
            validate_seccomp(v, pod->annotations, &at);
        else if (str_starts(at.key, STR(APP_ARMOR_CONTAINER)))
            validate_app_armor(v, pod, &at);
    }
}

/* ---- annotations and fields that say the same ---- */

/* validateSeccompAnnotationsAndFieldsMatch, and the same for AppArmor: base is where the
 * server sees the profile, which may be the Pod's own. */
static void check_match(Validation *v, Field profile, Field base, Str annotation, bool seccomp)
{
    Field type = GET(profile, type), path = GET(profile, localhostProfile);
    Str prefix = STR("localhost/"), word = field_text(v, type);
    bool differs = false;
    if (str_is(word, "Unconfined"))
        differs = !str_is(annotation, "unconfined");
    else if (str_is(word, "RuntimeDefault"))
        differs = !str_is(annotation, "runtime/default") &&
                  !(seccomp && str_is(annotation, "docker/default"));
    else if (str_is(word, "Localhost"))
        differs = !str_starts(annotation, prefix);
    else
        return;
    if (differs) {
        validation_as(v, validation_forbidden(v, type, "an annotation says otherwise"), base, ".type");
        return;
    }
    if (!str_is(word, "Localhost"))
        return;
    Str rest = str_slice(annotation.ptr + prefix.len, annotation.len - prefix.len);
    if (!field_given(path) || !str_eq(field_text(v, path), rest))
        validation_as(v, validation_forbidden(v, path, "an annotation says otherwise"), base,
                      ".localhostProfile");
}

/* The annotation of a container, by its prefix; as field_entry. */
static Field annotation_of(const Validation *v, const Pod *pod, Str prefix, Str container)
{
    for (Entries at = entries_of(v, pod->annotations); entries_next(v, &at);)
        if (at.key.len == prefix.len + container.len && str_starts(at.key, prefix) &&
            str_ends(at.key, container)) {
            at.value.node = at.value.above;
            return at.value;
        }
    return FIELD_NONE;
}

/* validateSeccompAnnotationsAndFields, validateAppArmorAnnotationsAndFieldsMatchOnCreate */
void validate_pod_annotations_match(Validation *v, const Pod *pod)
{
    if (field_length(v, pod->annotations) == 0)
        return;
    Field context = GET(pod->spec, securityContext), seccomp = GET(context, seccompProfile);
    Field app_armor = GET(context, appArmorProfile);
    Field of_pod = field_entry(v, pod->annotations, SECCOMP_POD);
    if (field_given(seccomp) && field_given(of_pod))
        check_match(v, seccomp, seccomp, field_text(v, of_pod), true);
    for (PodContainers c = pod_containers(pod); pod_containers_next(v, &c);) {
        Str name = field_text(v, OF(c.of, name));
        Field own = OF(c.of, securityContext), base = GET(own, appArmorProfile);
        Field said = annotation_of(v, pod, STR(SECCOMP_CONTAINER), name);
        if (field_given(GET(own, seccompProfile)) && field_given(said))
            check_match(v, GET(own, seccompProfile), GET(own, seccompProfile), field_text(v, said),
                        true);
        said = annotation_of(v, pod, STR(APP_ARMOR_CONTAINER), name);
        /* A Pod's container takes the profile from its annotation where it has none. */
        Field profile = field_given(base) || pod->is_pod ? base : app_armor;
        if (field_given(profile) && field_given(said) && !str_is(pod->os, "windows"))
            check_match(v, profile, base, field_text(v, said), false);
    }
}
