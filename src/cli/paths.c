/* Paths: absolute and relative forms, and the nearest one to a path that does not
 * exist.  Nothing here opens a file. */
#include "cli/options.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

Str path_absolute(Str path, Arena *arena)
{
    char *real = realpath(arena_str(arena, path.len ? path : STR(".")).ptr, NULL);
    Str absolute = real ? arena_str(arena, str_of(real)) : (Str){"", 0};
    free(real);
    return absolute;
}

Str path_place(Str path, bool is_folder, PlaceMemo *memo, Arena *arena)
{
    if (is_folder)
        return path_absolute(path, arena);
    Str folder = path_folder(path, arena);
    if (!memo->folder.len || !str_eq(memo->folder, folder)) {
        memo->folder = folder;
        memo->absolute = path_absolute(folder, arena);
    }
    return path_join(memo->absolute, path_name(path), arena);
}

/* Without the slashes at its end, but for the root's. */
static Str without_slashes(Str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    return path;
}

Str path_name(Str path)
{
    path = without_slashes(path);
    size_t at = path.len;
    while (at > 0 && path.ptr[at - 1] != '/')
        at--;
    return str_slice(path.ptr + at, path.len - at);
}

Str path_folder(Str path, Arena *arena)
{
    path = without_slashes(path);
    size_t name = path_name(path).len;
    if (name == path.len)
        return name ? STR(".") : arena_str(arena, path);
    return arena_str(arena, without_slashes(str_slice(path.ptr, path.len - name)));
}

Str path_join(Str folder, Str name, Arena *arena)
{
    if (folder.len == 0 || (name.len && name.ptr[0] == '/'))
        return arena_str(arena, name);
    Buf *path = arena_draft(arena);
    buf_str(path, folder);
    if (folder.ptr[folder.len - 1] != '/')
        buf_byte(path, '/');
    buf_str(path, name);
    return arena_draft_end(arena);
}

bool path_below(Str absolute, Str folder, Str *rest)
{
    if (folder.len == 1) { /* the root */
        *rest = str_slice(absolute.ptr + 1, absolute.len - 1);
        return absolute.len > 1;
    }
    if (!str_starts(absolute, folder) || absolute.len <= folder.len + 1 ||
        absolute.ptr[folder.len] != '/')
        return false;
    *rest = str_slice(absolute.ptr + folder.len + 1, absolute.len - folder.len - 1);
    return true;
}

Str path_relative(Str absolute, Str from, Arena *arena)
{
    Str rest;
    if (path_below(absolute, from, &rest))
        return arena_str(arena, rest);
    if (str_eq(absolute, from))
        return STR(".");
    Buf up = {0};
    Str folder = from;
    while (folder.len > 1) {
        folder = path_folder(folder, arena);
        buf_text(&up, up.len ? "/.." : "..");
        bool same = str_eq(absolute, folder);
        /* What shares only the root is clearer in full. */
        if (folder.len > 1 && (same || path_below(absolute, folder, &rest))) {
            Str relative = same ? arena_str(arena, buf_slice(&up))
                                : path_join(buf_slice(&up), rest, arena);
            buf_free(&up);
            return relative;
        }
    }
    buf_free(&up);
    return arena_str(arena, absolute);
}

static bool exists(Str path)
{
    struct stat status;
    return stat(path.ptr, &status) == 0;
}

/* The entry of a folder whose name is nearest to a wrong one. */
static Str nearest_entry(Str folder, Str wrong, Arena *arena)
{
    DIR *dir = opendir(arena_str(arena, folder).ptr);
    if (!dir)
        return (Str){0};
    Guess guess = {.wrong = wrong};
    for (const struct dirent *entry; (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
            !str_is(wrong, entry->d_name) && guess_try(&guess, str_of(entry->d_name)))
            guess.best = arena_str(arena, guess.best); /* the entry goes away */
    closedir(dir);
    return guess.best;
}

Str path_guess(Str wrong, Arena *arena)
{
    /* The first name on the way that is not there is the one to mend. */
    Str path = without_slashes(wrong);
    for (size_t end = 1; end <= path.len; end++) {
        if (end < path.len && path.ptr[end] != '/')
            continue;
        Str part = arena_str(arena, str_slice(path.ptr, end));
        if (exists(part))
            continue;
        Str folder = path_folder(part, arena);
        Str entry = nearest_entry(folder, path_name(part), arena);
        if (!entry.len)
            return (Str){0};
        bool bare = str_find(part, '/') == part.len;
        Str mended = bare ? entry : path_join(folder, entry, arena);
        Str rest = str_slice(path.ptr + end, path.len - end);
        Str whole = arena_format(arena, "%.*s%.*s", STR_ARG(mended), STR_ARG(rest));
        return exists(whole) ? whole : mended;
    }
    return (Str){0};
}
