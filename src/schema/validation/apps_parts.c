/* apps_parts.c: numbers that may be percentages, and what the server demands of the
 * selector and the template of every workload. */
#include "schema/validation/apps.h"

/* ---- numbers or percentages ---- */

void validate_positive_int_or_percent(Validation *v, Field field)
{
    if (!field_is_string(v, field)) {
        validation_nonnegative(v, field);
        return;
    }
    const char *wrong = format_percent(field_text(v, field));
    if (wrong)
        validation_invalid(v, field, "%s", wrong);
}

/* strconv.Atoi of digits: the largest number where it does not fit. */
static int64_t digits_value(Str digits)
{
    int64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return 0;
        if (value > (INT64_MAX - 9) / 10)
            return INT64_MAX;
        value = value * 10 + (digits.ptr[i] - '0');
    }
    return value;
}

static bool percent_value(const Validation *v, Field field, int64_t *value)
{
    Str text = field_text(v, field);
    if (!field_is_string(v, field) || format_percent(text))
        return false;
    *value = digits_value(str_slice(text.ptr, text.len - 1));
    return true;
}

void validate_not_more_than_100_percent(Validation *v, Field field)
{
    int64_t value;
    if (percent_value(v, field, &value) && value > 100)
        validation_invalid(v, field, "must be at most 100%%");
}

int64_t int_or_percent_value(const Validation *v, Field field, int64_t fallback)
{
    int64_t value;
    if (!field_given(field))
        return fallback;
    if (percent_value(v, field, &value))
        return value;
    if (!field_is_string(v, field))
        return field_int(v, field);
    Str text = field_text(v, field);
    bool negative = text.len > 1 && text.ptr[0] == '-';
    value = digits_value(negative ? str_slice(text.ptr + 1, text.len - 1) : text);
    return negative ? -value : value;
}

/* ---- selector and template ---- */

bool selector_selects(const Validation *v, Field selector)
{
    return field_has_items(v, GET(selector, matchLabels)) ||
           field_has_items(v, GET(selector, matchExpressions));
}

static bool is_same_text(const Node *a, const Node *b)
{
    return a->kind == NODE_STRING && b->kind == NODE_STRING && a->len == b->len &&
           bytes_same(a->text, b->text, a->len);
}

bool selector_is_plain(const Validation *v, Field selector, Field template)
{
    Field wanted = GET(selector, matchLabels);
    Field labels = FIELD_PATH(v, template, SCHEMA_NAME_metadata, SCHEMA_NAME_labels);
    if (field_bits(v, selector) != FIELD_BIT(matchLabels) || !field_has_items(v, wanted) ||
        field_kind(v, wanted) != NODE_MAP || field_kind(v, labels) != NODE_MAP)
        return false;
    const Node *nodes = v->doc->nodes, *want = &nodes[wanted.node], *label = &nodes[labels.node];
    const Node *end = &nodes[want->next], *labels_end = &nodes[label->next];
    for (want++, label++; want < end; want = &nodes[want[1].next], label = &nodes[label[1].next])
        if (label >= labels_end || ((want->flags | label->flags) & NODE_SHADOWED) ||
            !is_same_text(want, label) || !is_same_text(want + 1, label + 1) ||
            validation_form(v, format_qualified_name, str_slice(want->text, want->len)) ||
            validation_form(v, format_label_value, str_slice(want[1].text, want[1].len)))
            return false;
    return true;
}

void validate_template_labels(Validation *v, Field selector, Field template)
{
    Field labels = FIELD_PATH(v, template, SCHEMA_NAME_metadata, SCHEMA_NAME_labels);
    if (!selector_matches(v, selector, labels))
        validation_invalid(v, labels, "must match the selector, or none of the Pods would belong "
                                      "to it");
}

static bool validate_whole_selector(Validation *v, Field selector, Field template)
{
    if (!field_given(selector))
        return false;
    bool valid = validate_label_selector(v, selector, &(SelectorOptions){false});
    if (!selector_selects(v, selector))
        validation_invalid(v, selector, "may not be empty: it would select every Pod");
    if (!valid)
        validation_invalid(v, selector, "must be a valid label selector");
    else if (selector_selects(v, selector))
        validate_template_labels(v, selector, template);
    return valid;
}

bool validate_workload_selector(Validation *v, Field selector, Field template)
{
    bool plain = selector_is_plain(v, selector, template), valid = plain;
    VALIDATION_UNLESS(v, plain)
        valid = validate_whole_selector(v, selector, template);
    return valid;
}

void validate_lasting_template(Validation *v, Field template, const char *kind)
{
    Field spec = GET(template, spec), policy = GET(spec, restartPolicy);
    if (!(field_bits(v, spec) & FIELD_BITS(restartPolicy, activeDeadlineSeconds)))
        return;
    /* Any other word is none at all, which the Pod's own validation says. */
    if (word_is_one_of(field_text(v, policy), "OnFailure,Never"))
        validation_not_supported(v, policy, "Always");
    Field deadline = GET(spec, activeDeadlineSeconds);
    if (field_given(deadline))
        validation_forbidden(v, deadline, "the Pods of a %s do not end by themselves", kind);
}

void warn_of_name_in_pods(Validation *v, Field meta)
{
    Field name = GET(meta, name);
    Str text = field_text(v, name);
    if (text.len && !format_dns_label(text))
        return;
    bool given = !field_is_empty(v, name);
    if (!given)
        name = GET(meta, generateName);
    if (!field_is_empty(v, name) && name_check(format_dns_label, field_text(v, name), !given))
        /* To the server, a name that it generated is the name. */
        validation_as(v, validation_warning(v, name, "is used in names and hostnames of Pods and "
                                                     "should be a DNS label"),
                      meta, ".name");
}
