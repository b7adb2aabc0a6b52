/* Waits until everything is ready: one watch for each collection that holds something, and
 * one for the EndpointSlices of each namespace with Services. */
#include "emit/rest/wait.h"
#include "emit/rest/watch.h"

enum { TICK_MS = 200 };

typedef struct RestWatch {
    Watch watch;
    RestWait *wait;
    bool slices;
    uint32_t members;        /* objects; of one alone, only that is asked for */
    Str only;                /* its name */
} RestWatch;

int64_t rest_wait_ms(const RestWait *wait) { return clock_ms() - wait->began_ms; }

/* ---- what becomes of an object ---- */

static bool needs_endpoints(const Json *service)
{
    return !str_is(rest_json_path_text(service, "spec.type"), "ExternalName") &&
           rest_json_path(service, "spec.selector");
}

static void settle(RestWait *wait, RestWaited *waited)
{
    RestReady state = waited->own;
    Buf detail = {0};
    buf_str(&detail, buf_slice(&waited->own_detail));
    if (state == REST_READY && waited->wants_endpoints) {
        uint32_t ready = 0;
        for (uint32_t i = 0; i < waited->slices.len; i++)
            ready += waited->slices.at[i].ready;
        if (!ready) {
            state = REST_WAITING;
            buf_text(&detail, "it has no ready endpoints");
        }
    }
    if (state == waited->state && str_eq(buf_slice(&detail), buf_slice(&waited->detail))) {
        buf_free(&detail);
        return;
    }
    buf_free(&waited->detail);
    waited->detail = detail;
    waited->state = state;
    waited->reported = false;
    wait->changed = true;
}

static void say(RestWaited *waited, RestReady state, const char *detail)
{
    waited->own = state;
    waited->own_detail.len = 0;
    buf_text(&waited->own_detail, detail);
}

/* A claim of a class whose volumes wait for a Pod is ready for its Pod, and stays pending
 * until there is one. */
static void take_claim(RestWait *wait, RestWaited *waited, const Json *live)
{
    const Json *notes = rest_json_path(live, "metadata.annotations");
    Str class = rest_json_path_text(live, "spec.storageClassName");
    bool taken = rest_json_get(notes, "volume.kubernetes.io/selected-node");
    for (uint32_t i = 0; i < wait->late_classes.len && !taken; i++)
        if (waited->own == REST_WAITING && str_eq(class, wait->late_classes.at[i]))
            say(waited, REST_READY, "it waits for its first Pod");
}

static void take_object(RestWait *wait, RestWaited *waited, const Json *live)
{
    RestReadyRule *rule = rest_ready_rule(waited->object);
    Buf selector = {0};
    waited->own = rest_ready(rule, live, &waited->own_detail);
    waited->wants_endpoints = str_is(waited->object->kind, "Service") &&
                              !waited->object->group.len && needs_endpoints(live);
    if (str_is(waited->object->kind, "PersistentVolumeClaim"))
        take_claim(wait, waited, live);
    rest_put_selector(&selector, rest_json_path(live, "spec.selector"),
                      !waited->object->group.len);
    Str uid = rest_json_path_text(live, "metadata.uid");
    if (!str_eq(uid, waited->uid))
        waited->uid = arena_str(wait->run->arena, uid);
    if (!str_eq(buf_slice(&selector), waited->selector))
        waited->selector = arena_str(wait->run->arena, buf_slice(&selector));
    buf_free(&selector);
    settle(wait, waited);
}

static void take_slice(RestWait *wait, RestWaited *waited, const Json *slice, bool deleted)
{
    Str name = rest_json_path_text(slice, "metadata.name");
    uint32_t ready = deleted ? 0 : rest_slice_ready(slice), i = 0;
    while (i < waited->slices.len && !str_eq(waited->slices.at[i].name, name))
        i++;
    if (i == waited->slices.len)
        vec_push(&waited->slices, ((RestSlice){arena_str(wait->run->arena, name), 0}));
    waited->slices.at[i].ready = ready;
    settle(wait, waited);
}

static RestWaited *find(RestWait *wait, Str path, Str name)
{
    Buf place = {0};
    buf_format(&place, "%.*s/%.*s", STR_ARG(path), STR_ARG(name));
    uint32_t id = interner_find(&wait->places, buf_slice(&place));
    buf_free(&place);
    return id == BASE_NONE || id >= wait->at.len || wait->at.at[id] == BASE_NONE
               ? NULL
               : &wait->waited[wait->at.at[id]];
}

