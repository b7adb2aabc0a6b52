/* `plimsoll explain PLACE`: the fields below a kind or field, with their types and
 * limits, for a version or a range, offline; of custom resources with --crds. */
#include "cli/explain.h"
#include "cli/options.h"
#include "cli/run.h"
#include "schema/crd.h"

#include <errno.h>
#include <unistd.h>

static const struct {
    const char *name;
    void (*write)(const Explained *found, Buf *out);
} FORMATS[] = {{"text", explain_text}, {"json", explain_json}};

const char *explain_format(size_t i) { return i < BASE_COUNT(FORMATS) ? FORMATS[i].name : NULL; }

/* The built-in types with those of the CRDs that were given.  What is wrong with one is
 * said on stderr, and what can be read of it explained all the same. */
bool types_load(const Options *options, Schema *schema)
{
    Worker worker;
    Sources sources;
    ReportSummary summary = {0};
    InputList files = {0};
    bool good = true;
    sources_init(&sources);
    worker_init(&worker, options, &sources, &summary, NULL);
    worker_equip(&worker);
    CrdSet *set = worker.checker.crds = crd_set_new();
    inputs_gather_paths(&files, options->crds.at, options->crds.len);
    for (uint32_t i = 0; i < files.inputs.len; i++) {
        Str path = files.inputs.at[i].path;
        int error = crd_load_file(&worker.checker, worker.parser, &sources, path);
        if (error)
            cli_error("%.*s: %s", STR_ARG(path), strerror(error));
        good &= !error;
    }
    crd_build(schema, &set, 1, &sources, (CrdDemand){0}, &worker.diag);
    diag_sort(&worker.diag, &sources);
    Report report = {.sources = &sources, .diag = &worker.diag, .summary = summary};
    Out errors;
    out_init(&errors, STDERR_FILENO);
    report_format_find(STR("text"))->write(&report, &errors);
    out_close(&errors);
    crd_set_free(set);
    worker_free(&worker);
    sources_free(&sources);
    good &= files.errors == 0;
    inputs_free(&files);
    return good;
}

int run_explain(Options *options)
{
    if (options->words.len != 1) {
        cli_error("explain takes one place, as in: plimsoll explain Deployment.spec.strategy");
        return EXIT_TROUBLE;
    }
    Output output = output_of(options, "text");
    Schema *schema = options->crds.len ? schema_new() : NULL;
    if (schema && !types_load(options, schema)) {
        schema_free(schema);
        return EXIT_TROUBLE;
    }
    Explained found = {
        .schema = schema,
        .target = options->schema.target,
        .limits = {.arena = &options->arena},
        .path = STR(""),
        .recursive = options->recursive,
        .arena = &options->arena,
    };
    int status = EXIT_TROUBLE;
    Out out;
    if (explain_find(&found, options->words.at[0], options->api_version) &&
        output_open(&out, &output)) {
        FORMATS[str_is(output.format, "json")].write(&found, &out.buf);
        status = output_close(&out, &output, "the explanation") ? EXIT_CLEAN : EXIT_TROUBLE;
    }
    vec_free(&found.limits.list);
    schema_free(schema);
    return status;
}
