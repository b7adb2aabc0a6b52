/* server.c: what servers demand beyond the types, where a row of schemas/rules or
 * gates.txt says it.  Rules that need more than a row are functions, named by a row
 * (call=) and defined here or in a file of their own. */
#include "schema/server.h"
#include "schema/validation/validation.h"

static bool is_empty(const Document *doc, uint32_t value)
{
    const Node *at = node_at(doc, value);
    return at->kind == NODE_NULL || (at->kind == NODE_STRING && at->len == 0);
}

/* Of what is required an empty mapping counts, since Go points to a struct that is required; zero does
 * not. */
bool server_is_given(const Document *doc, uint32_t value)
{
    const Node *at = node_at(doc, value);
    int64_t number;
    if (at->kind == NODE_INT)
        return !node_int64(doc, value, &number) || number != 0;
    return !is_empty(doc, value) && !(at->kind == NODE_SEQ && at->len == 0);
}

/* ---- required fields ---- */

static const SchemaRule *find_rule(const SchemaField *field, RuleVerb verb)
{
    if (!field->rules)
        return NULL;
    for (const SchemaRule *rule = &schema_rule_rows[field->rules];; rule++) {
        if (rule->verb == verb)
            return rule;
        if (rule->last)
            return NULL;
    }
}

/* Whether one of the conditions behind a must excuses the field's absence. */
static bool is_excused(const Walk *walk, uint32_t map, const SchemaRule *must)
{
    for (const SchemaRule *rule = must; !rule->last && rule[1].verb == RULE_UNLESS; rule++) {
        uint32_t value = map;
        for (uint32_t step = 0; step < rule[1].count; step++)
            value = schema_get(walk->doc, value, schema_rule_values[rule[1].a + step]);
        if (value == BASE_NONE || is_empty(walk->doc, value) ||
            (node_kind(walk->doc, value) == NODE_MAP && node_at(walk->doc, value)->len == 0))
            continue;
        if (rule[1].b == 0 || str_eq(node_str(walk->doc, value), text_str(NULL, rule[1].b)))
            return true;
    }
    return false;
}

static uint32_t find_key(const Document *doc, uint32_t map, NameId name)
{
    for (uint32_t key = node_first(map); key < node_end(doc, map);
         key = node_after_entry(doc, key))
        if (node_at(doc, key)->bind == name)
            return key;
    return BASE_NONE;
}

uint32_t server_place_of_absence(const Document *doc, uint32_t map)
{
    uint32_t up = map == doc->root ? BASE_NONE : document_parent(doc, map);
    return up != BASE_NONE && node_kind(doc, up) == NODE_MAP ? map - 1 : map;
}

static void report_missing(Walk *walk, uint32_t map, const SchemaField *field,
                           const SchemaRule *must, uint32_t versions)
{
    Str name = text_str(NULL, field->name), below = text_str(NULL, must->a);
    Str whole = below.len ? arena_format(walk->checker->scratch, "%.*s.%.*s", STR_ARG(name),
                                         STR_ARG(below))
                          : name;
    Str path = walk_absent_path(walk, map, whole);
    uint32_t key = find_key(walk->doc, map, field->name);
    bool empty = key != BASE_NONE && node_kind(walk->doc, key + 1) != NODE_NULL;
    uint32_t place = key != BASE_NONE ? key + 1 : server_place_of_absence(walk->doc, map);
    Finding *finding = walk_report(walk, place, &rule_required_field, versions,
                                   "%.*s is required%s", STR_ARG(path),
                                   empty ? " and may not be empty" : "");
    if (!finding)
        return;
    finding->reason = STR("FieldValueRequired");
    finding->path = path;
    if (key == BASE_NONE)
        finding->pointer = document_pointer(walk->doc, map, &walk->checker->diag->arena);
}

void server_missing_fields(Walk *walk, uint32_t map, TypeId type, uint64_t seen,
                           uint32_t versions)
{
    if (walk->checker->partial)
        return;
    const SchemaType *row = type_row(walk->schema, type);
    const SchemaField *fields = type_fields(walk->schema, type, row);
    for (uint32_t i = 0; i < row->field_count; i++) {
        const SchemaField *field = &fields[i];
        bool first = i == 0 || fields[i - 1].name != field->name;
        if (!field->must || !first || (seen >> field->must & 1))
            continue;
        uint32_t known = field->versions;
        for (const SchemaField *form = field; form->more; form++)
            known |= form[1].versions;
        const SchemaRule *must = find_rule(field, RULE_MUST);
        uint32_t held = must ? must->versions & versions & known & ~walk->unvalidated : 0;
        if (held && !is_excused(walk, map, must))
            report_missing(walk, map, field, must, held);
    }
}

static bool has_verb(const SchemaType *row, RuleVerb verb)
{
    if (!row->rules)
        return false;
    for (const SchemaRule *rule = &schema_rule_rows[row->rules];; rule++) {
        if (rule->verb == verb)
            return true;
        if (rule->last)
            return false;
    }
}

