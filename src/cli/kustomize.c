/* Finding and opening kustomizations: those of the input, and what they name in turn. */
#include "cli/kustomize_reader.h"
#include "cli/options.h"

#include <sys/stat.h>

bool kustomize_is_name(Str name)
{
    return name.len >= 13 && (name.ptr[0] == 'k' || name.ptr[0] == 'K') &&
           (str_is(name, "kustomization.yaml") || str_is(name, "kustomization.yml") ||
            str_is(name, "Kustomization"));
}

/* ---- files ---- */
/* Where a document of a kustomization did not parse, what it generates is not told apart. */
static void hide_unread(Sources *sources, uint32_t first, uint32_t end, Str text)
{
    for (uint32_t i = first; i < end; i++) {
        const SourceDoc *doc = &sources->docs.at[i];
        Str part = str_slice(text.ptr + doc->base, doc->size);
        if (str_contains(part, STR("secretGenerator")) || str_contains(part, STR("Secret")))
            sources_redact_values(sources, i, part);
    }
}

static void read_text(KustomizeReader *reader, uint32_t file, Str text)
{
    Worker *worker = reader->tree->worker;
    Documents documents; /* with its own parser: kustomizations are read while others are */
    Sources *sources = worker->sources;
    uint32_t first = sources->docs.len; /* of those that did not parse since the last one */
    documents_open(&documents, text, file, sources, &worker->diag);
    for (Document doc; documents_next(&documents, &doc);) {
        hide_unread(sources, first, doc.source, text);
        reader->doc = &doc;
        kustomize_read_document(reader);
        first = sources->docs.len;
    }
    hide_unread(sources, first, sources->docs.len, text);
    documents_close(&documents);
}

/* Every value of a kustomization has a type of its own: `on` is a text where a text is
 * asked for, and nothing to warn of. */
static void drop_ambiguous(Diag *diag, uint32_t first)
{
    uint32_t kept = first;
    for (uint32_t i = first; i < diag->findings.len; i++)
        if (strcmp(diag->findings.at[i].rule->id, "yaml-ambiguous") != 0)
            diag->findings.at[kept++] = diag->findings.at[i];
    diag->findings.len = kept;
}

/* Patches that are written here are checked with the file, as patch files are. */
static void hand_patches(InputList *inputs, Input *input, const Kustomization *it)
{
    uint32_t count = it->inline_patches.len;
    InlinePatch *patches = arena_alloc(&inputs->arena, sizeof *patches * (count + 1));
    if (count)
        memcpy(patches, it->inline_patches.at, sizeof *patches * count);
    input->use = INPUT_KUSTOMIZATION;
    input->patches = patches;
    input->patch_count = count;
}

static uint32_t load(KustomizeTree *tree, Str path, uint32_t *error_is_read)
{
    Arena *arena = &tree->arena;
    Str folder = path_folder(path, arena);
    Str absolute = kustomize_absolute(tree, folder);
    uint32_t id = intern(&tree->folders, absolute) - 1;
    if (id < tree->all.len)
        return id;
    Kustomization *it = arena_zero(arena, sizeof *it);
    *it = (Kustomization){.path = arena_str(arena, path),
                          .folder = str_is(folder, ".") ? (Str){"", 0} : folder,
                          .absolute = absolute,
                          .argument = BASE_NONE,
                          .loading = true};
    vec_push(&tree->all, it);
    FileText text = {0};
    int error = file_read(&text, it->path.ptr);
    if (error) {
        *error_is_read = (uint32_t)error;
    } else {
        KustomizeReader reader = {.tree = tree, .into = it};
        NamedFile file = kustomize_look(it->path);
        uint32_t input = file.error ? BASE_NONE : kustomize_input(tree, &file);
        uint32_t first = tree->worker->diag.findings.len;
        read_text(&reader, sources_add_file(tree->worker->sources, it->path),
                  str_slice(text.ptr, text.len));
        drop_ambiguous(&tree->worker->diag, first);
        if (input != BASE_NONE)
            hand_patches(tree->inputs, &tree->inputs->inputs.at[input], it);
    }
    file_free(&text);
    it->loading = false;
    return id;
}

