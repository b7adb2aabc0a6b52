/* immutable.h: changes to fields that a server lets nobody change.  Internal to the cli
 * room. */
#ifndef PLIMSOLL_CLI_IMMUTABLE_H
#define PLIMSOLL_CLI_IMMUTABLE_H

#include "cli/run.h"

/* Behind the barrier: reports what the input would change of the objects that the dumps of
 * --assume-cluster hold. */
void immutable_check(Run *run);

#endif
