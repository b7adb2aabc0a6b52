/* `plimsoll rules`: what can be found, as a table, as JSON and as Markdown; and
 * `plimsoll rules explain ID`: one of them, with an example of wrong and of right.
 *
 * What a rule says of itself stands with the rule, and its examples are those of
 * testdata/rules, compiled in.  scripts/rule-pages makes docs/rules of the same texts
 * (`plimsoll --generate rules`). */
#include "cli/options.h"
#include "cli/run.h"

#include "examples.inc"

/* ---- what is known of a rule ---- */

typedef struct RuleExample {
    const char *bad, *good; /* empty: none */
} RuleExample;

static RuleExample example_of(Str id)
{
#define EXAMPLE_ROW(name, bad, good) {name, bad, good},
    static const struct {
        char id[40];
        uint32_t bad, good; /* in example_bytes */
    } ROWS[] = {EXAMPLES(EXAMPLE_ROW)};
#undef EXAMPLE_ROW
    const char *bytes = (const char *)example_bytes;
    for (size_t i = 0; i < BASE_COUNT(ROWS); i++)
        if (str_is(id, ROWS[i].id))
            return (RuleExample){bytes + ROWS[i].bad, bytes + ROWS[i].good};
    return (RuleExample){"", ""};
}

/* Those that users cannot give another severity: their mistakes in what silences others are
 * never silent, nor is what a cluster says. */
static const RuleInfo *fixed_rule(size_t i)
{
    static const RuleInfo *const MISTAKES[] = {&rule_configuration, &rule_baseline,
                                               &rule_custom_rule};
    size_t count = BASE_COUNT(MISTAKES);
    return i < count                        ? MISTAKES[i]
           : i < count + cluster_rule_count ? cluster_rules[i - count]
                                            : NULL;
}

static bool is_configurable(const RuleInfo *rule)
{
    size_t i = 0;
    for (const RuleInfo *fixed; (fixed = fixed_rule(i)) && fixed != rule;)
        i++;
    return !fixed_rule(i);
}

static const RuleInfo *rule_at(size_t i)
{
    size_t known = parser_rule_count + schema_rule_count + checks_rule_count + cli_rule_count;
    return i < known ? setting_rule(i) : fixed_rule(i - known);
}

static int compare_ids(const void *a, const void *b, void *context)
{
    (void)context;
    const RuleInfo *const *one = a, *const *two = b;
    return strcmp((*one)->id, (*two)->id);
}

typedef VEC(const RuleInfo *) RuleList;

static RuleList all_rules(const CustomRules *custom)
{
    RuleList rules = {0};
    const RuleInfo *rule;
    for (size_t i = 0; (rule = rule_at(i)); i++)
        vec_push(&rules, rule);
    for (uint32_t k = 0; k < custom->list.len; k++) {
        rule = &custom->list.at[k]->info;
        vec_push(&rules, rule);
    }
    sort_with(rules.at, rules.len, sizeof *rules.at, compare_ids, NULL);
    return rules;
}

/* ---- JSON ---- */

static void member(Buf *out, const char *name, const char *value)
{
    if (out->ptr[out->len - 1] != '{')
        buf_byte(out, ',');
    buf_json(out, str_of(name));
    buf_byte(out, ':');
    buf_json(out, str_of(value));
}

static void json_rule(Buf *out, const RuleInfo *rule, bool examples)
{
    buf_byte(out, '{');
    member(out, "id", rule->id);
    member(out, "origin", origin_name(rule->origin));
    member(out, "severity", severity_name(rule->severity));
    member(out, "summary", rule->summary);
    member(out, "why", rule->why ? rule->why : "");
    member(out, "fix", rule->fix ? rule->fix : "");
    if (examples) {
        RuleExample example = example_of(str_of(rule->id));
        member(out, "bad", example.bad);
        member(out, "good", example.good);
    }
    buf_format(out, ",\"configurable\":%s,\"silence\":[", is_configurable(rule) ? "true" : "false");
    Buf text = {0};
    const char *what;
    for (size_t i = 0; is_configurable(rule) && (what = rules_silence(rule, i, &text)); i++) {
        buf_text(out, i ? ",{" : "{");
        member(out, "what", what);
        buf_text(out, ",\"text\":");
        buf_json(out, buf_slice(&text));
        buf_byte(out, '}');
    }
    buf_free(&text);
    buf_text(out, "]}");
}

