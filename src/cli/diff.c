/* diff.c: plimsoll diff --offline A B: two inputs, each read into the stored form of its
 * objects, paired by group, kind, namespace and name, and compared.  The same for what a
 * cluster holds and what it would: plimsoll-rest asks for it.
 *
 * What kubectl, controllers or the cluster add to an object that is read back is left
 * out on both sides: status and the rest of the mask (docs/normal-form.md), and the
 * annotations below.  An object of a controller that only one side has is passed over. */
#include "cli/live_diff.h"
#include "cli/run.h"

#include <errno.h>
#include <unistd.h>

/* One object of a side, kept until the end. */
typedef struct Kept {
    Document doc;
    Str group, api_version, kind, ns, name;
    bool secret, of_controller;
} Kept;

typedef struct Side {
    Arena arena;
    VEC(Kept) objects;
} Side;

static const char *const IGNORED[] = {
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
};

/* ---- keeping ---- */

/* Maps of an object that lose some entries. */
typedef struct Places {
    uint32_t metadata, annotations;
} Places;

static uint32_t get(const Document *doc, uint32_t map, const char *key)
{
    if (map == BASE_NONE || node_kind(doc, map) != NODE_MAP)
        return BASE_NONE;
    return node_get_text(doc, map, str_of(key));
}

/* The namespace is among what objects are paired by, given or not. */
static bool is_ignored(const Document *doc, uint32_t key, uint32_t map, const Places *places)
{
    if (map == places->metadata)
        return str_is(node_str(doc, key), "namespace");
    for (size_t i = 0; map == places->annotations && i < BASE_COUNT(IGNORED); i++)
        if (str_is(node_str(doc, key), IGNORED[i]))
            return true;
    return false;
}

/* A copy of the nodes with their texts, without the annotations that are ignored, and
 * without annotations where none is left. */
static uint32_t keep_node(const Document *doc, uint32_t node, const Places *places, Node *nodes,
                          uint32_t at, Arena *arena)
{
    Node *copy = &nodes[at];
    uint32_t self = at++;
    *copy = *node_at(doc, node);
    if (copy->kind < NODE_MAP) {
        copy->text = arena_str(arena, node_str(doc, node)).ptr;
    } else if (copy->kind == NODE_SEQ) {
        for (uint32_t item = node_first(node); item < node_end(doc, node);
             item = node_after(doc, item))
            at = keep_node(doc, item, places, nodes, at, arena);
    } else {
        uint32_t count = 0;
        for (uint32_t key = node_first(node); key < node_end(doc, node);
             key = node_after_entry(doc, key)) {
            if (is_ignored(doc, key, node, places))
                continue;
            uint32_t start = at;
            at = keep_node(doc, key, places, nodes, at, arena);
            uint32_t value = at;
            at = keep_node(doc, key + 1, places, nodes, at, arena);
            if (key + 1 == places->annotations && nodes[value].len == 0)
                at = start;
            else
                count++;
        }
        nodes[self].len = count;
    }
    nodes[self].next = at;
    return at;
}

static bool has_controller(const Document *doc, uint32_t metadata)
{
    uint32_t owners = get(doc, metadata, "ownerReferences");
    if (owners == BASE_NONE || node_kind(doc, owners) != NODE_SEQ)
        return false;
    for (uint32_t item = node_first(owners); item < node_end(doc, owners);
         item = node_after(doc, item)) {
        uint32_t controller = get(doc, item, "controller");
        if (controller != BASE_NONE && node_kind(doc, controller) == NODE_BOOL &&
            node_bool(doc, controller))
            return true;
    }
    return false;
}

static void keep_object(Worker *worker, const Document *normal)
{
    Side *side = worker->keeper;
    const Object *object = facts_object(worker->facts, normal->object);
    uint32_t metadata = get(normal, normal->root, "metadata");
    Places places = {metadata, get(normal, metadata, "annotations")};
    Kept kept = {
        .doc = *normal,
        .group = arena_str(&side->arena, interned(&worker->strings, object->group)),
        .api_version = arena_str(&side->arena, interned(&worker->strings, object->api_version)),
        .kind = arena_str(&side->arena, interned(&worker->strings, object->kind)),
        .of_controller = has_controller(normal, metadata),
    };
    kept.secret = kept.group.len == 0 && str_is(kept.kind, "Secret");
    Str ns = interned(&worker->strings, object->ns);
    /* Of a kind that nobody knows, the dump names the namespace that the file leaves out. */
    if (object->scope == SCOPE_UNKNOWN && ns.len == 0)
        ns = worker->options->schema.default_namespace;
    kept.ns = arena_str(&side->arena, ns);
    uint32_t name = object->name ? object->name : object->generate_name;
    kept.name = arena_str(&side->arena, interned(&worker->strings, name));
    kept.doc.nodes = arena_alloc(&side->arena, sizeof(Node) * normal->count);
    kept.doc.root = 0;
    keep_node(normal, normal->root, &places, kept.doc.nodes, 0, &side->arena);
    kept.doc.count = kept.doc.nodes[0].next;
    vec_push(&side->objects, kept);
}

