/* Paths of custom rules: from text to steps, and from steps to the numbers of names in
 * the types of the kinds that a rule is for. */
#include "checks/custom.h"

/* ---- text to steps ---- */

static const char *add_step(CustomRule *rule, StepKind kind, Str text)
{
    if (text.len == 0)
        return "has an empty part";
    rule->steps[rule->step_count++] = (CustomStep){kind, text, SCHEMA_UNBOUND};
    return NULL;
}

/* [*], [key] or ["key"], from the bracket on; at ends behind it. */
static const char *read_bracket(CustomRule *rule, Str path, size_t *at)
{
    size_t start = *at + 1;
    char quote = start < path.len && (path.ptr[start] == '"' || path.ptr[start] == '\'')
                     ? path.ptr[start] : 0;
    size_t end = start + (quote != 0);
    while (end < path.len && path.ptr[end] != (quote ? quote : ']'))
        end++;
    Str text = str_slice(path.ptr + start + (quote != 0), end - start - (quote != 0));
    end += quote != 0;
    if (end >= path.len || path.ptr[end] != ']')
        return "has a bracket that is not closed";
    *at = end + 1;
    if (!quote && str_is(text, "*"))
        return add_step(rule, STEP_ITEMS, text);
    bool number = text.len > 0 && !quote;
    for (size_t i = 0; i < text.len && number; i++)
        number = is_digit(text.ptr[i]);
    if (number)
        return "names one item of a list; write [*], which stands for all";
    return add_step(rule, STEP_KEY, text);
}

const char *custom_path_parse(CustomRule *rule, Arena *arena)
{
    Str path = rule->path;
    rule->steps = arena_alloc(arena, sizeof *rule->steps * (path.len + 1));
    rule->step_count = 0;
    size_t at = 0;
    if (path.len && path.ptr[0] == '.')
        at = 1;
    while (at < path.len) {
        const char *error;
        if (path.ptr[at] == '[') {
            error = read_bracket(rule, path, &at);
        } else {
            size_t end = at;
            while (end < path.len && path.ptr[end] != '.' && path.ptr[end] != '[')
                end++;
            error = add_step(rule, STEP_FIELD, str_slice(path.ptr + at, end - at));
            at = end;
        }
        if (error)
            return error;
        if (at < path.len && path.ptr[at] == '.' && ++at == path.len)
            return "ends in a dot";
        else if (at < path.len && path.ptr[at] == ']')
            return "has a bracket that was not opened";
    }
    return NULL;
}

/* ---- steps to types ---- */

/* How far a path leads from a type. */
typedef struct Trail {
    const Schema *schema;
    TypeId type;        /* where it stands */
    uint32_t step;      /* that could not be taken; the count of steps: all were */
    bool loose;         /* below what has no type: anything may stand there */
} Trail;

static bool take_field(Trail *trail, CustomStep *step)
{
    for (uint32_t i = 0; i < schema_field_count(trail->schema, trail->type); i++) {
        FieldInfo field = schema_field_info(trail->schema, trail->type, i);
        if (!str_eq(schema_name_text(trail->schema, field.name), step->text))
            continue;
        step->name = field.name;
        trail->type = field.type;
        return true;
    }
    return false;
}

static bool take_step(Trail *trail, CustomStep *step)
{
    TypeKind kind = schema_type_kind(trail->schema, trail->type);
    bool union_type = kind == TYPE_OR_ARRAY || kind == TYPE_OR_BOOL || kind == TYPE_OR_STRINGS;
    if (kind == TYPE_ANY || trail->loose) {
        trail->loose = true;
        return true;
    }
    if (union_type) {
        trail->type = schema_type_element(trail->schema, trail->type);
        return step->kind == STEP_ITEMS || take_step(trail, step);
    }
    if (kind == TYPE_MAP || (kind == TYPE_LIST && step->kind == STEP_ITEMS)) {
        trail->type = schema_type_element(trail->schema, trail->type);
        return true;
    }
    return kind == TYPE_STRUCT && step->kind != STEP_ITEMS && take_field(trail, step);
}

static Trail follow_types(const Schema *schema, TypeId type, CustomRule *rule)
{
    Trail trail = {.schema = schema, .type = type};
    while (trail.step < rule->step_count && take_step(&trail, &rule->steps[trail.step]))
        trail.step++;
    return trail;
}

/* Whether the test makes sense for what the path leads to. */
static bool fits(const CustomRule *rule, const Trail *trail)
{
    TypeKind kind = schema_type_kind(trail->schema, trail->type);
    bool collection = kind == TYPE_LIST || kind == TYPE_MAP;
    if (trail->loose || kind == TYPE_ANY || kind == TYPE_OR_ARRAY || kind == TYPE_OR_BOOL ||
        kind == TYPE_OR_STRINGS)
        return true;
    switch (rule->test) {
    case CUSTOM_PATTERN:
    case CUSTOM_ONE_OF: return !collection && kind != TYPE_STRUCT;
    case CUSTOM_RANGE:
        return kind == TYPE_INT32 || kind == TYPE_INT64 || kind == TYPE_NUMBER ||
               kind == TYPE_QUANTITY || kind == TYPE_INT_OR_STRING || kind == TYPE_STRING;
    case CUSTOM_COUNT: return collection || kind == TYPE_STRUCT;
    default: return true;
    }
}

/* ---- binding ---- */

