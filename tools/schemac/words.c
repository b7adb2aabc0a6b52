/* words.c: what several files of the text have in common: versions and their
 * ranges, texts of the tables, patterns of type names. */
#include "model.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool is_versions(const char *word) { return isdigit((unsigned char)word[0]); }

static const char *scan_minor(Place place, const char *at, unsigned *minor)
{
    char *end;
    if (!starts(at, "1.") || !isdigit((unsigned char)at[2]))
        refuse(place, "not a version: %s", at);
    unsigned long value = strtoul(at + 2, &end, 10);
    if (value > 255)
        refuse(place, "not a version: %s", at);
    *minor = (unsigned)value;
    return end;
}

unsigned read_minor(Place place, const char *word)
{
    unsigned minor;
    if (*scan_minor(place, word, &minor))
        refuse(place, "not a version: %s", word);
    return minor;
}

uint32_t read_versions(const Model *model, Place place, const char *word)
{
    uint32_t mask = 0;
    for (const char *at = word;;) {
        unsigned from, to = model->newest;
        at = scan_minor(place, at, &from);
        if (!starts(at, ".."))
            refuse(place, "not a range of versions: %s", word);
        at += 2;
        if (*at && *at != ',')
            at = scan_minor(place, at, &to);
        if (from < model->oldest || to > model->newest || from > to)
            refuse(place, "a range outside versions.txt, or one that runs backwards: %s", word);
        for (unsigned minor = from; minor <= to; minor++) {
            uint32_t bit = UINT32_C(1) << (minor - model->oldest);
            if (mask & bit)
                refuse(place, "1.%u stands in two runs of %s", minor, word);
            mask |= bit;
        }
        if (!*at)
            return mask;
        if (*at++ != ',')
            refuse(place, "not a range of versions: %s", word);
    }
}

void read_version_list(Model *model)
{
    Rows rows = read_rows(model->folder, "versions.txt");
    for (size_t i = 0; i < rows.len; i++) {
        Row *row = &rows.at[i];
        if (row->count != 3 || !same(row->word[0], "version") || !starts(row->word[2], "source="))
            refuse(row->place, "expected: version 1.N source=TAG");
        unsigned minor = read_minor(row->place, row->word[1]);
        if (i == 0)
            model->oldest = minor;
        else if (minor != model->newest + 1)
            refuse(row->place, "1.%u does not follow 1.%u", minor, model->newest);
        model->newest = minor;
    }
    if (rows.len == 0 || rows.len > 24)
        refuse((Place){"versions.txt", 0}, "1 to 24 versions are possible, not %zu", rows.len);
    model->all = (UINT32_C(1) << rows.len) - 1;
}

uint32_t text_id(Model *model, const char *text)
{
    size_t len = strlen(text);
    if (len == 0 && model->text.len > 0)
        return 0;
    uint32_t *known = map_at(&model->text_ids, text);
    if (known)
        return *known;
    if (len > UINT16_MAX) {
        fprintf(stderr, "schemac: a text of %zu bytes: %s\n", len, text);
        exit(1);
    }
    uint32_t id = (uint32_t)model->text.len; /* the first two bytes are not counted */
    *PUSH(&model->text) = (unsigned char)(len & 0xFF);
    *PUSH(&model->text) = (unsigned char)(len >> 8);
    for (size_t i = 0; i < len; i++)
        *PUSH(&model->text) = (unsigned char)text[i];
    map_put(&model->text_ids, copy(text, len), id);
    return id;
}

uint32_t name_number(Names *names, const char *name)
{
    for (size_t i = 0; i < names->len; i++)
        if (same(names->at[i], name))
            return (uint32_t)i;
    *PUSH(names) = copy(name, strlen(name));
    return (uint32_t)(names->len - 1);
}

const char *after(const char *word, const char *key)
{
    size_t len = strlen(key);
    return strncmp(word, key, len) == 0 && word[len] == '=' ? word + len + 1 : NULL;
}

/* A * stands for anything but a dot. */
static bool matches(const char *name, const char *pattern, size_t len)
{
    if (len == 0)
        return *name == 0;
    if (*pattern == '*') {
        for (;; name++) {
            if (matches(name, pattern + 1, len - 1))
                return true;
            if (!*name || *name == '.')
                return false;
        }
    }
    return *name == *pattern && matches(name + 1, pattern + 1, len - 1);
}

TypeRefs match_types(Model *model, Place place, const char *pattern)
{
    TypeRefs found = {0};
    for (const char *at = pattern; *at;) {
        size_t len = strcspn(at, ",");
        size_t before = found.len;
        for (size_t i = model->scalar_count; i < model->scalar_count + model->struct_count; i++)
            if (matches(model->types.at[i].name, at, len))
                *PUSH(&found) = &model->types.at[i];
        if (found.len == before)
            refuse(place, "no type is called %.*s", (int)len, at);
        at += len;
        if (*at == ',')
            at++;
    }
    return found;
}
