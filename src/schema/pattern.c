/* Patterns, run by PCRE2.  The only file that includes <pcre2.h>. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "schema/pattern.h"

#include <pcre2.h>

enum {
    PATTERN_STEPS = 1000 * 1000,  /* backtracking steps before the other matcher is asked */
    PATTERN_HEAP = 16 * 1024,     /* KiB */
    PATTERN_WORKSPACE = 16 * 1024, /* ints for the matcher that does not backtrack */
};

struct Pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
    bool never_tried_jit;
};

static pcre2_code *compile(Str text)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_set_parens_nest_limit(context, 4 * RE2_MAX_HEIGHT);
    int code;
    size_t offset;
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)text.ptr, text.len,
                                         PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C,
                                         &code, &offset, context);
    pcre2_compile_context_free(context);
    return compiled;
}

static Pattern *pattern_of(pcre2_code *code)
{
    Pattern *pattern = mem_resize(NULL, sizeof *pattern);
    *pattern = (Pattern){.code = code, .never_tried_jit = true};
    pattern->data = pcre2_match_data_create(1, NULL);
    pattern->limits = pcre2_match_context_create(NULL);
    if (!pattern->data || !pattern->limits)
        fatal("out of memory: a pattern was wanted");
    pcre2_set_match_limit(pattern->limits, PATTERN_STEPS);
    pcre2_set_depth_limit(pattern->limits, PATTERN_STEPS);
    pcre2_set_heap_limit(pattern->limits, PATTERN_HEAP);
    return pattern;
}

Pattern *pattern_compile_pcre2(Str source, Arena *arena, Str *error, size_t *offset)
{
    int code;
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)source.ptr, source.len,
                                         PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, offset, NULL);
    if (!compiled) {
        PCRE2_UCHAR text[256];
        int length = pcre2_get_error_message(code, text, sizeof text);
        *error = arena_str(arena, str_slice((const char *)text, length > 0 ? (size_t)length : 0));
        return NULL;
    }
    pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    Pattern *pattern = pattern_of(compiled);
    pattern->never_tried_jit = false;
    return pattern;
}

PatternMatch pattern_search_shared(const Pattern *pattern, Str subject)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (!data)
        fatal("out of memory: a pattern was wanted");
    int result = pcre2_match(pattern->code, (PCRE2_SPTR)(subject.ptr ? subject.ptr : ""),
                             subject.len, 0, 0, data, pattern->limits);
    pcre2_match_data_free(data);
    return result >= 0 ? PATTERN_YES : result == PCRE2_ERROR_NOMATCH ? PATTERN_NO : PATTERN_GAVE_UP;
}

Pattern *pattern_compile(Str source, Re2Error *error)
{
    Buf text = {0};
    pcre2_code *code = NULL;
    if (re2_translate(source, &text, error)) {
        buf_byte(&text, '\0');
        code = compile(str_slice(text.ptr, text.len - 1));
        if (!code)
            *error = (Re2Error){"the pattern is too large to be run here", 0, 0};
    }
    buf_free(&text);
    return code ? pattern_of(code) : NULL;
}

/* Some patterns make a backtracking matcher try without end.  The other matcher of
 * PCRE2 follows all ways at once and is slow, but not exponential. */
static PatternMatch search_all_ways(Pattern *pattern, Str subject)
{
    int *workspace = mem_resize(NULL, sizeof *workspace * PATTERN_WORKSPACE);
    int result = pcre2_dfa_match(pattern->code, (PCRE2_SPTR)subject.ptr, subject.len, 0,
                                 PCRE2_DFA_SHORTEST, pattern->data, pattern->limits, workspace,
                                 PATTERN_WORKSPACE);
    mem_free(workspace);
    return result >= 0 ? PATTERN_YES : result == PCRE2_ERROR_NOMATCH ? PATTERN_NO : PATTERN_GAVE_UP;
}

PatternMatch pattern_search(Pattern *pattern, Str subject)
{
    if (!subject.ptr)
        subject.ptr = "";
    if (pattern->never_tried_jit) {
        /* Where there is no JIT the interpreter runs: the answer is the same. */
        pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
        pattern->never_tried_jit = false;
    }
    int result = pcre2_match(pattern->code, (PCRE2_SPTR)subject.ptr, subject.len, 0, 0,
                             pattern->data, pattern->limits);
    if (result >= 0)
        return PATTERN_YES;
    if (result == PCRE2_ERROR_NOMATCH)
        return PATTERN_NO;
    return search_all_ways(pattern, subject);
}

void pattern_free(Pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_code_free(pattern->code);
    pcre2_match_data_free(pattern->data);
    pcre2_match_context_free(pattern->limits);
    mem_free(pattern);
}
