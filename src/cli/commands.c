/* The commands, and the texts that --help, the man page and docs/usage.md share.
 *
 * In texts a blank line parts paragraphs and `backticks` mark what is typed; the
 * terminal's help leaves them out. */
#include "cli/options.h"

const Command commands[] = {
    {
        .name = "check",
        .arguments = "PATH...",
        .summary = "check manifests, and what they say of each other",
        .text =
            "Reads manifests, checks every object against the types of its Kubernetes version, "
            "resolves what the objects say of each other, and reports each finding at its "
            "line.\n\n"
            "A PATH is a file, a folder or `-` for standard input. A folder is read with all "
            "the folders in it, but for .git: .yaml, .yml and .json files, in the order of "
            "their paths. A file that is named is read whatever it is called. A file that is "
            "named twice, or found again, is read once.\n\n"
            "Documents without apiVersion and kind, kinds that only clients read "
            "(kustomizations, kubeconfigs, and so on) and Helm templates are skipped, and "
            "counted in the summary on stderr.\n\n"
            "Give the whole tree even where one file has changed: a Service and its Pods may "
            "stand in two files. `--changed` then narrows the report to what the changed files "
            "have a part in.",
        .mask = FOR_CHECK,
        .reads_input = true,
        .run = run_check,
        .examples = {{"plimsoll check .", "Check the manifests of the working directory."},
                     {"plimsoll check --kubernetes-version 1.29..1.34 deploy/",
                      "Check them for all of these versions at once."},
                     {"helm template mychart | plimsoll check -",
                      "Check what a Helm chart makes."},
                     {"plimsoll check . --changed deploy/web.yaml",
                      "Report only what this file has a part in, as a pre-commit hook does."},
                     {"plimsoll check -o json . > findings.json",
                      "Write findings and objects for another program."}},
    },
    {
        .name = "emit",
        .arguments = "PATH...",
        .summary = "write the objects of manifests, normalized",
        .text =
            "Writes the objects of manifests as kubectl would send them: anchors and merges "
            "resolved, Lists unrolled, keys sorted, numbers and strings typed as kubectl's "
            "reader types them. Objects come in the order of the input. Nothing is hidden: the "
            "values of Secrets are written too.\n\n"
            "With `--defaults` each object is written as a server of that version would store it: "
            "defaults filled in, quantities in their canonical form, what the server drops "
            "dropped; what only a running server knows is left out. Custom resources take the "
            "defaults of their definition. Errors of an object are told, too.",
        .mask = FOR_EMIT,
        .reads_input = true,
        .run = run_emit,
        .examples = {{"plimsoll emit -o ndjson . | jq -r .kind | sort | uniq -c",
                      "Count the objects of each kind."},
                     {"plimsoll emit -o yaml legacy.yaml",
                      "See what a file with anchors and YAML 1.1 words means."},
                     {"plimsoll emit --defaults -o yaml deploy/",
                      "See what a server would make of it."}},
    },
    {
        .name = "diff",
        .arguments = "PATH...",
        .summary = "say what an apply would change, or where two inputs differ",
        .text =
            "Checks manifests as `plimsoll apply` does, has the server apply them in a dry run, and "
            "shows what that would change of what the cluster holds: as a unified diff unless `-o` asks "
            "for the paths of the fields, with both values and the line of the input (`text`, "
            "`json`). "
            "Nothing is written. What cannot be asked about yet, since its Namespace or definition is "
            "part of the input, is shown as it would be sent.\n\n"
            "`plimsoll diff --offline A B` compares two inputs as a server would store them, without "
            "a cluster: files, folders, what `kubectl get -o yaml` wrote, or `-`. A manifest that "
            "is written shorter, in another order or in another style is equal.\n\n"
            "Objects are paired by group, kind, namespace and name. Lists whose items have keys "
            "(containers, ports, env) are compared by them, sets as sets. What only a running "
            "server sets is left out, and so are the annotations of kubectl apply and of a "
            "Deployment's revision. Objects of a controller that only one side has are passed over "
            "and counted. The values of Secrets are not shown.\n\n"
            "The exit status is 0 where nothing differs, 1 where something does, and 2 where an input "
            "could not be read, the cluster could not be talked to, or the check or the server "
            "refuses something.",
        .mask = FOR_DIFF,
        .reads_input = true,
        .run = run_diff,
        .examples = {{"plimsoll diff deploy/", "See what an apply would change."},
                     {"plimsoll diff --offline deploy/ new/",
                      "See what a rewrite changes, style and order aside."},
                     {"kubectl get deploy,svc -o yaml | plimsoll diff --offline deploy/ -",
                      "Compare a tree with what a cluster holds."}},
    },
    {
        .name = "apply",
        .arguments = "PATH...",
        .summary = "check manifests, and send them to a cluster",
        .text =
            "Checks manifests as `plimsoll check --one-cluster` does, asks the server about all of "
            "them in a dry run, and only where neither refuses anything writes them, by "
            "server-side apply. Namespaces and definitions come first, then what Pods are made "
            "of, Services, workloads, and webhooks last; many requests are under way at a "
            "time.\n\n"
            "Each object has one line: `created`, `configured`, `unchanged`, `conflict` (another "
            "manager owns a field) or `refused`, and what the server refuses is shown at its line "
            "in the input. After a failed write no other begins; what was written and what was "
            "not is told, and a second run finishes the first.\n\n"
            "The exit status is 0 where everything was applied, 1 where something was refused, in "
            "conflict or not written, and 2 where the cluster could not be talked to.",
        .mask = FOR_APPLY,
        .reads_input = true,
        .run = run_cluster,
        .examples = {{"plimsoll apply deploy/", "Check a tree and send it to the cluster."},
                     {"plimsoll apply --dry-run=server deploy/",
                      "Ask the server, and write nothing."},
                     {"helm template mychart | plimsoll apply --context staging -",
                      "Send what a Helm chart makes to another cluster."}},
    },
    {
        .name = "snapshot",
        .arguments = "[RESOURCE...]",
        .summary = "write what a cluster holds, for --assume-cluster",
        .text =
            "Writes the objects of a cluster that matter to a check, a line of JSON each: all of "
            "them, or those of the resources named, such as `pods services`. `plimsoll check "
            "--assume-cluster FILE` then takes them for what is there. Of Secrets only the keys are "
            "written, unless `--with-secret-values` is given, and the file is readable for its "
            "owner alone. What the user may not list is told on stderr, and the exit status is 1.",
        .mask = FOR_SNAPSHOT,
        .run = run_cluster,
        .examples = {{"plimsoll snapshot -o cluster.ndjson",
                      "Keep what the cluster holds, for checks without it."}},
    },
    {
        .name = "versions",
        .arguments = "PATH...",
        .summary = "say which Kubernetes versions accept the manifests",
        .text =
            "Says which versions of Kubernetes accept the whole input, and for each object what "
            "breaks it in the versions before and after. All versions that plimsoll knows are asked "
            "about, whatever the configuration names; `--kubernetes-version` narrows them. The exit "
            "status is 1 where no version accepts all of the input.",
        .mask = FOR_VERSIONS,
        .reads_input = true,
        .all_versions = true,
        .run = run_versions,
        .examples = {{"plimsoll versions .", "Find out before the next upgrade."},
                     {"plimsoll versions --kubernetes-version 1.25..1.32 .",
                      "Ask about the versions that are in use."}},
    },
    {
        .name = "graph",
        .arguments = "PATH...",
        .summary = "draw what objects say of each other",
        .text =
            "Writes the wiring of the manifests as a graph: who names whom (an Ingress its Services, a "
            "workload its ConfigMaps, a binding its role), and which Pods a Service, a budget or a "
            "policy selects. Each scope is a box of its own, with one for each namespace in it. What "
            "check finds to be broken is drawn in red, with the reason; what is named and not there is "
            "dashed.\n\n"
            "`-o dot` is for graphviz, `-o mermaid` for Markdown, and `-o json` for programs "
            "(docs/graph.md). The exit status says whether the input could be read, not whether it is "
            "right: that is what check says.",
        .mask = FOR_GRAPH,
        .reads_input = true,
        .run = run_graph,
        .examples = {{"plimsoll graph . | dot -Tsvg > wiring.svg", "Draw the working directory."},
                     {"plimsoll graph -o mermaid deploy/ > wiring.mmd",
                      "Draw it for a page in Markdown."},
                     {"plimsoll graph -o json . | jq '.edges[] | select(.broken)'",
                      "List what is broken."}},
    },
    {
        .name = "rules",
        .arguments = "[explain ID | test DIR]",
        .summary = "list what can be found, or explain one rule",
        .text =
            "Lists the rules with the strongest severity that each gives and where it comes from: "
            "kubectl's reader (yaml), the types (schema), the server's validation (server), what "
            "objects say of each other (link), or advice.\n\n"
            "`plimsoll rules explain ID` says what is wrong, why, how to mend it and how to silence it, "
            "with an example of wrong and one of right.\n\n"
            "`plimsoll rules test DIR` runs the examples of custom rules (docs/custom-rules.md): of "
            "those in DIR/ID each bad*.yaml has to show the rule and no good*.yaml may. The exit status "
            "is 1 where one does not. The rules are those of `--rules`, of the configuration, or of the "
            "files in DIR.",
        .mask = FOR_RULES,
        .asks_tables = true,
        .run = run_rules,
        .examples = {{"plimsoll rules explain service-selects-no-pod",
                      "Find out what a finding means."},
                     {"plimsoll rules -o json", "Read the list with another program."}},
    },
    {
        .name = "explain",
        .arguments = "KIND[.FIELD]...",
        .summary = "show the fields of a kind, with their types and limits",
        .text =
            "Shows the fields below a kind or a field as `kubectl explain` does, with no cluster: their "
            "types, which are required, the values and limits that are known, what they are if not "
            "given, what they name, and the versions of Kubernetes that have them. Kubernetes' "
            "descriptions are not part of plimsoll.\n\n"
            "A KIND is written in whatever case, as its plural or its short name, and with its API "
            "version where several have it: `Deployment`, `deployments`, `deploy`, "
            "`apps/v1/Deployment`. Custom resources are explained from the CRDs of `--crds` or the "
            "configuration.",
        .mask = FOR_EXPLAIN,
        .asks_tables = true,
        .run = run_explain,
        .examples = {{"plimsoll explain Deployment.spec.strategy", "See what a field takes."},
                     {"plimsoll explain --kubernetes-version 1.25..1.37 pod.spec.containers",
                      "See what came and went in these versions."},
                     {"plimsoll explain --crds crds/ Widget.spec", "Explain a custom resource."}},
    },
    {
        .name = "config",
        .arguments = "[PATH...]",
        .summary = "print the configuration that is in force, and who said what",
        .text =
            "Prints what the configuration of the PATHs (of the working directory, if none is given) "
            "and the options say together, and where each value comes from: a line of the file, an "
            "option, or the default. As text it is a configuration again, with the sources as "
            "comments; `-o yaml` leaves those out, and `-o json` has a row for each value.",
        .mask = FOR_CONFIG,
        .reads_input = true,
        .shows_config = true,
        .run = run_config,
        .examples = {{"plimsoll config", "See what holds in this folder."},
                     {"plimsoll config deploy | grep -v default",
                      "List the keys that are set."}},
    },
    {
        .name = "help",
        .arguments = "[COMMAND]",
        .summary = "explain a command and its options",
        .text = "Explains a command and its options; without one, lists the commands.",
        .mask = FOR_HELP,
        .run = run_help,
    },
    {
        .name = "version",
        .arguments = "",
        .summary = "print the version",
        .text = "Prints the version, and the versions of Kubernetes that it knows.",
        .mask = FOR_VERSION,
        .run = run_version,
    },
};

