/* What is asked of a cluster beside the applies: the resource of a kind that neither the
 * built-in table nor the input's definitions know, and whether a definition is established. */
#include "emit/rest/json.h"
#include "emit/rest/rest.h"

enum { ESTABLISHED_POLL_MS = 50 };

/* As a part of a path or the value of a query. */
void rest_put_escaped(Buf *out, Str text) { buf_percent(out, text, "-._~"); }

static void put_group(Buf *out, Str group, Str version)
{
    buf_text(out, group.len ? "/apis/" : "/api");
    rest_put_escaped(out, group);
    buf_byte(out, '/');
    rest_put_escaped(out, version);
}

Str rest_path(Arena *arena, const RestObject *object, bool with_name)
{
    Buf path = {0};
    put_group(&path, object->group, object->version);
    if (object->namespaced) {
        buf_text(&path, "/namespaces/");
        rest_put_escaped(&path, object->ns);
    }
    buf_byte(&path, '/');
    rest_put_escaped(&path, object->resource);
    if (with_name) {
        buf_byte(&path, '/');
        rest_put_escaped(&path, object->name);
    }
    Str text = arena_str(arena, buf_slice(&path));
    buf_free(&path);
    return text;
}

/* ---- kinds that nobody knows ---- */

static bool ask_group(RestRun *run, const RestObject *about, Json **answer)
{
    Buf path = {0};
    Call call = {.method = "GET"};
    put_group(&path, about->group, about->version);
    call.path = buf_slice(&path);
    client_do(run->client, &call);
    bool fine = call.status == 200 || call.status == 404;
    *answer = call.status == 200 ? rest_json_read(buf_slice(&call.answer)) : NULL;
    if (!fine)
        buf_format(&run->trouble, "%.*s\n", STR_ARG(rest_status_message(run->arena, &call)));
    call_free(&call);
    buf_free(&path);
    return fine;
}

static void take_resource(RestRun *run, RestObject *object, const Json *list)
{
    const Json *resources = rest_json_get(list, "resources");
    for (size_t i = 0; i < rest_json_count(resources); i++) {
        const Json *resource = rest_json_at(resources, i);
        Str name = rest_json_path_text(resource, "name");
        if (!str_eq(rest_json_path_text(resource, "kind"), object->kind) ||
            str_find(name, '/') < name.len)
            continue;
        object->resource = arena_str(run->arena, name);
        object->namespaced = rest_json_is_yes(rest_json_get(resource, "namespaced"));
        object->known = true;
    }
}

bool rest_discover(RestRun *run)
{
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *first = &run->objects[i];
        if (first->known || first->outcome != REST_PENDING)
            continue;
        Json *answer;
        if (!ask_group(run, first, &answer))
            return false;
        for (uint32_t j = i; j < run->count; j++) {
            RestObject *object = &run->objects[j];
            if (object->known || !str_eq(object->group, first->group) ||
                !str_eq(object->version, first->version))
                continue;
            take_resource(run, object, answer);
            if (object->known)
                continue;
            object->outcome = REST_REFUSED;
            object->reason = STR("NotFound");
            object->message = arena_format(run->arena, "the cluster has no kind %.*s in %.*s",
                                           STR_ARG(object->kind), STR_ARG(object->api_version));
        }
        rest_json_free(answer);
    }
    return true;
}

/* ---- definitions ---- */

static bool is_established(const Json *definition)
{
    const Json *condition = rest_json_condition(definition, "Established");
    return str_is(rest_json_path_text(condition, "status"), "True");
}

/* Established comes a moment before the server answers for the resource, and an older
 * definition is established while a new version is not served yet: so each is asked for. */
static bool is_served(RestRun *run, const Json *definition)
{
    const Json *versions = rest_json_path(definition, "spec.versions");
    bool served = true;
    for (size_t i = 0; i < rest_json_count(versions) && served; i++) {
        const Json *version = rest_json_at(versions, i);
        if (!rest_json_is_yes(rest_json_get(version, "served")))
            continue;
        Buf path = {0};
        put_group(&path, rest_json_path_text(definition, "spec.group"),
                  rest_json_path_text(version, "name"));
        buf_byte(&path, '/');
        rest_put_escaped(&path, rest_json_path_text(definition, "spec.names.plural"));
        buf_text(&path, "?limit=1");
        Call call = {.method = "GET", .path = buf_slice(&path), .accept = REST_AS_METADATA_LIST};
        client_do(run->client, &call);
        served = call.status != 404;
        call_free(&call);
        buf_free(&path);
    }
    return served;
}

bool rest_wait_established(RestRun *run, RestObject *definition)
{
    Str path = rest_path(run->arena, definition, true);
    for (int64_t waited = 0; waited <= run->options->established_ms;
         waited += ESTABLISHED_POLL_MS) {
        Call call = {.method = "GET", .path = path};
        client_do(run->client, &call);
        Json *answer = call.status == 200 ? rest_json_read(buf_slice(&call.answer)) : NULL;
        bool established = is_established(answer) && is_served(run, answer);
        rest_json_free(answer);
        call_free(&call);
        if (established)
            return true;
        clock_pause_ms(ESTABLISHED_POLL_MS);
    }
    definition->outcome = REST_FAILED;
    definition->message = STR("the definition was written, but the server did not establish it "
                              "in time");
    return false;
}
