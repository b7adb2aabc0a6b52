/* managers.c: fields that kubectl's client-side apply owns become ours, as client-go's
 * util/csaupgrade moves them: its entries in metadata.managedFields are united with our own
 * entry of an Apply, or the newest of them becomes it.  What the next apply does not name
 * is then removed by the server.
 *
 * Who applied on the client's side is told by who wrote kubectl's annotation. */
#include "emit/rest/json.h"

#include <jansson.h>

#define CLIENT_SIDE "kubectl-client-side-apply"

static bool text_is(const json_t *entry, const char *key, const char *text)
{
    const char *value = json_string_value(json_object_get(entry, key));
    return !strcmp(value ? value : "", text);
}

static bool owns_annotation(const json_t *entry)
{
    static const char *const PATH[] = {"fieldsV1", "f:metadata", "f:annotations",
                                       "f:kubectl.kubernetes.io/last-applied-configuration"};
    for (size_t i = 0; entry && i < BASE_COUNT(PATH); i++)
        entry = json_object_get(entry, PATH[i]);
    return entry != NULL;
}

static bool is_update(const json_t *entry)
{
    return text_is(entry, "operation", "Update") && text_is(entry, "subresource", "");
}

static bool is_client_side(const json_t *entry)
{
    return is_update(entry) && (text_is(entry, "manager", CLIENT_SIDE) || owns_annotation(entry));
}

static bool is_ours(const json_t *entry, const char *manager)
{
    return text_is(entry, "manager", manager) && text_is(entry, "operation", "Apply") &&
           text_is(entry, "subresource", "");
}

/* Unites two sets of fields.  A field that is owned itself, beside what is in it, has the
 * member "."; alone it is an empty object. */
static void unite(json_t *into, json_t *from, bool is_field)
{
    const char *key;
    json_t *value;
    if (is_field && !json_object_size(into) != !json_object_size(from))
        json_object_set_new(into, ".", json_object());
    json_object_foreach(from, key, value) {
        json_t *same = json_object_get(into, key);
        if (same)
            unite(same, value, true);
        else
            json_object_set_new(into, key, json_deep_copy(value));
    }
}

/* Entries of one API version are united; those of others would name fields by other paths,
 * and are dropped as csaupgrade drops them. */
static void unite_entries(json_t *ours, json_t *entries)
{
    size_t index;
    json_t *entry;
    json_array_foreach(entries, index, entry)
        if (entry != ours && is_client_side(entry) &&
            json_equal(json_object_get(entry, "apiVersion"), json_object_get(ours, "apiVersion")))
            unite(json_object_get(ours, "fieldsV1"), json_object_get(entry, "fieldsV1"), false);
}

/* Our entry, or the first of client-side apply: the newest stand first. */
static json_t *find_ours(json_t *entries, const char *manager)
{
    size_t index;
    json_t *entry, *newest = NULL;
    json_array_foreach(entries, index, entry) {
        if (is_ours(entry, manager))
            return entry;
        if (!newest && is_client_side(entry))
            newest = entry;
    }
    return newest;
}

static void put_patch(json_t *entries, json_t *version, Buf *patch)
{
    json_t *operations = json_pack("[{s:s, s:s, s:O}, {s:s, s:s, s:O}]", "op", "replace", "path",
                                   "/metadata/managedFields", "value", entries, "op", "replace",
                                   "path", "/metadata/resourceVersion", "value", version);
    rest_json_write((const Json *)operations, patch);
    json_decref(operations);
}

bool rest_json_move_managers(Json *object, const char *manager, Buf *names, Buf *patch)
{
    json_t *metadata = json_object_get((json_t *)object, "metadata");
    json_t *entries = json_object_get(metadata, "managedFields");
    json_t *version = json_object_get(metadata, "resourceVersion");
    json_t *ours = find_ours(entries, manager), *entry;
    size_t index;
    bool found = false;
    json_array_foreach(entries, index, entry)
        if (is_client_side(entry)) {
            found = true;
            buf_text(names, json_string_value(json_object_get(entry, "manager")));
            buf_byte(names, '\n');
        }
    if (!found || !version || !json_is_object(json_object_get(ours, "fieldsV1")))
        return false;
    unite_entries(ours, entries);
    json_object_set_new(ours, "manager", json_string(manager));
    json_object_set_new(ours, "operation", json_string("Apply"));
    for (index = json_array_size(entries); index-- > 0;)
        if (is_client_side(json_array_get(entries, index)))
            json_array_remove(entries, index);
    put_patch(entries, version, patch);
    return true;
}

/* ---- what goes with a manager ---- */

/* The item of a list whose keys are these, or that is this value: an index, or the length. */
static size_t find_item(const json_t *list, const char *text, bool keys)
{
    json_t *wanted = json_loads(text, JSON_DECODE_ANY, NULL);
    size_t index, found = json_array_size(list);
    json_t *item;
    json_array_foreach(list, index, item) {
        const char *key;
        json_t *value;
        bool fits = keys ? json_is_object(item) : json_equal(item, wanted);
        if (keys)
            json_object_foreach(wanted, key, value)
                fits = fits && json_equal(json_object_get(item, key), value);
        if (fits && found == json_array_size(list))
            found = index;
    }
    json_decref(wanted);
    return found;
}

static bool is_empty(const json_t *value)
{
    return json_is_array(value) ? !json_array_size(value)
                                : json_is_object(value) && !json_object_size(value);
}

/* Takes out of a value what these fields own and no others do; true where something went.
 * What is left empty by that goes too. */
static bool take_out(json_t *value, json_t *fields, json_t *others)
{
    bool gone = false;
    const char *key;
    json_t *below;
    json_object_foreach(fields, key, below) {
        if (!key[0] || key[1] != ':')
            continue;
        json_t *other = json_object_get(others, key);
        bool member = key[0] == 'f', alone = !other && (is_empty(below) || json_object_get(below, "."));
        size_t at = member ? 0 : find_item(value, key + 2, key[0] == 'k');
        json_t *child = member ? json_object_get(value, key + 2) : json_array_get(value, at);
        if (!child || key[0] == 'i')
            continue;
        bool went = alone || take_out(child, below, other);
        gone |= went;
        if (!alone && !(went && is_empty(child)))
            continue;
        if (member)
            json_object_del(value, key + 2);
        else
            json_array_remove(value, at);
    }
    return gone;
}

bool rest_json_without_managers(Json *json, Buf *out)
{
    json_t *object = (json_t *)json, *metadata = json_object_get(object, "metadata");
    json_t *entries = json_object_get(metadata, "managedFields"), *entry;
    json_t *theirs = json_object(), *others = json_object();
    size_t index;
    json_array_foreach(entries, index, entry) {
        bool here = json_equal(json_object_get(entry, "apiVersion"), json_object_get(object, "apiVersion"));
        if (!is_client_side(entry))
            unite(others, json_object_get(entry, "fieldsV1"), false);
        else if (here)
            unite(theirs, json_object_get(entry, "fieldsV1"), false);
    }
    bool gone = take_out(object, theirs, others);
    json_object_del(metadata, "managedFields");
    if (gone)
        rest_json_write(json, out);
    json_decref(theirs);
    json_decref(others);
    return gone;
}
