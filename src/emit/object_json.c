/* Objects as one JSON value, laid out as kubectl does it with four spaces: a single
 * object stands by itself, several (or none) are the items of a v1 List.  Which of
 * the two it is shows only when a second object comes, so one object is held back. */
#include "emit/objects.h"

static const char LIST_HEAD[] = "{\n    \"apiVersion\": \"v1\",\n    \"items\": [";
static const char LIST_TAIL[] = "],\n    \"kind\": \"List\"\n}\n";
enum { LIST_DEPTH = 2, INDENT = 4 };

static void put_break(Buf *out, unsigned depth)
{
    buf_byte(out, '\n');
    buf_repeat(out, ' ', (size_t)INDENT * depth);
}

/* Where a string that opens at from ends: behind its closing quote. */
static size_t string_end(Str text, size_t from)
{
    size_t at = from + 1;
    while (at < text.len && text.ptr[at] != '"')
        at += text.ptr[at] == '\\' ? 2 : 1;
    return at < text.len ? at + 1 : text.len;
}

void object_json_indent(Buf *out, Str compact, unsigned depth)
{
    for (size_t at = 0; at < compact.len;) {
        char c = compact.ptr[at];
        size_t end = at + 1;
        switch (c) {
        case '"':
            end = string_end(compact, at);
            buf_str(out, str_slice(compact.ptr + at, end - at));
            break;
        case '{':
        case '[':
            buf_byte(out, c);
            /* Empty collections stay on their line. */
            if (end < compact.len && (compact.ptr[end] == '}' || compact.ptr[end] == ']'))
                buf_byte(out, compact.ptr[end++]);
            else
                put_break(out, ++depth);
            break;
        case '}':
        case ']':
            put_break(out, --depth);
            buf_byte(out, c);
            break;
        case ',':
            buf_byte(out, c);
            put_break(out, depth);
            break;
        case ':':
            buf_text(out, ": ");
            break;
        default:
            buf_byte(out, c);
        }
        at = end;
    }
}

/* Writes the object that was held back as an item of the List. */
static void put_item(ObjectWriter *writer, bool first)
{
    Buf *out = &writer->out->buf;
    buf_text(out, first ? LIST_HEAD : ",");
    put_break(out, LIST_DEPTH);
    object_json_indent(out, buf_slice(&writer->held), LIST_DEPTH);
    writer->held.len = 0;
}

void object_json_begin(ObjectWriter *writer) { (void)writer; }

void object_json_put(ObjectWriter *writer, const Document *doc, uint32_t node)
{
    if (writer->count > 0)
        put_item(writer, writer->count == 1);
    emit_object_json(doc, node, &writer->scratch, &writer->held);
}

/* The part holds a line an object: each is held back in its turn. */
void object_json_join(ObjectWriter *writer, Str part, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (writer->count + i > 0)
            put_item(writer, writer->count + i == 1);
        buf_str(&writer->held, str_until(&part, '\n'));
        out_spill(writer->out);
    }
}

void object_json_end(ObjectWriter *writer)
{
    Buf *out = &writer->out->buf;
    if (writer->count == 1) {
        object_json_indent(out, buf_slice(&writer->held), 0);
        buf_byte(out, '\n');
        return;
    }
    if (writer->count == 0) {
        buf_text(out, LIST_HEAD);
    } else {
        put_item(writer, false);
        put_break(out, 1);
    }
    buf_text(out, LIST_TAIL);
}
