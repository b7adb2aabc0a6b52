/* problems: libyaml's complaints in words that say what to do.
 *
 * libyaml tells what its grammar expected; a person wants to know which line is
 * wrong and why.  A row holds libyaml's own words (a stable interface: they have not
 * changed in ten years), ours, where the finding stands and what its note says. */
#include "parser/yaml.h"

typedef struct Wording {
    const char *problem;
    const char *context; /* libyaml's; NULL: any */
    const char *message;
    const char *note;    /* at the context's place; NULL: none */
    bool at_context;     /* the finding stands at the context's place */
} Wording;

static const Wording WORDINGS[] = {
    {"could not find expected ':'", NULL,
     "a key needs a ':' behind it; a text over several lines has to be indented deeper or quoted",
     NULL, true},
    {"mapping values are not allowed in this context", NULL,
     "a ':' followed by a space cannot stand here: quote the value, or indent this line as a key "
     "of its mapping",
     NULL, false},
    {"block sequence entries are not allowed in this context", NULL,
     "a list's '-' cannot stand here: start it on a line of its own", NULL, false},
    {"mapping keys are not allowed in this context", NULL,
     "a '?' that starts a key cannot stand here: quote it if it is text", NULL, false},
    {"did not find expected key", NULL,
     "this line does not fit the mapping it stands in: its indentation differs, or a quoted value "
     "ended before it",
     "this mapping", false},
    {"did not find expected '-' indicator", NULL,
     "this line does not fit the list it stands in: an item starts with '-' in the list's column",
     "this list", false},
    {"did not find expected ',' or ']'", NULL, "',' or ']' is missing here", "to go on from this [",
     false},
    {"did not find expected ',' or '}'", NULL, "',' or '}' is missing here", "to go on from this {",
     false},
    {"did not find expected node content", NULL, "a value is missing here", NULL, false},
    {"did not find expected <document start>", NULL,
     "a document's text cannot start here; kubectl cuts files at their --- lines, so that a "
     "directive (%) ends up in a document of its own",
     NULL, false},
    {"found unexpected end of stream", NULL, "this quoted text is never closed", NULL, true},
    {"found unexpected document indicator", NULL, "this quoted text is not closed before the "
     "document ends",
     NULL, true},
    {"found unknown escape character", NULL,
     "this is no escape of a double-quoted text: write \\\\ for a backslash, or use single quotes",
     "in this text", false},
    {"did not find expected hexdecimal number", NULL,
     "hexadecimal digits are missing from this escape", "in this text", false},
    {"found invalid Unicode character escape code", NULL,
     "this escape is no Unicode character; YAML has no surrogate pairs", "in this text", false},
    {"found a tab character where an indentation space is expected", NULL,
     "a tab cannot indent YAML: use spaces", "in this block", false},
    {"found a tab character that violates indentation", NULL,
     "a tab cannot indent YAML: use spaces", "in this text", false},
    {"found an indentation indicator equal to 0", NULL,
     "a block's indentation indicator is a digit from 1 to 9", NULL, false},
    {"did not find expected comment or line break", "while scanning a block scalar",
     "the text of a block starts on the line behind its | or >", NULL, false},
    {"did not find expected comment or line break", NULL,
     "a directive's line holds something more", NULL, false},
    {"did not find expected alphabetic or numeric character", "while scanning an alias",
     "a value that starts with * is an alias: quote it if it is text", NULL, true},
    {"did not find expected alphabetic or numeric character", "while scanning an anchor",
     "a value that starts with & is an anchor: quote it if it is text", NULL, true},
    {"did not find expected whitespace or line break", NULL,
     "a value that starts with ! is a tag, and a blank ends it: quote it if it is text", NULL,
     true},
    {"did not find expected tag URI", NULL,
     "a value that starts with ! is a tag, and its name is missing: quote it if it is text", NULL,
     true},
    {"did not find the expected '>'", NULL, "a tag that starts with !< ends with >", NULL, true},
    {"did not find URI escaped octet", NULL, "a % in a tag is followed by two hexadecimal digits",
     NULL, false},
    {"found undefined tag handle", NULL, "no %TAG line defines this tag's prefix", NULL, false},
    {"found unexpected ':'", NULL, "a ':' cannot stand here within [ ] or { }: quote the value",
     "in this value", false},
    {"found unknown directive name", NULL, "a line that starts with % is a directive: indent or "
     "quote it if it is text",
     NULL, true},
    {"found incompatible YAML document", NULL, "kubectl's reader takes %YAML 1.1 only", NULL,
     false},
};

static const Wording *find_wording(const YamlProblem *problem)
{
    for (size_t i = 0; i < BASE_COUNT(WORDINGS); i++) {
        const Wording *wording = &WORDINGS[i];
        bool context = !wording->context ||
                       (problem->context && strcmp(wording->context, problem->context) == 0);
        if (context && strcmp(wording->problem, problem->problem) == 0)
            return wording;
    }
    return NULL;
}

static Place one_character(const Builder *builder, uint32_t offset)
{
    Str source = builder->source;
    if (offset >= source.len)
        return builder_place(builder, (uint32_t)source.len, 0);
    unsigned length = utf8_length((const unsigned char *)source.ptr + offset, source.len - offset);
    return builder_place(builder, offset, length ? length : 1);
}

/* "found character that cannot start any token": which one says what is wrong. */
static void report_start(Builder *builder, uint32_t offset)
{
    char c = offset < builder->source.len ? builder->source.ptr[offset] : 0;
    Place place = one_character(builder, offset);
    if (c == '\t')
        diag_report(builder->diag, &rule_yaml_syntax, place, "a tab cannot indent YAML: use spaces");
    else
        diag_report(builder->diag, &rule_yaml_syntax, place,
                    "a value cannot start with %c here: quote it", c ? c : ' ');
}

/* At the end of the text, what counts is the bracket that is still open. */
static bool report_unclosed(Builder *builder, uint32_t offset)
{
    Open *top = builder_top(builder);
    if (!top || !top->flow || yaml_skip_blank(builder->source, offset) < builder->source.len)
        return false;
    uint32_t bracket = builder->nodes[top->node].offset;
    diag_report(builder->diag, &rule_yaml_syntax, one_character(builder, bracket),
                "this %c is never closed", builder->source.ptr[bracket]);
    return true;
}

void yaml_report(Builder *builder, const YamlProblem *problem)
{
    if (!problem->at_scanner && report_unclosed(builder, problem->offset))
        return;
    if (strcmp(problem->problem, "found character that cannot start any token") == 0) {
        report_start(builder, problem->offset);
        return;
    }
    const Wording *wording = find_wording(problem);
    uint32_t offset = problem->offset;
    if (wording && wording->at_context && problem->context_offset != BASE_NONE)
        offset = problem->context_offset;
    Finding *finding =
        diag_report(builder->diag, &rule_yaml_syntax, one_character(builder, offset), "%s",
                    wording ? wording->message : problem->problem);
    if (wording && wording->note && problem->context_offset != BASE_NONE)
        diag_note(builder->diag, finding, one_character(builder, problem->context_offset), "%s",
                  wording->note);
    Str line = str_slice(builder->source.ptr + offset, builder->source.len - offset);
    line.len = str_find(line, '\n');
    if (str_contains(line, STR("{{")))
        diag_help(builder->diag, finding,
                  "a template has to be rendered first, for instance by helm template");
}