/* ---- pairing ---- */

static int compare_names(const Kept *a, const Kept *b)
{
    const Str left[] = {a->group, a->kind, a->ns, a->name};
    const Str right[] = {b->group, b->kind, b->ns, b->name};
    for (size_t i = 0; i < BASE_COUNT(left); i++) {
        int order = str_compare(left[i], right[i]);
        if (order)
            return order;
    }
    return 0;
}

static int by_name(const void *a, const void *b, void *context)
{
    const Kept *objects = context;
    return compare_names(&objects[*(const uint32_t *)a], &objects[*(const uint32_t *)b]);
}

/* Ids of a side's objects by name; objects of one name keep their order. */
static uint32_t *sort_side(Side *side, Arena *arena)
{
    uint32_t count = side->objects.len;
    uint32_t *ids = arena_alloc(arena, sizeof *ids * (count + 1));
    for (uint32_t i = 0; i < count; i++)
        ids[i] = i;
    if (count)
        sort_with(ids, count, sizeof *ids, by_name, side->objects.at);
    return ids;
}

typedef struct Diff {
    Side left, right;
    Arena arena;
    VEC(ObjectDifference) found;
    DiffReport report;
} Diff;

static ObjectDifference describe(const Kept *kept, DiffChange change)
{
    return (ObjectDifference){
        .change = change, .api_version = kept->api_version, .kind = kept->kind, .ns = kept->ns,
        .name = kept->name, .secret = kept->secret,
        .left = change == DIFF_ADDED ? NULL : &kept->doc,
        .right = change == DIFF_ADDED ? &kept->doc : NULL,
    };
}

static void add_alone(Diff *diff, const Kept *kept, DiffChange change)
{
    if (kept->of_controller) {
        diff->report.passed_over++;
        return;
    }
    ObjectDifference object = describe(kept, change);
    vec_push(&diff->found, object);
}

static void add_pair(Diff *diff, const Schema *schema, const Kept *left, const Kept *right)
{
    ObjectDifference object = describe(left, DIFF_CHANGED);
    object.right = &right->doc;
    schema_compare(schema, &left->doc, &right->doc, &diff->arena, &object.fields);
    if (object.fields.count)
        vec_push(&diff->found, object);
    else
        diff->report.same++;
}

static void pair_sides(Diff *diff, const Schema *schema)
{
    uint32_t *left = sort_side(&diff->left, &diff->arena);
    uint32_t *right = sort_side(&diff->right, &diff->arena);
    uint32_t i = 0, j = 0;
    while (i < diff->left.objects.len || j < diff->right.objects.len) {
        const Kept *a = i < diff->left.objects.len ? &diff->left.objects.at[left[i]] : NULL;
        const Kept *b = j < diff->right.objects.len ? &diff->right.objects.at[right[j]] : NULL;
        int order = !a ? 1 : !b ? -1 : compare_names(a, b);
        if (order < 0)
            add_alone(diff, a, DIFF_REMOVED);
        else if (order > 0)
            add_alone(diff, b, DIFF_ADDED);
        else
            add_pair(diff, schema, a, b);
        i += order <= 0;
        j += order >= 0;
    }
}

/* ---- the command ---- */

/* Definitions of either side count for both. */
static void share_definitions(Options *options)
{
    for (uint32_t i = 0; i < options->paths.len; i++) {
        Str path = arena_str(&options->arena, options->paths.at[i]);
        if (access(path.ptr, R_OK) == 0) /* or else it is told when it is read */
            vec_push(&options->crds, path);
    }
}

static void read_side(Run *run, Options *options, Str path, Side *side)
{
    options->paths.at[0] = path;
    options->paths.len = 1;
    run_begin(run, options, normal_object);
    run->worker.take_normal = keep_object;
    run->worker.keeper = side;
    run_crds(run);
    vec_clear(&run->worker.diag.findings); /* told when they are read as the input */
    run_files(run);
    run_deferred(run, normal_again);
}

static bool has_unread(const Diag *diag)
{
    for (uint32_t i = 0; i < diag->findings.len; i++)
        if (diag->findings.at[i].severity == SEVERITY_ERROR &&
            diag->findings.at[i].rule->origin == ORIGIN_YAML)
            return true;
    return false;
}

