/* What a cluster holds already: `kubectl get -o yaml` wrote it down, as a List, as
 * several documents or as lines of JSON, and the input is going to be applied to it.
 *
 * The dumps go through the passes of the input, so that their objects leave the same
 * facts; then everything that was found in them is forgotten, since a server took them
 * once.  Each scope gets their facts too: those of an object that the scope defines
 * itself are out of date, and so are those of what it owns.  A Deployment that is
 * replaced makes new Pods, and the old ones must not be taken for theirs. */
#include "cli/backdrop.h"

#include "checks/facts.h"
#include "cli/options.h"
#include "schema/crd.h"

/* ---- reading ---- */
static bool in_backdrop(const Sources *sources, Place place)
{
    uint32_t file = place.doc != BASE_NONE ? sources->docs.at[place.doc].file : place.file;
    return file != BASE_NONE && sources->files.at[file].backdrop;
}

/* A dump's text is judged by nobody but the reader. */
static bool tell_unreadable(Worker *worker, uint32_t first)
{
    bool told = false;
    for (uint32_t i = first; i < worker->diag.findings.len; i++) {
        const Finding *finding = &worker->diag.findings.at[i];
        if (finding->object == BASE_NONE || !facts_object(worker->facts, finding->object)->no_object)
            continue;
        Located at = sources_locate(worker->sources, finding->place);
        cli_error("--assume-cluster: %.*s:%u:%u: %.*s", STR_ARG(at.file), (unsigned)at.line,
                  (unsigned)at.column, STR_ARG(finding->message));
        told = true;
    }
    return told;
}

static bool read_dump(Worker *worker, Str path)
{
    ReportSummary *counted = worker->summary, mine = {0};
    FileNote note = {0};
    Input input = {.path = path, .argument = BASE_NONE, .chart = BASE_NONE, .named = true};
    uint32_t first = worker->diag.findings.len;
    worker->summary = &mine;
    worker_file(worker, &input, NULL, &note);
    if (note.windows.count)
        worker_large_file(worker, &input, &note);
    list_free(input.list);
    worker->summary = counted;
    if (note.error) {
        cli_error("%.*s: %s", STR_ARG(path), strerror(note.error));
        return false;
    }
    if (tell_unreadable(worker, first))
        return false;
    if (note.used && !note.helm)
        return true;
    cli_error("--assume-cluster: %.*s holds no objects", STR_ARG(path));
    return false;
}

void backdrop_read(Run *run)
{
    Worker *worker = &run->worker;
    uint32_t objects = facts_object_count(worker->facts);
    crd_set_input(worker->checker.crds, false);
    worker->backdrop = true;
    bool stdin_taken = false;
    for (uint32_t i = 0; i < run->options->paths.len; i++)
        stdin_taken |= str_is(run->options->paths.at[i], "-");
    for (uint32_t i = 0; i < run->options->clusters.len; i++) {
        Str path = run->options->clusters.at[i];
        if (str_is(path, "-") && stdin_taken) {
            cli_error("--assume-cluster: standard input cannot be read twice");
            run->unreadable = true;
            continue;
        }
        stdin_taken |= str_is(path, "-");
        run->unreadable |= !read_dump(worker, path);
    }
    worker->backdrop = false;
    worker->facts->backdrop = facts_object_count(worker->facts) - objects;
    crd_set_input(worker->checker.crds, true);
}

bool backdrop_has(const Worker *worker, const Finding *finding)
{
    return in_backdrop(worker->sources, finding->place);
}

void backdrop_forget_findings(Worker *worker)
{
    Diag *diag = &worker->diag;
    uint32_t kept = 0;
    if (!worker->facts->backdrop)
        return;
    for (uint32_t i = 0; i < diag->findings.len; i++)
        if (!backdrop_has(worker, &diag->findings.at[i]))
            diag->findings.at[kept++] = diag->findings.at[i];
    diag->findings.len = kept;
}

/* ---- joining a scope ---- */
enum { IDENTITY_PARTS = 4 };

typedef struct Joining {
    const Facts *facts;
    Interner *strings;
    SeqTable held;       /* identities that the scope has, or that are out of date with them */
    uint32_t *owners;    /* per object of the dumps: its first in facts->references */
    uint32_t *next;      /* per reference: the next of its object, or BASE_NONE */
} Joining;

static bool is_held(const Joining *joining, uint32_t group, uint32_t kind, uint32_t ns,
                    uint32_t name)
{
    uint32_t key[IDENTITY_PARTS] = {group, kind, ns, name};
    return seq_find(&joining->held, key, IDENTITY_PARTS) != BASE_NONE;
}

