/* The question before the writes: everything as a server dry run, and nothing is written
 * where something is refused.
 *
 * A dry run cannot see what this very run will write.  Objects in a Namespace or of a
 * definition that is not there yet are not asked about at all.  A refusal that names an
 * object of an earlier step, by kind and name, which does not exist yet is not held against
 * it; nor is one of a custom resource whose definition the run changes.  All of them are
 * asked about again once that is written, before they are written themselves.  A server
 * looks such things up in caches that follow its store a moment later, so a refusal for want
 * of what this run has just written is asked about again for some seconds. */
#include "emit/rest/json.h"
#include "emit/rest/rest.h"

#include <ctype.h>

/* An object that this run creates, or a definition that it changes. */
typedef struct Arrival {
    Str kind;
    unsigned step;
    bool there;     /* only changed */
    uint32_t next;  /* of the same name */
} Arrival;

typedef struct Arrivals {
    Interner names;
    VEC(uint32_t) first; /* per name; BASE_NONE: none */
    VEC(Arrival) all;
} Arrivals;

bool rest_is_bad(const RestObject *object) { return object->outcome >= REST_CONFLICT; }

/* ---- what arrives ---- */

static void put_arrival(Arrivals *arrivals, Str kind, Str name, const RestObject *object)
{
    uint32_t id = intern(&arrivals->names, name);
    while (arrivals->first.len <= id)
        vec_push(&arrivals->first, BASE_NONE);
    Arrival arrival = {kind, object->step, object->outcome == REST_CONFIGURED,
                       arrivals->first.at[id]};
    arrivals->first.at[id] = arrivals->all.len;
    vec_push(&arrivals->all, arrival);
}

/* A controller gives each new Namespace its ServiceAccount. */
static void add_arrival(Arrivals *arrivals, const RestObject *object)
{
    put_arrival(arrivals, object->kind, object->name, object);
    if (str_is(object->kind, "Namespace"))
        put_arrival(arrivals, STR("ServiceAccount"), STR("default"), object);
}

typedef enum Arrived { STILL_TO_COME, ALSO_WRITTEN } Arrived;

static void gather_arrivals(RestRun *run, Arrivals *arrivals, Arrived which)
{
    *arrivals = (Arrivals){0};
    interner_init(&arrivals->names);
    for (uint32_t i = 0; i < run->count; i++) {
        const RestObject *object = &run->objects[i];
        bool definition = object->rank == REST_RANK_DEFINITION;
        bool created = (object->asked_in_vain || object->absent) && !object->written;
        bool changed = definition && object->planned && object->outcome == REST_CONFIGURED;
        /* A new definition is waited for until it is served. */
        bool written = which == ALSO_WRITTEN && object->written &&
                       object->outcome == (definition ? REST_CONFIGURED : REST_CREATED);
        if (created || changed || written)
            add_arrival(arrivals, object);
    }
}

static void free_arrivals(Arrivals *arrivals)
{
    interner_free(&arrivals->names);
    vec_free(&arrivals->first);
    vec_free(&arrivals->all);
}

static const Arrival *first_of(const Arrivals *arrivals, Str name)
{
    uint32_t id = name.len ? interner_find(&arrivals->names, name) : BASE_NONE;
    return id == BASE_NONE || id >= arrivals->first.len || arrivals->first.at[id] == BASE_NONE
               ? NULL
               : &arrivals->all.at[arrivals->first.at[id]];
}

static const Arrival *next_of(const Arrivals *arrivals, const Arrival *arrival)
{
    return arrival->next == BASE_NONE ? NULL : &arrivals->all.at[arrival->next];
}

/* ---- what cannot be told yet ---- */

static const Arrival *arrives_before(const Arrivals *arrivals, const RestObject *object,
                                     const char *kind, Str name)
{
    for (const Arrival *at = first_of(arrivals, name); at; at = next_of(arrivals, at))
        if (str_is(at->kind, kind) && at->step < object->step)
            return at;
    return NULL;
}

static const Arrival *definition_of(const Arrivals *arrivals, const RestObject *object, Arena *arena)
{
    Str name = arena_format(arena, "%.*s.%.*s", STR_ARG(object->resource), STR_ARG(object->group));
    return object->group.len ? arrives_before(arrivals, object, "CustomResourceDefinition", name)
                             : NULL;
}

