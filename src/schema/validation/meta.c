/* meta.c: an object's metadata, as k8s.io/apimachinery/pkg/api/validation has it. */
#include "schema/validation/core_parts.h"

/* ---- names ---- */

/* maskTrailingDash: what generateName ends in gets letters and digits behind it. */
static Str mask_dash(Str name, bool prefix, char place[256])
{
    if (!prefix || name.len < 2 || name.ptr[name.len - 1] != '-' || name.len > 256)
        return name;
    memcpy(place, name.ptr, name.len - 2);
    place[name.len - 2] = 'a';
    return str_slice(place, name.len - 1);
}

const char *name_check(FormatFn form, Str name, bool prefix)
{
    char place[256];
    if (form == format_path_segment)
        return prefix ? format_path_segment_prefix(name) : format_path_segment(name);
    /* A generated name goes on behind the prefix; only names of DNS care. */
    bool dns = form == format_dns_subdomain || form == format_dns_label ||
               form == format_dns1035_label;
    return form(mask_dash(name, prefix && dns, place));
}

/* ---- annotations ---- */

enum { ANNOTATIONS_MOST = 256 * 1024 };

/* ValidateAnnotations: keys count as in lower case; the server names the map alone. */
void validate_annotations(Validation *v, Field annotations)
{
    size_t total = 0;
    for (Entries at = entries_of(v, annotations); entries_next(v, &at);) {
        total += at.key.len + field_text(v, at.value).len;
        const char *wrong = validation_form(v, format_qualified_name, at.key);
        if (wrong && str_find(at.key, '/') < at.key.len) {
            /* Only a prefix knows case. */
            char lower[512];
            if (at.key.len <= sizeof lower) {
                for (size_t i = 0; i < at.key.len; i++) {
                    char c = at.key.ptr[i];
                    lower[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
                }
                wrong = format_qualified_name(str_slice(lower, at.key.len));
            }
        }
        if (wrong)
            validation_as(v, validation_invalid(v, field_key(at.at), "has a name that is no annotation's: it %s", wrong),
                          annotations, NULL);
    }
    if (total > ANNOTATIONS_MOST)
        validation_too_long(v, annotations, ANNOTATIONS_MOST);
}

/* ---- owners and finalizers ---- */

/* ParseGroupVersion: at most one slash, and a version. */
static bool is_group_version(Str text)
{
    size_t slash = str_find(text, '/');
    if (slash == text.len)
        return text.len > 0;
    Str version = str_slice(text.ptr + slash + 1, text.len - slash - 1);
    return version.len > 0 && str_find(version, '/') == version.len;
}

/* A part that must be there: until 1.36 the server called an empty one invalid, and did
 * not say in which owner it is. */
static bool owner_must_have(Validation *v, Field owners, Field owner, NameId name)
{
    Field part = field_get(v, owner, name);
    if (!field_is_empty(v, part))
        return true;
    VALIDATION_ONLY(v, VALIDATION_SINCE(37))
        validation_required(v, part, NULL);
    Str word = schema_name_text(v->walk->schema, name);
    VALIDATION_ONLY(v, VALIDATION_UNTIL(36))
        validation_as(v, validation_invalid(v, part, "must not be empty"), owners, ".%.*s",
                      STR_ARG(word));
    return false;
}

/* A value that is wrong, named likewise. */
static void owner_invalid(Validation *v, Field owners, Field part, const char *suffix, const char *why)
{
    VALIDATION_ONLY(v, VALIDATION_SINCE(37))
        validation_invalid(v, part, "%s", why);
    VALIDATION_ONLY(v, VALIDATION_UNTIL(36))
        validation_as(v, validation_invalid(v, part, "%s", why), owners, "%s", suffix);
}

/* validateOwnerReference */
static void validate_owner_reference(Validation *v, Field owners, Field owner)
{
    Field api_version = field_get(v, owner, SCHEMA_NAME_apiVersion);
    Field kind = field_get(v, owner, SCHEMA_NAME_kind);
    if (owner_must_have(v, owners, owner, SCHEMA_NAME_apiVersion) &&
        !is_group_version(field_text(v, api_version)))
        owner_invalid(v, owners, api_version, ".apiVersion",
                      "must be a version, or a group and a version");
    owner_must_have(v, owners, owner, SCHEMA_NAME_kind);
    owner_must_have(v, owners, owner, SCHEMA_NAME_name);
    owner_must_have(v, owners, owner, SCHEMA_NAME_uid);
    if (field_text_is(v, api_version, "v1") && field_text_is(v, kind, "Event"))
        owner_invalid(v, owners, owner, "", "may not be an Event: Events own nothing");
}

/* Whether two owners are the same in every field. */
static bool is_same_owner(const Validation *v, Field a, Field b)
{
    static const NameId TEXTS[] = {SCHEMA_NAME_uid, SCHEMA_NAME_name, SCHEMA_NAME_kind,
                                   SCHEMA_NAME_apiVersion};
    static const NameId FLAGS[] = {SCHEMA_NAME_controller, SCHEMA_NAME_blockOwnerDeletion};
    for (size_t i = 0; i < BASE_COUNT(TEXTS); i++)
        if (!str_eq(field_text(v, field_get(v, a, TEXTS[i])), field_text(v, field_get(v, b, TEXTS[i]))))
            return false;
    for (size_t i = 0; i < BASE_COUNT(FLAGS); i++) {
        Field one = field_get(v, a, FLAGS[i]), other = field_get(v, b, FLAGS[i]);
        if (field_given(one) != field_given(other) || field_bool(v, one) != field_bool(v, other))
            return false;
    }
    return true;
}

/* hasOwnerReference: whether it stands among some dozens before it.  The server drops those that
 * stand there a second time, with a warning, before it validates. */
static bool warn_of_repeated_owner(Validation *v, Field owners, Field owner, uint32_t index)
{
    enum { LOOKED_AT_MOST = 64 };
    for (Items i = items_of(v, owners); items_next(v, &i) && i.index < index &&
                                        i.index < LOOKED_AT_MOST;)
        if (is_same_owner(v, i.item, owner)) {
            validation_warning(v, owner, "stands here a second time, and is dropped");
            return true;
        }
    return false;
}

/* Reviews are not stored, so nothing else is asked of their owners. */
static void warn_of_repeated_owners(Validation *v, Field owners)
{
    for (Items i = items_of(v, owners); items_next(v, &i);)
        warn_of_repeated_owner(v, owners, i.item, i.index);
}

/* ValidateOwnerReferences */
static void validate_owner_references(Validation *v, Field owners)
{
    Field first = FIELD_NONE;
    for (Items i = items_of(v, owners); items_next(v, &i);) {
        if (warn_of_repeated_owner(v, owners, i.item, i.index))
            continue;
        validate_owner_reference(v, owners, i.item);
        Field controller = field_get(v, i.item, SCHEMA_NAME_controller);
        if (!field_bool(v, controller))
            continue;
        /* Kubernetes remembers the first by its kind and name. */
        if (field_given(first))
            validation_as(v, validation_invalid(v, controller, "may be true in one owner only"),
                          owners, NULL);
        else
            first = controller;
    }
}

/* validateKubeFinalizerName's names that need no domain. */
static bool is_domainless(Str name)
{
    return str_find(name, '/') == name.len &&
           !word_is_one_of(name, "kubernetes,orphan,foregroundDeletion");
}

/* The same of custom resources, in registry/customresource: where others are refused these are
 * warned of, each name once.  Since 1.32 the server tells a domain alone from a name alone. */
static void warn_of_finalizer(Validation *v, Field finalizers, Field item, Seen *seen)
{
    Str name = field_text(v, item);
    Field first;
    if (!is_domainless(name) || seen_before(v, seen, name, item, &first))
        return;
    Finding *finding =
        str_find(name, '.') < name.len
            ? validation_warning(v, item, "has no name behind its domain, as %.*s/finalizer would: "
                                          "another controller may use the same", STR_ARG(name))
            : validation_warning(v, item, "has no domain before its name, as example.com/%.*s would: "
                                          "another controller may use the same", STR_ARG(name));
    validation_as(v, finding, finalizers, NULL);
}

/* ValidateFinalizers: the server names the list alone. */
static void validate_finalizers(Validation *v, Field finalizers, bool is_custom)
{
    bool orphan = false, foreground = false;
    Seen seen = {0};
    for (Items i = items_of(v, finalizers); items_next(v, &i);) {
        const char *wrong = format_qualified_name(field_text(v, i.item));
        if (wrong)
            validation_as(v, validation_invalid(v, i.item, "%s", wrong), finalizers, NULL);
        else if (is_custom)
            warn_of_finalizer(v, finalizers, i.item, &seen);
        orphan |= field_text_is(v, i.item, "orphan");
        foreground |= field_text_is(v, i.item, "foregroundDeletion");
    }
    if (orphan && foreground)
        validation_invalid(v, finalizers, "may not have both orphan and foregroundDeletion");
}

/* validateKubeFinalizerName */
static void validate_kube_finalizers(Validation *v, Field finalizers)
{
    for (Items i = items_of(v, finalizers); items_next(v, &i);)
        if (is_domainless(field_text(v, i.item)))
            validation_invalid(v, i.item, "must have a domain and a slash before its name");
}

/* ---- the whole ---- */

/* validateObjectMetaAccessorWithOptsCommon, but for the namespace, and for the managed
 * fields, which the server writes itself before it looks. */
static void validate_user_meta(Validation *v, const Fields *meta, bool is_custom)
{
    if (meta->bits & FIELD_BIT(labels))
        validate_labels(v, fields_get(meta, SCHEMA_NAME_labels));
    if (meta->bits & FIELD_BIT(annotations))
        validate_annotations(v, fields_get(meta, SCHEMA_NAME_annotations));
    if (meta->bits & FIELD_BIT(ownerReferences))
        validate_owner_references(v, fields_get(meta, SCHEMA_NAME_ownerReferences));
    if (meta->bits & FIELD_BIT(finalizers))
        validate_finalizers(v, fields_get(meta, SCHEMA_NAME_finalizers), is_custom);
}

static void validate_generation(Validation *v, const Fields *meta)
{
    Field generation = fields_get(meta, SCHEMA_NAME_generation);
    if (field_int(v, generation) < 0)
        validation_invalid(v, generation, "must be 0 or more");
}

static void validate_meta_common(Validation *v, const Fields *meta)
{
    validate_generation(v, meta);
    validate_user_meta(v, meta, false);
}

static void validate_name(Validation *v, const Fields *meta, FormatFn form)
{
    Field name = fields_get(meta, SCHEMA_NAME_name);
    Field generated = fields_get(meta, SCHEMA_NAME_generateName);
    const char *wrong;
    if (!field_is_empty(v, generated) &&
        (wrong = name_check(form, field_text(v, generated), true)))
        validation_invalid(v, generated, "%s", wrong);
    if (!field_is_empty(v, name) && (wrong = form(field_text(v, name))))
        validation_invalid(v, name, "%s", wrong);
}

/* ValidateObjectMetaWithOpts: only the name counts, given or generated, which is up to 58
 * bytes of the prefix and five letters and digits. */
static void validate_final_name(Validation *v, const Fields *meta, FormatFn form)
{
    enum { PREFIX_MOST = 58 };
    Field name = fields_get(meta, SCHEMA_NAME_name);
    Field generated = fields_get(meta, SCHEMA_NAME_generateName);
    Str prefix = field_text(v, generated);
    /* The registry's own look, which comes when all else is well. */
    validation_optional_text(v, generated, format_path_segment_prefix);
    char made[PREFIX_MOST + 5];
    Str text = field_text(v, name);
    if (text.len == 0) {
        text = str_slice(made, prefix.len < PREFIX_MOST ? prefix.len : PREFIX_MOST);
        memcpy(made, prefix.ptr, text.len);
        memcpy(made + text.len, "x0x0x", 5);
        text.len += 5;
        if (prefix.len == 0)
            return;
    }
    const char *wrong = form(text);
    if (wrong)
        validation_invalid(v, name, "%s", wrong);
}

void validate_meta_parts(Validation *v, Field whole, FormatFn form, bool is_stored)
{
    Fields meta;
    fields_read(v, whole, &meta);
    validate_name(v, &meta, form);
    if (is_stored)
        validate_user_meta(v, &meta, true);
    else
        validate_meta_common(v, &meta);
}

/* ---- the object's own ---- */

/* By the rows of its kind; false where it has none. */
static bool validate_named(Validation *v, const Fields *meta, const SchemaType *row)
{
    bool named = false;
    for (const SchemaRule *rule = &schema_rule_rows[row->rules]; row->rules; rule++) {
        if (rule->verb == RULE_NAMED_AS) {
            named = true;
            VALIDATION_ONLY(v, rule->versions) {
                if (rule->count & NAMES_ANY_PREFIX)
                    validate_final_name(v, meta, validation_format(rule->a));
                else
                    validate_name(v, meta, validation_format(rule->a));
                if ((meta->bits & FIELD_BIT(finalizers)) && !(rule->count & NAMES_ANY_FINALIZER))
                    validate_kube_finalizers(v, fields_get(meta, SCHEMA_NAME_finalizers));
                if ((meta->bits & FIELD_BIT(generation)) && !(rule->count & NAMES_OWN_GENERATION))
                    validate_generation(v, meta);
            }
        }
        if (rule->last)
            break;
    }
    return named;
}

/* A request without a namespace goes to the default one, and a namespace given for an object of
 * the whole cluster is refused by the path of the request. */
static void validate_own_names(Validation *v, const Fields *meta, const SchemaType *row,
                               const SchemaKind *kind)
{
    if (!validate_named(v, meta, row)) {
        /* The registry's own look, which comes when all else is well. */
        v->versions &= ~v->walk->stopped[STAGE_VALIDATE];
        validate_name(v, meta, format_path_segment);
    }
    Field ns = fields_get(meta, SCHEMA_NAME_namespace);
    if (kind->scope == SCOPE_NAMESPACED)
        validation_optional_text(v, ns, format_dns_label);
}

static bool is_plain_name(Validation *v, const Node *at, const SchemaType *row)
{
    Str name = str_slice(at->text, at->len);
    bool named = false;
    if (at->kind != NODE_STRING || name.len == 0)
        return false;
    for (const SchemaRule *rule = &schema_rule_rows[row->rules]; row->rules; rule++) {
        named |= rule->verb == RULE_NAMED_AS;
        if (rule->verb == RULE_NAMED_AS && validation_format(rule->a)(name))
            return false;
        if (rule->last)
            break;
    }
    if (!named)
        v->versions &= ~v->walk->stopped[STAGE_VALIDATE];
    return named || !format_path_segment(name);
}

/* Whether there is no more than a name, a namespace, labels and annotations, as nearly always,
 * and both names are fine in all versions. */
static bool has_plain_names(Validation *v, uint32_t metadata, const SchemaType *row,
                            Field *labels, Field *annotations)
{
    const Node *nodes = v->doc->nodes, *map = &nodes[metadata], *end = &nodes[map->next];
    if (map->kind != NODE_MAP)
        return false;
    *labels = *annotations = FIELD_NONE;
    for (const Node *key = map + 1, *at; key < end; key = &nodes[at->next]) {
        at = key + 1;
        if (key->flags & NODE_SHADOWED)
            return false;
        if (key->bind == SCHEMA_NAME_labels)
            *labels = field_at(v, (uint32_t)(at - nodes));
        else if (key->bind == SCHEMA_NAME_annotations)
            *annotations = field_at(v, (uint32_t)(at - nodes));
        else if (key->bind == SCHEMA_NAME_name ? !is_plain_name(v, at, row)
                 : key->bind != SCHEMA_NAME_namespace || at->kind != NODE_STRING ||
                       validation_form(v, format_dns_label, str_slice(at->text, at->len)))
            return false;
    }
    return true;
}

/* A missing name is told by the walk. */
void validation_object(Walk *walk, const SchemaType *row, const SchemaKind *kind,
                       uint32_t metadata, uint32_t versions)
{
    Validation v = {
        .walk = walk,
        .doc = walk->doc,
        .versions = versions & ~walk->unvalidated & VALIDATION_SINCE(VALIDATION_OLDEST),
        .renamed = BASE_NONE,
        .renamed_base = {.node = BASE_NONE, .above = BASE_NONE},
    };
    if (!v.versions || kind->flags & KIND_CUSTOM)
        return;
    if (metadata == BASE_NONE)
        return; /* of what is not there nothing is wrong but that it is missing */
    if (!(kind->flags & KIND_STORED)) {
        Field owners = field_get(&v, field_at(&v, metadata), SCHEMA_NAME_ownerReferences);
        warn_of_repeated_owners(&v, owners);
        return;
    }
    Fields meta;
    Field labels, annotations;
    bool plain = has_plain_names(&v, metadata, row, &labels, &annotations);
    VALIDATION_UNLESS(&v, plain) {
        fields_read(&v, field_at(&v, metadata), &meta);
        validate_own_names(&v, &meta, row, kind);
    }
    if (plain) {
        if (field_given(labels))
            validate_labels(&v, labels);
        if (field_given(annotations))
            validate_annotations(&v, annotations);
    } else {
        validate_user_meta(&v, &meta, false);
    }
}
