/* diff.c: the structural forms of a diff, and its summary.  Places become lines here, one after
 * the other in the order of the left side's files. */
#include "emit/diff.h"
#include "emit/render.h"

enum { VALUE_LONGEST = 100 }; /* bytes of a value in the form for people */

const DiffFormat *diff_format_find(Str name)
{
    for (size_t i = 0; i < diff_format_count; i++)
        if (str_is(name, diff_formats[i].name))
            return &diff_formats[i];
    return NULL;
}

static Str change_word(DiffChange change)
{
    static const Str WORDS[] = {STR_INIT("changed"), STR_INIT("removed"), STR_INIT("added")};
    return WORDS[change];
}

/* Whether a value may not be shown. */
static bool is_hidden(const ObjectDifference *object, const Difference *field)
{
    return object->secret && (str_starts(field->path, STR("data")) ||
                              str_starts(field->path, STR("stringData")));
}

static void put_value(Buf *out, const Document *doc, uint32_t node, bool hidden)
{
    Arena scratch = {0};
    if (hidden)
        buf_text(out, "\"***\"");
    else
        emit_object_json(doc, node, &scratch, out);
    arena_free(&scratch);
}

static Located locate(Sources *sources, const Document *doc, uint32_t node)
{
    Place place = {doc->source, node_at(doc, node)->offset, 1, BASE_NONE};
    return sources_locate(sources, place);
}

/* ---- text ---- */

static void put_place(Buf *out, Sources *sources, const Document *doc, uint32_t node)
{
    Located at = locate(sources, doc, node);
    render_text(out, at.file);
    buf_format(out, ":%u", at.line);
}

static void put_input_place(Buf *out, const DiffReport *report, Place place)
{
    Located at = sources_locate(report->input, place);
    render_text(out, at.file);
    buf_format(out, ":%u", at.line);
}

static void put_text_value(Buf *out, const Document *doc, uint32_t node, bool hidden)
{
    Buf value = {0};
    if (node == BASE_NONE)
        buf_text(&value, "(none)");
    else
        put_value(&value, doc, node, hidden);
    Str text = buf_slice(&value);
    bool cut = text.len > VALUE_LONGEST;
    if (cut) {
        text.len = VALUE_LONGEST;
        while (text.len && (unsigned char)text.ptr[text.len] >> 6 == 2)
            text.len--; /* not within a character */
    }
    render_text(out, text);
    buf_text(out, cut ? "..." : "");
    buf_free(&value);
}

static bool is_filled(const Document *doc, uint32_t node)
{
    return node != BASE_NONE && node_at(doc, node)->flags & NODE_FILLED;
}

static void put_text_field(const DiffReport *report, const ObjectDifference *object,
                           uint32_t index, Buf *out)
{
    const Difference *field = &object->fields.at[index];
    bool hidden = is_hidden(object, field);
    buf_text(out, "  ");
    render_text(out, field->path);
    buf_text(out, ": ");
    put_text_value(out, object->left, field->left, hidden);
    buf_text(out, is_filled(object->left, field->left) ? " by default -> " : " -> ");
    put_text_value(out, object->right, field->right, hidden);
    buf_text(out, is_filled(object->right, field->right) ? " by default" : "");
    buf_text(out, "\n    at ");
    if (report->input) {
        put_input_place(out, report, object->places[1 + index]);
    } else {
        put_place(out, report->left, object->left, field->left_near);
        buf_text(out, " and ");
        put_place(out, report->right, object->right, field->right_near);
    }
    buf_byte(out, '\n');
}

static void put_name(const ObjectDifference *object, Buf *out)
{
    render_text(out, object->kind);
    buf_byte(out, ' ');
    render_text(out, object->ns);
    buf_text(out, object->ns.len ? "/" : "");
    render_text(out, object->name);
}

static void write_text(const DiffReport *report, Out *out)
{
    for (uint32_t i = 0; i < report->object_count; i++) {
        const ObjectDifference *object = &report->objects[i];
        buf_str(&out->buf, change_word(object->change));
        buf_byte(&out->buf, ' ');
        put_name(object, &out->buf);
        buf_text(&out->buf, " at ");
        if (report->input)
            put_input_place(&out->buf, report, object->places[0]);
        if (object->left && !report->input)
            put_place(&out->buf, report->left, object->left, object->left->root);
        buf_text(&out->buf, object->left && object->right && !report->input ? " and " : "");
        if (object->right && !report->input)
            put_place(&out->buf, report->right, object->right, object->right->root);
        buf_byte(&out->buf, '\n');
        for (uint32_t f = 0; f < object->fields.count; f++)
            put_text_field(report, object, f, &out->buf);
        out_spill(out);
    }
}

