/* crd_read.c: the schema of a CRD as shapes; crd_read_definition.c reads what is around it.
 *
 * Reads what can be read and leaves out what cannot: a keyword of a wrong type is told
 * by the walk over the CRD, which knows JSONSchemaProps.  Texts are copied where the
 * document goes away; descriptions are not. */
#include "schema/crd_read.h"

#define CRD_KEYWORD_TEXT(name, text) [CRD_KEY_##name] = STR_INIT(text),
const Str crd_keyword_texts[CRD_KEYWORD_COUNT] = {CRD_KEYWORDS(CRD_KEYWORD_TEXT)};

/* Keywords stand in the order of their bytes, so those of one letter are neighbours: the first
 * of each.  Of a letter that has none it is one of another letter. */
static const uint8_t FIRST_OF['z' - 'a' + 1] = {
    ['a' - 'a'] = CRD_KEY_ADDITIONAL_ITEMS, ['d' - 'a'] = CRD_KEY_DEFAULT,
    ['e' - 'a'] = CRD_KEY_ENUM, ['f' - 'a'] = CRD_KEY_FORMAT, ['i' - 'a'] = CRD_KEY_ID,
    ['m' - 'a'] = CRD_KEY_MAX_ITEMS, ['n' - 'a'] = CRD_KEY_NOT, ['o' - 'a'] = CRD_KEY_ONE_OF,
    ['p' - 'a'] = CRD_KEY_PATTERN, ['r' - 'a'] = CRD_KEY_REQUIRED, ['t' - 'a'] = CRD_KEY_TITLE,
    ['u' - 'a'] = CRD_KEY_UNIQUE_ITEMS, ['x' - 'a'] = CRD_KEY_EMBEDDED,
};

/* What most keywords of a length are: two schemas of three say no others. */
static const uint8_t USUAL_OF[] = {
    [4] = CRD_KEY_TYPE, [5] = CRD_KEY_ITEMS, [6] = CRD_KEY_FORMAT, [7] = CRD_KEY_PATTERN,
    [8] = CRD_KEY_REQUIRED, [9] = CRD_KEY_MIN_LENGTH, [10] = CRD_KEY_PROPERTIES,
    [11] = CRD_KEY_DESCRIPTION,
};

static bool is_keyword(Str text, unsigned keyword)
{
    Str word = crd_keyword_texts[keyword];
    return word.len == text.len && bytes_same(word.ptr, text.ptr, text.len);
}

static CrdKeyword find_keyword(Str text)
{
    if (text.len < BASE_COUNT(USUAL_OF) && is_keyword(text, USUAL_OF[text.len]))
        return (CrdKeyword)USUAL_OF[text.len];
    char letter = text.len ? text.ptr[0] : 0;
    unsigned i = letter >= 'a' && letter <= 'z' ? FIRST_OF[letter - 'a'] : (unsigned)CRD_KEY_REF;
    for (; i < CRD_KEYWORD_COUNT && crd_keyword_texts[i].ptr[0] == letter; i++)
        if (is_keyword(text, i))
            return (CrdKeyword)i;
    return CRD_KEYWORD_COUNT;
}

uint64_t crd_keywords_with_parts(const Document *doc, const CrdShape *shape)
{
    uint64_t found = 0;
    if (node_kind(doc, shape->node) != NODE_MAP)
        return 0;
    for (uint32_t key = node_first(shape->node); key < node_end(doc, shape->node);
         key = node_after_entry(doc, key)) {
        CrdKeyword keyword = find_keyword(node_str(doc, key));
        if (keyword != CRD_KEYWORD_COUNT && !(node_at(doc, key)->flags & NODE_SHADOWED) &&
            !node_is_scalar(node_at(doc, key + 1)))
            found |= UINT64_C(1) << keyword;
    }
    return found;
}

/* ---- values ---- */

