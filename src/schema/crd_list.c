/* crd_list.c: items that a list may not have twice.
 *
 * Sets and maps (x-kubernetes-list-type) as pkg/apiserver/schema/listtype of the
 * apiextensions server has them: of several equal items the second one is named, and a
 * missing key is a key of its own.  Items are hashed, so that long lists take time in
 * proportion to their length. */
#include "schema/crd_shape.h"

/* Items already seen, by hash. */
typedef struct ItemTable {
    uint32_t *slots;   /* index + 1 in items */
    uint32_t mask;
    struct Item {
        CrdValue value;
        uint32_t hash;
        uint32_t times;
    } *items;
    uint32_t count;
} ItemTable;

static void table_open(ItemTable *table, Arena *scratch, uint32_t most)
{
    uint32_t size = 8;
    while (size < most * 2)
        size *= 2;
    *table = (ItemTable){
        .slots = arena_zero(scratch, sizeof *table->slots * size),
        .mask = size - 1,
        .items = arena_alloc(scratch, sizeof *table->items * most + 1),
    };
}

typedef bool (*ItemEqual)(const CrdShape *list, const CrdValue *a, const CrdValue *b);

/* The first item that equals this one, or this one; its times count this one too. */
static struct Item *table_add(ItemTable *table, const CrdShape *list, const CrdValue *value,
                              uint32_t hash, ItemEqual equal)
{
    uint32_t slot = hash & table->mask;
    for (; table->slots[slot]; slot = (slot + 1) & table->mask) {
        struct Item *other = &table->items[table->slots[slot] - 1];
        if (other->hash == hash && equal(list, &other->value, value)) {
            other->times++;
            return other;
        }
    }
    table->items[table->count++] = (struct Item){*value, hash, 1};
    table->slots[slot] = table->count;
    return &table->items[table->count - 1];
}

/* ---- sets ---- */

static bool same_value(const CrdShape *list, const CrdValue *a, const CrdValue *b)
{
    (void)list;
    return crd_value_equal(a, b);
}

bool crd_has_duplicates(const CrdValue *list, Arena *scratch)
{
    const Document *doc = list->doc;
    ItemTable table;
    table_open(&table, scratch, node_at(doc, list->node)->len);
    CrdStep step = {0};
    CrdValue item;
    for (uint32_t at = node_first(list->node); at < node_end(doc, list->node);
         at = node_after(doc, at)) {
        crd_item(list, at, &step, &item);
        item.steps = NULL;
        if (table_add(&table, NULL, &item, crd_value_hash(&item), same_value)->times > 1)
            return true;
    }
    return false;
}

/* ---- maps ---- */

static bool key_of(const CrdValue *item, Str key, CrdValue *value)
{
    CrdStep step;
    bool found = crd_lookup(item, key, &step, value);
    value->steps = NULL;
    return found;
}

static uint32_t keys_hash(const CrdShape *list, const CrdValue *item)
{
    uint32_t hash = 1;
    CrdValue value;
    for (unsigned i = 0; i < list->key_count; i++)
        hash = hash * UINT32_C(0x9E3779B1) +
               (key_of(item, list->list_keys[i], &value) ? crd_value_hash(&value) : 7);
    return hash;
}

static bool same_keys(const CrdShape *list, const CrdValue *a, const CrdValue *b)
{
    CrdValue left, right;
    for (unsigned i = 0; i < list->key_count; i++) {
        bool has_left = key_of(a, list->list_keys[i], &left);
        bool has_right = key_of(b, list->list_keys[i], &right);
        if (has_left != has_right || (has_left && !crd_value_equal(&left, &right)))
            return false;
    }
    return true;
}

/* "name north, side port" */
static Str keys_text(CrdEval *eval, const CrdShape *list, const CrdValue *item)
{
    Arena *arena = eval->walk->checker->scratch;
    Str text = str_slice("", 0);
    CrdValue value;
    for (unsigned i = 0; i < list->key_count; i++) {
        Str key = list->list_keys[i];
        bool has = key_of(item, key, &value);
        Str what = has ? crd_found(eval, &value) : STR("");
        text = arena_format(arena, "%.*s%s%s%.*s%s%.*s", STR_ARG(text), text.len ? " and " : "",
                            has ? "" : "no ", STR_ARG(key), has ? " " : "", STR_ARG(what));
    }
    return text;
}

