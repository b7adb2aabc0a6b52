/* The text report, as a person sees it. */
#include "emit_fixture.h"

static void a_finding_has_lines_notes_and_help(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    uint32_t service = fixture_text(&f, "service.yaml",
                                    "kind: Service\nspec:\n  selector:\n    app: monolith\n");
    uint32_t pod = fixture_text(&f, "pod.yaml", "kind: Pod\nmetadata:\n  labels: {app: monolith}\n");
    Finding *finding =
        diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, service, "app: monolith"),
                    "Service \"monolith\" selects no Pod");
    diag_note(&f.diag, finding, fixture_place(&f, pod, "{app: monolith}"), "Pod \"p\" is nearest");
    diag_help(&f.diag, finding, "add the label secure: enabled");
    diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, pod, "Pod"), "another");
    assert_str(fixture_report(&f, "text"),
               "service.yaml:4:5: error: Service \"monolith\" selects no Pod [a-rule]\n"
               "    4 |     app: monolith\n"
               "      |     ^~~~~~~~~~~~~\n"
               "pod.yaml:3:11: note: Pod \"p\" is nearest\n"
               "    3 |   labels: {app: monolith}\n"
               "      |           ^~~~~~~~~~~~~~~\n"
               "help: add the label secure: enabled\n"
               "\n"
               "pod.yaml:1:7: error: another [a-rule]\n"
               "    1 | kind: Pod\n"
               "      |       ^~~\n");
    fixture_close(&f);
}

static void colours_repeat_the_words(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    uint32_t doc = fixture_text(&f, "a.yaml", "kind: Pod\n");
    diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, doc, "Pod"), "m");
    f.report.color = true;
    assert_str(fixture_report(&f, "text"),
               "\033[1ma.yaml:1:7:\033[0m \033[1;31merror:\033[0m \033[1mm\033[0m "
               "\033[2m[a-rule]\033[0m\n"
               "\033[2m    1 |\033[0m kind: Pod\n"
               "\033[2m      |\033[0m       \033[1;31m^~~\033[0m\n");
    fixture_close(&f);
}

static void tabs_stay_aligned(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    uint32_t doc = fixture_text(&f, "a.yaml", "\ta:\tvalue # x\n");
    diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, doc, "value"), "m");
    assert_str(fixture_report(&f, "text"), "a.yaml:1:5: error: m [a-rule]\n"
                                           "    1 | \ta:\tvalue # x\n"
                                           "      | \t  \t^~~~~\n");
    fixture_close(&f);
}

/* Two columns for a wide character, none for a combining one. */
static void carets_stand_under_wide_characters(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    uint32_t doc = fixture_text(&f, "a.yaml", "\xE6\xBC\xA2\xE5\xAD\x97: e\xCC\x81t\xC3\xA9!\n");
    diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, doc, "e\xCC\x81t\xC3\xA9"), "m");
    diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, doc, "\xE5\xAD\x97"), "n");
    assert_str(fixture_report(&f, "text"),
               "a.yaml:1:5: error: m [a-rule]\n"
               "    1 | \xE6\xBC\xA2\xE5\xAD\x97: e\xCC\x81t\xC3\xA9!\n"
               "      |       ^~~\n"
               "\n"
               "a.yaml:1:2: error: n [a-rule]\n"
               "    1 | \xE6\xBC\xA2\xE5\xAD\x97: e\xCC\x81t\xC3\xA9!\n"
               "      |   ^~\n");
    fixture_close(&f);
}

/* Nothing of the input can steer a terminal, hide or reorder what it shows. */
static void control_characters_are_escaped(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    uint32_t doc = fixture_text(&f, "e\x1b[31m.yaml",
                                "a: \x1b[2J\xE2\x80\xAE\xC2\x9B\xFF\xC2\xA0 end\n");
    diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, doc, "end"), "bad \r\n\t\x7f\xEF\xBB\xBF");
    assert_str(fixture_report(&f, "text"),
               "e\\x1b[31m.yaml:1:13: error: bad \\r\\n\\t\\x7f\\ufeff [a-rule]\n"
               "    1 | a: \\x1b[2J\\u202e\\u009b\\xff\\u00a0 end\n"
               "      |                                  ^~~\n");
    fixture_close(&f);
}

