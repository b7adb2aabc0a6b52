/* What a kustomization says that kustomize would refuse: keys that it does not know,
 * files that are not there.  The driver finds it, as it reads kustomizations; here it
 * has its words. */
#include "checks/link.h"

extern const Rule rule_kustomization;

const Rule rule_kustomization = {
    .info =
        {
            .id = "kustomization",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A kustomization names what is not there, or has a key that kustomize "
                       "does not know",
            .why = "kustomize build ends at the first of these without building anything: a "
                   "resource, base, component, patch or generator's file that cannot be read, an "
                   "unknown key, a value of another shape, a kustomization that leads back to "
                   "itself, a patch or a number of replicas for what is not there.  More than 4,096 "
                   "bases, counted as often as they are named, are told and left out.  Remote bases, charts, plugins and replacements are no mistakes, but "
                   "are not followed: what the linker says of such a kustomization are warnings.",
            .fix = "Correct the path or the key: where a near one exists it is named.  A file that "
                   "only another program makes can be made before the check.",
        },
};