Document crd_copy_value(Arena *arena, const Document *doc, uint32_t node)
{
    uint32_t count = node_after(doc, node) - node;
    Node *nodes = arena_alloc(arena, sizeof *nodes * count);
    for (uint32_t i = 0; i < count; i++) {
        nodes[i] = doc->nodes[node + i];
        nodes[i].next -= node;
        nodes[i].bind = SCHEMA_UNBOUND;
        if (!node_is_scalar(&nodes[i]))
            nodes[i].names = 0;
        else if (nodes[i].text)
            nodes[i].text = arena_str(arena, node_str(doc, node + i)).ptr;
    }
    return (Document){.source = BASE_NONE, .nodes = nodes, .count = count, .json = doc->json,
                      .item = -1, .object = BASE_NONE};
}

static CrdStrs read_texts(CrdReader *reader, uint32_t node)
{
    const Document *doc = reader->doc;
    CrdStrs texts = {0};
    if (!crd_is_kind(reader, node, NODE_SEQ))
        return texts;
    texts.at = arena_alloc(reader->arena, sizeof *texts.at * node_at(doc, node)->len + 1);
    for (uint32_t at = node_first(node); at < node_end(doc, node); at = node_after(doc, at))
        texts.at[texts.count++] = crd_read_text(reader, at);
    return texts;
}

/* ---- names ---- */

enum { FEW_NAMES = 8 }; /* up to here comparing one after the other is as fast */

const CrdName *crd_find_name(const CrdShape *shape, Str text)
{
    if (shape->slot_count == 0) {
        for (uint32_t i = 0; i < shape->name_count; i++)
            if (str_eq(shape->names[i].text, text))
                return &shape->names[i];
        return NULL;
    }
    uint32_t hash = str_hash(text), mask = shape->slot_count - 1;
    for (uint32_t slot = hash & mask; shape->slots[slot]; slot = (slot + 1) & mask) {
        const CrdName *name = &shape->names[shape->slots[slot] - 1];
        if (name->hash == hash && str_eq(name->text, text))
            return name;
    }
    return NULL;
}

static void open_names(CrdReader *reader, CrdShape *shape, uint32_t most)
{
    shape->names = arena_alloc(reader->arena, sizeof *shape->names * most + 1);
    if (most <= FEW_NAMES)
        return;
    shape->slot_count = 16;
    while (shape->slot_count < most * 2)
        shape->slot_count *= 2;
    shape->slots = arena_zero(reader->arena, sizeof *shape->slots * shape->slot_count);
}

static CrdName *add_name(CrdShape *shape, Str text)
{
    CrdName *name = &shape->names[shape->name_count++];
    *name = (CrdName){.text = text, .hash = str_hash(text), .id = SCHEMA_UNBOUND};
    if (shape->slot_count) {
        uint32_t mask = shape->slot_count - 1, slot = name->hash & mask;
        while (shape->slots[slot])
            slot = (slot + 1) & mask;
        shape->slots[slot] = shape->name_count;
    }
    return name;
}

/* Whether nothing but its type is read of a schema.  Where others doubt that, all is. */
static bool is_left_out(CrdReader *reader, uint32_t node)
{
    unsigned settled = reader->settled ? reader->settled[node - reader->root] : CRD_UNKNOWN;
    if (settled == CRD_UNKNOWN || settled == CRD_UNASKED)
        return false;
#ifdef PLIMSOLL_DOUBTS
    CrdReader whole = *reader;
    whole.settled = NULL;
    if (!(crd_read_shape(&whole, node)->flags & CRD_SETTLED))
        fatal("crd: a schema would be left out that is not settled");
    return false;
#else
    return true;
#endif
}

/* Of properties that no rule asks for, those that it goes through are read alone. */
static void read_properties(CrdReader *reader, CrdShape *shape, uint32_t properties, bool asked)
{
    const Document *doc = reader->doc;
    for (uint32_t key = node_first(properties); key < node_end(doc, properties);
         key = node_after_entry(doc, key)) {
        bool left_out = (node_at(doc, key)->flags & NODE_SHADOWED) ||
                        (!asked && is_left_out(reader, key + 1));
        CrdShape *property = left_out ? NULL : crd_read_shape(reader, key + 1);
        if (!property)
            continue;
        add_name(shape, crd_keep_text(reader, node_str(doc, key)))->shape = property;
        if (property->fill)
            shape->flags |= CRD_FILLED;
    }
}

