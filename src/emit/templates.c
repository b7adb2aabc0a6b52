/* Findings in what a template was rendered to, told at the template.
 *
 * A piped rendering is no file of the repository, so annotations at its lines would
 * stand nowhere.  A template's lines are not those of what it renders to; but where one
 * line of it reads as the finding's does, or begins with its key, that is the one. */
#include "emit/render.h"

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/* The number of the only line that is `wanted`, or that starts with it; 0: none, or several. */
static uint32_t only_line(Str text, Str wanted, bool whole)
{
    uint32_t number = 0, found = 0;
    while (text.len) {
        Str line = str_trim(str_until(&text, '\n'));
        number++;
        if (whole ? !str_eq(line, wanted) : !str_starts(line, wanted))
            continue;
        if (found)
            return 0;
        found = number;
    }
    return found;
}

uint32_t render_template_line(const Located *located)
{
    Str line = str_trim(located->excerpt);
    FileText template = {0};
    if (!line.len || located->cut_before || !located->made_from->file.len)
        return 0;
    if (file_read(&template, located->made_from->file.ptr))
        return 0;
    Str text = str_slice(template.ptr, template.len);
    uint32_t found = only_line(text, line, true);
    size_t colon = str_find(line, ':');
    bool is_key = colon < line.len && (colon + 1 == line.len || is_blank(line.ptr[colon + 1]));
    if (!found && is_key)
        found = only_line(text, str_slice(line.ptr, colon + 1), false);
    file_free(&template);
    return found;
}

bool render_at_template(Located *located)
{
    bool piped = located->file.len && located->file.ptr[0] == '<';
    if (!piped || !located->made_from || !located->made_from->file.len)
        return false;
    uint32_t line = render_template_line(located);
    located->file = located->made_from->file;
    located->line = located->end_line = line ? line : 1;
    located->column = located->end_column = 0;
    return true;
}

void render_rendered_at(Buf *out, const char *before, const Located *located)
{
    if (!located->made_from)
        return;
    buf_text(out, before);
    buf_text(out, "source: ");
    render_text(out, located->made_from->name);
    buf_format(out, ", rendered at line %u", (unsigned)located->line);
}
