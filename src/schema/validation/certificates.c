/* certificates.c: certificate requests and trust bundles, as pkg/apis/certificates/validation
 * has them.
 *
 * Left to others: what is inside certificates, requests and keys.  Here they are looked at
 * only as far as their wrapping. */
#include "schema/validation/core.h"
#include "schema/validation/core_parts.h"

/* ---- CertificateSigningRequests ---- */

static const char USAGES[] =
    "signing,digital signature,content commitment,key encipherment,key agreement,"
    "data encipherment,cert sign,crl sign,encipher only,decipher only,any,server auth,"
    "client auth,code signing,email protection,s/mime,ipsec end system,ipsec tunnel,"
    "ipsec user,timestamping,ocsp signing,microsoft sgc,netscape sgc";

enum { REQUEST_LEAST = 90 }; /* the length of both lines about a block */

/* Whether base64 may hold a PEM block of a request: its label, at any of the three places
 * within four letters where it can start.  What is broken into lines is not looked at. */
static bool may_hold_request(Str text)
{
    if (text.len < REQUEST_LEAST)
        return false;
    return str_find(text, '\n') < text.len || str_find(text, '\r') < text.len ||
           str_contains(text, STR("Q0VSVElGSUNBVEUgUkVRVUVTVC0tLS0t")) ||
           str_contains(text, STR("NFUlRJRklDQVRFIFJFUVVFU1QtLS0tL")) ||
           str_contains(text, STR("DRVJUSUZJQ0FURSBSRVFVRVNULS0tLS"));
}

/* ValidateCertificateSigningRequestCreate; what it says of the status was dropped before. */
void validate_certificate_signing_request(Validation *v, Field request)
{
    Field spec = GET(request, spec), usages = GET(spec, usages), signer = GET(spec, signerName);
    Field expiry = GET(spec, expirationSeconds), pem = GET(spec, request), first;
    Seen seen = {0};
    if (!may_hold_request(field_text(v, pem)))
        validation_invalid(v, pem, "must hold a PEM block CERTIFICATE REQUEST");
    if (field_length(v, usages) == 0)
        validation_required(v, usages, NULL);
    for (Items i = items_of(v, usages); items_next(v, &i);) {
        if (!word_is_one_of(field_text(v, i.item), USAGES))
            validation_not_supported(v, i.item, USAGES);
        if (seen_before(v, &seen, field_text(v, i.item), i.item, &first))
            validation_duplicate(v, i.item, first);
    }
    if (field_text_is(v, signer, "kubernetes.io/legacy-unknown"))
        validation_invalid(v, signer, "may not be this one any more");
    else
        validate_signer_name(v, signer);
    if (field_given(expiry))
        validation_range(v, expiry, 600, INT64_MAX);
}

/* ---- ClusterTrustBundles ---- */

enum { TRUST_BUNDLE_MOST = 1024 * 1024 };

/* What ValidateClusterTrustBundleName says of a name that is one at all; a prefix may have a
 * dash at its end. */
static void validate_bundle_name(Validation *v, Field field, Str signer, bool prefix)
{
    Str name = field_text(v, field);
    if (name.len == 0 || format_path_segment(name))
        return;
    if (prefix && name.len > 1 && name.ptr[name.len - 1] == '-')
        name.len--;
    const char *wrong = cluster_trust_bundle_name_check(signer, name);
    if (wrong)
        validation_invalid(v, field, "%s", wrong);
}

/* ValidateClusterTrustBundle */
void validate_cluster_trust_bundle(Validation *v, Field bundle)
{
    Field spec = GET(bundle, spec), signer = GET(spec, signerName);
    Field pem = GET(spec, trustBundle), meta = GET(bundle, metadata);
    Str text = field_text(v, pem);
    validate_bundle_name(v, GET(meta, generateName), field_text(v, signer), true);
    validate_bundle_name(v, GET(meta, name), field_text(v, signer), false);
    if (!field_is_empty(v, signer))
        validate_signer_name(v, signer);
    if (text.len > TRUST_BUNDLE_MOST)
        validation_too_long(v, pem, TRUST_BUNDLE_MOST);
    else if (!str_contains(text, STR("-----BEGIN CERTIFICATE-----")) ||
             !str_contains(text, STR("-----END CERTIFICATE-----")))
        validation_invalid(v, pem, "must hold the PEM block of a CERTIFICATE");
}

/* ---- PodCertificateRequests ---- */

enum { UID_MOST = 128, HOUR = 60 * 60, REQUEST_MOST = 10 * 1024, ANNOTATIONS_MOST = 256 * 1024 };

/* A name that is wrong, not missing, where it is empty. */
static void validate_named(Validation *v, Field field)
{
    const char *wrong = format_dns_subdomain(field_text(v, field));
    if (wrong)
        validation_invalid(v, field, "%s", wrong);
}

static void validate_request_uid(Validation *v, Field field)
{
    if (field_is_empty(v, field))
        validation_invalid(v, field, "may not be empty");
    else if (field_text(v, field).len > UID_MOST)
        validation_too_long(v, field, UID_MOST);
}

/* ValidateUserAnnotations */
static void validate_user_annotations(Validation *v, Field annotations)
{
    size_t total = 0;
    bool wrong = false;
    for (Entries i = entries_of(v, annotations); entries_next(v, &i);) {
        Str key = text_lowered(v, i.key);
        size_t slash = str_find(key, '/');
        total += i.key.len + field_text(v, i.value).len;
        wrong |= slash == key.len || format_dns_subdomain(str_slice(key.ptr, slash)) ||
                 format_qualified_name(key);
    }
    if (wrong)
        validation_invalid(v, annotations, "must have keys like example.com/key");
    if (total > ANNOTATIONS_MOST)
        validation_too_long(v, annotations, ANNOTATIONS_MOST);
}

/* A DER sequence starts with the byte 0x30, so its base64 with M. */
static void validate_der(Validation *v, Field field)
{
    Str text = field_text(v, field);
    if (text.len > (size_t)REQUEST_MOST / 3 * 4 + 4)
        validation_too_long(v, field, REQUEST_MOST);
    else if (text.ptr[0] != 'M')
        validation_invalid(v, field, "must be in DER");
}

/* ValidatePodCertificateRequestCreate */
void validate_pod_certificate_request(Validation *v, Field request)
{
    Field spec = GET(request, spec), signer = GET(spec, signerName);
    Field expiry = GET(spec, maxExpirationSeconds), stub = GET(spec, stubPKCS10Request);
    Field key = GET(spec, pkixPublicKey), proof = GET(spec, proofOfPossession);
    validate_signer_name(v, signer);
    validate_user_annotations(v, GET(spec, unverifiedUserAnnotations));
    validate_named(v, GET(spec, podName));
    validate_request_uid(v, GET(spec, podUID));
    validate_named(v, GET(spec, serviceAccountName));
    validate_request_uid(v, GET(spec, serviceAccountUID));
    validate_named(v, GET(spec, nodeName));
    validate_request_uid(v, GET(spec, nodeUID));
    if (field_given(expiry))
        validation_range(v, expiry, HOUR,
                         (signer_name_is_kubernetes(field_text(v, signer)) ? 1 : 91) * 24 * HOUR);
    bool has_stub = !field_is_empty(v, stub);
    bool has_key = !field_is_empty(v, key), has_proof = !field_is_empty(v, proof);
    if (has_key != has_proof || has_stub == has_key)
        validation_invalid(v, spec, "must have either stubPKCS10Request, or pkixPublicKey and "
                                    "proofOfPossession");
    else
        validate_der(v, has_stub ? stub : key);
}