const size_t command_count = BASE_COUNT(commands);

const Command *command_find(Str name)
{
    for (size_t i = 0; i < command_count; i++)
        if (str_is(name, commands[i].name))
            return &commands[i];
    return NULL;
}

bool command_has_options(const Command *command)
{
    return command->reads_input || command->asks_tables;
}

const char *const text_tagline = "a compiler and linker for Kubernetes manifests";

const char *const text_exit_status =
    "0\tclean: no finding at or above the severity of `--fail-on`\n"
    "1\tfindings\n"
    "2\ta mistake in the command line or the configuration, input that cannot be read, output "
    "that cannot be written, or a failure of plimsoll itself\n"
    "130\tinterrupted by Ctrl-C: what was found so far is reported\n";

const char *const text_environment =
    "NO_COLOR\tif set and not empty, nothing is coloured unless `--color always` is given\n"
    "TERM\tif it is `dumb`, nothing is coloured either\n"
    "TMPDIR\twhere a standard input of 16 MB and more, or a List of 256 KB and more, is put aside, in "
    "a file without a name; `/tmp` if not set\n"
    "KUBECONFIG\tthe kubeconfigs that `apply`, `diff` and `snapshot` merge, with `:` between them\n"
    "HTTPS_PROXY\ttheir way to the server, unless the kubeconfig has one; never to this machine, "
    "nor to what NO_PROXY lists\n";

