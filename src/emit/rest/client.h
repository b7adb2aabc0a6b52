/* client: requests to one API server, many at a time over few connections.
 *
 * A Call is started and comes back from client_next when all has been said of it: it was
 * tried again where that is safe and of use (a lost connection, 429, 5xx, a refreshed
 * token), each time later, within the deadline.  Every call here is idempotent: reads,
 * and server-side applies.
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
} ClientOptions;

typedef struct Call {
    const char *method;
    Str path;                 /* with its query */
    Str body;                 /* empty: none */
    const char *content_type; /* of the body */
    const char *accept;       /* NULL: JSON */
    void *owner;
    /* the answer */
    long status;              /* 0: none; error says why */
    Buf answer;
    Buf error;
    Buf warnings;             /* texts of Warning headers, a line each */
    uint32_t tries;
    bool unsure;              /* a try went out whose answer never came */
    bool cancelled;           /* never sent */
    /* the client's own */
    int64_t retry_after_ms, due_ms, header_bytes;
    size_t answer_limit;
    struct Call *next;
    bool refused_token;
    bool overflow;
    uint32_t generation;
} Call;

ClientOptions client_defaults(void);
/* NULL with a sentence in error. */
Client *client_new(const KubeTarget *target, Auth *auth, const ClientOptions *options, Buf *error);
void client_start(Client *client, Call *call);
/* The next call of which all is said, or NULL when none is left. */
Call *client_next(Client *client);
/* Calls that were not yet sent come back as cancelled; those in flight are waited for. */
void client_stop(Client *client);
/* Starts a call and waits for it alone; nothing else may be under way. */
void client_do(Client *client, Call *call);
void call_free(Call *call);
void client_free(Client *client);

#endif
