/* Settings of the gate: the rules by their names, which findings are reported, where, and how
 * severe they are. */
#include "cli/options.h"

const char *const SETTING_WORDS_BOOL[] = {"true", "false", NULL};

static bool refuse_rule(Setter *setter, Str value, const Guess *guess)
{
    return setting_refuse(setter, "there is no rule \"%.*s\"%.*s", STR_ARG(value),
                          STR_ARG(guess_text(guess, &setter->options->arena)));
}

bool setting_glob(Setter *setter, Str value, Exclusion *glob)
{
    if (!value.len)
        return setting_refuse(setter, "the glob is empty");
    if (str_starts(value, STR("../")) || str_is(value, ".."))
        return setting_refuse(setter, "\"%.*s\" leads out of the folder that globs are relative to",
                              STR_ARG(value));
    *glob = (Exclusion){.glob = arena_str(&setter->options->arena, value),
                        .folder = setter->root};
    return true;
}

/* ---- rules ---- */

const RuleInfo *setting_rule(size_t i)
{
    if (i < parser_rule_count)
        return parser_rules[i];
    i -= parser_rule_count;
    if (i < schema_rule_count)
        return schema_rules[i];
    i -= schema_rule_count;
    if (i < checks_rule_count)
        return &checks_rules[i]->info;
    i -= checks_rule_count;
    return i < cli_rule_count ? cli_rules[i] : NULL;
}

const RuleInfo *setting_name_rule(Options *options, Str id, Guess *guess)
{
    const RuleInfo *rule = setting_find_rule(options, id, guess);
    if (rule || !str_contains(id, STR("/")))
        return rule;
    RuleInfo *named = arena_zero(&options->arena, sizeof *named);
    *named = (RuleInfo){.id = arena_str(&options->arena, id).ptr, .origin = ORIGIN_ADVICE};
    vec_push(&options->custom_infos, named);
    return named;
}

/* The user's own rules, then all others. */
static const RuleInfo *known_rule(const Options *options, size_t i)
{
    size_t own = options->custom_infos.len;
    return i < own ? options->custom_infos.at[i] : setting_rule(i - own);
}

/* Names are mostly right: what else was meant is asked where one is not. */
const RuleInfo *setting_find_rule(const Options *options, Str id, Guess *guess)
{
    const RuleInfo *rule;
    for (size_t i = 0; (rule = known_rule(options, i)) != NULL; i++)
        if (id.len && rule->id[0] == id.ptr[0] && str_is(id, rule->id))
            return rule;
    for (size_t i = 0; guess && (rule = known_rule(options, i)) != NULL; i++)
        guess_try(guess, str_of(rule->id));
    return NULL;
}

const char *setting_rule_id(size_t i)
{
    const RuleInfo *rule = setting_rule(i);
    return rule ? rule->id : NULL;
}

bool setting_rule_severity(Setter *setter, Str rule, Str level, bool *wrong_rule)
{
    Options *options = setter->options;
    Guess guess = {.wrong = rule};
    const RuleInfo *found = setting_name_rule(options, rule, &guess);
    Origin origin;
    bool is_origin = setting_origin(rule, &origin);
    *wrong_rule = !found && !is_origin;
    if (*wrong_rule)
        return refuse_rule(setter, rule, &guess);
    int word = setting_word(setter, level, SETTING_WORDS_LEVEL);
    if (word < 0)
        return false;
    static const Severity LEVELS[] = {SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO,
                                      SEVERITY_OFF};
    if (found)
        setting_put_severity(setter, found, LEVELS[word]);
    for (size_t i = 0; is_origin && (found = setting_rule(i)); i++)
        if (found->origin == origin)
            setting_put_severity(setter, found, LEVELS[word]);
    return true;
}

bool setting_severity(Setter *setter, Str value)
{
    Str level = value, rule = str_until(&level, '=');
    bool wrong_rule;
    if (rule.len == value.len)
        return setting_refuse(setter, "\"%.*s\" is not of the form RULE=LEVEL", STR_ARG(value));
    return setting_rule_severity(setter, rule, level, &wrong_rule);
}

/* ---- selection ---- */

/* Rules and origins, also several with commas between them. */
bool setting_select(Setter *setter, Str value)
{
    Options *options = setter->options;
    for (Str rest = value; rest.len;) {
        Str word = str_trim(str_until(&rest, ','));
        Guess guess = {.wrong = word};
        Origin origin;
        for (int i = 0; i <= ORIGIN_ADVICE; i++)
            guess_try(&guess, str_of(origin_name((Origin)i)));
        if (!setting_origin(word, &origin) && !setting_name_rule(options, word, &guess))
            return setting_refuse(setter, "\"%.*s\" is no rule and no origin%.*s", STR_ARG(word),
                                  STR_ARG(guess_text(&guess, &options->arena)));
        vec_push(&options->selected, arena_str(&options->arena, word));
    }
    return true;
}

bool setting_origin(Str word, Origin *origin)
{
    for (int i = 0; i <= ORIGIN_ADVICE; i++)
        if (str_is(word, origin_name((Origin)i))) {
            *origin = (Origin)i;
            return true;
        }
    return false;
}

bool setting_is_selected(const Options *options, const RuleInfo *rule)
{
    for (uint32_t i = 0; i < options->selected.len; i++)
        if (str_is(options->selected.at[i], rule->id) ||
            str_is(options->selected.at[i], origin_name(rule->origin)))
            return true;
    /* A selection must not hide that a suppression is wrong. */
    return options->selected.len == 0 || rule == &rule_invalid_suppression;
}

