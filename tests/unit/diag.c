/* The diag room: severity, order, and the way from offsets back to lines. */
#include "unit.h"

#include "diag/diag.h"

static const RuleInfo RULE = {"a-rule", ORIGIN_LINK, SEVERITY_ERROR, "", "", ""};
static const RuleInfo OTHER = {"b-rule", ORIGIN_LINK, SEVERITY_WARNING, "", "", ""};

/* One file that holds text, and one document over all of it. */
static uint32_t add_text(Sources *sources, const char *name, const char *text)
{
    uint32_t file = sources_add_file(sources, str_of(name));
    FileText kept = {.len = strlen(text)};
    kept.ptr = mem_resize(NULL, kept.len + FILE_PADDING);
    memcpy(kept.ptr, text, kept.len);
    sources_keep(sources, file, kept);
    SourceDoc doc = {.size = (uint32_t)kept.len, .file = file, .line = 1, .column = 1};
    return sources_add_doc(sources, doc);
}

static Located locate(Sources *sources, uint32_t doc, uint32_t offset, uint32_t length)
{
    return sources_locate(sources, (Place){doc, offset, length, BASE_NONE});
}

static void columns_count_code_points(void **state)
{
    (void)state;
    Sources sources;
    sources_init(&sources);
    uint32_t doc = add_text(&sources, "a.yaml", "\xEF\xBB\xBFone: 1\n\xC3\xA9t\xC3\xA9: two\r\nthree: 3");
    Located at = locate(&sources, doc, 3, 3);
    assert_int_equal(at.line, 1);
    assert_int_equal(at.column, 1); /* the byte order mark is no column */
    assert_str(at.excerpt, "one: 1");
    at = locate(&sources, doc, 17, 3);
    assert_int_equal(at.line, 2);
    assert_int_equal(at.column, 6);
    assert_int_equal(at.end_column, 9);
    assert_int_equal(at.caret_start, 5);
    assert_int_equal(at.caret_width, 3);
    assert_str(at.excerpt, "\xC3\xA9t\xC3\xA9: two"); /* without its CR */
    at = locate(&sources, doc, 29, 1);
    assert_int_equal(at.line, 3);
    assert_int_equal(at.column, 8);
    at = locate(&sources, doc, 3, 17); /* back again, and over two lines */
    assert_int_equal(at.line, 1);
    assert_int_equal(at.end_line, 2);
    assert_int_equal(at.end_column, 9);
    assert_int_equal(at.caret_width, 6);
    sources_free(&sources);
}

/* Lines and columns counted from the text's start, as slowly as can be. */
static void count(const char *text, size_t to, uint32_t *line, uint32_t *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < to; i++) {
        *column += (text[i] & 0xC0) != 0x80;
        if (text[i] == '\n') {
            ++*line;
            *column = 1;
        }
    }
}

/* Landmarks stand every few kilobytes; places between them come in any order. */
static void places_in_long_texts_are_counted_right(void **state)
{
    (void)state;
    Buf text = {0};
    for (unsigned i = 0; text.len < 100000; i++)
        buf_text(&text, i % 7 == 0 && text.len < 50000 ? "\n" : i % 3 ? "\xE2\x82\xAC" : "ab");
    buf_byte(&text, '\0');
    Sources sources;
    sources_init(&sources);
    uint32_t doc = add_text(&sources, "long.yaml", text.ptr);
    for (uint32_t i = 0; i < 2000; i++) {
        uint32_t offset = i * 7919 % 99000, line, column;
        while ((text.ptr[offset] & 0xC0) == 0x80)
            offset++;
        Located at = locate(&sources, doc, offset, 3);
        count(text.ptr, offset, &line, &column);
        assert_int_equal(at.line, line);
        assert_int_equal(at.column, column);
        if (text.ptr[offset] == '\n')
            continue;
        /* The excerpt is a stretch of the line, and the range is where it says. */
        assert_true(at.excerpt.len <= 2 * 1024 + 4);
        size_t in = 0;
        for (uint32_t c = 0; c < at.caret_start; in++)
            c += in + 1 >= at.excerpt.len || (at.excerpt.ptr[in + 1] & 0xC0) != 0x80;
        assert_memory_equal(at.excerpt.ptr + in, text.ptr + offset, 1);
        assert_true(at.cut_before || column - 1 == at.caret_start);
    }
    sources_free(&sources);
    buf_free(&text);
}

