/* check.c: the walk.  One pass over the object's nodes in document order: each key is
 * looked up in its mapping's type, gets the number of its name, and its value that of
 * its type; whatever does not fit is reported on the way.
 *
 * Nothing is compared twice and nothing is allocated while all is well.  Null is
 * skipped wherever the server's decoder skips it; a key that a later one of the same
 * name replaced does not count, since kubectl never sends it. */
#include "schema/guess.h"
#include "schema/validation/formats.h"
#include "schema/walk.h"

static void walk_node(Walk *walk, Node *at, TypeId type, uint32_t versions);
static void walk_struct(Walk *walk, Node *map, GuessHead *head, uint32_t versions);

static uint32_t number_of(const Walk *walk, const Node *at)
{
    return (uint32_t)(at - walk->doc->nodes);
}

/* So few digits are an int32, in whatever base. */
static bool is_small(const Node *number)
{
    uint32_t at = 0;
    if (number->len <= 3)
        return true;
    while (at < number->len && is_digit(number->text[at]))
        at++;
    return at == number->len && at <= 9;
}

/* By far the most frequent values need no call. */
static inline void walk_any(Walk *walk, Node *at, TypeId type, uint32_t versions)
{
    if (type < TYPE_LIST && (walk_takes[type] >> at->kind & 1) &&
        (at->kind != NODE_INT || is_small(at)))
        at->bind = type;
    else
        walk_node(walk, at, type, versions);
}

/* ---- lists and maps ---- */

static void walk_item(Walk *walk, Node *at, TypeId element, uint32_t versions)
{
    walk_any(walk, at, element, versions);
    /* A null item is an empty struct to the decoder, and lacks what is required. */
    if (at->kind == NODE_NULL && type_row(walk->schema, element)->musts)
        server_missing_fields(walk, number_of(walk, at), element, 0, versions);
}

static void walk_list(Walk *walk, Node *list, TypeId element, uint32_t versions)
{
    Node *nodes = walk->doc->nodes, *end = &nodes[list->next];
    for (Node *at = list + 1; at < end; at = &nodes[at->next])
        walk_item(walk, at, element, versions);
}

static void walk_map(Walk *walk, Node *map, TypeId element, uint32_t versions)
{
    Node *nodes = walk->doc->nodes, *end = &nodes[map->next];
    for (Node *key = map + 1; key < end; key = &nodes[key[1].next])
        if (!(key->flags & NODE_SHADOWED))
            walk_any(walk, key + 1, element, versions);
}

/* ---- a field of a struct ---- */

/* A field's value, and what servers demand of it. */
static void walk_ruled(Walk *walk, Node *map, Node *value, const SchemaField *field,
                       uint32_t versions)
{
    uint32_t before = walk->unvalidated;
    if (field->judged && value->kind != NODE_NULL)
        walk->unvalidated |= server_field_rules(walk, number_of(walk, map), number_of(walk, value),
                                                field, versions);
    walk_any(walk, value, field->type, versions);
    walk->unvalidated = before;
}

/* A field whose forms must be told apart: not all versions have it, or they have it
 * with several types. */
BASE_APART
static void walk_forms(Walk *walk, Node *map, Node *key, const SchemaField *field, TypeId type,
                       uint32_t versions)
{
    uint32_t known = 0;
    const SchemaField *newest = NULL;
    for (const SchemaField *form = field;; form++) {
        if (form->versions & versions)
            newest = form;
        known |= form->versions;
        if (!form->more)
            break;
    }
    if (versions & ~known)
        walk_unknown_field(walk, number_of(walk, map), number_of(walk, key), type,
                           versions & ~known);
    if (!newest)
        return;
    /* Forms of one type are one; the newest type is walked last, so that its binding
     * stays, and it alone gathers marks. */
    walk_bind_key(map, key, field->name);
    uint32_t of_newest = 0, again = 0;
    for (const SchemaField *form = field;; form++) {
        if (form->type == newest->type)
            of_newest |= form->versions;
        else if (form->versions & versions) {
            walk->muted++;
            walk_ruled(walk, map, key + 1, form, form->versions & versions);
            walk->muted--;
            again = 1;
        }
        if (!form->more)
            break;
    }
    walk->repeated += again;
    walk_ruled(walk, map, key + 1, newest, versions & of_newest);
    walk->repeated -= again;
}

