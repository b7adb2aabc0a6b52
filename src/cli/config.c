/* The keys of .plimsoll.yaml.
 *
 * One table says which there are; a key's values go through the same function as the flag
 * that says the same.  config_read.c reads the file by it, config_show.c prints what came of
 * it, config_schema.c makes the JSON Schema, and docs/configuration.md is made from the same
 * rows. */
#include "cli/options.h"

#define VERSION_SCHEMA                                                                     \
    "\"type\": [\"string\", \"number\"], \"pattern\": "                                        \
    "\"^v?1\\\\.[0-9]+(\\\\.[0-9]+)?(\\\\.\\\\.v?1\\\\.[0-9]+(\\\\.[0-9]+)?)?$\""

static const ConfigKey SCOPE_FIELDS[] = {
    {"name", CONFIG_TEXT, setting_scope_name, NULL, "a name", .required = true,
     .text = "What reports call it."},
    {"paths", CONFIG_LIST, setting_scope_path, NULL, "a list of globs", .required = true,
     .text = "The files and kustomizations in it."},
};

static const ConfigKey OVERRIDE_FIELDS[] = {
    {"paths", CONFIG_LIST, setting_override_path, NULL, "a list of globs", .required = true,
     .text = "The files that it holds for, as under `exclude`."},
    {"rules", CONFIG_RULES, NULL, SETTING_WORDS_LEVEL, "a mapping of rules to severities",
     .text = "As the key `rules`, for these files."},
    {"kubernetesVersion", CONFIG_TEXT, setting_override_version, NULL, "a version or a range",
     .text = "As the key `kubernetesVersion`, for the objects in these files; `--kubernetes-version` "
             "on the command line counts more.", .schema = VERSION_SCHEMA},
};

static const ConfigKey SUPPRESS_FIELDS[] = {
    {"rule", CONFIG_ONE_OR_MORE, setting_suppress_rule, NULL, "a rule, or a list of rules",
     .required = true, .text = "The rules whose findings are kept quiet.",
     .schema = "\"$ref\": \"#/definitions/rule\""},
    {"kind", CONFIG_TEXT, setting_suppress_kind, NULL, "a glob",
     .text = "Only those of objects of this kind."},
    {"namespace", CONFIG_TEXT, setting_suppress_namespace, NULL, "a glob",
     .text = "Only those of objects in this namespace."},
    {"name", CONFIG_TEXT, setting_suppress_name, NULL, "a glob",
     .text = "Only those of objects with this name."},
    {"path", CONFIG_TEXT, setting_suppress_path, NULL, "a glob of files",
     .text = "Only those in these files, as under `exclude`."},
    {"field", CONFIG_TEXT, setting_suppress_field, NULL, "a glob of fields",
     .text = "Only those of these fields, such as `spec.template.spec.containers*`."},
    {"reason", CONFIG_TEXT, setting_suppress_reason, NULL, "a text",
     .text = "Why, for those who read the file later."},
};

#define FIELDS(array) .fields = (array), .field_count = BASE_COUNT(array)

