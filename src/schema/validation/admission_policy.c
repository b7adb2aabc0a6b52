/* admission_policy.c: admission policies and their bindings, as
 * pkg/apis/admissionregistration/validation has them.
 *
 * Left to others: what of expressions needs their types. */
#include "schema/validation/admission.h"

/* What expressions may name, up to NULL. */
typedef struct Names {
    const char **of;
    uint32_t count;
} Names;

/* Of a policy's parts: conditions come before variables are made, messages ask for no
 * permissions, and what mutations make has types of its own. */
typedef struct PolicyNames {
    Names in_conditions, in_messages, in_mutations, elsewhere;
} PolicyNames;

static void add_name(Names *names, const char *name)
{
    names->of[names->count++] = name;
    names->of[names->count] = NULL;
}

/* With room for a policy's variables, and for the end. */
static Names names_with(const Validation *v, bool authorizer, bool params, uint32_t variables)
{
    enum { OTHERS_MOST = 10 };
    size_t size = (OTHERS_MOST + variables + 1) * sizeof(const char *);
    Names names = {.of = arena_alloc(v->walk->checker->scratch, size)};
    add_name(&names, "object");
    add_name(&names, "oldObject");
    add_name(&names, "request");
    add_name(&names, "namespaceObject");
    if (authorizer)
        add_name(&names, "authorizer");
    if (params)
        add_name(&names, "params");
    return names;
}

/* Variables are fields of one that is there for them, and each is known from the next one on. */
static void start_variables(PolicyNames *names)
{
    Names *all[] = {&names->in_messages, &names->in_mutations, &names->elsewhere};
    for (size_t i = 0; i < BASE_COUNT(all); i++)
        add_name(all[i], "variables");
    add_name(&names->in_mutations, "Object");
    add_name(&names->in_mutations, "JSONPatch");
    for (size_t i = 0; i < BASE_COUNT(all); i++)
        add_name(all[i], "variables.");
}

static void add_variable(const Validation *v, PolicyNames *names, Str name)
{
    Arena *arena = v->walk->checker->scratch;
    const char *field = arena_format(arena, "variables.%.*s", STR_ARG(name)).ptr;
    add_name(&names->in_messages, field);
    add_name(&names->in_mutations, field);
    add_name(&names->elsewhere, field);
}

static PolicyNames names_of_policy(const Validation *v, Field spec)
{
    bool params = field_given(GET(spec, paramKind));
    uint32_t variables = field_length(v, GET(spec, variables));
    return (PolicyNames){
        .in_conditions = names_with(v, true, params, 0),
        .in_messages = names_with(v, false, params, variables),
        .in_mutations = names_with(v, true, params, variables),
        .elsewhere = names_with(v, true, params, variables),
    };
}

/* ---- what policies and bindings share ---- */

/* The API version of validateParamKind. */
static void validate_param_version(Validation *v, Field field)
{
    if (!validation_must_have(v, field))
        return;
    Str text = field_text(v, field);
    size_t slash = str_find(text, '/');
    Str group = str_slice(text.ptr, slash < text.len ? slash : 0);
    Str version = slash < text.len ? str_slice(text.ptr + slash + 1, text.len - slash - 1) : text;
    if (str_find(version, '/') < version.len)
        validation_invalid(v, field, "must be GROUP/VERSION or VERSION");
    else if (group.len && format_dns_subdomain(group))
        validation_invalid(v, field, "has a group that is no DNS name");
    else if (format_dns1035_label(version))
        validation_invalid(v, field, "has a version that is no DNS label");
}

/* validateParamKind */
static void validate_param_kind(Validation *v, Field param)
{
    Field kind = GET(param, kind);
    if (!field_given(param))
        return;
    validate_param_version(v, GET(param, apiVersion));
    if (validation_must_have(v, kind) && format_dns1035_label(text_lowered(v, field_text(v, kind))))
        validation_invalid(v, kind, "must be a DNS label but for the case of its letters");
}

/* validateNamedRuleWithOperations */
static void validate_named_rules(Validation *v, Field rules)
{
    for (Items i = items_of(v, rules); items_next(v, &i);) {
        Seen names = {0};
        Field first;
        for (Items n = items_of(v, GET(i.item, resourceNames)); items_next(v, &n);) {
            Str name = field_text(v, n.item);
            const char *wrong = format_path_segment(name);
            if (wrong)
                validation_invalid(v, n.item, "%s", wrong);
            if (seen_before(v, &names, name, n.item, &first))
                validation_duplicate(v, n.item, first);
        }
        validate_rule_with_operations(v, i.item);
    }
}

/* validateMatchResources; policy and selectors are filled in. */
static void validate_match_resources(Validation *v, Field match)
{
    validate_given_word(v, GET(match, matchPolicy), "Exact,Equivalent");
    validate_label_selector(v, GET(match, namespaceSelector), &(SelectorOptions){false});
    validate_label_selector(v, GET(match, objectSelector), &(SelectorOptions){false});
    validate_named_rules(v, GET(match, resourceRules));
    validate_named_rules(v, GET(match, excludeResourceRules));
}