/* Whether a required field's value counts as given; nearly always it is a text, a list or a
 * number that begins with another digit than 0. */
static inline bool is_given(const Walk *walk, const Node *value)
{
    const uint32_t BY_LENGTH = 1 << NODE_STRING | 1 << NODE_SEQ;
    if ((BY_LENGTH >> value->kind & 1) && value->len)
        return true;
    if (value->kind == NODE_MAP || (value->kind == NODE_INT && (unsigned char)(value->text[0] - '1') <= 8))
        return true;
    return server_is_given(walk->doc, number_of(walk, value));
}

/* A key that nobody guessed.  Its guess, which becomes what is expected there; NULL where it
 * has none, and all is done. */
BASE_APART
static Guess *walk_entry(Walk *walk, Node *map, Node *key, GuessHead *head, Next *next,
                         uint32_t versions)
{
    TypeId type = map->bind;
    if (key->flags & NODE_SHADOWED)
        return NULL;
    Guess *guess = guess_find(walk->guesses, head, next, key);
    if (guess)
        return guess;
    const SchemaType *row = type_row(walk->schema, type);
    const SchemaField *field = type_field(walk->schema, type, row, key->text, key->len);
    if (!field) {
        if (!(row->flags & TYPE_PRESERVES))
            walk_unknown_field(walk, number_of(walk, map), number_of(walk, key), type, versions);
        return NULL;
    }
    const SchemaField *first = field;
    while (field->more && !(field->versions & versions))
        field++;
    if (versions & ~field->versions) {
        walk_forms(walk, map, key, first, type, versions);
        return NULL;
    }
    guess = type < SCHEMA_STATIC_TYPES ? guess_learn(walk->guesses, head, next, field) : NULL;
    if (guess)
        return guess;
    walk_bind_key(map, key, field->name);
    walk_ruled(walk, map, key + 1, field, versions);
    return NULL;
}

/* A struct with rows in schemas/links, which gather its marks. */
static void walk_mark(Walk *walk, Node *at, TypeId type, const SchemaType *row)
{
    if (walk->muted)
        return;
    Mark mark = {number_of(walk, at), type, row->links};
    vec_push(&walk->checker->tools.marks, mark);
}

static void walk_structs(Walk *walk, Node *list, TypeId element, GuessHead *head, uint32_t versions)
{
    Node *nodes = walk->doc->nodes, *end = &nodes[list->next];
    for (Node *at = list + 1; at < end; at = &nodes[at->next]) {
        if (at->kind == NODE_MAP) {
            at->bind = element;
            walk_struct(walk, at, head, versions);
        } else {
            walk_item(walk, at, element, versions);
        }
    }
}

/* A value whose key was guessed, and of which more is asked than its kind. */
static inline void walk_guessed(Walk *walk, Node *map, Node *value, const Guess *guess,
                                uint32_t versions)
{
    const uint32_t STRUCTS = 1 << GUESS_STRUCT | 1 << GUESS_MARKED;
    const SchemaType *row = &schema_types[guess->type];
    GuessHead *parts = &walk->guesses->heads[guess->parts];
    if (value->kind == NODE_MAP && (STRUCTS >> guess->form & 1)) {
        value->bind = guess->type;
        if (guess->form == GUESS_MARKED)
            walk_mark(walk, value, guess->type, row);
        walk_struct(walk, value, parts, versions);
    } else if (value->kind == NODE_SEQ && guess->form == GUESS_STRUCTS) {
        value->bind = guess->type;
        walk_structs(walk, value, row->fields, parts, versions);
    } else if (value->kind == NODE_SEQ && guess->form == GUESS_LIST) {
        value->bind = guess->type;
        walk_list(walk, value, row->fields, versions);
    } else if (value->kind == NODE_MAP && guess->form == GUESS_MAP) {
        value->bind = guess->type;
        walk_map(walk, value, row->fields, versions);
    } else if (guess->rule && server_allows(&schema_rule_rows[guess->rule], value)) {
        walk_any(walk, value, guess->type, versions);
    } else if (guess->form == GUESS_JUDGED) {
        walk_ruled(walk, map, value, &schema_fields[guess->field], versions);
    } else {
        walk_node(walk, value, guess->type, versions);
    }
}

