/* Label selectors in full (matchLabels and matchExpressions), and the objects beside
 * Services that select Pods with them: workloads, budgets, network policies. */
#include "checks/collect.h"

static void add_labels(const Collector *collector, uint32_t map)
{
    const Document *doc = collector->context->doc;
    if (!is_map(doc, map))
        return;
    for (uint32_t key = map_first(doc, map); key < node_end(doc, map);
         key = map_next(doc, map, key))
        if (is_scalar(doc, key + 1))
            facts_add_term(collector->context->facts, node_str(doc, key),
                           scalar_text(doc, key + 1), entry_span(doc, key));
}

static bool read_operator(Str text, TermOp *op)
{
    static const struct {
        Str name;
        TermOp op;
    } OPERATORS[] = {{STR_INIT("In"), TERM_IN},
                     {STR_INIT("NotIn"), TERM_NOT_IN},
                     {STR_INIT("Exists"), TERM_EXISTS},
                     {STR_INIT("DoesNotExist"), TERM_ABSENT}};
    for (size_t i = 0; i < BASE_COUNT(OPERATORS); i++)
        if (str_eq(text, OPERATORS[i].name)) {
            *op = OPERATORS[i].op;
            return true;
        }
    return false;
}

/* False where the expression cannot be read: then it is not known what is selected.  One of
 * fields asks for keys with a dot in front, which no label has. */
static bool add_expression(const Collector *collector, uint32_t node, bool fields)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    Str key = scalar_text(doc, schema_get(doc, node, SCHEMA_NAME_key));
    Str name = scalar_text(doc, schema_get(doc, node, SCHEMA_NAME_operator));
    uint32_t values = schema_get(doc, node, SCHEMA_NAME_values);
    TermOp op;
    if (fields && key.len)
        key = arena_format(collector->context->scratch, ".%.*s", STR_ARG(key));
    if (!key.len || !read_operator(name, &op))
        return false;
    Term term = {.key = intern(facts->strings, key),
                 .value = facts->term_values.len,
                 .op = (uint8_t)op,
                 .place = node_span(doc, node)};
    if (op == TERM_IN || op == TERM_NOT_IN) {
        if (!is_seq(doc, values))
            return false;
        for (uint32_t at = node_first(values); at < node_end(doc, values);
             at = node_after(doc, at))
            if (is_scalar(doc, at))
                vec_push(&facts->term_values, facts_pair(facts, key, scalar_text(doc, at)));
        uint32_t count = facts->term_values.len - term.value;
        if (count == 0 || count > UINT16_MAX)
            return false;
        term.value_count = (uint16_t)count;
    }
    vec_push(&facts->terms, term);
    return true;
}

bool collect_expressions(const Collector *collector, uint32_t list, bool fields)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t first = facts->terms.len;
    if (!is_seq(doc, list))
        return true;
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at))
        if (!add_expression(collector, at, fields)) {
            facts->terms.len = first;
            return false;
        }
    return true;
}

bool collect_terms(const Collector *collector, uint32_t selector, bool plain)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t first = facts->terms.len;
    if (!is_map(doc, selector))
        return false;
    add_labels(collector, plain ? selector : schema_get(doc, selector, SCHEMA_NAME_matchLabels));
    uint32_t list = plain ? BASE_NONE : schema_get(doc, selector, SCHEMA_NAME_matchExpressions);
    if (collect_expressions(collector, list, false))
        return true;
    facts->terms.len = first;
    return false;
}

uint32_t collect_label_selector(const Collector *collector, uint32_t selector, bool plain)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t first = facts->terms.len;
    if (!collect_terms(collector, selector, plain))
        return BASE_NONE;
    return facts_add_selector(facts, doc->object, node_span(doc, selector), first);
}

/* "3" or "50%". */
static int32_t read_share(const Document *doc, uint32_t node, bool *percent)
{
    int64_t value = 0;
    *percent = false;
    if (!is_scalar(doc, node))
        return -1;
    Str text = scalar_text(doc, node);
    *percent = str_ends(text, STR("%"));
    size_t digits = text.len - (*percent ? 1 : 0);
    for (size_t i = 0; i < digits; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || value > INT32_MAX / 16)
            return -1;
        value = value * 10 + (text.ptr[i] - '0');
    }
    return digits ? (int32_t)value : -1;
}

static void read_shares(const Document *doc, uint32_t minimum, uint32_t maximum,
                        SelectFact *select)
{
    bool percent; /* of maxUnavailable: nothing of nothing is nothing */
    select->minimum = read_share(doc, minimum, &select->minimum_percent);
    select->maximum = read_share(doc, maximum, &percent);
    if (select->minimum >= 0)
        select->minimum_place = node_span(doc, minimum);
    if (select->maximum >= 0)
        select->maximum_place = node_span(doc, maximum);
}

void collect_selects(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t as = link_choice(row, SCHEMA_KEY_as);
    bool plain = link_has(row, SCHEMA_KEY_plain_selector);
    uint32_t selector =
        link_node(doc, node, row, plain ? SCHEMA_KEY_plain_selector : SCHEMA_KEY_selector);
    SelectFact select = {
        .object = doc->object,
        .selector = collect_label_selector(collector, selector, plain),
        .use = (uint8_t)(as == SCHEMA_WORD_budget   ? SELECT_BUDGET
                         : as == SCHEMA_WORD_policy ? SELECT_POLICY
                                                    : SELECT_WORKLOAD),
    };
    read_shares(doc, link_node(doc, node, row, SCHEMA_KEY_minimum),
                link_node(doc, node, row, SCHEMA_KEY_maximum), &select);
    if (select.selector != BASE_NONE)
        vec_push(&facts->selects, select);
}
