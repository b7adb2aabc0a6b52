/* --changed: a hook sees the whole tree, for linking, but reports only what the
 * changed files have a part in, at either end of a finding.
 *
 * A file that was deleted has no place in any finding, and what it leaves dangling stands in
 * files that nobody changed.  So where there is one, all findings of the linker are told. */
#include "cli/options.h"
#include "cli/run.h"

#include <errno.h>
#include <sys/stat.h>

/* Where a file would be: below the nearest folder that is still there. */
static Str lost_place(Str path, Arena *arena)
{
    Str absolute = path_absolute(path, arena), folder = path_folder(path, arena);
    if (absolute.len || str_eq(folder, path))
        return absolute;
    return path_join(lost_place(folder, arena), path_name(path), arena);
}

/* Whether it lay in what is checked. */
static bool is_checked(const Options *options, Str file, Arena *arena)
{
    Str place = lost_place(file, arena), rest;
    for (uint32_t i = 0; i < options->paths.len; i++) {
        Str path = options->paths.at[i];
        Str root = str_is(path, "-") ? STR("") : path_absolute(path, arena);
        if (root.len && (str_eq(root, place) || path_below(place, root, &rest)))
            return !inputs_excluded(options, file);
    }
    return false;
}

void changed_find_deleted(Options *options)
{
    struct stat status;
    for (uint32_t i = 0; i < options->changed.len; i++) {
        Str file = options->changed.at[i];
        if (stat(file.ptr, &status) && errno == ENOENT && inputs_takes_name(path_name(file)) &&
            is_checked(options, file, &options->arena))
            vec_push(&options->deleted, file);
    }
    if (options->deleted.len && !options->quiet)
        cli_error("%.*s%s deleted: all findings about what objects say of each other are reported",
                  STR_ARG(options->deleted.at[0]),
                  options->deleted.len > 1 ? " and other files were" : " was");
}

static bool is_changed(const Sources *sources, Place place)
{
    uint32_t file = place.doc != BASE_NONE ? sources->docs.at[place.doc].file : place.file;
    return file != BASE_NONE && sources->files.at[file].changed;
}

void changed_filter(const Options *options, Diag *diag, const Sources *sources)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < diag->findings.len; i++) {
        const Finding *finding = &diag->findings.at[i];
        bool part = is_changed(sources, finding->place) ||
                    (options->deleted.len && finding->rule->origin == ORIGIN_LINK);
        for (uint32_t note = 0; note < finding->note_count && !part; note++)
            part = is_changed(sources, finding->notes[note].place);
        if (part)
            diag->findings.at[kept++] = *finding;
    }
    diag->findings.len = kept;
}