const ConfigKey config_keys[] = {
    {"kubernetesVersion", CONFIG_TEXT, setting_kubernetes_version, NULL, "a version or a range",
     "--kubernetes-version",
     "The version of Kubernetes, or the range of versions, that the manifests are for. The newest "
     "known version where nothing is said.",
     .example = "kubernetesVersion: 1.29..1.34\n",
     .schema = VERSION_SCHEMA},
    {"namespace", CONFIG_TEXT, setting_namespace, NULL, "a name", "--namespace",
     "The namespace of objects that name none: `default` where nothing is said.",
     .example = "namespace: shop\n",
     .usual = "default"},
    {"failOn", CONFIG_TEXT, setting_fail_on, SETTING_WORDS_FAIL_ON, "a severity", "--fail-on",
     "The exit status is 1 where there is a finding of this severity or a worse one.",
     .example = "failOn: warning\n",
     .usual = "error"},
    {"rules", CONFIG_RULES, NULL, SETTING_WORDS_LEVEL, "a mapping of rules to severities",
     "--severity",
     "Other severities for rules, by their ids; a rule that is `off` reports nothing.",
     .example = "rules:\n  service-selects-no-pod: error\n  yaml-ambiguous: off\n"},
    {"select", CONFIG_LIST, setting_select, NULL, "a list of rules and origins", "--select",
     "Where it is given, these rules alone report; an origin (`yaml`, `schema`, `server`, `link`, "
     "`advice`) stands for all its rules.",
     .example = "select:\n  - yaml\n  - schema\n  - server\n  - link\n",
     .schema = "\"anyOf\": [{\"$ref\": \"#/definitions/rule\"}, {\"$ref\": \"#/definitions/origin\"}]"},
    {"overrides", CONFIG_ENTRIES, NULL, NULL,
     "a list of overrides, each with paths, and with rules or a version or both", NULL,
     "Other severities for the findings in some files, and another version of Kubernetes for the "
     "objects there. Of several overrides for one file the last counts; they count more than `rules`, "
     "`--severity` and the key `kubernetesVersion`.",
     .example = "overrides:\n  - paths:\n      - experiments/\n    rules:\n      unresolved-reference: "
     "warning\n  - paths:\n      - clusters/old/\n    kubernetesVersion: 1.29\n",
     .schema = "\"minProperties\": 2", FIELDS(OVERRIDE_FIELDS), .begin = setting_override_begin},
    {"suppress", CONFIG_ENTRIES, NULL, NULL, "a list of rows, each with a rule", NULL,
     "Findings that are kept quiet. A row names one rule or several, and says for what: what it "
     "leaves out may be anything. In `kind`, `namespace`, `name` and `field` a `*` stands for any "
     "characters and `?` for one. [suppression.md](suppression.md) tells of comments and "
     "annotations, which do the same at the place itself.",
     .example = "suppress:\n  - rule: unresolved-reference\n    kind: Deployment\n    namespace: legacy\n"
     "    path: legacy/\n    field: spec.template.spec.volumes*\n"
     "    reason: its ConfigMaps are made by the installer\n",
     FIELDS(SUPPRESS_FIELDS), .begin = setting_suppress_begin},
    {"requireReason", CONFIG_TEXT, setting_require_reason, SETTING_WORDS_BOOL, "true or false", NULL,
     "Whether each suppression has to say why. One that does not suppresses nothing and is an "
     "error. `false` where nothing is said.",
     .example = "requireReason: true\n",
     .usual = "false"},
    {"baseline", CONFIG_TEXT, setting_baseline, NULL, "a file", "--baseline",
     "A file of findings that were there when it was written (`--write-baseline`): only what is "
     "new is reported.",
     .example = "baseline: .plimsoll-baseline.json\n"},
    {"assume", CONFIG_LIST, setting_assume, NULL, "a list of objects", "--assume",
     "Objects that exist although no manifest makes them, as `Kind/namespace/name`, or "
     "`Kind/name` for any namespace and for kinds without one. `*` stands for any characters and "
     "`?` for one. What refers to them is resolved.",
     .example = "assume:\n  - Secret/shop/tls-certs\n  - ConfigMap/feature-*\n",
     .schema = "\"type\": \"string\", \"pattern\": \"^[^/]+/[^/]+(/[^/]+)?$\""},
    {"assumeCluster", CONFIG_LIST, setting_assume_cluster, NULL, "a list of files",
     "--assume-cluster",
     "What the cluster holds already, as `kubectl get -o yaml` or `-o json` wrote it, or as one object "
     "of JSON a line. The input is linked against these objects, and they are neither reported on nor "
     "counted. An object that the input defines replaces the one of the cluster, with all "
     "that it owns there.",
     .example = "assumeCluster:\n  - hack/cluster.yaml\n"},
    {"exclude", CONFIG_LIST, setting_exclude, NULL, "a list of globs", "--exclude",
     "Files and folders that are left out, even where the command line names them. Within a name "
     "`*` stands for any characters and `?` for one; `**` stands for any number of folders. A "
     "glob without a slash matches a name in any folder, one with a slash is relative to the "
     "folder of the configuration, and one that ends in a slash matches folders only. A folder "
     "that is left out is not entered.",
     .example = "exclude:\n  - vendor/\n  - \"*.tmpl.yaml\"\n  - overlays/**/secrets.yaml\n"},
    {"scopes", CONFIG_ENTRIES, NULL, NULL, "a list of scopes, each with a name and paths", NULL,
     "Which files belong together, one scope for each cluster or overlay: what objects say of each "
     "other holds within a scope. Paths are globs as under `exclude`; a kustomization belongs to "
     "a scope by its own file, with all that it names. A file may be in several. What no scope "
     "holds is grouped as without them: by kustomization, by chart, by path of the command line.",
     .example = "scopes:\n  - name: production\n    paths:\n      - base\n      - overlays/production\n",
     FIELDS(SCOPE_FIELDS), .begin = setting_scope_begin},
    {"serviceClusterIPRange", CONFIG_TEXT, setting_service_ranges, NULL,
     "one range of addresses, or two of different families with a comma between them", NULL,
     "The addresses that the cluster gives its Services, as kube-apiserver's "
     "`--service-cluster-ip-range` says them; the family of the first is the default, and two make "
     "the cluster dual-stack. `10.96.0.0/12` where nothing is said; then what lies outside is a "
     "warning only, since clusters differ.",
     .example = "serviceClusterIPRange: 10.96.0.0/12,fd00:10:96::/112\n"},
    {"serviceNodePortRange", CONFIG_TEXT, setting_node_ports, NULL, "a range of ports", NULL,
     "The ports that the cluster gives as node ports, as kube-apiserver's "
     "`--service-node-port-range` says them. `30000-32767` where nothing is said.",
     .example = "serviceNodePortRange: 30000-32767\n"},
    {"crds", CONFIG_LIST, setting_crds, NULL, "a list of files and folders", "--crds",
     "CustomResourceDefinitions beside those in the input. A folder may hold other manifests "
     "too.",
     .example = "crds:\n  - hack/crds\n"},
    {"schemaLocations", CONFIG_LIST, setting_schema_location, NULL,
     "a list of folders and path templates", "--schema-location",
     "JSON schemas of custom resources in kubeconform's or the CRDs-catalog's layout; of several "
     "that hold a kind the first counts. Only local ones: the network is never asked.",
     .example = "schemaLocations:\n  - schemas/{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion "
     "}}.json\n"},
    {"customRules", CONFIG_LIST, setting_custom_rules, NULL, "a list of files", "--rules",
     "Files with rules of your own: see custom-rules.md.",
     .example = "customRules:\n  - hack/rules.yaml\n"},
    {"missingSchemas", CONFIG_TEXT, setting_missing_schemas, SETTING_WORDS_MISSING, "a word",
     "--missing-schemas",
     "What a custom resource is whose definition is nowhere: an `error`, a warning (`warn`), or "
     "passed over (`skip`). A warning where nothing is said.",
     .example = "missingSchemas: error\n",
     .usual = "warn"},
    {"podSecurity", CONFIG_TEXT, setting_pod_security, SETTING_WORDS_POD_SECURITY, "a level",
     "--pod-security",
     "A Pod Security Standard that the Pods of all namespaces are held to, beside what their "
     "Namespaces ask for: `baseline` or `restricted`. Where nothing is said (`privileged`), the "
     "Namespaces' labels count alone.",
     .example = "podSecurity: restricted\n",
     .usual = "privileged"},
};

const size_t config_key_count = BASE_COUNT(config_keys);

const RuleInfo rule_configuration = {
    .id = "configuration",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_ERROR,
    .summary = "a key or a value of the configuration is not understood",
    .why = "A mistake in the configuration must not silence anything, so that it ends the run.",
    .fix = "Correct the key or value; docs/configuration.md lists all of them.",
};
