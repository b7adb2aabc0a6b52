/* The source line with its carets:
 *
 *    12 |     app: monolith
 *       |     ^~~~~~~~~~~~~
 *
 * Carets are counted in code points and drawn in columns, so that they stand right
 * under wide characters, escapes and tabs.  A line too long for a terminal is cut
 * to what stands around the carets. */
#include "emit/render.h"

enum {
    EXCERPT_COLUMNS = 110, /* a longer line is cut to this */
    EXCERPT_BEFORE = 30,   /* columns kept in front of the carets of a cut line */
    EXCERPT_TAB = 8,
    EXCERPT_GUTTER = 5,    /* columns of the line number */
};

static const char DOTS[] = "...";

/* Where things stand in a line, in columns from 0. */
typedef struct LineLayout {
    size_t columns;                /* of the whole line */
    size_t caret_from, caret_to;
    size_t from, to;               /* what is shown of it */
    bool before, after;            /* there is more of the line on that side */
    bool plain;                    /* each byte of it is a column */
} LineLayout;

/* A tab is drawn as it is in a line that is shown whole, and as one blank in a cut
 * one, whose columns no longer tell where it would lead. */
static unsigned glyph_columns(Glyph glyph, size_t column, bool cut)
{
    if (glyph.code != '\t' || glyph.invalid)
        return glyph.columns;
    return cut ? 1 : (unsigned)(EXCERPT_TAB - column % EXCERPT_TAB);
}

static void measure(LineLayout *layout, const Located *located, bool cut)
{
    Str line = located->excerpt;
    size_t caret_end = (size_t)located->caret_start + located->caret_width;
    size_t column = 0, index = 0, at = 0;
    layout->caret_from = layout->caret_to = SIZE_MAX;
    if (layout->plain) {
        column = at = line.len;
        if (located->caret_start < line.len)
            layout->caret_from = located->caret_start;
        if (caret_end <= line.len)
            layout->caret_to = caret_end;
    }
    for (; at < line.len; index++) {
        if (index == located->caret_start)
            layout->caret_from = column;
        Glyph glyph = render_glyph(line, at);
        column += glyph_columns(glyph, column, cut);
        at += glyph.length;
        if (index + 1 == caret_end)
            layout->caret_to = column;
    }
    layout->columns = column;
    /* A place at or behind the line's end: one caret there. */
    if (layout->caret_from == SIZE_MAX)
        layout->caret_from = column;
    if (layout->caret_to == SIZE_MAX)
        layout->caret_to = column;
    if (layout->caret_to <= layout->caret_from)
        layout->caret_to = layout->caret_from + 1;
}

/* Chooses what is shown of a line that is too long: its start if that holds the
 * carets, else a stretch that opens a little before them. */
static void choose_stretch(LineLayout *layout)
{
    size_t room = EXCERPT_COLUMNS - 2 * (sizeof DOTS - 1);
    layout->from = 0;
    if (layout->caret_to > room) {
        size_t from = layout->caret_from > EXCERPT_BEFORE ? layout->caret_from - EXCERPT_BEFORE : 0;
        size_t last = layout->columns > room ? layout->columns - room : 0;
        layout->from = from < last ? from : last;
    }
    layout->to = layout->from + room;
}

/* The number of the line, if any, right-aligned, and a bar. */
static void put_gutter(Buf *out, uint32_t line, ExcerptStyle style)
{
    char text[] = "               |";
    size_t end = sizeof text - 1, at = end - 2, start = at - EXCERPT_GUTTER;
    for (uint32_t rest = line; rest; rest /= 10)
        text[--at] = (char)('0' + rest % 10);
    if (at < start)
        start = at;
    buf_str(out, style.gutter);
    buf_str(out, str_slice(text + start, end - start));
    buf_str(out, style.reset);
}

static void put_line(Buf *out, Str line, const LineLayout *layout, bool cut)
{
    size_t column = 0, at = 0;
    if (layout->before)
        buf_text(out, DOTS);
    if (layout->plain) {
        at = line.len;
        size_t end = layout->to < line.len ? layout->to : line.len;
        buf_str(out, str_slice(line.ptr + layout->from, end - layout->from));
    }
    for (; at < line.len && column < layout->to;) {
        Glyph glyph = render_glyph(line, at);
        unsigned columns = glyph_columns(glyph, column, cut);
        if (column >= layout->from) {
            if (glyph.code == '\t' && !glyph.invalid)
                buf_byte(out, cut ? ' ' : '\t');
            else
                render_put(out, line, at, glyph);
        } else if (column + columns > layout->from) {
            buf_repeat(out, ' ', column + columns - layout->from);
        }
        column += columns;
        at += glyph.length;
    }
    if (layout->after)
        buf_text(out, DOTS);
}

/* The blanks in front of the carets; tabs of a whole line stay tabs. */
static void put_indent(Buf *out, Str line, const LineLayout *layout, bool cut)
{
    size_t column = 0, at = 0;
    if (cut) {
        buf_repeat(out, ' ', layout->caret_from - layout->from +
                                 (layout->before ? sizeof DOTS - 1 : 0));
        return;
    }
    if (layout->plain ? layout->caret_from <= line.len : render_plain(line) >= layout->caret_from) {
        buf_repeat(out, ' ', layout->caret_from);
        return;
    }
    while (column < layout->caret_from && at < line.len) {
        Glyph glyph = render_glyph(line, at);
        unsigned columns = glyph_columns(glyph, column, false);
        if (glyph.code == '\t' && !glyph.invalid)
            buf_byte(out, '\t');
        else
            buf_repeat(out, ' ', columns);
        column += columns;
        at += glyph.length;
    }
}

void render_excerpt(Buf *out, const Located *located, ExcerptStyle style)
{
    if (located->unreadable || !located->line || !located->column)
        return;
    Str line = located->excerpt;
    LineLayout layout = {.plain = render_plain(line) == line.len};
    measure(&layout, located, false);
    bool cut = layout.columns > EXCERPT_COLUMNS || located->cut_before || located->cut_after;
    layout.from = 0;
    layout.to = layout.columns;
    if (cut) {
        measure(&layout, located, true);
        choose_stretch(&layout);
    }
    layout.before = layout.from > 0 || located->cut_before;
    layout.after = layout.columns > layout.to || located->cut_after;
    put_gutter(out, located->line, style);
    if (layout.columns) {
        buf_byte(out, ' ');
        put_line(out, line, &layout, cut);
    }
    buf_byte(out, '\n');

    put_gutter(out, 0, style);
    buf_byte(out, ' ');
    put_indent(out, line, &layout, cut);
    size_t end = layout.caret_to;
    if (cut && end > layout.to)
        end = layout.to;
    buf_str(out, style.caret);
    buf_byte(out, '^');
    if (end > layout.caret_from)
        buf_repeat(out, '~', end - layout.caret_from - 1);
    buf_str(out, style.reset);
    buf_byte(out, '\n');
}