static void read_names(CrdReader *reader, CrdShape *shape, uint32_t properties, uint32_t required)
{
    const Document *doc = reader->doc;
    uint32_t most = properties == BASE_NONE ? 0 : node_at(doc, properties)->len;
    bool asked = !reader->settled || reader->settled[shape->node - reader->root] != CRD_UNASKED;
    if (asked)
        open_names(reader, shape,
                   most + (required == BASE_NONE ? 0 : node_at(doc, required)->len));
    else if (properties != BASE_NONE)
        shape->names = arena_alloc(reader->arena, sizeof *shape->names * most + 1);
    if (properties != BASE_NONE)
        read_properties(reader, shape, properties, asked);
    if (asked && required != BASE_NONE)
        for (uint32_t at = node_first(required); at < node_end(doc, required);
             at = node_after(doc, at)) {
            Str text = crd_read_text(reader, at);
            CrdName *name = (CrdName *)crd_find_name(shape, text);
            (name ? name : add_name(shape, text))->required = true;
        }
}

/* ---- keywords ---- */

static CrdLimits *limits_of(CrdReader *reader, CrdShape *shape)
{
    if (!shape->limits)
        shape->limits = arena_zero(reader->arena, sizeof *shape->limits);
    return shape->limits;
}

static bool read_double(CrdReader *reader, CrdShape *shape, CrdKeyword keyword, uint32_t node)
{
    double value;
    if (!node_double(reader->doc, node, &value))
        return false;
    CrdLimits *limits = limits_of(reader, shape);
    *(keyword == CRD_KEY_MINIMUM   ? &limits->minimum
      : keyword == CRD_KEY_MAXIMUM ? &limits->maximum
                                   : &limits->multiple_of) = value;
    return true;
}

static bool read_count(CrdReader *reader, CrdShape *shape, CrdKeyword keyword, uint32_t node)
{
    int64_t value;
    if (!node_int64(reader->doc, node, &value))
        return false;
    CrdLimits *limits = limits_of(reader, shape);
    switch (keyword) {
    case CRD_KEY_MIN_LENGTH: limits->min_length = value; break;
    case CRD_KEY_MAX_LENGTH: limits->max_length = value; break;
    case CRD_KEY_MIN_ITEMS: limits->min_items = value; break;
    case CRD_KEY_MAX_ITEMS: limits->max_items = value; break;
    case CRD_KEY_MIN_PROPERTIES: limits->min_properties = value; break;
    default: limits->max_properties = value; break;
    }
    return true;
}

static bool read_flag(const CrdReader *reader, CrdShape *shape, uint32_t flag, uint32_t node)
{
    if (!crd_is_true(reader, node))
        return false;
    shape->flags |= flag;
    return true;
}

/* No two of them begin alike. */
CrdType crd_type_of_word(Str word)
{
    switch (word.len ? word.ptr[0] : 0) {
    case 'a': return str_is(word, "array") ? CRD_ARRAY : CRD_MISTYPED;
    case 'b': return str_is(word, "boolean") ? CRD_BOOLEAN : CRD_MISTYPED;
    case 'i': return str_is(word, "integer") ? CRD_INTEGER : CRD_MISTYPED;
    case 'n': return str_is(word, "number") ? CRD_NUMBER : CRD_MISTYPED;
    case 'o': return str_is(word, "object") ? CRD_OBJECT : CRD_MISTYPED;
    case 's': return str_is(word, "string") ? CRD_STRING : CRD_MISTYPED;
    default: return CRD_MISTYPED;
    }
}

