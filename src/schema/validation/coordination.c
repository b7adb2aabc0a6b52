/* coordination.c: Leases, as pkg/apis/coordination/validation has them.
 *
 * strategy and preferredHolder are dropped before anything is validated, as long as
 * CoordinatedLeaderElection is off; LeaseCandidates are not served where it is. */
#include "schema/validation/core_parts.h"

/* ValidateLeaseSpec */
void validate_lease(Validation *v, Field lease)
{
    Field spec = GET(lease, spec), duration = GET(spec, leaseDurationSeconds);
    if (field_given(duration))
        validation_range(v, duration, 1, INT64_MAX);
    validation_nonnegative(v, GET(spec, leaseTransitions));
}