static bool is_kind(const KindInfo *kind, const CustomKind *wanted)
{
    return str_eq(kind->kind, wanted->kind) &&
           (!wanted->api_version.len || str_eq(kind->api_version, wanted->api_version) ||
            str_eq(kind->group, wanted->api_version));
}

static void report(CustomRules *rules, Diag *diag, Place place, Severity severity,
                   const char *format, ...) BASE_PRINTF(5, 6);
static void report(CustomRules *rules, Diag *diag, Place place, Severity severity,
                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = arena_vformat(&rules->arena, format, args);
    va_end(args);
    Finding *finding = diag_report(diag, &rule_custom_rule, place, "%.*s", STR_ARG(text));
    if (finding)
        finding->object = BASE_NONE;
    diag_lower(diag, finding, severity);
}

static void report_path(CustomRules *rules, const CustomRule *rule, const CustomKind *kind,
                        const Trail *best, Diag *diag)
{
    NearWord nearest = {.wrong = rule->steps[best->step].text};
    for (uint32_t i = 0; i < schema_field_count(best->schema, best->type); i++)
        near_word_try(&nearest, schema_name_text(best->schema,
                                               schema_field_info(best->schema, best->type, i).name));
    Str type = schema_type_text(best->schema, best->type, &rules->arena);
    bool list = schema_type_kind(best->schema, best->type) == TYPE_LIST;
    report(rules, diag, rule->place, SEVERITY_ERROR,
           "no version of %.*s has \"%.*s\" there: it is in %.*s%s%.*s", STR_ARG(kind->kind),
           STR_ARG(rule->steps[best->step].text), STR_ARG(type),
           list ? ", whose items are [*]" : "",
           STR_ARG(near_word_text(&nearest, &rules->arena)));
}

static Str nearest_kind(CustomRules *rules, const CustomKind *wanted, const Schema *schema)
{
    NearWord nearest = {.wrong = wanted->kind};
    for (KindId id = 0; id < schema_kind_count(schema); id++)
        near_word_try(&nearest, schema_kind_info(schema, id).kind);
    return near_word_text(&nearest, &rules->arena);
}

/* Looks one kind of a rule up in all its API versions; count says how many were found. */
static void bind_kind(CustomRules *rules, CustomRule *rule, const CustomKind *wanted,
                      const Schema *schema, Diag *diag, uint32_t *per_kind, uint32_t number)
{
    Trail best = {.step = BASE_NONE};
    Str near = STR("");
    bool found = false;
    for (KindId id = 0; id < schema_kind_count(schema); id++) {
        KindInfo kind = schema_kind_info(schema, id);
        if (!is_kind(&kind, wanted))
            continue;
        found = true;
        Trail trail = follow_types(schema, kind.type, rule);
        if (best.step == BASE_NONE || trail.step > best.step)
            best = trail;
        if (trail.step == rule->step_count)
            per_kind[id] = number;
    }
    if (!diag)
        return;
    if (!found)
        near = nearest_kind(rules, wanted, schema);
    if (!found)
        report(rules, diag, wanted->place, near.len ? SEVERITY_ERROR : SEVERITY_WARNING,
               "the rule %s is for kind \"%.*s\", which nothing here defines%.*s", rule->info.id,
               STR_ARG(wanted->kind), STR_ARG(near));
    else if (best.step < rule->step_count)
        report_path(rules, rule, wanted, &best, diag);
    else if (!fits(rule, &best))
        report(rules, diag, rule->place, SEVERITY_ERROR, "the test of %s does not fit %.*s of %.*s, "
               "which is %.*s", rule->info.id, STR_ARG(rule->path), STR_ARG(wanted->kind),
               STR_ARG(schema_type_text(schema, best.type, &rules->arena)));
}

void custom_bind(CustomRules *rules, const Schema *schema, Diag *diag)
{
    uint32_t kinds = schema_kind_count(schema), count = rules->list.len;
    if (count == 0)
        return;
    /* For each rule the kinds that it is for, as a row of marks; then turned round. */
    uint32_t *marks = mem_resize(NULL, sizeof *marks * (kinds + 1));
    VEC(uint32_t) pairs = {0};
    mem_free(rules->starts);
    rules->starts = mem_resize(NULL, sizeof *rules->starts * (kinds + 2));
    memset(rules->starts, 0, sizeof *rules->starts * (kinds + 2));
    for (uint32_t i = 0; i < count; i++) {
        CustomRule *rule = rules->list.at[i];
        memset(marks, 0, sizeof *marks * (kinds + 1));
        for (uint32_t k = 0; k < rule->kind_count; k++)
            bind_kind(rules, rule, &rule->kinds[k], schema, diag, marks, i + 1);
        for (uint32_t id = 0; id < kinds; id++)
            if (marks[id]) {
                vec_push(&pairs, id);
                vec_push(&pairs, i);
                rules->starts[id + 1]++;
            }
    }
    for (uint32_t id = 0; id < kinds; id++)
        rules->starts[id + 1] += rules->starts[id];
    mem_free(rules->by_kind);
    rules->by_kind = mem_resize(NULL, sizeof *rules->by_kind * (pairs.len / 2 + 1));
    memcpy(marks, rules->starts, sizeof *marks * (kinds + 1));
    for (uint32_t i = 0; i < pairs.len; i += 2)
        rules->by_kind[marks[pairs.at[i]]++] = pairs.at[i + 1];
    rules->kind_count = kinds;
    vec_free(&pairs);
    mem_free(marks);
}
