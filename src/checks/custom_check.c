/* Custom rules on an object: along the path by the numbers of names, and the test at its
 * end.  A value of the wrong type is the types' to tell; here it is passed over. */
#include "checks/collect.h"
#include "checks/custom.h"

typedef struct Check {
    const ObjectContext *context;
    const CustomRule *rule;
} Check;

/* ---- messages ---- */

static Str bounds_text(const CustomRule *rule, Arena *arena)
{
    if (rule->has_min && rule->has_max)
        return arena_format(arena, "from %.*s to %.*s", STR_ARG(rule->min_text),
                            STR_ARG(rule->max_text));
    return rule->has_min ? arena_format(arena, "at least %.*s", STR_ARG(rule->min_text))
                         : arena_format(arena, "at most %.*s", STR_ARG(rule->max_text));
}

/* What the rule asks of its path: no value of the input is part of it, since that may be
 * a secret. */
static Str message_of(const CustomRule *rule, Arena *arena)
{
    if (rule->message.len)
        return rule->message;
    Str list = STR("");
    switch (rule->test) {
    case CUSTOM_REQUIRED: return arena_format(arena, "%.*s is required", STR_ARG(rule->path));
    case CUSTOM_FORBIDDEN: return arena_format(arena, "%.*s is forbidden", STR_ARG(rule->path));
    case CUSTOM_PATTERN:
        return arena_format(arena, "%.*s does not match %.*s", STR_ARG(rule->path),
                            STR_ARG(rule->pattern_text));
    case CUSTOM_ONE_OF:
        for (uint32_t i = 0; i < rule->value_count; i++)
            list = arena_format(arena, "%.*s%s%.*s", STR_ARG(list),
                                i == 0 ? "" : i + 1 < rule->value_count ? ", " : " or ",
                                STR_ARG(rule->values[i].text));
        return arena_format(arena, "%.*s is not %.*s", STR_ARG(rule->path), STR_ARG(list));
    case CUSTOM_RANGE:
        return arena_format(arena, "%.*s is not %.*s", STR_ARG(rule->path),
                            STR_ARG(bounds_text(rule, arena)));
    default:
        return arena_format(arena, "%.*s does not have %.*s entries", STR_ARG(rule->path),
                            STR_ARG(bounds_text(rule, arena)));
    }
}

static Finding *report_at(const Check *check, uint32_t node)
{
    const ObjectContext *context = check->context;
    Str message = message_of(check->rule, context->scratch);
    Finding *finding = document_report(context->diag, context->doc, node, check->rule->known_as,
                                       "%.*s", STR_ARG(message));
    if (check->rule->help.len)
        diag_help(context->diag, finding, "%.*s", STR_ARG(check->rule->help));
    return finding;
}

/* What is not there: shown at the key of what lacks it, or at the object's name. */
static void report_absent(const Check *check, uint32_t map, uint32_t step)
{
    const ObjectContext *context = check->context;
    const Document *doc = context->doc;
    const CustomRule *rule = check->rule;
    uint32_t up = map == doc->root ? BASE_NONE : document_parent(doc, map);
    bool has_key = up != BASE_NONE && node_kind(doc, up) == NODE_MAP;
    Str path = map == doc->root ? STR("") : document_path(doc, map, context->scratch);
    Finding *finding = report_at(check, has_key ? map - 1 : map);
    if (!finding)
        return;
    for (; step < rule->step_count && rule->steps[step].kind != STEP_ITEMS; step++) {
        Str text = rule->steps[step].text;
        bool plain = rule->steps[step].kind == STEP_FIELD;
        path = arena_format(context->scratch, plain ? "%.*s%s%.*s" : "%.*s%s[%.*s]", STR_ARG(path),
                            path.len && plain ? "." : "", STR_ARG(text));
    }
    finding->path = arena_str(&context->diag->arena, path);
    if (map == doc->root) {
        finding->place.offset = context->object->name_offset;
        finding->place.length = context->object->name_size;
    }
}

/* ---- tests ---- */

static bool is_one_of(const CustomRule *rule, const Document *doc, uint32_t node)
{
    NodeKind kind = node_kind(doc, node);
    double number = 0;
    bool numeric = node_double(doc, node, &number);
    for (uint32_t i = 0; i < rule->value_count; i++) {
        const CustomValue *value = &rule->values[i];
        bool value_numeric = value->kind == NODE_INT || value->kind == NODE_FLOAT;
        if (numeric && value_numeric && !(number < value->number || number > value->number))
            return true;
        if (kind == value->kind && kind == NODE_STRING && str_eq(node_str(doc, node), value->text))
            return true;
        if (kind == value->kind && kind == NODE_BOOL && node_bool(doc, node) == str_is(value->text, "true"))
            return true;
    }
    return false;
}

