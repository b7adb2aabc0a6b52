/* Objects to the cluster: everything is asked about first (preflight.c), and only when
 * nothing is refused the writes begin, step after step (order.c).  What fails stops the
 * run: no other write begins, and those under way are waited for. */
#include "emit/rest/arrivals.h"
#include "emit/rest/rest.h"

enum { FIRST_TRIES = 4 }; /* of the first question: who is not there, is told soon */

void rest_start_apply(RestRun *run, RestObject *object, bool dry_run)
{
    Str path = rest_path(run->arena, object, true);
    call_free(&object->call);
    object->call = (Call){
        .method = "PATCH",
        .path = arena_format(run->arena, "%.*s?fieldManager=" REST_MANAGER "&fieldValidation=Strict%s%s",
                             STR_ARG(path), run->options->force || (dry_run && object->forced) ? "&force=true" : "",
                             dry_run ? "&dryRun=All" : ""),
        .body = object->body,
        .content_type = "application/apply-patch+yaml",
        .accept = dry_run ? NULL : REST_AS_METADATA,
        .owner = object,
    };
    client_start(run->client, &object->call);
}

/* What definitions have written is there once the server serves it. */
static bool settle_definitions(RestRun *run, unsigned step)
{
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        bool waits = object->step == step && object->rank == REST_RANK_DEFINITION &&
                     (object->outcome == REST_CREATED || object->outcome == REST_CONFIGURED);
        if (waits && !rest_wait_established(run, object))
            return false;
    }
    return true;
}

/* A refusal stops the run, but for one for want of what was written a moment ago: that object
 * is left as it is, unwritten.  True where there is such a one. */
static bool take_writes(RestRun *run, bool may_wait)
{
    bool any_waits = false;
    Arrivals arrivals;
    arrivals_gather(&arrivals, run, ARRIVALS_ALSO_WRITTEN);
    for (Call *call; (call = client_next(run->client)) != NULL;) {
        RestObject *object = call->owner;
        rest_answer(run, object, false);
        bool waits = may_wait && arrivals_missed(&arrivals, object, run->arena);
        if (waits)
            object->outcome = REST_PENDING;
        else if (object->outcome == REST_UNCHANGED && object->taken_from.len)
            object->outcome = REST_CONFIGURED;
        else if (object->outcome == REST_CONFIGURED && object->same)
            object->outcome = REST_UNCHANGED; /* who owns it is not what it is */
        object->written = !rest_is_bad(object) && object->outcome != REST_PENDING;
        call_free(call);
        any_waits |= waits;
        if (rest_is_bad(object) && !run->stopped) {
            run->stopped = true;
            client_stop(run->client);
        }
    }
    arrivals_free(&arrivals);
    run->stopped = run->stopped || client_is_stopped(run->client);
    return any_waits;
}

static void start_writes(RestRun *run, unsigned step)
{
    for (uint32_t i = 0; i < run->count; i++)
        if (run->objects[i].step == step && !run->objects[i].written)
            rest_start_apply(run, &run->objects[i], false);
}

static bool write_step(RestRun *run, unsigned step)
{
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        if (object->step != step || !object->settled)
            continue;
        object->outcome = REST_UNCHANGED;
        object->planned = false;
        object->written = true;
    }
    start_writes(run, step);
    for (int waited = 0; take_writes(run, waited < ARRIVALS_LATE_MS) && !run->stopped;
         waited += ARRIVALS_POLL_MS) {
        clock_pause_ms(ARRIVALS_POLL_MS);
        start_writes(run, step);
    }
    run->stopped = run->stopped || !settle_definitions(run, step);
    return !run->stopped;
}

/* What a preflight found is no outcome: only what was written is. */
static void forget_plans(RestRun *run, bool keep_bad)
{
    for (uint32_t i = 0; i < run->count; i++)
        if (run->objects[i].planned && !(keep_bad && rest_is_bad(&run->objects[i])))
            run->objects[i].outcome = REST_PENDING;
}

static bool write_all(RestRun *run)
{
    for (unsigned step = 0; step < run->steps; step++) {
        /* What the steps before have written is there now. */
        if (!rest_takeover(run, step) ||
            (!run->options->no_preflight && !rest_preflight_again(run, step))) {
            run->stopped = true;
            forget_plans(run, true);
            return false;
        }
        forget_plans(run, false);
        if (!write_step(run, step))
            return false;
    }
    return true;
}

/* One question before the many, so that an address or a token that is wrong is told once. */
static bool can_talk(RestRun *run)
{
    Call call = {.method = "GET", .path = STR("/version"), .most_tries = FIRST_TRIES};
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

/* Without a preflight: what there is, for telling configured from unchanged. */
static bool is_any(const RestObject *object, unsigned step)
{
    (void)object;
    (void)step;
    return true;
}

static void note_version(RestRun *run, RestObject *object, Json *live, Str text)
{
    (void)text;
    object->resource_version =
        arena_str(run->arena, rest_json_path_text(live, "metadata.resourceVersion"));
    object->absent = !object->resource_version.len;
}

static bool look(RestRun *run)
{
    RestReading reading = {.pick = is_any, .take = note_version};
    return rest_read_live(run, &reading);
}

bool rest_apply(RestRun *run)
{
    bool fine = can_talk(run) && rest_discover(run);
    run->steps = rest_order(run->objects, run->count, run->arena);
    for (uint32_t i = 0; i < run->count; i++)
        fine &= !rest_is_bad(&run->objects[i]);
    if (!fine)
        return false;
    if (run->options->take_over && !rest_takeover_look(run))
        return false;
    if (run->options->no_preflight && !run->options->dry_run)
        fine = look(run);
    else
        fine = rest_preflight(run);
    run->stopped = client_is_stopped(run->client);
    if (run->options->dry_run)
        return fine;
    if (!fine || run->stopped) {
        forget_plans(run, true);
        return false;
    }
    return write_all(run);
}