static void hold(Joining *joining, const Object *object)
{
    uint32_t key[IDENTITY_PARTS] = {object->group, object->kind, object->ns, object->name};
    if (object->name && object->name != BASE_NONE)
        seq_intern(&joining->held, key, IDENTITY_PARTS);
}

/* Kinds whose objects stand between a workload and its Pods, and are named after it. */
static const struct {
    const char *kind, *maker;
} BETWEEN[] = {{"ReplicaSet", "Deployment"}, {"Job", "CronJob"}};

/* A dump may hold a Pod without its ReplicaSet: "web-5d8f7c9b4" is Deployment web's. */
static bool maker_is_held(const Joining *joining, const Reference *owner)
{
    Str kind = facts_text(joining->facts, owner->kind);
    Str name = facts_text(joining->facts, owner->name);
    while (name.len && name.ptr[name.len - 1] != '-')
        name.len--;
    if (name.len < 2)
        return false;
    uint32_t base = interner_find(joining->strings, str_slice(name.ptr, name.len - 1));
    for (size_t i = 0; base != BASE_NONE && i < BASE_COUNT(BETWEEN); i++) {
        if (!str_is(kind, BETWEEN[i].kind))
            continue;
        uint32_t maker = interner_find(joining->strings, str_of(BETWEEN[i].maker));
        return maker != BASE_NONE && is_held(joining, owner->group, maker, owner->ns, base);
    }
    return false;
}

static bool is_out_of_date(const Joining *joining, uint32_t object)
{
    const Facts *facts = joining->facts;
    uint32_t at = joining->owners[object - facts_input_count(facts)];
    for (; at != BASE_NONE; at = joining->next[at]) {
        const Reference *owner = &facts->references.at[at];
        if (is_held(joining, owner->group, owner->kind, owner->ns, owner->name) ||
            is_held(joining, owner->group, owner->kind, 0, owner->name) ||
            maker_is_held(joining, owner))
            return true;
    }
    return false;
}

static void index_owners(Joining *joining)
{
    const Facts *facts = joining->facts;
    uint32_t count = facts_object_count(facts) - facts_input_count(facts);
    joining->owners = mem_resize(NULL, sizeof *joining->owners * ((size_t)count + 1));
    memset(joining->owners, 0xFF, sizeof *joining->owners * ((size_t)count + 1));
    joining->next = mem_resize(NULL, sizeof *joining->next * ((size_t)facts->references.len + 1));
    for (uint32_t i = 0; i < facts->references.len; i++) {
        const Reference *reference = &facts->references.at[i];
        if (reference->object < facts_input_count(facts) ||
            !str_starts(facts_text(facts, reference->path), STR("metadata.ownerReferences")))
            continue;
        uint32_t *first = &joining->owners[reference->object - facts_input_count(facts)];
        joining->next[i] = *first;
        *first = i;
    }
}

/* Whoever owns an object may stand behind it: what is out of date makes what it owns so,
 * until a round finds no more.  Owners are few deep. */
static void spread(Joining *joining, bool *gone)
{
    const Facts *facts = joining->facts;
    uint32_t first = facts_input_count(facts), count = facts_object_count(facts);
    for (bool more = true; more;) {
        more = false;
        for (uint32_t id = first; id < count; id++) {
            if (gone[id - first] || !is_out_of_date(joining, id))
                continue;
            gone[id - first] = more = true;
            hold(joining, facts_object(facts, id));
        }
    }
}

void backdrop_join(const Facts *facts, Interner *strings, PartPlan *plan)
{
    uint32_t first = facts_input_count(facts), count = facts_object_count(facts);
    if (count == first)
        return;
    Joining joining = {.facts = facts, .strings = strings};
    bool *gone = mem_resize(NULL, sizeof *gone * ((size_t)count - first));
    for (uint32_t i = 0; i < plan->entries.len; i++)
        hold(&joining, &plan->entries.at[i].object);
    for (uint32_t id = first; id < count; id++) {
        const Object *object = facts_object(facts, id);
        gone[id - first] = object->no_object ||
                           is_held(&joining, object->group, object->kind, object->ns, object->name);
    }
    index_owners(&joining);
    spread(&joining, gone);
    for (uint32_t id = first; id < count; id++)
        if (!gone[id - first])
            vec_push(&plan->entries, part_entry(facts, id));
    seq_table_free(&joining.held);
    mem_free(joining.owners);
    mem_free(joining.next);
    mem_free(gone);
}
