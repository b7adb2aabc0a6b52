/* judged.c: the slow half of format_judged: a text that was not met lately. */
#include "schema/validation/formats.h"

_Static_assert(JUDGED_SIZE == 128, "format_judged takes the uppermost seven bits");

const char *judged_add(JudgedText *place, FormatFn form, Str text)
{
    const char *wrong = form(text);
    if (wrong)
        return wrong;
    bool short_one = text.len < 8, long_one = text.len > 16;
    *place = (JudgedText){
        .start = short_one ? schema_key(text.ptr, text.len) : str_load8(text.ptr),
        .end = short_one ? 0 : str_load8(text.ptr + text.len - 8),
        .inner = {long_one ? str_load8(text.ptr + 8) : 0,
                  long_one ? str_load8(text.ptr + text.len - 16) : 0},
        .form = form,
        .len = text.len,
    };
    return NULL;
}