static void redacted_bytes_never_show(void **state)
{
    (void)state;
    Sources sources;
    sources_init(&sources);
    uint32_t doc = add_text(&sources, "s.yaml", "data:\n  a: hidden # why\n  b: |\n    two\n    lines\n");
    sources_redact(&sources, doc, 29, 19);
    sources_redact(&sources, doc, 11, 6);
    Located at = locate(&sources, doc, 11, 6);
    assert_str(at.excerpt, "  a: *** # why");
    assert_int_equal(at.caret_start, 5);
    assert_int_equal(at.caret_width, 3);
    at = locate(&sources, doc, 18, 5);
    assert_str(at.excerpt, "  a: *** # why");
    assert_int_equal(at.caret_start, 9);
    at = locate(&sources, doc, 45, 2);
    assert_str(at.excerpt, "    ***");
    assert_int_equal(at.caret_start, 4);
    sources_redact(&sources, doc, 12, 2); /* within another: hidden once */
    assert_str(locate(&sources, doc, 8, 1).excerpt, "  a: *** # why");
    sources_free(&sources);
}

static void unparsed_secrets_hide_their_values(void **state)
{
    (void)state;
    Sources sources;
    sources_init(&sources);
    const char *text = "kind: Secret\nbase64stuff\n  key: value: more\n";
    uint32_t doc = add_text(&sources, "s.yaml", text);
    sources_redact_values(&sources, doc, str_of(text));
    assert_str(locate(&sources, doc, 13, 2).excerpt, "***");
    assert_str(locate(&sources, doc, 27, 3).excerpt, "  key: ***");
    sources_free(&sources);
}

static void findings_are_sorted_and_stand_once(void **state)
{
    (void)state;
    Sources sources;
    sources_init(&sources);
    uint32_t b = add_text(&sources, "b.yaml", "x"), a = add_text(&sources, "a.yaml", "xyz");
    Diag diag = {0};
    diag_report(&diag, &OTHER, (Place){b, 0, 1, 0}, "1");
    diag_report(&diag, &OTHER, (Place){a, 1, 1, 0}, "2");
    diag_report(&diag, &RULE, (Place){a, 1, 1, 0}, "3");
    diag_report(&diag, &RULE, (Place){a, 0, 1, 0}, "4");
    diag_report(&diag, &RULE, (Place){a, 0, 1, 0}, "4");
    diag_sort(&diag, &sources);
    assert_int_equal(diag.findings.len, 4);
    const char *order[] = {"4", "3", "2", "1"};
    for (uint32_t i = 0; i < 4; i++)
        assert_str(diag.findings.at[i].message, order[i]);
    diag_free(&diag);
    sources_free(&sources);
}

static void the_users_severity_wins(void **state)
{
    (void)state;
    const SeverityOverride overrides[] = {{STR_INIT("b-rule"), SEVERITY_OFF},
                                          {STR_INIT("a-rule"), SEVERITY_ERROR}};
    Diag diag = {.overrides = overrides, .override_count = 2};
    Place nowhere = {BASE_NONE, 0, 0, BASE_NONE};
    Finding *off = diag_report(&diag, &OTHER, nowhere, "off");
    assert_null(off);
    diag_note(&diag, off, nowhere, "calm");
    diag_help(&diag, off, "calm");
    Finding *kept = diag_report(&diag, &RULE, nowhere, "kept");
    diag_lower(&diag, kept, SEVERITY_INFO);
    assert_int_equal(kept->severity, SEVERITY_ERROR);
    diag.override_count = 0;
    kept = diag_report(&diag, &RULE, nowhere, "lowered");
    diag_lower(&diag, kept, SEVERITY_WARNING);
    assert_int_equal(kept->severity, SEVERITY_WARNING);
    diag_free(&diag);
}

static void merging_shifts_places(void **state)
{
    (void)state;
    Diag one = {0}, two = {0};
    Finding *finding = diag_report(&two, &RULE, (Place){1, 0, 0, 0}, "moved");
    finding->object = 2;
    diag_note(&two, finding, (Place){3, 0, 0, 0}, "note %d", 1);
    diag_merge(&one, &two, 10, 20);
    assert_int_equal(two.findings.len, 0);
    diag_free(&two);
    assert_int_equal(one.findings.at[0].place.doc, 11);
    assert_int_equal(one.findings.at[0].object, 22);
    assert_int_equal(one.findings.at[0].notes[0].place.doc, 13);
    assert_str(one.findings.at[0].notes[0].message, "note 1");
    diag_free(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_count_code_points),
        cmocka_unit_test(places_in_long_texts_are_counted_right),
        cmocka_unit_test(redacted_bytes_never_show),
        cmocka_unit_test(unparsed_secrets_hide_their_values),
        cmocka_unit_test(findings_are_sorted_and_stand_once),
        cmocka_unit_test(the_users_severity_wins),
        cmocka_unit_test(merging_shifts_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
