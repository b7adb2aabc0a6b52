/* What is there already.  Many objects of one collection are read by its pages; what those
 * did not show, since the collection is far larger than what is asked about, or its list was
 * refused or too long, is asked for object by object. */
#include "emit/rest/json.h"
#include "emit/rest/rest.h"

enum {
    LIST_FROM = 16,       /* objects of one collection from which on its list is cheaper */
    METADATA_PAGE = 500,
    WHOLE_PAGE = 100,     /* of objects that may have a megabyte each */
    SEEN_PER_OBJECT = 4,  /* items of a list for each object that is looked for, at most */
};

typedef struct Collection {
    uint32_t objects;
    bool complete;        /* its list was read to the end */
} Collection;

typedef struct Live {
    RestRun *run;
    const RestReading *reading;
    Interner paths, folders;
    VEC(uint32_t) owner;  /* per path: the object of it that a list tells */
    VEC(Collection) collections;
    bool *shown;          /* per object */
} Live;

static bool is_picked(const Live *live, const RestObject *object)
{
    return object->known && live->reading->pick(object, live->reading->step);
}

static Str folder_of(const Live *live, const RestObject *object)
{
    return rest_path(live->run->arena, object, false);
}

static void gather(Live *live)
{
    for (uint32_t i = 0; i < live->run->count; i++) {
        const RestObject *object = &live->run->objects[i];
        if (!is_picked(live, object))
            continue;
        uint32_t path = intern(&live->paths, rest_path(live->run->arena, object, true));
        while (live->owner.len <= path)
            vec_push(&live->owner, BASE_NONE);
        live->owner.at[path] = i;
        uint32_t folder = intern(&live->folders, folder_of(live, object));
        while (live->collections.len <= folder)
            vec_push(&live->collections, (Collection){0});
        live->collections.at[folder].objects++;
    }
}

/* ---- lists ---- */

static void take_item(Live *live, Str folder, const Json *item)
{
    Buf path = {0};
    buf_format(&path, "%.*s/", STR_ARG(folder));
    rest_put_escaped(&path, rest_json_path_text(item, "metadata.name"));
    uint32_t id = interner_find(&live->paths, buf_slice(&path));
    buf_free(&path);
    if (id == BASE_NONE || id >= live->owner.len || live->owner.at[id] == BASE_NONE)
        return;
    uint32_t index = live->owner.at[id];
    live->shown[index] = true;
    live->reading->take(live->run, &live->run->objects[index], (Json *)(uintptr_t)item,
                        STR(""));
}

static void read_collection(Live *live, Str folder, Collection *collection)
{
    bool whole = live->reading->whole;
    RestPages pages = {.client = live->run->client, .path = folder,
                       .accept = whole ? NULL : REST_AS_METADATA_LIST,
                       .size = whole ? WHOLE_PAGE : METADATA_PAGE};
    size_t seen = 0;
    for (Json *list; (list = rest_next_page(&pages)) != NULL; rest_json_free(list)) {
        const Json *items = rest_json_get(list, "items");
        for (size_t i = 0; i < rest_json_count(items); i++)
            take_item(live, folder, rest_json_at(items, i));
        seen += rest_json_count(items);
        collection->complete = items && !pages.more;
        if (!pages.more || seen > (size_t)collection->objects * SEEN_PER_OBJECT) {
            rest_json_free(list);
            break;
        }
    }
    rest_end_pages(&pages);
}

/* ---- one by one ---- */

/* Of two objects of one path a list told the later one. */
static bool is_told(Live *live, uint32_t i)
{
    RestObject *object = &live->run->objects[i];
    uint32_t path = intern(&live->paths, rest_path(live->run->arena, object, true));
    uint32_t folder = intern(&live->folders, folder_of(live, object));
    if (live->shown[i])
        return true;
    if (live->owner.at[path] != i || !live->collections.at[folder].complete)
        return false;
    live->reading->take(live->run, object, NULL, STR(""));
    return true;
}

static bool read_singly(Live *live)
{
    RestRun *run = live->run;
    bool fine = true;
    for (uint32_t i = 0; i < run->count; i++) {
        RestObject *object = &run->objects[i];
        if (!is_picked(live, object) || is_told(live, i))
            continue;
        call_free(&object->call);
        object->call = (Call){.method = "GET", .path = rest_path(run->arena, object, true),
                              .accept = live->reading->whole ? NULL : REST_AS_METADATA,
                              .owner = object};
        client_start(run->client, &object->call);
    }
    for (Call *call; (call = client_next(run->client)) != NULL;) {
        Json *answer = call->status == 200 ? rest_json_read(buf_slice(&call->answer)) : NULL;
        if (answer || call->status == 404)
            live->reading->take(run, call->owner, answer, buf_slice(&call->answer));
        else if (fine && !live->reading->may_fail)
            buf_format(&run->trouble, "%.*s\n", STR_ARG(rest_status_message(run->arena, call)));
        fine &= answer || call->status == 404;
        rest_json_free(answer);
        call_free(call);
    }
    return fine;
}

bool rest_read_live(RestRun *run, const RestReading *reading)
{
    Live live = {.run = run, .reading = reading};
    live.shown = arena_zero(run->arena, run->count + 1);
    interner_init(&live.paths);
    interner_init(&live.folders);
    gather(&live);
    for (uint32_t folder = 0; folder < live.collections.len; folder++)
        if (live.collections.at[folder].objects >= LIST_FROM && !reading->texts)
            read_collection(&live, interned(&live.folders, folder), &live.collections.at[folder]);
    bool fine = read_singly(&live);
    interner_free(&live.paths);
    interner_free(&live.folders);
    vec_free(&live.owner);
    vec_free(&live.collections);
    return fine;
}
