/* wait: apply --wait, for a reader. */
#ifndef PLIMSOLL_CLUSTER_WAIT_H
#define PLIMSOLL_CLUSTER_WAIT_H

#include "cluster/session.h"
#include "emit/rest/wait.h"

/* Reports the outcomes and, with --wait where all was applied, waits until all is ready: for
 * as long as --timeout leaves, else five minutes, with progress and reasons on stderr.
 * Returns the exit status, which was that until now. */
int wait_and_report(Session *session, RestRun *run, int status);

#endif
