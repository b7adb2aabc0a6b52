/* What the run writes that other objects of it may need: a PriorityClass, a Namespace, the
 * definition of a custom resource.
 *
 * A server refuses an object while it lacks such a thing, and for a moment longer: admission
 * plugins look them up in caches that follow the store.  So a refusal is set against what is
 * still to come, or also against what has just been written. */
#ifndef PLIMSOLL_EMIT_REST_ARRIVALS_H
#define PLIMSOLL_EMIT_REST_ARRIVALS_H

#include "base/base.h"
#include "emit/rest/rest.h"

/* An object that this run creates, or a definition that it changes.  Its names live as long
 * as the run's objects. */
typedef struct Arrival {
    Str kind;
    unsigned step;  /* in which it is written */
    bool there;     /* only changed */
    uint32_t next;  /* of the same name */
} Arrival;

typedef struct Arrivals {
    Interner names;
    VEC(uint32_t) first; /* per name; BASE_NONE: none */
    VEC(Arrival) all;
} Arrivals;

typedef enum ArrivalsOf { ARRIVALS_TO_COME, ARRIVALS_ALSO_WRITTEN } ArrivalsOf;

/* For how long caches may lack what was written, and how often they are tried. */
enum { ARRIVALS_LATE_MS = 5000, ARRIVALS_POLL_MS = 100 };

/* Freed by arrivals_free. */
void arrivals_gather(Arrivals *arrivals, const RestRun *run, ArrivalsOf which);
void arrivals_free(Arrivals *arrivals);

/* The definition of the object's kind. */
const Arrival *arrivals_definition(const Arrivals *arrivals, const RestObject *object, Arena *arena);
/* Without which the object cannot even be asked about. */
const Arrival *arrivals_awaited(const Arrivals *arrivals, const RestObject *object, Arena *arena);
/* What the object's refusal may be for want of.  NULL: nothing, or it was not refused. */
const Arrival *arrivals_missed(const Arrivals *arrivals, const RestObject *object, Arena *arena);

#endif
