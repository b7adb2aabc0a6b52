/* watch: one collection, listed and then watched, with what that takes: pages, bookmarks,
 * resuming from the last resource version, a new list where that is gone.
 *
 * Ownership: a Watch lies where its caller keeps it and must not move while it runs. */
#ifndef PLIMSOLL_REST_WATCH_H
#define PLIMSOLL_REST_WATCH_H

#include "emit/rest/client.h"
#include "emit/rest/json.h"

typedef enum WatchEvent {
    WATCH_RELIST,    /* everything is told anew: forget what was known (item is NULL) */
    WATCH_SEEN,      /* added, modified, or in a list */
    WATCH_DELETED,
    WATCH_LISTED,    /* the list is complete (item is NULL) */
} WatchEvent;

typedef struct Watch {
    Client *client;
    Str path;                /* of the collection */
    Str query;               /* a field selector, escaped; or empty */
    void (*take)(struct Watch *watch, WatchEvent event, const Json *item);
    void *context;
    Str trouble;             /* why the last answer was of no use; empty: it was */
    Buf trouble_text;
    Call call;
    Buf url, version, page;
    bool watching;           /* else it lists */
    bool stale;              /* the version is gone */
    bool heard;              /* the stream under way said something */
    bool refused;            /* the user may not list it: it is asked no more */
    uint32_t failures;       /* in a row */
} Watch;

void watch_start(Watch *watch);
/* The call of a watch came back from client_next: goes on.  False where it is none of it. */
bool watch_go_on(Watch *watch, const Call *call);
void watch_stop(Watch *watch);

#endif
