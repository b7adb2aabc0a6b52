/* Suppressions as they are written: comments and annotations.
 *
 *     # plimsoll: ignore RULE[, RULE]... [reason]        this line, or the next below
 *     # plimsoll: ignore-object RULE[, RULE]... [reason]
 *     # plimsoll: ignore-file RULE[, RULE]... [reason]
 *     plimsoll.dev/ignore: "RULE[, RULE]...[: reason]"   a line for each, if there are more
 *
 * A document without such a comment, an object without annotations: one look each. */
#include "cli/suppress.h"

#include "names.h"

#define ANNOTATION "plimsoll.dev/ignore"

/* One place that keeps something quiet, while it is read. */
typedef struct Reading {
    Suppressions *all;
    Worker *worker;
    const Document *doc;
    uint32_t node;     /* of an annotation: its value; else BASE_NONE */
    uint32_t offset;   /* of a comment: where its text begins in the document */
    Suppression like;  /* what its entries have in common */
} Reading;

/* A finding at a word of a comment, or at an annotation's value. */
static void report(const Reading *reading, Str text, Str word, const char *format, ...)
    BASE_PRINTF(4, 5);
static void report(const Reading *reading, Str text, Str word, const char *format, ...)
{
    Place place = reading->like.place;
    if (reading->node == BASE_NONE && word.len) {
        place.offset = reading->offset + (uint32_t)(word.ptr - text.ptr);
        place.length = (uint32_t)word.len;
    }
    va_list args;
    va_start(args, format);
    Finding *finding = diag_vreport(&reading->worker->diag, &rule_invalid_suppression, place,
                                    format, args);
    va_end(args);
    if (!finding)
        return;
    finding->object = reading->like.object;
    if (reading->node != BASE_NONE) {
        Arena *arena = &reading->worker->diag.arena;
        finding->path = document_path(reading->doc, reading->node, arena);
        finding->pointer = document_pointer(reading->doc, reading->node, arena);
    }
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static Str skip_blanks(Str text)
{
    while (text.len && is_blank(text.ptr[0]))
        text = str_slice(text.ptr + 1, text.len - 1);
    return text;
}

/* A word ends at a blank or a comma; a colon at its end is left out. */
static Str take_word(Str *text)
{
    size_t end = 0;
    while (end < text->len && !is_blank(text->ptr[end]) && text->ptr[end] != ',' &&
           text->ptr[end] != ':')
        end++;
    Str word = str_slice(text->ptr, end);
    *text = str_slice(text->ptr + end, text->len - end);
    return word;
}

/* A reason may stand behind a colon or a dash. */
static Str reason_of(Str rest)
{
    static const char *const SIGNS[] = {":", "--", "-", "\xE2\x80\x94", "\xE2\x80\x93"};
    rest = str_trim(rest);
    for (size_t i = 0; i < BASE_COUNT(SIGNS); i++)
        if (str_starts(rest, str_of(SIGNS[i]))) {
            size_t length = strlen(SIGNS[i]);
            return str_trim(str_slice(rest.ptr + length, rest.len - length));
        }
    return rest;
}

static void add(const Reading *reading, const RuleInfo *rule, Place place, Str reason, Str field)
{
    Suppression entry = reading->like;
    entry.rule = rule;
    entry.place = place;
    entry.reason = arena_str(&reading->all->arena, reason);
    entry.field = field;
    vec_push(&reading->all->entries, entry);
}

/* Whether a suppression may go without the reason that it does not give. */
static bool has_reason(const Reading *reading, Str text, Str word, Str reason)
{
    if (reason.len || !reading->all->require_reason)
        return true;
    report(reading, text, word, "no reason is given, and the configuration demands one: nothing "
                                "is suppressed");
    return false;
}

static void add_rule(const Reading *reading, Str text, Str word, Str reason)
{
    Guess guess = {.wrong = word};
    const RuleInfo *rule = setting_find_rule(reading->all->options, word, &guess);
    Place place = reading->like.place;
    Arena *arena = &reading->all->arena;
    if (reading->node == BASE_NONE) {
        place.offset = reading->offset + (uint32_t)(word.ptr - text.ptr);
        place.length = (uint32_t)word.len;
    }
    if (!rule)
        report(reading, text, word, "there is no rule \"%.*s\"%.*s", STR_ARG(word),
               STR_ARG(guess_text(&guess, arena)));
    else if (rule == &rule_invalid_suppression)
        report(reading, text, word, "%s cannot be suppressed", rule->id);
    else
        add(reading, rule, place, reason, STR(""));
}

/* RULE[, RULE]... [reason] */
static void read_rules(const Reading *reading, Str text, Str list)
{
    VEC(Str) words = {0};
    Str rest = skip_blanks(list);
    for (;;) {
        Str word = take_word(&rest);
        if (word.len)
            vec_push(&words, word);
        Str behind = skip_blanks(rest);
        if (!behind.len || behind.ptr[0] != ',')
            break;
        rest = skip_blanks(str_slice(behind.ptr + 1, behind.len - 1));
    }
    Str reason = reason_of(rest);
    if (!words.len)
        report(reading, text, str_trim(text), "no rule is named: write ignore RULE reason");
    else if (has_reason(reading, text, words.at[0], reason))
        for (uint32_t i = 0; i < words.len; i++)
            add_rule(reading, text, words.at[i], reason);
    vec_free(&words);
}

/* ---- comments ---- */

static uint32_t line_end(Str text, uint32_t at)
{
    while (at < text.len && text.ptr[at] != '\n')
        at++;
    return at;
}

static uint32_t line_begin(Str text, uint32_t at)
{
    while (at > 0 && text.ptr[at - 1] != '\n')
        at--;
    return at;
}

/* The line that a comment at this offset speaks of: its own, or where it stands alone the
 * next that is neither blank nor a comment.  False where there is none. */
static bool find_line(Str text, uint32_t comment, uint32_t *begin, uint32_t *end)
{
    *begin = line_begin(text, comment);
    *end = line_end(text, comment);
    if (skip_blanks(str_slice(text.ptr + *begin, comment - *begin)).len)
        return true;
    while (*end < text.len) {
        *begin = *end + 1;
        *end = line_end(text, *begin);
        Str line = str_trim(str_slice(text.ptr + *begin, *end - *begin));
        if (line.len && line.ptr[0] != '#')
            return true;
    }
    return false;
}

/* The last of a document's objects that starts at or before the offset; else the first. */
static uint32_t object_at(const Facts *facts, uint32_t first, uint32_t offset)
{
    uint32_t found = BASE_NONE, count = facts_object_count(facts);
    for (uint32_t id = first; id < count; id++)
        if (found == BASE_NONE || facts_object(facts, id)->offset <= offset)
            found = id;
    return found;
}

typedef struct Directive {
    const char *word;
    SuppressScope scope;
} Directive;

static const Directive DIRECTIVES[] = {
    {"ignore", SUPPRESS_LINE},
    {"ignore-object", SUPPRESS_OBJECT},
    {"ignore-file", SUPPRESS_FILE},
};

static const Directive *find_directive(const Reading *reading, Str text, Str word)
{
    Guess guess = {.wrong = word};
    for (size_t i = 0; i < BASE_COUNT(DIRECTIVES); i++) {
        if (str_is(word, DIRECTIVES[i].word))
            return &DIRECTIVES[i];
        guess_try(&guess, str_of(DIRECTIVES[i].word));
    }
    if (!word.len)
        report(reading, text, str_trim(text), "nothing is said behind \"plimsoll:\": write ignore "
                                              "RULE reason");
    else
        report(reading, text, word, "\"%.*s\" is not ignore, ignore-object or ignore-file%.*s",
               STR_ARG(word), STR_ARG(guess_text(&guess, &reading->all->arena)));
    return NULL;
}

static void read_comment(Suppressions *all, Worker *worker, const Document *doc,
                         const Comment *comment, uint32_t first_object)
{
    Str text = str_slice(doc->text.ptr + comment->offset, comment->size);
    Str rest = skip_blanks(str_slice(text.ptr + 1, text.len - 1));
    uint32_t begin, end;
    bool has_line = find_line(doc->text, comment->offset, &begin, &end);
    Reading reading = {
        .all = all,
        .worker = worker,
        .doc = doc,
        .node = BASE_NONE,
        .offset = comment->offset,
        .like = {.source = "comment",
                 .place = {doc->source, comment->offset, (uint32_t)str_trim(text).len, 0},
                 .object = object_at(worker->facts, first_object, has_line ? end : UINT32_MAX),
                 .end = UINT32_MAX},
    };
    if (!str_starts(rest, STR("plimsoll:")))
        return;
    rest = skip_blanks(str_slice(rest.ptr + 9, rest.len - 9));
    const Directive *directive = find_directive(&reading, text, take_word(&rest));
    if (!directive)
        return;
    reading.like.scope = directive->scope;
    switch (directive->scope) {
    case SUPPRESS_LINE:
        reading.like.id = doc->source;
        reading.like.begin = has_line ? begin : UINT32_MAX;
        reading.like.end = has_line ? end : 0;
        break;
    case SUPPRESS_OBJECT:
        reading.like.id = reading.like.object;
        break;
    case SUPPRESS_FILE: reading.like.id = worker->sources->docs.at[doc->source].file; break;
    }
    read_rules(&reading, text, rest);
}

/* Where a line has a key whose value starts further down, that value is meant as well: the
 * line is where a reader sees it begin. */
static void find_values(Suppressions *all, const Document *doc, uint32_t first)
{
    for (uint32_t key = 0; key < doc->count; key++) {
        const Node *at = node_at(doc, key);
        if (!(at->flags & NODE_KEY) || at->flags & NODE_ALIASED || key + 1 >= doc->count)
            continue;
        const Node *value = node_at(doc, key + 1);
        uint32_t low = first, high = all->entries.len;
        while (low < high) { /* the last that begins at or before the key */
            uint32_t middle = low + (high - low) / 2;
            if (all->entries.at[middle].begin <= at->offset)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low > first; low--) {
            Suppression *entry = &all->entries.at[low - 1];
            if (entry->scope != SUPPRESS_LINE || entry->end < at->offset)
                break;
            if (value->offset > entry->end && !entry->value_size) {
                entry->value = value->offset;
                entry->value_size = value->size;
            }
        }
    }
}

static int compare_begins(const void *left, const void *right, void *context)
{
    (void)context;
    const Suppression *a = left, *b = right;
    bool a_line = a->scope == SUPPRESS_LINE, b_line = b->scope == SUPPRESS_LINE;
    if (a_line != b_line)
        return a_line - b_line;
    return compare_uint(a->begin, b->begin);
}

void suppress_comments(Suppressions *all, Worker *worker, const Document *doc,
                       uint32_t first_object)
{
    uint32_t first = all->entries.len;
    for (uint32_t i = 0; i < doc->comment_count; i++)
        read_comment(all, worker, doc, &doc->comments[i], first_object);
    if (all->entries.len == first)
        return;
    sort_with(all->entries.at + first, all->entries.len - first, sizeof *all->entries.at,
              compare_begins, NULL);
    find_values(all, doc, first);
}

/* ---- annotations ---- */

#define FIELD(name) node_name_bit(SCHEMA_NAME_##name)

/* Whether a value is a mapping that may have one of these fields.  Where all keys of one are
 * bound its bits say it. */
static inline bool may_have(const Document *doc, uint32_t map, uint64_t fields)
{
    if (map == BASE_NONE)
        return false;
    const Node *at = node_at(doc, map);
    return at->kind == NODE_MAP && (!at->names || at->names & fields ||
                                    (uint32_t)__builtin_popcountll(at->names) != at->len);
}

/* The value of such a field, also where nobody bound its key, or BASE_NONE. */
static uint32_t find_field(const Document *doc, uint32_t map, NameId name, Str text)
{
    const Node *nodes = doc->nodes, *end = &nodes[nodes[map].next];
    for (const Node *key = &nodes[map + 1]; key < end; key = &nodes[key[1].next])
        if (!(key->flags & NODE_SHADOWED) &&
            (key->bind == name || (key->bind == SCHEMA_UNBOUND && key->len == text.len &&
                                   bytes_same(key->text, text.ptr, text.len))))
            return (uint32_t)(key + 1 - nodes);
    return BASE_NONE;
}
#define FIND_FIELD(doc, map, name) find_field(doc, map, SCHEMA_NAME_##name, STR(#name))
#define FIELD_OF(doc, map, name) \
    (may_have(doc, map, FIELD(name)) ? FIND_FIELD(doc, map, name) : BASE_NONE)

static void read_annotation(Reading *reading, Str value)
{
    Str text = value;
    while (text.len) {
        Str line = str_slice(text.ptr, str_find(text, '\n'));
        size_t behind = line.len < text.len ? line.len + 1 : line.len;
        text = str_slice(text.ptr + behind, text.len - behind);
        if (str_trim(line).len)
            read_rules(reading, line, line);
    }
    if (!str_trim(value).len)
        report(reading, value, value, "the annotation names no rule");
}

static void add_check(Reading *reading, const Peer *peer, Str check, Str reason)
{
    bool judged = false;
    for (const PeerCheck *row = peer->checks; row->check; row++) {
        if (check.len && !str_is(check, row->check))
            continue;
        if (!judged && !has_reason(reading, check, check, reason))
            return;
        judged = true;
        add(reading, setting_find_rule(reading->all->options, str_of(row->rule), NULL), reading->like.place, reason,
            str_of(row->field));
    }
}

static void read_peer(Reading *reading, const Peer *peer, Str key, Str value)
{
    reading->like.foreign = true;
    if (peer->prefix && str_starts(key, str_of(peer->prefix))) {
        size_t length = strlen(peer->prefix);
        if (key.len > length)
            add_check(reading, peer, str_slice(key.ptr + length, key.len - length),
                      str_trim(value));
    } else if (peer->all && str_is(key, peer->all)) {
        add_check(reading, peer, STR(""), str_trim(value));
    } else if (peer->list && str_is(key, peer->list)) {
        for (Str rest = value; rest.len;) {
            Str check = str_slice(rest.ptr, str_find(rest, ','));
            size_t behind = check.len < rest.len ? check.len + 1 : check.len;
            rest = str_slice(rest.ptr + behind, rest.len - behind);
            if (str_trim(check).len)
                add_check(reading, peer, str_trim(check), STR(""));
        }
    }
}

static const Peer *find_peer(Str key)
{
    for (size_t i = 0; i < suppress_peer_count; i++) {
        const Peer *peer = &suppress_peers[i];
        if ((peer->prefix && str_starts(key, str_of(peer->prefix))) ||
            (peer->all && str_is(key, peer->all)) || (peer->list && str_is(key, peer->list)))
            return peer;
    }
    return NULL;
}

/* Of an annotation map; they reach as far as its holder. */
static void read_annotations(Suppressions *all, Worker *worker, const Document *doc,
                             uint32_t holder, uint32_t map)
{
    if (node_kind(doc, map) != NODE_MAP)
        return;
    const Node *span = node_at(doc, holder);
    bool whole = holder == doc->root;
    for (uint32_t key = node_first(map); key < node_end(doc, map);
         key = node_after_entry(doc, key)) {
        Str name = node_str(doc, key);
        NodeKind kind = node_kind(doc, key + 1);
        bool own = str_is(name, ANNOTATION);
        const Peer *peer = own ? NULL : find_peer(name);
        if ((!own && !peer) || kind == NODE_MAP || kind == NODE_SEQ ||
            node_at(doc, key)->flags & NODE_SHADOWED)
            continue;
        Reading reading = {
            .all = all,
            .worker = worker,
            .doc = doc,
            .node = key + 1,
            .like = {.source = "annotation",
                     .scope = SUPPRESS_OBJECT,
                     .id = doc->object,
                     .object = doc->object,
                     .place = document_place(doc, key + 1),
                     .begin = whole ? 0 : span->offset,
                     .end = whole ? UINT32_MAX : span->offset + span->size},
        };
        if (own)
            read_annotation(&reading, node_str(doc, key + 1));
        else
            read_peer(&reading, peer, name, node_str(doc, key + 1));
    }
}

/* Of what holds metadata further down: a template. */
static void read_below(Suppressions *all, Worker *worker, const Document *doc, uint32_t holder)
{
    uint32_t metadata = FIELD_OF(doc, holder, metadata);
    uint32_t map = FIELD_OF(doc, metadata, annotations);
    if (map != BASE_NONE)
        read_annotations(all, worker, doc, holder, map);
}

void suppress_annotations(Suppressions *all, Worker *worker, const Document *doc)
{
    const ObjectHead *head = &worker->head;
    uint32_t template = head->template; /* of a PodTemplate */
    if (head->annotations != BASE_NONE)
        read_annotations(all, worker, doc, doc->root, head->annotations);
    if (may_have(doc, head->spec, FIELD(template) | FIELD(jobTemplate))) {
        uint32_t below = FIND_FIELD(doc, head->spec, template);
        uint32_t job = below == BASE_NONE ? FIND_FIELD(doc, head->spec, jobTemplate) : BASE_NONE;
        if (job != BASE_NONE) {
            uint32_t spec = FIELD_OF(doc, job, spec);
            below = FIELD_OF(doc, spec, template);
            read_below(all, worker, doc, job);
        }
        template = below == BASE_NONE ? template : below;
    }
    if (template != BASE_NONE)
        read_below(all, worker, doc, template);
}
