/* What holds by path: the configuration's `overrides`.
 *
 * Severities are known only once a finding has its file, so that a pass gives them behind
 * the barrier.  A rule that is off but for some files reports everywhere, and is taken out
 * here where no override wants it.  Versions are asked for before a file's objects are
 * checked: whoever checks them follows a pointer to the options that hold there. */
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

void overrides_schemas(Options *options)
{
    for (uint32_t i = 0; i < options->overrides.len; i++) {
        PathOverride *override = &options->overrides.at[i];
        SchemaTarget target = override->schema.target;
        if (options->command->all_versions || options->set_by[SETTING_KUBERNETES_VERSION] == SET_BY_FLAG)
            override->has_target = false;
        override->schema = options->schema;
        override->schema.target = target;
    }
}

uint32_t overrides_versions(const Options *options)
{
    uint32_t versions = 0;
    for (uint32_t i = 0; i < options->overrides.len; i++)
        if (options->overrides.at[i].has_target)
            versions |= options->overrides.at[i].schema.target.versions;
    return versions;
}

const SchemaOptions *overrides_schema(const Options *options, Str path)
{
    const SchemaOptions *found = &options->schema;
    if (!overrides_versions(options) || str_is(path, "-"))
        return found;
    Arena arena = {0};
    PlaceMemo memo = {0};
    Str place = path_place(path, false, &memo, &arena);
    for (uint32_t i = 0; i < options->overrides.len; i++)
        if (options->overrides.at[i].has_target && covers(&options->overrides.at[i], place))
            found = &options->overrides.at[i].schema;
    arena_free(&arena);
    return found;
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
