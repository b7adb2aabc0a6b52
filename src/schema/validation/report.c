/* report.c: findings of validation, in the server's terms: a rule, a reason, and the
 * path as the server spells it.  Nothing here runs while all is well. */
#include "schema/validation/validation.h"

#include "schema/server.h"

static Arena *scratch(const Validation *v) { return v->walk->checker->scratch; }

/* Takes the detail from a format that may be NULL. */
#define DETAIL(into, format)                                              \
    Str into = {"", 0};                                                   \
    if (format) {                                                         \
        va_list args_;                                                    \
        va_start(args_, format);                                          \
        into = arena_vformat(scratch(v), format, args_);                  \
        va_end(args_);                                                    \
    }

/* ---- the server's path ---- */

static bool is_map_value(const Validation *v, uint32_t map)
{
    uint32_t type = node_at(v->doc, map)->bind;
    return type != SCHEMA_UNBOUND && type_row(v->walk->schema, type)->kind == TYPE_MAP;
}

static void add_name(Buf *path, Str name)
{
    if (path->len && name.len && name.ptr[0] != '[')
        buf_byte(path, '.');
    buf_str(path, name);
}

/* Of a node that is there, from the root down to it. */
static void add_node(const Validation *v, uint32_t node, Buf *path)
{
    const Document *doc = v->doc;
    uint32_t value = node_at(doc, node)->flags & NODE_KEY ? node + 1 : node;
    uint32_t up = value == doc->root ? BASE_NONE : document_parent(doc, node);
    if (value == v->renamed) {
        Validation plain = *v;
        plain.renamed = BASE_NONE;
        if (v->renamed_base.above != BASE_NONE)
            buf_str(path, validation_path(&plain, v->renamed_base));
        buf_str(path, v->renamed_to);
        return;
    }
    if (up == BASE_NONE)
        return;
    add_node(v, up, path);
    if (node_kind(doc, up) == NODE_SEQ) {
        uint32_t index;
        document_child(doc, up, node, &index);
        buf_format(path, "[%u]", index);
    } else if (is_map_value(v, up)) {
        buf_byte(path, '[');
        buf_str(path, node_str(doc, value - 1));
        buf_byte(path, ']');
    } else {
        add_name(path, node_str(doc, value - 1));
    }
}

static void add_absent(const Validation *v, Field field, Buf *path)
{
    NameId names[FIELD_NAMES_MOST];
    uint32_t count = field_names(v, field, names);
    for (uint32_t i = 0; i < count; i++)
        add_name(path, schema_name_text(v->walk->schema, names[i]));
}

Str validation_path(const Validation *v, Field field)
{
    Buf path = {0};
    add_node(v, field.above, &path);
    add_absent(v, field, &path);
    Str text = arena_str(scratch(v), buf_slice(&path));
    buf_free(&path);
    return text;
}

/* As the file has it. */
static Str file_path(const Validation *v, Field field)
{
    Buf path = {0};
    buf_str(&path, document_path(v->doc, field.above, scratch(v)));
    add_absent(v, field, &path);
    Str text = arena_str(&v->walk->checker->diag->arena, buf_slice(&path));
    buf_free(&path);
    return text;
}

void validation_rename(Validation *v, uint32_t node, Str text)
{
    v->renamed = node;
    v->renamed_to = text;
    v->renamed_base = FIELD_NONE;
}

Rename validation_rename_below(Validation *v, Field field, Field base, Str suffix)
{
    Rename before = {v->renamed, v->renamed_to, v->renamed_base};
    v->renamed = field.above;
    v->renamed_to = suffix;
    v->renamed_base = base;
    return before;
}

void validation_unrename(Validation *v, Rename before)
{
    v->renamed = before.node;
    v->renamed_to = before.to;
    v->renamed_base = before.base;
}

static void set_server_path(const Validation *v, Finding *finding, Str path)
{
    finding->server_path = str_eq(path, finding->path)
                               ? str_slice("", 0)
                               : arena_str(&v->walk->checker->diag->arena, path);
}