/* A JSON schema may list several types, of which one may be null. */
static bool read_types(CrdReader *reader, CrdShape *shape, uint32_t node)
{
    const Document *doc = reader->doc;
    if (crd_is_kind(reader, node, NODE_STRING)) {
        if (node_at(doc, node)->len == 0)
            return false;
        shape->type = (uint8_t)crd_type_of_word(node_str(doc, node));
        shape->types |= (uint16_t)(1u << shape->type);
        return true;
    }
    if (!reader->json_schema || !crd_is_kind(reader, node, NODE_SEQ))
        return false;
    for (uint32_t at = node_first(node); at < node_end(doc, node); at = node_after(doc, at)) {
        Str word = node_str(doc, at);
        if (str_is(word, "null")) {
            shape->flags |= CRD_NULLABLE;
            continue;
        }
        CrdType type = crd_type_of_word(word);
        shape->types |= (uint16_t)(1u << type);
        if (shape->type == CRD_UNTYPED)
            shape->type = (uint8_t)type;
    }
    return true;
}

static CrdShapes read_shapes(CrdReader *reader, uint32_t node)
{
    const Document *doc = reader->doc;
    CrdShapes shapes = {0};
    if (!crd_is_kind(reader, node, NODE_SEQ))
        return shapes;
    shapes.at = arena_alloc(reader->arena, sizeof *shapes.at * node_at(doc, node)->len + 1);
    for (uint32_t at = node_first(node); at < node_end(doc, node); at = node_after(doc, at)) {
        CrdShape *shape = crd_read_shape(reader, at);
        if (shape)
            shapes.at[shapes.count++] = shape;
    }
    return shapes;
}

static bool read_choice(CrdReader *reader, CrdShape *shape, CrdKeyword keyword, uint32_t node)
{
    if (!shape->choices)
        shape->choices = arena_zero(reader->arena, sizeof *shape->choices);
    CrdShapes shapes;
    switch (keyword) {
    case CRD_KEY_ALL_OF: shapes = shape->choices->all = read_shapes(reader, node); break;
    case CRD_KEY_ANY_OF: shapes = shape->choices->any = read_shapes(reader, node); break;
    case CRD_KEY_ONE_OF: shapes = shape->choices->one = read_shapes(reader, node); break;
    default: shape->choices->not = crd_read_shape(reader, node); return shape->choices->not != NULL;
    }
    return shapes.count > 0;
}

static bool read_enum(CrdReader *reader, CrdShape *shape, uint32_t node)
{
    if (!crd_is_kind(reader, node, NODE_SEQ) || node_at(reader->doc, node)->len == 0)
        return false;
    shape->values = arena_zero(reader->arena, sizeof *shape->values);
    shape->values->doc = crd_copy_value(reader->arena, reader->doc, node);
    crd_enum_build(shape->values, reader->arena);
    return true;
}

static bool read_items(CrdReader *reader, CrdShape *shape, uint32_t node)
{
    if (crd_is_kind(reader, node, NODE_SEQ)) {
        if (node_at(reader->doc, node)->len)
            shape->flags |= CRD_ITEM_LIST;
        return true;
    }
    shape->items = crd_read_shape(reader, node);
    return shape->items != NULL;
}

static bool read_additional(CrdReader *reader, CrdShape *shape, uint32_t node)
{
    if (crd_is_kind(reader, node, NODE_BOOL)) {
        shape->flags |= crd_is_true(reader, node) ? CRD_OPEN : CRD_CLOSED;
        return true;
    }
    shape->additional = crd_read_shape(reader, node);
    return shape->additional != NULL;
}

static bool read_list_type(const CrdReader *reader, CrdShape *shape, uint32_t node)
{
    if (!crd_is_kind(reader, node, NODE_STRING))
        return false;
    Str word = node_str(reader->doc, node);
    shape->list_type = (uint8_t)(str_is(word, "map")      ? LIST_MAP
                                 : str_is(word, "set")    ? LIST_SET
                                 : str_is(word, "atomic") ? LIST_ATOMIC
                                                          : LIST_PLAIN);
    return true;
}

static bool read_list_keys(CrdReader *reader, CrdShape *shape, uint32_t node)
{
    CrdStrs keys = read_texts(reader, node);
    shape->list_keys = keys.at;
    shape->key_count = (uint8_t)(keys.count < UINT8_MAX ? keys.count : UINT8_MAX);
    return keys.count > 0;
}

