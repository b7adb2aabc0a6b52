/* client: requests to one API server, many at a time over few connections.
 *
 * A Call is started and comes back from client_next when all has been said of it: it was
 * tried again where that is safe and of use (a lost connection, 429, 5xx, a refreshed
 * token), each time later, within the deadline.  Every call here is idempotent: reads,
 * and server-side applies.  Streams (watches) run beside the other calls, up to a number of
 * their own; those above it wait for their turn.
 *
 * Bounds: an answer's size after decompression, its head's size, its time; no redirect is
 * followed, so that no credential goes to another host.
 * Ownership: a Call is its caller's; the answer in it is freed by call_free. */
#ifndef PLIMSOLL_REST_CLIENT_H
#define PLIMSOLL_REST_CLIENT_H

#include "emit/rest/auth.h"

typedef struct Client Client;

typedef struct ClientOptions {
    unsigned in_flight;       /* calls at a time, at most */
    unsigned tries;           /* of a call */
    int64_t call_ms;          /* of one try */
    int64_t run_ms;           /* of all together; 0: no limit */
    size_t answer_limit;      /* bytes, decompressed */
    bool (*interrupted)(void); /* asked while calls are waited for; true is as client_stop.
                                * NULL: never */
} ClientOptions;

typedef struct Call {
    const char *method;
    Str path;                 /* with its query */
    Str body;                 /* empty: none */
    const char *content_type; /* of the body */
    const char *accept;       /* NULL: JSON */
    void *owner;
    /* A stream, where it is set: gets each line of a good answer as it comes, and may start
     * calls.  A stream is not tried again once it has begun. */
    void (*take_line)(struct Call *call, Str line);
    int64_t limit_ms;         /* of one try; 0: the client's */
    uint32_t most_tries;      /* 0: the client's */
    /* the answer */
    long status;              /* 0: none; error says which request got none, and why */
    Buf answer;
    Buf error;
    Buf warnings;             /* texts of Warning headers, a line each */
    uint32_t tries;
    bool unsure;              /* a try went out whose answer never came */
    bool cancelled;           /* never sent, or surely refused before it was done */
    /* the client's own */
    int64_t retry_after_ms, due_ms, header_bytes;
    size_t answer_limit;
    struct Call *next;
    bool overflow;
    uint32_t generation;
} Call;

ClientOptions client_defaults(void);
/* NULL with a sentence in error. */
Client *client_new(const KubeTarget *target, Auth *auth, const ClientOptions *options, Buf *error);
void client_start(Client *client, Call *call);
void client_start_after(Client *client, Call *call, int64_t ms);
/* The next call of which all is said, or NULL when none is left. */
Call *client_next(Client *client);
/* The same, waiting no longer than that: NULL says that none has ended yet. */
Call *client_next_within(Client *client, int64_t ms);
/* Calls that were not yet sent come back as cancelled; those in flight are waited for. */
void client_stop(Client *client);
bool client_is_stopped(const Client *client);
/* Starts a call and waits for it alone; nothing else may be under way. */
void client_do(Client *client, Call *call);
/* Forgets a call, wherever it is: nothing more comes of it. */
void client_drop(Client *client, Call *call);
/* What is left of the time that all calls have together, or -1 where there is no limit; and
 * a new limit from now on. */
int64_t client_time_left(const Client *client);
void client_set_time(Client *client, int64_t ms);
/* Whether the server said, with 500, that what is applied cannot be merged: that is its answer,
 * given before anything is written, and no other comes. */
bool call_cannot_merge(const Call *call);
/* Whether it said that a webhook does not answer it.  Admission comes before the write, so
 * nothing was written. */
bool call_has_no_webhook(const Call *call);
void call_free(Call *call);
void client_free(Client *client);

#endif