void validation_as(Validation *v, Finding *finding, Field base, const char *suffix, ...)
{
    if (!finding)
        return;
    DETAIL(behind, suffix)
    Buf path = {0};
    buf_str(&path, validation_path(v, base));
    if (path.len == 0 && behind.len && behind.ptr[0] == '.')
        behind = str_slice(behind.ptr + 1, behind.len - 1);
    buf_str(&path, behind);
    set_server_path(v, finding, buf_slice(&path));
    buf_free(&path);
}

/* ---- findings ---- */

/* Where to point: at the value, at a null, or at what lacks the field. */
static uint32_t place_of(const Validation *v, Field field)
{
    NameId names[FIELD_NAMES_MOST];
    if (field_names(v, field, names) == 0)
        return field.above;
    if (node_kind(v->doc, field.above) == NODE_MAP)
        for (uint32_t key = node_first(field.above); key < node_end(v->doc, field.above);
             key = node_after_entry(v->doc, key))
            if (node_at(v->doc, key)->bind == names[0])
                return key + 1;
    return server_place_of_absence(v->doc, field.above);
}

/* Whether the value was told not to be of its type: what else is wrong with it is no news.
 * Of very many findings the first are asked. */
static bool is_undecodable(const Validation *v, Field field)
{
    enum { ASKED_MOST = 1000 };
    const Walk *walk = v->walk;
    const Diag *diag = walk->checker->diag;
    if (!(walk->stopped[STAGE_DECODE] & v->versions) || field.absent)
        return false;
    uint32_t offset = node_at(v->doc, field.above)->offset, asked = 0;
    for (uint32_t i = walk->first_finding; i < diag->findings.len && asked++ < ASKED_MOST; i++) {
        const Finding *finding = &diag->findings.at[i];
        uint32_t held = UINT32_MAX;
        if (finding->place.offset != offset || rule_stage(finding->rule) != STAGE_DECODE)
            continue;
        if (finding->versions.len)
            schema_versions_read(finding->versions, &held);
        if ((v->versions & ~held) == 0)
            return true;
    }
    return false;
}

/* The versions that have every field on the way to a value: in the others the server
 * has not read it, and says nothing of it. */
static uint32_t versions_with(const Validation *v, uint32_t node)
{
    const Document *doc = v->doc;
    const Schema *schema = v->walk->schema;
    uint32_t versions = v->versions;
    while (versions && node != doc->root) {
        uint32_t up = document_parent(doc, node);
        uint32_t type = up == BASE_NONE ? SCHEMA_UNBOUND : node_at(doc, up)->bind;
        if (up == BASE_NONE)
            break;
        if (type != SCHEMA_UNBOUND && type_row(schema, type)->kind == TYPE_STRUCT) {
            const Node *key = node_at(doc, node_at(doc, node)->flags & NODE_KEY ? node : node - 1);
            const SchemaField *field = type_field(schema, type, type_row(schema, type), key->text,
                                                  key->len);
            uint32_t known = field ? field->versions : UINT32_MAX;
            for (; field && field->more; field++)
                known |= field[1].versions;
            versions &= known;
        }
        node = up;
    }
    return versions;
}

static Finding *report(Validation *v, const RuleInfo *rule, const char *reason, Field field,
                       Str path, Str message)
{
    uint32_t versions = versions_with(v, field.above);
    if (!versions || is_undecodable(v, field))
        return NULL;
    v->errors += rule->severity == SEVERITY_ERROR;
    Finding *finding = walk_report(v->walk, place_of(v, field), rule, versions, "%.*s",
                                   STR_ARG(message));
    if (!finding)
        return NULL;
    finding->reason = str_of(reason);
    finding->path = path;
    if (field.absent)
        finding->pointer = document_pointer(v->doc, field.above, &v->walk->checker->diag->arena);
    set_server_path(v, finding, validation_path(v, field));
    return finding;
}

/* " (found the number 0)", for scalars. */
static Str found(const Validation *v, Field field)
{
    if (field.node == BASE_NONE || node_kind(v->doc, field.node) == NODE_MAP ||
        node_kind(v->doc, field.node) == NODE_SEQ)
        return str_slice("", 0);
    Str value = walk_found(v->walk, field.node);
    return arena_format(scratch(v), " (found %.*s)", STR_ARG(value));
}

