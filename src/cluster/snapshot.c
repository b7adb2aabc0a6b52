/* plimsoll snapshot: what a cluster holds, into a file of its owner's. */
#include "cluster/session.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_snapshot(Options *options, Client *client, int fd)
{
    Arena arena = {0};
    Out out;
    out_init(&out, fd);
    RestSnapshot snapshot = {&arena, client, &out, options->secret_values, 0, {0}};
    bool answered = rest_snapshot(&snapshot, options->paths.at, options->paths.len);
    bool written = out_close(&out);
    if (!written)
        cli_error("the snapshot could not be written: %s", strerror(out.error));
    tell_lines(buf_slice(&snapshot.trouble));
    int status = !answered || !written      ? EXIT_TROUBLE
                 : snapshot.trouble.len > 0 ? EXIT_FINDINGS
                                            : EXIT_CLEAN;
    if (!options->quiet)
        fprintf(stderr, "%llu object%s\n", (unsigned long long)snapshot.count,
                snapshot.count == 1 ? "" : "s");
    buf_free(&snapshot.trouble);
    arena_free(&arena);
    return status;
}

/* Standard output where no file is named; -1 after an error on stderr. */
static int open_file(const Options *options)
{
    if (!options->snapshot_file.len)
        return STDOUT_FILENO;
    int fd = open(options->snapshot_file.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || fchmod(fd, 0600))
        cli_error("%.*s: %s", STR_ARG(options->snapshot_file), strerror(errno));
    return fd;
}

int run_snapshot(Options *options)
{
    Connection connection;
    int status = EXIT_TROUBLE;
    int fd = connection_find(&connection, options) ? open_file(options) : -1;
    if (fd >= 0 && connection_open(&connection, options))
        status = write_snapshot(options, connection.client, fd);
    if (fd > STDOUT_FILENO && close(fd)) {
        cli_error("%.*s: %s", STR_ARG(options->snapshot_file), strerror(errno));
        status = EXIT_TROUBLE;
    }
    connection_close(&connection);
    return status;
}
