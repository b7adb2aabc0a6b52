/* Selectors as sequences of numbers.  A term becomes the list of pairs of which one
 * must be there (or, negated, none); "the key exists" is the pair of the key with
 * any value.  Terms are sorted, so that selectors that mean the same are one
 * sequence and are matched once.
 *
 * A compiled selector is a row of terms, each a head (the number of pairs, and a
 * bit when negated) and its pairs. */
#include "checks/index.h"

#define TERM_NEGATED (UINT32_C(1) << 31)

bool compiled_next(Seq *compiled, CompiledTerm *term)
{
    if (compiled->count == 0)
        return false;
    uint32_t count = compiled->at[0] & ~TERM_NEGATED;
    *term = (CompiledTerm){.pairs = compiled->at + 1,
                           .count = count,
                           .negated = (compiled->at[0] & TERM_NEGATED) != 0};
    compiled->at += count + 1;
    compiled->count -= count + 1;
    return true;
}

bool set_holds(Seq set, uint32_t pair)
{
    uint32_t low = 0, high = set.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (set.at[middle] < pair)
            low = middle + 1;
        else
            high = middle;
    }
    return low < set.count && set.at[low] == pair;
}

static bool set_holds_any(Seq set, const CompiledTerm *term)
{
    for (uint32_t i = 0; i < term->count; i++)
        if (set_holds(set, term->pairs[i]))
            return true;
    return false;
}

bool set_meets(Seq set, const CompiledTerm *term)
{
    return set_holds_any(set, term) != term->negated;
}

bool set_is_wrong(const Facts *facts, Seq set, const CompiledTerm *term)
{
    if (term->negated)
        return true;
    uint32_t key = facts_pair_key(facts, term->pairs[0]);
    for (uint32_t i = 0; i < set.count; i++)
        if (facts_pair_key(facts, set.at[i]) == key)
            return true;
    return false;
}

/* ---- compiling ---- */
typedef VEC(uint32_t) Numbers;
typedef struct TermRange {
    uint32_t start, count; /* in the row */
} TermRange;

enum { PLAIN_KEYS = 64 };

typedef struct Compiler {
    Link *link;
    uint32_t plain[PLAIN_KEYS]; /* keys that no controller sets, each where its last bits say */
    Numbers row;              /* terms as they come */
    Numbers sorted;
    VEC(TermRange) ranges;
    uint32_t compiled;        /* by compile_labels */
    uint32_t *of_pair;        /* per pair of the facts: the selector of that label alone, + 1 */
} Compiler;

static bool is_plain(Compiler *compiler, uint32_t key)
{
    uint32_t *plain = &compiler->plain[key % PLAIN_KEYS];
    if (*plain == key)
        return true;
    if (runtime_is_key(facts_text(compiler->link->facts, key)))
        return false;
    *plain = key;
    return true;
}

static void put_pair(Compiler *compiler, const Term *term, uint32_t pair)
{
    Facts *facts = compiler->link->facts;
    vec_push(&compiler->row, pair);
    if (is_plain(compiler, term->key))
        return;
    Str key = facts_text(facts, term->key);
    compiler->link->runtime_keys = true;
    uint32_t pairs[RUNTIME_MAX_PAIRS];
    Str value = facts_text(facts, facts_pair_value(facts, pair));
    uint32_t count = runtime_term_pairs(facts, key, value, pairs);
    for (uint32_t i = 0; i < count; i++)
        vec_push(&compiler->row, pairs[i]);
}

/* A list of values that is empty (the server refuses it) says nothing here. */
static void put_term(Compiler *compiler, const Term *term)
{
    Facts *facts = compiler->link->facts;
    uint32_t start = compiler->row.len;
    uint32_t negated = term->op == TERM_NOT_IN || term->op == TERM_ABSENT ? TERM_NEGATED : 0;
    vec_push(&compiler->row, 0);
    switch ((TermOp)term->op) {
    case TERM_EQUALS: put_pair(compiler, term, term->value); break;
    case TERM_IN:
    case TERM_NOT_IN:
        for (uint32_t i = 0; i < term->value_count; i++)
            put_pair(compiler, term, facts->term_values.at[term->value + i]);
        break;
    case TERM_EXISTS:
    case TERM_ABSENT:
        vec_push(&compiler->row, seq_intern2(&facts->pairs, term->key, PAIR_ANY_VALUE));
        break;
    }
    uint32_t count = compiler->row.len - start;
    if (count == 1) {
        compiler->row.len = start;
        return;
    }
    compiler->row.at[start] = negated | (count - 1);
    TermRange range = {start, count};
    vec_push(&compiler->ranges, range);
}