/* Without which it cannot even be asked about. */
static const Arrival *awaited(const Arrivals *arrivals, const RestObject *object, Arena *arena)
{
    const Arrival *definition = definition_of(arrivals, object, arena);
    if (definition && !definition->there)
        return definition;
    return object->namespaced ? arrives_before(arrivals, object, "Namespace", object->ns) : NULL;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* Whether the text has the word in it, in any case: `serviceaccount` of ServiceAccount. */
static bool mentions(Str text, Str word)
{
    for (size_t i = 0; i + word.len <= text.len; i++) {
        size_t same = 0;
        while (same < word.len && tolower((unsigned char)text.ptr[i + same]) ==
                                      tolower((unsigned char)word.ptr[same]))
            same++;
        if (same == word.len)
            return true;
    }
    return false;
}

/* The message behind `pods "web" is forbidden: `: it is about that very object, and another
 * of its name is not meant. */
static Str behind_own_name(const RestObject *object)
{
    Str text = object->message;
    size_t quote = str_find(text, '"');
    Str rest = str_slice(text.ptr + quote, text.len - quote);
    size_t head = object->name.len + 2;
    if (rest.len > head && rest.ptr[head - 1] == '"' &&
        str_eq(str_slice(rest.ptr + 1, object->name.len), object->name))
        return str_slice(rest.ptr + head, rest.len - head);
    return text;
}

static const Arrival *named_arrival(const Arrivals *arrivals, const RestObject *object)
{
    Str text = behind_own_name(object);
    for (size_t i = 0; i < text.len;) {
        size_t from = i;
        while (i < text.len && is_name_byte(text.ptr[i]))
            i++;
        size_t end = i;
        while (end > from && text.ptr[end - 1] == '.')
            end--;
        Str word = str_slice(text.ptr + from, end - from);
        for (const Arrival *at = first_of(arrivals, word); at; at = next_of(arrivals, at))
            if (!at->there && at->step < object->step && mentions(text, at->kind))
                return at;
        i += i == from;
    }
    return NULL;
}

/* What a refusal may be for want of. */
static const Arrival *missed(const Arrivals *arrivals, const RestObject *object, Arena *arena)
{
    const Arrival *definition = definition_of(arrivals, object, arena);
    return object->outcome != REST_REFUSED ? NULL
           : definition                    ? definition
           : str_is(object->reason, "Invalid") ? NULL
                                               : named_arrival(arrivals, object);
}

/* It is asked about again behind that. */
static void leave_open(RestObject *object, const Arrival *arrival)
{
    object->asked_in_vain = arrival != NULL;
    object->open_from = arrival ? arrival->step + 1 : 0;
}

/* ---- asking ---- */

enum {
    KEPT_MOST = 1 << 30,  /* bytes of answers that are kept for a diff */
    CACHES_MS = 5000,     /* for which a server's caches may lack what was written */
    CACHES_POLL_MS = 100,
};

static Str keep_answer(RestRun *run, RestObject *object, Str answer)
{
    run->kept += answer.len;
    if (run->kept <= KEPT_MOST)
        return arena_str(run->arena, answer);
    object->outcome = REST_FAILED;
    object->message = STR("the server's answers are larger than what is kept of them");
    return STR("");
}

static bool opens(const RestObject *object, unsigned step)
{
    (void)step;
    return object->rank < REST_RANK_FIRST_FREE;
}

static bool follows(const RestObject *object, unsigned step) { return !opens(object, step); }

static bool is_left_open(const RestObject *object, unsigned step)
{
    return object->asked_in_vain && object->step >= step && object->open_from <= step &&
           !rest_is_bad(object) &&
           !object->takeover.len; /* that comes first, in its own step */
}

void rest_take_plans(RestRun *run)
{
    for (Call *call; (call = client_next(run->client)) != NULL;) {
        RestObject *object = call->owner;
        rest_answer(run, object, true);
        if (object->takeover.len && !rest_is_bad(object))
            rest_takeover_plan(run, object, buf_slice(&call->answer));
        if (run->options->keep_answers && !rest_is_bad(object))
            object->after = keep_answer(run, object, buf_slice(&call->answer));
        call_free(call);
        if (object->outcome == REST_FAILED)
            client_stop(run->client);
    }
}

/* ---- what would change ---- */

static bool is_there(const RestObject *object)
{
    return object->planned && object->outcome == REST_CONFIGURED;
}

static bool opens_and_is_there(const RestObject *object, unsigned step)
{
    return opens(object, step) && is_there(object);
}

static bool follows_and_is_there(const RestObject *object, unsigned step)
{
    return follows(object, step) && is_there(object);
}

/* The live object beside what a dry run made of it. */
static void compare(RestRun *run, RestObject *object, Json *live, Str text)
{
    uint64_t whole, content;
    if (!live)
        return;
    if (run->options->keep_answers)
        object->before = keep_answer(run, object, text);
    rest_json_digests(live, &whole, &content);
    object->settled = whole && whole == object->whole && !object->takeover.len;
    object->same = content == object->content && !object->takeover.len;
    if (object->same)
        object->outcome = REST_UNCHANGED;
}

/* For a diff, what cannot be read cannot be shown; else it is taken to change. */
static bool compare_plans(RestRun *run, RestPick *pick)
{
    RestReading reading = {.pick = pick, .whole = true, .take = compare,
                           .texts = run->options->keep_answers,
                           .may_fail = !run->options->keep_answers};
    return rest_read_live(run, &reading) || reading.may_fail;
}

/* What a definition that changes makes of its objects, only the server knows, behind it. */
static void unsettle(RestRun *run)
{
    Arrivals arrivals;
    gather_arrivals(run, &arrivals, STILL_TO_COME);
    for (uint32_t i = 0; i < run->count; i++)
        if (run->objects[i].settled && definition_of(&arrivals, &run->objects[i], run->arena))
            run->objects[i].settled = false;
    free_arrivals(&arrivals);
}

/* Asks about every object that is picked; true where none was refused for good, be it for
 * want of what is still to come or of what has just been written. */
static bool ask(RestRun *run, RestPick *pick, unsigned step, Arrived excuse)
{
    bool fine = true, *picked = arena_zero(run->arena, run->count + 1);
    Arrivals arrivals;
    gather_arrivals(run, &arrivals, STILL_TO_COME);
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        picked[i] = pick(object, step);
        if (!picked[i])
            continue;
        leave_open(object, awaited(&arrivals, object, run->arena));
        if (!object->asked_in_vain)
            rest_start_apply(run, object, true);
    }
    rest_take_plans(run);
    free_arrivals(&arrivals);
    gather_arrivals(run, &arrivals, excuse);
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        if (!picked[i] || !rest_is_bad(object))
            continue;
        object->forced = rest_takeover_ends(object);
        leave_open(object, missed(&arrivals, object, run->arena));
        object->asked_in_vain |= object->forced;
        if (object->asked_in_vain)
            object->outcome = REST_PENDING;
        else
            fine = false;
    }
    free_arrivals(&arrivals);
    return fine;
}

