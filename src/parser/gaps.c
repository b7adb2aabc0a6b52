/* gaps: what lies between the tokens of a YAML document.  libyaml tells where a
 * token starts and ends but not where a node's own token is behind its anchor, nor
 * where an empty value stands, nor which bytes behind a document nobody reads. */
#include "parser/yaml.h"

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static Str rest_of(Str text, uint32_t at) { return str_slice(text.ptr + at, text.len - at); }

static uint32_t skip_line(Str text, uint32_t at)
{
    while (at < text.len && !yaml_break_length(rest_of(text, at)))
        at++;
    return at;
}

uint32_t yaml_skip_blank(Str text, uint32_t at)
{
    while (at < text.len) {
        char c = text.ptr[at];
        uint32_t line_end = (uint32_t)yaml_break_length(rest_of(text, at));
        if (is_blank(c))
            at++;
        else if (line_end)
            at += line_end;
        else if (c == '#')
            at = skip_line(text, at);
        else
            break;
    }
    return at;
}

static bool is_anchor_char(char c)
{
    return is_alnum(c) || c == '_' || c == '-';
}

static uint32_t property_end(Str text, uint32_t at)
{
    if (text.ptr[at] == '&') {
        do
            at++;
        while (at < text.len && is_anchor_char(text.ptr[at]));
        return at;
    }
    bool verbatim = at + 1 < text.len && text.ptr[at + 1] == '<';
    while (at < text.len) {
        char c = text.ptr[at];
        if (verbatim && c == '>')
            return at + 1;
        if (is_blank(c) || yaml_break_length(rest_of(text, at)))
            break;
        at++;
    }
    return at;
}

uint32_t yaml_skip_properties(Str text, uint32_t at, bool anchor, bool tag, uint32_t *taken)
{
    for (int count = anchor + tag; count > 0 && at < text.len; count--) {
        at = yaml_skip_blank(text, at);
        if (at >= text.len || (text.ptr[at] != '&' && text.ptr[at] != '!'))
            break;
        *taken = at = property_end(text, at);
    }
    return yaml_skip_blank(text, at);
}

uint32_t yaml_empty_place(Str text, uint32_t last, bool key, bool value)
{
    uint32_t place = last;
    for (;;) {
        uint32_t at = yaml_skip_blank(text, place);
        char c = at < text.len ? text.ptr[at] : 0;
        if (c == ',' && !value) {
            place = at + 1; /* an entry of a flow collection begins */
            continue;
        }
        if ((value && c == ':') || (key && c == '?') || (!key && !value && c == '-'))
            place = at + 1;
        return place;
    }
}

uint32_t yaml_block_end(Str text, uint32_t offset, uint32_t end)
{
    uint32_t header = offset + 1;
    while (header < text.len && strchr("+-0123456789", text.ptr[header]) && text.ptr[header])
        header++;
    uint32_t first = skip_line(text, header);
    /* Back over lines of blanks, then forward to the end of the line. */
    uint32_t at = end < text.len ? end : (uint32_t)text.len;
    while (at > first) {
        unsigned char c = (unsigned char)text.ptr[at - 1];
        uint32_t step = c == ' ' || c == '\t' || c == '\r' || c == '\n' ? 1
                        : c == 0x85 && at - first >= 2                  ? 2
                        : (c == 0xA8 || c == 0xA9) && at - first >= 3   ? 3
                                                                        : 0;
        if (step == 0 || (step > 1 && yaml_break_length(rest_of(text, at - step)) != step))
            break;
        at -= step;
    }
    return at <= first ? header : skip_line(text, at);
}

/* A line that only ends or begins a document says nothing. */
static bool is_marker(Str text, uint32_t at)
{
    Str rest = rest_of(text, at);
    bool line_start = at == 0 || text.ptr[at - 1] == '\n' || text.ptr[at - 1] == '\r';
    if (!line_start || rest.len < 3 ||
        (memcmp(rest.ptr, "...", 3) != 0 && memcmp(rest.ptr, "---", 3) != 0))
        return false;
    return rest.len == 3 || is_blank(rest.ptr[3]) || yaml_break_length(rest_of(text, at + 3));
}

uint32_t yaml_lost(Str text, uint32_t end)
{
    uint32_t at = yaml_skip_blank(text, end);
    while (at < text.len && is_marker(text, at))
        at = yaml_skip_blank(text, at + 3);
    return at < text.len ? at : BASE_NONE;
}
