/* An object of the cluster cannot be changed to what the input says.  Both are compared in
 * their stored form, which this room does not make: src/cli/immutable.c reports it. */
#include "checks/checks.h"

extern const Rule rule_immutable_field;

const Rule rule_immutable_field = {
    .info =
        {
            .id = "immutable-field",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "The cluster holds the object with another value of a field that cannot be changed",
            .why = "Selectors of workloads, the template of a Job, the roleRef of a binding, the "
                   "clusterIP of a Service, a claim's class and others are set once.  A server "
                   "refuses every later apply that changes them, and a pipeline stops halfway.  It is "
                   "known only where a dump of the cluster is given (--assume-cluster).",
            .fix = "Keep the value that the cluster has; or give the object another name; or delete the "
                   "object first, with what that means for what it owns.",
        },
};
