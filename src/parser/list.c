/* list: a List to its items, each a chunk of its own, so that one of a whole cluster takes no
 * more memory than a stream of its objects, and several threads may share it.
 *
 * An item of a YAML List that starts its line with a dash is a mapping at the column behind it
 * once the dash is a space: with the same nodes, at the same places. */
#include "parser/build.h"
#include "parser/fast_masks.h"

static const char YAML_ITEMS[] = "items:\n";
static const char JSON_ITEMS[] = "\"items\"";

static Str rest_of(const ListSplitter *list)
{
    return str_slice(list->text + list->at, list->len - list->at);
}

enum { INDENT_MOST = 8 };
typedef struct ItemMark {
    char at[1 + INDENT_MOST + 2];
} ItemMark;

/* What stands at the start of an item, from the line feed before it on. */
static Str item_mark(const ListSplitter *list, ItemMark *room)
{
    room->at[0] = '\n';
    memset(room->at + 1, ' ', sizeof room->at - 1);
    room->at[1 + list->indent] = '-';
    return str_slice(room->at, 1 + list->indent + 2);
}

static bool starts_item(const ListSplitter *list)
{
    Str mark = item_mark(list, &(ItemMark){0});
    return str_starts(rest_of(list), str_slice(mark.ptr + 1, mark.len - 1));
}

static char next_char(const ListSplitter *list)
{
    return list->at < list->len ? list->text[list->at] : '\0';
}

/* Moves on to an offset, keeping line and column. */
static void advance(ListSplitter *list, size_t to)
{
    Str passed = str_slice(list->text + list->at, to - list->at);
    const char *last = bytes_last(passed.ptr, '\n', passed.len);
    if (last) {
        list->line += (uint32_t)fast_breaks(passed);
        list->column = 1;
        passed = str_slice(last + 1, (size_t)(passed.ptr + passed.len - last - 1));
    }
    list->column += (uint32_t)utf8_count(passed);
    list->at = to;
}

static size_t end_of_space(const ListSplitter *list, size_t at)
{
    while (at < list->len && (list->text[at] == ' ' || list->text[at] == '\n' ||
                              list->text[at] == '\r' || list->text[at] == '\t'))
        at++;
    return at;
}

static void skip_space(ListSplitter *list) { advance(list, end_of_space(list, list->at)); }

static void make_chunk(ListSplitter *list, size_t end, Chunk *chunk)
{
    *chunk = (Chunk){
        .text = str_slice(list->text + list->at, end - list->at),
        .base = list->at,
        .index = list->index++,
        .line = list->line,
        .column = list->column,
        .json = list->json,
        .item = !list->stream,
    };
}

/* ---- JSON ---- */

/* The token or value that is next, and goes behind it. */
static bool take_json(ListSplitter *list, Str *value)
{
    size_t from, to;
    if (json_skip(str_slice(list->text, list->len), list->at, &from, &to) != JSON_VALUE)
        return false;
    *value = str_slice(list->text + from, to - from);
    advance(list, to);
    skip_space(list);
    return true;
}

static bool take_char(ListSplitter *list, char c)
{
    if (next_char(list) != c)
        return false;
    advance(list, list->at + 1);
    skip_space(list);
    return true;
}

static bool begin_json_list(ListSplitter *list)
{
    skip_space(list);
    if (!take_char(list, '{'))
        return false;
    for (Str key, value;; (void)take_char(list, ',')) {
        if (next_char(list) != '"' || !take_json(list, &key) || !take_char(list, ':'))
            return false;
        if (str_eq(key, str_of(JSON_ITEMS)))
            break;
        if (!take_json(list, &value))
            return false;
    }
    if (next_char(list) != '[')
        return false;
    advance(list, list->at + 1);
    return true;
}

static bool begin_json(ListSplitter *list)
{
    ListSplitter start = *list;
    if (!begin_json_list(list)) {
        *list = start;
        list->stream = true;
    }
    list->json = true;
    return true;
}

/* Where the line begins in which the item stands, if nothing stands before it there. */
static size_t line_of(const ListSplitter *list, size_t item)
{
    size_t at = item;
    while (at > list->at && list->text[at - 1] == ' ')
        at--;
    return at > list->at && list->text[at - 1] == '\n' ? at : item;
}

/* json_skip, where the value's size is not known. */
static JsonFound find_value(ListSplitter *list, size_t *from, size_t *to)
{
    Str text = str_slice(list->text, list->len);
    if (!list->sizes)
        return json_skip(text, list->at, from, to);
    *from = end_of_space(list, list->at);
    *to = *from + *list->sizes;
    if (*from == list->len)
        return JSON_END;
    return *to <= list->len ? JSON_VALUE : JSON_BAD;
}

