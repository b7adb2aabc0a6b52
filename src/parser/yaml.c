/* yaml: libyaml's events to the builder.  The only file that includes <yaml.h>.
 *
 * libyaml and go-yaml are two children of one parent and take nearly the same
 * texts.  Where they part, go-yaml is right, because kubectl runs it
 * (docs/yaml-differences.md).  What only libyaml takes is refused here.  What only
 * go-yaml takes is shown to libyaml with single bytes changed (Patch), such that the
 * tokens stay where they are and libyaml reads on; the values of changed tokens are
 * then decoded from the source.  Such documents are rare, so finding them by
 * libyaml's own complaint and reading again costs nobody anything.
 *
 * libyaml counts characters; Marks turns a count into a byte, at no cost for ASCII. */
#include "parser/yaml.h"

#include <yaml.h>

typedef struct Patch {
    uint32_t offset;
    char byte;
} Patch;

enum {
    PATCH_ROUNDS = 64,              /* readings of one small document */
    PATCH_WORK = 64 * 1024 * 1024,  /* bytes read again of one large document */
};

typedef struct YamlReader {
    Builder *builder;
    const EncodingFacts *facts;
    Str text;
    yaml_parser_t parser;
    /* What libyaml is shown. */
    size_t fed;
    bool fed_end;
    VEC(Patch) patches; /* ascending by offset */
    uint32_t next_patch;
    /* From characters to bytes: a place where both are known. */
    size_t mark_index;
    size_t mark_byte;
    uint32_t last;      /* the end of the last token */
    uint32_t rounds;
    bool again;         /* a patch was added: read the document again */
} YamlReader;

/* ---- what libyaml is shown ---- */

/* kubectl's line reader drops a CR before each LF; that matters only where another
 * CR stands before it. */
static bool is_dropped(const YamlReader *reader, size_t at)
{
    const char *c = reader->text.ptr + at;
    return reader->facts->crooked_cr && *c == '\r' && at > 0 && c[-1] == '\r' &&
           at + 1 < reader->text.len && c[1] == '\n';
}

static size_t feed_run(YamlReader *reader, unsigned char *to, size_t room)
{
    size_t run = reader->text.len - reader->fed;
    if (run > room)
        run = room;
    if (!reader->facts->crooked_cr) {
        memcpy(to, reader->text.ptr + reader->fed, run);
        reader->fed += run;
        return run;
    }
    size_t len = 0;
    for (; run > 0; run--, reader->fed++)
        if (!is_dropped(reader, reader->fed))
            to[len++] = (unsigned char)reader->text.ptr[reader->fed];
    return len;
}

/* Patches never lie in a text with dropped bytes before them in the same run. */
static void patch_run(YamlReader *reader, unsigned char *to, size_t from, size_t end)
{
    size_t dropped = 0;
    for (size_t at = from; reader->next_patch < reader->patches.len;) {
        Patch patch = reader->patches.at[reader->next_patch];
        if (patch.offset >= end)
            break;
        for (; reader->facts->crooked_cr && at < patch.offset; at++)
            dropped += is_dropped(reader, at);
        to[patch.offset - from - dropped] = (unsigned char)patch.byte;
        reader->next_patch++;
    }
}

static int feed(void *data, unsigned char *buffer, size_t size, size_t *size_read)
{
    YamlReader *reader = data;
    size_t from = reader->fed;
    size_t len = 0;
    while (len == 0 && reader->fed < reader->text.len) {
        from = reader->fed;
        len = feed_run(reader, buffer, size);
    }
    patch_run(reader, buffer, from, reader->fed);
    /* kubectl's line reader ends the last line, too. */
    if (len == 0 && !reader->fed_end) {
        reader->fed_end = true;
        if (reader->text.len && reader->text.ptr[reader->text.len - 1] != '\n')
            buffer[len++] = '\n';
    }
    *size_read = len;
    return 1;
}

/* ---- marks ---- */

static uint32_t byte_of(YamlReader *reader, size_t index)
{
    Str text = reader->text;
    if (reader->facts->ascii && !reader->facts->crooked_cr)
        return (uint32_t)(index < text.len ? index : text.len);
    if (reader->mark_index > index && reader->facts->bad_count)
        reader->mark_index = reader->mark_byte = 0; /* no way back over stray bytes */
    while (reader->mark_index < index && reader->mark_byte < text.len) {
        size_t at = reader->mark_byte;
        unsigned length = utf8_length((const unsigned char *)text.ptr + at, text.len - at);
        reader->mark_index += !is_dropped(reader, at);
        reader->mark_byte += length ? length : 1;
    }
    while (reader->mark_index > index) {
        do
            reader->mark_byte--;
        while (((unsigned char)text.ptr[reader->mark_byte] & 0xC0) == 0x80);
        reader->mark_index -= !is_dropped(reader, reader->mark_byte);
    }
    return (uint32_t)reader->mark_byte;
}

