/* --changed: a hook sees the whole tree, for linking, but reports only what the
 * changed files have a part in, at either end of a finding. */
#include "cli/run.h"

#include <stdlib.h>

static bool is_changed(const Sources *sources, const bool *changed, Place place)
{
    uint32_t file = place.doc != BASE_NONE ? sources->docs.at[place.doc].file : place.file;
    return file != BASE_NONE && changed[file];
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Spellings differ (a/b, ./a/b, an absolute path), the last part does not. */
static bool same_file(const char *a, const char *b)
{
    if (strcmp(a, b) == 0)
        return true;
    if (strcmp(last_part(a), last_part(b)) != 0)
        return false;
    char *real_a = realpath(a, NULL), *real_b = realpath(b, NULL);
    bool same = real_a && real_b && strcmp(real_a, real_b) == 0;
    free(real_a);
    free(real_b);
    return same;
}

void changed_filter(Diag *diag, const Sources *sources, const Options *options)
{
    if (!options->changed_only)
        return;
    bool *changed = mem_resize(NULL, sources->files.len * sizeof *changed);
    for (uint32_t file = 0; file < sources->files.len; file++) {
        changed[file] = false;
        for (uint32_t i = 0; i < options->changed.len && !changed[file]; i++)
            changed[file] = same_file(sources->files.at[file].name.ptr, options->changed.at[i].ptr);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < diag->findings.len; i++) {
        const Finding *finding = &diag->findings.at[i];
        bool part = is_changed(sources, changed, finding->place);
        for (uint32_t note = 0; note < finding->note_count && !part; note++)
            part = is_changed(sources, changed, finding->notes[note].place);
        if (part)
            diag->findings.at[kept++] = *finding;
    }
    diag->findings.len = kept;
    mem_free(changed);
}
