/* crd_conversion.c: how a CustomResourceDefinition's versions are converted, as the API
 * server validates it (apiextensions-apiserver, pkg/apis/apiextensions/validation, and
 * pkg/util/webhook of apiserver): the strategy, the webhook's client configuration, the
 * versions of reviews that it takes.  The rest of the CRD is crd_definition.c's. */
#include "schema/crd_review.h"

#define GET(field, name) field_get(v, (field), SCHEMA_NAME_##name)

/* ValidateWebhookURL */
static void validate_webhook_url(Validation *v, Field field)
{
    Url url;
    if (!url_parse(field_text(v, field), &url)) {
        validation_required(v, field, "as a URL: https://HOST[/PATH]");
        return;
    }
    if (url.scheme.len != 5 || strncasecmp(url.scheme.ptr, "https", 5) != 0)
        validation_invalid(v, field, "must start with https://");
    else if (url.host.len == 0)
        validation_invalid(v, field, "must name a host");
    if (url.has_user)
        validation_invalid(v, field, "may not name a user");
    if (url.fragment.len)
        validation_invalid(v, field, "may have no fragment");
    if (url.query.len)
        validation_invalid(v, field, "may have no query");
}

/* ValidateWebhookService; its arguments for name and namespace are exchanged, to no
 * effect. */
static void validate_webhook_service(Validation *v, Field service)
{
    Field path = GET(service, path);
    Str text = field_text(v, path);
    validation_must_have(v, GET(service, name));
    validation_must_have(v, GET(service, namespace));
    int64_t port = field_int_or(v, GET(service, port), 443);
    if (port < 1 || port > 65535)
        validation_invalid(v, GET(service, port), "must be between 1 and 65535");
    if (text.len == 0 || str_is(text, "/"))
        return;
    if (text.ptr[0] != '/')
        validation_invalid(v, path, "must start with a slash");
    Str rest = str_slice(text.ptr + 1, text.len - 1);
    if (rest.len > 1 && rest.ptr[rest.len - 1] == '/')
        rest.len--;
    for (;;) {
        size_t slash = str_find(rest, '/');
        Str step = str_slice(rest.ptr, slash);
        if (step.len == 0 || format_dns_subdomain(step)) {
            validation_invalid(v, path, "must be made of DNS names with slashes between them");
            return;
        }
        if (slash == rest.len)
            return;
        rest = str_slice(rest.ptr + slash + 1, rest.len - slash - 1);
    }
}

/* validateConversionReviewVersions */
static void validate_review_versions(Validation *v, Field versions, Field conversion)
{
    bool known = false;
    if (field_length(v, versions) == 0) {
        validation_as(v, validation_required(v, versions, NULL), conversion,
                      ".conversionReviewVersions");
        return;
    }
    for (Items i = items_of(v, versions); items_next(v, &i);) {
        Str text = field_text(v, i.item);
        const char *wrong = format_dns1035_label(text);
        bool twice = false;
        for (Items j = items_of(v, versions); items_next(v, &j) && j.index < i.index;)
            twice |= str_eq(text, field_text(v, j.item));
        if (twice || wrong)
            validation_as(v, validation_invalid(v, i.item, "%s",
                                                twice ? "may not be listed twice" : wrong),
                          conversion, ".conversionReviewVersions[%u]", i.index);
        known |= !wrong && word_is_one_of(text, "v1,v1beta1");
    }
    if (!known)
        validation_as(v, validation_invalid(v, versions, "must have v1 or v1beta1 among them"),
                      conversion, ".conversionReviewVersions");
}

static void validate_client_config(Validation *v, Field config, Field conversion)
{
    Field url = GET(config, url), service = GET(config, service);
    if (!field_given(config)) {
        validation_as(v, validation_required(v, config, "where the strategy is Webhook"), conversion,
                      ".webhookClientConfig");
        return;
    }
    if (field_given(url) == field_given(service)) {
        validation_as(v, validation_required(v, config, "with either url or service"), conversion,
                      ".webhookClientConfig");
        return;
    }
    validation_rename_below(v, config, conversion, STR(".webhookClientConfig"));
    if (field_given(url))
        validate_webhook_url(v, url);
    else
        validate_webhook_service(v, service);
    validation_rename(v, BASE_NONE, str_slice("", 0));
}

/* validateCustomResourceConversion */
void crd_validate_conversion(Validation *v, Field conversion)
{
    if (!field_given(conversion))
        return;
    Field strategy = GET(conversion, strategy), webhook = GET(conversion, webhook);
    Field config = GET(webhook, clientConfig);
    Field versions = GET(webhook, conversionReviewVersions);
    validation_required_word(v, strategy, "None,Webhook");
    if (field_text_is(v, strategy, "Webhook")) {
        validate_client_config(v, config, conversion);
        validate_review_versions(v, versions, conversion);
        return;
    }
    if (field_given(config))
        validation_as(v, validation_forbidden(v, config, "the strategy is not Webhook"), conversion,
                      ".webhookClientConfig");
    if (field_length(v, versions))
        validation_as(v, validation_forbidden(v, versions, "the strategy is not Webhook"),
                      conversion, ".conversionReviewVersions");
}
