/* What every unit test includes: cmocka, with the headers it wants before it. */
#ifndef PLIMSOLL_TESTS_UNIT_H
#define PLIMSOLL_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

/* The slice and the literal hold the same bytes. */
#define assert_str(slice, literal)                                    \
    do {                                                              \
        Str got_ = (slice);                                           \
        char *shown_ = mem_resize(NULL, got_.len + 1);                \
        if (got_.len)                                                 \
            memcpy(shown_, got_.ptr, got_.len);                       \
        shown_[got_.len] = '\0';                                      \
        assert_string_equal(shown_, literal);                         \
        mem_free(shown_);                                             \
    } while (0)

#endif