static void long_lines_are_cut_around_the_carets(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    char text[2001];
    for (size_t i = 0; i < 2000; i++)
        text[i] = (char)('0' + i % 10);
    text[2000] = '\0';
    memcpy(text + 1000, "wrong", 5);
    memcpy(text + 1990, "at the end", 10);
    memcpy(text, "start", 5);
    text[990] = '\t';
    uint32_t doc = fixture_text(&f, "a.yaml", text);
    diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, doc, "start"), "a");
    diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, doc, "wrong"), "b");
    diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, doc, "end"), "c");
    diag_report(&f.diag, &FIXTURE_RULE, (Place){doc, 1000, 1000, BASE_NONE}, "d");
    assert_str(fixture_report(&f, "text"),
               "a.yaml:1:1: error: a [a-rule]\n"
               "    1 | start5678901234567890123456789012345678901234567890123456789"
               "01234567890123456789012345678901234567890123...\n"
               "      | ^~~~~\n"
               "\n"
               "a.yaml:1:1001: error: b [a-rule]\n"
               "    1 | ...01234567890123456789 123456789wrong5678901234567890123456789"
               "01234567890123456789012345678901234567890123...\n"
               "      |                                  ^~~~~\n"
               "\n"
               "a.yaml:1:1998: error: c [a-rule]\n"
               "    1 | ...678901234567890123456789012345678901234567890123456789012345"
               "6789012345678901234567890123456789at the end\n"
               "      |                                                             "
               "                                            ^~~\n"
               "\n"
               "a.yaml:1:1001: error: d [a-rule]\n"
               "    1 | ...01234567890123456789 123456789wrong5678901234567890123456789"
               "01234567890123456789012345678901234567890123...\n"
               "      |                                  ^~~~~~~~~~~~~~~~~~~~~~~~~~~"
               "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n");
    fixture_close(&f);
}

static void a_span_of_several_lines_shows_its_first(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    uint32_t doc = fixture_text(&f, "a.yaml", "spec:\n  a: 1\n  b: 2\nkind: X");
    diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, doc, "a: 1\n  b: 2"), "m");
    /* At the very end, where no character is. */
    diag_report(&f.diag, &FIXTURE_RULE, (Place){doc, 26, 0, BASE_NONE}, "n");
    assert_str(fixture_report(&f, "text"), "a.yaml:2:3: error: m [a-rule]\n"
                                           "    2 |   a: 1\n"
                                           "      |   ^~~~\n"
                                           "\n"
                                           "a.yaml:4:7: error: n [a-rule]\n"
                                           "    4 | kind: X\n"
                                           "      |       ^\n");
    fixture_close(&f);
}

static void secrets_keep_their_carets(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    const char *text = "kind: Secret\ndata:\n  password: aHVudGVyMg==!! # why\n";
    uint32_t doc = fixture_text(&f, "s.yaml", text);
    Place value = fixture_place(&f, doc, "aHVudGVyMg==!!");
    sources_redact(&f.sources, doc, value.offset, value.length);
    diag_report(&f.diag, &FIXTURE_RULE, value, "not base64");
    diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, doc, "# why"), "behind it");
    assert_str(fixture_report(&f, "text"), "s.yaml:3:13: error: not base64 [a-rule]\n"
                                           "    3 |   password: *** # why\n"
                                           "      |             ^~~\n"
                                           "\n"
                                           "s.yaml:3:28: error: behind it [a-rule]\n"
                                           "    3 |   password: *** # why\n"
                                           "      |                 ^~~~~\n");
    fixture_close(&f);
}