static Finding *report_detail(Validation *v, const RuleInfo *rule, const char *reason,
                              Field field, Str detail, bool with_value)
{
    Str path = file_path(v, field), value = {"", 0};
    if (with_value)
        value = found(v, field);
    return report(v, rule, reason, field, path,
                  arena_format(scratch(v), "%.*s %.*s%.*s", STR_ARG(path), STR_ARG(detail),
                               STR_ARG(value)));
}

Finding *validation_invalid(Validation *v, Field field, const char *format, ...)
{
    DETAIL(detail, format)
    return report_detail(v, &rule_invalid_value, "FieldValueInvalid", field, detail, true);
}

Finding *validation_not_found(Validation *v, Field field, const char *format, ...)
{
    DETAIL(detail, format)
    return report_detail(v, &rule_invalid_value, "FieldValueNotFound", field, detail, true);
}

Finding *validation_other(Validation *v, Field field, const char *reason, const char *format, ...)
{
    DETAIL(detail, format)
    return report_detail(v, &rule_invalid_value, reason, field, detail, false);
}

Finding *validation_required(Validation *v, Field field, const char *format, ...)
{
    DETAIL(detail, format)
    Str path = file_path(v, field);
    bool empty = field.node != BASE_NONE;
    return report(v, &rule_required_field, "FieldValueRequired", field, path,
                  arena_format(scratch(v), "%.*s is required%s%s%.*s", STR_ARG(path),
                               empty ? " and may not be empty" : "", detail.len ? ": " : "",
                               STR_ARG(detail)));
}

Finding *validation_forbidden(Validation *v, Field field, const char *format, ...)
{
    DETAIL(detail, format)
    Str path = file_path(v, field);
    return report(v, &rule_forbidden_field, "FieldValueForbidden", field, path,
                  arena_format(scratch(v), "%.*s may not be given%s%.*s", STR_ARG(path),
                               detail.len ? ": " : "", STR_ARG(detail)));
}

Finding *validation_warning(Validation *v, Field field, const char *format, ...)
{
    DETAIL(detail, format)
    return report_detail(v, &rule_server_warning, "", field, detail, false);
}

/* The next of some words split by commas. */
static bool next_word(const char **words, Str *word)
{
    if (!**words)
        return false;
    size_t len = strcspn(*words, ",");
    *word = str_slice(*words, len);
    *words += len + ((*words)[len] == ',');
    return true;
}

bool word_is_one_of(Str text, const char *words)
{
    if (text.len == 0)
        return false;
    for (;; words++) {
        const char *end = words + strcspn(words, ",");
        if ((size_t)(end - words) == text.len && bytes_same(words, text.ptr, text.len))
            return true;
        words = end;
        if (!*words)
            return false;
    }
}

Finding *validation_not_supported(Validation *v, Field field, const char *words)
{
    Str text = field_text(v, field), path = file_path(v, field), best = {0}, word;
    unsigned nearest = 0, distance;
    Buf all = {0};
    for (const char *at = words; next_word(&at, &word);) {
        if (all.len)
            buf_text(&all, *at ? ", " : " or ");
        buf_str(&all, word);
        if (str_is_typo(text, word, &distance) && (!best.len || distance < nearest)) {
            best = word;
            nearest = distance;
        }
    }
    Str value = field.node == BASE_NONE ? STR("nothing") : walk_found(v->walk, field.node);
    Finding *finding = report(v, &rule_unsupported_value, "FieldValueNotSupported", field, path,
                              arena_format(scratch(v), "%.*s takes %.*s, not %.*s", STR_ARG(path),
                                           STR_ARG(buf_slice(&all)), STR_ARG(value)));
    buf_free(&all);
    if (finding && best.len)
        diag_help(v->walk->checker->diag, finding, "did you mean %.*s?", STR_ARG(best));
    return finding;
}

