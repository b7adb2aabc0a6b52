/* rest: objects to a cluster.  The face of what `plimsoll-rest` is linked from; nothing in
 * the program `plimsoll` includes it, so that `check` never loads libcurl.
 *
 * The caller gives objects with their bodies, as JSON; rest_apply gives each an outcome and
 * what the server said of it.  Where an object stands in the input is the caller's.
 *
 * Ownership: RestObject's strings are borrowed from the caller, or lie in the arena. */
#ifndef PLIMSOLL_REST_REST_H
#define PLIMSOLL_REST_REST_H

#include "emit/rest/client.h"
#include "emit/rest/json.h"

typedef enum RestOutcome {
    REST_PENDING,    /* nothing was said of it yet; after a run: it was not written */
    REST_CREATED,
    REST_CONFIGURED,
    REST_UNCHANGED,
    REST_CONFLICT,   /* another manager owns a field */
    REST_REFUSED,
    REST_FAILED,     /* no answer, in the end: it may be written or not */
} RestOutcome;

typedef struct RestCause {
    Str field, reason, message;
} RestCause;

typedef struct RestObject {
    uint32_t id;             /* the caller's */
    Str api_version, kind;
    Str group, version;
    Str resource;            /* plural; empty: discovery says */
    Str ns, name;            /* ns empty: cluster-scoped */
    bool namespaced, known;  /* known: resource and namespaced are */
    Str body;
    unsigned level;          /* within its rank: below that of what names it */
    /* The answer. */
    RestOutcome outcome;
    bool planned;            /* the outcome is a dry run's: nothing was written */
    bool asked_in_vain;      /* preflight could not tell yet, */
    unsigned open_from;      /* and can before this step is written */
    bool absent;             /* did not exist before this run wrote */
    Str resource_version;    /* before this run wrote; empty: not known */
    Str message;
    Str reason;              /* of the Status */
    RestCause *causes;
    uint32_t cause_count;
    Str warnings;            /* a line each */
    Str ready, ready_detail; /* after a wait: "ready", "waiting" or "failed", and why */
    /* Of what a dry run made of an object that exists: of all that it says, 0 where managers are
     * not told; and less what every write changes. */
    uint64_t whole, content;
    bool same, settled;      /* a write would change nothing but managers; nothing at all */
    Str before, after;       /* RestOptions.keep_answers: JSON of the live object and of what a
                                dry run made of it; empty: there is none */
    unsigned rank, step;     /* order.c's */
    bool written;            /* in this run */
    Str takeover;            /* takeover.c: the patch that has to go before; empty: none */
    Str taken_from;          /* managers, a line each */
    Str taken;               /* what a dry run made of it, less what goes with them; empty: nothing
                                goes */
    bool forced;             /* its next dry run: only client-side apply is in the way */
    Call call;
} RestObject;

typedef struct RestOptions {
    bool force;              /* --force-conflicts */
    bool take_over;          /* --take-over */
    bool dry_run;            /* --dry-run=server: stop behind the preflight */
    bool no_preflight;
    bool keep_answers;       /* of a dry run, for a diff */
    int64_t established_ms;  /* how long a definition may take to be served */
} RestOptions;

typedef struct RestRun {
    Arena *arena;
    Client *client;
    const RestOptions *options;
    RestObject *objects;
    uint32_t count;
    Buf trouble;             /* why the cluster could not be talked to; a line each */
    bool stopped;            /* after a failure or an interruption no more is begun */
    unsigned steps;
    uint64_t kept;           /* bytes of answers */
} RestRun;

/* True where every object was applied (or would be). */
bool rest_apply(RestRun *run);
const char *rest_outcome_name(RestOutcome outcome);

/* ---- snapshot.c ---- */
typedef struct RestSnapshot {
    Arena *arena;
    Client *client;
    Out *out;
    bool secret_values;      /* else only their keys */
    uint64_t count;          /* objects written */
    Buf trouble;             /* what could not be listed; a line each */
} RestSnapshot;