/* ---- CEL rules: only counted so far ---- */

/* Behind a string literal that starts at text[at]; three quotes open a long one. */
static size_t skip_literal(Str text, size_t at, bool raw)
{
    char quote = text.ptr[at];
    size_t quotes = at + 2 < text.len && text.ptr[at + 1] == quote && text.ptr[at + 2] == quote ? 3 : 1;
    for (at += quotes; at < text.len; at++) {
        if (text.ptr[at] == '\\' && !raw) {
            at++;
        } else if (text.ptr[at] == quote) {
            size_t run = 1;
            while (run < quotes && at + run < text.len && text.ptr[at + run] == quote)
                run++;
            if (run == quotes)
                return at + quotes;
        }
    }
    return text.len;
}

static bool is_word(char c)
{
    return is_alnum(c) || c == '_';
}

/* Whether a CEL expression speaks of oldSelf: then it has nothing to run on when an
 * object is created. */
static bool uses_old_self(Str rule)
{
    for (size_t at = 0; at < rule.len;) {
        char c = rule.ptr[at];
        if (c == '"' || c == '\'') {
            char before = at ? rule.ptr[at - 1] : ' ';
            at = skip_literal(rule, at, before == 'r' || before == 'R');
        } else if (is_word(c)) {
            size_t start = at;
            while (at < rule.len && is_word(rule.ptr[at]))
                at++;
            if (str_is(str_slice(rule.ptr + start, at - start), "oldSelf") &&
                (start == 0 || rule.ptr[start - 1] != '.'))
                return true;
        } else {
            at++;
        }
    }
    return false;
}

static bool read_rules(CrdReader *reader, CrdShape *shape, uint32_t node)
{
    const Document *doc = reader->doc;
    if (!crd_is_kind(reader, node, NODE_SEQ) || node_at(doc, node)->len == 0)
        return false;
    for (uint32_t at = node_first(node); at < node_end(doc, node); at = node_after(doc, at)) {
        if (!crd_is_kind(reader, at, NODE_MAP))
            continue;
        uint32_t rule = node_get_text(doc, at, STR("rule"));
        if (rule == BASE_NONE || !crd_is_kind(reader, rule, NODE_STRING) ||
            str_trim(node_str(doc, rule)).len == 0)
            continue;
        shape->rules += !uses_old_self(node_str(doc, rule)) ||
                        crd_true_under(reader, at, "optionalOldSelf");
    }
    return true;
}

/* ---- a schema ---- */

/* Where a keyword's value counts as not given: null, and the empty text where the
 * keyword is text that Go does not keep behind a pointer. */
static bool says_something(const CrdReader *reader, CrdKeyword keyword, uint32_t node)
{
    const uint64_t EVEN_EMPTY = CRD_BIT(DEFAULT) | CRD_BIT(EXAMPLE) | CRD_BIT(REF) |
                                CRD_BIT(LIST_TYPE) | CRD_BIT(MAP_TYPE);
    const Node *at = node_at(reader->doc, node);
    return at->kind != NODE_NULL &&
           ((EVEN_EMPTY >> keyword & 1) || !(at->kind == NODE_STRING && at->len == 0));
}

/* What only the question whether a schema is structural asks of a value. */
static uint32_t emptiness(const CrdReader *reader, CrdKeyword keyword, uint32_t node)
{
    const uint64_t KEPT_EMPTY = CRD_BIT(REQUIRED) | CRD_BIT(PROPERTIES) | CRD_BIT(LIST_MAP_KEYS) |
                                CRD_BIT(VALIDATIONS);
    bool empty = node_at(reader->doc, node)->len == 0;
    if (keyword == CRD_KEY_REF || keyword == CRD_KEY_DEPENDENCIES)
        return empty ? 0 : CRD_UNSTRUCTURAL;
    return empty && (KEPT_EMPTY >> keyword & 1) ? CRD_HOLLOW : 0;
}

/* What waits until all keywords are seen. */
typedef struct Later {
    uint32_t properties, required, fill, format;
} Later;

