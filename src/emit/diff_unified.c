/* diff_unified.c: both sides of an object as YAML, and the lines that differ in hunks, as
 * people and patch tools read them.
 *
 * Lines become numbers first, equal ones the same; then the shortest way from one text to
 * the other is looked for (Myers 1986).  That takes time with the square of what differs:
 * past a bound all that lies between the equal ends is said to be replaced, which is true
 * as well. */
#include "emit/diff.h"
#include "emit/render.h"

enum {
    CONTEXT = 3,            /* equal lines around what differs */
    DIFFERENCES_MOST = 1500, /* lines taken away and added, until it is not looked for closer */
};

/* ---- texts ---- */

typedef struct Side {
    Buf text;
    VEC(Str) lines;
    VEC(uint32_t) ids;
    bool *differs; /* per line */
} Side;

static bool holds_values(const Document *doc, uint32_t key)
{
    Str name = node_str(doc, key);
    return str_is(name, "data") || str_is(name, "stringData");
}

static void mask(Node *node, Str text)
{
    if (node->kind >= NODE_MAP) /* not what a server takes, and hidden nonetheless */
        return;
    *node = (Node){.text = text.ptr, .len = (uint32_t)text.len, .next = node->next,
                   .kind = NODE_STRING, .bind = SCHEMA_UNBOUND};
}

/* The Secret without its values; what differs from the other side is told apart. */
static Document masked(const Document *doc, const Document *other, Str changed, Arena *arena)
{
    Document copy = *doc;
    copy.nodes = arena_alloc(arena, sizeof(Node) * doc->count);
    memcpy(copy.nodes, doc->nodes, sizeof(Node) * doc->count);
    for (uint32_t key = node_first(doc->root); key < node_end(doc, doc->root);
         key = node_after_entry(doc, key)) {
        if (!holds_values(doc, key))
            continue;
        uint32_t map = key + 1;
        uint32_t theirs = other ? node_get_text(other, other->root, node_str(doc, key)) : BASE_NONE;
        for (uint32_t at = map; at < node_end(doc, map); at++) {
            bool is_value = node_at(doc, at)->kind < NODE_MAP && !(node_at(doc, at)->flags & NODE_KEY);
            if (!is_value)
                continue;
            uint32_t same = theirs != BASE_NONE && at > map && node_kind(other, theirs) == NODE_MAP
                                ? node_get_text(other, theirs, node_str(doc, at - 1))
                                : BASE_NONE;
            bool told = same != BASE_NONE && !str_eq(node_str(doc, at), node_str(other, same));
            mask(&copy.nodes[at], told ? changed : STR("***"));
        }
    }
    return copy;
}

static void write_side(const ObjectDifference *object, bool left, Side *side, Arena *arena)
{
    const Document *doc = left ? object->left : object->right;
    const Document *other = left ? object->right : object->left;
    if (!doc)
        return;
    Document shown = *doc;
    if (object->secret && node_kind(doc, doc->root) == NODE_MAP)
        shown = masked(doc, other, left ? STR("*** (before)") : STR("*** (after)"), arena);
    Out out;
    ObjectWriter writer;
    out_init(&out, -1);
    object_writer_open(&writer, object_format_find(STR("yaml")), &out);
    object_writer_put(&writer, &shown, shown.root);
    object_writer_close(&writer);
    side->text = out.buf;
    for (Str rest = buf_slice(&side->text); rest.len;)
        vec_push(&side->lines, str_until(&rest, '\n'));
}

static void number_lines(Side *side, Interner *known, Arena *arena)
{
    side->differs = arena_zero(arena, side->lines.len + 1u);
    for (uint32_t i = 0; i < side->lines.len; i++)
        vec_push(&side->ids, intern(known, side->lines.at[i]));
}

static void side_free(Side *side)
{
    buf_free(&side->text);
    vec_free(&side->lines);
    vec_free(&side->ids);
}

/* ---- the shortest way ---- */

/* How far each diagonal is reached with d differences, for each d: the row of d starts at
 * d * d and holds 2d + 1 numbers. */
typedef struct Trace {
    VEC(int32_t) reach;
    uint32_t depth;
} Trace;

static int32_t reached(const Trace *trace, int32_t d, int32_t k)
{
    return trace->reach.at[d * d + k + d];
}

/* Whether diagonal k is entered from above it, by a line that comes. */
static bool comes_down(const Trace *trace, int32_t d, int32_t k)
{
    return k == -d || (k != d && reached(trace, d - 1, k - 1) < reached(trace, d - 1, k + 1));
}

/* False where more differs than the bound. */
static bool find_way(Trace *trace, const uint32_t *a, int32_t n, const uint32_t *b, int32_t m)
{
    for (int32_t d = 0; d <= DIFFERENCES_MOST; d++)
        for (int32_t k = -d; k <= d; k++) {
            int32_t x = -1;
            if (((k + d) & 1) == 0) {
                x = d == 0                    ? 0
                    : comes_down(trace, d, k) ? reached(trace, d - 1, k + 1)
                                              : reached(trace, d - 1, k - 1) + 1;
                while (x < n && x - k < m && x - k >= 0 && a[x] == b[x - k])
                    x++;
            }
            vec_push(&trace->reach, x);
            if (x >= n && x - k >= m) {
                trace->depth = (uint32_t)d;
                return true;
            }
        }
    return false;
}

static void mark_way(const Trace *trace, bool *gone, int32_t n, bool *come, int32_t m)
{
    int32_t x = n, y = m;
    for (int32_t d = (int32_t)trace->depth; d > 0; d--) {
        int32_t k = x - y;
        if (comes_down(trace, d, k)) {
            x = reached(trace, d - 1, k + 1);
            y = x - k - 1;
            come[y] = true;
        } else {
            x = reached(trace, d - 1, k - 1);
            y = x - k + 1;
            gone[x] = true;
        }
    }
}

