/* Annotations by which other linters are kept quiet, and the rules of ours that say what
 * their checks say.  A check without a row is one that we do not have: its annotation is
 * passed over in silence.
 *
 * Where a rule of ours says more than the check, the row names the fields that the check is
 * about, so that nothing else goes quiet with it.
 *
 * Sources: kube-linter's docs/configuring-kubelinter.md and docs/generated/checks.md;
 * kube-score's README.md and README_CHECKS.md. */
#include "cli/suppress.h"

static const PeerCheck KUBE_LINTER[] = {
    {"dangling-horizontalpodautoscaler", "unresolved-reference", "*scaleTargetRef*"},
    {"dangling-ingress", "unresolved-reference", "*ackend*"},
    {"dangling-ingress", "missing-service-port", NULL},
    {"dangling-networkpolicy", "policy-selects-no-pod", NULL},
    {"dangling-networkpolicypeer-podselector", "peer-selects-nothing", NULL},
    {"dangling-service", "service-selects-no-pod", NULL},
    {"duplicate-env-var", "server-warning", "*.env[*"},
    {"env-value-from", "missing-key", "*.env*"},
    {"env-value-from", "unresolved-reference", "*.env*"},
    {"invalid-target-ports", "invalid-value", "*ort*"},
    {"invalid-target-ports", "out-of-range", "*ort*"},
    {"liveness-port", "unknown-probe-port", "*livenessProbe*"},
    {"mismatching-selector", "invalid-value", "spec.template.metadata.labels*"},
    {"mismatching-selector", "required-field", "spec.selector*"},
    {"no-extensions-v1beta", "deprecated-api", NULL},
    {"no-extensions-v1beta", "removed-api", NULL},
    {"non-existent-service-account", "unresolved-reference", "*serviceAccount*"},
    {"pdb-max-unavailable", "unmeetable-budget", NULL},
    {"pdb-min-available", "unmeetable-budget", NULL},
    {"readiness-port", "unknown-probe-port", "*readinessProbe*"},
    {"schema-validation", "malformed-value", NULL},
    {"schema-validation", "required-field", NULL},
    {"schema-validation", "unknown-field", NULL},
    {"schema-validation", "unsupported-value", NULL},
    {"schema-validation", "wrong-type", NULL},
    {"startup-port", "unknown-probe-port", "*startupProbe*"},
    {NULL, NULL, NULL},
};

static const PeerCheck KUBE_SCORE[] = {
    {"container-ports-check", "duplicate-value", "*.ports[*"},
    {"container-ports-check", "server-warning", "*.ports[*"},
    {"cronjob-restartpolicy", "unsupported-value", "*restartPolicy"},
    {"deployment-pod-selector-labels-match-template-metadata-labels", "invalid-value",
     "spec.template.metadata.labels*"},
    {"deployment-targeted-by-hpa-does-not-have-replicas-configured", "autoscaler-fixed-replicas",
     NULL},
    {"environment-variable-key-duplication", "server-warning", "*.env[*"},
    {"horizontalpodautoscaler-has-target", "unresolved-reference", "*scaleTargetRef*"},
    {"ingress-targets-service", "missing-service-port", NULL},
    {"ingress-targets-service", "unresolved-reference", "*ackend*"},
    {"label-values", "invalid-value", "*labels*"},
    {"networkpolicy-targets-pod", "policy-selects-no-pod", NULL},
    {"poddisruptionbudget-has-policy", "required-field", NULL},
    {"service-targets-pod", "service-selects-no-pod", NULL},
    {"stable-version", "deprecated-api", NULL},
    {"stable-version", "removed-api", NULL},
    {"statefulset-has-servicename", "governing-service", NULL},
    {"statefulset-has-servicename", "unresolved-reference", "*serviceName"},
    {"statefulset-pod-selector-labels-match-template-metadata-labels", "invalid-value",
     "spec.template.metadata.labels*"},
    {NULL, NULL, NULL},
};

/* The two tables of docs/suppression.md: a line for each check, with its rules. */
void page_peers(Buf *out)
{
    for (size_t i = 0; i < suppress_peer_count; i++) {
        const Peer *peer = &suppress_peers[i];
        buf_format(out, "%s| %s | rules |\n| --- | --- |\n", i ? "\n" : "", peer->name);
        for (const PeerCheck *row = peer->checks; row->check; row++) {
            bool same = row > peer->checks && !strcmp(row[-1].check, row->check);
            if (same)
                buf_text(out, ", ");
            else
                buf_format(out, "| %s | ", row->check);
            buf_format(out, "[%s](rules/%s.md)", row->rule, row->rule);
            if (row->field)
                buf_format(out, " (of `%s`)", row->field);
            if (!row[1].check || strcmp(row[1].check, row->check))
                buf_text(out, " |\n");
        }
    }
}

const Peer suppress_peers[] = {
    {"kube-linter", "ignore-check.kube-linter.io/", "kube-linter.io/ignore-all", NULL,
     KUBE_LINTER},
    {"kube-score", NULL, NULL, "kube-score/ignore", KUBE_SCORE},
};
const size_t suppress_peer_count = BASE_COUNT(suppress_peers);