static bool read_keyword(CrdReader *reader, CrdShape *shape, CrdKeyword keyword, uint32_t node,
                         Later *later)
{
    switch (keyword) {
    case CRD_KEY_TYPE: return read_types(reader, shape, node);
    case CRD_KEY_NULLABLE: return read_flag(reader, shape, CRD_NULLABLE, node);
    case CRD_KEY_UNIQUE_ITEMS: return read_flag(reader, shape, CRD_UNIQUE, node);
    case CRD_KEY_EXCLUSIVE_MINIMUM: return read_flag(reader, shape, CRD_ABOVE_MINIMUM, node);
    case CRD_KEY_EXCLUSIVE_MAXIMUM: return read_flag(reader, shape, CRD_BELOW_MAXIMUM, node);
    case CRD_KEY_EMBEDDED: return read_flag(reader, shape, CRD_EMBEDS, node);
    case CRD_KEY_INT_OR_STRING: return read_flag(reader, shape, CRD_INT_OR_STRING, node);
    case CRD_KEY_PRESERVE:
        read_flag(reader, shape, CRD_PRESERVES, node);
        return crd_is_kind(reader, node, NODE_BOOL);
    case CRD_KEY_MINIMUM:
    case CRD_KEY_MAXIMUM:
    case CRD_KEY_MULTIPLE_OF: return read_double(reader, shape, keyword, node);
    case CRD_KEY_MIN_LENGTH:
    case CRD_KEY_MAX_LENGTH:
    case CRD_KEY_MIN_ITEMS:
    case CRD_KEY_MAX_ITEMS:
    case CRD_KEY_MIN_PROPERTIES:
    case CRD_KEY_MAX_PROPERTIES: return read_count(reader, shape, keyword, node);
    case CRD_KEY_PATTERN:
        shape->pattern_text = crd_read_text(reader, node);
        return shape->pattern_text.len > 0;
    case CRD_KEY_ALL_OF:
    case CRD_KEY_ANY_OF:
    case CRD_KEY_ONE_OF:
    case CRD_KEY_NOT: return read_choice(reader, shape, keyword, node);
    case CRD_KEY_ENUM: return read_enum(reader, shape, node);
    case CRD_KEY_ITEMS: return read_items(reader, shape, node);
    case CRD_KEY_ADDITIONAL_PROPERTIES: return read_additional(reader, shape, node);
    case CRD_KEY_LIST_TYPE: return read_list_type(reader, shape, node);
    case CRD_KEY_LIST_MAP_KEYS: return read_list_keys(reader, shape, node);
    case CRD_KEY_VALIDATIONS: return read_rules(reader, shape, node);
    case CRD_KEY_PROPERTIES:
        if (crd_is_kind(reader, node, NODE_MAP))
            later->properties = node;
        return later->properties != BASE_NONE && node_at(reader->doc, node)->len > 0;
    case CRD_KEY_REQUIRED:
        if (crd_is_kind(reader, node, NODE_SEQ))
            later->required = node;
        return later->required != BASE_NONE && node_at(reader->doc, node)->len > 0;
    case CRD_KEY_DEFAULT: later->fill = node; return true;
    case CRD_KEY_FORMAT: later->format = node; return true;
    case CRD_KEY_DEFINITIONS:
    case CRD_KEY_PATTERN_PROPERTIES: return node_at(reader->doc, node)->len > 0;
    default: return true;
    }
}

/* In JSON schemas of draft 6 and later, exclusive bounds are numbers. */
static void read_exclusive(CrdReader *reader, CrdShape *shape, CrdKeyword keyword, uint32_t node)
{
    bool minimum = keyword == CRD_KEY_EXCLUSIVE_MINIMUM;
    if (!read_double(reader, shape, minimum ? CRD_KEY_MINIMUM : CRD_KEY_MAXIMUM, node))
        return;
    shape->flags |= minimum ? CRD_ABOVE_MINIMUM : CRD_BELOW_MAXIMUM;
    shape->given |= minimum ? CRD_BIT(MINIMUM) : CRD_BIT(MAXIMUM);
}