/* What could not be read is told, and what a server would refuse. */
static bool tell_errors(Run *run)
{
    Diag *diag = &run->worker.diag;
    Out errors;
    out_init(&errors, STDERR_FILENO);
    diag_sort(diag, &run->sources);
    Report report = {.sources = &run->sources, .diag = diag, .summary = run->summary};
    report_format_find(STR("text"))->write(&report, &errors);
    out_close(&errors);
    return has_unread(diag) || run->unreadable;
}

static bool write_report(const Options *options, const char *usual, const DiffReport *report)
{
    Output output = output_of(options, usual);
    Out out;
    if (!output_open(&out, &output))
        return false;
    diff_format_find(output.format)->write(report, &out);
    if (!output_close(&out, &output, "the report"))
        return false;
    if (!options->quiet) {
        Buf line = {0};
        diff_summary_line(report, &line);
        fprintf(stderr, "%.*s\n", STR_ARG(buf_slice(&line)));
        buf_free(&line);
    }
    return true;
}

static void diff_free(Diff *diff)
{
    vec_free(&diff->found);
    vec_free(&diff->left.objects);
    vec_free(&diff->right.objects);
    arena_free(&diff->left.arena);
    arena_free(&diff->right.arena);
    arena_free(&diff->arena);
}

/* The report of what was found, written; false where it could not be. */
static bool diff_write(Diff *diff, Options *options, const char *usual)
{
    diff->report.objects = diff->found.at;
    diff->report.object_count = diff->found.len;
    return write_report(options, usual, &diff->report);
}

static int offline_diff(Options *options)
{
    if (options->paths.len != 2) {
        cli_error("diff compares two without a cluster: plimsoll diff --offline A B");
        return EXIT_TROUBLE;
    }
    Str left = options->paths.at[0], right = options->paths.at[1];
    share_definitions(options);
    normal_target(options);
    Diff diff = {0};
    Run runs[2];
    read_side(&runs[0], options, left, &diff.left);
    options->schema.schema = NULL;
    read_side(&runs[1], options, right, &diff.right);
    bool trouble = tell_errors(&runs[0]);
    trouble |= tell_errors(&runs[1]);
    bool readable = !runs[0].unreadable && !runs[1].unreadable;
    if (readable)
        pair_sides(&diff, runs[0].types);
    diff.report.left = &runs[0].sources;
    diff.report.right = &runs[1].sources;
    trouble |= readable && !diff_write(&diff, options, "text");
    int status = trouble ? EXIT_TROUBLE : diff.found.len ? EXIT_FINDINGS : EXIT_CLEAN;
    diff_free(&diff);
    run_end(&runs[0]);
    run_end(&runs[1]);
    return status;
}

int run_diff(Options *options)
{
    return options->offline ? offline_diff(options) : run_cluster(options);
}

/* ---- live ---- */

static void read_stream(Run *run, Options *options, Buf *text, Side *side)
{
    options->paths.len = 0;
    run_begin(run, options, normal_object);
    run->worker.take_normal = keep_object;
    run->worker.keeper = side;
    run_crds(run);
    worker_stream(&run->worker, STR("cluster"), text);
    run_deferred(run, normal_again);
}

int live_diff(Options *options, LiveDiff *live)
{
    normal_target(options);
    Diff diff = {0};
    Run runs[2];
    options->schema.schema = NULL;
    read_stream(&runs[0], options, &live->before, &diff.left);
    options->schema.schema = NULL;
    read_stream(&runs[1], options, &live->after, &diff.right);
    pair_sides(&diff, runs[0].types);
    diff.report.left = &runs[0].sources;
    diff.report.right = &runs[1].sources;
    diff.report.input = live->input;
    diff.report.same += live->same;
    for (uint32_t i = 0; i < diff.found.len; i++) {
        ObjectDifference *object = &diff.found.at[i];
        Place *places = arena_zero(&diff.arena, sizeof *places * (object->fields.count + 1u));
        live->locate(live->context, object, places);
        object->places = places;
    }
    bool unread = has_unread(&runs[0].worker.diag) || has_unread(&runs[1].worker.diag);
    if (unread)
        cli_error("an answer of the server is no object that can be read, and is not compared");
    bool written = diff_write(&diff, options, "unified");
    int status = unread || !written ? EXIT_TROUBLE : diff.found.len ? EXIT_FINDINGS : EXIT_CLEAN;
    diff_free(&diff);
    run_end(&runs[0]);
    run_end(&runs[1]);
    return status;
}