const char *const text_configuration =
    "A file `.plimsoll.yaml` (or `.plimsoll.yml`) holds what a repository has decided. It is "
    "looked for in the folder of the first PATH and upward from there to the root, then upward "
    "from the working directory; the first one found counts, and none further up or down is "
    "read. All PATHs must come to the same file: where they do not, check them apart, or say "
    "which with `--config`. Standard input counts as the working directory.\n\n"
    "Flags win over the configuration; lists of both add up. Paths and globs in the file are "
    "relative to its folder, those of flags to the working directory. An unknown key, an "
    "unknown rule or a bad value is an error at its line, and the exit status is 2: a mistake "
    "in the configuration never silences anything.";

const char *const text_skipped =
    "A folder holds more than manifests. These are passed over and counted in the summary, and "
    "`--require-manifest` fails where nothing else is left:\n\n"
    "- documents without apiVersion and kind, such as values files, a Chart.yaml or the "
    "configuration of a CI system\n\n"
    "- objects with the annotation `config.kubernetes.io/local-config`, unless it is `false`\n\n"
    "- files under `templates/` of a folder with a Chart.yaml, and documents that do not parse "
    "and hold `{{`: pipe what Helm makes of them in, `helm template CHART | plimsoll check -`\n\n"
    "- JSON files found in a folder that do not parse and do not hold the word `apiVersion`, "
    "such as an editor's settings with comments";