/* Writes what the cluster holds of these resources ("pods"), or of all that check reads.
 * False where the cluster did not answer; a list that the user may not see is told. */
bool rest_snapshot(RestSnapshot *snapshot, const Str *resources, uint32_t count);

/* ---- apply.c, preflight.c ---- */
#define REST_MANAGER "plimsoll"
/* What may be all that is wanted of an answer; a server that cannot, answers with everything. */
#define REST_AS_METADATA \
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
#define REST_AS_METADATA_LIST \
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
typedef bool RestPick(const RestObject *object, unsigned step);
void rest_start_apply(RestRun *run, RestObject *object, bool dry_run);
/* Takes the answers of dry runs that were started. */
void rest_take_plans(RestRun *run);
bool rest_is_bad(const RestObject *object);
/* Asks the server about everything; true where nothing was refused for good. */
bool rest_preflight(RestRun *run);
/* The same for what it could not tell, from this step on, once those before are written. */
bool rest_preflight_again(RestRun *run, unsigned step);

/* ---- takeover.c ---- */
/* Before the preflight: who owns what.  False after trouble. */
bool rest_takeover_look(RestRun *run);
/* Whether the object's conflict ends with it. */
bool rest_takeover_ends(const RestObject *object);
/* The object's dry run was answered: what will go, once it is taken over? */
void rest_takeover_plan(RestRun *run, RestObject *object, Str answer);
/* Asks what a server makes of the objects that are picked without that.  False where one is
 * refused. */
bool rest_takeover_ask(RestRun *run, RestPick *pick);
/* Takes over what is written in this step.  False where an object could not be; it has its
 * outcome. */
bool rest_takeover(RestRun *run, unsigned step);

/* ---- order.c ---- */
/* Which objects are written before which: what is of one rank and level goes together. */
unsigned rest_rank(Str group, Str kind);
/* Sets rank and step of each; returns the number of steps. */
unsigned rest_order(RestObject *objects, uint32_t count, Arena *arena);
enum { REST_RANK_NAMESPACE, REST_RANK_DEFINITION, REST_RANK_FIRST_FREE };

/* ---- answer.c ---- */
/* Reads a call's answer into the object: its outcome, message and causes. */
void rest_answer(RestRun *run, RestObject *object, bool dry_run);
/* What an answer that is no object says, for a sentence. */
Str rest_status_message(Arena *arena, const Call *call);

/* ---- discovery.c ---- */
/* Finds the resources of kinds that the caller does not know.  False after trouble. */
bool rest_discover(RestRun *run);
/* Waits until a definition is established, and its resource served. */
bool rest_wait_established(RestRun *run, RestObject *definition);
/* As a part of a path or the value of a query. */
void rest_put_escaped(Buf *out, Str text);
Str rest_path(Arena *arena, const RestObject *object, bool with_name);


/* ---- live.c ---- */
typedef struct RestReading {
    RestPick *pick;
    unsigned step;           /* pick's */
    bool whole;              /* else the objects' metadata alone */
    bool may_fail;           /* what cannot be read is no trouble, and take is not called for it */
    bool texts;              /* take gets the answers as they are, which lists do not have */
    /* live is NULL where the object is not there; it may be changed. */
    void (*take)(RestRun *run, RestObject *object, Json *live, Str text);
} RestReading;

/* Reads what is there of the objects that are picked.  False where some could not be read. */
bool rest_read_live(RestRun *run, const RestReading *reading);

/* ---- pages.c ---- */
typedef struct RestPages {
    Client *client;
    Str path;                /* of the collection */
    const char *accept;
    unsigned size;           /* items of a page, at most */
    bool more;               /* behind the page that was read last */
    Call call;               /* its answer */
    Buf token;
} RestPages;

/* NULL where the answer is no list; the call says why.  Freed by rest_json_free. */
Json *rest_next_page(RestPages *pages);
void rest_end_pages(RestPages *pages);

#endif
