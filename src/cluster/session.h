/* session: what the files of plimsoll-rest share: the way to the cluster, the input as it
 * was checked, and the objects as they are sent. */
#ifndef PLIMSOLL_CLUSTER_SESSION_H
#define PLIMSOLL_CLUSTER_SESSION_H

#include "cli/run.h"
#include "emit/rest/rest.h"

enum { SESSION_ESTABLISHED_MS = 30000 };

/* ---- connect.c ---- */
typedef struct Connection {
    Kubeconfig config;
    KubeTarget target;
    Auth auth;
    Client *client; /* NULL until it is open */
} Connection;

/* Reads the kubeconfig, whose namespace becomes the options' unless a flag gave one.  False
 * after errors on stderr. */
bool connection_find(Connection *connection, Options *options);
bool connection_open(Connection *connection, const Options *options);
void connection_close(Connection *connection);
/* Each as an error of its own. */
void tell_lines(Str lines);

/* ---- session.c ---- */
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

/* The offline check, with its findings on stderr.  False where it ends the run, with the
 * exit status. */
bool session_check(Session *session, Options *options, int *status);
/* Makes what is sent of what was checked. */
void session_objects(Session *session);
RestRun session_run(Session *session, Connection *connection, const RestOptions *options);
void session_run_end(RestRun *run);
void session_free(Session *session);

/* ---- order.c ---- */
/* What names another of its rank goes behind it: sets the levels of the objects. */
void order_levels(Session *session);

/* ---- report.c ---- */
/* Findings as text on stderr. */
void report_findings(Session *session, const Diag *diag);
/* Warnings and refusals, at their places. */
void report_refusals(Session *session);
/* A line for each object on stdout, in the form that was asked for; refusals at their
 * places and the summary on stderr.  False where it could not be written. */
bool report_outcomes(Session *session, const RestRun *run);

/* ---- the commands; each returns the exit status ---- */
int run_apply(Options *options);
int run_live_diff(Options *options);
int run_snapshot(Options *options);

#endif
