/* What the tests of the cli room share: a folder of one's own to stand in, and a
 * look at what was written to stderr or stdout. */
#ifndef PLIMSOLL_TESTS_CLI_FIXTURE_H
#define PLIMSOLL_TESTS_CLI_FIXTURE_H

#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/options.h"

typedef struct TestPlace {
    char folder[64]; /* under the folder for temporary files; the working directory of the test */
    int before;      /* where we came from */
    int saved;       /* the descriptor that is captured, while it is */
    int captured;
} TestPlace;

static inline int place_enter(void **state)
{
    TestPlace *place = calloc(1, sizeof *place);
    assert_non_null(place);
    place->before = open(".", O_RDONLY | O_DIRECTORY);
    strcpy(place->folder, P_tmpdir "/plimsoll-unit-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    assert_int_equal(chdir(place->folder), 0);
    *state = place;
    return 0;
}

static inline void must_run(const char *command) { assert_int_equal(system(command), 0); }

static inline int place_leave(void **state)
{
    TestPlace *place = *state;
    assert_int_equal(fchdir(place->before), 0);
    close(place->before);
    char command[256];
    snprintf(command, sizeof command, "chmod -R u+rwx %s && rm -rf %s", place->folder,
             place->folder);
    must_run(command);
    free(place);
    return 0;
}

/* Writes a file, with the folders on the way to it. */
static inline void put(const char *path, const char *text)
{
    for (const char *at = path; (at = strchr(at, '/')); at++) {
        char folder[256];
        snprintf(folder, sizeof folder, "%.*s", (int)(at - path), path);
        mkdir(folder, 0755);
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static inline void capture(TestPlace *place, int fd)
{
    fflush(NULL);
    char name[] = P_tmpdir "/plimsoll-capture-XXXXXX";
    place->captured = mkstemp(name);
    unlink(name);
    place->saved = dup(fd);
    dup2(place->captured, fd);
}

/* What was written since; to be freed. */
static inline char *released(TestPlace *place, int fd)
{
    fflush(NULL);
    dup2(place->saved, fd);
    close(place->saved);
    off_t size = lseek(place->captured, 0, SEEK_END);
    char *text = calloc(1, (size_t)size + 1);
    assert_int_equal(pread(place->captured, text, (size_t)size, 0), size);
    close(place->captured);
    return text;
}

/* Reads a command line, and checks what it wrote to stderr. */
static inline int read_line(TestPlace *place, Options *options, const char *expected_error,
                            const char *const *arguments)
{
    char *argv[64] = {(char *)"plimsoll"};
    int argc = 1;
    while (arguments[argc - 1]) {
        argv[argc] = strdup(arguments[argc - 1]);
        argc++;
    }
    capture(place, STDERR_FILENO);
    int status = options_read(options, argc, argv);
    char *error = released(place, STDERR_FILENO);
    assert_string_equal(error, expected_error);
    free(error);
    /* What was read must not point into the arguments. */
    while (--argc > 0)
        free(argv[argc]);
    return status;
}

#define READ(options, error, ...) \
    read_line(*state, (options), (error), (const char *const[]){__VA_ARGS__, NULL})

/* A command line that must be refused with one line. */
#define REFUSED(error, ...)                                             \
    do {                                                                \
        Options refused_;                                               \
        assert_int_equal(READ(&refused_, error, __VA_ARGS__), EXIT_TROUBLE); \
        options_free(&refused_);                                        \
    } while (0)

#endif
