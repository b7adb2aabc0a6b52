/* crd_check.c: a custom resource held against the shape of its kind, in one walk.
 *
 * At each value the walk does what the server does in several: it binds keys and
 * reports what the schema does not have (pkg/apiserver/schema/pruning), fills in
 * defaults (defaulting), and validates (kube-openapi, pkg/validation/validate).
 * Alternatives (anyOf and so on) are tried in silence by the same function; those that
 * fail tell the failures of the one that matched best, as the server does. */
#include "schema/crd_shape.h"

/* ---- what the schema does not have ---- */

static void bind(CrdEval *eval, uint32_t node, TypeId type)
{
    eval->walk->doc->nodes[node].bind = type;
}

/* Below a place without a schema every field is unknown, however deep in lists. */
static void walk_unshaped(CrdEval *eval, uint32_t node)
{
    const Document *doc = eval->walk->doc;
    bind(eval, node, TYPE_ANY);
    if (node_kind(doc, node) == NODE_MAP)
        for (uint32_t key = node_first(node); key < node_end(doc, node);
             key = node_after_entry(doc, key)) {
            if (!(node_at(doc, key)->flags & NODE_SHADOWED))
                walk_unknown_field(eval->walk, node, key, TYPE_ANY, eval->versions);
        }
    else if (node_kind(doc, node) == NODE_SEQ)
        for (uint32_t at = node_first(node); at < node_end(doc, node); at = node_after(doc, at))
            walk_unshaped(eval, at);
}

/* ---- a part ---- */

/* What a default put there was judged before; only a wrong one is looked at again. */
static void walk_filled(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    eval->rules += shape->fill->rules;
    if (!shape->fill->wrong)
        return;
    eval->walking = false;
    crd_validate(eval, value, shape);
    crd_check_lists(eval, value, shape);
    eval->walking = true;
}

static uint32_t check_part(CrdEval *eval, const CrdValue *part, const CrdShape *shape)
{
    if (!eval->walking || part->doc == eval->walk->doc)
        return crd_validate(eval, part, shape);
    bind(eval, part->place, shape->bind);
    walk_filled(eval, part, shape);
    return 0;
}

static void fail_count(CrdEval *eval, const CrdValue *value, int64_t count, const char *what,
                       const char *how, int64_t limit, const char *reason)
{
    if (!crd_is_muted(eval))
        crd_fail(eval, value, &rule_custom_resource_length, reason, STR(""),
                 "%.*s has %lld %s, and %s %lld", STR_ARG(crd_value_name(eval, value)),
                 (long long)count, what, how, (long long)limit);
}

static uint32_t check_list(CrdEval *eval, const CrdValue *list, const CrdShape *shape, bool keeps)
{
    const Document *doc = list->doc;
    uint32_t matches = 1, index = 0;
    for (uint32_t at = node_first(list->node); at < node_end(doc, list->node);
         at = node_after(doc, at), index++) {
        CrdStep step = {.index = index};
        CrdValue item;
        crd_item(list, at, &step, &item);
        if (shape->items) {
            eval->keeps = keeps;
            matches += check_part(eval, &item, shape->items);
        } else if (eval->walking && !keeps && !(shape->flags & CRD_LENIENT)) {
            walk_unshaped(eval, at);
        }
    }
    eval->keeps = false;
    int64_t count = node_at(doc, list->node)->len;
    if ((shape->given & CRD_BIT(MIN_ITEMS)) && count < shape->limits->min_items)
        fail_count(eval, list, count, count == 1 ? "item" : "items", "needs at least",
                   shape->limits->min_items, "FieldValueInvalid");
    if ((shape->given & CRD_BIT(MAX_ITEMS)) && count > shape->limits->max_items)
        fail_count(eval, list, count, count == 1 ? "item" : "items", "may have at most",
                   shape->limits->max_items, "FieldValueTooMany");
    if ((shape->flags & CRD_UNIQUE) && crd_has_duplicates(list, eval->walk->checker->scratch) &&
        !crd_is_muted(eval))
        crd_fail(eval, list, &rule_custom_resource_duplicate, "FieldValueInvalid", STR(""),
                 "%.*s has an item twice", STR_ARG(crd_value_name(eval, list)));
    if (eval->walking)
        crd_check_list_type(eval, list, shape);
    return matches;
}

