/* --since GITREF: what git says was changed since then, as if it stood after --changed.
 *
 * git is run without a shell, in the repository of each PATH: what differs between the work
 * tree and the commit at which GITREF and HEAD part, and what git does not know yet and does
 * not ignore. */
#include "cli/options.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A hook's GIT_DIR and the like speak of the folder that git ran the hook in. */
static char **own_environment(Arena *arena)
{
    size_t count = 0, kept = 0;
    while (environ[count])
        count++;
    char **own = arena_alloc(arena, sizeof *own * (count + 1));
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "GIT_DIR=", 8) && strncmp(environ[i], "GIT_WORK_TREE=", 14) &&
            strncmp(environ[i], "GIT_PREFIX=", 11))
            own[kept++] = environ[i];
    own[kept] = NULL;
    return own;
}

typedef enum GitErrors { GIT_SHOWS, GIT_TELLS } GitErrors;

/* Runs git in a folder; what it prints goes to text, with its errors where they are to be
 * told.  Returns its status, or -1 where it could not be run. */
static int git(Str folder, const char *const *arguments, GitErrors errors, FileText *text,
               Arena *arena)
{
    enum { MOST = 12 };
    const char *argv[MOST] = {"git", "-C", folder.ptr};
    for (size_t i = 0; arguments[i] && i + 4 < MOST; i++)
        argv[i + 3] = arguments[i];
    int ends[2];
    if (pipe(ends)) {
        cli_error("--since: %s", strerror(errno));
        return -1;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (errors == GIT_TELLS)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    pid_t child;
    int error = posix_spawnp(&child, "git", &actions, NULL, (char *const *)(uintptr_t)argv,
                             own_environment(arena));
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    int status = -1;
    if (error)
        cli_error("--since: git cannot be run: %s", strerror(error));
    else if ((error = file_read_fd(text, ends[0])) != 0)
        cli_error("--since: git: %s", strerror(error));
    close(ends[0]);
    if (!error)
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            continue;
    return error ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

#define GIT(folder, errors, text, arena, ...) \
    git(folder, (const char *const[]){__VA_ARGS__, NULL}, errors, text, arena)

static Str text_of(const FileText *text) { return str_trim(str_slice(text->ptr, text->len)); }

static Str first_line(Str text) { return str_until(&text, '\n'); }

/* The names, each with a NUL behind it, are relative to the top of the repository. */
static void take_names(Options *options, Str top, const FileText *text)
{
    for (Str rest = str_slice(text->ptr, text->len); rest.len;) {
        Str name = str_until(&rest, '\0');
        if (name.len)
            vec_push(&options->changed, path_join(top, name, &options->arena));
    }
}

/* What was changed in one repository; false after an error. */
static bool ask(Options *options, Str top, FileText *text)
{
    Arena *arena = &options->arena;
    Str commit = arena_format(arena, "%.*s^{commit}", STR_ARG(options->since));
    int status = GIT(top, GIT_TELLS, text, arena, "rev-parse", "--verify", "--quiet", commit.ptr);
    if (status != 0) {
        if (status > 0)
            cli_error("--since: git knows no commit \"%.*s\" in %.*s", STR_ARG(options->since),
                      STR_ARG(top));
        return false;
    }
    Str from = arena_str(arena, text_of(text));
    /* Without a common ancestor (a shallow clone, or unborn HEAD) the commit itself counts. */
    status = GIT(top, GIT_TELLS, text, arena, "merge-base", from.ptr, "HEAD");
    if (status < 0)
        return false;
    if (status == 0)
        from = arena_str(arena, first_line(text_of(text)));
    /* Of a renamed file only the new name: nothing was deleted then. */
    status = GIT(top, GIT_SHOWS, text, arena, "diff", "--name-only", "--find-renames", "-z",
                 from.ptr, "--");
    if (status == 0)
        take_names(options, top, text);
    if (status == 0 &&
        (status = GIT(top, GIT_SHOWS, text, arena, "ls-files", "--others", "--exclude-standard",
                      "-z")) == 0)
        take_names(options, top, text);
    if (status > 0)
        cli_error("--since: git failed with status %d in %.*s", status, STR_ARG(top));
    return status == 0;
}

/* The top of the repository that a path lies in; false after an error. */
static bool find_top(Options *options, Str path, FileText *text, Str *top)
{
    Arena *arena = &options->arena;
    Str folder = str_is(path, "-") ? STR(".") : path;
    struct stat status_of;
    if (stat(folder.ptr, &status_of) || !S_ISDIR(status_of.st_mode))
        folder = path_folder(path, arena);
    int status = GIT(folder, GIT_TELLS, text, arena, "rev-parse", "--show-toplevel");
    *top = arena_str(arena, first_line(text_of(text)));
    if (status > 0)
        cli_error("--since: %.*s: %.*s", STR_ARG(path), STR_ARG(*top));
    return status == 0;
}

bool since_read(Options *options)
{
    VEC(Str) tops = {0};
    FileText text = {0};
    bool good = options->since.ptr[0] != '-';
    if (!good)
        cli_error("--since: \"%.*s\" is no name of a commit", STR_ARG(options->since));
    for (uint32_t i = 0; i < options->paths.len && good; i++) {
        Str top;
        bool asked = false;
        if (!find_top(options, options->paths.at[i], &text, &top)) {
            good = false;
            break;
        }
        for (uint32_t t = 0; t < tops.len; t++)
            asked |= str_eq(tops.at[t], top);
        if (asked)
            continue;
        vec_push(&tops, top);
        good = ask(options, top, &text);
    }
    options->changed_only = true;
    vec_free(&tops);
    file_free(&text);
    return good;
}
