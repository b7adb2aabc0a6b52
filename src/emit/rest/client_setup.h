/* client_setup.h: what is the same for every request of a client: where its server is, whom
 * it trusts, and the headers that say who asks.  Internal to client.c, which sends them.
 *
 * Ownership: client_setup_free frees all but the handles and headers that were handed out,
 * which libcurl's own functions free.  Target and auth are borrowed. */
#ifndef PLIMSOLL_REST_CLIENT_SETUP_H
#define PLIMSOLL_REST_CLIENT_SETUP_H

#include "emit/rest/client.h"

struct curl_slist;

typedef struct ClientSetup {
    const KubeTarget *target;
    const Auth *auth;
    Arena arena;
    Str base; /* scheme, host and the path before the API's, without a slash at its end */
    /* Where tls-server-name is another: who is meant, and where that is. */
    Str host;
    struct curl_slist *connect_to;
    bool loopback;
    FileText ca, cert, key;
} ClientSetup;

/* Target and auth are set.  False with a sentence in error. */
bool client_setup(ClientSetup *setup, Buf *error);
/* A handle of libcurl (a CURL *) with the credentials of now; its callbacks are the caller's. */
void *client_setup_handle(const ClientSetup *setup);
struct curl_slist *client_setup_headers(const ClientSetup *setup, const Call *call);
void client_setup_free(ClientSetup *setup);

#endif