/* ---- what go-yaml takes and libyaml does not ---- */

static bool is_patched(const YamlReader *reader, uint32_t offset, uint32_t size)
{
    uint32_t low = 0, high = reader->patches.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (reader->patches.at[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < reader->patches.len && reader->patches.at[low].offset < offset + size;
}

/* Each patch is made once: a round that adds none is the last, so there are never
 * more rounds than bytes. */
static void add_patch(YamlReader *reader, uint32_t offset, char byte)
{
    if (is_patched(reader, offset, 1))
        return;
    vec_push(&reader->patches, ((Patch){offset, byte}));
    uint32_t at = reader->patches.len - 1;
    for (; at > 0 && reader->patches.at[at - 1].offset > offset; at--)
        reader->patches.at[at] = reader->patches.at[at - 1];
    reader->patches.at[at] = (Patch){offset, byte};
    reader->again = true;
}

static bool may_read_again(const YamlReader *reader)
{
    return reader->rounds < PATCH_ROUNDS ||
           reader->rounds * (uint64_t)reader->text.len < PATCH_WORK;
}

/* \' in a double-quoted text: go-yaml's escape for a quote.  The rest of the text
 * is searched for more. */
static void patch_quotes(YamlReader *reader, uint32_t at)
{
    while (at + 1 < reader->text.len && reader->text.ptr[at] != '"') {
        if (reader->text.ptr[at] != '\\') {
            at++;
            continue;
        }
        if (reader->text.ptr[at + 1] == '\'')
            add_patch(reader, at + 1, '"');
        at += 2;
    }
}

/* A shorthand tag runs on over , [ and ] in go-yaml; a semicolon stands for them,
 * which may be part of a tag but not of its handle. */
static void patch_tag(YamlReader *reader, uint32_t at)
{
    while (at < reader->text.len && strchr(",[]", reader->text.ptr[at]) && reader->text.ptr[at])
        add_patch(reader, at++, ';');
}

static bool patch_for(YamlReader *reader, const YamlProblem *problem)
{
    uint32_t at = problem->offset;
    char c = at < reader->text.len ? reader->text.ptr[at] : 0;
    char next = at + 1 < reader->text.len ? reader->text.ptr[at + 1] : 0;
    if (!may_read_again(reader))
        return false;
    if (strcmp(problem->problem, "found unknown escape character") == 0 && next == '\'')
        patch_quotes(reader, at);
    else if (strcmp(problem->problem, "found unexpected ':'") == 0)
        add_patch(reader, at, '_');
    else if (problem->context && strstr(problem->context, "ing a tag") && c)
        patch_tag(reader, at);
    return reader->again;
}

/* A byte order mark at the start of a line is a character to go-yaml and nothing to
 * libyaml, so libyaml is shown another character. */
static void patch_marks(YamlReader *reader)
{
    Str text = reader->text;
    for (uint32_t at = 0; at + 3 <= text.len; at++) {
        size_t line_end = yaml_break_length(str_slice(text.ptr + at, text.len - at));
        uint32_t next = at + (uint32_t)line_end;
        if (line_end && next + 3 <= text.len && memcmp(text.ptr + next, "\xEF\xBB\xBF", 3) == 0)
            add_patch(reader, next + 2, '\xBE'); /* U+FEFE */
    }
    reader->again = false;
}

/* ---- what libyaml takes and go-yaml does not ---- */

static bool refuse(YamlReader *reader, uint32_t offset, uint32_t size, const char *message)
{
    diag_report(reader->builder->diag, &rule_yaml_syntax,
                builder_place(reader->builder, offset, size), "%s", message);
    return false;
}

/* libyaml ends no plain scalar at a '?'. */
static bool check_flow_plain(YamlReader *reader, const Scalar *scalar)
{
    Str token = str_slice(reader->text.ptr + scalar->offset, scalar->size);
    size_t mark = str_find(token, '?');
    if (mark == token.len)
        return true;
    return refuse(reader, scalar->offset + (uint32_t)mark, 1,
                  "kubectl's reader takes a '?' within [ ] or { } for a new key: quote the value");
}

/* libyaml has JSON's escape for a slash. */
static bool check_escapes(YamlReader *reader, const Scalar *scalar)
{
    const char *token = reader->text.ptr + scalar->offset;
    for (uint32_t i = 1; i + 1 < scalar->size; i++) {
        if (token[i] != '\\')
            continue;
        if (token[++i] == '/')
            return refuse(reader, scalar->offset + i - 1, 2,
                          "kubectl's reader knows no escape \\/ in YAML: write / alone");
    }
    return true;
}

/* The digits of one number of a %YAML line: more than two are too many for go-yaml. */
static bool is_version_number(Str text, uint32_t *at)
{
    uint32_t start = *at;
    unsigned sum = 0;
    while (*at < text.len && is_digit(text.ptr[*at]))
        sum = sum * 10 + (unsigned)(text.ptr[(*at)++] - '0');
    return *at - start <= 2 && sum == 1;
}

static bool check_version(YamlReader *reader, uint32_t end)
{
    for (uint32_t at = 0; at < end;) {
        at = yaml_skip_blank(reader->text, at);
        uint32_t line = at;
        Str rest = str_slice(reader->text.ptr + at, reader->text.len - at);
        while (at < end && !yaml_break_length(str_slice(reader->text.ptr + at, 1)))
            at++;
        if (!str_starts(rest, STR("%YAML")))
            continue;
        uint32_t digits = line + 5;
        while (digits < at && (reader->text.ptr[digits] == ' ' || reader->text.ptr[digits] == '\t'))
            digits++;
        bool good = is_version_number(reader->text, &digits) && digits < at;
        digits++;
        if (!good || !is_version_number(reader->text, &digits))
            return refuse(reader, line, at - line, "kubectl's reader takes %YAML 1.1 only");
    }
    return true;
}

/* ---- scalars ---- */

static Str tag_of(const yaml_char_t *tag) { return str_of((const char *)tag); }

/* A tag's %00 ends libyaml's string, not go-yaml's: to that, the tag is unknown. */
static bool has_nul_escape(YamlReader *reader, uint32_t from, uint32_t to)
{
    return str_contains(str_slice(reader->text.ptr + from, to - from), STR("%00"));
}

static uint8_t style_of(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: return STYLE_SINGLE;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return STYLE_DOUBLE;
    case YAML_LITERAL_SCALAR_STYLE: return STYLE_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE: return STYLE_FOLDED;
    default: return STYLE_PLAIN;
    }
}

/* Finds the token, and where its span ends. */
static void locate(YamlReader *reader, const yaml_event_t *event, Scalar *scalar)
{
    uint32_t start = byte_of(reader, event->start_mark.index);
    uint32_t end = byte_of(reader, event->end_mark.index);
    bool anchor = event->data.scalar.anchor, tag = event->data.scalar.tag;
    uint32_t taken = start;
    scalar->offset = start;
    if (anchor || tag)
        scalar->offset = yaml_skip_properties(reader->text, start, anchor, tag, &taken);
    bool empty = scalar->style == STYLE_PLAIN && event->data.scalar.length == 0;
    if (empty) {
        bool key = builder_wants_key(reader->builder);
        Open *top = builder_top(reader->builder);
        end = anchor || tag
                  ? taken
                  : yaml_empty_place(reader->text, reader->last, key, top && top->map && !key);
        scalar->offset = end;
    } else if (scalar->style == STYLE_LITERAL || scalar->style == STYLE_FOLDED) {
        end = yaml_block_end(reader->text, scalar->offset, end);
    }
    scalar->size = end - scalar->offset;
    reader->last = end;
}

/* A token as kubectl's line reader has it. */
static Str without_dropped(YamlReader *reader, uint32_t offset, uint32_t size)
{
    char *copy = arena_alloc(reader->builder->arena, size);
    size_t len = 0;
    for (uint32_t at = offset; at < offset + size; at++)
        if (!is_dropped(reader, at))
            copy[len++] = reader->text.ptr[at];
    return str_slice(copy, len);
}

/* The value: a slice of the source where it stands there as it is. */
static Str value_of(YamlReader *reader, const yaml_event_t *event, const Scalar *scalar)
{
    Str decoded = str_slice((const char *)event->data.scalar.value, event->data.scalar.length);
    Str token = str_slice(reader->text.ptr + scalar->offset, scalar->size);
    if (reader->patches.len && is_patched(reader, scalar->offset, scalar->size))
        return yaml_decode((NodeStyle)scalar->style,
                           without_dropped(reader, scalar->offset, scalar->size),
                           reader->builder->arena);
    if (scalar->style == STYLE_SINGLE || scalar->style == STYLE_DOUBLE)
        token = str_slice(token.ptr + 1, token.len - 2);
    if (decoded.len == token.len && memcmp(decoded.ptr, token.ptr, token.len) == 0)
        return token;
    return arena_str(reader->builder->arena, decoded);
}

static bool resolve_tag(YamlReader *reader, const yaml_event_t *event, Scalar *scalar)
{
    Str tag = tag_of(event->data.scalar.tag);
    uint32_t start = byte_of(reader, event->start_mark.index);
    scalar->tagged = true;
    if (has_nul_escape(reader, start, scalar->offset))
        return true;
    Str text = scalar->text;
    switch (scalar_tagged(tag, &scalar->text, &scalar->value, reader->builder->arena)) {
    case TAG_OK: return true;
    case TAG_BAD_BASE64:
        diag_report(reader->builder->diag, &rule_yaml_not_json,
                    builder_place(reader->builder, scalar->offset, scalar->size),
                    "this is no base64, as !!binary asks for");
        return false;
    case TAG_NO_MATCH: break;
    }
    Str name = str_slice(tag.ptr + sizeof "tag:yaml.org,2002:" - 1,
                         tag.len - (sizeof "tag:yaml.org,2002:" - 1));
    diag_report(reader->builder->diag, &rule_yaml_not_json,
                builder_place(reader->builder, scalar->offset, scalar->size),
                "\"%.*s\" is no !!%.*s", STR_ARG(text), STR_ARG(name));
    return false;
}

static bool read_scalar(YamlReader *reader, const yaml_event_t *event)
{
    Scalar scalar = {.style = style_of(event->data.scalar.style), .anchor = STR("")};
    locate(reader, event, &scalar);
    scalar.text = value_of(reader, event, &scalar);
    scalar.anchor = tag_of(event->data.scalar.anchor);
    bool tagged = event->data.scalar.tag, implicit = event->data.scalar.plain_implicit;
    if (scalar.style == STYLE_PLAIN && builder_in_flow(reader->builder) &&
        !check_flow_plain(reader, &scalar))
        return false;
    bool as_written = scalar.text.ptr == reader->text.ptr + scalar.offset + 1;
    if (scalar.style == STYLE_DOUBLE && !as_written && !check_escapes(reader, &scalar))
        return false;
    scalar.merge = str_is(scalar.text, "<<") &&
                   (implicit || (tagged && str_is(tag_of(event->data.scalar.tag),
                                                  "tag:yaml.org,2002:merge")));
    if (tagged) {
        if (!resolve_tag(reader, event, &scalar))
            return false;
    } else if (implicit) {
        scalar.value = scalar_value(scalar.text);
        scalar.doubtful = ambiguous_is_candidate(scalar.text, &scalar.value);
    }
    return builder_scalar(reader->builder, &scalar);
}

/* ---- collections and aliases ---- */

static bool read_open(YamlReader *reader, const yaml_event_t *event, bool map)
{
    const yaml_char_t *anchor = map ? event->data.mapping_start.anchor
                                    : event->data.sequence_start.anchor;
    const yaml_char_t *tag = map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
    bool flow = map ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                    : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    uint32_t offset = byte_of(reader, event->start_mark.index);
    uint32_t taken = offset;
    if (anchor || tag)
        offset = yaml_skip_properties(reader->text, offset, anchor, tag, &taken);
    char c = offset < reader->text.len ? reader->text.ptr[offset] : 0;
    bool bracket = flow && (c == '{' || c == '[');
    reader->last = offset + bracket;
    Collection collection = {.anchor = tag_of(anchor),
                             .offset = offset,
                             .style = flow ? STYLE_FLOW : STYLE_BLOCK,
                             .map = map,
                             .tagged = tag};
    return builder_open(reader->builder, &collection);
}

/* A collection in brackets ends behind the closing one; its event spans it.  A pair
 * in a flow list (`[a: b]`) has none. */
static bool read_close(YamlReader *reader, const yaml_event_t *event)
{
    uint32_t end = BASE_NONE;
    if (event->end_mark.index > event->start_mark.index)
        reader->last = end = byte_of(reader, event->end_mark.index);
    return builder_close(reader->builder, end);
}

static bool read_alias(YamlReader *reader, const yaml_event_t *event)
{
    uint32_t offset = byte_of(reader, event->start_mark.index);
    reader->last = byte_of(reader, event->end_mark.index);
    return builder_alias(reader->builder, tag_of(event->data.alias.anchor), offset,
                         reader->last - offset);
}

/* libyaml ends a shorthand tag at a comma, go-yaml does not. */
static bool check_tag_end(YamlReader *reader, const yaml_event_t *event, bool anchor)
{
    uint32_t start = byte_of(reader, event->start_mark.index);
    uint32_t end = start;
    (void)yaml_skip_properties(reader->text, start, anchor, true, &end);
    if (str_contains(str_slice(reader->text.ptr + start, end - start), STR("!<")))
        return true;
    uint32_t comma = start;
    while (comma < end && (reader->text.ptr[comma] != ',' || is_patched(reader, comma, 1)))
        comma++;
    if (comma == end || !may_read_again(reader))
        return true;
    patch_tag(reader, comma);
    return false;
}

static bool check_tags(YamlReader *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return !event->data.scalar.tag || check_tag_end(reader, event, event->data.scalar.anchor);
    case YAML_MAPPING_START_EVENT:
        return !event->data.mapping_start.tag ||
               check_tag_end(reader, event, event->data.mapping_start.anchor);
    case YAML_SEQUENCE_START_EVENT:
        return !event->data.sequence_start.tag ||
               check_tag_end(reader, event, event->data.sequence_start.anchor);
    default: return true;
    }
}