static bool in_range(const CustomRule *rule, const Document *doc, uint32_t node)
{
    Quantity number;
    int64_t integer;
    if (node_int64(doc, node, &integer))
        number = quantity_of_int(integer);
    else if (!quantity_parse(node_str(doc, node), &number))
        return true; /* no number: a percentage, or what its type refuses */
    return (!rule->has_min || quantity_compare(&number, &rule->min) >= 0) &&
           (!rule->has_max || quantity_compare(&number, &rule->max) <= 0);
}

static bool has_count(const CustomRule *rule, uint32_t count)
{
    Quantity number = quantity_of_int(count);
    return (!rule->has_min || quantity_compare(&number, &rule->min) >= 0) &&
           (!rule->has_max || quantity_compare(&number, &rule->max) <= 0);
}

static void judge(const Check *check, uint32_t node)
{
    const Document *doc = check->context->doc;
    const CustomRule *rule = check->rule;
    NodeKind kind = node_kind(doc, node);
    bool collection = kind == NODE_MAP || kind == NODE_SEQ, good = true;
    switch (rule->test) {
    case CUSTOM_FORBIDDEN: good = false; break;
    case CUSTOM_PATTERN:
        good = collection || pattern_search_shared(rule->pattern, node_str(doc, node)) == PATTERN_YES;
        break;
    case CUSTOM_ONE_OF: good = collection || is_one_of(rule, doc, node); break;
    case CUSTOM_RANGE: good = collection || in_range(rule, doc, node); break;
    case CUSTOM_COUNT: good = !collection || has_count(rule, node_at(doc, node)->len); break;
    case CUSTOM_REQUIRED:
    case CUSTOM_NO_TEST: break;
    }
    if (!good)
        report_at(check, node);
}

/* Whether absence is a fault: not where each item of a list is asked for more, and there
 * is no list. */
static bool asks_presence(const CustomRule *rule, uint32_t step)
{
    for (; step + 1 < rule->step_count; step++)
        if (rule->steps[step].kind == STEP_ITEMS)
            return false;
    return rule->test == CUSTOM_REQUIRED || (rule->test == CUSTOM_COUNT && !has_count(rule, 0));
}

static uint32_t find_value(const Document *doc, uint32_t map, const CustomStep *step)
{
    const Node *nodes = doc->nodes;
    for (uint32_t key = map + 1; key < nodes[map].next; key = nodes[key + 1].next)
        if (!(nodes[key].flags & NODE_SHADOWED) && nodes[key + 1].kind != NODE_NULL &&
            (nodes[key].bind == SCHEMA_UNBOUND
                 ? nodes[key].len == step->text.len && str_eq(node_str(doc, key), step->text)
                 : nodes[key].bind == step->name))
            return key + 1;
    return BASE_NONE;
}

static void follow(const Check *check, uint32_t node, uint32_t step)
{
    const Document *doc = check->context->doc;
    const CustomRule *rule = check->rule;
    if (step == rule->step_count) {
        judge(check, node);
        return;
    }
    NodeKind kind = node_kind(doc, node);
    if (rule->steps[step].kind != STEP_ITEMS) {
        uint32_t value = kind == NODE_MAP ? find_value(doc, node, &rule->steps[step]) : BASE_NONE;
        if (value != BASE_NONE)
            follow(check, value, step + 1);
        else if (kind == NODE_MAP && asks_presence(rule, step))
            report_absent(check, node, step);
        return;
    }
    if (kind != NODE_SEQ && kind != NODE_MAP)
        return;
    if (node_at(doc, node)->len == 0 && asks_presence(rule, step))
        report_absent(check, node, step);
    if (kind == NODE_SEQ)
        for (uint32_t at = node_first(node); at < node_end(doc, node); at = node_after(doc, at))
            follow(check, at, step + 1);
    else
        for (uint32_t key = map_first(doc, node); key < node_end(doc, node);
             key = map_next(doc, node, key))
            follow(check, key + 1, step + 1);
}

/* ---- the object ---- */

/* An object of a kind that nothing defines is matched by its words. */
static bool is_for(const CustomRule *rule, const ObjectContext *context)
{
    Str kind = facts_text(context->facts, context->object->kind);
    Str api_version = facts_text(context->facts, context->object->api_version);
    for (uint32_t i = 0; i < rule->kind_count; i++)
        if (str_eq(rule->kinds[i].kind, kind) && (!rule->kinds[i].api_version.len ||
                                                  str_eq(rule->kinds[i].api_version, api_version)))
            return true;
    return false;
}

void custom_check(const CustomRules *rules, const ObjectContext *context)
{
    KindId kind = context->object->kind_id;
    if (kind == BASE_NONE) {
        for (uint32_t i = 0; i < rules->list.len; i++)
            if (is_for(rules->list.at[i], context))
                follow(&(Check){context, rules->list.at[i]}, context->doc->root, 0);
        return;
    }
    if (kind >= rules->kind_count)
        return;
    for (uint32_t i = rules->starts[kind]; i < rules->starts[kind + 1]; i++)
        follow(&(Check){context, rules->list.at[rules->by_kind[i]]}, context->doc->root, 0);
}
