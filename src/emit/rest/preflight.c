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
#include "emit/rest/arrivals.h"
#include "emit/rest/json.h"

bool rest_is_bad(const RestObject *object) { return object->outcome >= REST_CONFLICT; }

/* It is asked about again behind that. */
static void leave_open(RestObject *object, const Arrival *arrival)
{
    object->asked_in_vain = arrival != NULL;
    object->open_from = arrival ? arrival->step + 1 : 0;
}

/* ---- asking ---- */

enum { KEPT_MOST = 1 << 30 }; /* bytes of answers that are kept for a diff */

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
    arrivals_gather(&arrivals, run, ARRIVALS_TO_COME);
    for (uint32_t i = 0; i < run->count; i++)
        if (run->objects[i].settled && arrivals_definition(&arrivals, &run->objects[i], run->arena))
            run->objects[i].settled = false;
    arrivals_free(&arrivals);
}

/* Asks about every object that is picked; true where none was refused for good, be it for
 * want of what is still to come or of what has just been written. */
static bool ask(RestRun *run, RestPick *pick, unsigned step, ArrivalsOf excuse)
{
    bool fine = true, *picked = arena_zero(run->arena, run->count + 1);
    Arrivals arrivals;
    arrivals_gather(&arrivals, run, ARRIVALS_TO_COME);
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        picked[i] = pick(object, step);
        if (!picked[i])
            continue;
        leave_open(object, arrivals_awaited(&arrivals, object, run->arena));
        if (!object->asked_in_vain)
            rest_start_apply(run, object, true);
    }
    rest_take_plans(run);
    arrivals_free(&arrivals);
    arrivals_gather(&arrivals, run, excuse);
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        if (!picked[i] || !rest_is_bad(object))
            continue;
        object->forced = rest_takeover_ends(object);
        leave_open(object, arrivals_missed(&arrivals, object, run->arena));
        object->asked_in_vain |= object->forced;
        if (object->asked_in_vain)
            object->outcome = REST_PENDING;
        else
            fine = false;
    }
    arrivals_free(&arrivals);
    return fine;
}

bool rest_preflight(RestRun *run)
{
    bool fine = ask(run, opens, 0, ARRIVALS_TO_COME);
    fine = rest_takeover_ask(run, opens) && fine;
    fine = compare_plans(run, opens_and_is_there) && fine;
    fine = ask(run, follows, 0, ARRIVALS_TO_COME) && fine;
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
    for (int waited = 0; is_any_left_open(run, step); waited += ARRIVALS_POLL_MS) {
        if (waited)
            clock_pause_ms(ARRIVALS_POLL_MS);
        bool patient = waited < ARRIVALS_LATE_MS && !client_is_stopped(run->client);
        if (!ask(run, is_left_open, step, patient ? ARRIVALS_ALSO_WRITTEN : ARRIVALS_TO_COME))
            return false;
    }
    return true;
}