/* ---- objects ---- */

/* Which names of a shape an object has. */
typedef struct Seen {
    uint64_t few[2];
    uint64_t *bits;
} Seen;

static void seen_open(Seen *seen, CrdEval *eval, uint32_t names)
{
    seen->few[0] = seen->few[1] = 0;
    seen->bits = seen->few;
    if (names > 64 * BASE_COUNT(seen->few))
        seen->bits = arena_zero(eval->walk->checker->scratch, (names + 63) / 64 * sizeof(uint64_t));
}

static void seen_set(Seen *seen, uint32_t index)
{
    seen->bits[index / 64] |= UINT64_C(1) << index % 64;
}

static bool seen_has(const Seen *seen, uint32_t index)
{
    return seen->bits[index / 64] >> index % 64 & 1;
}

/* The end of a path behind its last "metadata.", or nothing. */
static Str behind_metadata(Str path)
{
    Str word = STR("metadata.");
    for (size_t at = path.len; at >= word.len; at--)
        if (str_starts(str_slice(path.ptr + at - word.len, word.len), word))
            return str_slice(path.ptr + at, path.len - at);
    return str_slice("", 0);
}

/* ObjectMeta is decoded by itself: the server's complaint starts there, or with the keys
 * of maps on the way in brackets. */
static void walk_metadata(CrdEval *eval, uint32_t node)
{
    Walk *walk = eval->walk;
    Diag *diag = walk->checker->diag;
    uint32_t first = diag->findings.len;
    walk_value(walk, node, SCHEMA_TYPE_meta_v1_ObjectMeta, eval->versions);
    CrdValue metadata = {.doc = walk->doc, .node = node, .place = node};
    for (uint32_t i = first; i < diag->findings.len; i++) {
        Finding *finding = &diag->findings.at[i];
        Str named = finding->server_path.len ? finding->server_path : finding->path;
        bool decode = rule_stage(finding->rule) == STAGE_DECODE;
        Str rest = behind_metadata(decode ? named : finding->path);
        if (rest.len == 0)
            continue;
        if (decode)
            finding->server_path = rest;
        else
            crd_name_path(eval, finding, &metadata, rest, CRD_PATH_KEYS);
    }
}

/* apiVersion, kind and metadata of an object, or of one within it, are the server's.
 * Answers whether the key is one of them. */
static bool walk_meta(CrdEval *eval, const CrdShape *shape, uint32_t map, uint32_t key)
{
    Document *doc = eval->walk->doc;
    Str name = node_str(doc, key);
    if (str_is(name, "metadata")) {
        walk_bind_key(&doc->nodes[map], &doc->nodes[key], SCHEMA_NAME_metadata);
        walk_metadata(eval, key + 1);
        return true;
    }
    bool version = str_is(name, "apiVersion");
    if (!version && !str_is(name, "kind"))
        return false;
    walk_bind_key(&doc->nodes[map], &doc->nodes[key], version ? (NameId)SCHEMA_NAME_apiVersion : (NameId)SCHEMA_NAME_kind);
    bind(eval, key + 1, TYPE_STRING);
    if ((shape->flags & CRD_EMBEDS) && node_kind(doc, key + 1) != NODE_STRING) {
        Str found = walk_found(eval->walk, key + 1);
        walk_report(eval->walk, key + 1, &rule_wrong_type, eval->versions,
                    "%.*s of an embedded object takes text, not %.*s", STR_ARG(name),
                    STR_ARG(found));
    }
    return true;
}

/* What is dropped before it is validated has no unknown fields all the same. */
static void walk_dropped(CrdEval *eval, const CrdValue *map, uint32_t key, const CrdShape *shape)
{
    uint32_t failures = eval->failures, rules = eval->rules;
    CrdValue child = {.doc = map->doc, .node = key + 1, .place = key + 1, .type = shape};
    eval->muted++;
    if (shape)
        crd_validate(eval, &child, shape);
    eval->muted--;
    eval->failures = failures;
    eval->rules = rules;
}

