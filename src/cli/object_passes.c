/* What is done with one object: it is bound and checked, collected, handed over, written, or
 * made what a server would store.  A command takes the pass that it needs; run.c says when. */
#include "cli/run.h"
#include "checks/facts.h"
#include "schema/crd.h"
#include "schema/normal.h"

/* Lines of a document are counted on from the object before. */
static uint32_t object_line(Worker *worker, const Document *doc)
{
    uint32_t offset = node_at(doc, doc->root)->offset;
    if (offset == worker->line_offset)
        return worker->line;
    if (offset < worker->line_offset) {
        worker->line_offset = 0;
        worker->line = worker->sources->docs.at[doc->source].line;
    }
    for (const char *at = doc->text.ptr + worker->line_offset;
         (at = memchr(at, '\n', (size_t)(doc->text.ptr + offset - at))) != NULL; at++)
        worker->line++;
    worker->line_offset = offset;
    return worker->line;
}

/* Items of one List wait with one document. */
static const Document *keep_document(Worker *worker, const Document *doc)
{
    uint32_t count = worker->deferred.len;
    const Deferred *last = count ? &worker->deferred.at[count - 1] : NULL;
    if (last && last->doc == doc->source)
        return last->kept;
    size_t size = document_weight(doc);
    if (worker->kept_size + size > worker->kept_most)
        return NULL;
    worker->kept_size += size;
    return document_keep(doc, &worker->kept);
}

static void defer(Worker *worker, const Document *doc)
{
    Deferred deferred = {.doc = doc->source,
                         .object = doc->object,
                         .kept = keep_document(worker, doc),
                         .root = doc->root,
                         .patch = worker->patch};
    vec_push(&worker->deferred, deferred);
}

/* What could not be checked of the input's objects is told in the summary. */
static void count_unchecked(Worker *worker, const Document *doc, const Object *object)
{
    if (doc->object < facts_input_count(worker->facts)) {
        worker->summary->unknown_kinds += object->unknown_kind;
        worker->summary->unchecked += object->unchecked;
    }
}

/* The object alone: its kind, its type, its version. */
static bool check_type(Worker *worker, Document *doc)
{
    Object *object = facts_object(worker->facts, doc->object);
    if (schema_check(&worker->checker, doc, object) == CHECK_DEFERRED) {
        defer(worker, doc);
        return false;
    }
    object->accepted = worker->checker.accepted;
    if (object->unknown_kind || object->unchecked)
        count_unchecked(worker, doc, object);
    if (crd_is_definition(&worker->head))
        crd_gather(&worker->checker, doc, &worker->head);
    return true;
}

void check_tree(Worker *worker, Document *doc)
{
    if (!check_type(worker, doc) || worker->patch)
        return;
    ObjectContext context = worker_context(worker, doc);
    StatsPass before = meter_pass(worker->meter, STATS_COLLECT);
    checks_object(&context, worker->checker.tools.marks.at, worker->checker.tools.marks.len);
    meter_pass(worker->meter, before);
}

static void open_object(Worker *worker, Document *doc)
{
    Object *object = facts_new_object(worker->facts, &doc->object);
    schema_open(&worker->checker, doc, &worker->head, object);
    object->line = object_line(worker, doc);
}

/* The mapping's tree with two strings more in front, where kubectl puts what an item
 * takes from its list. */
static Document with_head(const Document *doc, Str api_version, Str kind, Arena *arena)
{
    const Str texts[] = {STR("apiVersion"), api_version, STR("kind"), kind};
    enum { MORE = BASE_COUNT(texts) };
    uint32_t root = doc->root, count = node_end(doc, root) - root;
    Document whole = *doc;
    whole.nodes = arena_alloc(arena, sizeof(Node) * ((size_t)count + MORE));
    whole.root = 0;
    whole.count = count + MORE;
    whole.nodes[0] = *node_at(doc, root);
    whole.nodes[0].len += MORE / 2;
    for (uint32_t i = 0; i < MORE; i++)
        whole.nodes[1 + i] = (Node){.text = texts[i].ptr,
                                    .len = (uint32_t)texts[i].len,
                                    .next = 2 + i,
                                    .kind = NODE_STRING,
                                    .style = STYLE_PLAIN,
                                    .flags = i % 2 ? 0 : NODE_KEY,
                                    .bind = SCHEMA_UNBOUND};
    memcpy(&whole.nodes[1 + MORE], &doc->nodes[root + 1], sizeof(Node) * (count - 1));
    whole.nodes[0].next = whole.count;
    for (uint32_t i = 1 + MORE; i < whole.count; i++)
        whole.nodes[i].next += MORE - root;
    return whole;
}

