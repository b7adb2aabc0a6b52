/* kinds.c: is the object's kind known, served at the versions asked about, about to
 * go, and can such an object be created at all?  All from the rows of kinds.txt. */
#include "schema/walk.h"

static uint32_t from_minor(unsigned minor)
{
    if (minor <= SCHEMA_OLDEST)
        return SCHEMA_ALL_VERSIONS;
    if (minor > SCHEMA_NEWEST)
        return 0;
    return SCHEMA_ALL_VERSIONS & ~((UINT32_C(1) << (minor - SCHEMA_OLDEST)) - 1);
}

static Str text(const Walk *walk, TextId id) { return text_str(walk->schema, id); }

/* The value of apiVersion (or kind) to point at; the object itself where an item of a
 * list has none of its own. */
static uint32_t head_node(const Walk *walk, Str key)
{
    uint32_t node = node_get_text(walk->doc, walk->doc->root, key);
    return node == BASE_NONE ? walk->doc->root : node;
}

Str schema_group(Str api_version)
{
    size_t slash = str_find(api_version, '/');
    return slash < api_version.len ? str_slice(api_version.ptr, slash) : str_slice("", 0);
}

/* ---- an unknown kind: what was meant? ---- */

typedef struct Guess {
    const SchemaKind *kind;
    unsigned distance; /* of kind and apiVersion together, right kinds first */
} Guess;

static Guess guess_kind(const Walk *walk, Str api_version, Str kind)
{
    uint32_t newest = UINT32_C(1) << (walk->checker->options->target.newest - SCHEMA_OLDEST);
    Guess best = {NULL, 0};
    for (KindId id = 0; id < schema_kind_count(walk->schema); id++) {
        const SchemaKind *row = schema_kind_row(walk->schema, id);
        if (!(row->served & newest) || !row->creatable)
            continue;
        unsigned kind_distance, version_distance;
        Str row_version = text(walk, row->api_version);
        if (!str_is_typo(kind, text(walk, row->kind), &kind_distance)) {
            /* "Deploy" is no typo of Deployment, and means it all the same. */
            if (kind.len < 3 || !str_starts(text(walk, row->kind), kind) ||
                !str_eq(row_version, api_version))
                continue;
            kind_distance = 4;
        }
        if (!str_eq(kind, text(walk, row->kind)))
            kind_distance++; /* a wrong case is no distance, but not right either */
        bool same_group = str_eq(schema_group(row_version), schema_group(api_version));
        if (str_eq(row_version, api_version))
            version_distance = 0;
        else if (same_group)
            version_distance = 1;
        else if (kind_distance <= 1)
            version_distance = 2;
        else
            continue; /* another group and another name: a guess at random */
        unsigned distance = kind_distance * 4 + version_distance;
        if (!best.kind || distance < best.distance)
            best = (Guess){row, distance};
    }
    return best;
}

static bool version_is_known(const Walk *walk, Str api_version)
{
    for (KindId id = 0; id < schema_kind_count(walk->schema); id++)
        if (str_eq(text(walk, schema_kind_row(walk->schema, id)->api_version), api_version))
            return true;
    return false;
}

static bool kind_is_known(const Walk *walk, Str kind)
{
    for (KindId id = 0; id < schema_kind_count(walk->schema); id++)
        if (str_eq(text(walk, schema_kind_row(walk->schema, id)->kind), kind))
            return true;
    return false;
}

/* The same for the object's own kind. */
static bool own_kind_is_known(const Walk *walk)
{
    SchemaChecker *checker = walk->checker;
    uint32_t kind = walk->object->kind;
    KindAnswer *answer = &checker->answers[kind % KIND_ANSWERS];
    if (!checker->complete || answer->kind != kind)
        *answer = (KindAnswer){kind, kind_is_known(walk, interned(checker->strings, kind))};
    return answer->known;
}

static void help_guess(Walk *walk, Finding *finding, Str api_version, Str kind)
{
    Guess guess = guess_kind(walk, api_version, kind);
    if (!guess.kind || !finding)
        return;
    Str right_version = text(walk, guess.kind->api_version), right_kind = text(walk, guess.kind->kind);
    if (str_eq(right_kind, kind))
        diag_help(walk->checker->diag, finding, "did you mean apiVersion: %.*s?",
                  STR_ARG(right_version));
    else if (str_eq(right_version, api_version))
        diag_help(walk->checker->diag, finding, "did you mean kind: %.*s?", STR_ARG(right_kind));
    else
        diag_help(walk->checker->diag, finding, "did you mean %.*s of %.*s?", STR_ARG(right_kind),
                  STR_ARG(right_version));
}

