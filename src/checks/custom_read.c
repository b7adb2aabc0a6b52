/* A file of custom rules, read strictly: an unknown key, a wrong value or a second test
 * is an error at its line, and the rule is not used. */
#include "checks/custom.h"

const RuleInfo rule_custom_rule = {
    .id = "custom-rule",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_ERROR,
    .summary = "A custom rule is not understood, or looks for what nothing has",
    .why = "A rule with a mistake in it finds nothing, and nobody would notice.  So a mistake in the "
           "form of a rule ends the run, and a kind or a path that no version has is told.",
    .fix = "Correct the rule; docs/custom-rules.md says what may stand there.  For the kind of a CRD "
           "give the CRD with --crds.",
};

void near_word_try(NearWord *nearest, Str candidate)
{
    unsigned distance;
    if (!candidate.len || !str_is_typo(nearest->wrong, candidate, &distance))
        return;
    if (nearest->best.len && (distance > nearest->distance ||
                              (distance == nearest->distance &&
                               str_compare(candidate, nearest->best) >= 0)))
        return;
    nearest->best = candidate;
    nearest->distance = distance;
}

Str near_word_text(const NearWord *nearest, Arena *arena)
{
    return nearest->best.len
               ? arena_format(arena, "; did you mean %.*s?", STR_ARG(nearest->best))
               : STR("");
}

typedef struct Reader {
    CustomRules *rules;
    CustomRule *rule;
    const Document *doc;
    Diag *diag;
    uint32_t errors;
    uint32_t test_key; /* the first test, or BASE_NONE */
} Reader;

static void wrong(Reader *reader, uint32_t node, const char *format, ...) BASE_PRINTF(3, 4);
static void wrong(Reader *reader, uint32_t node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = arena_vformat(&reader->rules->arena, format, args);
    va_end(args);
    document_report(reader->diag, reader->doc, node, &rule_custom_rule, "%.*s", STR_ARG(text));
    reader->errors++;
}

/* ---- values ---- */

static bool is_collection(const Document *doc, uint32_t node)
{
    return node_kind(doc, node) == NODE_MAP || node_kind(doc, node) == NODE_SEQ;
}

static bool read_text(Reader *reader, uint32_t key, Str *text)
{
    const Document *doc = reader->doc;
    if (is_collection(doc, key + 1) || node_kind(doc, key + 1) == NODE_NULL ||
        node_str(doc, key + 1).len == 0) {
        wrong(reader, key + 1, "%.*s is a text", STR_ARG(node_str(doc, key)));
        return false;
    }
    *text = arena_str(&reader->rules->arena, node_str(doc, key + 1));
    return true;
}

static bool is_id_part(Str part)
{
    for (size_t i = 0; i < part.len; i++) {
        char c = part.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && (c != '-' || i == 0 || i + 1 == part.len))
            return false;
    }
    return part.len > 0;
}

static void read_id(Reader *reader, uint32_t key)
{
    Str id;
    if (!read_text(reader, key, &id))
        return;
    size_t slash = str_find(id, '/');
    if (slash == id.len || !is_id_part(str_slice(id.ptr, slash)) ||
        !is_id_part(str_slice(id.ptr + slash + 1, id.len - slash - 1))) {
        wrong(reader, key + 1, "an id is two words of lower-case letters, digits and hyphens with a "
                               "slash between them, as in shop/image-registry; built-in rules have none");
        return;
    }
    for (uint32_t i = 0; i < reader->rules->list.len; i++)
        if (str_is(id, reader->rules->list.at[i]->info.id))
            wrong(reader, key + 1, "there is another rule %.*s", STR_ARG(id));
    reader->rule->info.id = id.ptr;
}

static void read_severity(Reader *reader, uint32_t key)
{
    Str text;
    NearWord nearest = {0};
    if (!read_text(reader, key, &text))
        return;
    nearest.wrong = text;
    near_word_try(&nearest, STR("error"));
    near_word_try(&nearest, STR("warning"));
    near_word_try(&nearest, STR("info"));
    if (!severity_parse(text, &reader->rule->info.severity) ||
        reader->rule->info.severity == SEVERITY_OFF)
        wrong(reader, key + 1, "\"%.*s\" is not error, warning or info%.*s", STR_ARG(text),
              STR_ARG(near_word_text(&nearest, &reader->rules->arena)));
}

