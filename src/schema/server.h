/* server.h: what server.c shares with validation/, whose functions schemas/rules names
 * with call=.  Each is called after its value was walked, so everything below it is
 * bound. */
#ifndef PLIMSOLL_SCHEMA_SERVER_H
#define PLIMSOLL_SCHEMA_SERVER_H

#include "schema/walk.h"

/* Where to point for something that is not there: at the key of the mapping that
 * lacks it, or at the mapping where it is a list's item or the object itself. */
uint32_t server_place_of_absence(const Document *doc, uint32_t map);

#endif
