/* suppress: what a user keeps quiet, where, and why.
 *
 * A suppression names one rule and says how far it reaches: a line, an object or a part of
 * it, a file, or whatever a row of the configuration describes.  Comments and annotations
 * become suppressions while their document is at hand (suppress_read.c), those of other
 * tools by a table (suppress_peers.c); behind the barrier suppress.c sorts them and takes
 * the findings out that they reach.  What is wrong with a suppression is a finding and
 * silences nothing.
 *
 * Ownership: a Suppressions owns its entries and their text. */
#ifndef PLIMSOLL_CLI_SUPPRESS_H
#define PLIMSOLL_CLI_SUPPRESS_H

#include "cli/options.h"
#include "cli/run.h"

typedef enum SuppressScope {
    SUPPRESS_LINE,   /* id is a document */
    SUPPRESS_OBJECT, /* id is an object; begin and end may make it a part */
    SUPPRESS_FILE,   /* id is a file */
} SuppressScope;
enum { SUPPRESS_SCOPES = SUPPRESS_FILE + 1 };

typedef struct Suppression {
    const RuleInfo *rule;
    Place place;        /* where it is written */
    const char *source; /* "comment", "annotation" */
    Str reason;
    Str field;          /* a glob of fields' paths; empty: any */
    uint32_t id;
    uint32_t object;    /* that it is written in, or BASE_NONE */
    uint32_t begin, end;          /* offsets in the document that a finding starts between */
    uint32_t value, value_size;   /* of a line with a key: the value that starts further down */
    SuppressScope scope;
    bool foreign;       /* written for another tool: it need not be of use */
    bool used;
} Suppression;

struct Suppressions {
    Arena arena;
    VEC(Suppression) entries;
    VEC(Suppressed) suppressed; /* the findings taken out */
    bool require_reason;
    const Options *options; /* borrowed */
};

/* What the pass looks at. */
typedef struct SuppressPass {
    Suppressions *all;
    Options *options;
    Diag *diag;
    Sources *sources;
    const Facts *facts;
    PlaceMemo memo;
    uint32_t starts[SUPPRESS_SCOPES + 1]; /* where the entries of each scope begin, sorted */
    bool partial; /* Ctrl-C: what was not read may be what a suppression is for */
} SuppressPass;

/* ---- suppress.c ---- */
Suppressions *suppressions_new(const Options *options);
void suppressions_free(Suppressions *all);
/* Moves those that another thread read behind these; what they reach is counted on. */
typedef struct SuppressBase {
    uint32_t doc, object, file;
} SuppressBase;
void suppressions_merge(Suppressions *into, Suppressions *from, SuppressBase base);
/* Takes findings out that are suppressed, and adds one for each suppression of no use.
 * The findings are sorted before and after. */
void suppress_filter(SuppressPass *pass);
const Suppressed *suppressions_of(const Suppressions *all, uint32_t *count);

/* ---- suppress_read.c ---- */
/* The comments of a document that was read; its objects are those from first_object on. */
void suppress_comments(Suppressions *all, Worker *worker, const Document *doc,
                       uint32_t first_object);
/* The annotations of the object at doc->root and of its Pod template. */
void suppress_annotations(Suppressions *all, Worker *worker, const Document *doc);

/* ---- suppress_peers.c ---- */
/* One of our rules that does what another tool's check does. */
typedef struct PeerCheck {
    const char *check;
    const char *rule;
    const char *field; /* a glob of paths, where the rule says more than the check; or NULL */
} PeerCheck;

typedef struct Peer {
    const char *name;
    const char *prefix; /* of an annotation that names one check; its value is the reason */
    const char *all;    /* the annotation that stands for all checks; its value is the reason */
    const char *list;   /* the annotation whose value lists checks */
    const PeerCheck *checks; /* ended by a check NULL; several rows may have one check */
} Peer;

extern const Peer suppress_peers[];
extern const size_t suppress_peer_count;

#endif