static void read_message(Reader *reader, uint32_t key)
{
    read_text(reader, key, &reader->rule->message);
}

static void read_help(Reader *reader, uint32_t key) { read_text(reader, key, &reader->rule->help); }

/* KIND or GROUP/VERSION/KIND. */
static void read_kind(Reader *reader, uint32_t node)
{
    CustomRule *rule = reader->rule;
    Str text = arena_str(&reader->rules->arena, node_str(reader->doc, node));
    if (is_collection(reader->doc, node) || text.len == 0) {
        wrong(reader, node, "a kind is a text, as in Deployment or apps/v1/Deployment");
        return;
    }
    size_t slash = text.len;
    while (slash > 0 && text.ptr[slash - 1] != '/')
        slash--;
    rule->kinds[rule->kind_count++] = (CustomKind){
        .api_version = str_slice(text.ptr, slash ? slash - 1 : 0),
        .kind = str_slice(text.ptr + slash, text.len - slash),
        .place = document_place(reader->doc, node),
    };
}

static void read_kinds(Reader *reader, uint32_t key)
{
    const Document *doc = reader->doc;
    uint32_t value = key + 1;
    bool list = node_kind(doc, value) == NODE_SEQ;
    uint32_t count = list ? node_at(doc, value)->len : 1;
    reader->rule->kinds = arena_zero(&reader->rules->arena, sizeof(CustomKind) * (count + 1));
    if (list)
        for (uint32_t at = node_first(value); at < node_end(doc, value); at = node_after(doc, at))
            read_kind(reader, at);
    else
        read_kind(reader, value);
    if (count == 0)
        wrong(reader, value, "kinds names no kind");
}

static void read_path(Reader *reader, uint32_t key)
{
    CustomRule *rule = reader->rule;
    if (!read_text(reader, key, &rule->path))
        return;
    rule->place = document_place(reader->doc, key + 1);
    const char *error = custom_path_parse(rule, &reader->rules->arena);
    if (error)
        wrong(reader, key + 1, "the path \"%.*s\" %s", STR_ARG(rule->path), error);
}

/* ---- tests ---- */

static void read_true(Reader *reader, uint32_t key)
{
    if (node_kind(reader->doc, key + 1) != NODE_BOOL || !node_bool(reader->doc, key + 1))
        wrong(reader, key + 1, "%.*s is true, or is left out",
              STR_ARG(node_str(reader->doc, key)));
}

static void read_pattern(Reader *reader, uint32_t key)
{
    CustomRule *rule = reader->rule;
    if (!read_text(reader, key, &rule->pattern_text))
        return;
    Str error;
    size_t offset;
    rule->pattern = pattern_compile_pcre2(rule->pattern_text, &reader->rules->arena, &error, &offset);
    if (!rule->pattern)
        wrong(reader, key + 1, "the pattern is wrong at its byte %zu: %.*s", offset + 1,
              STR_ARG(error));
}

static void read_values(Reader *reader, uint32_t key)
{
    const Document *doc = reader->doc;
    CustomRule *rule = reader->rule;
    uint32_t list = key + 1;
    if (node_kind(doc, list) != NODE_SEQ || node_at(doc, list)->len == 0) {
        wrong(reader, list, "%.*s is a list of values", STR_ARG(node_str(doc, key)));
        return;
    }
    rule->values = arena_zero(&reader->rules->arena, sizeof(CustomValue) * node_at(doc, list)->len);
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at)) {
        if (is_collection(doc, at) || node_kind(doc, at) == NODE_NULL) {
            wrong(reader, at, "a value is a text, a number, true or false");
            continue;
        }
        CustomValue *value = &rule->values[rule->value_count++];
        *value = (CustomValue){node_kind(doc, at),
                               arena_str(&reader->rules->arena, node_str(doc, at)), 0};
        if (value->kind == NODE_BOOL)
            value->text = node_bool(doc, at) ? STR("true") : STR("false");
        else if (value->kind != NODE_STRING)
            node_double(doc, at, &value->number);
    }
}

