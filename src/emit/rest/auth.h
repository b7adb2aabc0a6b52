/* auth: who asks.  Keeps the bearer token of a target fresh: from the kubeconfig, from a
 * file that is read again, or from a credential plugin
 * (client.authentication.k8s.io/v1 and v1beta1).
 *
 * Secrets never reach a log, an error, or the arguments of a process. */
#ifndef PLIMSOLL_REST_AUTH_H
#define PLIMSOLL_REST_AUTH_H

#include "emit/rest/kubeconfig.h"

typedef struct Auth {
    const KubeTarget *target; /* borrowed */
    bool stdin_taken;         /* manifests come from standard input */
    Buf token;
    Buf cert, key;            /* from a plugin; PEM */
    int64_t fresh_until;      /* seconds since 1970; the token is good so long */
    uint32_t generation;      /* counts what was fetched and differed from what was there */
    bool failed;
} Auth;

void auth_init(Auth *auth, const KubeTarget *target, bool stdin_taken);
/* Makes sure that the credentials are fresh; `refused`: the server has just said 401.
 * False with a sentence in error. */
bool auth_refresh(Auth *auth, bool refused, Buf *error);
void auth_free(Auth *auth);

/* ---- auth_exec.c ---- */
/* Runs the plugin.  False with a sentence in error. */
bool auth_exec(Auth *auth, Buf *error);

#endif
