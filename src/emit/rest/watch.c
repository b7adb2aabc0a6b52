/* Lists and watches a collection, as the API's rules for that are: the list's resource
 * version begins the watch, each event and bookmark moves it on, and 410 Gone, as a status
 * or as an event, begins with a list again.
 *
 * The server is asked to end each watch after half a minute, and the client ends it a
 * little later: so a connection that died without a word costs no more than that, and
 * watches that wait for their turn get it. */
#include "emit/rest/watch.h"
#include "emit/rest/rest.h"

enum {
    PAGE = 500,
    WATCH_SECONDS = 30,
    GRACE_MS = 10000,
    FIRST_PAUSE_MS = 100,
    LONGEST_PAUSE_MS = 5000,
    SILENT_ENDS = 4, /* that lengthen the pause */
    TROUBLE_SHOWN = 300,
};

static void take_line(Call *call, Str line);

static void ask(Watch *watch)
{
    int64_t pause = 0;
    if (watch->failures)
        pause = FIRST_PAUSE_MS << (watch->failures < 7 ? watch->failures - 1 : 6);
    watch->url.len = 0;
    buf_str(&watch->url, watch->path);
    if (watch->watching) {
        buf_format(&watch->url, "?watch=true&allowWatchBookmarks=true&timeoutSeconds=%d"
                   "&resourceVersion=", WATCH_SECONDS);
        rest_put_escaped(&watch->url, buf_slice(&watch->version));
    } else {
        buf_format(&watch->url, "?limit=%d", PAGE);
        if (watch->page.len) {
            buf_text(&watch->url, "&continue=");
            rest_put_escaped(&watch->url, buf_slice(&watch->page));
        }
    }
    if (watch->query.len)
        buf_format(&watch->url, "&%.*s", STR_ARG(watch->query));
    call_free(&watch->call);
    watch->call = (Call){.method = "GET", .path = buf_slice(&watch->url), .owner = watch};
    watch->heard = false;
    if (watch->watching) {
        watch->call.take_line = take_line;
        watch->call.limit_ms = WATCH_SECONDS * 1000 + GRACE_MS;
    }
    client_start_after(watch->client, &watch->call,
                       pause < LONGEST_PAUSE_MS ? pause : LONGEST_PAUSE_MS);
}

static void list_anew(Watch *watch)
{
    watch->watching = watch->stale = false;
    watch->page.len = watch->version.len = 0;
}

static void set(Buf *into, Str text)
{
    into->len = 0;
    buf_str(into, text);
}

static void no_use(Watch *watch, Str why)
{
    watch->failures++;
    set(&watch->trouble_text, why.len > TROUBLE_SHOWN ? str_slice(why.ptr, TROUBLE_SHOWN) : why);
    watch->trouble = buf_slice(&watch->trouble_text);
}

/* ---- events ---- */

/* The events of a watch: {"type": "MODIFIED", "object": {…}}. */
static void take_event(Watch *watch, const Json *event)
{
    Str type = rest_json_path_text(event, "type");
    const Json *object = rest_json_get(event, "object");
    Str version = rest_json_path_text(object, "metadata.resourceVersion");
    if (str_is(type, "ERROR")) {
        watch->stale = true; /* 410, or what nobody can go on from either */
        if (rest_json_number(rest_json_get(object, "code"), 0) != 410)
            no_use(watch, rest_json_path_text(object, "message"));
        return;
    }
    if (!version.len)
        return;
    watch->heard = true;
    if (str_is(type, "ADDED") || str_is(type, "MODIFIED"))
        watch->take(watch, WATCH_SEEN, object);
    else if (str_is(type, "DELETED"))
        watch->take(watch, WATCH_DELETED, object);
    set(&watch->version, version);
}

static void take_line(Call *call, Str line)
{
    Watch *watch = call->owner;
    if (watch->stale)
        return;
    Json *event = rest_json_read(line);
    if (event)
        take_event(watch, event);
    else
        watch->stale = true; /* an event is lost: only a list can say what it was */
    rest_json_free(event);
}

/* ---- answers ---- */

static void take_page(Watch *watch, const Json *list)
{
    const Json *items = rest_json_get(list, "items");
    if (!watch->page.len)
        watch->take(watch, WATCH_RELIST, NULL);
    for (size_t i = 0; i < rest_json_count(items); i++)
        watch->take(watch, WATCH_SEEN, rest_json_at(items, i));
    set(&watch->version, rest_json_path_text(list, "metadata.resourceVersion"));
    set(&watch->page, rest_json_path_text(list, "metadata.continue"));
    watch->failures = 0;
    watch->trouble = STR("");
    if (watch->page.len)
        return;
    watch->take(watch, WATCH_LISTED, NULL);
    watch->watching = watch->version.len > 0;
    watch->failures = !watch->watching; /* no version, no watch: it is listed again, and later */
}

static void take_list(Watch *watch, const Call *call)
{
    Json *answer = call->status ? rest_json_read(buf_slice(&call->answer)) : NULL;
    if (call->status == 200 && rest_json_get(answer, "items"))
        take_page(watch, answer);
    else if (call->status == 410)
        list_anew(watch);
    else if (rest_json_path_text(answer, "message").len)
        no_use(watch, rest_json_path_text(answer, "message"));
    else if (call->status)
        no_use(watch, STR("the answer is no list of objects"));
    else
        no_use(watch, buf_slice(&call->error));
    watch->refused = call->status == 401 || call->status == 403 || call->status == 404;
    rest_json_free(answer);
}

static void end_watch(Watch *watch, const Call *call)
{
    bool fine = call->status == 200 && !call->overflow;
    if (watch->stale || call->status == 410 || call->overflow) {
        list_anew(watch);
        watch->failures += !watch->heard;
    } else if (fine && watch->heard) {
        watch->failures = 0;
    } else if (fine) { /* a silent end, of which a broken server may have many */
        watch->failures = watch->failures < SILENT_ENDS ? watch->failures + 1 : SILENT_ENDS;
    } else {
        no_use(watch, call->error.len ? buf_slice(&call->error) : STR("the watch was refused"));
        list_anew(watch);
    }
}

void watch_start(Watch *watch)
{
    list_anew(watch);
    ask(watch);
}

bool watch_go_on(Watch *watch, const Call *call)
{
    if (call != &watch->call)
        return false;
    if (call->take_line)
        end_watch(watch, call);
    else
        take_list(watch, call);
    if (!watch->refused)
        ask(watch);
    return true;
}

void watch_stop(Watch *watch)
{
    client_drop(watch->client, &watch->call);
    call_free(&watch->call);
    buf_free(&watch->url);
    buf_free(&watch->version);
    buf_free(&watch->page);
    buf_free(&watch->trouble_text);
}