/* ---- JSON ---- */

static void put_json_located(Buf *out, Located at)
{
    buf_byte(out, '{');
    member_string(out, "file", at.file);
    member_uint_or_null(out, "line", at.line, 0);
    member_uint_or_null(out, "column", at.column, 0);
    buf_byte(out, '}');
}

static void put_json_place(Buf *out, const char *name, Sources *sources, const Document *doc,
                           uint32_t node)
{
    member_key(out, name);
    if (doc)
        put_json_located(out, locate(sources, doc, node));
    else
        buf_text(out, "null");
}

/* Both sides' places; of what no reader has seen, those of the input, on the right. */
static void put_json_places(Buf *out, const DiffReport *report, const ObjectDifference *object,
                            const uint32_t nodes[2], uint32_t index)
{
    if (report->input) {
        put_json_place(out, "leftAt", NULL, NULL, 0);
        member_key(out, "rightAt");
        put_json_located(out, sources_locate(report->input, object->places[index]));
        return;
    }
    put_json_place(out, "leftAt", report->left, object->left, nodes[0]);
    put_json_place(out, "rightAt", report->right, object->right, nodes[1]);
}

static void put_json_side(Buf *out, const char *name, const Document *doc, uint32_t node,
                          bool hidden)
{
    member_key(out, name);
    if (node == BASE_NONE)
        buf_text(out, "null");
    else
        put_value(out, doc, node, hidden);
}

static void put_json_field(const DiffReport *report, const ObjectDifference *object,
                           uint32_t index, Buf *out)
{
    const Difference *field = &object->fields.at[index];
    bool hidden = is_hidden(object, field);
    buf_byte(out, '{');
    member_string(out, "path", field->path);
    put_json_side(out, "left", object->left, field->left, hidden);
    put_json_side(out, "right", object->right, field->right, hidden);
    put_json_places(out, report, object, (uint32_t[]){field->left_near, field->right_near}, 1 + index);
    member_key(out, "leftDefault");
    buf_text(out, is_filled(object->left, field->left) ? "true" : "false");
    member_key(out, "rightDefault");
    buf_text(out, is_filled(object->right, field->right) ? "true" : "false");
    buf_byte(out, '}');
}

static void put_json_object(const DiffReport *report, const ObjectDifference *object, Buf *out)
{
    buf_byte(out, '{');
    member_string(out, "change", change_word(object->change));
    member_string(out, "apiVersion", object->api_version);
    member_string(out, "kind", object->kind);
    member_string_or_null(out, "namespace", object->ns);
    member_string(out, "name", object->name);
    put_json_places(out, report, object,
                    (uint32_t[]){object->left ? object->left->root : 0,
                                 object->right ? object->right->root : 0}, 0);
    member_key(out, "fields");
    buf_byte(out, '[');
    for (uint32_t f = 0; f < object->fields.count; f++) {
        buf_text(out, f ? "," : "");
        put_json_field(report, object, f, out);
    }
    buf_text(out, "]}");
}

static void write_json(const DiffReport *report, Out *out)
{
    Buf *buf = &out->buf;
    buf_byte(buf, '{');
    member_key(buf, "objects");
    buf_byte(buf, '[');
    for (uint32_t i = 0; i < report->object_count; i++) {
        buf_text(buf, i ? ",\n" : "\n");
        put_json_object(report, &report->objects[i], buf);
        out_spill(out);
    }
    buf_text(buf, "]");
    member_key(buf, "same");
    buf_uint(buf, report->same);
    member_key(buf, "passedOver");
    buf_uint(buf, report->passed_over);
    buf_text(buf, "}\n");
}

/* ---- summary ---- */

void diff_summary_line(const DiffReport *report, Buf *line)
{
    uint32_t counts[3] = {0};
    for (uint32_t i = 0; i < report->object_count; i++)
        counts[report->objects[i].change]++;
    buf_format(line, "%u equal, %u changed, %u removed, %u added", report->same,
               counts[DIFF_CHANGED], counts[DIFF_REMOVED], counts[DIFF_ADDED]);
    if (report->passed_over)
        buf_format(line, "; %u made by controllers passed over", report->passed_over);
}

const DiffFormat diff_formats[] = {
    {"text", write_text},
    {"json", write_json},
    {"unified", diff_unified_write},
};
const size_t diff_format_count = BASE_COUNT(diff_formats);