/* A line of JSON for each, for scripts/rule-pages. */
void page_rules(Buf *out)
{
    const RuleInfo *rule;
    for (size_t i = 0; (rule = rule_at(i)); i++) {
        json_rule(out, rule, false);
        buf_byte(out, '\n');
    }
}

static void list_json(Buf *out, const RuleList *rules)
{
    buf_text(out, "{\"version\":1,\n\"rules\":[");
    for (uint32_t i = 0; i < rules->len; i++) {
        buf_text(out, i ? ",\n" : "\n");
        json_rule(out, rules->at[i], false);
    }
    buf_text(out, "\n]}\n");
}

static void explain_json(Buf *out, const RuleInfo *rule)
{
    json_rule(out, rule, true);
    buf_byte(out, '\n');
}

/* ---- text ---- */

static void list_text(Buf *out, const RuleList *rules)
{
    size_t width = 0;
    for (uint32_t i = 0; i < rules->len; i++)
        if (strlen(rules->at[i]->id) > width)
            width = strlen(rules->at[i]->id);
    buf_format(out, "%-*s  %-8s %-7s %s\n", (int)width, "RULE", "AT MOST", "FROM", "WHAT IS WRONG");
    for (uint32_t i = 0; i < rules->len; i++) {
        const RuleInfo *rule = rules->at[i];
        buf_format(out, "%-*s  %-8s %-7s %s\n", (int)width, rule->id,
                   severity_name(rule->severity), origin_name(rule->origin), rule->summary);
    }
}

static void put_indented(Buf *out, Str rest, size_t indent)
{
    while (rest.len) {
        Str line = str_until(&rest, '\n');
        buf_repeat(out, ' ', line.len ? indent : 0);
        buf_format(out, "%.*s\n", STR_ARG(line));
    }
}

static void text_block(Buf *out, const char *title, const char *text)
{
    if (!*text)
        return;
    buf_format(out, "\n%s:\n", title);
    put_indented(out, str_of(text), 2);
}

static void text_paragraph(Buf *out, const char *title, const char *text)
{
    if (!text || !*text)
        return;
    buf_format(out, "\n%s:\n", title);
    help_wrap(out, str_of(text), 2, 0);
}

static void explain_text(Buf *out, const RuleInfo *rule)
{
    RuleExample example = example_of(str_of(rule->id));
    buf_format(out, "%s (at most %s, from %s)\n", rule->id, severity_name(rule->severity),
               origin_name(rule->origin));
    help_wrap(out, str_of(rule->summary), 2, 0);
    text_paragraph(out, "Why", rule->why);
    text_paragraph(out, "How to mend it", rule->fix);
    text_block(out, "Bad", example.bad);
    text_block(out, "Good", example.good);
    if (!is_configurable(rule)) {
        text_paragraph(out, "How to silence it", "It cannot be silenced.");
        return;
    }
    buf_text(out, "\nHow to silence it (docs/suppression.md):\n");
    Buf text = {0};
    const char *what;
    for (size_t i = 0; (what = rules_silence(rule, i, &text)); i++) {
        buf_format(out, "  %s:\n", what);
        put_indented(out, buf_slice(&text), 4);
    }
    buf_free(&text);
}

/* ---- Markdown ---- */

static void list_markdown(Buf *out, const RuleList *rules)
{
    buf_text(out, "| rule | at most | from | what is wrong |\n|---|---|---|---|\n");
    for (uint32_t i = 0; i < rules->len; i++) {
        const RuleInfo *rule = rules->at[i];
        buf_format(out, "| %s | %s | %s | ", rule->id, severity_name(rule->severity),
                   origin_name(rule->origin));
        for (const char *at = rule->summary; *at; at++)
            buf_format(out, "%s%c", *at == '|' ? "\\" : "", *at);
        buf_text(out, " |\n");
    }
}

static void markdown_block(Buf *out, const char *title, const char *text)
{
    if (*text)
        buf_format(out, "\n## %s\n\n```yaml\n%s```\n", title, text);
}

