/* rules.c: the rules of this room, as their readers know them. */
#include "schema/crd_shape.h"

#define RULE(name, rule_id, rule_origin, rule_severity, rule_summary, rule_why, rule_fix) \
    const RuleInfo rule_##name = {.id = rule_id, .origin = rule_origin, \
                                  .severity = rule_severity, .summary = rule_summary, \
                                  .why = rule_why, .fix = rule_fix};

RULE(unknown_field, "unknown-field", ORIGIN_SCHEMA, SEVERITY_ERROR,
     "A field that its type does not have",
     "Servers before 1.25 dropped such a field without a word; since then kubectl asks for strict "
     "checking, and the object is refused. Often it is a typo, a field one level too high or too "
     "low, or one that came with a later version of Kubernetes.",
     "Correct the name, or move the field to where it belongs; the help names the nearest field "
     "of the type. If the field came with a later version, raise --kubernetes-version to the one "
     "that you run.")
RULE(wrong_type, "wrong-type", ORIGIN_SCHEMA, SEVERITY_ERROR,
     "A value of another type than its field takes",
     "The server reads manifests into Go types: a number is no text, text is no number, a list is "
     "no mapping. In YAML the usual reason is a missing or a superfluous pair of quotes.",
     "Write the value as its field wants it: quotes around text, none around numbers and "
     "booleans, a list with hyphens.")
RULE(malformed_value, "malformed-value", ORIGIN_SCHEMA, SEVERITY_ERROR,
     "A value that cannot be read as what its field holds",
     "Quantities, times, base64 and numbers with a limited range are read by the server before "
     "anything else is looked at; what does not read as such is refused.",
     "Write the value in the form that the message names, such as 500m, 1Gi, 30s or "
     "2026-01-02T03:04:05Z.")
RULE(unknown_kind, "unknown-kind", ORIGIN_SCHEMA, SEVERITY_ERROR,
     "A kind that nothing defines",
     "In a group of Kubernetes' own no server has this kind, and it is refused. In another group "
     "it may come from a CRD that is not among the input: that is a warning, since the object "
     "could not be checked; --missing-schemas says otherwise.",
     "Correct the kind or the apiVersion; for a custom resource give its CRD with the input or "
     "with --crds.")
RULE(unknown_api_version, "unknown-api-version", ORIGIN_SCHEMA, SEVERITY_ERROR,
     "An apiVersion that Kubernetes does not have, or not for this kind",
     "The apiVersion is the group and version in which servers offer the kind; with another one "
     "there is no path to send the object to.",
     "Write the apiVersion that the help names.")
RULE(unserved_api, "unserved-api", ORIGIN_SCHEMA, SEVERITY_ERROR,
     "An API version that this version of Kubernetes does not serve by default",
     "The API came with a later version, or is an alpha that a server offers only when it is "
     "started with --runtime-config. A server as it comes refuses the object.",
     "Use a version that is served, or name with --kubernetes-version the one that you run.")
RULE(removed_api, "removed-api", ORIGIN_SCHEMA, SEVERITY_ERROR,
     "An API version that Kubernetes no longer serves",
     "API versions are deprecated and, some releases later, removed; an object of a removed one "
     "is refused. Its kind mostly lives on in another version, into which the manifest has to be "
     "translated.",
     "Write the version that the help names, and translate the fields that changed with it.")
RULE(deprecated_api, "deprecated-api", ORIGIN_SCHEMA, SEVERITY_WARNING,
     "An API version that is still served but on its way out",
     "The server takes the object and warns. The manifest breaks with the release that removes "
     "the API version.",
     "Write the version that the help names before the release that removes this one.")
RULE(not_creatable, "not-creatable", ORIGIN_SCHEMA, SEVERITY_ERROR,
     "A kind of which nobody can create an object",
     "Some kinds are only shown by servers, or are the body of requests to a part of another "
     "object. There is no path to create one.",
     "Remove the object, or create the one that it belongs to.")
RULE(ignored_value, "ignored-value", ORIGIN_SCHEMA, SEVERITY_WARNING,
     "A value that the server drops without a word",
     "In the schema of a CRD, below items, additionalProperties and dependencies, the server's "
     "decoder is not strict: what it does not know is gone in the stored object.",
     "Correct the key's name, or remove it.")
