/* session: what the files of plimsoll-rest share: the input as it was checked, and the
 * objects as they are sent. */
#ifndef PLIMSOLL_CLUSTER_SESSION_H
#define PLIMSOLL_CLUSTER_SESSION_H

#include "cli/run.h"
#include "emit/rest/rest.h"

/* Where an object's JSON lies in Session.bodies. */
typedef struct Body {
    uint32_t object;
    size_t from, size;
} Body;

typedef struct Session {
    Run run;
    Arena arena;
    Buf bodies;
    VEC(Body) sent;
    RestObject *objects;
    uint32_t count;
    /* Of report_outcomes: the object under hand, and where its findings go. */
    const RestObject *told;
    Diag refused;
} Session;

/* ---- report.c ---- */
/* Findings as text on stderr. */
void report_findings(Session *session, const Diag *diag);
/* A line for each object on stdout, in the form that was asked for; refusals at their
 * places and the summary on stderr.  False where it could not be written. */
bool report_outcomes(Session *session, const RestRun *run);

#endif
