/* Objects to the cluster: everything is asked as a dry run first, and only when nothing is
 * refused the writes begin, rank after rank (order.c).
 *
 * A dry run cannot see what this very run will create.  Objects in a Namespace or of a
 * definition that is not there yet are not asked at all; a refusal that names an object of
 * an earlier rank which does not exist yet is not held against it.  Both are asked again
 * once that rank is written, before their own is. */
#include "emit/rest/json.h"
#include "emit/rest/rest.h"

/* What exists only once this run has written it. */
typedef struct Absent {
    Interner names;          /* of objects, and plural.group of definitions' resources */
    VEC(unsigned) rank;      /* of a name's id: the first rank that creates it */
} Absent;

static void start_apply(RestRun *run, RestObject *object, bool dry_run)
{
    Str path = rest_path(run->arena, object, true);
    call_free(&object->call);
    object->call = (Call){
        .method = "PATCH",
        .path = arena_format(run->arena, "%.*s?fieldManager=plimsoll&fieldValidation=Strict%s%s",
                             STR_ARG(path), run->options->force ? "&force=true" : "",
                             dry_run ? "&dryRun=All" : ""),
        .body = object->body,
        .content_type = "application/apply-patch+yaml",
        .owner = object,
    };
    client_start(run->client, &object->call);
}

static bool is_bad(const RestObject *object)
{
    return object->outcome >= REST_CONFLICT;
}

/* ---- what cannot be checked yet ---- */

static void absent_add(Absent *absent, Str name, unsigned rank)
{
    uint32_t id = intern(&absent->names, name);
    while (absent->rank.len <= id)
        vec_push(&absent->rank, UINT32_MAX);
    if (rank < absent->rank.at[id])
        absent->rank.at[id] = rank;
}

static bool absent_before(const Absent *absent, Str name, unsigned rank)
{
    uint32_t id = interner_find(&absent->names, name);
    return name.len && id != BASE_NONE && id < absent->rank.len && absent->rank.at[id] < rank;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool message_names(const Absent *absent, const RestObject *object)
{
    Str text = object->message;
    for (size_t i = 0; i < text.len;) {
        size_t from = i;
        while (i < text.len && is_name_byte(text.ptr[i]))
            i++;
        size_t end = i;
        while (end > from && text.ptr[end - 1] == '.')
            end--;
        if (end > from && absent_before(absent, str_slice(text.ptr + from, end - from),
                                        object->rank))
            return true;
        i += i == from;
    }
    return false;
}

static bool waits_for_run(const Absent *absent, const RestObject *object, Arena *arena)
{
    Str resource = arena_format(arena, "%.*s.%.*s", STR_ARG(object->resource),
                                STR_ARG(object->group));
    Str ns = arena_format(arena, "namespaces/%.*s", STR_ARG(object->ns));
    return absent_before(absent, resource, object->rank) ||
           (object->namespaced && absent_before(absent, ns, object->rank));
}

static void gather_absent(RestRun *run, Absent *absent)
{
    for (uint32_t i = 0; i < run->count; i++) {
        const RestObject *object = &run->objects[i];
        bool missing = object->asked_in_vain || object->absent;
        if (!missing)
            continue;
        absent_add(absent, object->name, object->rank);
        if (object->rank == REST_RANK_NAMESPACE)
            absent_add(absent, arena_format(run->arena, "namespaces/%.*s", STR_ARG(object->name)),
                       object->rank);
    }
}

/* ---- asking ---- */

/* Asks about every object that `pick` wants; true where none was refused for good. */
static bool ask(RestRun *run, Absent *absent, bool (*pick)(const RestObject *object, unsigned rank),
                unsigned rank)
{
    bool fine = true;
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        if (!pick(object, rank))
            continue;
        object->asked_in_vain = waits_for_run(absent, object, run->arena);
        if (!object->asked_in_vain)
            start_apply(run, object, true);
    }
    for (Call *call; (call = client_next(run->client)) != NULL;) {
        RestObject *object = call->owner;
        rest_answer(run, object, true);
        if (run->options->dry_run && object->outcome == REST_CONFIGURED)
            object->digest = rest_digest(call);
        if (run->options->keep_answers && !is_bad(object))
            object->after = arena_str(run->arena, buf_slice(&call->answer));
        call_free(call);
        if (object->outcome == REST_FAILED)
            client_stop(run->client);
    }
    gather_absent(run, absent);
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        if (!pick(object, rank) || !is_bad(object))
            continue;
        bool later = object->outcome == REST_REFUSED && !str_is(object->reason, "Invalid") &&
                     message_names(absent, object);
        object->asked_in_vain = later;
        if (later)
            object->outcome = REST_PENDING;
        else
            fine = false;
    }
    return fine;
}

static bool opens(const RestObject *object, unsigned rank)
{
    (void)rank;
    return object->rank < REST_RANK_FIRST_FREE;
}

static bool follows(const RestObject *object, unsigned rank) { return !opens(object, rank); }

