/* wait: until what was applied is ready.
 *
 * Each collection that holds one of the objects is listed once and then watched; a watch
 * that ends goes on from the resource version that it saw last, and a version that the
 * server has forgotten (410 Gone) begins with a list again.  What ready means is the kind's
 * (ready.c), as `kubectl rollout status` and the controllers' own conditions have it; a
 * Service is ready with its EndpointSlices.  reason.c finds out why something is not.
 *
 * Ownership: everything lies in the run's arena, but what rest_wait_free frees. */
#ifndef PLIMSOLL_REST_WAIT_H
#define PLIMSOLL_REST_WAIT_H

#include "emit/rest/json.h"
#include "emit/rest/rest.h"

typedef enum RestReady {
    REST_NOT_SEEN,  /* the cluster has not answered for it yet */
    REST_WAITING,
    REST_READY,
    REST_BROKEN,    /* and waiting will not mend it */
} RestReady;

typedef struct RestSlice {
    Str name;
    uint32_t ready;          /* endpoints */
} RestSlice;

typedef struct RestWaited {
    RestObject *object;
    RestReady state;
    Buf detail;              /* "1 of 3 replicas are available" */
    bool reported, shown;    /* the caller's: its state has been told; it was ever waited for */
    bool listed;
    RestReady own;           /* of the object alone */
    Buf own_detail;
    bool wants_endpoints;
    Str selector;            /* of a live Service or workload, as a query writes it */
    Str uid;
    VEC(RestSlice) slices;
    VEC(Str) reasons;        /* rest_wait_explain's, a sentence each */
} RestWaited;

typedef struct RestWait {
    RestRun *run;
    int64_t limit_ms;
    /* Called when something changed and a few times a second; false ends the wait. */
    bool (*tick)(struct RestWait *wait);
    void *context;           /* tick's */
    RestWaited *waited;
    uint32_t count;
    bool changed;            /* since the last tick */
    bool out_of_time, interrupted;
    int64_t began_ms;
    struct RestWatch *watches;
    uint32_t watch_count;
    Interner places;         /* paths of objects, and paths of Services for their slices */
    VEC(uint32_t) at;        /* of a place's id: an index in waited */
    VEC(Str) late_classes;   /* StorageClasses that wait for the first consumer */
} RestWait;

/* True where everything is ready.  It ends early where something is broken. */
bool rest_wait(RestWait *wait);
int64_t rest_wait_ms(const RestWait *wait); /* since it began */
/* Finds out why, for all that is not ready: a few requests each, for at most some seconds. */
void rest_wait_explain(RestWait *wait);
void rest_wait_free(RestWait *wait);

/* ---- ready.c ---- */
typedef RestReady RestReadyRule(const Json *live, Buf *detail);
/* How an object's kind is ready; NULL: it is, once it is written. */
RestReadyRule *rest_ready_rule(const RestObject *object);
RestReady rest_ready(RestReadyRule *rule, const Json *live, Buf *detail);
/* Endpoints of an EndpointSlice that take part. */
uint32_t rest_slice_ready(const Json *slice);

/* ---- reason.c ---- */
/* Label selectors as a query writes them: "a=b,c in (d,e)"; empty: none. */
void rest_put_selector(Buf *out, const Json *selector, bool plain);

#endif
