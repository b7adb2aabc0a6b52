/* locate: from a field as a server names it to the node that it means. */
#ifndef PLIMSOLL_REST_LOCATE_H
#define PLIMSOLL_REST_LOCATE_H

#include "parser/parser.h"

/* The node of a field of the object at doc->root: `spec.ports[0].nodePort`,
 * `metadata.labels[a.b/c]`, and as conflicts have it `.spec.ports[port=80].targetPort`,
 * also where keys have dots in them.  Where the field does not stand there, the nearest
 * thing above it that does. */
uint32_t rest_locate(const Document *doc, Str field);

#endif
