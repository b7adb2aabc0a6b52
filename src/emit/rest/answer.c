/* What the server's answer to an apply says: an object, or a Status with its causes. */
#include "emit/rest/json.h"
#include "emit/rest/rest.h"

const char *rest_outcome_name(RestOutcome outcome)
{
    static const char *const NAMES[] = {
        [REST_PENDING] = "not written", [REST_CREATED] = "created",
        [REST_CONFIGURED] = "configured", [REST_UNCHANGED] = "unchanged",
        [REST_CONFLICT] = "conflict", [REST_REFUSED] = "refused", [REST_FAILED] = "unknown",
    };
    return NAMES[outcome];
}

enum {
    SHOWN = 200, /* bytes of an answer that is none of Kubernetes' */
    MAX_UNMERGED = 100, /* fields that are told of one object */
};

static Str no_status(Arena *arena, const Call *call)
{
    Str text = str_trim(buf_slice(&call->answer));
    if (call->status == 0)
        return arena_str(arena, buf_slice(&call->error));
    if (call->status >= 300 && call->status < 400)
        return arena_format(arena, "the server answered with a redirect (%ld), which is not "
                            "followed", call->status);
    return arena_format(arena, "the server answered %ld%s%.*s", call->status, text.len ? ": " : "",
                        (int)(text.len < SHOWN ? text.len : SHOWN), text.ptr ? text.ptr : "");
}

Str rest_status_message(Arena *arena, const Call *call)
{
    Json *json = call->status ? rest_json_read(buf_slice(&call->answer)) : NULL;
    Str message = rest_json_path_text(json, "message");
    message = message.len ? arena_str(arena, message) : no_status(arena, call);
    rest_json_free(json);
    return message;
}

static void read_causes(RestRun *run, RestObject *object, const Json *status)
{
    const Json *causes = rest_json_path(status, "details.causes");
    size_t count = rest_json_count(causes);
    object->causes = arena_zero(run->arena, sizeof *object->causes * (count + 1));
    object->cause_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        const Json *cause = rest_json_at(causes, i);
        object->causes[i] = (RestCause){
            arena_str(run->arena, rest_json_path_text(cause, "field")),
            arena_str(run->arena, rest_json_path_text(cause, "reason")),
            arena_str(run->arena, rest_json_path_text(cause, "message")),
        };
    }
}

/* "failed to create typed patch object (NS/NAME; VERSION, Kind=KIND): FIELD: WHY"; of more
 * than one, "errors:" and a line for each. */
static void read_unmerged(RestRun *run, RestObject *object)
{
    Str text = object->message;
    str_until_text(&text, STR("): "));
    object->causes = arena_zero(run->arena, sizeof *object->causes * MAX_UNMERGED);
    while (text.len && object->cause_count < MAX_UNMERGED) {
        Str why = str_trim(str_until(&text, '\n'));
        Str field = str_until_text(&why, STR(": "));
        if (why.len && str_starts(field, STR(".")))
            object->causes[object->cause_count++] = (RestCause){field, STR(""), why};
    }
}

static void read_refusal(RestRun *run, RestObject *object, const Json *status)
{
    const Call *call = &object->call;
    bool merges = !call_cannot_merge(call);
    bool gone = call->status == 0 || call->status == 429 ||
                (call->status >= 500 && merges && !call_has_no_webhook(call));
    object->outcome = call->status == 409 ? REST_CONFLICT : gone ? REST_FAILED : REST_REFUSED;
    object->reason = arena_str(run->arena, rest_json_path_text(status, "reason"));
    object->message = arena_str(run->arena, rest_json_path_text(status, "message"));
    if (!object->message.len)
        object->message = no_status(run->arena, call);
    if (merges)
        read_causes(run, object, status);
    else
        read_unmerged(run, object);
}

/* libcurl sends a request again by itself where a connection that was open for long turns
 * out to be closed: then only the second answer is seen, and says 200. */
static bool is_written_by_us_alone(const Json *answer)
{
    const Json *managers = rest_json_path(answer, "metadata.managedFields");
    for (size_t i = 0; i < rest_json_count(managers); i++)
        if (!str_is(rest_json_path_text(rest_json_at(managers, i), "manager"), REST_MANAGER))
            return false;
    return rest_json_count(managers) > 0;
}

static void read_object(RestRun *run, RestObject *object, Json *answer, bool dry_run)
{
    Str version = rest_json_path_text(answer, "metadata.resourceVersion");
    bool created = object->call.status == 201 ||
                   (object->absent && (object->call.unsure || is_written_by_us_alone(answer)));
    bool same = !dry_run && object->resource_version.len &&
                str_eq(version, object->resource_version);
    if (dry_run) {
        object->absent = object->call.status == 201;
        object->resource_version = arena_str(run->arena, version);
        if (!object->absent)
            rest_json_digests(answer, &object->whole, &object->content);
    }
    object->outcome = created ? REST_CREATED : same ? REST_UNCHANGED : REST_CONFIGURED;
}

void rest_answer(RestRun *run, RestObject *object, bool dry_run)
{
    const Call *call = &object->call;
    object->message = object->reason = STR("");
    object->cause_count = 0;
    object->planned = dry_run;
    if (call->cancelled) {
        object->outcome = REST_PENDING;
        return;
    }
    Json *answer = call->status ? rest_json_read(buf_slice(&call->answer)) : NULL;
    bool fine = call->status == 200 || call->status == 201;
    if (fine && rest_json_path_text(answer, "metadata.name").len) {
        read_object(run, object, answer, dry_run);
    } else if (fine) {
        object->outcome = REST_FAILED;
        object->message = STR("the server's answer is no Kubernetes object");
    } else {
        read_refusal(run, object, answer);
    }
    object->warnings = arena_str(run->arena, buf_slice(&call->warnings));
    rest_json_free(answer);
}
