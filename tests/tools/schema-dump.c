/* schema-dump: writes the compiled tables to stdout, for
 * tools/schemas/verify.py --dump.  It links with the program's own library, so what
 * it shows is what the program knows. */
#include "schema/schema.h"

int main(void)
{
    Out out;
    out_init(&out, 1);
    schema_dump(&out);
    return out_close(&out) ? 0 : 2;
}