static ListStep next_json(ListSplitter *list, bool last, Chunk *chunk)
{
    ListSplitter start = *list;
    size_t from, to;
    skip_space(list);
    if (next_char(list) == ']' && !list->stream)
        return LIST_END;
    bool due = list->comma && list->at < list->len;
    if (due && next_char(list) != ',')
        return LIST_BAD;
    if (due)
        advance(list, list->at + 1);
    else
        *list = start; /* what stands before the item in its line is the item's */
    JsonFound found = find_value(list, &from, &to);
    if (found != JSON_VALUE && last)
        return found == JSON_END ? LIST_END : LIST_BAD;
    if (found != JSON_VALUE) {
        *list = start;
        return LIST_MORE;
    }
    advance(list, list->stream ? from : line_of(list, from));
    make_chunk(list, to, chunk);
    advance(list, to);
    list->sizes += list->sizes != NULL;
    list->comma = !list->stream;
    return LIST_ITEM;
}

/* ---- YAML ---- */

static bool begin_yaml(ListSplitter *list)
{
    Str head = str_slice(list->text, list->len);
    size_t at = 0;
    while (!str_starts(str_slice(head.ptr + at, head.len - at), str_of(YAML_ITEMS))) {
        const char *line = memchr(head.ptr + at, '\n', head.len - at);
        if (!line)
            return false;
        at = (size_t)(line + 1 - head.ptr);
    }
    advance(list, at + sizeof YAML_ITEMS - 1);
    while (list->indent < INDENT_MOST && list->at + list->indent < list->len &&
           list->text[list->at + list->indent] == ' ')
        list->indent++;
    return starts_item(list);
}

/* The next item and all behind it, without what begins with another dash at the column: those at
 * the line's start are found with the masks. */
static Str next_item(const ListSplitter *list)
{
    Str rest = rest_of(list), mark = item_mark(list, &(ItemMark){0});
    const char *line = list->indent ? rest.ptr : NULL, *end = rest.ptr + rest.len;
    while (line && (line = memchr(line, '\n', (size_t)(end - line))) != NULL) {
        if (str_starts(str_slice(line, (size_t)(end - line)), mark))
            return str_slice(rest.ptr, (size_t)(line + 1 - rest.ptr));
        line++;
    }
    return rest;
}

/* The last item ends where a line starts with anything but a space, a comment or nothing. */
static size_t end_of_items(const ListSplitter *list)
{
    const char *end = list->text + list->len, *line = list->text + list->at;
    while ((line = memchr(line, '\n', (size_t)(end - line))) != NULL && ++line < end)
        if (!*line || !strchr(" #\r\n", *line))
            return (size_t)(line - list->text);
    return list->len;
}

void list_blank(char *item)
{
    while (*item == ' ')
        item++;
    if (*item == '-')
        *item = ' ';
}

static ListStep next_yaml(ListSplitter *list, bool last, Chunk *chunk)
{
    size_t breaks, left = list->len - list->at;
    if (left < list->indent + 2 && !last)
        return LIST_MORE;
    if (!starts_item(list))
        return LIST_END;
    list_blank(list->text + list->at);
    FastCut cut = list->indent ? FAST_CUT_DOCUMENT : FAST_CUT_ITEM;
    size_t length = fast_map_cut(list->map, next_item(list), cut, &breaks);
    if (length == left && !last) {
        list->text[list->at + list->indent] = '-';
        return LIST_MORE;
    }
    bool ends = length == left && !list->within;
    size_t end = ends ? end_of_items(list) : list->at + length;
    make_chunk(list, end, chunk);
    if (end == list->at + length) {
        chunk->map = list->map;
        list->line += (uint32_t)breaks;
        list->at = end;
    } else {
        advance(list, end);
    }
    return LIST_ITEM;
}

/* ---- the doors ---- */

bool list_begin(ListSplitter *list, char *text, size_t len)
{
    struct FastMap *map = list->map;
    *list = (ListSplitter){.text = text, .len = len, .map = map, .line = 1, .column = 1};
    size_t first = end_of_space(list, 0);
    return first < len && text[first] == '{' ? begin_json(list) : begin_yaml(list);
}

ListStep list_next(ListSplitter *list, bool last, Chunk *chunk)
{
    return list->json ? next_json(list, last, chunk) : next_yaml(list, last, chunk);
}
