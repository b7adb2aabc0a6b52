/* --take-over: what kubectl's client-side apply owns becomes ours (managers.c) before an
 * object is written, so that fields which are no longer in the manifest go.
 *
 * A dry run of an apply cannot see that: the fields still are another's.  So a conflict with
 * client-side apply alone is not held against an object, but forced, dry; the answer tells who
 * would own what, and without the fields that go with client-side apply it is tried again as a
 * write of the whole object.  What is taken over is asked about once more behind that. */
#include "emit/rest/rest.h"

enum { TRIES = 5 }; /* while others write the object */

/* ---- what there is to take over ---- */

static void read_managers(RestRun *run, RestObject *object, Json *live, Str text)
{
    (void)text;
    Buf names = {0}, patch = {0};
    bool found = live && rest_json_move_managers(live, REST_MANAGER, &names, &patch);
    object->takeover = found ? arena_str(run->arena, buf_slice(&patch)) : STR("");
    if (found)
        object->taken_from = arena_str(run->arena, buf_slice(&names));
    buf_free(&names);
    buf_free(&patch);
}

static bool look(RestRun *run, RestPick *pick, unsigned step)
{
    RestReading reading = {.pick = pick, .step = step, .take = read_managers};
    return rest_read_live(run, &reading);
}

static bool is_any(const RestObject *object, unsigned step)
{
    (void)object;
    (void)step;
    return true;
}

bool rest_takeover_look(RestRun *run) { return look(run, is_any, 0); }

/* ---- conflicts that it ends ---- */

static bool is_taken_from(const RestObject *object, Str manager)
{
    for (Str rest = object->taken_from; rest.len;)
        if (str_eq(str_until(&rest, '\n'), manager))
            return true;
    return false;
}

/* `conflict with "kubectl-client-side-apply" using apps/v1`, of every cause. */
bool rest_takeover_ends(const RestObject *object)
{
    if (!object->takeover.len || object->outcome != REST_CONFLICT || !object->cause_count)
        return false;
    for (uint32_t i = 0; i < object->cause_count; i++) {
        Str rest = object->causes[i].message;
        str_until(&rest, '"');
        if (!is_taken_from(object, str_until(&rest, '"')))
            return false;
    }
    return true;
}

/* ---- what will go ---- */

void rest_takeover_plan(RestRun *run, RestObject *object, Str answer)
{
    Json *planned = rest_json_read(answer);
    Buf left = {0};
    if (planned && rest_json_without_managers(planned, &left))
        object->taken = arena_str(run->arena, buf_slice(&left));
    buf_free(&left);
    rest_json_free(planned);
}

/* A write of the object as it will be left, tried dry: the server fills in what it defaults,
 * and refuses what nobody may remove. */
static void start_update(RestRun *run, RestObject *object)
{
    call_free(&object->call);
    object->call = (Call){
        .method = "PUT",
        .path = arena_format(run->arena, "%.*s?fieldManager=" REST_MANAGER "&dryRun=All",
                             STR_ARG(rest_path(run->arena, object, true))),
        .body = object->taken,
        .content_type = "application/json",
        .owner = object,
    };
    client_start(run->client, &object->call);
}

/* Who may patch but not update is not told more than a dry run of the apply told. */
static void take_updates(RestRun *run)
{
    for (Call *call; (call = client_next(run->client)) != NULL;) {
        RestObject *object = call->owner;
        if (call->status != 403)
            rest_answer(run, object, true);
        if (run->options->keep_answers && !rest_is_bad(object))
            object->after = call->status == 403 ? object->taken
                                                : arena_str(run->arena, buf_slice(&call->answer));
        call_free(call);
    }
}

bool rest_takeover_ask(RestRun *run, RestPick *pick)
{
    bool fine = true;
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        if (!pick(object, 0) || !object->forced)
            continue;
        object->asked_in_vain = false;
        rest_start_apply(run, object, true);
        object->forced = false;
    }
    rest_take_plans(run);
    for (uint32_t i = 0; i < run->count; i++)
        if (pick(&run->objects[i], 0) && run->objects[i].taken.len && !rest_is_bad(&run->objects[i]))
            start_update(run, &run->objects[i]);
    take_updates(run);
    for (uint32_t i = 0; i < run->count; i++) {
        const RestObject *object = &run->objects[i];
        fine &= !(pick(object, 0) && object->takeover.len && rest_is_bad(object));
    }
    return fine;
}

/* ---- taking over ---- */

static bool is_due(const RestObject *object, unsigned step)
{
    return object->step == step && object->takeover.len > 0;
}

/* It was written by another since: it is read again, and moved from there. */
static bool is_late(const RestObject *object, unsigned step)
{
    return is_due(object, step) && object->outcome == REST_CONFLICT;
}

static bool send(RestRun *run, unsigned step)
{
    bool fine = true;
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        if (!is_due(object, step))
            continue;
        call_free(&object->call);
        object->call = (Call){
            .method = "PATCH",
            .path = arena_format(run->arena, "%.*s?fieldManager=" REST_MANAGER,
                                 STR_ARG(rest_path(run->arena, object, true))),
            .body = object->takeover,
            .content_type = "application/json-patch+json",
            .accept = REST_AS_METADATA,
            .owner = object,
        };
        client_start(run->client, &object->call);
    }
    for (Call *call; (call = client_next(run->client)) != NULL;) {
        RestObject *object = call->owner;
        rest_answer(run, object, false);
        if (!rest_is_bad(object)) {
            object->takeover = STR("");
            object->outcome = REST_PENDING;
        }
        fine &= !rest_is_bad(object);
        call_free(call);
    }
    return fine;
}

bool rest_takeover(RestRun *run, unsigned step)
{
    for (int try = 0; try < TRIES; try++) {
        if (send(run, step))
            return true;
        for (uint32_t i = 0; i < run->count; i++)
            if (is_due(&run->objects[i], step) && rest_is_bad(&run->objects[i]) &&
                run->objects[i].outcome != REST_CONFLICT)
                return false;
        if (try + 1 == TRIES)
            break; /* what it says is the outcome */
        if (!look(run, is_late, step))
            return false;
        for (uint32_t i = 0; i < run->count; i++)
            if (run->objects[i].step == step && run->objects[i].outcome == REST_CONFLICT)
                run->objects[i].outcome = REST_PENDING;
    }
    return false;
}
