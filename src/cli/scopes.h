/* scopes: which objects belong together.  Internal to the cli room.
 *
 * Ownership: a ScopeSet owns its scopes, their facts and links until scopes_free. */
#ifndef PLIMSOLL_CLI_SCOPES_H
#define PLIMSOLL_CLI_SCOPES_H

#include "cli/kustomize.h"

typedef struct ScopeSet ScopeSet;

/* Before the files are read: looks for kustomizations. */
ScopeSet *scopes_new(Worker *worker, InputList *inputs);
/* After each file: what the worker met in it. */
void scopes_note_file(ScopeSet *scopes, uint32_t input, FileObjects met, bool rendered);
/* Behind the barrier: finds the scopes, links each and reports what it finds. */
void scopes_link(ScopeSet *scopes, uint32_t jobs); /* so many threads */
/* For the report: the scopes by name. */
const ReportScope *scopes_report(const ScopeSet *scopes, uint32_t *count);
const uint32_t *scopes_order(const ScopeSet *scopes);
void scopes_free(ScopeSet *scopes);

#endif
