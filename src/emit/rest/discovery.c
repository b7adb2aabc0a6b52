/* What is asked of a cluster beside the applies: the resource of a kind that neither the
 * built-in table nor the input's definitions know, whether a definition is established,
 * and what is there already. */
#include "emit/rest/json.h"
#include "emit/rest/rest.h"

#include <time.h>

enum {
    LIST_FROM = 16,   /* objects of one resource and namespace from which on a list is cheaper */
    PAGE = 500,
    ESTABLISHED_POLL_MS = 50,
};

#define AS_METADATA_LIST "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

static void put_escaped(Buf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            buf_byte(out, c);
        else
            buf_format(out, "%%%02X", (unsigned char)c);
    }
}

static void put_group(Buf *out, Str group, Str version)
{
    buf_text(out, group.len ? "/apis/" : "/api");
    put_escaped(out, group);
    buf_byte(out, '/');
    put_escaped(out, version);
}

Str rest_path(Arena *arena, const RestObject *object, bool with_name)
{
    Buf path = {0};
    put_group(&path, object->group, object->version);
    if (object->namespaced) {
        buf_text(&path, "/namespaces/");
        put_escaped(&path, object->ns);
    }
    buf_byte(&path, '/');
    put_escaped(&path, object->resource);
    if (with_name) {
        buf_byte(&path, '/');
        put_escaped(&path, object->name);
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
    const Json *conditions = rest_json_path(definition, "status.conditions");
    for (size_t i = 0; i < rest_json_count(conditions); i++) {
        const Json *condition = rest_json_at(conditions, i);
        if (str_is(rest_json_path_text(condition, "type"), "Established"))
            return str_is(rest_json_path_text(condition, "status"), "True");
    }
    return false;
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
        put_escaped(&path, rest_json_path_text(definition, "spec.names.plural"));
        buf_text(&path, "?limit=1");
        Call call = {.method = "GET", .path = buf_slice(&path), .accept = AS_METADATA_LIST};
        client_do(run->client, &call);
        served = call.status != 404;
        call_free(&call);
        buf_free(&path);
    }
    return served;
}

static void pause_ms(long ms)
{
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
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
        pause_ms(ESTABLISHED_POLL_MS);
    }
    definition->outcome = REST_FAILED;
    definition->message = STR("the definition was written, but the server did not establish it "
                              "in time");
    return false;
}

/* ---- what is there already ---- */

typedef struct Look {
    RestRun *run;
    Interner paths;
    VEC(uint32_t) owner; /* of a path's id: an object, or BASE_NONE */
} Look;

static void note_version(Look *look, Str path, Str version)
{
    uint32_t id = interner_find(&look->paths, path);
    if (id == BASE_NONE || id >= look->owner.len || look->owner.at[id] == BASE_NONE)
        return;
    RestObject *object = &look->run->objects[look->owner.at[id]];
    object->resource_version = arena_str(look->run->arena, version);
    object->absent = false;
}

/* One page of a list; its token for the next, or the empty text. */
static Str note_page(Look *look, Str path, const Json *list)
{
    const Json *items = rest_json_get(list, "items");
    Buf full = {0};
    for (size_t i = 0; i < rest_json_count(items); i++) {
        const Json *item = rest_json_at(items, i);
        full.len = 0;
        buf_str(&full, path);
        buf_byte(&full, '/');
        put_escaped(&full, rest_json_path_text(item, "metadata.name"));
        note_version(look, buf_slice(&full), rest_json_path_text(item, "metadata.resourceVersion"));
    }
    buf_free(&full);
    return arena_str(look->run->arena, rest_json_path_text(list, "metadata.continue"));
}

static bool look_list(Look *look, Str path)
{
    RestRun *run = look->run;
    for (Str token = STR(""), next;; token = next) {
        Buf query = {0};
        buf_str(&query, path);
        buf_format(&query, "?limit=%d", PAGE);
        if (token.len) {
            buf_text(&query, "&continue=");
            put_escaped(&query, token);
        }
        Call call = {.method = "GET", .path = buf_slice(&query), .accept = AS_METADATA_LIST};
        client_do(run->client, &call);
        Json *list = call.status == 200 ? rest_json_read(buf_slice(&call.answer)) : NULL;
        next = note_page(look, path, list);
        bool fine = list || call.status == 404;
        if (!fine)
            buf_format(&run->trouble, "%.*s\n", STR_ARG(rest_status_message(run->arena, &call)));
        rest_json_free(list);
        call_free(&call);
        buf_free(&query);
        if (!fine || !next.len)
            return fine;
    }
}

static bool look_singly(RestRun *run, const uint32_t *indices, uint32_t count)
{
    Call *calls = arena_zero(run->arena, sizeof *calls * ((size_t)count + 1));
    bool fine = true;
    for (uint32_t i = 0; i < count; i++) {
        RestObject *object = &run->objects[indices[i]];
        calls[i] = (Call){.method = "GET", .path = rest_path(run->arena, object, true),
                          .accept = REST_AS_METADATA, .owner = object};
        client_start(run->client, &calls[i]);
    }
    for (Call *call; (call = client_next(run->client)) != NULL;) {
        RestObject *object = call->owner;
        Json *answer = call->status == 200 ? rest_json_read(buf_slice(&call->answer)) : NULL;
        Str version = rest_json_path_text(answer, "metadata.resourceVersion");
        object->absent = !version.len;
        object->resource_version = arena_str(run->arena, version);
        if (!answer && call->status != 404 && fine) {
            fine = false;
            buf_format(&run->trouble, "%.*s\n", STR_ARG(rest_status_message(run->arena, call)));
        }
        rest_json_free(answer);
        call_free(call);
    }
    return fine;
}

bool rest_look(RestRun *run)
{
    Look look = {.run = run};
    Interner folders;
    VEC(uint32_t) members = {0}, singly = {0};
    bool fine = true;
    interner_init(&look.paths);
    interner_init(&folders);
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        if (!object->known)
            continue;
        object->absent = true;
        uint32_t id = intern(&look.paths, rest_path(run->arena, object, true));
        while (look.owner.len <= id)
            vec_push(&look.owner, BASE_NONE);
        look.owner.at[id] = i;
        uint32_t folder = intern(&folders, rest_path(run->arena, object, false));
        while (members.len <= folder)
            vec_push(&members, 0);
        members.at[folder]++;
    }
    for (uint32_t folder = 0; folder < members.len && fine; folder++)
        if (members.at[folder] >= LIST_FROM)
            fine = look_list(&look, interned(&folders, folder));
    for (uint32_t i = 0; i < run->count && fine; i++)
        if (run->objects[i].known &&
            members.at[intern(&folders, rest_path(run->arena, &run->objects[i], false))] < LIST_FROM)
            vec_push(&singly, i);
    fine = fine && look_singly(run, singly.at, singly.len);
    interner_free(&look.paths);
    interner_free(&folders);
    vec_free(&look.owner);
    vec_free(&members);
    vec_free(&singly);
    return fine;
}