bool rest_preflight(RestRun *run)
{
    bool fine = ask(run, opens, 0, STILL_TO_COME);
    fine = rest_takeover_ask(run, opens) && fine;
    fine = compare_plans(run, opens_and_is_there) && fine;
    fine = ask(run, follows, 0, STILL_TO_COME) && fine;
    fine = rest_takeover_ask(run, follows) && fine;
    if (fine || run->options->dry_run)
        fine = compare_plans(run, follows_and_is_there) && fine;
    unsettle(run);
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        if (!object->takeover.len || rest_is_bad(object))
            continue;
        if (run->options->dry_run)
            object->outcome = REST_CONFIGURED;
        else
            object->asked_in_vain = true; /* without fields that go, it may be another thing */
    }
    return fine;
}

static bool is_any_left_open(const RestRun *run, unsigned step)
{
    for (uint32_t i = 0; i < run->count; i++)
        if (is_left_open(&run->objects[i], step))
            return true;
    return false;
}

bool rest_preflight_again(RestRun *run, unsigned step)
{
    for (int waited = 0; is_any_left_open(run, step); waited += CACHES_POLL_MS) {
        if (waited)
            rest_pause_ms(CACHES_POLL_MS);
        bool patient = waited < CACHES_MS && !client_is_stopped(run->client);
        if (!ask(run, is_left_open, step, patient ? ALSO_WRITTEN : STILL_TO_COME))
            return false;
    }
    return true;
}