/* The kustomization of a folder, or empty. */
static Str find_in(KustomizeTree *tree, Str folder)
{
    static const char *const NAMES[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};
    struct stat status;
    for (size_t i = 0; i < BASE_COUNT(NAMES); i++) {
        Str bare = str_is(folder, ".") ? (Str){"", 0} : folder;
        Str path = path_join(bare, str_of(NAMES[i]), &tree->arena);
        if (stat(path.ptr, &status) == 0 && S_ISREG(status.st_mode))
            return path;
    }
    return (Str){"", 0};
}

void kustomize_load_child(KustomizeReader *reader, Str folder, uint32_t node, bool as_component)
{
    KustomizeTree *tree = reader->tree;
    Str path = find_in(tree, folder);
    uint32_t error = 0;
    if (!path.len) {
        reader_report(reader, node, "%.*s holds no kustomization.yaml", STR_ARG(folder));
        return;
    }
    const Document *doc = reader->doc;
    uint32_t child = load(tree, path, &error);
    reader->doc = doc;
    Kustomization *it = tree->all.at[child];
    if (error)
        reader_report(reader, node, "%.*s: %s", STR_ARG(path), strerror((int)error));
    else if (it->loading)
        reader_report(reader, node, "%.*s leads back to itself", STR_ARG(folder));
    else if (it->component != as_component)
        reader_report(reader, node,
               as_component ? "%.*s is no Component: name it under resources"
                            : "%.*s is a Component: name it under components",
               STR_ARG(folder));
    if (error || it->loading || it->component != as_component)
        return;
    it->wanted = true;
    KustomizeResource resource = {document_place(doc, node), BASE_NONE, child};
    if (as_component)
        vec_push(&reader->into->components, resource);
    else
        vec_push(&reader->into->resources, resource);
}

static void know_inputs(KustomizeTree *tree)
{
    InputList *inputs = tree->inputs;
    for (uint32_t i = 0; i < inputs->inputs.len; i++) {
        NamedFile file = kustomize_look(inputs->inputs.at[i].path);
        if (file.error || str_is(file.path, "-"))
            continue;
        uint64_t key[2] = {file.device, file.inode};
        uint32_t id = intern(&tree->files, str_slice((const char *)key, sizeof key));
        while (tree->file_inputs.len <= id)
            vec_push(&tree->file_inputs, BASE_NONE);
        tree->file_inputs.at[id] = i;
    }
}

void kustomize_read(KustomizeTree *tree, Worker *worker, InputList *inputs)
{
    uint32_t count = inputs->inputs.len, found = 0;
    for (uint32_t i = 0; i < count; i++)
        found += kustomize_is_name(path_name(inputs->inputs.at[i].path));
    if (!found)
        return;
    tree->worker = worker;
    tree->inputs = inputs;
    tree->cwd = path_absolute(STR("."), &tree->arena);
    interner_init(&tree->folders);
    interner_init(&tree->files);
    interner_init(&tree->spelled);
    know_inputs(tree);
    for (uint32_t i = 0; i < count; i++) {
        const Input *input = &inputs->inputs.at[i];
        uint32_t error = 0, argument = input->argument;
        bool named = input->named;
        if (!kustomize_is_name(path_name(input->path)) || input->chart_template)
            continue;
        uint32_t id = load(tree, input->path, &error);
        inputs->inputs.at[i].use = error ? INPUT_LOOSE : INPUT_KUSTOMIZATION;
        tree->all.at[id]->argument = argument;
        tree->all.at[id]->named |= named;
    }
}

void kustomize_free(KustomizeTree *tree)
{
    for (uint32_t i = 0; i < tree->all.len; i++) {
        Kustomization *it = tree->all.at[i];
        for (uint32_t j = 0; j < it->patches.len; j++) {
            vec_free(&it->patches.at[j].labels);
            vec_free(&it->patches.at[j].keys);
        }
        for (uint32_t j = 0; j < it->generators.len; j++) {
            vec_free(&it->generators.at[j].keys);
            vec_free(&it->generators.at[j].labels);
        }
        vec_free(&it->resources);
        vec_free(&it->components);
        vec_free(&it->labels);
        vec_free(&it->patches);
        vec_free(&it->inline_patches);
        vec_free(&it->generators);
        vec_free(&it->replicas);
        vec_free(&it->generator_labels);
        vec_free(&it->unfollowed);
    }
    vec_free(&tree->all);
    interner_free(&tree->folders);
    interner_free(&tree->files);
    interner_free(&tree->spelled);
    vec_free(&tree->absolutes);
    vec_free(&tree->file_inputs);
    arena_free(&tree->arena);
}