static void compare_sides(Side *left, Side *right)
{
    int32_t n = (int32_t)left->ids.len, m = (int32_t)right->ids.len, start = 0;
    while (start < n && start < m && left->ids.at[start] == right->ids.at[start])
        start++;
    while (n > start && m > start && left->ids.at[n - 1] == right->ids.at[m - 1])
        n--, m--;
    Trace trace = {0};
    if (n > start && m > start &&
        find_way(&trace, left->ids.at + start, n - start, right->ids.at + start, m - start)) {
        mark_way(&trace, left->differs + start, n - start, right->differs + start, m - start);
    } else {
        memset(left->differs + start, true, (size_t)(n - start));
        memset(right->differs + start, true, (size_t)(m - start));
    }
    vec_free(&trace.reach);
}

/* ---- hunks ---- */

static void put_line(Buf *out, char sign, Str line)
{
    buf_byte(out, sign);
    render_text(out, line);
    buf_byte(out, '\n');
}

static void put_range(Buf *out, uint32_t from, uint32_t count)
{
    buf_format(out, "%u", count ? from + 1 : from);
    if (count != 1)
        buf_format(out, ",%u", count);
}

typedef struct Cursor {
    uint32_t left, right;
} Cursor;

/* Lines that differ at the cursor, those that go first; the cursor behind them. */
static Cursor skip_change(const Side *left, const Side *right, Cursor at)
{
    while (at.left < left->lines.len && left->differs[at.left])
        at.left++;
    while (at.right < right->lines.len && right->differs[at.right])
        at.right++;
    return at;
}

static bool is_change(const Side *left, const Side *right, Cursor at)
{
    return (at.left < left->lines.len && left->differs[at.left]) ||
           (at.right < right->lines.len && right->differs[at.right]);
}

static bool is_end(const Side *left, const Side *right, Cursor at)
{
    return at.left >= left->lines.len && at.right >= right->lines.len;
}

/* Where the hunk ends whose first change is at the cursor: changes with few equal lines
 * between them share one. */
static Cursor hunk_end(const Side *left, const Side *right, Cursor at)
{
    for (;;) {
        at = skip_change(left, right, at);
        Cursor next = at;
        unsigned equal = 0;
        while (!is_end(left, right, next) && !is_change(left, right, next) && equal <= 2 * CONTEXT)
            next.left++, next.right++, equal++;
        if (is_end(left, right, next) || !is_change(left, right, next)) {
            unsigned more = equal < CONTEXT ? equal : CONTEXT;
            return (Cursor){at.left + more, at.right + more};
        }
        at = next;
    }
}

static void put_hunks(const Side *left, const Side *right, Buf *out)
{
    Cursor at = {0, 0};
    while (!is_end(left, right, at)) {
        if (!is_change(left, right, at)) {
            at.left++, at.right++;
            continue;
        }
        uint32_t before = at.left < at.right ? at.left : at.right;
        before = before < CONTEXT ? before : CONTEXT;
        Cursor from = {at.left - before, at.right - before}, end = hunk_end(left, right, at);
        buf_text(out, "@@ -");
        put_range(out, from.left, end.left - from.left);
        buf_text(out, " +");
        put_range(out, from.right, end.right - from.right);
        buf_text(out, " @@\n");
        for (at = from; at.left < end.left || at.right < end.right;) {
            Cursor behind = skip_change(left, right, at);
            for (; at.left < behind.left; at.left++)
                put_line(out, '-', left->lines.at[at.left]);
            for (; at.right < behind.right; at.right++)
                put_line(out, '+', right->lines.at[at.right]);
            if (at.left < end.left && at.right < end.right) {
                put_line(out, ' ', left->lines.at[at.left]);
                at.left++, at.right++;
            }
        }
    }
}

/* ---- the report ---- */

static void put_head(const ObjectDifference *object, const char *sign, const char *side, bool there,
                     Buf *out)
{
    buf_format(out, "%s ", sign);
    if (!there) {
        buf_text(out, "/dev/null\n");
        return;
    }
    const Str parts[] = {object->api_version, object->kind, object->ns, object->name};
    Buf name = {0};
    for (size_t i = 0; i < BASE_COUNT(parts); i++) {
        buf_text(&name, i && parts[i].len ? "." : "");
        buf_str(&name, parts[i]);
    }
    for (size_t i = 0; i < name.len; i++) /* apps/v1 is one word of it */
        if (name.ptr[i] == '/')
            name.ptr[i] = '.';
    buf_format(out, "%s/", side);
    render_text(out, buf_slice(&name));
    buf_byte(out, '\n');
    buf_free(&name);
}

void diff_unified_write(const DiffReport *report, Out *out)
{
    for (uint32_t i = 0; i < report->object_count; i++) {
        const ObjectDifference *object = &report->objects[i];
        Arena arena = {0};
        Interner known;
        Side left = {0}, right = {0};
        interner_init(&known);
        write_side(object, true, &left, &arena);
        write_side(object, false, &right, &arena);
        number_lines(&left, &known, &arena);
        number_lines(&right, &known, &arena);
        compare_sides(&left, &right);
        put_head(object, "---", report->input ? "live" : "left", object->left, &out->buf);
        put_head(object, "+++", report->input ? "applied" : "right", object->right, &out->buf);
        put_hunks(&left, &right, &out->buf);
        out_spill(out);
        side_free(&left);
        side_free(&right);
        interner_free(&known);
        arena_free(&arena);
    }
}