/* metadata.name or generateName of an object that is stored; a text that its head has is not
 * looked for again.  Of a kind whose validation does not look at names, the registry asks for
 * one when all else is well. */
static void require_name(Walk *walk, const SchemaKind *kind, const SchemaType *row,
                         uint32_t metadata, uint32_t versions)
{
    const Document *doc = walk->doc;
    if (walk->object->name || walk->object->generate_name || has_verb(row, RULE_NAMES_ITSELF))
        return;
    uint32_t name = schema_get(doc, metadata, SCHEMA_NAME_name);
    uint32_t generated = schema_get(doc, metadata, SCHEMA_NAME_generateName);
    if ((name != BASE_NONE && !is_empty(doc, name)) ||
        (generated != BASE_NONE && !is_empty(doc, generated)))
        return;
    bool late = !(kind->flags & KIND_CUSTOM) && !(versions & ~walk->stopped[STAGE_VALIDATE]) &&
                (!has_verb(row, RULE_NAMED_AS) || kind->type == SCHEMA_TYPE_core_v1_Event);
    uint32_t map = metadata == BASE_NONE || node_kind(doc, metadata) != NODE_MAP ? doc->root
                                                                                 : metadata;
    Finding *finding = walk_report(walk, map == doc->root ? map : server_place_of_absence(doc, map),
                                   &rule_required_field, versions,
                                   "metadata.name is required (or metadata.generateName)");
    if (!finding)
        return;
    finding->reason = STR("FieldValueRequired");
    finding->path = STR("metadata.name");
    finding->later = late;
    finding->pointer = document_pointer(doc, map, &walk->checker->diag->arena);
}

void server_object(Walk *walk, const SchemaKind *kind, uint32_t versions)
{
    const SchemaType *row = type_row(walk->schema, kind->type);
    uint32_t metadata = schema_get(walk->doc, walk->doc->root, SCHEMA_NAME_metadata);
    if (kind->flags & KIND_STORED)
        require_name(walk, kind, row, metadata, versions);
    validation_object(walk, row, kind, metadata, versions);
}

/* ---- values ---- */

static void check_enum(Walk *walk, uint32_t value, const SchemaField *field,
                       const SchemaRule *rule, uint32_t versions)
{
    /* A wrong type is told elsewhere, and an empty text stands for the default. */
    if (node_kind(walk->doc, value) != NODE_STRING || is_empty(walk->doc, value))
        return;
    Str text = node_str(walk->doc, value), best = {0};
    for (uint32_t i = 0; i < rule->count; i++)
        if (str_eq(text_str(NULL, schema_rule_values[rule->a + i]), text))
            return;
    unsigned best_distance = 0;
    Str all = STR("");
    for (uint32_t i = 0; i < rule->count; i++) {
        Str one = text_str(NULL, schema_rule_values[rule->a + i]);
        unsigned distance;
        if (str_is_typo(text, one, &distance) && (!best.len || distance < best_distance)) {
            best = one;
            best_distance = distance;
        }
        all = arena_format(walk->checker->scratch, "%.*s%s%.*s", STR_ARG(all),
                           i == 0 ? "" : i + 1u < rule->count ? ", " : " or ", STR_ARG(one));
    }
    Str found = walk_found(walk, value), name = text_str(NULL, field->name);
    Finding *finding = walk_report(walk, value, &rule_unsupported_value, versions,
                                   "%.*s takes %.*s, not %.*s", STR_ARG(name), STR_ARG(all),
                                   STR_ARG(found));
    if (!finding)
        return;
    finding->reason = STR("FieldValueNotSupported");
    if (best.len)
        diag_help(walk->checker->diag, finding, "did you mean %.*s?", STR_ARG(best));
}

static void check_range(Walk *walk, uint32_t value, const SchemaField *field,
                        const SchemaRule *rule, uint32_t versions)
{
    int64_t number;
    if (node_kind(walk->doc, value) != NODE_INT || !node_int64(walk->doc, value, &number))
        return;
    /* A required zero is told as missing. */
    if (number == 0 && field->must)
        return;
    bool below = rule->a != UINT32_MAX && number < schema_rule_numbers[rule->a];
    bool above = rule->b != UINT32_MAX && number > schema_rule_numbers[rule->b];
    if (!below && !above)
        return;
    Str found = walk_found(walk, value), name = text_str(NULL, field->name);
    Finding *finding;
    if (rule->a == UINT32_MAX || rule->b == UINT32_MAX)
        finding = walk_report(walk, value, &rule_out_of_range, versions,
                              "%.*s takes numbers %s %lld, not %.*s", STR_ARG(name),
                              below ? "from" : "up to",
                              (long long)schema_rule_numbers[below ? rule->a : rule->b],
                              STR_ARG(found));
    else
        finding = walk_report(walk, value, &rule_out_of_range, versions,
                              "%.*s takes numbers from %lld to %lld, not %.*s", STR_ARG(name),
                              (long long)schema_rule_numbers[rule->a],
                              (long long)schema_rule_numbers[rule->b], STR_ARG(found));
    if (finding)
        finding->reason = STR("FieldValueInvalid");
}