/* {min: A, max: B}, one of which may be missing; quantities such as 2Gi are numbers. */
static void read_bounds(Reader *reader, uint32_t key)
{
    const Document *doc = reader->doc;
    CustomRule *rule = reader->rule;
    uint32_t map = key + 1;
    Str name = node_str(doc, key);
    if (node_kind(doc, map) != NODE_MAP || node_at(doc, map)->len == 0) {
        wrong(reader, map, "%.*s has min, max, or both, as in {min: 1, max: 10}", STR_ARG(name));
        return;
    }
    for (uint32_t at = node_first(map); at < node_end(doc, map); at = node_after_entry(doc, at)) {
        Str which = node_str(doc, at), text = node_str(doc, at + 1);
        bool low = str_is(which, "min");
        if (!low && !str_is(which, "max")) {
            wrong(reader, at, "%.*s has min and max, and no %.*s", STR_ARG(name), STR_ARG(which));
            continue;
        }
        Quantity number;
        int64_t integer;
        bool is_number = node_int64(doc, at + 1, &integer);
        if (is_number)
            number = quantity_of_int(integer);
        else if (is_collection(doc, at + 1) || !text.len || !quantity_parse(text, &number)) {
            wrong(reader, at + 1, "%.*s of %.*s is a number", STR_ARG(which), STR_ARG(name));
            continue;
        }
        if (rule->test == CUSTOM_COUNT && (!is_number || integer < 0)) {
            wrong(reader, at + 1, "%.*s of count is a whole number", STR_ARG(which));
            continue;
        }
        *(low ? &rule->has_min : &rule->has_max) = true;
        *(low ? &rule->min : &rule->max) = number;
        *(low ? &rule->min_text : &rule->max_text) = arena_str(&reader->rules->arena, text);
    }
    if (rule->has_min && rule->has_max && quantity_compare(&rule->min, &rule->max) > 0)
        wrong(reader, map, "min is more than max");
}

/* ---- rules ---- */

static const struct RuleKey {
    const char *name;
    CustomTest test;
    void (*read)(Reader *reader, uint32_t key);
} KEYS[] = {
    {"id", CUSTOM_NO_TEST, read_id},
    {"kinds", CUSTOM_NO_TEST, read_kinds},
    {"path", CUSTOM_NO_TEST, read_path},
    {"severity", CUSTOM_NO_TEST, read_severity},
    {"message", CUSTOM_NO_TEST, read_message},
    {"help", CUSTOM_NO_TEST, read_help},
    {"required", CUSTOM_REQUIRED, read_true},
    {"forbidden", CUSTOM_FORBIDDEN, read_true},
    {"pattern", CUSTOM_PATTERN, read_pattern},
    {"oneOf", CUSTOM_ONE_OF, read_values},
    {"one-of", CUSTOM_ONE_OF, read_values},
    {"range", CUSTOM_RANGE, read_bounds},
    {"count", CUSTOM_COUNT, read_bounds},
};

static void read_rule_key(Reader *reader, uint32_t key)
{
    Str name = node_str(reader->doc, key);
    NearWord nearest = {.wrong = name};
    const struct RuleKey *found = NULL;
    for (size_t i = 0; i < BASE_COUNT(KEYS); i++) {
        if (str_is(name, KEYS[i].name))
            found = &KEYS[i];
        else
            near_word_try(&nearest, str_of(KEYS[i].name));
    }
    if (!found) {
        wrong(reader, key, "a rule has no key \"%.*s\"%.*s", STR_ARG(name),
              STR_ARG(near_word_text(&nearest, &reader->rules->arena)));
        return;
    }
    if (found->test != CUSTOM_NO_TEST) {
        if (reader->test_key != BASE_NONE) {
            wrong(reader, key, "a rule has one test, and this one has %.*s already: write two rules",
                  STR_ARG(node_str(reader->doc, reader->test_key)));
            return;
        }
        reader->test_key = key;
        reader->rule->test = found->test;
    }
    found->read(reader, key);
}