/* An entry that the shape does not name. */
static uint32_t check_unnamed(CrdEval *eval, const CrdValue *map, uint32_t key,
                              const CrdValue *child, const CrdShape *shape, bool keeps)
{
    if (shape->additional)
        return check_part(eval, child, shape->additional);
    bool lenient = shape->flags & CRD_LENIENT;
    bool listed = shape->flags & (CRD_OPEN | CRD_CLOSED);
    if (eval->walking) {
        bool unknown = lenient ? (shape->flags & CRD_CLOSED) != 0 : !listed && !keeps;
        if (unknown) {
            walk_unknown_field(eval->walk, map->node, key, shape->bind, eval->versions);
            return 0;
        }
        if (listed && !lenient)
            walk_unshaped(eval, key + 1);
    }
    /* Of alternatives, the structural schema does not keep it. */
    bool counts = !eval->rule || eval->choices == 0;
    if ((shape->flags & CRD_CLOSED) && counts && !crd_is_muted(eval)) {
        Str name = node_str(map->doc, key);
        Finding *finding = crd_fail(eval, child, &rule_custom_resource_property,
                                    "FieldValueInvalid", STR(""), "%.*s may not be here",
                                    STR_ARG(name));
        crd_name_path(eval, finding, map, STR(""), CRD_PATH_DOTS); /* the server names the map */
    }
    return 0;
}

/* Whether the key is unknown, so that the server takes it out before anything else. */
static bool is_pruned(const CrdEval *eval, const CrdName *name, const CrdShape *shape, bool keeps)
{
    return eval->walking && !(name && name->shape) && !shape->additional && !keeps &&
           !(shape->flags & (CRD_OPEN | CRD_CLOSED | CRD_LENIENT));
}

static bool is_empty_text(const CrdValue *value)
{
    return crd_value_kind(value) == NODE_STRING && node_at(value->doc, value->node)->len == 0;
}

enum { NAME_PREFIX_MOST = 58 }; /* bytes of generateName that count */

/* The server makes the name before it validates: five characters behind generateName. */
static void check_generated_name(CrdEval *eval, const CrdValue *metadata, const CrdShape *shape)
{
    const CrdName *name = crd_find_name(shape, STR("name"));
    CrdStep step = {0};
    CrdValue value, prefix;
    if (!name || !name->shape ||
        (crd_lookup(metadata, STR("name"), &step, &value) && !is_empty_text(&value)) ||
        !crd_lookup(metadata, STR("generateName"), &step, &prefix) ||
        crd_value_kind(&prefix) != NODE_STRING || is_empty_text(&prefix))
        return;
    Str base = node_str(prefix.doc, prefix.node);
    Str made = arena_format(eval->walk->checker->scratch, "%.*s%s",
                            (int)(base.len < NAME_PREFIX_MOST ? base.len : NAME_PREFIX_MOST),
                            base.ptr, "bcdfg");
    Node node = {.text = made.ptr, .len = (uint32_t)made.len, .next = 1, .kind = NODE_STRING};
    Document doc = {.nodes = &node, .count = 1};
    CrdStep to_name = {.name = STR("name")};
    value = (CrdValue){.doc = &doc, .place = metadata->place, .steps = &to_name, .made = true};
    crd_validate(eval, &value, name->shape);
}

static uint32_t check_entry(CrdEval *eval, const CrdValue *map, uint32_t key,
                            const CrdShape *shape, bool keeps, Seen *seen, int64_t *count)
{
    Document *doc = eval->walk->doc;
    const CrdName *name = crd_find_name(shape, node_str(map->doc, key));
    bool has_meta = shape->flags & (CRD_ROOT | CRD_EMBEDS);
    bool meta = eval->walking && has_meta && walk_meta(eval, shape, map->node, key);
    if (eval->walking && !meta && name && name->shape)
        walk_bind_key(&doc->nodes[map->node], &doc->nodes[key], name->id);
    CrdStep step;
    CrdValue child;
    if (!meta && is_pruned(eval, name, shape, keeps)) {
        walk_unknown_field(eval->walk, map->node, key, shape->bind, eval->versions);
        return 0;
    }
    if (crd_drops_status(map->type, node_str(map->doc, key))) {
        if (eval->walking)
            walk_dropped(eval, map, key, name ? name->shape : NULL);
        return 0;
    }
    bool known = map->type == shape
                     ? crd_entry_of(map, key, name && name->shape ? name->shape : shape->additional,
                                    &step, &child)
                     : crd_entry(map, key, &step, &child);
    if (!known || ((shape->flags & CRD_META) && is_empty_text(&child)))
        return 0; /* a null that is dropped, or what ObjectMeta does not write out */
    ++*count;
    if (name)
        seen_set(seen, (uint32_t)(name - shape->names));
    if (meta) {
        /* The schema may restrict it further. */
        if (!name || !name->shape)
            return 0;
        eval->walking = false;
        uint32_t matches = crd_validate(eval, &child, name->shape);
        if (shape->flags & CRD_ROOT)
            check_generated_name(eval, &child, name->shape);
        eval->walking = true;
        return matches;
    }
    if (name && name->shape)
        return check_part(eval, &child, name->shape);
    return check_unnamed(eval, map, key, &child, shape, keeps);
}