Finding *validation_duplicate(Validation *v, Field field, Field first)
{
    Str path = file_path(v, field), value = found(v, field);
    Finding *finding = report(v, &rule_duplicate_value, "FieldValueDuplicate", field, path,
                              arena_format(scratch(v), "%.*s stands here a second time%.*s",
                                           STR_ARG(path), STR_ARG(value)));
    if (finding && first.above != BASE_NONE)
        diag_note(v->walk->checker->diag, finding, document_place(v->doc, first.above),
                  "it stands here first");
    return finding;
}

Finding *validation_too_long(Validation *v, Field field, size_t most)
{
    Str path = file_path(v, field);
    size_t length = field.node == BASE_NONE ? 0 : node_at(v->doc, field.node)->len;
    return report(v, &rule_too_long, "FieldValueTooLong", field, path,
                  arena_format(scratch(v), "%.*s has %zu bytes, and may have at most %zu",
                               STR_ARG(path), length, most));
}

Finding *validation_too_many(Validation *v, Field field, size_t most)
{
    Str path = file_path(v, field);
    return report(v, &rule_too_many, "FieldValueTooMany", field, path,
                  arena_format(scratch(v), "%.*s has %u items, and may have at most %zu",
                               STR_ARG(path), field_length(v, field), most));
}

void validation_unchecked(Validation *v, uint32_t expressions)
{
    v->walk->object->unchecked += expressions;
}

/* ---- the commonest checks ---- */

bool validation_given_text(Validation *v, Field field, FormatFn format)
{
    Str text = field_text(v, field);
    const char *wrong = text.len ? format(text) : NULL;
    if (wrong)
        validation_invalid(v, field, "%s", wrong);
    return !wrong;
}

bool validation_must_have_more(Validation *v, Field field)
{
    if (!field_is_empty(v, field))
        return true;
    validation_required(v, field, NULL);
    return false;
}

bool validation_text(Validation *v, Field field, FormatFn format)
{
    return validation_must_have(v, field) && validation_optional_text(v, field, format);
}

bool validation_optional_word(Validation *v, Field field, const char *words)
{
    Str text = field_text(v, field);
    if (text.len == 0 || word_is_one_of(text, words))
        return true;
    validation_not_supported(v, field, words);
    return false;
}

bool validation_required_word(Validation *v, Field field, const char *words)
{
    return validation_must_have(v, field) && validation_optional_word(v, field, words);
}

bool validation_local_path(Validation *v, Field field)
{
    return validation_optional_text(v, field, format_local_path);
}

bool validation_local_non_reserved_path(Validation *v, Field field)
{
    Str text = field_text(v, field);
    if (!validation_local_path(v, field))
        return false;
    if (!str_starts(text, STR("..")) || str_starts(text, STR("../")))
        return true;
    validation_invalid(v, field, "must not start with \"..\"");
    return false;
}

bool validation_range(Validation *v, Field field, int64_t low, int64_t high)
{
    int64_t value = field_int(v, field);
    if (value >= low && value <= high)
        return true;
    if (high == INT64_MAX)
        validation_invalid(v, field, "must be at least %lld", (long long)low);
    else if (low == INT64_MIN)
        validation_invalid(v, field, "must be at most %lld", (long long)high);
    else
        validation_invalid(v, field, "must be from %lld to %lld", (long long)low, (long long)high);
    return false;
}

bool validation_nonnegative_quantity(Validation *v, Field field)
{
    /* What has no minus in front is not below zero, and need not be read. */
    Str text = field_given(field) ? node_str(v->doc, field.node) : STR("");
    if (text.len && is_digit(text.ptr[0]))
        return true;
    text = str_trim(text);
    if (text.len == 0 || text.ptr[0] != '-')
        return true;
    Quantity quantity = field_quantity(v, field);
    if (quantity_sign(&quantity) >= 0)
        return true;
    validation_invalid(v, field, "must be 0 or more");
    return false;
}

bool validation_positive_quantity(Validation *v, Field field)
{
    Quantity quantity = field_quantity(v, field);
    if (quantity_sign(&quantity) > 0)
        return true;
    validation_invalid(v, field, "must be more than 0");
    return false;
}
