/* apps_stateful_set.c: StatefulSets, as pkg/apis/apps/validation has them.
 *
 * Until 1.33 a server looked neither at the Pods of the template nor at the claims; a
 * row says the former (schemas/rules/apps.txt). */
#include "schema/validation/apps.h"

/* ValidatePersistentVolumeClaimRetentionPolicy */
static void validate_persistent_volume_claim_retention_policy(Validation *v, Field policy)
{
    validation_optional_word(v, GET(policy, whenDeleted), "Retain,Delete");
    validation_optional_word(v, GET(policy, whenScaled), "Retain,Delete");
}

/* maxUnavailable is dropped where MaxUnavailableStatefulSet is off. */
#define MAX_UNAVAILABLE \
    (VALIDATION_SINCE(37) | (VALIDATION_SINCE(35) & VALIDATION_UNTIL(35)))

/* validateRollingUpdateStatefulSet */
static void validate_rolling_update_stateful_set(Validation *v, Field update)
{
    validation_nonnegative(v, GET(update, partition));
    Field unavailable = GET(update, maxUnavailable);
    if (!field_given(unavailable))
        return;
    VALIDATION_ONLY(v, MAX_UNAVAILABLE)
    {
        validate_positive_int_or_percent(v, unavailable);
        if (int_or_percent_value(v, unavailable, 0) == 0)
            validation_invalid(v, unavailable, "may not be 0");
        validate_not_more_than_100_percent(v, unavailable);
    }
}

static void validate_stateful_set_update_strategy(Validation *v, Field strategy)
{
    Field type = GET(strategy, type), update = GET(strategy, rollingUpdate);
    Str word = field_text_or(v, type, "RollingUpdate");
    if (str_is(word, "RollingUpdate"))
        validate_rolling_update_stateful_set(v, update);
    else if (!str_is(word, "OnDelete"))
        validation_as(v, validation_invalid(v, type, "must be RollingUpdate or OnDelete"), strategy,
                      NULL);
    else if (field_given(update))
        validation_invalid(v, update, "may be given only where type is RollingUpdate");
}

/* ValidatePodTemplateSpecForStatefulSet, apart from the Pod itself. */
static void validate_old_template(Validation *v, Field template)
{
    Field meta = GET(template, metadata);
    Field labels = GET(meta, labels), annotations = GET(meta, annotations);
    if (field_given(labels)) {
        validation_rename(v, labels.node, STR("spec.template.labels"));
        validate_labels(v, labels);
    }
    if (field_given(annotations)) {
        validation_rename(v, annotations.node, STR("spec.template.annotations"));
        validate_annotations(v, annotations);
    }
    validation_rename(v, BASE_NONE, str_slice("", 0));
}

static void validate_stateful_set_template(Validation *v, Field spec)
{
    Field selector = GET(spec, selector), template = GET(spec, template);
    bool fine = validate_workload_selector(v, selector, template);
    if (fine || !field_given(selector)) {
        VALIDATION_ONLY(v, VALIDATION_SINCE(34))
            validate_pod_template_spec_for_stateful_set(v, template,
                                                        GET(spec, volumeClaimTemplates));
        VALIDATION_ONLY(v, VALIDATION_UNTIL(33)) validate_old_template(v, template);
    }
    validate_lasting_template(v, template, "StatefulSet");
    /* Nothing else looks at the word in versions that leave the Pod alone. */
    VALIDATION_ONLY(v, VALIDATION_UNTIL(33))
        validation_optional_word(v, FIELD_PATH(v, template, SCHEMA_NAME_spec,
                                               SCHEMA_NAME_restartPolicy),
                                 "Always,OnFailure,Never");
}

/* volumesToAddForTemplates: claims become volumes in front of those of the template, each
 * name once.  With several the server's order is that of chance. */
static void validate_claim_volume(Validation *v, Field set_spec, Field claim, uint32_t index)
{
    Field name = FIELD_PATH(v, claim, SCHEMA_NAME_metadata, SCHEMA_NAME_name);
    const char *wrong = format_dns_label(field_text(v, name));
    if (field_is_empty(v, name))
        validation_as(v, validation_required(v, name, "it is the name of a volume"), set_spec,
                      ".template.spec.volumes[%u].persistentVolumeClaim.claimName", index);
    else if (wrong)
        validation_as(v, validation_invalid(v, name, "%s", wrong), set_spec,
                      ".template.spec.volumes[%u].name", index);
}

/* validateVolumeClaimTemplates, and the warnings */
static void validate_volume_claim_templates(Validation *v, Field set_spec)
{
    Seen seen = {0};
    uint32_t volumes = 0;
    Field first;
    for (Items i = items_of(v, GET(set_spec, volumeClaimTemplates)); items_next(v, &i);) {
        Field spec = GET(i.item, spec);
        Str name = field_text(v, FIELD_PATH(v, i.item, SCHEMA_NAME_metadata, SCHEMA_NAME_name));
        VALIDATION_ONLY(v, VALIDATION_SINCE(34))
        {
            validate_persistent_volume_claim_spec(v, spec, false);
            if (!seen_before(v, &seen, name, i.item, &first))
                validate_claim_volume(v, set_spec, i.item, volumes++);
        }
        Rename before = validation_rename_below(v, spec, i.item, STR(""));
        warn_of_persistent_volume_claim_spec(v, spec);
        validation_unrename(v, before);
    }
}

/* ValidateStatefulSet and ValidateStatefulSetSpec */
void validate_stateful_set(Validation *v, Field set)
{
    Field spec = GET(set, spec), policy = GET(spec, podManagementPolicy);
    Field limit = GET(spec, revisionHistoryLimit);
    if (!field_is_empty(v, policy) &&
        !word_is_one_of(field_text(v, policy), "OrderedReady,Parallel"))
        validation_invalid(v, policy, "must be OrderedReady or Parallel");
    validate_stateful_set_update_strategy(v, GET(spec, updateStrategy));
    validate_persistent_volume_claim_retention_policy(
        v, GET(spec, persistentVolumeClaimRetentionPolicy));
    validate_volume_claim_templates(v, spec);
    validation_nonnegative(v, GET(spec, replicas));
    validation_nonnegative(v, GET(spec, minReadySeconds));
    validation_nonnegative(v, FIELD_PATH(v, spec, SCHEMA_NAME_ordinals, SCHEMA_NAME_start));
    VALIDATION_ONLY(v, VALIDATION_SINCE(33))
        validation_optional_text(v, GET(spec, serviceName), format_dns_label);
    validate_stateful_set_template(v, spec);
    VALIDATION_ONLY(v, VALIDATION_SINCE(33))
    {
        if (field_int(v, limit) < 0)
            validation_warning(v, limit, "keeps every revision where it is negative; 0 or more is "
                                         "better");
    }
}