/* Mutations see no deletions; the server says so of all rules together. */
static void validate_mutating_operations(Validation *v, Field match)
{
    static const char WORDS[] = "*,CREATE,UPDATE,CONNECT";
    for (Items i = items_of(v, GET(match, resourceRules)); items_next(v, &i);)
        for (Items o = items_of(v, GET(i.item, operations)); items_next(v, &o);)
            if (!word_is_one_of(field_text(v, o.item), WORDS))
                validation_as(v, validation_not_supported(v, o.item, WORDS), match,
                              ".resourceRules.operations");
}

/* What both sorts of policies have, up to their variables. */
static void validate_policy_head(Validation *v, Field spec)
{
    Field match = GET(spec, matchConstraints);
    validate_given_word(v, GET(spec, failurePolicy), "Ignore,Fail");
    validate_param_kind(v, GET(spec, paramKind));
    if (!field_given(match)) {
        validation_required(v, match, NULL);
    } else {
        validate_match_resources(v, match);
        if (field_length(v, GET(match, resourceRules)) == 0)
            validation_required(v, GET(match, resourceRules), NULL);
    }
    validate_static_suffix(v);
}

/* isCELIdentifier */
static bool is_cel_identifier(Str text)
{
    return text.len && !format_c_identifier(text) &&
           !word_is_one_of(text, "true,false,null,in,as,break,const,continue,else,for,function,"
                                 "if,import,let,loop,package,namespace,return,var,void,while");
}

/* validateVariable */
static void validate_variables(Validation *v, Field variables, PolicyNames *names)
{
    start_variables(names);
    for (Items i = items_of(v, variables); items_next(v, &i);) {
        Field name = GET(i.item, name);
        if (validate_not_blank(v, name) && !is_cel_identifier(field_text(v, name)))
            validation_invalid(v, name, "must be a name that CEL takes");
        validate_expression(v, GET(i.item, expression), names->elsewhere.of);
        add_variable(v, names, field_text(v, name));
    }
}

/* ---- validating policies ---- */

/* validateValidation */
static void validate_validation(Validation *v, Field validation, const PolicyNames *names)
{
    Field message = GET(validation, message), made = GET(validation, messageExpression);
    Str text = text_trimmed(field_text(v, message));
    validate_expression(v, GET(validation, expression), names->elsewhere.of);
    if (!field_is_empty(v, made) && text_trimmed(field_text(v, made)).len == 0)
        validation_invalid(v, made, "may not be white space alone");
    else if (!field_is_empty(v, made))
        validation_expression(v, made, names->in_messages.of);
    if (!field_is_empty(v, message) && text.len == 0)
        validation_invalid(v, message, "may not be white space alone");
    else if (str_find(text, '\n') < text.len || str_find(text, '\r') < text.len)
        validation_invalid(v, message, "may have one line only");
    validate_given_word(v, GET(validation, reason),
                        "Forbidden,Invalid,RequestEntityTooLarge");
}

enum { AUDIT_ANNOTATIONS_MOST = 20, AUDIT_EXPRESSION_MOST = 5 * 1024 };

/* validateAuditAnnotation: its key is a name below that of the policy. */
static void validate_audit_annotation(Validation *v, Field annotation, const char *wrong_name,
                                      const PolicyNames *names)
{
    Field key = GET(annotation, key), value = GET(annotation, valueExpression);
    Str text = field_text(v, key), made = text_trimmed(field_text(v, value));
    if (wrong_name)
        validation_invalid(v, key, "cannot stand below the policy's metadata.name, which %s",
                           wrong_name);
    else if (str_find(text, '/') < text.len || format_qualified_name(text))
        validation_invalid(v, key, "must be the name part of an annotation's key");
    if (!validate_not_blank(v, value))
        return;
    if (made.len > AUDIT_EXPRESSION_MOST)
        validation_required(v, value, "with at most %d bytes", AUDIT_EXPRESSION_MOST);
    else
        validation_expression(v, value, names->elsewhere.of);
}

static const char *check_policy_name(const Validation *v, Field meta)
{
    Str name = field_text(v, GET(meta, name)), base = field_text(v, GET(meta, generateName));
    if (name.len == 0 && base.len == 0)
        return "must be given";
    return name_check(format_dns_subdomain, name.len ? name : base, name.len == 0);
}

