/* What all files that read a kustomization stand on: findings at its nodes, its values, and
 * the files that it names.  A path that cannot be read is an error where it is written. */
#include "cli/kustomize_reader.h"
#include "cli/options.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

Finding *reader_report(const KustomizeReader *reader, uint32_t node, const char *format, ...)
{
    va_list args;
    Diag *diag = &reader->tree->worker->diag;
    va_start(args, format);
    Finding *finding = diag_vreport(diag, &rule_kustomization.info,
                                    document_place(reader->doc, node), format, args);
    va_end(args);
    if (!finding)
        return NULL;
    finding->object = BASE_NONE;
    finding->path = document_path(reader->doc, node, &diag->arena);
    finding->pointer = document_pointer(reader->doc, node, &diag->arena);
    return finding;
}

void reader_unfollowed(const KustomizeReader *reader, uint32_t node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Unfollowed it = {document_place(reader->doc, node),
                     arena_vformat(&reader->tree->arena, format, args)};
    va_end(args);
    vec_push(&reader->into->unfollowed, it);
}

Str reader_text(const KustomizeReader *reader, uint32_t node)
{
    return arena_str(&reader->tree->arena, node_str(reader->doc, node));
}

bool reader_is(const KustomizeReader *reader, uint32_t node, NodeKind kind)
{
    return node != BASE_NONE && node_kind(reader->doc, node) == kind;
}

bool reader_is_scalar(const KustomizeReader *reader, uint32_t node)
{
    NodeKind kind = node == BASE_NONE ? NODE_NULL : node_kind(reader->doc, node);
    return kind != NODE_NULL && kind != NODE_MAP && kind != NODE_SEQ;
}

/* kustomize reads its file with Go's decoder of JSON, which takes a key in any case. */
bool reader_is_key(Str name, Str key)
{
    size_t i = 0;
    for (; i < name.len && i < key.len; i++) {
        char c = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] | 0x20) : name.ptr[i];
        char k = key.ptr[i] >= 'A' && key.ptr[i] <= 'Z' ? (char)(key.ptr[i] | 0x20) : key.ptr[i];
        if (c != k)
            return false;
    }
    return name.len == key.len && i == key.len;
}

/* The value under a key of a mapping, or BASE_NONE. */
uint32_t reader_value(const KustomizeReader *reader, uint32_t map, Str key)
{
    const Document *doc = reader->doc;
    uint32_t found = BASE_NONE;
    for (uint32_t at = node_first(map); at < node_end(doc, map); at = node_after_entry(doc, at))
        if (reader_is_key(node_str(doc, at), key))
            found = at + 1;
    return found;
}

/* The text under a key of a mapping, or empty. */
Str reader_text_under(const KustomizeReader *reader, uint32_t map, Str key)
{
    uint32_t value = reader_value(reader, map, key);
    return reader_is_scalar(reader, value) ? reader_text(reader, value) : (Str){"", 0};
}

bool reader_flag_under(const KustomizeReader *reader, uint32_t map, Str key)
{
    uint32_t value = reader_value(reader, map, key);
    return reader_is(reader, value, NODE_BOOL) && node_bool(reader->doc, value);
}

KustomizeLabel reader_label(const KustomizeReader *reader, uint32_t key)
{
    Interner *strings = &reader->tree->worker->strings;
    Str value = reader_is_scalar(reader, key + 1) ? node_str(reader->doc, key + 1) : (Str){"", 0};
    return (KustomizeLabel){.key = intern(strings, node_str(reader->doc, key)),
                            .value = intern(strings, value)};
}

/* ---- paths ---- */
bool path_is_remote(Str path)
{
    static const char *const STARTS[] = {"git@", "git::", "github.com", "gitlab.com",
                                         "bitbucket.org", "ssh:", "file:"};
    for (size_t i = 0; i < BASE_COUNT(STARTS); i++)
        if (str_starts(path, str_of(STARTS[i])))
            return true;
    return str_contains(path, STR("://")) || str_contains(path, STR("?ref=")) ||
           str_contains(path, STR(".git/")) || str_ends(path, STR(".git"));
}

/* The path to open, as one would type it in the working directory. */
Str reader_path(const KustomizeReader *reader, Str entry)
{
    KustomizeTree *tree = reader->tree;
    Str joined = path_join(reader->into->folder, entry, &tree->arena);
    PlaceMemo memo = {0};
    struct stat status;
    if (stat(joined.ptr, &status))
        return joined;
    Str absolute = path_place(joined, S_ISDIR(status.st_mode), &memo, &tree->arena);
    return absolute.len ? path_relative(absolute, tree->cwd, &tree->arena) : joined;
}

/* Whether a file that is named can be read; else it is told at the entry. */
bool reader_can_read(const KustomizeReader *reader, Str entry, uint32_t node, Wanted wanted)
{
    Str path = reader_path(reader, entry);
    struct stat status;
    bool folder_too = wanted == WANTED_ANY;
    int error = stat(path.ptr, &status) ? errno : access(path.ptr, R_OK) ? errno : 0;
    if (!error && S_ISDIR(status.st_mode) && !folder_too) {
        reader_report(reader, node, "%.*s is a folder", STR_ARG(path));
        return false;
    }
    if (!error)
        return true;
    Arena *arena = &reader->tree->arena;
    Guess guess = {.best = error == ENOENT ? path_guess(path, arena) : (Str){0}};
    Finding *finding = reader_report(reader, node, "%.*s: %s%.*s", STR_ARG(path), strerror(error),
                              STR_ARG(guess_text(&guess, arena)));
    if (finding && wanted == WANTED_DATA)
        diag_lower(&reader->tree->worker->diag, finding, SEVERITY_WARNING);
    return false;
}

/* The input that a path is; one that the walk did not meet is added. */
uint32_t kustomize_input(KustomizeTree *tree, Str path)
{
    struct stat status;
    if (stat(path.ptr, &status))
        return BASE_NONE;
    uint64_t key[2] = {(uint64_t)status.st_dev, (uint64_t)status.st_ino};
    uint32_t id = intern(&tree->files, str_slice((const char *)key, sizeof key));
    while (tree->file_inputs.len <= id)
        vec_push(&tree->file_inputs, BASE_NONE);
    if (tree->file_inputs.at[id] == BASE_NONE) {
        tree->file_inputs.at[id] = tree->inputs->inputs.len;
        Input input = {.path = arena_str(&tree->inputs->arena, path),
                       .argument = BASE_NONE,
                       .chart = BASE_NONE};
        vec_push(&tree->inputs->inputs, input);
    }
    return tree->file_inputs.at[id];
}

/* A file that is no manifest by itself: a patch, or something's data. */
void reader_mark(const KustomizeReader *reader, Str entry, InputUse use)
{
    KustomizeTree *tree = reader->tree;
    Str path = reader_path(reader, entry);
    if (use == INPUT_DATA && !str_ends(path, STR(".yaml")) && !str_ends(path, STR(".yml")) &&
        !str_ends(path, STR(".json")))
        return; /* the walk would not have taken it either */
    uint32_t input = kustomize_input(tree, path);
    if (input != BASE_NONE && tree->inputs->inputs.at[input].use == INPUT_LOOSE)
        tree->inputs->inputs.at[input].use = use;
}
