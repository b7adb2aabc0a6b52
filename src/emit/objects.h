/* objects: what the formats that write whole objects share.  Not part of the
 * room's face. */
#ifndef PLIMSOLL_EMIT_OBJECTS_H
#define PLIMSOLL_EMIT_OBJECTS_H

#include "emit/emit.h"

/* An entry of a mapping that is about to be written. */
typedef struct SortKey {
    uint64_t prefix; /* the key's first bytes; decides most comparisons */
    uint32_t node;   /* the key; its value is the next node */
} SortKey;

/* ---- objects.c ---- */
/* A mapping's entries in the order in which Go writes a map: by the bytes of their
 * keys, without those that a later duplicate replaced.  On the arena. */
SortKey *object_sort_keys(const Document *doc, uint32_t map, Arena *scratch, uint32_t *count);

/* ---- object_json.c, object_ndjson.c, object_yaml.c ---- */
void object_json_begin(ObjectWriter *writer);
void object_json_put(ObjectWriter *writer, const Document *doc, uint32_t node);
void object_json_end(ObjectWriter *writer);
void object_json_join(ObjectWriter *writer, Str part, uint64_t count);
void object_ndjson_begin(ObjectWriter *writer);
void object_ndjson_put(ObjectWriter *writer, const Document *doc, uint32_t node);
void object_ndjson_end(ObjectWriter *writer);
void object_ndjson_join(ObjectWriter *writer, Str part, uint64_t count);
void object_yaml_begin(ObjectWriter *writer);
void object_yaml_put(ObjectWriter *writer, const Document *doc, uint32_t node);
void object_yaml_end(ObjectWriter *writer);
void object_yaml_join(ObjectWriter *writer, Str part, uint64_t count);
/* Compact JSON, broken into lines as Go's json.Indent does with four spaces, the
 * first line continuing what stands before it, the others indented by depth steps. */
void object_json_indent(Buf *out, Str compact, unsigned depth);

/* ---- yaml_style.c ---- */
typedef enum ScalarStyle {
    SCALAR_PLAIN,
    SCALAR_SINGLE,
    SCALAR_DOUBLE,
    SCALAR_LITERAL,
} ScalarStyle;

/* How a string is written so that every YAML reader, 1.1 or 1.2, reads that string. */
ScalarStyle yaml_string_style(Str value, bool key);
/* The string as it stands in the file: quoted and escaped on one line, or the text
 * itself where the style is plain or a literal block. */
void yaml_quote(Buf *out, Str value, ScalarStyle style);

#endif
