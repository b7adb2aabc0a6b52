/* plimsoll: a compiler and linker for Kubernetes manifests.  The command line
 * chooses a command; src/cli/run.c is the list of passes. */
#include "cli/cli.h"

int main(int argc, char **argv)
{
    Options options;
    int status = options_read(&options, argc, argv);
    if (status < 0)
        status = options.command->run(&options);
    options_free(&options);
    return status;
}
