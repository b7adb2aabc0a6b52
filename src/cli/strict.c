/* Files that decide what is reported, read strictly: the configuration, a baseline.  They go
 * through the parser of our own, so that a mistake is shown at its line; one mistake, and the
 * run ends. */
#include "cli/options.h"

#include <errno.h>
#include <unistd.h>

/* Hands the documents of the text over; a second one that holds anything is an error. */
static void read_text(const StrictFile *file, Sources *sources, Diag *diag, Str text)
{
    uint32_t index = sources_add_file(sources, file->path);
    bool seen = false;
    Documents documents;
    documents_open(&documents, text, index, sources, diag);
    for (Document doc; documents_next(&documents, &doc);) {
        if (seen)
            document_report(diag, &doc, doc.root, file->rule, "%s is one document", file->what);
        else
            file->read(file->context, &doc, diag, sources);
        seen = true;
    }
    if (!seen && file->must_hold && diag->findings.len == 0)
        diag_report(diag, file->rule, (Place){.doc = BASE_NONE, .file = index},
                    "%s is empty", file->what);
    documents_close(&documents);
}

static uint32_t error_count(const Diag *diag)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < diag->findings.len; i++)
        count += diag->findings.at[i].severity == SEVERITY_ERROR;
    return count;
}

/* What a report of findings looks like is the text format's to say. */
void strict_errors(const Options *options, Sources *sources, Diag *diag)
{
    Out out;
    Report report = {
        .sources = sources,
        .diag = diag,
        .summary = {.errors = error_count(diag), .target = options->schema.target},
        .color = options_color(options, STDERR_FILENO),
    };
    diag_sort(diag, sources);
    out_init(&out, STDERR_FILENO);
    report_format_find(STR("text"))->write(&report, &out);
    out_close(&out);
}

bool strict_read(Options *options, const StrictFile *file)
{
    /* `off`, 1.30 and the like are read as text here: no trap for anyone. */
    static const SeverityOverride QUIET[] = {{STR_INIT("yaml-ambiguous"), SEVERITY_OFF}};
    Arena *arena = &options->arena;
    FileText text = {0};
    int error = file_read(&text, file->path.ptr);
    if (error) {
        Str guess = error == ENOENT ? path_guess(file->path, arena) : (Str){0};
        cli_error("%.*s: %s%.*s", STR_ARG(file->path), strerror(error),
                  STR_ARG(guess_text(&(Guess){.best = guess}, arena)));
        return false;
    }
    Sources sources;
    Diag diag = {.overrides = QUIET, .override_count = BASE_COUNT(QUIET)};
    sources_init(&sources);
    read_text(file, &sources, &diag, str_slice(text.ptr, text.len));
    bool good = error_count(&diag) == 0;
    if (!good)
        strict_errors(options, &sources, &diag);
    diag_free(&diag);
    sources_free(&sources);
    file_free(&text);
    return good;
}
