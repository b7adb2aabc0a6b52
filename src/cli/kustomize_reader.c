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

NamedFile kustomize_look(Str path)
{
    struct stat status;
    if (stat(path.ptr, &status))
        return (NamedFile){.path = path, .error = errno};
    return (NamedFile){.path = path,
                       .is_folder = S_ISDIR(status.st_mode),
                       .device = (uint64_t)status.st_dev,
                       .inode = (uint64_t)status.st_ino};
}

Str kustomize_absolute(KustomizeTree *tree, Str folder)
{
    uint32_t id = intern(&tree->spelled, folder) - 1;
    if (id == tree->absolutes.len) {
        Str absolute = path_absolute(folder, &tree->arena);
        vec_push(&tree->absolutes, absolute.len ? absolute : arena_str(&tree->arena, folder));
    }
    return tree->absolutes.at[id];
}

NamedFile reader_look(const KustomizeReader *reader, Str entry)
{
    KustomizeTree *tree = reader->tree;
    Arena *arena = &tree->arena;
    NamedFile file = kustomize_look(path_join(reader->into->folder, entry, arena));
    if (file.error)
        return file;
    Str absolute = kustomize_absolute(tree, file.is_folder ? file.path
                                                           : path_folder(file.path, arena));
    if (!file.is_folder)
        absolute = path_join(absolute, path_name(file.path), arena);
    file.path = path_relative(absolute, tree->cwd, arena);
    return file;
}

bool reader_can_read(const KustomizeReader *reader, const NamedFile *file, uint32_t node,
                     Wanted wanted)
{
    int error = file->error ? file->error : access(file->path.ptr, R_OK) ? errno : 0;
    if (!error && file->is_folder && wanted != WANTED_ANY) {
        reader_report(reader, node, "%.*s is a folder", STR_ARG(file->path));
        return false;
    }
    if (!error)
        return true;
    Arena *arena = &reader->tree->arena;
    Guess guess = {.best = error == ENOENT ? path_guess(file->path, arena) : (Str){0}};
    Finding *finding = reader_report(reader, node, "%.*s: %s%.*s", STR_ARG(file->path),
                                     strerror(error), STR_ARG(guess_text(&guess, arena)));
    if (finding && wanted == WANTED_DATA)
        diag_lower(&reader->tree->worker->diag, finding, SEVERITY_WARNING);
    return false;
}

uint32_t kustomize_input(KustomizeTree *tree, const NamedFile *file)
{
    uint64_t key[2] = {file->device, file->inode};
    uint32_t id = intern(&tree->files, str_slice((const char *)key, sizeof key));
    while (tree->file_inputs.len <= id)
        vec_push(&tree->file_inputs, BASE_NONE);
    if (tree->file_inputs.at[id] == BASE_NONE) {
        tree->file_inputs.at[id] = tree->inputs->inputs.len;
        Input input = {.path = arena_str(&tree->inputs->arena, file->path),
                       .argument = BASE_NONE,
                       .chart = BASE_NONE};
        vec_push(&tree->inputs->inputs, input);
    }
    return tree->file_inputs.at[id];
}

void reader_mark(const KustomizeReader *reader, const NamedFile *file, InputUse use)
{
    KustomizeTree *tree = reader->tree;
    if (file->error || (use == INPUT_DATA && !str_ends(file->path, STR(".yaml")) &&
                        !str_ends(file->path, STR(".yml")) && !str_ends(file->path, STR(".json"))))
        return; /* the walk would not have taken it either */
    uint32_t number = kustomize_input(tree, file); /* which may move the inputs */
    Input *input = &tree->inputs->inputs.at[number];
    if (input->use == INPUT_LOOSE)
        input->use = use;
}
