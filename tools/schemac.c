/* schemac: the schema compiler.  It reads the text under schemas/ and writes the
 * constant tables that src/schema/table.h describes, so that the program itself
 * loads, parses and allocates nothing at start.  It runs on the building machine:
 *
 *     schemac OUTDIR SCHEMADIR      writes OUTDIR/names.h and OUTDIR/tables.inc
 *
 * The steps below stand in the order of tools/schemac/: words.c and read.c know the
 * text's form, types.c, kinds.c, rules.c, stored.c and links.c one folder or file of it each,
 * layout.c gives everything its place, write_names.c and write_tables.c write C. */
#include "schemac/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void write_file(const char *path, Model *model, void (*write)(Model *, FILE *))
{
    FILE *out = fopen(path, "w");
    if (!out || (write(model, out), ferror(out)) || fclose(out) != 0) {
        fprintf(stderr, "schemac: %s: %s\n", path, strerror(errno));
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: schemac OUTDIR SCHEMADIR\n", stderr);
        return 2;
    }
    Model model = {.folder = argv[2]};
    read_version_list(&model);
    read_types(&model);
    read_kinds(&model);
    read_rules(&model);
    read_gates(&model);
    read_stored(&model);
    read_defaults(&model);
    read_links(&model);
    lay_out(&model);
    /* The tables first: names.h says how long the text grew. */
    write_file(joined("%s/tables.inc", argv[1]), &model, write_tables);
    write_file(joined("%s/names.h", argv[1]), &model, write_names);
    return 0;
}
