/* Globs over paths: what `exclude` and --exclude understand.
 *
 * A path is matched name by name.  Within a name a star backtracks to the last
 * star only, and so does ** among the names: the earliest match of what stands
 * between two stars is always as good as any other, so that no glob takes more
 * than (names x names of the glob) steps. */
#include "cli/options.h"

/* The name at the start of what is left of a path; *rest is what follows its
 * slashes. */
static Str first_name(Str path, Str *rest)
{
    size_t slash = str_find(path, '/');
    size_t at = slash;
    while (at < path.len && path.ptr[at] == '/')
        at++;
    *rest = str_slice(path.ptr + at, path.len - at);
    return str_slice(path.ptr, slash);
}

/* One character of UTF-8, so that ? stands for one that a user sees. */
static size_t character(Str s, size_t at)
{
    unsigned length = utf8_length((const unsigned char *)s.ptr + at, s.len - at);
    return length ? length : 1;
}

static bool name_match(Str glob, Str name)
{
    size_t g = 0, n = 0;
    size_t star = glob.len, taken = 0; /* the last star, and where its match ends */
    while (n < name.len) {
        if (g < glob.len && glob.ptr[g] == '*') {
            star = g++;
            taken = n;
        } else if (g < glob.len && glob.ptr[g] == '?') {
            g++;
            n += character(name, n);
        } else if (g < glob.len && glob.ptr[g] == name.ptr[n]) {
            g++;
            n++;
        } else if (star < glob.len) {
            g = star + 1;
            taken += character(name, taken);
            n = taken;
        } else {
            return false;
        }
    }
    while (g < glob.len && glob.ptr[g] == '*')
        g++;
    return g == glob.len;
}

bool glob_text(Str glob, Str text) { return name_match(glob, text); }

static bool names_match(Str glob, Str path)
{
    bool starred = false;
    Str star_glob = {0}, star_path = {0}; /* behind the last **, and where its match ends */
    while (path.len) {
        Str glob_rest, path_rest;
        Str part = first_name(glob, &glob_rest);
        Str name = first_name(path, &path_rest);
        if (str_eq(part, STR("**"))) {
            /* At the end it stands for what is inside, so that it needs a name. */
            if (!glob_rest.len)
                return true;
            starred = true;
            star_glob = glob = glob_rest;
            star_path = path;
        } else if (glob.len && name_match(part, name)) {
            glob = glob_rest;
            path = path_rest;
        } else if (starred) {
            (void)first_name(star_path, &path_rest);
            glob = star_glob;
            path = star_path = path_rest;
        } else {
            return false;
        }
    }
    return glob.len == 0;
}

bool glob_match(Str glob, Str path, bool is_folder)
{
    bool folders_only = false;
    while (str_starts(glob, STR("./")))
        glob = str_slice(glob.ptr + 2, glob.len - 2);
    while (glob.len && glob.ptr[glob.len - 1] == '/') {
        folders_only = true;
        glob.len--;
    }
    if (glob.len == 0 || (folders_only && !is_folder))
        return false;
    if (str_find(glob, '/') == glob.len)
        return name_match(glob, path_name(path));
    while (glob.len && glob.ptr[0] == '/')
        glob = str_slice(glob.ptr + 1, glob.len - 1);
    return names_match(glob, path);
}

bool glob_match_upward(Str glob, Str path, bool is_folder)
{
    for (size_t at = 0; at < path.len; at++)
        if (path.ptr[at] == '/' && at > 0 && glob_match(glob, str_slice(path.ptr, at), true))
            return true;
    return glob_match(glob, path, is_folder);
}