/* Whether the mapping has anything else that the server keeps. */
static bool has_other_fields(const Walk *walk, uint32_t map, uint32_t value, uint32_t versions)
{
    const Document *doc = walk->doc;
    TypeId type = node_at(doc, map)->bind;
    const SchemaType *row = type_row(walk->schema, type);
    for (uint32_t key = node_first(map); key < node_end(doc, map);
         key = node_after_entry(doc, key)) {
        if (key + 1 == value || is_empty(doc, key + 1))
            continue;
        const SchemaField *field = type_field(walk->schema, type, row, node_at(doc, key)->text,
                                              node_at(doc, key)->len);
        const SchemaRule *gate = field ? find_rule(field, RULE_GATE) : NULL;
        if (!gate || !(gate->versions & versions))
            return true;
    }
    return false;
}

static void check_gate(Walk *walk, uint32_t map, uint32_t value, const SchemaField *field,
                       const SchemaRule *rule, uint32_t versions)
{
    if (!server_is_given(walk->doc, value))
        return; /* nothing is lost with it */
    Str name = text_str(NULL, field->name), gate = text_str(NULL, rule->a);
    /* In the order of GateEffect: what is done with the field, and what more. */
    static const char DOES[][20] = {"drops", "drops", "drops", "drops", "drops some of"};
    static const char MORE[][48] = {" without a word", " and refuses what is left",
                                    " with all that is beside it, without a word",
                                    " for its default without a word", " without a word"};
    GateEffect effect = (GateEffect)rule->count;
    if (effect == GATE_REFUSED && has_other_fields(walk, map, value, versions))
        effect = GATE_DROPPED;
    const RuleInfo *info = effect == GATE_REFUSED ? &rule_disabled_field : &rule_dropped_field;
    Finding *finding = walk_report(walk, value, info, versions,
                                   "the server %s %.*s%s: its feature gate %.*s is off by default",
                                   DOES[effect], STR_ARG(name), MORE[effect],
                                   STR_ARG(gate));
    if (effect == GATE_SOME)
        diag_lower(walk->checker->diag, finding, SEVERITY_INFO);
}

/* A few decimal digits, the first of them no 0; -1 for any other value. */
static int64_t usual_number(const Node *at)
{
    enum { DIGITS_MOST = 9 };
    int64_t sum = 0;
    if (at->kind != NODE_INT || at->len > DIGITS_MOST || at->text[0] == '0')
        return -1;
    for (uint32_t i = 0; i < at->len; i++) {
        if (!is_digit(at->text[i]))
            return -1;
        sum = sum * 10 + (at->text[i] - '0');
    }
    return sum;
}

bool server_allows(const SchemaRule *rule, const Node *at)
{
    if (rule->verb == RULE_ENUM && at->kind == NODE_STRING) {
        for (const uint32_t *word = &schema_rule_values[rule->a], *end = word + rule->count;
             word < end; word++) {
            const char *text = text_bytes(NULL, *word);
            if (text_length(text) == at->len && bytes_same(text, at->text, at->len))
                return true;
        }
    } else if (rule->verb == RULE_RANGE) {
        int64_t number = usual_number(at);
        return number >= 0 && (rule->a == UINT32_MAX || number >= schema_rule_numbers[rule->a]) &&
               (rule->b == UINT32_MAX || number <= schema_rule_numbers[rule->b]);
    }
    return false;
}

uint32_t server_field_rules(Walk *walk, uint32_t map, uint32_t value, const SchemaField *field,
                            uint32_t versions)
{
    uint32_t unvalidated = 0;
    if (walk->checker->partial)
        return 0;
    for (const SchemaRule *rule = &schema_rule_rows[field->rules];; rule++) {
        uint32_t held = rule->versions & versions;
        /* A gate is asked about before anything is validated. */
        if (rule->verb != RULE_GATE)
            held &= ~walk->unvalidated;
        if (held && !server_allows(rule, node_at(walk->doc, value))) {
            switch ((RuleVerb)rule->verb) {
            case RULE_ENUM: check_enum(walk, value, field, rule, held); break;
            case RULE_RANGE: check_range(walk, value, field, rule, held); break;
            case RULE_UNVALIDATED: unvalidated |= held; break;
            case RULE_GATE: check_gate(walk, map, value, field, rule, held); break;
            case RULE_FORMAT:
            case RULE_LENGTH:
            case RULE_UNIQUE: validation_field_rule(walk, value, rule, held); break;
            default: break; /* looked at elsewhere */
            }
        }
        if (rule->last)
            return unvalidated;
    }
}

/* Functions named by call=. */
void server_calls(Walk *walk, uint32_t value, const SchemaType *row, uint32_t versions)
{
    versions &= ~walk->unvalidated;
    if (versions && !walk->muted && !walk->checker->partial)
        validation_calls(walk, value, row, versions);
}
