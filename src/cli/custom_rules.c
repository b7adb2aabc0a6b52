/* The files of custom rules that a run was given, and `plimsoll rules test DIR`: for
 * each rule the examples in DIR/ID, of which bad* have to show it and good* must not. */
#include "cli/options.h"
#include "cli/run.h"
#include "checks/custom.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- loading ---- */

static bool is_known(const CustomRules *rules, Str id, NearWord *nearest)
{
    for (uint32_t i = 0; i < rules->list.len; i++) {
        if (str_is(id, rules->list.at[i]->info.id))
            return true;
        near_word_try(nearest, str_of(rules->list.at[i]->info.id));
    }
    return false;
}

/* Settings may have named rules before their files were read; both are one from here on.
 * A name that no file has would silence nothing, or nobody knows what. */
static bool join_names(CustomRules *rules, Options *options)
{
    bool good = true;
    for (uint32_t i = 0; i < options->custom_infos.len; i++) {
        Str id = str_of(options->custom_infos.at[i]->id);
        NearWord near = {.wrong = id};
        if (is_known(rules, id, &near))
            continue;
        cli_error("a setting names the rule \"%.*s\", but there is none%.*s", STR_ARG(id),
                  STR_ARG(near_word_text(&near, &options->arena)));
        good = false;
    }
    for (uint32_t i = 0; good && i < rules->list.len; i++) {
        CustomRule *rule = rules->list.at[i];
        RuleInfo *info = (RuleInfo *)setting_name_rule(options, str_of(rule->info.id), NULL);
        *info = rule->info;
        rule->known_as = info;
        if (!setting_is_selected(options, info)) {
            SeverityOverride off = {str_of(info->id), SEVERITY_OFF};
            vec_push(&options->severities, off);
        }
    }
    return good;
}

bool rules_load(CustomRules *rules, Options *options, Sources *sources)
{
    /* `off` and 1.30 are read as what they are meant to be by whoever reads them. */
    static const SeverityOverride QUIET[] = {{STR_INIT("yaml-ambiguous"), SEVERITY_OFF}};
    Diag diag = {.overrides = QUIET, .override_count = BASE_COUNT(QUIET)};
    bool good = true;
    for (uint32_t i = 0; i < options->rule_files.len; i++) {
        Str path = options->rule_files.at[i];
        FileText text = {0};
        int error = file_read(&text, path.ptr);
        if (error) {
            cli_error("%.*s: %s", STR_ARG(path), strerror(error));
            good = false;
        } else {
            custom_read(rules, str_slice(text.ptr, text.len), sources_add_file(sources, path),
                        sources, &diag);
        }
        file_free(&text);
    }
    for (uint32_t i = 0; i < diag.findings.len; i++)
        good &= diag.findings.at[i].severity != SEVERITY_ERROR;
    if (!good)
        strict_errors(options, sources, &diag);
    good = good && join_names(rules, options);
    diag_free(&diag);
    if (good)
        custom_bind(rules, NULL, NULL);
    options->custom = rules->list.len ? rules : NULL;
    return good;
}

/* ---- rules test ---- */

typedef struct Tester {
    Options *options;
    const CustomRules *rules;
    Out *out;
    uint32_t examples, mismatches, rules_seen;
} Tester;

static void test_object(Worker *worker, Document *doc)
{
    Object *object = facts_new_object(worker->facts, &doc->object);
    schema_open(&worker->checker, doc, &worker->head, object);
    schema_check(&worker->checker, doc, object);
    ObjectContext context = worker_context(worker, doc);
    custom_check(worker->options->custom, &context);
}

/* How often the example shows the rule; objects says how many were in it. */
static uint32_t count_shown(const Tester *tester, Str path, const CustomRule *rule,
                            uint32_t *objects)
{
    Worker worker;
    Sources sources;
    ReportSummary summary = {0};
    uint32_t shown = 0;
    sources_init(&sources);
    worker_init(&worker, tester->options, &sources, &summary, test_object);
    worker_equip(&worker);
    worker.checker.complete = true;
    worker.diag.override_count = 0;
    FileNote note = {0};
    worker_whole_file(&worker, &(Input){.path = path, .named = true}, &note);
    for (uint32_t i = 0; i < worker.diag.findings.len; i++)
        shown += worker.diag.findings.at[i].rule == rule->known_as;
    *objects = 0;
    for (uint32_t i = 0; i < facts_object_count(worker.facts); i++)
        *objects += !facts_object(worker.facts, i)->no_object;
    worker_free(&worker);
    sources_free(&sources);
    return shown;
}

static void test_example(Tester *tester, Str path, const CustomRule *rule, bool bad)
{
    uint32_t objects, shown = count_shown(tester, path, rule, &objects);
    const char *problem = objects == 0 ? "it holds no object that can be read"
                          : bad && shown == 0 ? "it is bad, and the rule finds nothing"
                          : !bad && shown > 0 ? "it is good, and the rule finds something"
                                              : NULL;
    tester->examples++;
    if (!problem)
        return;
    tester->mismatches++;
    buf_format(&tester->out->buf, "%.*s: %s: %s\n", STR_ARG(path), rule->info.id, problem);
}

static int compare_names(const void *a, const void *b, void *context)
{
    (void)context;
    return str_compare(*(const Str *)a, *(const Str *)b);
}