/* What is not selected is off, whatever severity it was given.  A rule that is off and that
 * an override wants for some files is made everywhere, and taken out behind the barrier. */
void setting_finish_rules(Options *options)
{
    const RuleInfo *rule;
    for (size_t i = 0; (rule = setting_rule(i)) && options->selected.len; i++)
        if (!setting_is_selected(options, rule))
            vec_push(&options->severities, ((SeverityOverride){str_of(rule->id), SEVERITY_OFF}));
    for (uint32_t i = 0; i < options->severities.len; i++) {
        SeverityOverride *global = &options->severities.at[i];
        bool wanted = false, is_last = true;
        for (uint32_t later = i + 1; later < options->severities.len; later++)
            is_last &= !str_eq(options->severities.at[later].rule, global->rule);
        if (global->severity != SEVERITY_OFF || !is_last)
            continue;
        for (uint32_t o = 0; o < options->overrides.len; o++)
            for (uint32_t r = 0; r < options->overrides.at[o].rules.len; r++)
                wanted |= str_eq(options->overrides.at[o].rules.at[r].rule, global->rule) &&
                          options->overrides.at[o].rules.at[r].severity != SEVERITY_OFF;
        if (wanted) {
            vec_push(&options->off_elsewhere, global->rule);
            global->rule = STR("");
        }
    }
}

/* ---- overrides ---- */

void setting_override_begin(Setter *setter)
{
    PathOverride override = {.offset = setter->offset, .size = setter->size};
    vec_push(&setter->options->overrides, override);
}

static PathOverride *last_override(const Setter *setter)
{
    return &setter->options->overrides.at[setter->options->overrides.len - 1];
}

bool setting_override_path(Setter *setter, Str value)
{
    Exclusion glob;
    if (!setting_glob(setter, value, &glob))
        return false;
    vec_push(&last_override(setter)->paths, glob);
    return true;
}

bool setting_override_version(Setter *setter, Str value)
{
    PathOverride *override = last_override(setter);
    if (!schema_target_parse(value, &override->schema.target, &setter->options->arena, &setter->error))
        return false;
    override->has_target = true;
    return true;
}

void setting_put_severity(Setter *setter, const RuleInfo *rule, Severity severity)
{
    SeverityOverride override = {str_of(rule->id), severity};
    if (setter->in_entry)
        vec_push(&last_override(setter)->rules, override);
    else
        vec_push(&setter->options->severities, override);
}

/* ---- suppress ---- */

static SuppressRule *last_row(const Setter *setter)
{
    return &setter->options->suppress.at[setter->options->suppress.len - 1];
}

void setting_suppress_begin(Setter *setter)
{
    SuppressRule row = {.offset = setter->offset, .size = setter->size,
                        .path = {.folder = setter->root}};
    vec_push(&setter->options->suppress, row);
}

bool setting_suppress_rule(Setter *setter, Str value)
{
    SuppressRule *row = last_row(setter);
    Guess guess = {.wrong = value};
    const RuleInfo *rule = setting_name_rule(setter->options, value, &guess);
    if (!rule)
        return refuse_rule(setter, value, &guess);
    if (rule == &rule_invalid_suppression)
        return setting_refuse(setter, "invalid-suppression cannot be suppressed");
    size_t size = sizeof *row->rules * row->rule_count;
    row->rules = arena_grow(&setter->options->arena, row->rules, size, size + sizeof *row->rules);
    row->rules[row->rule_count++] = rule;
    return true;
}

static bool store_part(Setter *setter, Str value, Str *part)
{
    *part = arena_str(&setter->options->arena, value);
    if (!value.len)
        setter->error = STR("the value is empty");
    return value.len > 0;
}

bool setting_suppress_kind(Setter *setter, Str value)
{
    return store_part(setter, value, &last_row(setter)->kind);
}

bool setting_suppress_namespace(Setter *setter, Str value)
{
    return store_part(setter, value, &last_row(setter)->ns);
}

bool setting_suppress_name(Setter *setter, Str value)
{
    return store_part(setter, value, &last_row(setter)->name);
}

bool setting_suppress_field(Setter *setter, Str value)
{
    return store_part(setter, value, &last_row(setter)->field);
}

bool setting_suppress_reason(Setter *setter, Str value)
{
    return store_part(setter, str_trim(value), &last_row(setter)->reason);
}

bool setting_suppress_path(Setter *setter, Str value)
{
    return setting_glob(setter, value, &last_row(setter)->path);
}

bool setting_require_reason(Setter *setter, Str value)
{
    int word = setting_word(setter, value, SETTING_WORDS_BOOL);
    if (word >= 0)
        setter->options->require_reason = word == 0;
    return word >= 0;
}

bool setting_since(Setter *setter, Str value)
{
    if (!value.len)
        setter->error = STR("the name of the commit is empty");
    setter->options->since = arena_str(&setter->options->arena, value);
    return value.len > 0;
}

/* ---- baseline ---- */

bool setting_baseline(Setter *setter, Str value)
{
    Options *options = setter->options;
    if (!value.len)
        return setting_refuse(setter, "the name of the file is empty");
    if (!options->baseline.len) /* the flag comes first */
        options->baseline = path_join(setter->folder, value, &options->arena);
    return true;
}

bool setting_write_baseline(Setter *setter, Str value)
{
    if (!value.len)
        setter->error = STR("the name of the file is empty");
    setter->options->write_baseline = arena_str(&setter->options->arena, value);
    return value.len > 0;
}
