/* ways.h: ways down from an object to its nodes, each under a number.
 *
 * Objects of a kind name things in the same places, so what is known of a way (its path as a
 * text, collect_reference.c) is made once.  A way is a way and one step more, that is what a
 * key is bound to, or an item's index: equal ones have equal paths, in whatever document.
 * Who asks goes through a document in its order: the last way is kept with the nodes on it,
 * and the next goes on from where it parts from that one. */
#ifndef PLIMSOLL_CHECKS_WAYS_H
#define PLIMSOLL_CHECKS_WAYS_H

#include "checks/table.h"
#include "parser/parser.h"

enum { WAYS_DEEPEST = 16 }; /* steps */

typedef struct WayStep {
    uint32_t node, end;   /* the item or the key's value, and what follows its subtree */
    uint32_t index;       /* of an item */
    uint32_t way;
} WayStep;

enum { WAYS_RECENT_BITS = 9, WAYS_RECENT = 1 << WAYS_RECENT_BITS };
typedef struct WayOn {
    uint32_t from, step, to;
} WayOn;

typedef struct Ways {     /* a zeroed one is empty */
    SeqTable steps;       /* (way, step); the way that this makes is one more than its id */
    WayOn recent[WAYS_RECENT]; /* of these, those of late, by what they are made of */
    const Node *nodes;    /* of the document that the last way led through */
    uint32_t reading;     /* Document.reading */
    uint32_t depth;
    WayStep last[WAYS_DEEPEST];
} Ways;

/* The number of the way from the root of the document to a node, 1 or more; 0 where a key is
 * bound to nothing, at more than WAYS_DEEPEST steps, and for the root itself. */
uint32_t ways_to(Ways *ways, const Document *doc, uint32_t node);
static inline uint32_t ways_count(const Ways *ways) { return seq_count(&ways->steps) + 1; }
/* The next document is another parser's, and may lie where the last one lay. */
static inline void ways_leave(Ways *ways) { ways->nodes = NULL; }
void ways_clear(Ways *ways); /* keeps the memory */
void ways_free(Ways *ways);

#endif
