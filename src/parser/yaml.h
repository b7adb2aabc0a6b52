/* yaml: what yaml.c, its helpers and the comments' finder share about YAML's
 * characters.  Private to the parser room. */
#ifndef PLIMSOLL_PARSER_YAML_H
#define PLIMSOLL_PARSER_YAML_H

#include "parser/build.h"

/* ---- decode.c ---- */
size_t yaml_break_length(Str text);
Str yaml_decode(NodeStyle style, Str token, Arena *arena);
/* Writes what an escape stands for and returns where that ends; `at` goes from behind the backslash
 * to behind the escape.  Whether it is one was found out before, and no line ends with it. */
char *yaml_put_escape(Str in, size_t *at, char *out);

/* ---- gaps.c: between tokens ---- */
/* Steps over blanks, line ends and comments. */
uint32_t yaml_skip_blank(Str text, uint32_t at);
/* Steps over an anchor and a tag, in either order, as many as there are.  Taken: set
 * to where the last of them ends. */
uint32_t yaml_skip_properties(Str text, uint32_t at, bool anchor, bool tag, uint32_t *taken);
/* Where an empty scalar stands: right behind the last indicator before it.  Last:
 * the end of the token before it. */
uint32_t yaml_empty_place(Str text, uint32_t last, bool key, bool value);
/* The end of a block scalar's last line that shows something. */
uint32_t yaml_block_end(Str text, uint32_t offset, uint32_t end);
/* Where text begins behind the end of the document, or BASE_NONE. */
uint32_t yaml_lost(Str text, uint32_t end);

/* ---- problems.c ---- */
/* libyaml's complaint, its places as bytes. */
typedef struct YamlProblem {
    const char *context; /* or NULL */
    const char *problem;
    uint32_t offset;
    uint32_t context_offset; /* BASE_NONE: none */
    bool at_scanner;
} YamlProblem;
void yaml_report(Builder *builder, const YamlProblem *problem);

#endif