/* Some required field is not given, or nobody counted: which are? */
BASE_APART
static void walk_required(Walk *walk, Node *map, uint32_t versions)
{
    TypeId type = map->bind;
    const SchemaType *row = type_row(walk->schema, type);
    Node *nodes = walk->doc->nodes, *end = &nodes[map->next];
    uint64_t seen = 1; /* 1 is for what is not required */
    if (!row->musts)
        return;
    for (Node *key = map + 1; key < end; key = &nodes[key[1].next]) {
        const SchemaField *field = key->flags & NODE_SHADOWED ? NULL
                                   : type_field(walk->schema, type, row, key->text, key->len);
        if (field && field->must && is_given(walk, key + 1))
            seen |= UINT64_C(1) << field->must;
    }
    if (seen != (UINT64_C(2) << row->musts) - 1)
        server_missing_fields(walk, number_of(walk, map), type, seen, versions);
}

/* A struct whose type is bound. */
static void walk_struct(Walk *walk, Node *map, GuessHead *head, uint32_t versions)
{
    Node *end = &walk->doc->nodes[map->next];
    Next *next = &head->first;
    uint64_t names = 0;
    uint32_t given = 0; /* of what is required */
    for (Node *key = map + 1; key < end;) {
        Node *value = key + 1;
        Guess *guess = next->last;
        if (!guess_is(guess, key) && !(guess = guess_again(next, key)))
            guess = walk_entry(walk, map, key, head, next, versions);
        if (!guess || (key->flags & NODE_SHADOWED)) {
            key = &walk->doc->nodes[value->next];
            continue;
        }
        next = &guess->next;
        key->bind = guess->name;
        names |= guess->bit;
        if (guess->must)
            given += is_given(walk, value);
        if ((guess->takes >> value->kind & 1) && (value->kind != NODE_INT || is_small(value))) {
            value->bind = guess->type;
            key += 2;
        } else {
            walk_guessed(walk, map, value, guess, versions);
            key = &walk->doc->nodes[value->next];
        }
    }
    map->names |= names;
    if (given != head->musts)
        walk_required(walk, map, versions);
}

/* ---- unions ---- */

/* A value that the decoder neither takes nor refuses. */
static void report_ignored(Walk *walk, uint32_t node, uint32_t versions)
{
    Str found = walk_found(walk, node);
    walk_report(walk, node, &rule_ignored_value, versions,
                "the server drops %.*s here without a word", STR_ARG(found));
}

/* The three unions of CRD schemas, each with an UnmarshalJSON of its own, below which
 * the strict decoder does not look (apiextensions, marshal.go). */
static void walk_union(Walk *walk, Node *at, const SchemaType *row, uint32_t versions)
{
    if (at->kind == NODE_NULL)
        return;
    TypeKind kind = (TypeKind)row->kind;
    walk->lenient++;
    if (at->kind == NODE_MAP)
        walk_node(walk, at, row->fields, versions);
    else if (at->kind == NODE_SEQ && kind != TYPE_OR_BOOL)
        walk_list(walk, at, kind == TYPE_OR_ARRAY ? row->fields : (TypeId)TYPE_STRING, versions);
    else if (kind == TYPE_OR_BOOL && at->kind != NODE_BOOL)
        walk_wrong_type(walk, number_of(walk, at), kind, versions);
    else if (kind != TYPE_OR_BOOL)
        report_ignored(walk, number_of(walk, at), versions);
    walk->lenient--;
}

/* ---- any value ---- */

static inline void walk_parts(Walk *walk, Node *at, TypeId type, const SchemaType *row,
                              uint32_t versions)
{
    TypeKind kind = (TypeKind)row->kind;
    if (kind == TYPE_STRUCT && at->kind == NODE_MAP)
        walk_struct(walk, at, guess_head(walk->guesses, type), versions);
    else if (kind == TYPE_LIST && at->kind == NODE_SEQ)
        walk_list(walk, at, row->fields, versions);
    else if (kind == TYPE_MAP && at->kind == NODE_MAP)
        walk_map(walk, at, row->fields, versions);
    else if (kind == TYPE_OR_ARRAY || kind == TYPE_OR_BOOL || kind == TYPE_OR_STRINGS)
        walk_union(walk, at, row, versions);
    else if (at->kind != NODE_NULL)
        walk_wrong_type(walk, number_of(walk, at), kind, versions);
}

