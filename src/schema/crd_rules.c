/* crd_rules.c: the rules of custom resources, as their readers know them.  What is wrong
 * with a CRD itself is told by the rules of the server's validation (rules.c). */
#include "schema/crd_shape.h"

#define RULE(name, rule_id, rule_origin, rule_severity, rule_summary, rule_why, rule_fix) \
    const RuleInfo rule_##name = {.id = rule_id, .origin = rule_origin, \
                                  .severity = rule_severity, .summary = rule_summary, \
                                  .why = rule_why, .fix = rule_fix};

RULE(custom_resource_type, "custom-resource-type", ORIGIN_SERVER, SEVERITY_ERROR,
     "A value of another type than the CRD gives its field",
     "The server validates custom resources against the schema of their CRD. In YAML the usual "
     "reason is a missing or a superfluous pair of quotes.",
     "Write the value as the CRD's schema wants it: quotes around text, none around numbers and "
     "booleans.")
RULE(custom_resource_required, "custom-resource-required", ORIGIN_SERVER, SEVERITY_ERROR,
     "A field that the CRD requires",
     "Defaults are filled in before the server looks: a required field with a default is never "
     "missing, and a field that is null counts as absent.",
     "Give the field.")
RULE(custom_resource_enum, "custom-resource-enum", ORIGIN_SERVER, SEVERITY_ERROR,
     "A value that is none of those the CRD lists",
     "The values of an enum are compared exactly.",
     "Write one of the values that the message lists, exactly so.")
RULE(custom_resource_bounds, "custom-resource-bounds", ORIGIN_SERVER, SEVERITY_ERROR,
     "A number beyond its bounds, or none of the multiples that the CRD asks for",
     "minimum, maximum and multipleOf of the CRD's schema; a number also has to fit the format "
     "that the schema names.",
     "Choose a number within the bounds.")
RULE(custom_resource_length, "custom-resource-length", ORIGIN_SERVER, SEVERITY_ERROR,
     "Too many or too few characters, items or entries",
     "minLength counts characters, not bytes; entries that defaults add count as well.",
     "Shorten or lengthen the value to what the CRD allows.")
RULE(custom_resource_pattern, "custom-resource-pattern", ORIGIN_SERVER, SEVERITY_ERROR,
     "A text that does not fit the CRD's pattern",
     "Patterns are in the language of Go's regexp and match anywhere in the text unless they are "
     "anchored.",
     "Write the value in the form of the pattern.")
RULE(custom_resource_format, "custom-resource-format", ORIGIN_SERVER, SEVERITY_ERROR,
     "A text that is not of the format that the CRD names",
     "Servers check the formats that they know, such as date-time, ipv4 or uuid, and ignore all "
     "others.",
     "Write the value in the format that the CRD names.")
RULE(custom_resource_choice, "custom-resource-choice", ORIGIN_SERVER, SEVERITY_ERROR,
     "A value that fits none, or several, of the alternatives of its schema",
     "anyOf wants at least one alternative to hold, oneOf exactly one, not none. What is wrong "
     "under the alternative that comes nearest is told as well.",
     "Make the value fit exactly one alternative; the message tells what is wrong under the "
     "nearest.")
RULE(custom_resource_duplicate, "custom-resource-duplicate", ORIGIN_SERVER, SEVERITY_ERROR,
     "An item that its list may not have twice",
     "A list of type set holds each value once, one of type map each combination of its keys; "
     "keys that are not given take their defaults first.",
     "Remove one of the two items, or give it another key.")
RULE(custom_resource_property, "custom-resource-property", ORIGIN_SERVER, SEVERITY_ERROR,
     "An entry where the CRD allows none",
     "With additionalProperties: false nothing may stand here beside what is listed.",
     "Correct the name of the entry, or remove it.")
RULE(custom_resource_scale, "custom-resource-scale", ORIGIN_SERVER, SEVERITY_ERROR,
     "A replica count that the scale subresource cannot read",
     "The CRD names the fields that hold the replicas; they must be whole numbers of 32 bits that "
     "are not negative, whatever the schema says.",
     "Write a whole number that is not negative.")
RULE(custom_resource_unserved, "custom-resource-unserved", ORIGIN_SERVER, SEVERITY_ERROR,
     "A version that the CRD has but does not serve",
     "There is no path on the server to send the object to.",
     "Use a version that the CRD serves.")
RULE(custom_resource_deprecated, "custom-resource-deprecated", ORIGIN_SERVER, SEVERITY_WARNING,
     "A version that the CRD calls deprecated",
     "The server takes the object and sends this warning along.",
     "Use the version that the CRD's warning names, or its storage version.")
RULE(custom_resource_undecided, "custom-resource-undecided", ORIGIN_SERVER, SEVERITY_WARNING,
     "A pattern that could not be decided",
     "Some patterns make a matcher try without end. The server's takes time in proportion to the "
     "text; ours gives up after a while and says so.",
     "Try the value on a server; if the CRD is yours, write the pattern without nested "
     "repetitions.")
RULE(embedded_resource, "embedded-resource", ORIGIN_SERVER, SEVERITY_ERROR,
     "An object within a custom resource that is none",
     "Where the CRD says x-kubernetes-embedded-resource, the value is a whole object: it needs an "
     "apiVersion and a kind.",
     "Give the embedded object its apiVersion and kind.")
RULE(crd_default, "crd-default", ORIGIN_SERVER, SEVERITY_ERROR,
     "A default that its own schema refuses",
     "The server checks the defaults of a CRD as if they were objects: they must be valid and may "
     "not have unknown fields.",
     "Write a default that the schema takes.")
RULE(crd_conflict, "crd-conflict", ORIGIN_LINK, SEVERITY_WARNING,
     "Two CRDs that define one kind",
     "A cluster has one definition of a kind. Of two CRDs with one name the last applied stays; of "
     "two with different names the server accepts the names of the first.",
     "Keep one of the CRDs.")
