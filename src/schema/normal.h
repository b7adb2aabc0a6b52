/* normal.h: the object that a server would store, of one that is bound.
 *
 * The server decodes a request into Go's structs, fills in defaults, lets its
 * admission plugins change it, prepares it for storage (dropping what the user may not
 * set, and what belongs to feature gates that are off) and encodes it again.  Each of
 * these steps is followed on a copy; docs/normal-form.md says what is masked since only
 * a running server can know it.
 *
 * Ownership: the copy's nodes and texts live in the arena that is given, or are the
 * document's own.  Errors: there are none; of an object that a server refuses the
 * result is what the steps make of it, as far as they get. */
#ifndef PLIMSOLL_SCHEMA_NORMAL_H
#define PLIMSOLL_SCHEMA_NORMAL_H

#include "schema/schema.h"

/* Makes the stored form of the object at doc->root, which schema_check has bound, as
 * the newest version of the target would store it.  Every node keeps the span of what it
 * was made from; what was filled in has that of the nearest value around it.  The keys
 * are bound as in doc.  namespace_text: the object's own, as normalised by schema_open. */
Document schema_normal_form(const SchemaOptions *options, const Document *doc,
                            const Object *object, Str namespace_text, Arena *arena);

#endif
