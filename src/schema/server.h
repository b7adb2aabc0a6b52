/* server.h: the functions that schemas/rules names with call=, each named after the
 * validation function of Kubernetes that it follows or is a part of.  They stand in
 * server_*.c, arranged as Kubernetes' validation packages are.
 *
 * Each is called after its value was walked, so everything below it is bound. */
#ifndef PLIMSOLL_SCHEMA_SERVER_H
#define PLIMSOLL_SCHEMA_SERVER_H

#include "schema/walk.h"

#define SERVER_DECLARE(name) void server_##name(Walk *walk, uint32_t value, uint32_t versions);
SCHEMA_CALLS(SERVER_DECLARE)

/* Where to point for something that is not there: at the key of the mapping that
 * lacks it, or at the mapping where it is a list's item or the object itself. */
uint32_t server_place_of_absence(const Document *doc, uint32_t map);

#endif
