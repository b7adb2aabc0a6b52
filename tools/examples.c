/* examples: the first bad and the first good example of each rule, for the program to show.
 *
 *     examples FOLDER RULE...  >examples.inc        FOLDER holds a folder for each rule
 *     examples --text NAME FILE                    another file as it is, for explain
 *
 * Of several the one with the shortest name is taken.  A file is cut where a page would be
 * (scripts/rule-pages): a reader needs no more of it.  What a terminal could not show is
 * written as an escape.  The texts become one array of bytes and a table of offsets in it,
 * so that they need no relocation. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LONGEST = 70, WIDEST = 160, PATH_SIZE = 4096, MOST_FILES = 64 };

static unsigned long written; /* bytes of the array so far */

static void put(int byte)
{
    printf("%d,%s", byte, ++written % 32 ? "" : "\n");
}

static void put_text(const char *text)
{
    while (*text)
        put((unsigned char)*text++);
}

/* Length of the UTF-8 sequence, or 0. */
static int sequence(const unsigned char *at, const unsigned char *end)
{
    int length = *at < 0x80 ? 1 : *at >= 0xC2 && *at < 0xE0 ? 2 : *at >= 0xE0 && *at < 0xF0 ? 3
               : *at >= 0xF0 && *at < 0xF5 ? 4 : 0;
    if (length > end - at)
        return 0;
    for (int i = 1; i < length; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    /* U+0080 to U+009F are control characters as well, and U+FEFF cannot be seen. */
    if ((length == 2 && *at == 0xC2 && at[1] < 0xA0) || (length == 3 && !memcmp(at, "\xEF\xBB\xBF", 3)))
        return 0;
    return length;
}

static void put_line(const unsigned char *at, const unsigned char *end)
{
    char escape[8];
    int column = 0;
    for (; at < end && column < WIDEST; column++) {
        int length = sequence(at, end);
        if (!length || (*at < 0x20 && *at != '\t') || *at == 0x7F) {
            snprintf(escape, sizeof escape, *at == '\r' ? "\\r" : "\\x%02x", *at);
            put_text(escape);
            at++;
            continue;
        }
        for (int i = 0; i < length; i++)
            put(*at++);
    }
    put_text(at < end ? " …\n" : "\n");
}

static void put_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    size_t size = 0, room = 1 << 16;
    unsigned char *text = malloc(room);
    for (size_t got; text && (got = fread(text + size, 1, room - size, file)) > 0;)
        if ((size += got) == room)
            text = realloc(text, room *= 2);
    fclose(file);
    if (!text)
        exit(1);
    unsigned lines = 0;
    for (unsigned char *at = text, *end = text + size; at < end; lines++) {
        unsigned char *feed = memchr(at, '\n', (size_t)(end - at)), *stop = feed ? feed : end;
        if (lines < LONGEST)
            put_line(at, stop);
        at = stop + 1;
    }
    if (lines > LONGEST) {
        char rest[64];
        snprintf(rest, sizeof rest, "# … and %u more lines\n", lines - LONGEST);
        put_text(rest);
    }
    free(text);
}

/* Names in a folder, sorted by length and then by their bytes, so that "bad.yaml" is first. */
typedef struct Names {
    char *at[MOST_FILES];
    int count;
} Names;

static size_t stem(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? (size_t)(dot - name) : strlen(name);
}

static int compare(const void *left, const void *right)
{
    const char *a = *(char *const *)left, *b = *(char *const *)right;
    return stem(a) != stem(b) ? (stem(a) < stem(b) ? -1 : 1) : strcmp(a, b);
}

static Names names_in(const char *folder, const char *prefix)
{
    Names names = {.count = 0};
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) && names.count < MOST_FILES;) {
        size_t len = strlen(entry->d_name), end = strlen(".expected");
        if (entry->d_name[0] == '.' || strncmp(entry->d_name, prefix, strlen(prefix)) ||
            (len > end && !strcmp(entry->d_name + len - end, ".expected")))
            continue;
        names.at[names.count++] = strdup(entry->d_name);
    }
    if (dir)
        closedir(dir);
    qsort(names.at, (size_t)names.count, sizeof *names.at, compare);
    return names;
}

/* A file, or every file in a folder behind a line with its name. */
static void put_example(const char *path, const char *shown)
{
    struct stat status;
    if (stat(path, &status) || !S_ISDIR(status.st_mode)) {
        if (shown) {
            put_text("# ");
            put_text(shown);
            put('\n');
        }
        put_file(path);
        return;
    }
    Names names = names_in(path, "");
    for (int i = 0; i < names.count; i++) {
        char inner[PATH_SIZE], name[PATH_SIZE];
        snprintf(inner, sizeof inner, "%s/%s", path, names.at[i]);
        snprintf(name, sizeof name, "%s%s%s", shown ? shown : "", shown ? "/" : "", names.at[i]);
        put_example(inner, name);
    }
}

/* The offset of the first example of that kind; 0 where there is none. */
static unsigned long example(const char *folder, const char *rule, const char *kind)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, rule);
    Names names = names_in(path, kind);
    if (names.count == 0)
        return 0;
    unsigned long start = written;
    snprintf(path, sizeof path, "%s/%s/%s", folder, rule, names.at[0]);
    put_example(path, NULL);
    put(0);
    return start;
}

/* --text NAME FILE: a file as an array of bytes, without comments. */
static int embed(const char *name, const char *path)
{
    FILE *file = fopen(path, "rb");
    char line[1 << 16];
    if (!file) {
        perror(path);
        return 1;
    }
    printf("static const unsigned char %s[] = {\n", name);
    while (fgets(line, sizeof line, file))
        if (*line != '#')
            put_text(line);
    printf("0};\n");
    return fclose(file) || fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "--text"))
        return embed(argv[2], argv[3]);
    typedef struct Row {
        unsigned long bad, good;
    } Row;
    Row *rows = calloc((size_t)argc, sizeof *rows);
    if (argc < 2 || !rows)
        return 2;
    printf("/* Made by tools/examples.c from testdata/rules. */\n"
           "static const unsigned char example_bytes[] = {\n");
    put(0); /* offset 0 is the empty text */
    for (int i = 2; i < argc; i++) {
        rows[i].bad = example(argv[1], argv[i], "bad");
        rows[i].good = example(argv[1], argv[i], "good");
    }
    printf("};\n\n#define EXAMPLES(X)");
    for (int i = 2; i < argc; i++)
        printf(" \\\n    X(\"%s\", %lu, %lu)", argv[i], rows[i].bad, rows[i].good);
    printf("\n");
    free(rows);
    return fflush(stdout) || ferror(stdout);
}
