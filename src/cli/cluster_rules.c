/* What apply and diff find once a cluster has its say (src/cluster reports it): here so that
 * `plimsoll rules`, which never loads libcurl, knows every id.  Nobody silences them: none of
 * them is about the text alone, and what was not written is not written. */
#include "cli/options.h"

const RuleInfo rule_server_refused = {
    .id = "server-refused",
    .origin = ORIGIN_SERVER,
    .severity = SEVERITY_ERROR,
    .summary = "The cluster's server refuses the object",
    .why = "The server's validation, its admission plugins and webhooks, quotas and the rights of "
           "whoever asks have the last word, and some of that only a cluster knows: a node port "
           "that is taken, an immutable field, a policy. Each cause is told at the field that it "
           "names. Where the preflight was refused nothing has been written.",
    .fix = "Change the field that the message is about, or what it collides with in the cluster. "
           "`plimsoll check --assume-cluster` finds many of these offline, from a snapshot.",
};

const RuleInfo rule_server_conflict = {
    .id = "server-conflict",
    .origin = ORIGIN_SERVER,
    .severity = SEVERITY_ERROR,
    .summary = "Another manager owns a field that the input gives another value",
    .why = "With server-side apply a cluster remembers who set each field. Another value for a "
           "field of another manager (a controller, a person with kubectl, another pipeline) would "
           "undo what that one did, and be undone by it in turn: "
           "https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts",
    .fix = "Leave the field out and so to its manager; or take it with `--force-conflicts`. What "
           "`kubectl apply` wrote from the client's side is taken over, once, with `--take-over`.",
};

const RuleInfo rule_no_answer = {
    .id = "no-answer",
    .origin = ORIGIN_SERVER,
    .severity = SEVERITY_ERROR,
    .summary = "The cluster gave no answer that could be used",
    .why = "The connection was lost, the server was busy or the time of `--timeout` was over, also "
           "after tries again; or what came was too large, or nothing that the API would say. "
           "Whether the object was written is not known, and it is told as `unknown`.",
    .fix = "Run the same command again: what was written is found unchanged, the rest is written.",
};

const RuleInfo rule_not_ready = {
    .id = "not-ready",
    .origin = ORIGIN_SERVER,
    .severity = SEVERITY_ERROR,
    .summary = "An object that `--wait` waited for has failed, or was not ready in time",
    .why = "The object was written, but its controllers have not made of it what it asks for. The "
           "notes say what a person would look up: what the containers of its Pods wait for or how "
           "they ended, why a Pod is not scheduled, which label keeps a Service without endpoints, "
           "and the events that warn.",
    .fix = "Mend what the notes name and apply again; or give it more time with `--timeout`.",
};

const RuleInfo rule_generate_name_applied = {
    .id = "generate-name-applied",
    .origin = ORIGIN_SERVER,
    .severity = SEVERITY_ERROR,
    .summary = "An object without a name of its own is to be applied",
    .why = "An apply says what the object of a name shall be, so that a second run finds it again. "
           "What has only `metadata.generateName` is a new object each time, which the server "
           "takes from a create and never from an apply.",
    .fix = "Give it a `metadata.name`; or create it with `kubectl create`, which makes a new one "
           "each time.",
};

const RuleInfo *const cluster_rules[] = {&rule_server_refused, &rule_server_conflict,
                                         &rule_no_answer, &rule_not_ready,
                                         &rule_generate_name_applied};
const size_t cluster_rule_count = BASE_COUNT(cluster_rules);