/* A kind of a group that is not Kubernetes' own: a CRD has it, or it is a mistake. */
static void report_missing_schema(Walk *walk, Str api_version, Str kind)
{
    if (walk->checker->options->missing == MISSING_SKIP)
        return;
    Finding *finding = walk_report(walk, head_node(walk, STR("kind")), &rule_unknown_kind, 0,
                                   "no CRD defines %.*s of %.*s: the object was not checked",
                                   STR_ARG(kind), STR_ARG(api_version));
    if (walk->checker->options->missing == MISSING_WARN)
        diag_lower(walk->checker->diag, finding, SEVERITY_WARNING);
    /* There may be many such objects, and a guess is dear. */
    if (own_kind_is_known(walk))
        help_guess(walk, finding, api_version, kind);
    else
        diag_help(walk->checker->diag, finding,
                  "give its CRD among the input, or with --crds FILE");
}

static void report_unknown(Walk *walk)
{
    Str api_version = interned(walk->checker->strings, walk->object->api_version);
    Str kind = interned(walk->checker->strings, walk->object->kind);
    if (str_is(kind, "List") && str_is(api_version, "v1")) {
        walk_report(walk, head_node(walk, STR("kind")), &rule_not_creatable, walk->target,
                    "this List holds no object: it has no items, or they are no list");
        return;
    }
    if (!schema_group_is_builtin(schema_group(api_version))) {
        walk->object->unknown_kind = true;
        report_missing_schema(walk, api_version, kind);
        return;
    }
    Finding *finding;
    if (!version_is_known(walk, api_version))
        finding = walk_report(walk, head_node(walk, STR("apiVersion")), &rule_unknown_api_version,
                              walk->target,
                              api_version.len ? "unknown apiVersion \"%.*s\""
                                              : "apiVersion is missing: it is empty%.*s",
                              STR_ARG(api_version));
    else if (kind_is_known(walk, kind))
        finding = walk_report(walk, head_node(walk, STR("apiVersion")), &rule_unknown_api_version,
                              walk->target, "%.*s has no kind %.*s", STR_ARG(api_version),
                              STR_ARG(kind));
    else
        finding = walk_report(walk, head_node(walk, STR("kind")), &rule_unknown_kind,
                              walk->target, "unknown kind \"%.*s\" in %.*s", STR_ARG(kind),
                              STR_ARG(api_version));
    help_guess(walk, finding, api_version, kind);
}

/* ---- a known kind that these versions do not serve ---- */

/* "apps/v1/Deployment": the apiVersion, and the kind behind the last slash. */
static void split_replacement(Str replacement, Str *api_version, Str *kind)
{
    size_t slash = replacement.len;
    while (slash > 0 && replacement.ptr[slash - 1] != '/')
        slash--;
    *api_version = str_slice(replacement.ptr, slash ? slash - 1 : 0);
    *kind = str_slice(replacement.ptr + slash, replacement.len - slash);
}

/* A row of the same kind in another version of the group, served at all these. */
static const SchemaKind *other_version(const Walk *walk, const SchemaKind *row, uint32_t versions)
{
    const SchemaKind *best = NULL;
    for (KindId id = 0; id < SCHEMA_STATIC_KINDS; id++) {
        const SchemaKind *other = &schema_kinds[id];
        if (other == row || (other->served & versions) != versions ||
            !str_eq(text(walk, other->kind), text(walk, row->kind)) ||
            !str_eq(schema_group(text(walk, other->api_version)),
                    schema_group(text(walk, row->api_version))))
            continue;
        if (!best || other->deprecated == 0)
            best = other;
    }
    return best;
}

/* What the replacement demands that the old version did not: "spec.selector". */
static Str also_needs(const Walk *walk, Str api_version, Str kind)
{
    Str none = str_slice("", 0);
    const Document *doc = walk->doc;
    KindId id = schema_kind_lookup(walk->schema, api_version, kind);
    uint32_t spec = node_get_text(doc, doc->root, STR("spec"));
    if (id == BASE_NONE || spec == BASE_NONE || node_kind(doc, spec) != NODE_MAP)
        return none;
    TypeId type = schema_kind_row(walk->schema, id)->type;
    const SchemaField *spec_field = type_field(walk->schema, type, type_row(walk->schema, type),
                                               "spec", 4);
    if (!spec_field || spec_field->type < TYPE_STRUCT || spec_field->type >= SCHEMA_STATIC_TYPES)
        return none;
    const SchemaType *row = &schema_types[spec_field->type];
    for (uint32_t i = 0; row->kind == TYPE_STRUCT && i < row->field_count; i++) {
        const SchemaField *field = &schema_fields[row->fields + i];
        Str name = text(walk, field->name);
        if (field->must && node_get_text(doc, spec, name) == BASE_NONE)
            return name;
    }
    return none;
}

