/* selector.c: label selectors, as k8s.io/apimachinery/pkg/apis/meta/v1/validation and
 * LabelSelectorAsSelector have them. */
#include "schema/validation/validation.h"

/* ValidateLabelName */
static bool validate_label_name(Validation *v, Field field)
{
    const char *wrong = format_qualified_name(field_text(v, field));
    if (wrong)
        validation_invalid(v, field, "%s", wrong);
    return !wrong;
}

/* A Namespace's name is written to its labels before they are validated. */
static bool is_written_by_server(const Validation *v, Field labels, Str key)
{
    Field root = field_root(v), meta = field_get(v, root, SCHEMA_NAME_metadata);
    return str_is(key, "kubernetes.io/metadata.name") &&
           field_text_is(v, field_get(v, root, SCHEMA_NAME_kind), "Namespace") &&
           labels.node == field_get(v, meta, SCHEMA_NAME_labels).node;
}

/* A label that is not as it should be. */
BASE_APART
static void report_label(Validation *v, Field labels, uint32_t key)
{
    Str name = node_str(v->doc, key);
    Field value = field_at(v, key + 1);
    const char *of_name = format_qualified_name(name);
    const char *of_value = format_label_value(field_text(v, value));
    if (is_written_by_server(v, labels, name))
        return;
    if (of_name)
        validation_as(v, validation_invalid(v, field_key(key),
                                            "has a name that is no label: it %s", of_name),
                      labels, NULL);
    if (of_value)
        validation_as(v, validation_invalid(v, value, "%s", of_value), labels, NULL);
}

/* ValidateLabels: the server names the map alone. */
bool validate_labels(Validation *v, Field labels)
{
    bool fine = true;
    if (field_kind(v, labels) != NODE_MAP)
        return true;
    Judged *judged = v->walk->checker->tools.judged;
    const Node *nodes = v->doc->nodes, *end = &nodes[nodes[labels.node].next];
    for (const Node *key = &nodes[labels.node + 1]; key < end; key = &nodes[key[1].next]) {
        /* What is no text counts as an empty one, which is fine. */
        Str value = str_slice(key[1].text, key[1].kind == NODE_STRING ? key[1].len : 0);
        if ((key->flags & NODE_SHADOWED) ||
            (!format_judged(judged, format_qualified_name, str_slice(key->text, key->len)) &&
             (value.len == 0 || !format_judged(judged, format_label_value, value))))
            continue;
        fine = false;
        report_label(v, labels, (uint32_t)(key - nodes));
    }
    return fine;
}

/* ValidateLabelSelectorRequirement */
bool validate_label_selector_requirement(Validation *v, Field requirement,
                                         const SelectorOptions *options)
{
    bool fine = false;
    Field operator = field_get(v, requirement, SCHEMA_NAME_operator);
    Field values = field_get(v, requirement, SCHEMA_NAME_values);
    Str word = field_text(v, operator);
    bool listed = word_is_one_of(word, "In,NotIn"), some = field_has_items(v, values);
    if (listed && !some)
        validation_required(v, values, "operator %.*s compares with values", STR_ARG(word));
    else if (!listed && !word_is_one_of(word, "Exists,DoesNotExist"))
        validation_invalid(v, operator, "must be In, NotIn, Exists or DoesNotExist");
    else if (!listed && some)
        validation_forbidden(v, values, "operator %.*s takes none", STR_ARG(word));
    else
        fine = true;
    fine &= validate_label_name(v, field_get(v, requirement, SCHEMA_NAME_key));
    for (Items i = items_of(v, values); !options->any_value && items_next(v, &i);) {
        const char *wrong = format_label_value(field_text(v, i.item));
        if (wrong)
            validation_invalid(v, i.item, "%s", wrong);
        fine &= !wrong;
    }
    return fine;
}

