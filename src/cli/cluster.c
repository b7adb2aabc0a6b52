/* Commands that talk to a cluster are another program, `plimsoll-rest`: linked with
 * libcurl, whose loading alone takes longer than a check.  It is found beside this one, or
 * in ../libexec from there, never in PATH, and gets the same arguments. */
#include "cli/options.h"

#include <errno.h>
#include <unistd.h>

#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

/* The path of the program that runs, links resolved. */
static Str own_path(Arena *arena, const char *argument)
{
    char path[4096];
#ifdef __APPLE__
    uint32_t size = sizeof path;
    if (_NSGetExecutablePath(path, &size) == 0)
        return arena_str(arena, str_of(path));
#else
    ssize_t len = readlink("/proc/self/exe", path, sizeof path);
    if (len > 0 && (size_t)len < sizeof path)
        return arena_str(arena, str_slice(path, (size_t)len));
#endif
    return arena_str(arena, str_of(argument));
}

int run_cluster(Options *options)
{
    static const char *const PLACES[] = {"plimsoll-rest", "../libexec/plimsoll-rest",
                                         "../libexec/plimsoll/plimsoll-rest"};
    Arena *arena = &options->arena;
    Str folder = path_folder(own_path(arena, options->arguments[0]), arena);
    for (size_t i = 0; i < BASE_COUNT(PLACES); i++) {
        Str path = path_join(folder, str_of(PLACES[i]), arena);
        if (access(path.ptr, X_OK))
            continue;
        execv(path.ptr, options->arguments);
        cli_error("%.*s: %s", STR_ARG(path), strerror(errno));
        return EXIT_TROUBLE;
    }
    cli_error("%s needs plimsoll-rest, which is neither in %.*s nor in ../libexec beside it; it "
              "is built where libcurl is", options->command->name, STR_ARG(folder));
    return EXIT_TROUBLE;
}