/* ValidateValidatingAdmissionPolicy */
void validate_validating_admission_policy(Validation *v, Field policy)
{
    Field spec = GET(policy, spec);
    Field validations = GET(spec, validations), annotations = GET(spec, auditAnnotations);
    PolicyNames names = names_of_policy(v, spec);
    Seen keys = {0};
    Field first;
    validate_policy_head(v, spec);
    validate_match_conditions(v, GET(spec, matchConditions), names.in_conditions.of);
    if (field_length(v, GET(spec, variables)) > 0)
        validate_variables(v, GET(spec, variables), &names);
    if (field_length(v, validations) == 0 && field_length(v, annotations) == 0) {
        validation_required(v, validations, "where there are no auditAnnotations");
        validation_required(v, annotations, "where there are no validations");
        return;
    }
    for (Items i = items_of(v, validations); items_next(v, &i);)
        validate_validation(v, i.item, &names);
    if (field_length(v, annotations) > AUDIT_ANNOTATIONS_MOST)
        validation_invalid(v, annotations, "may have at most %d items", AUDIT_ANNOTATIONS_MOST);
    const char *wrong_name = check_policy_name(v, GET(policy, metadata));
    for (Items i = items_of(v, annotations); items_next(v, &i);) {
        Field key = GET(i.item, key);
        validate_audit_annotation(v, i.item, wrong_name, &names);
        if (seen_before(v, &keys, field_text(v, key), key, &first))
            validation_duplicate(v, key, first);
    }
}

/* ---- mutating policies ---- */

/* validateMutation: the patch of the type, and no other. */
static void validate_mutation(Validation *v, Field mutation, const PolicyNames *names)
{
    Field type = GET(mutation, patchType);
    Field json = GET(mutation, jsonPatch), apply = GET(mutation, applyConfiguration);
    if (!validation_required_word(v, type, "ApplyConfiguration,JSONPatch"))
        return;
    bool is_json = field_text_is(v, type, "JSONPatch");
    Field wanted = is_json ? json : apply, other = is_json ? apply : json;
    if (!field_given(wanted))
        validation_required(v, wanted, "for this patchType");
    else
        validate_expression(v, GET(wanted, expression), names->in_mutations.of);
    if (field_given(other))
        validation_invalid(v, other, "may not be given with this patchType");
}

/* ValidateMutatingAdmissionPolicy */
void validate_mutating_admission_policy(Validation *v, Field policy)
{
    Field spec = GET(policy, spec), mutations = GET(spec, mutations);
    PolicyNames names = names_of_policy(v, spec);
    validate_policy_head(v, spec);
    validate_mutating_operations(v, GET(spec, matchConstraints));
    validate_match_conditions(v, GET(spec, matchConditions), names.in_conditions.of);
    validate_variables(v, GET(spec, variables), &names);
    if (field_length(v, mutations) == 0)
        validation_required(v, mutations, NULL);
    for (Items i = items_of(v, mutations); items_next(v, &i);)
        validate_mutation(v, i.item, &names);
    validation_required_word(v, GET(spec, reinvocationPolicy), "Never,IfNeeded");
}

/* ---- bindings ---- */

/* validateParamRef */
static void validate_param_ref(Validation *v, Field ref)
{
    Field name = GET(ref, name), selector = GET(ref, selector);
    bool named = !field_is_empty(v, name);
    if (!field_given(ref))
        return;
    validation_optional_text(v, name, format_path_segment);
    validate_label_selector(v, selector, &(SelectorOptions){false});
    if (named && field_given(selector)) {
        validation_forbidden(v, name, "beside selector");
        validation_forbidden(v, selector, "beside name");
    } else if (!named && !field_given(selector)) {
        validation_required(v, ref, "with name or selector");
    }
    validation_required_word(v, GET(ref, parameterNotFoundAction), "Deny,Allow");
}

static void validate_policy_binding(Validation *v, Field spec)
{
    validation_text(v, GET(spec, policyName), format_dns_subdomain);
    validate_param_ref(v, GET(spec, paramRef));
    Field match = GET(spec, matchResources);
    VALIDATION_ONLY(v, VALIDATION_SINCE(32))
        validate_match_resources(v, match);
    VALIDATION_ONLY(v, VALIDATION_UNTIL(31)) /* which spelled it so */
    {
        Rename before = validation_rename_below(v, match, spec, STR(".matchResouces"));
        validate_match_resources(v, match);
        validation_unrename(v, before);
    }
    validate_static_suffix(v);
}

/* validateValidationActions */
static void validate_validation_actions(Validation *v, Field actions)
{
    Seen seen = {0};
    Field first;
    for (Items i = items_of(v, actions); items_next(v, &i);) {
        Str word = field_text(v, i.item);
        if (!word_is_one_of(word, "Deny,Warn,Audit"))
            validation_not_supported(v, i.item, "Deny,Warn,Audit");
        if (seen_before(v, &seen, word, i.item, &first))
            validation_duplicate(v, i.item, first);
    }
    if (list_has(v, actions, "Deny") && list_has(v, actions, "Warn"))
        validation_invalid(v, actions, "may not have both Deny and Warn");
    if (field_length(v, actions) == 0)
        validation_required(v, actions, NULL);
}

/* ValidateValidatingAdmissionPolicyBinding */
void validate_validating_admission_policy_binding(Validation *v, Field binding)
{
    Field spec = GET(binding, spec);
    validate_policy_binding(v, spec);
    validate_validation_actions(v, GET(spec, validationActions));
}

/* ValidateMutatingAdmissionPolicyBinding */
void validate_mutating_admission_policy_binding(Validation *v, Field binding)
{
    Field spec = GET(binding, spec);
    validate_policy_binding(v, spec);
    validate_mutating_operations(v, GET(spec, matchResources));
}