/* ---- what a watch says ---- */

static void take_of_slices(RestWatch *from, WatchEvent event, const Json *slice)
{
    RestWait *wait = from->wait;
    for (uint32_t i = 0; event == WATCH_RELIST && i < wait->count; i++) {
        RestWaited *waited = &wait->waited[i];
        if (find(wait, from->watch.path, waited->object->name) == waited)
            vec_clear(&waited->slices);
    }
    const Json *labels = rest_json_path(slice, "metadata.labels");
    Str service = rest_json_text(rest_json_get(labels, "kubernetes.io/service-name"));
    RestWaited *waited = service.len ? find(wait, from->watch.path, service) : NULL;
    if (waited)
        take_slice(wait, waited, slice, event == WATCH_DELETED);
}

static void forget(RestWatch *from)
{
    RestWait *wait = from->wait;
    for (uint32_t i = 0; i < wait->count; i++) {
        RestWaited *waited = &wait->waited[i];
        if (find(wait, from->watch.path, waited->object->name) == waited)
            waited->listed = false;
    }
}

/* What a complete list does not have is gone. */
static void take_complete(RestWatch *from)
{
    RestWait *wait = from->wait;
    for (uint32_t i = 0; i < wait->count; i++) {
        RestWaited *waited = &wait->waited[i];
        if (waited->listed || find(wait, from->watch.path, waited->object->name) != waited)
            continue;
        say(waited, REST_BROKEN, "it was deleted");
        settle(wait, waited);
    }
}

static void take(Watch *watch, WatchEvent event, const Json *item)
{
    RestWatch *from = watch->context;
    RestWait *wait = from->wait;
    if (from->slices) {
        take_of_slices(from, event, item);
        return;
    }
    if (event == WATCH_RELIST)
        forget(from);
    else if (event == WATCH_LISTED)
        take_complete(from);
    RestWaited *waited = item ? find(wait, watch->path, rest_json_path_text(item, "metadata.name"))
                              : NULL;
    if (!waited)
        return;
    waited->listed = true;
    if (event == WATCH_SEEN) {
        take_object(wait, waited, item);
    } else {
        say(waited, REST_BROKEN, "it was deleted");
        settle(wait, waited);
    }
}

/* ---- which collections ---- */

static RestWatch *watch_of(RestWait *wait, Str path, bool slices)
{
    for (uint32_t i = 0; i < wait->watch_count; i++)
        if (str_eq(wait->watches[i].watch.path, path))
            return &wait->watches[i];
    RestWatch *watch = &wait->watches[wait->watch_count++];
    *watch = (RestWatch){.wait = wait, .slices = slices};
    watch->watch = (Watch){.client = wait->run->client, .path = path, .take = take,
                           .context = watch};
    return watch;
}

static void add_place(RestWait *wait, Str path, Str name, uint32_t index, bool slices)
{
    Arena *arena = wait->run->arena;
    uint32_t id = intern(&wait->places, arena_format(arena, "%.*s/%.*s", STR_ARG(path),
                                                     STR_ARG(name)));
    while (wait->at.len <= id)
        vec_push(&wait->at, BASE_NONE);
    wait->at.at[id] = index;
    RestWatch *watch = watch_of(wait, path, slices);
    watch->members++;
    watch->only = name;
}

static void add_waited(RestWait *wait, RestObject *object)
{
    Arena *arena = wait->run->arena;
    uint32_t index = wait->count++;
    wait->waited[index] = (RestWaited){.object = object};
    add_place(wait, rest_path(arena, object, false), object->name, index, false);
    if (str_is(object->kind, "Service") && !object->group.len)
        add_place(wait, arena_format(arena, "/apis/discovery.k8s.io/v1/namespaces/%.*s/"
                                     "endpointslices", STR_ARG(object->ns)),
                  object->name, index, true);
}

/* A collection of which one object matters is asked for that alone: names are of a kind
 * that a query may hold as they are. */
static void narrow(RestWait *wait, RestWatch *watch)
{
    if (watch->members == 1)
        watch->watch.query =
            arena_format(wait->run->arena,
                         watch->slices ? "labelSelector=kubernetes.io%%2Fservice-name%%3D%.*s"
                                       : "fieldSelector=metadata.name%%3D%.*s",
                         STR_ARG(watch->only));
}