static bool left_open(const RestObject *object, unsigned rank)
{
    return object->asked_in_vain && object->rank >= rank && object->outcome == REST_PENDING;
}

static bool preflight(RestRun *run, Absent *absent)
{
    bool fine = ask(run, absent, opens, 0);
    return ask(run, absent, follows, 0) && fine;
}

/* ---- writing ---- */

static bool write_rank(RestRun *run, unsigned rank)
{
    for (uint32_t i = 0; i < run->count; i++)
        if (run->objects[i].rank == rank)
            start_apply(run, &run->objects[i], false);
    for (Call *call; (call = client_next(run->client)) != NULL;) {
        RestObject *object = call->owner;
        rest_answer(run, object, false);
        call_free(call);
        if (is_bad(object) && !run->stopped) {
            run->stopped = true;
            client_stop(run->client);
        }
    }
    for (uint32_t i = 0; i < run->count && !run->stopped; i++) {
        RestObject *object = &run->objects[i];
        if (object->rank == rank && rank == REST_RANK_DEFINITION &&
            object->outcome == REST_CREATED && !rest_wait_established(run, object))
            run->stopped = true;
    }
    return !run->stopped;
}

/* What a preflight found is no outcome: only what was written is. */
static void forget_plans(RestRun *run, bool keep_bad)
{
    for (uint32_t i = 0; i < run->count; i++)
        if (run->objects[i].planned && !(keep_bad && is_bad(&run->objects[i])))
            run->objects[i].outcome = REST_PENDING;
}

static bool write_all(RestRun *run)
{
    unsigned last = 0;
    for (uint32_t i = 0; i < run->count; i++)
        if (run->objects[i].rank > last)
            last = run->objects[i].rank;
    for (unsigned rank = 0; rank <= last; rank++) {
        /* What the ranks before have written is there now. */
        Absent absent = {0};
        bool open = false;
        interner_init(&absent.names);
        for (uint32_t i = 0; i < run->count; i++)
            if (run->objects[i].outcome == REST_PENDING &&
                (run->objects[i].absent || run->objects[i].asked_in_vain))
                absent_add(&absent, run->objects[i].name, run->objects[i].rank);
        for (uint32_t i = 0; i < run->count; i++)
            open |= rank >= REST_RANK_FIRST_FREE && left_open(&run->objects[i], rank);
        bool fine = !open || run->options->no_preflight || ask(run, &absent, left_open, rank);
        interner_free(&absent.names);
        vec_free(&absent.rank);
        if (!fine) {
            run->stopped = true;
            forget_plans(run, true);
            return false;
        }
        forget_plans(run, false);
        if (!write_rank(run, rank))
            return false;
    }
    return true;
}

/* Whether a dry run would change anything: the live object beside what it would be. */
static void compare_plans(RestRun *run)
{
    Call *calls = arena_zero(run->arena, sizeof *calls * ((size_t)run->count + 1));
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        if (!object->planned || object->outcome != REST_CONFIGURED)
            continue;
        calls[i] = (Call){.method = "GET", .path = rest_path(run->arena, object, true),
                          .owner = object};
        client_start(run->client, &calls[i]);
    }
    for (Call *call; (call = client_next(run->client)) != NULL;) {
        RestObject *object = call->owner;
        if (call->status == 200 && rest_digest(call) == object->digest)
            object->outcome = REST_UNCHANGED;
        if (call->status == 200 && run->options->keep_answers)
            object->before = arena_str(run->arena, buf_slice(&call->answer));
        call_free(call);
    }
}

/* One question before the many, so that an address or a token that is wrong is told once. */
static bool can_talk(RestRun *run)
{
    Call call = {.method = "GET", .path = STR("/version")};
    client_do(run->client, &call);
    bool fine = (call.status >= 200 && call.status < 300) || call.status == 403;
    if (!fine && call.status == 401)
        buf_text(&run->trouble, "the server does not know who asks (401): the kubeconfig's "
                                "credentials are wrong, or have expired");
    else if (!fine)
        buf_str(&run->trouble, rest_status_message(run->arena, &call));
    if (!fine && call.error.len && call.status == 401)
        buf_format(&run->trouble, ": %.*s", STR_ARG(buf_slice(&call.error)));
    call_free(&call);
    return fine;
}

bool rest_apply(RestRun *run)
{
    Absent absent = {0};
    bool fine = can_talk(run) && rest_discover(run);
    for (uint32_t i = 0; i < run->count; i++) {
        run->objects[i].rank = rest_rank(run->objects[i].group, run->objects[i].kind);
        fine &= !is_bad(&run->objects[i]);
    }
    if (!fine)
        return false;
    interner_init(&absent.names);
    if (run->options->no_preflight && !run->options->dry_run)
        fine = rest_look(run);
    else
        fine = preflight(run, &absent);
    interner_free(&absent.names);
    vec_free(&absent.rank);
    if (run->options->dry_run) {
        compare_plans(run);
        return fine;
    }
    if (!fine) {
        forget_plans(run, true);
        return false;
    }
    return write_all(run);
}