static void read_later(CrdReader *reader, CrdShape *shape, const Later *later)
{
    read_names(reader, shape, later->properties, later->required);
    if (shape->flags & CRD_INT_OR_STRING)
        shape->types = 1u << CRD_INTEGER | 1u << CRD_STRING;
    if (later->format != BASE_NONE && crd_is_kind(reader, later->format, NODE_STRING))
        shape->format = (uint8_t)crd_format_find(node_str(reader->doc, later->format), shape->types);
    const CrdName *metadata = shape->flags & CRD_EMBEDS ? crd_find_name(shape, STR("metadata"))
                                                        : NULL;
    if (metadata && metadata->shape)
        metadata->shape->flags |= CRD_META;
    if (later->fill != BASE_NONE)
        shape->fill = crd_make_default(reader->arena, reader->doc, later->fill, shape);
}

/* Whether CRD_SETTLED holds: the schema has a type, no keyword that some rule looks at, and holds
 * schemas of that sort only. */
static bool is_settled(const CrdShape *shape)
{
#define UNRULED_BIT(keyword, name) CRD_BIT(keyword) |
    const uint64_t UNRULED = CRD_UNRULED(UNRULED_BIT) 0;
    const uint32_t HARMLESS = CRD_NULLABLE | CRD_HOLLOW;
    if ((shape->given & ~UNRULED) || (shape->flags & ~HARMLESS) || shape->type == CRD_UNTYPED ||
        shape->type > CRD_STRING || (shape->type == CRD_ARRAY && !shape->items))
        return false;
    if ((shape->given & CRD_BIT(FORMAT)) &&
        (shape->format == CRD_NO_FORMAT ||
         crd_format_versions((CrdFormat)shape->format) != SCHEMA_ALL_VERSIONS))
        return false;
    if (shape->items && !(shape->items->flags & CRD_SETTLED))
        return false;
    for (uint32_t i = 0; i < shape->name_count; i++)
        if (shape->names[i].shape && !(shape->names[i].shape->flags & CRD_SETTLED))
            return false;
    return true;
}

/* A property or an alternative that is null is an empty schema; where there may be no
 * schema at all, nobody asks for null. */
CrdShape *crd_read_shape(CrdReader *reader, uint32_t node)
{
    const Document *doc = reader->doc;
    if (!crd_is_kind(reader, node, NODE_MAP) && !crd_is_kind(reader, node, NODE_NULL))
        return NULL;
    CrdShape *shape = arena_alloc(reader->arena, sizeof *shape);
    *shape = (CrdShape){.node = node, .pattern = BASE_NONE, .bind = TYPE_ANY};
    if (is_left_out(reader, node)) {
        shape->type = reader->settled[node - reader->root];
        shape->flags = CRD_SETTLED;
        return shape;
    }
    Later later = {BASE_NONE, BASE_NONE, BASE_NONE, BASE_NONE};
    for (uint32_t key = node_first(node); key < node_end(doc, node);
         key = node_after_entry(doc, key)) {
        CrdKeyword keyword = find_keyword(node_str(doc, key));
        if (keyword == CRD_KEYWORD_COUNT || (node_at(doc, key)->flags & NODE_SHADOWED) ||
            !says_something(reader, keyword, key + 1))
            continue;
        shape->flags |= emptiness(reader, keyword, key + 1);
        if (reader->json_schema &&
            (keyword == CRD_KEY_EXCLUSIVE_MINIMUM || keyword == CRD_KEY_EXCLUSIVE_MAXIMUM) &&
            !crd_is_kind(reader, key + 1, NODE_BOOL))
            read_exclusive(reader, shape, keyword, key + 1);
        else if (read_keyword(reader, shape, keyword, key + 1, &later))
            shape->given |= UINT64_C(1) << keyword;
    }
    /* A reference is not followed: what it leads to may hold anything. */
    if (reader->lenient || (shape->given & CRD_BIT(REF)))
        shape->flags |= CRD_LENIENT;
    read_later(reader, shape, &later);
    if (is_settled(shape))
        shape->flags |= CRD_SETTLED;
    return shape;
}