static bool read_event(YamlReader *reader, const yaml_event_t *event)
{
    if (!check_tags(reader, event))
        return false;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        reader->last = byte_of(reader, event->end_mark.index);
        return !event->data.document_start.version_directive || check_version(reader, reader->last);
    case YAML_SCALAR_EVENT: return read_scalar(reader, event);
    case YAML_ALIAS_EVENT: return read_alias(reader, event);
    case YAML_SEQUENCE_START_EVENT: return read_open(reader, event, false);
    case YAML_MAPPING_START_EVENT: return read_open(reader, event, true);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return read_close(reader, event);
    default: return true;
    }
}

/* ---- the document ---- */

static bool fail(YamlReader *reader)
{
    yaml_parser_t *parser = &reader->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        fatal("out of memory in libyaml");
    bool at_scanner = parser->error == YAML_SCANNER_ERROR;
    YamlProblem problem = {
        .context = parser->context,
        .problem = parser->problem ? parser->problem : "not valid YAML",
        .offset = byte_of(reader, parser->problem_mark.index),
        .context_offset =
            parser->context ? byte_of(reader, parser->context_mark.index) : BASE_NONE,
        .at_scanner = at_scanner,
    };
    if (parser->error == YAML_READER_ERROR)
        problem.offset = (uint32_t)(parser->problem_offset < reader->text.len
                                        ? parser->problem_offset
                                        : reader->text.len);
    if (!patch_for(reader, &problem))
        yaml_report(reader->builder, &problem);
    return false;
}

