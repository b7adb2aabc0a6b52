/* Where the configuration of a run is: upward from each path of the command line, then from
 * the working directory. */
#include "cli/options.h"

#include <sys/stat.h>

typedef struct Finder {
    Arena *arena;
    Str cwd;      /* absolute */
    PlaceMemo place;
    Str last_folder, last_found; /* the last answer, since many files share a folder */
} Finder;

static bool is_there(Str path)
{
    struct stat status;
    return stat(path.ptr, &status) == 0;
}

/* The configuration of a folder and those above it, absolute; empty if there is
 * none.  False where a folder holds two. */
static bool find_upward(Finder *finder, Str folder, Str *found)
{
    for (;; folder = path_folder(folder, finder->arena)) {
        Str yaml = path_join(folder, STR(".plimsoll.yaml"), finder->arena);
        Str yml = path_join(folder, STR(".plimsoll.yml"), finder->arena);
        bool has_yaml = is_there(yaml), has_yml = is_there(yml);
        if (has_yaml && has_yml) {
            cli_error("%.*s holds both .plimsoll.yaml and .plimsoll.yml: keep one",
                      STR_ARG(path_relative(folder, finder->cwd, finder->arena)));
            return false;
        }
        if (has_yaml || has_yml) {
            *found = has_yaml ? yaml : yml;
            return true;
        }
        if (folder.len <= 1) {
            *found = (Str){"", 0};
            return true;
        }
    }
}

/* The absolute folder in which a path's configuration is looked for first.  For a
 * path that does not exist, and that the walk will report, it is the last one on the
 * way to it that does. */
static Str folder_of(Finder *finder, Str path)
{
    struct stat status;
    if (str_eq(path, STR("-")) || !path.len)
        return finder->cwd;
    while (stat(path.ptr, &status) && path.len > 1 && !str_is(path, "."))
        path = path_folder(path, finder->arena);
    if (stat(path.ptr, &status) || S_ISDIR(status.st_mode))
        return path_absolute(path, finder->arena);
    return path_folder(path_place(path, false, &finder->place, finder->arena), finder->arena);
}

/* The configuration of one path of the command line. */
static bool find_for(Finder *finder, Str path, Str *found)
{
    Str folder = folder_of(finder, path);
    if (finder->last_folder.len && str_eq(folder, finder->last_folder)) {
        *found = finder->last_found;
        return true;
    }
    if (folder.len == 0 || !find_upward(finder, folder, found))
        return folder.len == 0;
    if (!found->len && !str_eq(folder, finder->cwd) && !find_upward(finder, finder->cwd, found))
        return false;
    finder->last_folder = folder;
    finder->last_found = *found;
    return true;
}

/* Where the file of the run is looked for: every path must come to the same. */
bool config_find(Options *options, Str cwd, Str *found)
{
    Finder finder = {.arena = &options->arena, .cwd = cwd};
    Str first = {0};
    if (!options->paths.len)
        return find_upward(&finder, cwd, found);
    for (uint32_t i = 0; i < options->paths.len; i++) {
        Str path = options->paths.at[i];
        *found = (Str){"", 0};
        if (!find_for(&finder, path, found))
            return false;
        if (i == 0) {
            first = *found;
        } else if (!str_eq(first, *found)) {
            Str one = first.len ? path_relative(first, cwd, finder.arena) : STR("no configuration");
            Str two = found->len ? path_relative(*found, cwd, finder.arena)
                                 : STR("no configuration");
            cli_error("%.*s has %.*s but %.*s has %.*s: check them apart, or give --config or "
                      "--no-config",
                      STR_ARG(options->paths.at[0]), STR_ARG(one), STR_ARG(path), STR_ARG(two));
            return false;
        }
    }
    return true;
}