/* A patch holds parts of an object: what it lacks, and which alternatives it fits, says
 * nothing. */
static bool is_partial(const CrdEval *eval) { return eval->walk->checker->partial; }

/* What the object lacks: a default stands in, or a required field is missing. */
static uint32_t check_absent(CrdEval *eval, const CrdValue *map, const CrdShape *shape,
                             const Seen *seen, int64_t *count)
{
    uint32_t matches = 0;
    bool fills = map->type && (map->type->flags & CRD_FILLED);
    if (is_partial(eval))
        return 0;
    for (uint32_t i = 0; i < shape->name_count; i++) {
        const CrdName *name = &shape->names[i];
        if (seen_has(seen, i) || !(name->required || fills) ||
            ((shape->flags & CRD_ROOT) && str_is(name->text, "metadata")))
            continue; /* the server gives every object its metadata */
        CrdStep step;
        CrdValue child;
        const CrdName *property = map->type == shape || !fills ? name
                                                               : crd_find_name(map->type, name->text);
        if (fills && crd_fill(map, property, &step, &child)) {
            ++*count;
            if (eval->walking)
                walk_filled(eval, &child, property->shape);
            else if (name->shape)
                matches += crd_validate(eval, &child, name->shape);
        } else if (name->required && !crd_is_muted(eval)) {
            crd_fail(eval, map, &rule_custom_resource_required, "FieldValueRequired", name->text,
                     "%.*s is required", STR_ARG(name->text));
        }
    }
    return matches;
}

/* Entries that defaults add beyond the names of an alternative. */
static int64_t count_other_defaults(const CrdValue *map, const CrdShape *shape)
{
    if (!map->type || map->type == shape || !(map->type->flags & CRD_FILLED))
        return 0;
    int64_t count = 0;
    for (uint32_t i = 0; i < map->type->name_count; i++) {
        const CrdName *name = &map->type->names[i];
        CrdStep step;
        CrdValue child;
        if (!crd_find_name(shape, name->text) &&
            node_get_text(map->doc, map->node, name->text) == BASE_NONE)
            count += crd_fill(map, name, &step, &child);
    }
    return count;
}

static void check_counts(CrdEval *eval, const CrdValue *map, const CrdShape *shape, int64_t count)
{
    if (!(shape->given & (CRD_BIT(MIN_PROPERTIES) | CRD_BIT(MAX_PROPERTIES))) || is_partial(eval))
        return;
    count += count_other_defaults(map, shape);
    const char *entries = count > (int64_t)node_at(map->doc, map->node)->len
                              ? "entries with its defaults"
                          : count == 1 ? "entry"
                                       : "entries";
    if ((shape->given & CRD_BIT(MIN_PROPERTIES)) && count < shape->limits->min_properties)
        fail_count(eval, map, count, entries, "needs at least", shape->limits->min_properties,
                   "FieldValueInvalid");
    if ((shape->given & CRD_BIT(MAX_PROPERTIES)) && count > shape->limits->max_properties)
        fail_count(eval, map, count, entries, "may have at most", shape->limits->max_properties,
                   "FieldValueTooMany");
}

static uint32_t check_map(CrdEval *eval, const CrdValue *map, const CrdShape *shape, bool keeps)
{
    const Document *doc = map->doc;
    Seen seen;
    seen_open(&seen, eval, shape->name_count);
    uint32_t matches = 0;
    int64_t count = 0;
    for (uint32_t key = node_first(map->node); key < node_end(doc, map->node);
         key = node_after_entry(doc, key))
        if (!(node_at(doc, key)->flags & NODE_SHADOWED))
            matches += check_entry(eval, map, key, shape, keeps, &seen, &count);
    if (shape->name_count)
        matches += check_absent(eval, map, shape, &seen, &count);
    check_counts(eval, map, shape, count);
    if (eval->walking && (shape->flags & CRD_EMBEDS))
        crd_check_embedded(eval, map);
    return matches;
}