static void help_replacement(Walk *walk, Finding *finding, const SchemaKind *row,
                             uint32_t versions)
{
    Diag *diag = walk->checker->diag;
    Str api_version, kind;
    split_replacement(text(walk, row->replacement), &api_version, &kind);
    KindId id = schema_kind_lookup(walk->schema, api_version, kind);
    if (id == BASE_NONE || (schema_kind_row(walk->schema, id)->served & versions) != versions) {
        const SchemaKind *other = other_version(walk, row, versions);
        if (!other) {
            if (str_is(text(walk, row->kind), "PodSecurityPolicy"))
                diag_help(diag, finding, "Pod Security admission replaces it: label namespaces "
                                         "with pod-security.kubernetes.io/enforce");
            return;
        }
        api_version = text(walk, other->api_version);
        kind = text(walk, other->kind);
    }
    Str needs = also_needs(walk, api_version, kind);
    bool renamed = !str_eq(kind, text(walk, row->kind));
    diag_help(diag, finding, "use %.*s%s%.*s%s%.*s", STR_ARG(api_version), renamed ? " " : "",
              STR_ARG(renamed ? kind : str_slice("", 0)), needs.len ? ", which also needs spec." : "",
              STR_ARG(needs));
}

static void report_unserved(Walk *walk, const SchemaKind *row, uint32_t missing)
{
    Str api_version = text(walk, row->api_version), kind = text(walk, row->kind);
    uint32_t node = head_node(walk, STR("apiVersion"));
    unsigned first = schema_versions_oldest(row->defined);
    unsigned last = schema_versions_newest(row->served ? row->served : row->defined);
    uint32_t gone = missing & from_minor(last + 1);
    uint32_t early = missing & ~from_minor(first);
    uint32_t off = missing & ~gone & ~early;
    if (gone) {
        Finding *finding = walk_report(walk, node, &rule_removed_api, gone,
                                       "%.*s %.*s is gone since Kubernetes 1.%u",
                                       STR_ARG(api_version), STR_ARG(kind), last + 1);
        if (finding)
            help_replacement(walk, finding, row, gone);
    }
    if (early) {
        Finding *finding = walk_report(walk, node, &rule_unserved_api, early,
                                       "%.*s %.*s came with Kubernetes 1.%u", STR_ARG(api_version),
                                       STR_ARG(kind), first);
        if (finding)
            help_replacement(walk, finding, row, early);
    }
    if (off) {
        Finding *finding = walk_report(walk, node, &rule_unserved_api, off,
                                       "%.*s %.*s is served only where it is switched on: "
                                       "it is off by default",
                                       STR_ARG(api_version), STR_ARG(kind));
        if (finding)
            help_replacement(walk, finding, row, off);
    }
}

static void report_deprecated(Walk *walk, const SchemaKind *row, uint32_t versions)
{
    if (!row->deprecated)
        return;
    uint32_t held = versions & from_minor(row->deprecated);
    if (!held)
        return;
    Str api_version = text(walk, row->api_version), kind = text(walk, row->kind);
    uint32_t node = head_node(walk, STR("apiVersion"));
    Finding *finding;
    if (row->removed)
        finding = walk_report(walk, node, &rule_deprecated_api, held,
                              "%.*s %.*s is deprecated since Kubernetes 1.%u and goes with 1.%u",
                              STR_ARG(api_version), STR_ARG(kind), row->deprecated, row->removed);
    else
        finding = walk_report(walk, node, &rule_deprecated_api, held,
                              "%.*s %.*s is deprecated since Kubernetes 1.%u", STR_ARG(api_version),
                              STR_ARG(kind), row->deprecated);
    if (finding)
        help_replacement(walk, finding, row, held);
}

static bool report_not_creatable(Walk *walk, const SchemaKind *row, uint32_t versions)
{
    if (row->creatable & versions)
        return false;
    Str kind = text(walk, row->kind);
    const char *why = row->flags & KIND_SUBRESOURCE ? "it is only the body of requests to a "
                                                      "subresource"
                      : row->list_of ? "it is a list, and has no items"
                                     : "servers only show it";
    walk_report(walk, head_node(walk, STR("kind")), &rule_not_creatable, versions,
                "%.*s cannot be created: %s", STR_ARG(kind), why);
    return true;
}

/* The version whose types describe an object that none of the versions asked about
 * serves: the newest of them where it can be switched on, else the newest before them that
 * serves it, else the oldest after them. */
static uint32_t nearest_version(const SchemaKind *row, const SchemaTarget *target)
{
    uint32_t off = row->defined & target->versions;
    if (off)
        return UINT32_C(1) << (schema_versions_newest(off) - SCHEMA_OLDEST);
    uint32_t known = row->served ? row->served : row->defined;
    uint32_t before = known & ~from_minor(target->oldest);
    unsigned minor = before ? schema_versions_newest(before) : schema_versions_oldest(known);
    return minor ? UINT32_C(1) << (minor - SCHEMA_OLDEST) : 0;
}

uint32_t walk_kind(Walk *walk)
{
    if (walk->object->kind_id == BASE_NONE) {
        report_unknown(walk);
        return 0;
    }
    const SchemaKind *row = schema_kind_row(walk->schema, walk->object->kind_id);
    uint32_t served = row->served & walk->target;
    if (served != walk->target)
        report_unserved(walk, row, walk->target & ~served);
    if (!served)
        return nearest_version(row, &walk->checker->options->target);
    if (!report_not_creatable(walk, row, served))
        report_deprecated(walk, row, served);
    return served;
}
