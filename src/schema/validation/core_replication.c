/* core_replication.c: ReplicationControllers and PodTemplates, as
 * pkg/apis/core/validation has them; the template itself is core_pod.c's. */
#include "schema/validation/core.h"
#include "schema/validation/core_parts.h"

/* ValidatePodTemplateSpecForRC.  A selector that is left out is the template's labels. */
static void validate_pod_template_spec_for_rc(Validation *v, Field template, Field labels,
                                              Field selector)
{
    Field pod = GET(template, spec);
    if (!labels_contain(v, selector, labels))
        validation_invalid(v, labels, "must have what the selector asks for");
    validate_pod_template_spec(v, template);
    Field policy = GET(pod, restartPolicy), deadline = GET(pod, activeDeadlineSeconds);
    if (!field_is_empty(v, policy) && !field_text_is(v, policy, "Always"))
        validation_not_supported(v, policy, "Always");
    if (field_given(deadline))
        validation_forbidden(v, deadline, "Pods of a ReplicationController run without an end");
}

/* ValidateReplicationController */
void validate_replication_controller(Validation *v, Field controller)
{
    Fields spec;
    fields_read(v, GET(controller, spec), &spec);
    Field template = OF(&spec, template), selector = OF(&spec, selector);
    Field meta = GET(controller, metadata), labels = GET(GET(template, metadata), labels);
    validation_nonnegative(v, OF(&spec, minReadySeconds));
    validation_nonnegative(v, OF(&spec, replicas));
    if (!field_has_items(v, selector) && !field_has_items(v, labels))
        validation_required(v, selector, "it says which Pods are the controller's");
    /* A controller without labels has its template's. */
    if (!field_has_items(v, GET(meta, labels)) && field_given(labels)) {
        validation_rename(v, labels.node, STR("metadata.labels"));
        validate_labels(v, labels);
        validation_rename(v, BASE_NONE, str_slice("", 0));
    }
    if (field_given(template))
        validate_pod_template_spec_for_rc(v, template, labels, selector);
    else
        validation_required(v, template, NULL);
    Field name = GET(meta, name);
    if (!field_is_empty(v, name) && format_dns_label(field_text(v, name)))
        validation_warning(v, name, "is used in the names of Pods and hosts, and should be a DNS "
                                    "label");
}

/* ValidatePodTemplate */
void validate_pod_template(Validation *v, Field object)
{
    validate_pod_template_spec(v, GET(object, template));
}