/* ---- alternatives ---- */

/* Whether the value is valid under the shape; nothing is told. */
static bool fits(CrdEval *eval, const CrdValue *value, const CrdShape *shape, uint32_t *matches)
{
    uint32_t failures = eval->failures;
    eval->muted++;
    *matches = crd_validate(eval, value, shape);
    eval->muted--;
    bool valid = eval->failures == failures;
    eval->failures = failures;
    return valid;
}

static uint32_t fail_choice(CrdEval *eval, const CrdValue *value, const char *word,
                            const char *what, const CrdShape *best, uint32_t matches)
{
    if (crd_is_muted(eval))
        return matches;
    Finding *finding = crd_fail(eval, value, &rule_custom_resource_choice, "FieldValueInvalid",
                                STR(""), "%.*s %s of its schema (%s)",
                                STR_ARG(crd_value_name(eval, value)), what, word);
    crd_name_path(eval, finding, value, STR(""), CRD_PATH_NIL);
    if (best)
        crd_validate(eval, value, best); /* says what is wrong under the best of them */
    return matches;
}

static uint32_t check_any(CrdEval *eval, const CrdValue *value, const CrdShapes *any)
{
    const CrdShape *best = NULL;
    uint32_t best_matches = 0;
    for (uint32_t i = 0; i < any->count; i++) {
        uint32_t matches;
        if (fits(eval, value, any->at[i], &matches))
            return matches;
        if (!best || matches > best_matches) {
            best = any->at[i];
            best_matches = matches;
        }
    }
    return fail_choice(eval, value, "anyOf", "fits none of the alternatives", best, best_matches);
}

static uint32_t check_one(CrdEval *eval, const CrdValue *value, const CrdShapes *one)
{
    const CrdShape *best = NULL;
    uint32_t best_matches = 0, first_matches = 0, valid = 0;
    for (uint32_t i = 0; i < one->count; i++) {
        uint32_t matches;
        if (fits(eval, value, one->at[i], &matches)) {
            if (valid++ == 0)
                first_matches = matches;
        } else if (valid == 0 && (!best || matches > best_matches)) {
            best = one->at[i];
            best_matches = matches;
        }
    }
    if (valid == 1)
        return first_matches;
    return valid ? fail_choice(eval, value, "oneOf", "fits several of the alternatives", NULL, 0)
                 : fail_choice(eval, value, "oneOf", "fits none of the alternatives", best,
                               best_matches);
}

static uint32_t check_choices(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    const CrdChoices *choices = shape->choices;
    bool walking = eval->walking;
    uint32_t matches = 0, ignored;
    eval->walking = false;
    eval->choices++;
    if (choices->any.count)
        matches += check_any(eval, value, &choices->any);
    if (choices->one.count)
        matches += check_one(eval, value, &choices->one);
    for (uint32_t i = 0; i < choices->all.count; i++)
        matches += crd_validate(eval, value, choices->all.at[i]);
    if (choices->not && fits(eval, value, choices->not, &ignored))
        fail_choice(eval, value, "not", "fits what it must not fit", NULL, 0);
    eval->choices--;
    eval->walking = walking;
    return matches;
}

uint32_t crd_validate(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    bool keeps = eval->keeps || (shape->flags & CRD_PRESERVES);
    eval->keeps = false;
    if (eval->walking)
        bind(eval, value->node, shape->bind);
    NodeKind kind = crd_value_kind(value);
    if (kind == NODE_NULL) /* in a patch it takes something away */
        return is_partial(eval) ? 0 : crd_check_null(eval, value, shape);
    /* One for the whole, two for the choices, whether there are any or not. */
    uint32_t matches = 3 + crd_check_scalar(eval, value, shape);
    if (shape->choices && !is_partial(eval))
        matches += check_choices(eval, value, shape);
    if (eval->walking && !is_partial(eval))
        eval->rules += shape->rules;
    if (kind == NODE_MAP)
        matches += 1 + check_map(eval, value, shape, keeps);
    else if (kind == NODE_SEQ)
        matches += 1 + check_list(eval, value, shape, keeps);
    return matches;
}
