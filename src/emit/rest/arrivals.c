/* What a server refuses for want of what the same run writes: found by the kind and the name
 * in its words, as an admission plugin writes them. */
#include "emit/rest/arrivals.h"

#include <ctype.h>

/* ---- what arrives ---- */

static void put_arrival(Arrivals *arrivals, Str kind, Str name, const RestObject *object)
{
    uint32_t id = intern(&arrivals->names, name);
    while (arrivals->first.len <= id)
        vec_push(&arrivals->first, BASE_NONE);
    Arrival arrival = {kind, object->step, object->outcome == REST_CONFIGURED,
                       arrivals->first.at[id]};
    arrivals->first.at[id] = arrivals->all.len;
    vec_push(&arrivals->all, arrival);
}

/* A controller gives each new Namespace its ServiceAccount. */
static void add_arrival(Arrivals *arrivals, const RestObject *object)
{
    put_arrival(arrivals, object->kind, object->name, object);
    if (str_is(object->kind, "Namespace"))
        put_arrival(arrivals, STR("ServiceAccount"), STR("default"), object);
}

void arrivals_gather(Arrivals *arrivals, const RestRun *run, ArrivalsOf which)
{
    *arrivals = (Arrivals){0};
    interner_init(&arrivals->names);
    for (uint32_t i = 0; i < run->count; i++) {
        const RestObject *object = &run->objects[i];
        bool definition = object->rank == REST_RANK_DEFINITION;
        bool created = (object->asked_in_vain || object->absent) && !object->written;
        bool changed = definition && object->planned && object->outcome == REST_CONFIGURED;
        /* A new definition is waited for until it is served. */
        bool written = which == ARRIVALS_ALSO_WRITTEN && object->written &&
                       object->outcome == (definition ? REST_CONFIGURED : REST_CREATED);
        if (created || changed || written)
            add_arrival(arrivals, object);
    }
}

void arrivals_free(Arrivals *arrivals)
{
    interner_free(&arrivals->names);
    vec_free(&arrivals->first);
    vec_free(&arrivals->all);
}

static const Arrival *first_of(const Arrivals *arrivals, Str name)
{
    uint32_t id = name.len ? interner_find(&arrivals->names, name) : BASE_NONE;
    return id == BASE_NONE || id >= arrivals->first.len || arrivals->first.at[id] == BASE_NONE
               ? NULL
               : &arrivals->all.at[arrivals->first.at[id]];
}

static const Arrival *next_of(const Arrivals *arrivals, const Arrival *arrival)
{
    return arrival->next == BASE_NONE ? NULL : &arrivals->all.at[arrival->next];
}

/* ---- what cannot be told yet ---- */

static const Arrival *arrives_before(const Arrivals *arrivals, const RestObject *object,
                                     const char *kind, Str name)
{
    for (const Arrival *at = first_of(arrivals, name); at; at = next_of(arrivals, at))
        if (str_is(at->kind, kind) && at->step < object->step)
            return at;
    return NULL;
}

const Arrival *arrivals_definition(const Arrivals *arrivals, const RestObject *object, Arena *arena)
{
    Str name = arena_format(arena, "%.*s.%.*s", STR_ARG(object->resource), STR_ARG(object->group));
    return object->group.len ? arrives_before(arrivals, object, "CustomResourceDefinition", name)
                             : NULL;
}

const Arrival *arrivals_awaited(const Arrivals *arrivals, const RestObject *object, Arena *arena)
{
    const Arrival *definition = arrivals_definition(arrivals, object, arena);
    if (definition && !definition->there)
        return definition;
    return object->namespaced ? arrives_before(arrivals, object, "Namespace", object->ns) : NULL;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* Whether the text has the word in it, in any case: `serviceaccount` of ServiceAccount. */
static bool mentions(Str text, Str word)
{
    for (size_t i = 0; i + word.len <= text.len; i++) {
        size_t same = 0;
        while (same < word.len && tolower((unsigned char)text.ptr[i + same]) ==
                                      tolower((unsigned char)word.ptr[same]))
            same++;
        if (same == word.len)
            return true;
    }
    return false;
}

/* The message behind `pods "web" is forbidden: `: it is about that very object, and another
 * of its name is not meant. */
static Str behind_own_name(const RestObject *object)
{
    Str text = object->message;
    size_t quote = str_find(text, '"');
    Str rest = str_slice(text.ptr + quote, text.len - quote);
    size_t head = object->name.len + 2;
    if (rest.len > head && rest.ptr[head - 1] == '"' &&
        str_eq(str_slice(rest.ptr + 1, object->name.len), object->name))
        return str_slice(rest.ptr + head, rest.len - head);
    return text;
}

static const Arrival *named_arrival(const Arrivals *arrivals, const RestObject *object)
{
    Str text = behind_own_name(object);
    for (size_t i = 0; i < text.len;) {
        size_t from = i;
        while (i < text.len && is_name_byte(text.ptr[i]))
            i++;
        size_t end = i;
        while (end > from && text.ptr[end - 1] == '.')
            end--;
        Str word = str_slice(text.ptr + from, end - from);
        for (const Arrival *at = first_of(arrivals, word); at; at = next_of(arrivals, at))
            if (!at->there && at->step < object->step && mentions(text, at->kind))
                return at;
        i += i == from;
    }
    return NULL;
}

const Arrival *arrivals_missed(const Arrivals *arrivals, const RestObject *object, Arena *arena)
{
    if (object->outcome != REST_REFUSED)
        return NULL;
    const Arrival *definition = arrivals_definition(arrivals, object, arena);
    return definition                          ? definition
           : str_is(object->reason, "Invalid") ? NULL
                                               : named_arrival(arrivals, object);
}