static void explain_markdown(Buf *out, const RuleInfo *rule)
{
    RuleExample example = example_of(str_of(rule->id));
    buf_format(out, "# %s\n\n%s.\n\nSeverity: at most %s. From: %s.\n", rule->id, rule->summary,
               severity_name(rule->severity), origin_name(rule->origin));
    if (rule->why && *rule->why)
        buf_format(out, "\n## Why\n\n%s\n", rule->why);
    if (rule->fix && *rule->fix)
        buf_format(out, "\n## How to mend it\n\n%s\n", rule->fix);
    markdown_block(out, "Bad", example.bad);
    markdown_block(out, "Good", example.good);
    buf_text(out, "\n## How to silence it\n");
    if (!is_configurable(rule))
        buf_text(out, "\nIt cannot be silenced.\n");
    Buf text = {0};
    const char *what;
    for (size_t i = 0; is_configurable(rule) && (what = rules_silence(rule, i, &text)); i++)
        buf_format(out, "\n%s:\n\n```%s\n%.*s```\n", what,
                   str_starts(buf_slice(&text), STR("plimsoll")) ? "console" : "yaml",
                   STR_ARG(buf_slice(&text)));
    buf_free(&text);
}

/* ---- the command ---- */

static const struct {
    const char *name;
    void (*list)(Buf *out, const RuleList *rules);
    void (*explain)(Buf *out, const RuleInfo *rule);
} FORMATS[] = {
    {"text", list_text, explain_text},
    {"json", list_json, explain_json},
    {"markdown", list_markdown, explain_markdown},
};

const char *rules_format(size_t i) { return i < BASE_COUNT(FORMATS) ? FORMATS[i].name : NULL; }

static size_t format_of(const Output *output)
{
    size_t i = 0;
    while (i + 1 < BASE_COUNT(FORMATS) && !str_is(output->format, FORMATS[i].name))
        i++;
    return i;
}

static const RuleInfo *find_rule(const RuleList *rules, Str id, Arena *arena)
{
    Guess guess = {.wrong = id};
    for (uint32_t i = 0; i < rules->len; i++) {
        if (str_is(id, rules->at[i]->id))
            return rules->at[i];
        guess_try(&guess, str_of(rules->at[i]->id));
    }
    cli_error("there is no rule \"%.*s\"%.*s", STR_ARG(id), STR_ARG(guess_text(&guess, arena)));
    return NULL;
}

static bool has_rule(const RuleList *rules, Str id)
{
    for (uint32_t i = 0; i < rules->len; i++)
        if (str_is(id, rules->at[i]->id))
            return true;
    return false;
}

static int explain_rule(Options *options, const RuleList *rules, Str id)
{
    const RuleInfo *rule = find_rule(rules, id, &options->arena);
    Output output = output_of(options, "text");
    Out out;
    if (!rule || !output_open(&out, &output))
        return EXIT_TROUBLE;
    FORMATS[format_of(&output)].explain(&out.buf, rule);
    return output_close(&out, &output, "the rule") ? EXIT_CLEAN : EXIT_TROUBLE;
}

static int list_rules(Options *options, const RuleList *rules)
{
    Output output = output_of(options, "text");
    Out out;
    if (!output_open(&out, &output))
        return EXIT_TROUBLE;
    FORMATS[format_of(&output)].list(&out.buf, rules);
    return output_close(&out, &output, "the rules") ? EXIT_CLEAN : EXIT_TROUBLE;
}

static int run_words(Options *options, const CustomRules *custom)
{
    const Str *words = options->words.at;
    uint32_t count = options->words.len;
    RuleList rules = all_rules(custom);
    int status = EXIT_TROUBLE;
    if (count == 0)
        status = list_rules(options, &rules);
    else if (count == 2 && str_is(words[0], "explain"))
        status = explain_rule(options, &rules, words[1]);
    else if (str_is(words[0], "test"))
        cli_error("rules test takes the folder of the examples");
    else if (str_is(words[0], "explain"))
        cli_error("rules explain takes the id of one rule; plimsoll rules lists them");
    else
        cli_error("rules takes nothing, explain ID or test DIR, not %.*s%s%.*s%s", STR_ARG(words[0]),
                  has_rule(&rules, words[0]) ? "; did you mean plimsoll rules explain " : "",
                  STR_ARG(has_rule(&rules, words[0]) ? words[0] : STR("")),
                  has_rule(&rules, words[0]) ? "?" : "");
    vec_free(&rules);
    return status;
}

int run_rules(Options *options)
{
    if (options->words.len == 2 && str_is(options->words.at[0], "test"))
        return rules_test(options, options->words.at[1]);
    CustomRules custom = {0};
    Sources sources;
    sources_init(&sources);
    int status = EXIT_TROUBLE;
    if (rules_load(&custom, options, &sources))
        status = run_words(options, &custom);
    custom_free(&custom);
    sources_free(&sources);
    return status;
}
