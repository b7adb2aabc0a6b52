/* backdrop: what a cluster holds already, from dumps that --assume-cluster names.
 * Internal to the cli room.
 *
 * Its objects stand behind those of the input: facts->backdrop of them.  They are linked
 * against, and neither reported on nor counted. */
#ifndef PLIMSOLL_CLI_BACKDROP_H
#define PLIMSOLL_CLI_BACKDROP_H

#include "checks/part.h"
#include "cli/run.h"

/* After the files of the input: reads the dumps.  What cannot be read is told on stderr
 * with its place, and makes the run fail. */
void backdrop_read(Run *run);
/* At the barrier: whatever was found in the dumps is forgotten. */
void backdrop_forget_findings(Worker *worker);
/* Whether a finding is about what a dump holds. */
bool backdrop_has(const Worker *worker, const Finding *finding);
/* Adds to a scope what the dumps hold, but for objects that the scope has itself and for
 * what those own: it will be made anew. */
void backdrop_join(const Facts *facts, Interner *strings, PartPlan *plan);

#endif
