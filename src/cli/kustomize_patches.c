/* Entries of a kustomization that are patches: a file, or the text itself.
 *
 * A literal block of YAML is YAML once more, lines, indentation and all: such a patch is
 * checked where it stands, so that a finding in it has its line. */
#include "cli/kustomize_reader.h"

/* ---- text within the kustomization ---- */
/* How far the first line that is not blank is indented. */
static size_t indentation(Str lines)
{
    size_t spaces = 0;
    for (size_t i = 0; i < lines.len; i++) {
        if (lines.ptr[i] == '\n')
            spaces = 0;
        else if (lines.ptr[i] == ' ')
            spaces++;
        else
            break;
    }
    return spaces;
}

static bool is_separator(Str line, size_t indent)
{
    for (size_t i = 0; i < indent; i++)
        if (i >= line.len || line.ptr[i] != ' ')
            return false;
    return str_starts(str_slice(line.ptr + indent, line.len - indent), STR("---"));
}

static void note_lines(Kustomization *into, const SourceDoc *from, const Document *doc,
                       const char *start, const char *end)
{
    InlinePatch patch = {.base = from->base + (uint64_t)(start - doc->text.ptr),
                         .size = (uint32_t)(end - start),
                         .line = from->line};
    for (const char *at = doc->text.ptr; at < start; at++)
        patch.line += *at == '\n';
    if (str_trim(str_slice(start, patch.size)).len)
        vec_push(&into->inline_patches, patch);
}

/* Each document of a literal block, without its separators. */
static void note_inline(const KustomizeReader *reader, uint32_t node)
{
    const Document *doc = reader->doc;
    const Node *at = node_at(doc, node);
    const SourceDoc *from = &reader->tree->worker->sources->docs.at[doc->source];
    Str rest = str_slice(doc->text.ptr + at->offset, at->size);
    size_t header = str_find(rest, '\n');
    if (at->style != STYLE_LITERAL || header == rest.len)
        return;
    const char *end = rest.ptr + rest.len, *start = rest.ptr + header + 1;
    size_t indent = indentation(str_slice(start, (size_t)(end - start)));
    for (const char *line = start; line < end;) {
        Str text = str_slice(line, (size_t)(end - line));
        text.len = str_find(text, '\n');
        const char *next = line + text.len + 1 < end ? line + text.len + 1 : end;
        if (is_separator(text, indent)) {
            note_lines(reader->into, from, doc, start, line);
            start = next;
        }
        line = next;
    }
    note_lines(reader->into, from, doc, start, end);
}

static void patch_text(KustomizeReader *reader, uint32_t node, const KustomizePatch *target)
{
    note_inline(reader, node);
    kustomize_patch(reader->tree, reader->into, reader_text(reader, node), target);
}

/* ---- entries ---- */
static void patch_file(KustomizeReader *reader, uint32_t node, const KustomizePatch *target)
{
    Str entry = reader_text(reader, node);
    if (path_is_remote(entry)) {
        reader_unfollowed(reader, node, "the remote patch %.*s is not read", STR_ARG(entry));
        return;
    }
    NamedFile file = reader_look(reader, entry);
    if (!reader_can_read(reader, &file, node, WANTED_FILE))
        return;
    FileText text = {0};
    reader_mark(reader, &file, INPUT_PATCH);
    if (file_read(&text, file.path.ptr) == 0)
        kustomize_patch(reader->tree, reader->into, str_slice(text.ptr, text.len), target);
    file_free(&text);
}

static void read_patch_entry(KustomizeReader *reader, uint32_t node, bool late)
{
    const Document *doc = reader->doc;
    uint32_t path = reader_value(reader, node, STR("path"));
    uint32_t text = reader_value(reader, node, STR("patch"));
    uint32_t at = reader_value(reader, node, STR("target"));
    KustomizePatch target = {.place = document_place(doc, node), .late = late, .replicas = -1};
    if (reader_is(reader, at, NODE_MAP)) {
        target.patterns = true;
        target.group = reader_text_under(reader, at, STR("group"));
        target.kind = reader_text_under(reader, at, STR("kind"));
        target.name = reader_text_under(reader, at, STR("name"));
        target.ns = reader_text_under(reader, at, STR("namespace"));
        target.by_labels = reader_text_under(reader, at, STR("labelSelector")).len ||
                           reader_text_under(reader, at, STR("annotationSelector")).len;
    }
    if (reader_is_scalar(reader, path))
        patch_file(reader, path, &target);
    else if (reader_is_scalar(reader, text))
        patch_text(reader, text, &target);
    else
        reader_report(reader, node, "a patch needs a path or a patch");
}

void kustomize_patch_entry(KustomizeReader *reader, uint32_t node) { read_patch_entry(reader, node, false); }
void kustomize_late_patch_entry(KustomizeReader *reader, uint32_t node) { read_patch_entry(reader, node, true); }

/* A path, or the patch itself. */
void kustomize_merge_patch(KustomizeReader *reader, uint32_t node)
{
    Str entry = reader_text(reader, node);
    KustomizePatch target = {.place = document_place(reader->doc, node), .replicas = -1};
    if (str_find(entry, '\n') < entry.len)
        patch_text(reader, node, &target);
    else
        patch_file(reader, node, &target);
}