RULE(dropped_field, "dropped-field", ORIGIN_SERVER, SEVERITY_WARNING,
     "A field whose feature gate is off by default",
     "The server accepts the object and stores it without the field. Only a server whose feature "
     "gate is switched on keeps it.",
     "Switch the feature gate on in your cluster, or remove the field.")
RULE(disabled_field, "disabled-field", ORIGIN_SERVER, SEVERITY_ERROR,
     "A field whose feature gate is off, without which the rest is refused",
     "The server drops the field before it validates the object, and what is left is not valid: "
     "a hook without a handler, a volume without a source.",
     "Switch the feature gate on in your cluster, or use what needs none.")
RULE(required_field, "required-field", ORIGIN_SERVER, SEVERITY_ERROR,
     "A field that the server's validation demands",
     "What OpenAPI calls required is documentation for built-in kinds; the server decides by its "
     "own validation. This rule follows that validation.",
     "Give the field.")
RULE(unsupported_value, "unsupported-value", ORIGIN_SERVER, SEVERITY_ERROR,
     "A value that is none of those the field may have",
     "The field takes one of a few words, and the server's validation compares them exactly.",
     "Write one of the values that the message lists, exactly so.")
RULE(out_of_range, "out-of-range", ORIGIN_SERVER, SEVERITY_ERROR,
     "A number outside the range that the server's validation allows",
     "The number fits its type but not what the field stands for.",
     "Choose a number within the range that the message names.")
RULE(invalid_value, "invalid-value", ORIGIN_SERVER, SEVERITY_ERROR,
     "A value that the server's validation does not take",
     "The value reads as its type, but the server looks closer: names have a form, requests may "
     "not exceed limits, a mount needs its volume. This rule follows the validation that the "
     "server runs before it stores an object.",
     "Write the value in the form that the message names.")
RULE(duplicate_value, "duplicate-value", ORIGIN_SERVER, SEVERITY_ERROR,
     "A value that may stand only once",
     "Items of some lists are told apart by a name, a port or a path; the server refuses a second "
     "one of the same.",
     "Remove one of the two, or give it another name, port or path.")
RULE(forbidden_field, "forbidden-field", ORIGIN_SERVER, SEVERITY_ERROR,
     "A field that may not be given here",
     "Some fields exclude each other, or have no place in some kinds, types or systems; the "
     "server refuses the object rather than to ignore one of them.",
     "Remove the field, or what excludes it.")
RULE(too_long, "too-long", ORIGIN_SERVER, SEVERITY_ERROR,
     "A text that is longer than the server's validation allows",
     "The limit is in bytes, not in characters.",
     "Shorten the text.")
RULE(too_many, "too-many", ORIGIN_SERVER, SEVERITY_ERROR,
     "A list or map with more items than the server's validation allows",
     "Lists that the server goes through for each request, or that others pay for, have a limit.",
     "Remove items, or spread them over several objects.")
RULE(server_warning, "server-warning", ORIGIN_SERVER, SEVERITY_WARNING,
     "Something that the server takes, and warns of",
     "The server stores the object and sends a warning along: a field or an annotation that is on "
     "its way out, a setting that has no effect, or one that does something else than it seems.",
     "Do what the warning says; the object works as it is.")

#define RULE_POINTER(name) &rule_##name,
const RuleInfo *const schema_rules[] = {SCHEMA_RULES(RULE_POINTER) CRD_RULES(RULE_POINTER)};
const size_t schema_rule_count = BASE_COUNT(schema_rules);

Stage rule_stage(const RuleInfo *rule)
{
    if (rule == &rule_unknown_kind || rule == &rule_unknown_api_version ||
        rule == &rule_unserved_api || rule == &rule_removed_api || rule == &rule_deprecated_api ||
        rule == &rule_not_creatable || rule == &rule_custom_resource_unserved)
        return STAGE_KIND;
    if (rule == &rule_wrong_type || rule == &rule_malformed_value)
        return STAGE_DECODE;
    return rule->origin == ORIGIN_SCHEMA ? STAGE_STRICT : STAGE_VALIDATE;
}
