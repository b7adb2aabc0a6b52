/* kustomize: kustomization files, read into what they say.  Internal to the cli room.
 *
 * kustomize.c and the files of kustomize_reader.h read them, and say which files they name;
 * kustomize_patch.c knows what a patch does to what is linked; accumulate.c makes of a kustomization the objects that it would
 * build, in the order in which kustomize itself goes about it (api/internal/target,
 * kusttarget.go).  Nothing is built: the objects keep their place in their files, and
 * get the names and labels that they would have.
 *
 * What is not followed is noted with its place: a remote base, a chart, a plugin, a
 * patch of a field that others name.  Link findings of such a scope are warnings.
 *
 * Ownership: a KustomizeTree owns everything until kustomize_free. */
#ifndef PLIMSOLL_CLI_KUSTOMIZE_H
#define PLIMSOLL_CLI_KUSTOMIZE_H

#include "checks/part.h"
#include "cli/run.h"

/* Why the objects of a kustomization are not known in full. */
typedef struct Unfollowed {
    Place place;
    Str what;      /* "the remote base X is not read" */
} Unfollowed;

typedef struct KustomizeResource {
    Place place;
    uint32_t input; /* a file: index in the list of inputs; or BASE_NONE */
    uint32_t child; /* a folder: index in the tree; or BASE_NONE */
} KustomizeResource;

typedef struct KustomizeLabel {
    uint32_t key, value;
    bool selectors, templates, removed;
} KustomizeLabel;

/* What a patch (one document of it) does, as far as links are concerned. */
typedef struct KustomizePatch {
    Place place;
    Str group, kind, name, ns; /* of the object that it is for; empty: any */
    Str api_version;     /* as well, where the patch says itself what it is for */
    bool patterns;       /* they are regular expressions: a target */
    bool by_labels;      /* the target selects by labels or annotations */
    bool late;           /* patchesJson6902: after names and labels */
    bool deletes;
    bool unread;         /* its text is no patch that was understood */
    bool linked;         /* it changes what is linked, and is not followed */
    int32_t replicas;    /* -1: does not say */
    VEC(KustomizeLabel) labels;
    VEC(uint32_t) keys;  /* of data, of a ConfigMap or Secret */
} KustomizePatch;

typedef enum GeneratorBehavior { GENERATOR_CREATE, GENERATOR_MERGE, GENERATOR_REPLACE } GeneratorBehavior;

typedef struct KustomizeGenerator {
    bool secret, hashed, filled;
    GeneratorBehavior behavior;
    Place place;         /* of the name */
    Str name, ns;
    VEC(PartKey) keys;
    VEC(KustomizeLabel) labels;
} KustomizeGenerator;

typedef struct KustomizeReplicas {
    Place place;
    Str name;
    int32_t count;
} KustomizeReplicas;

typedef struct Kustomization {
    Str path, folder;    /* as messages name them; a folder is "" for the working directory */
    Str absolute;        /* the folder's */
    uint32_t argument;   /* the path of the command line that it was found under, or BASE_NONE */
    bool named;          /* the user named it, or its folder */
    bool component, loading, wanted; /* wanted: another one names it */
    bool no_hash;
    bool incomplete;     /* a resource is not there: that was told */
    Str ns, prefix, suffix;
    VEC(KustomizeResource) resources;
    VEC(KustomizeResource) components;
    VEC(KustomizeLabel) labels;
    VEC(KustomizePatch) patches;
    VEC(InlinePatch) inline_patches; /* those that can be read at their place */
    VEC(KustomizeGenerator) generators;
    VEC(KustomizeReplicas) replicas;
    VEC(KustomizeLabel) generator_labels;
    VEC(Unfollowed) unfollowed;
} Kustomization;

typedef struct KustomizeTree {
    Arena arena;
    VEC(Kustomization *) all;
    /* While reading. */
    Worker *worker;
    InputList *inputs;
    Interner folders;            /* absolute folders; string i + 1 is all.at[i] */
    Interner files;              /* (device, inode) as text */
    VEC(uint32_t) file_inputs;   /* per string of files */
    Interner spelled;            /* folders as they are written */
    VEC(Str) absolutes;          /* per string of spelled */
    Str cwd;
} KustomizeTree;

/* Whether a file's name is one that kustomize looks for. */
bool kustomize_is_name(Str name);
/* Reads every kustomization among the inputs and what they name: marks inputs that are
 * resources, patches or data, and adds those that lie elsewhere. */
void kustomize_read(KustomizeTree *tree, Worker *worker, InputList *inputs);
void kustomize_free(KustomizeTree *tree);

/* ---- kustomize_patch.c ---- */
/* Effects of a patch's text, pushed to the kustomization; target is empty where the
 * patch says itself what it is for. */
void kustomize_patch(KustomizeTree *tree, Kustomization *into, Str text,
                     const KustomizePatch *target);

/* ---- accumulate.c ---- */
/* The objects of a file of the input, as the workers met them. */
typedef struct FileObjects {
    uint32_t first, count; /* ids */
    bool templates;      /* a Helm template was passed over */
} FileObjects;

typedef struct Accumulator {
    const KustomizeTree *tree;
    const FileObjects *files; /* per input */
    const Facts *facts;
    Interner *strings;
    PartPlan *plan;
    Arena *arena;
    VEC(Unfollowed) unfollowed;
    uint32_t builds;     /* kustomizations built so far, each as often as it is named */
    bool incomplete;     /* something that is named is not there */
    bool told;           /* that there are too many */
} Accumulator;

/* Adds what `kustomize build` would give for it to the plan. */
void kustomize_accumulate(Accumulator *accumulator, uint32_t kustomization);

#endif
