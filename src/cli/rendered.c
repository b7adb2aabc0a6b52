/* "# Source: chart/templates/x.yaml": what a document was rendered from, as `helm
 * template` writes it over each, and where that template lies.
 *
 * The chart is named in the comment, not its folder, so the file is looked for as the
 * comment has it; in the chart, where the root is one; and one folder below.  What is
 * found in two of these is not taken: a wrong file would be worse than none. */
#include "cli/run.h"
#include "cli/options.h"

#include <dirent.h>
#include <unistd.h>

/* A relative path of a file, and no address or prose. */
static bool is_template_path(Str name)
{
    static const char *const ENDINGS[] = {".yaml", ".yml", ".json", ".tpl"};
    bool ends = false;
    for (size_t i = 0; i < BASE_COUNT(ENDINGS); i++)
        ends |= str_ends(name, str_of(ENDINGS[i]));
    return ends && name.ptr[0] != '/' && !str_contains(name, STR("://")) &&
           !str_starts(name, STR("../")) && !str_contains(name, STR("/../"));
}

/* The name in a "# Source:" comment among the lines before the content, or empty. */
static Str source_comment(Str text)
{
    Str name = {0};
    size_t at = str_starts(text, STR("---\n")) ? 4 : 0;
    /* A line that starts with a letter is content. */
    while (at < text.len && !is_alnum(text.ptr[at])) {
        Str line = str_slice(text.ptr + at, text.len - at);
        line.len = str_find(line, '\n');
        at += line.len + 1;
        if (line.len && line.ptr[0] != '#')
            line = str_trim(line);
        if (line.len == 0 || str_is(line, "---"))
            continue;
        if (line.ptr[0] != '#')
            break;
        line = str_trim(str_slice(line.ptr + 1, line.len - 1));
        if (!str_starts(line, STR("Source:")))
            continue;
        line = str_trim(str_slice(line.ptr + 7, line.len - 7));
        if (line.len && is_template_path(line))
            name = line;
    }
    return name;
}

/* Whether folder/rest is a file that can be read; only the first of several is kept. */
static void try_file(Str folder, Str rest, Str *found, uint32_t *count, Arena *arena)
{
    Str path = path_join(folder, rest, arena);
    if (str_starts(path, STR("./")))
        path = str_slice(path.ptr + 2, path.len - 2);
    if (access(path.ptr, R_OK))
        return;
    if ((*count)++ == 0)
        *found = path;
}

static bool is_chart(Str folder, Arena *arena)
{
    return !access(path_join(folder, STR("Chart.yaml"), arena).ptr, R_OK);
}

static Str find_template(Str root, Str name, Arena *arena)
{
    Str found = {0};
    uint32_t count = 0;
    size_t chart = str_find(name, '/');
    try_file(root, name, &found, &count, arena);
    if (count == 0 && chart < name.len && is_chart(root, arena))
        try_file(root, str_slice(name.ptr + chart + 1, name.len - chart - 1), &found, &count, arena);
    DIR *dir = count == 0 ? opendir(arena_str(arena, root).ptr) : NULL;
    if (dir) {
        for (const struct dirent *entry; (entry = readdir(dir));)
            if (entry->d_name[0] != '.')
                try_file(path_join(root, str_of(entry->d_name), arena), name, &found, &count, arena);
        closedir(dir);
    }
    return count == 1 ? found : (Str){"", 0};
}

void rendered_note(Sources *sources, uint32_t doc, Str text, Str root)
{
    Str name = source_comment(text);
    if (!name.len)
        return;
    const SourceTemplate *before = doc ? sources_template(sources, doc - 1) : NULL;
    if (before && str_eq(before->name, name)) {
        sources_set_template(sources, doc, *before);
        return;
    }
    Arena arena = {0};
    SourceTemplate from = {name, find_template(root.len ? root : STR("."), name, &arena)};
    sources_set_template(sources, doc, from);
    arena_free(&arena);
}