/* Reads up to the end of the first document; go-yaml never looks behind it. */
static bool read_events(YamlReader *reader, uint32_t *lost)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&reader->parser, &event))
            return fail(reader);
        bool good = read_event(reader, &event);
        yaml_event_type_t type = event.type;
        uint32_t end = BASE_NONE;
        if (good && type == YAML_DOCUMENT_END_EVENT)
            end = byte_of(reader, event.end_mark.index);
        yaml_event_delete(&event);
        if (!good)
            return false;
        if (type == YAML_STREAM_END_EVENT)
            return true;
        if (type == YAML_DOCUMENT_END_EVENT) {
            *lost = yaml_lost(reader->text, end);
            return true;
        }
    }
}

static bool read_round(YamlReader *reader, uint32_t *lost)
{
    if (!yaml_parser_initialize(&reader->parser))
        fatal("out of memory in libyaml");
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    reader->fed = 0;
    reader->fed_end = false;
    reader->next_patch = 0;
    reader->mark_index = reader->mark_byte = 0;
    reader->last = 0;
    yaml_parser_set_input(&reader->parser, feed, reader);
    bool good = read_events(reader, lost);
    yaml_parser_delete(&reader->parser);
    return good;
}

bool yaml_read(Builder *builder, const EncodingFacts *facts, uint32_t *lost)
{
    YamlReader reader = {.builder = builder, .facts = facts, .text = builder->source};
    if (facts->inner_bom)
        patch_marks(&reader);
    for (uint32_t i = 0; i < facts->bad_count && i < ENCODING_BAD_BYTES; i++)
        add_patch(&reader, facts->bad[i], '^'); /* nothing to YAML, as U+FFFD would be */
    uint32_t findings = builder->diag->findings.len;
    bool good;
    do {
        reader.again = false;
        builder->diag->findings.len = findings; /* an earlier round's are found again */
        builder_begin(builder, builder->arena, builder->diag, builder->source, builder->doc, false);
        good = read_round(&reader, lost);
        reader.rounds++;
    } while (!good && reader.again);
    vec_free(&reader.patches);
    return good;
}