/* ValidateLabelSelector */
bool validate_label_selector(Validation *v, Field selector, const SelectorOptions *options)
{
    if (!field_given(selector))
        return true;
    bool fine = validate_labels(v, field_get(v, selector, SCHEMA_NAME_matchLabels));
    Field expressions = field_get(v, selector, SCHEMA_NAME_matchExpressions);
    for (Items i = items_of(v, expressions); items_next(v, &i);)
        fine &= validate_label_selector_requirement(v, i.item, options);
    return fine;
}

/* ---- LabelSelectorAsSelector ---- */

static bool requirement_is_valid(const Validation *v, Field requirement)
{
    Str word = field_text(v, field_get(v, requirement, SCHEMA_NAME_operator));
    Field values = field_get(v, requirement, SCHEMA_NAME_values);
    bool listed = word_is_one_of(word, "In,NotIn");
    if (!listed && !word_is_one_of(word, "Exists,DoesNotExist"))
        return false;
    if ((field_length(v, values) > 0) != listed ||
        format_qualified_name(field_text(v, field_get(v, requirement, SCHEMA_NAME_key))))
        return false;
    for (Items i = items_of(v, values); items_next(v, &i);)
        if (format_label_value(field_text(v, i.item)))
            return false;
    return true;
}

bool selector_is_valid(const Validation *v, Field selector)
{
    Field labels = field_get(v, selector, SCHEMA_NAME_matchLabels);
    for (Entries at = entries_of(v, labels); entries_next(v, &at);)
        if (format_qualified_name(at.key) || format_label_value(field_text(v, at.value)))
            return false;
    Field expressions = field_get(v, selector, SCHEMA_NAME_matchExpressions);
    for (Items i = items_of(v, expressions); items_next(v, &i);)
        if (!requirement_is_valid(v, i.item))
            return false;
    return true;
}

static bool requirement_matches(const Validation *v, Field requirement, Field labels)
{
    Str word = field_text(v, field_get(v, requirement, SCHEMA_NAME_operator));
    Field values = field_get(v, requirement, SCHEMA_NAME_values);
    bool has = false, among = false;
    Str key = field_text(v, field_get(v, requirement, SCHEMA_NAME_key)), value = {"", 0};
    for (Entries at = entries_of(v, labels); entries_next(v, &at);)
        if (str_eq(at.key, key)) {
            has = true;
            value = field_text(v, at.value);
        }
    for (Items i = items_of(v, values); items_next(v, &i);)
        among |= str_eq(field_text(v, i.item), value);
    if (str_is(word, "In"))
        return has && among;
    if (str_is(word, "NotIn"))
        return !has || !among;
    return str_is(word, "Exists") ? has : !has;
}

static bool entries_equal(const Validation *v, const Entries *a, const Entries *b)
{
    Str left = field_text(v, a->value), right = field_text(v, b->value);
    return a->key.len == b->key.len && left.len == right.len &&
           bytes_same(a->key.ptr, b->key.ptr, a->key.len) &&
           bytes_same(left.ptr, right.ptr, left.len);
}

bool labels_contain(const Validation *v, Field subset, Field labels)
{
    /* Mostly they stand in the same order. */
    Entries beside = entries_of(v, labels);
    for (Entries want = entries_of(v, subset); entries_next(v, &want);) {
        bool found = entries_next(v, &beside) && entries_equal(v, &beside, &want);
        for (Entries at = entries_of(v, labels); !found && entries_next(v, &at);)
            found = entries_equal(v, &at, &want);
        if (!found)
            return false;
    }
    return true;
}

bool selector_matches(const Validation *v, Field selector, Field labels)
{
    if (!labels_contain(v, field_get(v, selector, SCHEMA_NAME_matchLabels), labels))
        return false;
    Field expressions = field_get(v, selector, SCHEMA_NAME_matchExpressions);
    for (Items i = items_of(v, expressions); items_next(v, &i);)
        if (!requirement_matches(v, i.item, labels))
            return false;
    return true;
}