static void read_rule(Reader *reader, uint32_t map)
{
    const Document *doc = reader->doc;
    Arena *arena = &reader->rules->arena;
    CustomRule *rule = reader->rule = arena_zero(arena, sizeof *rule);
    uint32_t errors = reader->errors;
    if (node_kind(doc, map) != NODE_MAP) {
        wrong(reader, map, "a rule is a mapping with an id, kinds, a path and a test");
        return;
    }
    rule->info = (RuleInfo){.id = "", .origin = ORIGIN_ADVICE, .severity = SEVERITY_WARNING,
                            .why = "A custom rule.", .fix = ""};
    rule->known_as = &rule->info;
    rule->test = CUSTOM_NO_TEST;
    reader->test_key = BASE_NONE;
    for (uint32_t at = node_first(map); at < node_end(doc, map); at = node_after_entry(doc, at))
        if (!(node_at(doc, at)->flags & NODE_SHADOWED))
            read_rule_key(reader, at);
    bool told = reader->errors > errors;
    if (!*rule->info.id && !told)
        wrong(reader, map, "the rule has no id");
    if (!rule->kind_count && !told)
        wrong(reader, map, "the rule has no kinds");
    if (!rule->path.len && !told)
        wrong(reader, map, "the rule has no path");
    if (rule->test == CUSTOM_NO_TEST && !told)
        wrong(reader, map, "the rule has no test: required, forbidden, pattern, oneOf, range or "
                           "count");
    vec_push(&reader->rules->list, rule);
    if (rule->help.len)
        rule->info.fix = rule->help.ptr;
    rule->info.summary = rule->message.len ? rule->message.ptr
                                           : arena_format(arena, "%.*s is as %s asks", STR_ARG(rule->path),
                                                          rule->info.id).ptr;
}

static void read_document(Reader *reader)
{
    const Document *doc = reader->doc;
    if (node_kind(doc, doc->root) != NODE_MAP) {
        wrong(reader, doc->root, "a file of rules is a mapping with the key rules");
        return;
    }
    bool any = false;
    for (uint32_t at = node_first(doc->root); at < node_end(doc, doc->root);
         at = node_after_entry(doc, at)) {
        if (!str_is(node_str(doc, at), "rules")) {
            NearWord nearest = {.wrong = node_str(doc, at)};
            near_word_try(&nearest, STR("rules"));
            wrong(reader, at, "a file of rules has no key \"%.*s\"%.*s", STR_ARG(node_str(doc, at)),
                  STR_ARG(near_word_text(&nearest, &reader->rules->arena)));
            continue;
        }
        any = true;
        if (node_kind(doc, at + 1) != NODE_SEQ) {
            wrong(reader, at + 1, "rules is a list of rules");
            continue;
        }
        for (uint32_t rule = node_first(at + 1); rule < node_end(doc, at + 1);
             rule = node_after(doc, rule))
            read_rule(reader, rule);
    }
    if (!any && !reader->errors)
        wrong(reader, doc->root, "a file of rules is a mapping with the key rules");
}

void custom_read(CustomRules *rules, Str text, uint32_t file, Sources *sources, Diag *diag)
{
    Documents documents;
    documents_open(&documents, text, file, sources, diag);
    for (Document doc; documents_next(&documents, &doc);)
        read_document(&(Reader){.rules = rules, .doc = &doc, .diag = diag});
    documents_close(&documents);
}

void custom_free(CustomRules *rules)
{
    for (uint32_t i = 0; i < rules->list.len; i++)
        pattern_free(rules->list.at[i]->pattern);
    vec_free(&rules->list);
    mem_free(rules->starts);
    mem_free(rules->by_kind);
    arena_free(&rules->arena);
}