static void info_is_shown_when_asked_for(void **state)
{
    (void)state;
    static const RuleInfo hint = {"hint", ORIGIN_ADVICE, SEVERITY_INFO, "", "", ""};
    static const RuleInfo risk = {"risk", ORIGIN_ADVICE, SEVERITY_WARNING, "", "", ""};
    Fixture f;
    fixture_open(&f);
    Place nowhere = {BASE_NONE, 0, 0, BASE_NONE};
    uint32_t file = sources_add_file(&f.sources, STR("a.yaml"));
    diag_report(&f.diag, &hint, nowhere, "quiet");
    diag_report(&f.diag, &risk, (Place){BASE_NONE, 0, 0, file}, "of the file");
    Finding *finding = diag_report(&f.diag, &FIXTURE_RULE, nowhere, "of the input");
    finding->versions = STR("1.22..1.30");
    diag_note(&f.diag, finding, (Place){BASE_NONE, 0, 0, file}, "see there");
    assert_str(fixture_report(&f, "text"),
               "a.yaml: warning: of the file [risk]\n"
               "\n"
               "error: of the input (Kubernetes 1.22..1.30) [a-rule]\n"
               "a.yaml: note: see there\n");
    f.report.verbose = true;
    assert_true(str_starts(fixture_report(&f, "text"), STR("info: quiet [hint]\n\na.yaml: warning")));
    fixture_close(&f);
}

/* A file that changed or went away since it was read: the line is still told. */
static void unreadable_places_have_no_excerpt(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    uint32_t doc = fixture_text(&f, "a.yaml", "kind: Pod\n");
    uint32_t gone = sources_add_file(&f.sources, STR("no/such/file.yaml"));
    uint32_t lost = sources_add_doc(&f.sources, (SourceDoc){.size = 10, .file = gone, .line = 7,
                                                           .column = 1});
    Finding *finding = diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, doc, "Pod"), "m");
    diag_note(&f.diag, finding, (Place){lost, 3, 2, BASE_NONE}, "over there");
    assert_str(fixture_report(&f, "text"), "a.yaml:1:7: error: m [a-rule]\n"
                                           "    1 | kind: Pod\n"
                                           "      |       ^~~\n"
                                           "no/such/file.yaml:7: note: over there\n");
    fixture_close(&f);
}

static Str summary_line(const ReportSummary *summary, Buf *line)
{
    line->len = 0;
    report_summary_line(&(Report){.summary = *summary}, line);
    return buf_slice(line);
}

static void the_summary_always_has_its_numbers(void **state)
{
    (void)state;
    Buf line = {0};
    ReportSummary summary = {.target = {.oldest = 37, .newest = 37}};
    assert_str(summary_line(&summary, &line),
               "plimsoll: 0 objects in 0 files, 0 errors, 0 warnings (Kubernetes 1.37); "
               "skipped no files");
    summary = (ReportSummary){.files = 1, .objects = 1, .errors = 1, .warnings = 1,
                              .skipped_files = 1, .skipped_documents = 2, .helm_templates = 2,
                              .unknown_kinds = 1, .unchecked = 5,
                              .target = {SCHEMA_ALL_VERSIONS & ~UINT32_C(0x3FF), 25, 37}};
    assert_str(summary_line(&summary, &line),
               "plimsoll: 1 object in 1 file, 1 error, 1 warning (Kubernetes 1.25..1.37); skipped "
               "1 file that is no manifest, 2 documents that are no manifests, 2 Helm templates; "
               "not checked: 1 object of an unknown kind, 5 CEL rules; of versions before 1.29 "
               "only types were checked\n"
               "plimsoll: to check Helm templates, pipe what they render in: "
               "helm template CHART | plimsoll check -");
    buf_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_has_lines_notes_and_help),
        cmocka_unit_test(colours_repeat_the_words),
        cmocka_unit_test(tabs_stay_aligned),
        cmocka_unit_test(carets_stand_under_wide_characters),
        cmocka_unit_test(control_characters_are_escaped),
        cmocka_unit_test(long_lines_are_cut_around_the_carets),
        cmocka_unit_test(a_span_of_several_lines_shows_its_first),
        cmocka_unit_test(secrets_keep_their_carets),
        cmocka_unit_test(info_is_shown_when_asked_for),
        cmocka_unit_test(unreadable_places_have_no_excerpt),
        cmocka_unit_test(the_summary_always_has_its_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