/* A value of a run's type, one that is marked, or one with rules of its own. */
BASE_APART
static void walk_special(Walk *walk, Node *at, TypeId type, const SchemaType *row,
                         uint32_t versions)
{
    uint32_t node = number_of(walk, at);
    if (row->flags & TYPE_IS_MARKED)
        walk_mark(walk, at, type, row);
    bool custom = type >= SCHEMA_STATIC_TYPES;
    bool enters = !custom || crd_enter(walk, node, type, versions);
    /* Scalars of a CRD are its own business altogether. */
    if (enters && row->kind >= TYPE_LIST)
        walk_parts(walk, at, type, row, versions);
    if (enters && custom)
        crd_leave(walk, node, type, versions);
    if (row->flags & TYPE_HAS_CALLS)
        server_calls(walk, node, row, versions);
}

static void walk_node(Walk *walk, Node *at, TypeId type, uint32_t versions)
{
    at->bind = type;
    if (type < TYPE_LIST) {
        if (at->kind != NODE_NULL && type != TYPE_ANY)
            walk_scalar(walk, number_of(walk, at), (TypeKind)type, versions);
        return;
    }
    const SchemaType *row = type_row(walk->schema, type);
    if (type >= SCHEMA_STATIC_TYPES || row->flags & (TYPE_IS_MARKED | TYPE_HAS_CALLS))
        walk_special(walk, at, type, row, versions);
    else
        walk_parts(walk, at, type, row, versions);
}

void walk_value(Walk *walk, uint32_t node, TypeId type, uint32_t versions)
{
    walk_node(walk, &walk->doc->nodes[node], type, versions);
}

/* What may come next: of all versions that are asked about, for the walk mostly goes through them,
 * or of the one that an object is of which none of these serves. */
static Guesses *guesses_for(Walk *walk, uint32_t versions)
{
    Guesses **list = &walk->checker->tools.guesses;
    uint32_t wanted = versions & ~walk->target ? versions : walk->target;
    return *list && (*list)->versions == wanted ? *list : guesses_of(list, wanted);
}

CheckStatus schema_check(SchemaChecker *checker, Document *doc, Object *object)
{
    Walk walk = {
        .checker = checker,
        .schema = checker->options->schema,
        .doc = doc,
        .object = object,
        .target = checker->options->target.versions,
        .first_finding = checker->diag->findings.len,
    };
    if (!checker->tools.judged)
        checker->tools.judged = mem_zeroed(sizeof *checker->tools.judged);
    vec_clear(&checker->tools.marks);
    vec_clear(&checker->tools.folded);
    checker->accepted = object->accepted = 0;
    if (object->no_object)
        return CHECK_DONE;
    if (object->kind_id == BASE_NONE && !object_find_kind(checker, object) &&
        !checker->complete)
        return CHECK_DEFERRED;
    walk.secret = object_is_secret(checker, object);
    uint32_t versions = walk_kind(&walk);
    if (versions) {
        const SchemaKind *kind = schema_kind_row(walk.schema, object->kind_id);
        walk.guesses = guesses_for(&walk, versions);
        walk_value(&walk, doc->root, kind->type, versions);
        if (kind->creatable && !checker->partial)
            server_object(&walk, kind, versions);
    }
    if (walk.refused)
        walk_mark_later(&walk);
    checker->accepted = object->accepted = walk.target & ~walk.refused;
    return CHECK_DONE;
}

void schema_checker_free(SchemaChecker *checker)
{
    guesses_free(checker->tools.guesses);
    checker->tools.guesses = NULL;
    mem_free(checker->tools.judged);
    checker->tools.judged = NULL;
    vec_free(&checker->tools.marks);
    vec_free(&checker->tools.folded);
    mem_free(checker->words);
}
