/* Labels that controllers set on the Pods they make.  No manifest holds them, yet
 * selectors may ask for them: one Service for each Pod of a StatefulSet selects by
 * statefulset.kubernetes.io/pod-name.
 *
 * Each row says which controller sets a label and what value it will have.  Where
 * the value is not known before the Pod is, a pattern stands for it, with an
 * asterisk, which no real value can hold: the term "pod-name=db-0" is met by the
 * pair pod-name=db-* that every Pod template of StatefulSet "db" is given here.
 *
 * https://kubernetes.io/docs/reference/labels-annotations-taints/ */
#include "checks/index.h"

typedef enum RuntimeValue {
    RUNTIME_ANY,       /* a hash, an id, an index */
    RUNTIME_NAME,      /* the object's name */
    RUNTIME_NUMBERED,  /* the object's name, a hyphen, a number */
} RuntimeValue;

typedef struct RuntimeLabel {
    Str key;
    Str group, kind;
    RuntimeValue value;
} RuntimeLabel;

static const RuntimeLabel RUNTIME_LABELS[] = {
    {STR_INIT("apps.kubernetes.io/pod-index"), STR_INIT("apps"), STR_INIT("StatefulSet"), RUNTIME_ANY},
    {STR_INIT("batch.kubernetes.io/controller-uid"), STR_INIT("batch"), STR_INIT("CronJob"), RUNTIME_ANY},
    {STR_INIT("batch.kubernetes.io/controller-uid"), STR_INIT("batch"), STR_INIT("Job"), RUNTIME_ANY},
    {STR_INIT("batch.kubernetes.io/job-completion-index"), STR_INIT("batch"), STR_INIT("CronJob"), RUNTIME_ANY},
    {STR_INIT("batch.kubernetes.io/job-completion-index"), STR_INIT("batch"), STR_INIT("Job"), RUNTIME_ANY},
    {STR_INIT("batch.kubernetes.io/job-name"), STR_INIT("batch"), STR_INIT("CronJob"), RUNTIME_NUMBERED},
    {STR_INIT("batch.kubernetes.io/job-name"), STR_INIT("batch"), STR_INIT("Job"), RUNTIME_NAME},
    {STR_INIT("controller-revision-hash"), STR_INIT("apps"), STR_INIT("DaemonSet"), RUNTIME_ANY},
    {STR_INIT("controller-revision-hash"), STR_INIT("apps"), STR_INIT("StatefulSet"), RUNTIME_ANY},
    {STR_INIT("controller-uid"), STR_INIT("batch"), STR_INIT("CronJob"), RUNTIME_ANY},
    {STR_INIT("controller-uid"), STR_INIT("batch"), STR_INIT("Job"), RUNTIME_ANY},
    {STR_INIT("job-name"), STR_INIT("batch"), STR_INIT("CronJob"), RUNTIME_NUMBERED},
    {STR_INIT("job-name"), STR_INIT("batch"), STR_INIT("Job"), RUNTIME_NAME},
    {STR_INIT("pod-template-generation"), STR_INIT("apps"), STR_INIT("DaemonSet"), RUNTIME_ANY},
    {STR_INIT("pod-template-hash"), STR_INIT("apps"), STR_INIT("Deployment"), RUNTIME_ANY},
    {STR_INIT("pod-template-hash"), STR_INIT("extensions"), STR_INIT("Deployment"), RUNTIME_ANY},
    {STR_INIT("statefulset.kubernetes.io/pod-name"), STR_INIT("apps"), STR_INIT("StatefulSet"), RUNTIME_NUMBERED},
};

bool runtime_is_key(Str key)
{
    for (size_t i = 0; i < BASE_COUNT(RUNTIME_LABELS); i++)
        if (str_eq(key, RUNTIME_LABELS[i].key))
            return true;
    return false;
}

enum { RUNTIME_PATTERN = 512 };

/* "NAME-*", interned.  A name that is too long for a label gives no pair at all. */
static uint32_t numbered_pair(Facts *facts, Str key, Str name)
{
    char pattern[RUNTIME_PATTERN];
    if (name.len + 2 > sizeof pattern)
        return BASE_NONE;
    memcpy(pattern, name.ptr, name.len);
    memcpy(pattern + name.len, "-*", 2);
    return facts_pair(facts, key, str_slice(pattern, name.len + 2));
}

