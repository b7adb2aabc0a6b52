/* report.c: findings of the walk, and the words in which messages speak of values
 * and types.  Slow on purpose nowhere, fast on purpose nowhere: it runs only when
 * something is wrong. */
#include "schema/walk.h"

/* A mistake that was told with an older form of its field already is one mistake in
 * more versions. */
static Finding *join_repetition(Walk *walk, Finding *finding, uint32_t *held)
{
    Diag *diag = walk->checker->diag;
    uint32_t last = diag->findings.len - 1;
    for (uint32_t i = walk->first_finding; i < last; i++) {
        Finding *before = &diag->findings.at[i];
        uint32_t known;
        if (before->rule != finding->rule || before->place.offset != finding->place.offset ||
            !str_eq(before->message, finding->message) ||
            !schema_versions_read(before->versions, &known))
            continue;
        *held |= known;
        before->versions = str_slice("", 0);
        diag->findings.len = last;
        return before;
    }
    return finding;
}

Finding *walk_report(Walk *walk, uint32_t node, const RuleInfo *rule, uint32_t versions,
                     const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str message = arena_vformat(walk->checker->scratch, format, args);
    va_end(args);
    Diag *diag = walk->checker->diag;
    Finding *finding = document_report(diag, walk->doc, node, rule, "%.*s", STR_ARG(message));
    uint32_t held = versions & walk->target;
    if (finding && walk->repeated)
        finding = join_repetition(walk, finding, &held);
    /* What is asked about is refused by the rule itself, not by what a user made of
     * its severity; a finding that is switched off says nothing at all. */
    if (rule->severity == SEVERITY_ERROR) {
        walk->refused |= held;
        walk->stopped[rule_stage(rule)] |= held;
    }
    if (!finding)
        return NULL;
    if (held && held != walk->target)
        finding->versions = schema_versions_text(held, &diag->arena);
    return finding;
}

void walk_mark_later(Walk *walk)
{
    Diag *diag = walk->checker->diag;
    for (uint32_t i = walk->first_finding; i < diag->findings.len; i++) {
        Finding *finding = &diag->findings.at[i];
        uint32_t held = walk->target, stopped = 0;
        if (finding->versions.len)
            schema_versions_read(finding->versions, &held);
        for (unsigned stage = 0; stage < rule_stage(finding->rule); stage++)
            stopped |= walk->stopped[stage];
        /* Where a version comes that far, the finding is first-hand. */
        finding->later |= (held & ~stopped) == 0;
    }
}

/* ---- the server's own words for a place ---- */

/* Decoding names the struct fields on the way and nothing else; the strict decoder
 * has the items of lists and the keys of maps too, each behind a dot as it stands. */
static void server_path(const Walk *walk, uint32_t node, bool strict, Buf *path)
{
    const Document *doc = walk->doc;
    if (node == doc->root)
        return;
    uint32_t up = document_parent(doc, node);
    if (up == BASE_NONE)
        return;
    server_path(walk, up, strict, path);
    if (node_kind(doc, up) == NODE_SEQ) {
        uint32_t index = 0;
        for (uint32_t at = node_first(up); at < node; at = node_after(doc, at))
            index++;
        if (strict)
            buf_format(path, "[%u]", index);
        return;
    }
    uint32_t key = node_at(doc, node)->flags & NODE_KEY ? node : node - 1;
    if (!strict && node_at(doc, key)->bind == SCHEMA_UNBOUND)
        return;
    if (path->len)
        buf_byte(path, '.');
    buf_str(path, node_str(doc, key));
}

void walk_name_as_server(Walk *walk, Finding *finding, uint32_t node)
{
    if (!finding)
        return;
    Buf path = {0};
    server_path(walk, node, rule_stage(finding->rule) == STAGE_STRICT, &path);
    if (!str_eq(buf_slice(&path), finding->path))
        finding->server_path = arena_str(&walk->checker->diag->arena, buf_slice(&path));
    buf_free(&path);
}

/* ---- values in messages ---- */

enum { FOUND_MOST = 48 }; /* bytes of a value in a message */

/* Cuts between code points. */
static Str cut(Str text, const char **more)
{
    *more = "";
    if (text.len <= FOUND_MOST)
        return text;
    *more = "...";
    size_t end = FOUND_MOST;
    while (end > 0 && ((unsigned char)text.ptr[end] & 0xC0) == 0x80)
        end--;
    return str_slice(text.ptr, end);
}

Str walk_found(const Walk *walk, uint32_t node)
{
    const Document *doc = walk->doc;
    Arena *arena = walk->checker->scratch;
    const Node *at = node_at(doc, node);
    switch (node_kind(doc, node)) {
    case NODE_NULL: return STR("null");
    case NODE_MAP: return at->len ? STR("a mapping") : STR("an empty mapping");
    case NODE_SEQ: return at->len ? STR("a list") : STR("an empty list");
    default: break;
    }
    static const char WORDS[][12] = {
        [NODE_BOOL] = "a boolean", [NODE_INT] = "a number", [NODE_FLOAT] = "a number",
        [NODE_STRING] = "text",
    };
    if (walk->secret)
        return str_of(WORDS[at->kind]);
    const char *more;
    Str text = cut(node_str(doc, node), &more);
    switch (node_kind(doc, node)) {
    case NODE_STRING:
        return arena_format(arena, "the text \"%.*s%s\"", STR_ARG(arena_quoted(arena, text)), more);
    case NODE_BOOL: return arena_format(arena, "the boolean %.*s", STR_ARG(text));
    default: return arena_format(arena, "the number %.*s%s", STR_ARG(text), more);
    }
}

Str walk_type_word(const Walk *walk, TypeId type)
{
    Str name = schema_type_name(walk->schema, type);
    for (size_t i = name.len; i > 0; i--)
        if (name.ptr[i - 1] == '.')
            return str_slice(name.ptr + i, name.len - i);
    return name;
}

Str walk_absent_path(const Walk *walk, uint32_t map, Str field)
{
    Arena *arena = &walk->checker->diag->arena;
    Str path = document_path(walk->doc, map, arena);
    return arena_format(arena, "%.*s%s%.*s", STR_ARG(path), path.len ? "." : "", STR_ARG(field));
}