static int compare_ranges(const void *left, const void *right, void *context)
{
    const TermRange *a = left, *b = right;
    const Numbers *row = context;
    for (uint32_t i = 0; i < a->count && i < b->count; i++) {
        /* The pairs first and the head last: the common terms differ in their pair. */
        uint32_t x = row->at[a->start + (i + 1) % a->count];
        uint32_t y = row->at[b->start + (i + 1) % b->count];
        if (x != y)
            return x < y ? -1 : 1;
    }
    return compare_uint(a->count, b->count);
}

/* Nearly all: a few labels with a value each.  False for others. */
static bool compile_labels(Compiler *compiler, const Selector *selector)
{
    enum { FEW = 8 };
    const Term *terms = &compiler->link->facts->terms.at[selector->terms];
    uint32_t row[2 * FEW], count = selector->term_count;
    if (count > FEW)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (terms[i].op != TERM_EQUALS || !is_plain(compiler, terms[i].key))
            return false;
        uint32_t at = i;
        for (; at > 0 && row[2 * at - 1] > terms[i].value; at--)
            row[2 * at + 1] = row[2 * at - 1];
        row[2 * at + 1] = terms[i].value;
        row[2 * i] = 1; /* the head of one pair, in each place */
    }
    compiler->compiled = seq_intern(&compiler->link->compiled, row, 2 * count);
    return true;
}

static uint32_t compile_one(Compiler *compiler, const Selector *selector)
{
    const Term *term = &compiler->link->facts->terms.at[selector->terms];
    bool alone = selector->term_count == 1 && term->op == TERM_EQUALS;
    if (alone && compiler->of_pair[term->value])
        return compiler->of_pair[term->value] - 1;
    if (compile_labels(compiler, selector)) {
        if (alone)
            compiler->of_pair[term->value] = compiler->compiled + 1;
        return compiler->compiled;
    }
    vec_clear(&compiler->row);
    vec_clear(&compiler->sorted);
    vec_clear(&compiler->ranges);
    for (uint32_t i = 0; i < selector->term_count; i++)
        put_term(compiler, &compiler->link->facts->terms.at[selector->terms + i]);
    sort_with(compiler->ranges.at, compiler->ranges.len, sizeof *compiler->ranges.at,
              compare_ranges, &compiler->row);
    for (uint32_t i = 0; i < compiler->ranges.len; i++)
        for (uint32_t j = 0; j < compiler->ranges.at[i].count; j++)
            vec_push(&compiler->sorted, compiler->row.at[compiler->ranges.at[i].start + j]);
    return seq_intern(&compiler->link->compiled, compiler->sorted.at, compiler->sorted.len);
}

/* Neighbours mostly ask for the same: a Deployment, its Service, its budget. */
static bool ask_the_same(const Facts *facts, const Selector *a, const Selector *b)
{
    if (a->term_count != b->term_count)
        return false;
    for (uint32_t i = 0; i < a->term_count; i++) {
        const Term *x = &facts->terms.at[a->terms + i], *y = &facts->terms.at[b->terms + i];
        if (x->op != TERM_EQUALS || y->op != TERM_EQUALS || x->value != y->value)
            return false;
    }
    return true;
}

void compile_selectors(Link *link)
{
    const Facts *facts = link->facts;
    Compiler compiler = { /* the empty key is plain */
        .link = link,
        .of_pair = mem_zeroed(sizeof(uint32_t) * ((size_t)seq_count(&facts->pairs) + 1)),
    };
    link->selector_query =
        mem_resize(NULL, sizeof *link->selector_query * (facts->selectors.len + 1));
    for (uint32_t i = 0; i < facts->selectors.len; i++) {
        const Selector *selector = &facts->selectors.at[i];
        link->selector_query[i] = i > 0 && ask_the_same(facts, selector - 1, selector)
                                      ? link->selector_query[i - 1]
                                      : compile_one(&compiler, selector);
    }
    vec_free(&compiler.row);
    vec_free(&compiler.sorted);
    vec_free(&compiler.ranges);
    mem_free(compiler.of_pair);
}