/* Classes whose claims stay pending until a Pod uses them.  A cluster that does not tell
 * has none. */
static void ask_classes(RestWait *wait)
{
    bool any = false;
    for (uint32_t i = 0; i < wait->count; i++)
        any |= str_is(wait->waited[i].object->kind, "PersistentVolumeClaim");
    if (!any)
        return;
    Call call = {.method = "GET", .path = STR("/apis/storage.k8s.io/v1/storageclasses")};
    client_do(wait->run->client, &call);
    Json *list = call.status == 200 ? rest_json_read(buf_slice(&call.answer)) : NULL;
    const Json *classes = rest_json_get(list, "items");
    for (size_t i = 0; i < rest_json_count(classes); i++) {
        const Json *class = rest_json_at(classes, i);
        if (str_is(rest_json_path_text(class, "volumeBindingMode"), "WaitForFirstConsumer"))
            vec_push(&wait->late_classes,
                     arena_str(wait->run->arena, rest_json_path_text(class, "metadata.name")));
    }
    rest_json_free(list);
    call_free(&call);
}

static void begin(RestWait *wait)
{
    RestRun *run = wait->run;
    wait->began_ms = clock_ms();
    wait->waited = arena_zero(run->arena, sizeof *wait->waited * ((size_t)run->count + 1));
    wait->watches = arena_zero(run->arena, sizeof *wait->watches * (2 * (size_t)run->count + 1));
    interner_init(&wait->places);
    for (uint32_t i = 0; i < run->count; i++)
        if (rest_ready_rule(&run->objects[i]))
            add_waited(wait, &run->objects[i]);
    ask_classes(wait);
    for (uint32_t i = 0; i < wait->watch_count; i++) {
        narrow(wait, &wait->watches[i]);
        watch_start(&wait->watches[i].watch);
    }
}

/* ---- the wait ---- */

/* What the user may not list cannot be waited for, and that is said at once. */
static void give_up(RestWatch *watch)
{
    RestWait *wait = watch->wait;
    for (uint32_t i = 0; i < wait->count; i++) {
        RestWaited *waited = &wait->waited[i];
        if (find(wait, watch->watch.path, waited->object->name) != waited)
            continue;
        say(waited, REST_BROKEN, watch->slices ? "its EndpointSlices cannot be seen: "
                                               : "it cannot be seen: ");
        buf_str(&waited->own_detail, watch->watch.trouble);
        settle(wait, waited);
    }
}

static void go_on(RestWait *wait, Call *call)
{
    for (uint32_t i = 0; i < wait->watch_count; i++) {
        RestWatch *watch = &wait->watches[i];
        if (!watch_go_on(&watch->watch, call))
            continue;
        if (watch->watch.refused)
            give_up(watch);
        return;
    }
}

static bool is_over(const RestWait *wait, bool *ready)
{
    uint32_t count = 0;
    bool broken = false;
    for (uint32_t i = 0; i < wait->count; i++) {
        count += wait->waited[i].state == REST_READY;
        broken |= wait->waited[i].state == REST_BROKEN;
    }
    *ready = count == wait->count;
    return *ready || broken;
}

bool rest_wait(RestWait *wait)
{
    bool ready = false;
    begin(wait);
    int64_t until = wait->began_ms + wait->limit_ms, due = 0;
    for (;;) {
        int64_t now = clock_ms();
        bool over = is_over(wait, &ready);
        if (now >= due || wait->changed || over) {
            wait->interrupted = !wait->tick(wait) && !over;
            wait->changed = false;
            due = now + TICK_MS;
        }
        wait->out_of_time = !over && now >= until;
        if (over || wait->interrupted || wait->out_of_time)
            break;
        int64_t left = until < due ? until - now : due - now;
        Call *call = client_next_within(wait->run->client, left > 0 ? left : 0);
        if (call)
            go_on(wait, call);
    }
    for (uint32_t i = 0; i < wait->watch_count; i++)
        watch_stop(&wait->watches[i].watch);
    return ready;
}

void rest_wait_free(RestWait *wait)
{
    for (uint32_t i = 0; i < wait->count; i++) {
        buf_free(&wait->waited[i].detail);
        buf_free(&wait->waited[i].own_detail);
        vec_free(&wait->waited[i].slices);
        vec_free(&wait->waited[i].reasons);
    }
    interner_free(&wait->places);
    vec_free(&wait->at);
    vec_free(&wait->late_classes);
}