/* The examples of a rule, in the order of their names; what is missing is told. */
static void test_rule(Tester *tester, Str folder, const CustomRule *rule)
{
    Arena *arena = &tester->options->arena;
    Str place = path_join(folder, str_of(rule->info.id), arena);
    VEC(Str) names = {0};
    uint32_t kinds[2] = {0, 0};
    DIR *dir = opendir(place.ptr);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        Str name = str_of(entry->d_name);
        if ((str_starts(name, STR("bad")) || str_starts(name, STR("good"))) &&
            (str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml")) ||
             str_ends(name, STR(".json")))) {
            Str kept = arena_str(arena, name);
            vec_push(&names, kept);
        }
    }
    if (dir)
        closedir(dir);
    sort_with(names.at, names.len, sizeof *names.at, compare_names, NULL);
    for (uint32_t i = 0; i < names.len; i++) {
        bool bad = str_starts(names.at[i], STR("bad"));
        kinds[bad]++;
        test_example(tester, path_join(place, names.at[i], arena), rule, bad);
    }
    for (int bad = 1; bad >= 0; bad--)
        if (!kinds[bad])
            buf_format(&tester->out->buf, "note: %s has no %s example in %.*s\n", rule->info.id,
                       bad ? "bad" : "good", STR_ARG(place));
    vec_free(&names);
}

/* Folders of examples for rules that there are not: DIR/PREFIX/NAME. */
static void test_strangers(Tester *tester, Str folder, Str prefix)
{
    Arena *arena = &tester->options->arena;
    Str place = prefix.len ? path_join(folder, prefix, arena) : folder;
    DIR *dir = opendir(place.ptr);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct stat status;
        Str name = arena_str(arena, str_of(entry->d_name));
        Str path = path_join(place, name, arena);
        if (name.ptr[0] == '.' || stat(path.ptr, &status) || !S_ISDIR(status.st_mode))
            continue;
        if (!prefix.len) {
            test_strangers(tester, folder, name);
            continue;
        }
        Str id = arena_format(arena, "%.*s/%.*s", STR_ARG(prefix), STR_ARG(name));
        NearWord nearest = {.wrong = id};
        if (is_known(tester->rules, id, &nearest))
            continue;
        tester->mismatches++;
        buf_format(&tester->out->buf, "%.*s: there is no rule %.*s%.*s\n", STR_ARG(path),
                   STR_ARG(id), STR_ARG(near_word_text(&nearest, arena)));
    }
    if (dir)
        closedir(dir);
}

/* Where no rules were given: those that lie in the folder beside the examples. */
static void find_files(Options *options, Str folder)
{
    VEC(Str) found = {0};
    DIR *dir = options->rule_files.len ? NULL : opendir(folder.ptr);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct stat status;
        Str name = str_of(entry->d_name);
        Str path = path_join(folder, arena_str(&options->arena, name), &options->arena);
        if ((str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml"))) &&
            stat(path.ptr, &status) == 0 && S_ISREG(status.st_mode))
            vec_push(&found, path);
    }
    if (dir)
        closedir(dir);
    sort_with(found.at, found.len, sizeof *found.at, compare_names, NULL);
    for (uint32_t i = 0; i < found.len; i++)
        vec_push(&options->rule_files, found.at[i]);
    vec_free(&found);
}

static int test_all(Options *options, CustomRules *rules, Sources *sources, Str folder)
{
    Out out;
    out_init(&out, STDOUT_FILENO);
    Diag diag = {0};
    custom_bind(rules, options->schema.schema, &diag);
    Tester tester = {.options = options, .rules = rules, .out = &out};
    for (uint32_t i = 0; i < rules->list.len; i++)
        test_rule(&tester, folder, rules->list.at[i]);
    test_strangers(&tester, folder, STR(""));
    tester.mismatches += diag.findings.len;
    strict_errors(options, sources, &diag);
    diag_free(&diag);
    buf_format(&out.buf, "%u rule%s, %u example%s, %u mismatch%s\n", rules->list.len,
               rules->list.len == 1 ? "" : "s", tester.examples, tester.examples == 1 ? "" : "s",
               tester.mismatches, tester.mismatches == 1 ? "" : "es");
    if (!out_close(&out))
        return EXIT_TROUBLE;
    if (tester.examples == 0) {
        cli_error("%.*s holds no examples: bad*.yaml and good*.yaml in a folder named as the rule",
                  STR_ARG(folder));
        return EXIT_TROUBLE;
    }
    return tester.mismatches ? EXIT_FINDINGS : EXIT_CLEAN;
}

int rules_test(Options *options, Str folder)
{
    struct stat status;
    if (stat(folder.ptr, &status) || !S_ISDIR(status.st_mode)) {
        cli_error("%.*s is no folder", STR_ARG(folder));
        return EXIT_TROUBLE;
    }
    find_files(options, folder);
    if (!options->rule_files.len) {
        cli_error("no rules to test: give --rules FILE, or customRules in the configuration");
        return EXIT_TROUBLE;
    }
    CustomRules rules = {0};
    Sources sources;
    sources_init(&sources);
    Schema *schema = options->crds.len ? schema_new() : NULL;
    int result = EXIT_TROUBLE;
    options->schema.schema = schema;
    if ((!schema || types_load(options, schema)) && rules_load(&rules, options, &sources))
        result = test_all(options, &rules, &sources, folder);
    options->schema.schema = NULL;
    options->custom = NULL;
    schema_free(schema);
    custom_free(&rules);
    sources_free(&sources);
    return result;
}
