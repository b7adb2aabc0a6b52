/* crd.h: CRDs as first-class types.
 *
 * A CRD that is checked is read into shapes (crd_shape.h), judged as the API server
 * judges it, and kept in the worker's CrdSet, whole or by its place.  At the barrier crd_build
 * makes types and kinds of all that was kept, and the objects that waited for them are read
 * again: the order of files does not matter.  CRDs of other files (--crds) and JSON
 * schemas (--schema-location) come in through the same door.
 *
 * Ownership: a CrdSet owns its definitions until crd_build takes them over; from then
 * on the Schema owns them.  What a worker compiles (patterns) stays in its set.
 * Errors: what is wrong with a CRD is a finding at its place; a definition that is
 * refused still gives types, as far as they can be read. */
#ifndef PLIMSOLL_CRD_H
#define PLIMSOLL_CRD_H

#include "schema/schema.h"

typedef struct CrdSet CrdSet;

CrdSet *crd_set_new(void);
void crd_set_free(CrdSet *set); /* NULL is fine */
bool crd_set_is_empty(const CrdSet *set);
/* Moves the definitions of one thread behind another's; their documents are counted
 * from doc_base on. */
void crd_set_merge(CrdSet *into, CrdSet *from, uint32_t doc_base);
/* Whether what is checked from now on is part of the input, or only gives types to it
 * (--crds): of two definitions of one kind the input's counts. */
void crd_set_input(CrdSet *set, bool is_input);

/* Whether the documents of what is kept from now on can be read again at the barrier
 * (CrdDemand.read), and are many: then what they say is not kept. */
void crd_set_by_place(CrdSet *set, bool by_place);

/* Whether that is the head of a CustomResourceDefinition. */
static inline bool crd_is_definition(const ObjectHead *head)
{
    return str_is(head->kind, "CustomResourceDefinition") &&
           str_starts(head->api_version, STR("apiextensions.k8s.io/"));
}

/* Keeps the definition at doc->root, which was checked; others are passed over. */
void crd_gather(SchemaChecker *checker, const Document *doc, const ObjectHead *head);

/* What is asked of definitions.  A zeroed one: all are asked for, and none was kept by place. */
typedef struct CrdDemand {
    /* Whether some object asks for the type of a kind; NULL: all are asked for. */
    bool (*asks)(const void *context, Str api_version, Str kind);
    /* Reads a document again (an index in Sources.docs), with that item of a List at its root;
     * false where it is not there any more, which was told. */
    bool (*read)(void *context, uint32_t doc, int32_t item, Document *out);
    void *context;
} CrdDemand;

/* Adds kinds for everything that the sets hold, and reports those that are defined twice.
 * Types are made of what is asked for, since most definitions stand in the input without
 * an object; nobody may look at an object of another kind then.  One thread, at the
 * barrier; the sets are empty of definitions afterwards. */
void crd_build(Schema *schema, CrdSet *const *sets, uint32_t count, const Sources *sources,
               CrdDemand demand, Diag *diag);

/* ---- crd_load.c: CRDs of files that are not part of the input ---- */
/* Reads a file and keeps its CRDs; other objects are passed over.  Findings go where
 * the checker's go.  Returns 0 or errno. */
int crd_load_file(SchemaChecker *checker, Parser *parser, Sources *sources, Str path);

/* ---- crd_locate.c: JSON schemas in the layouts of kubeconform and the CRDs-catalog ---- */
/* Looks for a schema of the kind in the locations (folders or templates) and adds its
 * type.  False where none of them has it, or where it could not be read: error says
 * why then (in arena), and is empty otherwise. */
bool crd_locate(Schema *schema, const Str *locations, uint32_t count, Str api_version, Str kind,
                const SchemaTarget *target, Arena *arena, Str *error);

#endif
