/* fuzz target: whole runs.  The first byte of the input chooses the command, the
 * rest is what plimsoll reads; what it prints goes nowhere.  Whatever the bytes are,
 * a run ends with one of its three statuses and leaves nothing behind. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/cli.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { MOST_ARGUMENTS = 8 };

static const char *const RUNS[][MOST_ARGUMENTS] = {
    {"check", "-qv", "--color=always", "--show-endpoints"},
    {"check", "-q", "-o", "json", "--kubernetes-version=1.15..1.37"},
    {"emit", "-q", "-o", "yaml"},
    {"emit", "-q", "-o", "json"},
    {"check", "-q", "--dump-tree"},
    {"versions"},
};

static int input = -1;      /* a file in memory */
static char input_path[64]; /* by which it can be opened */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    input = memfd_create("input", 0);
    int nowhere = open("/dev/null", O_WRONLY);
    if (input < 0 || nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0)
        abort();
    close(nowhere);
    snprintf(input_path, sizeof input_path, "/proc/self/fd/%d", input);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (ftruncate(input, 0) || pwrite(input, data + 1, size - 1, 0) != (ssize_t)(size - 1))
        abort();

    /* Nobody writes to arguments; main's type is older than const. */
    const char *arguments[MOST_ARGUMENTS + 4] = {"plimsoll"};
    int count = 1;
    const char *const *run = RUNS[data[0] % BASE_COUNT(RUNS)];
    for (int i = 0; i < MOST_ARGUMENTS && run[i]; i++)
        arguments[count++] = run[i];
    arguments[count++] = "--no-config";
    arguments[count++] = input_path;

    Options options;
    int status = options_read(&options, count, (char **)(uintptr_t)arguments);
    if (status < 0)
        status = options.command->run(&options);
    options_free(&options);
    if (status != EXIT_CLEAN && status != EXIT_FINDINGS && status != EXIT_TROUBLE)
        abort();
    return 0;
}