static uint32_t add_pair(uint32_t *pairs, uint32_t count, uint32_t pair)
{
    for (uint32_t i = 0; i < count; i++)
        if (pairs[i] == pair)
            return count;
    if (pair == BASE_NONE || count == RUNTIME_MAX_PAIRS)
        return count;
    pairs[count] = pair;
    return count + 1;
}

/* "db" of "db-12"; empty where no number ends the value. */
static Str without_number(Str value)
{
    size_t end = value.len;
    while (end > 0 && value.ptr[end - 1] >= '0' && value.ptr[end - 1] <= '9')
        end--;
    if (end == value.len || end < 2 || value.ptr[end - 1] != '-')
        return STR("");
    return str_slice(value.ptr, end - 1);
}

int64_t runtime_number(Str key, Str value)
{
    size_t at;
    if (str_is(key, "apps.kubernetes.io/pod-index"))
        at = 0;
    else if (str_is(key, "statefulset.kubernetes.io/pod-name") && without_number(value).len)
        at = without_number(value).len + 1;
    else
        return -1;
    int64_t number = 0;
    for (size_t i = at; i < value.len; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9' || number > INT32_MAX)
            return -1;
        number = 10 * number + (value.ptr[i] - '0');
    }
    return at < value.len ? number : -1;
}

uint32_t runtime_term_pairs(Facts *facts, Str key, Str value, uint32_t *pairs)
{
    uint32_t count = 0;
    for (size_t i = 0; i < BASE_COUNT(RUNTIME_LABELS); i++) {
        const RuntimeLabel *label = &RUNTIME_LABELS[i];
        if (!str_eq(key, label->key))
            continue;
        if (label->value == RUNTIME_ANY)
            count = add_pair(pairs, count, facts_pair(facts, key, STR("*")));
        Str name = without_number(value);
        if (label->value == RUNTIME_NUMBERED && name.len)
            count = add_pair(pairs, count, numbered_pair(facts, key, name));
    }
    return count;
}

_Static_assert(BASE_COUNT(RUNTIME_LABELS) <= RUNTIME_MAX_ROWS, "each label has a row");

void runtime_look_up(RuntimeRows *rows, const Facts *facts, RuntimeWanted wanted,
                     const void *context)
{
    rows->count = 0;
    for (uint32_t i = 0; i < BASE_COUNT(RUNTIME_LABELS); i++) {
        const RuntimeLabel *label = &RUNTIME_LABELS[i];
        struct RuntimeRow row = {.group = interner_find(facts->strings, label->group),
                                 .kind = interner_find(facts->strings, label->kind),
                                 .pair = BASE_NONE,
                                 .label = i};
        /* What nobody interned no object has. */
        if (row.group != BASE_NONE && row.kind != BASE_NONE &&
            wanted(context, interner_find(facts->strings, label->key)))
            rows->at[rows->count++] = row;
    }
}

static uint32_t row_pair(Facts *facts, struct RuntimeRow *row, uint32_t name)
{
    const RuntimeLabel *label = &RUNTIME_LABELS[row->label];
    switch (label->value) {
    case RUNTIME_ANY:
        if (row->pair == BASE_NONE)
            row->pair = facts_pair(facts, label->key, STR("*"));
        return row->pair;
    case RUNTIME_NAME: return facts_pair(facts, label->key, facts_text(facts, name));
    case RUNTIME_NUMBERED: return numbered_pair(facts, label->key, facts_text(facts, name));
    }
    return BASE_NONE;
}

uint32_t runtime_object_pairs(Facts *facts, RuntimeRows *rows, uint32_t object, uint32_t *pairs)
{
    const Object *it = facts_object(facts, object);
    uint32_t count = 0;
    for (uint32_t i = 0; i < rows->count; i++)
        if (rows->at[i].kind == it->kind && rows->at[i].group == it->group)
            count = add_pair(pairs, count, row_pair(facts, &rows->at[i], it->name));
    return count;
}
