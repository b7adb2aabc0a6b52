/* Settings of the gate: which findings are reported, where, and how severe they are. */
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
        if (!setting_origin(word, &origin) && !setting_name_rule(options, word, &guess)) {
            setter->error = arena_format(&options->arena, "\"%.*s\" is no rule and no origin%.*s",
                                         STR_ARG(word), STR_ARG(guess_text(&guess, &options->arena)));
            return false;
        }
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
