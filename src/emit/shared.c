/* What several report formats need of the findings as a whole: those of each object,
 * the objects in their order, fingerprints that outlive moved lines, and paths as a
 * repository has them. */
#include "emit/render.h"

/* ---- findings by object ---- */

void by_object_build(ByObject *by, const Report *report,
                     bool (*wanted)(const Report *report, const Finding *finding), Arena *arena)
{
    uint32_t objects = report->facts ? facts_input_count(report->facts) : 0;
    size_t findings = report->diag->findings.len;
    *by = (ByObject){.diag = report->diag,
                     .first = arena_alloc(arena, sizeof(uint32_t) * ((size_t)objects + 1)),
                     .next = arena_alloc(arena, sizeof(uint32_t) * (findings + 1)),
                     .none = objects};
    memset(by->first, 0xFF, sizeof(uint32_t) * ((size_t)objects + 1));
    for (uint32_t i = report->diag->findings.len; i-- > 0;) {
        const Finding *finding = &report->diag->findings.at[i];
        if (!wanted(report, finding))
            continue;
        uint32_t object = finding->object < objects ? finding->object : by->none;
        by->next[i] = by->first[object];
        by->first[object] = i;
    }
}

const Finding *by_object_next(const ByObject *by, uint32_t *at)
{
    if (*at == BASE_NONE)
        return NULL;
    const Finding *finding = &by->diag->findings.at[*at];
    *at = by->next[*at];
    return finding;
}

/* ---- objects in their order ---- */

bool each_object_next(EachObject *each)
{
    const Report *report = each->report;
    if (!report->facts || each->next == facts_input_count(report->facts)) {
        arena_free(&each->arena);
        return false;
    }
    if (each->next == 0)
        each->refusals = report->refusals
                             ? report->refusals
                             : report_refused_objects(report->diag, report->facts, &each->arena);
    each->object = report->order ? report->order[each->next] : each->next;
    each->verdict = report_verdict(report->facts, each->refusals, each->object);
    each->next++;
    return true;
}

/* ---- fingerprints ---- */

enum { FINGERPRINT_TEXT = 256 }; /* bytes that count of what stands at the place */

/* FNV-1a with a separator behind each part. */
static uint64_t hash_part(uint64_t hash, Str part)
{
    for (size_t i = 0; i < part.len; i++)
        hash = (hash ^ (unsigned char)part.ptr[i]) * 0x100000001b3;
    return (hash ^ 0x1F) * 0x100000001b3;
}

/* The path without the numbers of items, which change where one is put before. */
static uint64_t hash_path(uint64_t hash, Str path)
{
    for (size_t at = 0; at < path.len; at++) {
        char c = path.ptr[at];
        if (!is_digit(c) || at == 0 || (path.ptr[at - 1] != '[' && !is_digit(path.ptr[at - 1])))
            hash = (hash ^ (unsigned char)c) * 0x100000001b3;
    }
    return hash_part(hash, STR(""));
}

/* The bytes of the excerpt under the carets. */
static Str text_at(const Located *located)
{
    Str line = located->excerpt;
    size_t from = 0, to;
    for (uint32_t i = 0; i < located->caret_start && from < line.len; i++) {
        unsigned length = utf8_length((const unsigned char *)line.ptr + from, line.len - from);
        from += length ? length : 1;
    }
    to = from;
    for (uint32_t i = 0; i < located->caret_width && to < line.len; i++) {
        unsigned length = utf8_length((const unsigned char *)line.ptr + to, line.len - to);
        to += length ? length : 1;
    }
    size_t length = to - from;
    return str_slice(line.ptr + from, length < FINGERPRINT_TEXT ? length : FINGERPRINT_TEXT);
}

uint64_t report_fingerprint(const Report *report, const Finding *finding)
{
    if (finding->fingerprint)
        return finding->fingerprint;
    uint64_t hash = hash_part(0xcbf29ce484222325, str_of(finding->rule->id));
    if (report->facts && finding->object != BASE_NONE) {
        const Object *object = facts_object(report->facts, finding->object);
        const uint32_t names[] = {object->group, object->kind, object->ns, object->name};
        for (size_t i = 0; i < BASE_COUNT(names); i++)
            hash = hash_part(hash, names[i] == BASE_NONE || object->no_object
                                       ? STR("")
                                       : facts_text(report->facts, names[i]));
    }
    hash = hash_path(hash, finding->path);
    Located located = sources_locate(report->sources, finding->place);
    return hash_part(hash, text_at(&located));
}

void report_note_fingerprints(const Report *report, Diag *diag)
{
    for (uint32_t i = 0; i < diag->findings.len; i++)
        diag->findings.at[i].fingerprint = report_fingerprint(report, &diag->findings.at[i]);
}

typedef struct Fingerprinted {
    uint64_t hash;
    uint32_t finding;
} Fingerprinted;

static int compare_fingerprints(const void *left, const void *right, void *context)
{
    (void)context;
    const Fingerprinted *a = left, *b = right;
    return compare_uint(a->hash, b->hash);
}

uint64_t *report_fingerprints(const Report *report, Arena *arena)
{
    size_t count = report->diag->findings.len;
    uint64_t *prints = arena_alloc(arena, sizeof *prints * (count + 1));
    Fingerprinted *sorted = arena_alloc(arena, sizeof *sorted * (count + 1));
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = (Fingerprinted){report_fingerprint(report, &report->diag->findings.at[i]), i};
    sort_with(sorted, count, sizeof *sorted, compare_fingerprints, NULL);
    for (size_t i = 0, same = 0; i < count; i++) {
        same = i > 0 && sorted[i].hash == sorted[i - 1].hash ? same + 1 : 0;
        char number = (char)('0' + same % 64);
        uint64_t hash = sorted[i].hash;
        for (size_t n = same; n > 0; n /= 64, number = (char)('0' + n % 64))
            hash = hash_part(hash, str_slice(&number, 1));
        prints[sorted[i].finding] = hash;
    }
    return prints;
}

/* ---- paths ---- */

/* Takes . and .. and doubled slashes out of an absolute path, in place. */
static void tidy(Buf *path)
{
    size_t to = 0;
    for (size_t at = 0; at < path->len;) {
        while (at < path->len && path->ptr[at] == '/')
            at++;
        Str part = str_slice(path->ptr + at, path->len - at);
        part.len = str_find(part, '/');
        at += part.len;
        if (str_is(part, "..")) {
            while (to > 0 && path->ptr[--to] != '/') {
            }
        } else if (part.len && !str_is(part, ".")) {
            path->ptr[to++] = '/';
            memmove(path->ptr + to, part.ptr, part.len);
            to += part.len;
        }
    }
    path->len = to;
}

void render_repository_path(Buf *out, const Report *report, Str file)
{
    bool real = file.len && file.ptr[0] != '<' && report->folder.len;
    if (!real) {
        buf_str(out, file);
        return;
    }
    Buf path = {0};
    if (file.ptr[0] != '/') {
        buf_str(&path, report->folder);
        buf_byte(&path, '/');
    }
    buf_str(&path, file);
    tidy(&path);
    Str whole = buf_slice(&path), root = report->repository.len ? report->repository : report->folder;
    if (str_starts(whole, root) && whole.len > root.len && whole.ptr[root.len] == '/')
        whole = str_slice(whole.ptr + root.len + 1, whole.len - root.len - 1);
    buf_str(out, whole);
    buf_free(&path);
}

void render_uri(Buf *out, Str path)
{
    if (path.len && path.ptr[0] == '/')
        buf_text(out, "file://");
    buf_percent(out, path, "-._~/@+,=");
}
