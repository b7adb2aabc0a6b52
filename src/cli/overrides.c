/* Severities by path: the configuration's `overrides`.
 *
 * They are known only once a finding has its file, so that this pass gives them behind the
 * barrier.  A rule that is off but for some files reports everywhere, and is taken out here
 * where no override wants it. */
#include "cli/options.h"
#include "cli/run.h"

static bool covers(const PathOverride *override, Str place)
{
    Str rest;
    for (uint32_t i = 0; i < override->paths.len; i++)
        if (path_below(place, override->paths.at[i].folder, &rest) &&
            glob_match_upward(override->paths.at[i].glob, rest, false))
            return true;
    return false;
}

static bool is_off(const Options *options, Str rule)
{
    for (uint32_t i = 0; i < options->off_elsewhere.len; i++)
        if (str_eq(options->off_elsewhere.at[i], rule))
            return true;
    return false;
}

static Severity severity_at(const Options *options, const Finding *finding, Str place)
{
    Str rule = str_of(finding->rule->id);
    Severity severity = is_off(options, rule) ? SEVERITY_OFF : finding->severity;
    for (uint32_t i = 0; i < options->overrides.len && place.len; i++) {
        const PathOverride *override = &options->overrides.at[i];
        if (!covers(override, place))
            continue;
        for (uint32_t r = 0; r < override->rules.len; r++)
            if (str_eq(override->rules.at[r].rule, rule))
                severity = override->rules.at[r].severity;
    }
    return severity;
}

void overrides_apply(const Options *options, Diag *diag, const Sources *sources)
{
    Arena arena = {0};
    PlaceMemo memo = {0};
    Str place = STR("");
    uint32_t last = BASE_NONE, kept = 0;
    if (!options->overrides.len)
        return;
    for (uint32_t i = 0; i < diag->findings.len; i++) {
        Finding finding = diag->findings.at[i];
        uint32_t file = finding.place.doc != BASE_NONE ? sources->docs.at[finding.place.doc].file
                                                       : finding.place.file;
        if (file == BASE_NONE)
            place = STR("");
        else if (file != last)
            place = path_place(sources->files.at[file].name, false, &memo, &arena);
        last = file;
        finding.severity = severity_at(options, &finding, place);
        if (finding.severity != SEVERITY_OFF)
            diag->findings.at[kept++] = finding;
    }
    diag->findings.len = kept;
    arena_free(&arena);
}