/* The object with what it takes from its list. */
static void hand_over(Worker *worker, Document *doc)
{
    const ObjectHead *head = &worker->head;
    if (!head->inherits) {
        worker->take_sent(worker, doc);
        return;
    }
    Document whole = with_head(doc, head->api_version, head->kind, parser_arena(worker->parser));
    worker->take_sent(worker, &whole);
}

void check_object(Worker *worker, Document *doc)
{
    open_object(worker, doc);
    check_tree(worker, doc);
    if (worker->take_sent && !worker->patch && !worker->backdrop)
        hand_over(worker, doc);
}

void type_again(Worker *worker, Document *doc) { check_type(worker, doc); }

void type_object(Worker *worker, Document *doc)
{
    open_object(worker, doc);
    check_type(worker, doc);
}

void emit_object(Worker *worker, Document *doc)
{
    const ObjectHead *head = &worker->head;
    if (head->inherits) {
        Document whole = with_head(doc, head->api_version, head->kind,
                                   parser_arena(worker->parser));
        object_writer_put(worker->writer, &whole, whole.root);
    } else {
        object_writer_put(worker->writer, doc, doc->root);
    }
}

/* Of an object that is written, its errors are told alone. */
static void keep_errors(Diag *diag, uint32_t from)
{
    uint32_t kept = from;
    for (uint32_t i = from; i < diag->findings.len; i++)
        if (diag->findings.at[i].severity == SEVERITY_ERROR)
            diag->findings.at[kept++] = diag->findings.at[i];
    diag->findings.len = kept;
}

static void narrow(SchemaTarget *target)
{
    target->oldest = target->newest;
    target->versions = UINT32_C(1) << (target->newest - SCHEMA_OLDEST);
}

/* The object as a server would store it, in the order of the input: from the first one
 * on that has to wait for its CRD, all wait. */
void normal_target(Options *options)
{
    narrow(&options->schema.target);
    for (uint32_t i = 0; i < options->overrides.len; i++)
        if (options->overrides.at[i].has_target)
            narrow(&options->overrides.at[i].schema.target);
}

void normal_again(Worker *worker, Document *doc)
{
    const Object *object = facts_object(worker->facts, doc->object);
    uint32_t before = worker->diag.findings.len;
    if (!check_type(worker, doc))
        return;
    keep_errors(&worker->diag, before);
    Str ns = interned(&worker->strings, object->ns);
    Document normal = schema_normal_form(worker->checker.options, doc, object, ns,
                                         parser_arena(worker->parser));
    worker->take_normal(worker, &normal);
}

void normal_object(Worker *worker, Document *doc)
{
    open_object(worker, doc);
    if (!worker->deferred.len) {
        normal_again(worker, doc);
        return;
    }
    defer(worker, doc);
    uint32_t before = worker->diag.findings.len;
    if (crd_is_definition(&worker->head))
        check_type(worker, doc);
    worker->diag.findings.len = before; /* told when it is read again */
}

void normal_form(Worker *worker, Document *doc)
{
    uint32_t before = worker->diag.findings.len;
    const Object *object = facts_object(worker->facts, doc->object);
    bool typed = schema_check(&worker->checker, doc, facts_object(worker->facts, doc->object)) !=
                 CHECK_DEFERRED;
    worker->diag.findings.len = before;
    if (!typed)
        return;
    Document normal = schema_normal_form(&worker->options->schema, doc, object,
                                         interned(&worker->strings, object->ns),
                                         parser_arena(worker->parser));
    worker->take_normal(worker, &normal);
}

/* Of an API that its version does not serve nothing is left, and an error told of it. */
void emit_normal(Worker *worker, const Document *normal)
{
    if (node_at(normal, normal->root)->len == 0)
        return;
    object_writer_put(worker->writer, normal, normal->root);
}
