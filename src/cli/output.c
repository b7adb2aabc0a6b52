/* Where results go: standard output and the files named after -o, each written whole
 * or told of.  The formats are the emit room's. */
#include "cli/run.h"
#include "cli/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

Output output_of(const Options *options, const char *usual)
{
    return options->outputs.len ? options->outputs.at[0] : (Output){.format = str_of(usual)};
}

bool output_open(Out *out, const Output *output)
{
    int fd = STDOUT_FILENO;
    if (output->file.len) {
        fd = open(output->file.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd < 0) {
            cli_error("%.*s: %s", STR_ARG(output->file), strerror(errno));
            return false;
        }
    }
    out_init(out, fd);
    return true;
}

bool output_close(Out *out, const Output *output, const char *what)
{
    int fd = out->fd;
    bool written = out_close(out);
    int error = out->error;
    if (output->file.len && close(fd) && written) {
        written = false;
        error = errno;
    }
    if (!written)
        cli_error("%s could not be written%s%.*s: %s", what, output->file.len ? " to " : "",
                  STR_ARG(output->file), strerror(error));
    return written;
}

/* The folder, here or above, that holds a .git: reports name files as it sees them. */
static Str find_repository(Str folder, Arena *arena)
{
    for (;; folder = path_folder(folder, arena)) {
        struct stat status;
        if (stat(path_join(folder, STR(".git"), arena).ptr, &status) == 0)
            return folder;
        if (folder.len <= 1)
            return (Str){"", 0};
    }
}

bool outputs_write(const Options *options, Report *report, ReportFinder *find)
{
    Arena arena = {0};
    bool written = true;
    report->folder = path_absolute(STR("."), &arena);
    report->repository = find_repository(report->folder, &arena);
    size_t count = options->outputs.len ? options->outputs.len : 1;
    for (size_t i = 0; i < count; i++) {
        Output output = options->outputs.len ? options->outputs.at[i]
                                             : (Output){.format = str_of(setting_format(options->command, 0))};
        Out out;
        if (!output_open(&out, &output)) {
            written = false;
            continue;
        }
        report->color = !output.file.len && options_color(options, STDOUT_FILENO);
        find(output.format)->write(report, &out);
        written &= output_close(&out, &output, "the report");
    }
    arena_free(&arena);
    return written;
}
