/* plimsoll-rest: the commands that talk to a cluster.  `plimsoll` becomes this program for
 * them (src/cli/cluster.c) with the same arguments; it alone is linked with libcurl.
 *
 * session.c has the offline check and what would be sent, connect.c the way to the
 * cluster, src/emit/rest what is asked of it, and report.c what it said, at its places in
 * the input. */
#include "cluster/session.h"

#include <signal.h>

typedef struct Runner {
    const char *command;
    int (*run)(Options *options);
} Runner;

static const Runner runners[] = {
    {"apply", run_apply}, {"diff", run_live_diff}, {"snapshot", run_snapshot},
};

int main(int argc, char **argv)
{
    Options options;
    signal(SIGPIPE, SIG_IGN); /* a connection that ends is an error of its request */
    int status = options_read(&options, argc, argv);
    if (status < 0) {
        status = EXIT_TROUBLE;
        for (size_t i = 0; i < BASE_COUNT(runners); i++)
            if (!strcmp(options.command->name, runners[i].command))
                status = runners[i].run(&options);
    }
    options_free(&options);
    return status;
}
