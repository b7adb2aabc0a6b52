/* policy.c: PodDisruptionBudgets, as pkg/apis/policy/validation has them.  Evictions are
 * a subresource of Pods and never created by themselves. */
#include "schema/validation/apps.h"

/* ValidatePodDisruptionBudgetSpec */
void validate_pod_disruption_budget(Validation *v, Field budget)
{
    Field spec = GET(budget, spec);
    Field available = GET(spec, minAvailable), unavailable = GET(spec, maxUnavailable);
    if (field_given(available) && field_given(unavailable))
        validation_invalid(v, spec, "may have minAvailable or maxUnavailable, not both");
    validate_positive_int_or_percent(v, available);
    validate_not_more_than_100_percent(v, available);
    validate_positive_int_or_percent(v, unavailable);
    validate_not_more_than_100_percent(v, unavailable);
    validate_label_selector(v, GET(spec, selector), &(SelectorOptions){false});
    validate_given_word(v, GET(spec, unhealthyPodEvictionPolicy), "AlwaysAllow,IfHealthyBudget");
}
