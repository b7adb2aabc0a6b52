/* read.c: the text's files as rows of words.  docs/schemas.md has the grammar that
 * all of them share: words between spaces, # at the start of a line for comments. */
#include "model.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void refuse(Place place, const char *format, ...)
{
    fprintf(stderr, "%s:%u: ", place.file, place.line);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static void read_line(Rows *rows, Place place, char *line)
{
    for (const char *c = line; *c; c++)
        if (*c == '\t' || *c == '\r')
            refuse(place, "a tab or carriage return: words are set apart by spaces");
    if (line[0] == '#')
        return;
    Row row = {.place = place, .indented = line[0] == ' '};
    char *at = line;
    for (;;) {
        at += strspn(at, " ");
        if (!*at)
            break;
        if (row.count == MAX_WORDS)
            refuse(place, "more than %d words", MAX_WORDS);
        size_t len = strcspn(at, " ");
        row.word[row.count++] = copy(at, len);
        at += len;
    }
    if (row.count > 0)
        *PUSH(rows) = row;
}

Rows read_rows(const char *folder, const char *name)
{
    Place place = {.file = joined("%s/%s", folder, name), .line = 0};
    Rows rows = {0};
    FILE *file = fopen(place.file, "r");
    if (!file)
        refuse(place, "cannot be read: %s", strerror(errno));
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    while ((len = getline(&line, &cap, file)) >= 0) {
        place.line++;
        if (len > 0 && line[len - 1] == '\n')
            line[--len] = 0;
        if (strlen(line) != (size_t)len)
            refuse(place, "a zero byte");
        read_line(&rows, place, line);
    }
    if (ferror(file))
        refuse(place, "cannot be read: %s", strerror(errno));
    fclose(file);
    free(line);
    return rows;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

Names list_texts(const char *folder, const char *sub)
{
    Names names = {0};
    const char *path = joined("%s/%s", folder, sub);
    DIR *dir = opendir(path);
    if (!dir)
        return names;
    for (struct dirent *entry; (entry = readdir(dir));) {
        size_t len = strlen(entry->d_name);
        if (entry->d_name[0] != '.' && len > 4 && same(entry->d_name + len - 4, ".txt"))
            *PUSH(&names) = joined("%s/%s", sub, entry->d_name);
    }
    closedir(dir);
    if (names.len)
        qsort(names.at, names.len, sizeof *names.at, by_name);
    return names;
}