static void fail_item(CrdEval *eval, const CrdValue *list, const CrdValue *item,
                      const CrdShape *shape, uint32_t first)
{
    if (crd_is_muted(eval))
        return;
    bool set = shape->list_type == LIST_SET;
    Str what = set ? crd_found(eval, item) : keys_text(eval, shape, item);
    Finding *finding = crd_fail(eval, item, &rule_custom_resource_duplicate, "FieldValueDuplicate",
                                STR(""), set ? "%.*s has %.*s twice" : "%.*s has two items with %.*s",
                                STR_ARG(crd_value_name(eval, list)), STR_ARG(what));
    crd_name_path(eval, finding, item, STR(""), CRD_PATH_KEYS);
    if (!item->made)
        diag_note(eval->walk->checker->diag, finding, document_place(eval->walk->doc, first),
                  "here it is first");
}

static bool refuse_non_object(CrdEval *eval, const CrdValue *list, const CrdShape *shape)
{
    const Document *doc = list->doc;
    CrdStep step = {0};
    CrdValue item;
    for (uint32_t at = node_first(list->node); at < node_end(doc, list->node);
         at = node_after(doc, at), step.index++) {
        crd_item(list, at, &step, &item);
        NodeKind kind = crd_value_kind(&item);
        if (shape->list_type != LIST_MAP || kind == NODE_MAP || kind == NODE_NULL)
            continue;
        if (!crd_is_muted(eval)) {
            Finding *finding = crd_fail(eval, &item, &rule_custom_resource_type,
                                        "FieldValueInvalid", STR(""),
                                        "an item of %.*s is a mapping, not %.*s",
                                        STR_ARG(crd_value_name(eval, list)),
                                        STR_ARG(crd_found(eval, &item)));
            crd_name_path(eval, finding, &item, STR(""), CRD_PATH_KEYS);
        }
        return true;
    }
    return false;
}

void crd_check_list_type(CrdEval *eval, const CrdValue *list, const CrdShape *shape)
{
    const Document *doc = list->doc;
    uint32_t count = node_at(doc, list->node)->len;
    if ((shape->list_type != LIST_SET && shape->list_type != LIST_MAP) || count == 0 ||
        refuse_non_object(eval, list, shape) || count == 1)
        return;
    ItemTable table;
    table_open(&table, eval->walk->checker->scratch, count);
    bool set = shape->list_type == LIST_SET;
    CrdStep step = {0};
    CrdValue item;
    for (uint32_t at = node_first(list->node); at < node_end(doc, list->node);
         at = node_after(doc, at), step.index++) {
        crd_item(list, at, &step, &item);
        uint32_t hash = set ? crd_value_hash(&item) : keys_hash(shape, &item);
        struct Item *first = table_add(&table, shape, &item, hash, set ? same_value : same_keys);
        if (first->times == 2)
            fail_item(eval, list, &item, shape, first->value.place);
    }
}

void crd_check_lists(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    const Document *doc = value->doc;
    NodeKind kind = crd_value_kind(value);
    CrdStep step = {0};
    CrdValue part;
    if (!shape || (kind != NODE_MAP && kind != NODE_SEQ))
        return;
    if (kind == NODE_SEQ) {
        crd_check_list_type(eval, value, shape);
        for (uint32_t at = node_first(value->node); at < node_end(doc, value->node);
             at = node_after(doc, at), step.index++) {
            crd_item(value, at, &step, &part);
            crd_check_lists(eval, &part, shape->items);
        }
        return;
    }
    for (uint32_t key = node_first(value->node); key < node_end(doc, value->node);
         key = node_after_entry(doc, key)) {
        const CrdName *name = crd_find_name(shape, node_str(doc, key));
        if (crd_entry(value, key, &step, &part))
            crd_check_lists(eval, &part, name && name->shape ? name->shape : shape->additional);
    }
}
