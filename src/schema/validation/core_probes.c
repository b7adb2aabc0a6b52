/* core_probes.c: what a kubelet does to a container besides running it: probes and
 * lifecycle hooks, as validateProbe and validateLifecycle of pkg/apis/core/validation
 * have them. */
#include "schema/validation/core_pod.h"

/* ---- handlers ---- */

/* validateHTTPGetAction, with the defaults of path and scheme. */
static void validate_http_get(Validation *v, Field http)
{
    Field headers = GET(http, httpHeaders);
    validate_port_number_or_name(v, GET(http, port));
    validation_optional_word(v, GET(http, scheme), "HTTP,HTTPS");
    for (Items i = items_of(v, headers); items_next(v, &i);) {
        Field name = GET(i.item, name);
        const char *wrong = format_http_header_name(field_text(v, name));
        if (wrong)
            validation_as(v, validation_invalid(v, name, "%s", wrong), headers, NULL);
    }
}

/* validateSleepAction.  Zero is allowed since 1.32 (PodLifecycleSleepActionAllowZero). */
static void validate_sleep(Validation *v, const Pod *pod, Field sleep)
{
    int64_t seconds = field_int(v, GET(sleep, seconds));
    if (seconds < 0 || seconds > pod->grace_period)
        validation_as(v, validation_invalid(v, GET(sleep, seconds),
                                            "must be from 0 to terminationGracePeriodSeconds, which is %lld",
                                            (long long)pod->grace_period),
                      sleep, NULL);
    else if (seconds == 0)
        VALIDATION_ONLY(v, VALIDATION_UNTIL(31))
            validation_as(v, validation_invalid(v, GET(sleep, seconds), "must be 1 or more"), sleep,
                          NULL);
}

/* validateHandler: one kind of handler, the first in Kubernetes' order. */
static void validate_handler(Validation *v, const Pod *pod, const Fields *handler)
{
    static const NameId ORDER[] = {SCHEMA_NAME_exec, SCHEMA_NAME_httpGet, SCHEMA_NAME_tcpSocket,
                                   SCHEMA_NAME_grpc, SCHEMA_NAME_sleep};
    uint32_t count = 0;
    for (size_t i = 0; i < BASE_COUNT(ORDER); i++) {
        if (!(handler->bits & node_name_bit(ORDER[i])))
            continue;
        Field action = fields_get(handler, ORDER[i]);
        if (count++) {
            validation_forbidden(v, action, "one kind of handler is enough");
            continue;
        }
        switch (ORDER[i]) {
        case SCHEMA_NAME_exec: validation_must_have(v, GET(action, command)); break;
        case SCHEMA_NAME_httpGet: validate_http_get(v, action); break;
        case SCHEMA_NAME_tcpSocket: validate_port_number_or_name(v, GET(action, port)); break;
        case SCHEMA_NAME_grpc: validate_port_number(v, GET(action, port)); break;
        default: validate_sleep(v, pod, action); break;
        }
    }
    if (count == 0)
        validation_required(v, handler->whole, "a handler: exec, httpGet, tcpSocket or another");
}

/* ---- lifecycle and probes ---- */

void validate_lifecycle(Validation *v, const Pod *pod, Field lifecycle)
{
    static const NameId HOOKS[] = {SCHEMA_NAME_postStart, SCHEMA_NAME_preStop};
    for (size_t i = 0; i < BASE_COUNT(HOOKS); i++) {
        Field hook = field_get(v, lifecycle, HOOKS[i]);
        Fields handler;
        if (!field_given(hook))
            continue;
        fields_read(v, hook, &handler);
        validate_handler(v, pod, &handler);
    }
}

/* validateProbe, and what validateLivenessProbe and its sisters ask beyond it. */
void validate_probe(Validation *v, const Pod *pod, Field probe, ProbeSort sort)
{
    Fields of;
    if (!field_given(probe))
        return;
    static const NameId NUMBERS[] = {
        SCHEMA_NAME_initialDelaySeconds, SCHEMA_NAME_timeoutSeconds, SCHEMA_NAME_periodSeconds,
        SCHEMA_NAME_successThreshold, SCHEMA_NAME_failureThreshold,
    };
    fields_read(v, probe, &of);
    validate_handler(v, pod, &of);
    for (size_t i = 0; i < BASE_COUNT(NUMBERS); i++)
        if (of.bits & node_name_bit(NUMBERS[i]))
            validation_nonnegative(v, fields_get(&of, NUMBERS[i]));
    Field grace = OF(&of, terminationGracePeriodSeconds), success = OF(&of, successThreshold);
    if (field_given(grace))
        validation_range(v, grace, 1, INT64_MAX);
    if (sort == PROBE_READINESS && field_given(grace))
        validation_invalid(v, grace, "may not be given for a readinessProbe");
    int64_t threshold = field_int(v, success);
    if (sort != PROBE_READINESS && threshold != 0 && threshold != 1)
        validation_invalid(v, success, "must be 1");
}
