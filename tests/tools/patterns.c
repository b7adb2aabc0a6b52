/* Answers as tests/patterns/oracle.go does, with our own patterns: bad, yes, no, or gave-up. */
#include "schema/pattern.h"

#include <stdlib.h>

static Str decode(const char *word, Arena *arena)
{
    size_t length = word[0] == '-' ? 0 : strlen(word) / 2;
    char *bytes = arena_alloc(arena, length + 1);
    for (size_t i = 0; i < length; i++) {
        char digits[3] = {word[2 * i], word[2 * i + 1], '\0'};
        bytes[i] = (char)strtoul(digits, NULL, 16);
    }
    return str_slice(bytes, length);
}

static const char *answer(Str source, Str subject)
{
    static const char *const WORDS[] = {"no", "yes", "gave-up"};
    Re2Error error;
    Pattern *pattern = pattern_compile(source, &error);
    if (!pattern)
        return error.size ? "bad" : "too-large";
    const char *word = WORDS[pattern_search(pattern, subject)];
    pattern_free(pattern);
    return word;
}

int main(void)
{
    Arena arena = {0};
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, stdin) > 0) {
        char *space = strchr(line, ' ');
        if (!space)
            fatal("a line wants two words");
        *space = '\0';
        space[1 + strcspn(space + 1, "\n")] = '\0';
        puts(answer(decode(line, &arena), decode(space + 1, &arena)));
        arena_reset(&arena);
    }
    arena_free(&arena);
    free(line);
    return 0;
}
