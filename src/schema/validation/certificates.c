/* certificates.c: certificate requests and trust bundles, as pkg/apis/certificates/validation
 * has them.
 *
 * Left to others: what is inside certificates, requests and keys (pki.c).  Signatures are not
 * verified. */
#include "schema/validation/core.h"
#include "schema/validation/core_parts.h"
#include "schema/validation/pki.h"

static Arena *scratch_of(const Validation *v) { return v->walk->checker->scratch; }

/* ---- CertificateSigningRequests ---- */

static const char USAGES[] =
    "signing,digital signature,content commitment,key encipherment,key agreement,"
    "data encipherment,cert sign,crl sign,encipher only,decipher only,any,server auth,"
    "client auth,code signing,email protection,s/mime,ipsec end system,ipsec tunnel,"
    "ipsec user,timestamping,ocsp signing,microsoft sgc,netscape sgc";

/* ParseCSR: what is wrong with the first PEM block of bytes in base64; NULL where nothing is. */
static const char *check_request(const Validation *v, Str text)
{
    Str pem;
    PemBlock block;
    PublicKey key;
    if (!base64_decode(text, scratch_of(v), &pem) || !pem_decode(&pem, scratch_of(v), &block) ||
        !str_is(block.type, "CERTIFICATE REQUEST"))
        return "must hold a PEM block CERTIFICATE REQUEST";
    return x509_certificate_request(block.bytes, &key) ? NULL : "must hold a PKCS #10 request";
}

/* ValidateCertificateSigningRequestCreate; what it says of the status was dropped before. */
void validate_certificate_signing_request(Validation *v, Field request)
{
    Field spec = GET(request, spec), usages = GET(spec, usages), signer = GET(spec, signerName);
    Field expiry = GET(spec, expirationSeconds), pem = GET(spec, request), first;
    Seen seen = {0};
    const char *wrong = check_request(v, field_text(v, pem));
    if (wrong)
        validation_invalid(v, pem, "%s", wrong);
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
    if (name.len == 0 || (prefix ? format_path_segment_prefix : format_path_segment)(name))
        return;
    if (prefix && name.len > 1 && name.ptr[name.len - 1] == '-')
        name.len--;
    const char *wrong = cluster_trust_bundle_name_check(signer, name);
    if (wrong)
        validation_invalid(v, field, "%s", wrong);
}

/* One block of a bundle: a certificate of an authority, and nothing else. */
static const char *check_trust_anchor(const PemBlock *block)
{
    bool is_ca;
    if (!str_is(block->type, "CERTIFICATE"))
        return "has a PEM block that is no CERTIFICATE";
    if (block->has_headers)
        return "has a PEM block with headers";
    if (!x509_certificate(block->bytes, &is_ca))
        return "has a block that is no X.509 certificate";
    return is_ca ? NULL : "has a certificate that is no authority's: its CA bit is not set";
}

/* validateTrustBundle */
static void validate_trust_bundle(Validation *v, Field bundle)
{
    Str text = field_text(v, bundle);
    Seen seen = {0};
    Field first;
    PemBlock block;
    const char *wrong = NULL;
    bool any = false;
    while (!wrong && pem_decode(&text, scratch_of(v), &block)) {
        any = true;
        wrong = check_trust_anchor(&block);
        if (!wrong && seen_before(v, &seen, block.bytes, bundle, &first))
            wrong = "has a certificate twice";
    }
    if (!wrong && !any)
        wrong = "must hold the PEM block of a CERTIFICATE";
    if (wrong)
        validation_invalid(v, bundle, "%s", wrong);
}

/* ValidateClusterTrustBundle */
void validate_cluster_trust_bundle(Validation *v, Field bundle)
{
    Field spec = GET(bundle, spec), signer = GET(spec, signerName);
    Field pem = GET(spec, trustBundle), meta = GET(bundle, metadata);
    validate_bundle_name(v, GET(meta, generateName), field_text(v, signer), true);
    validate_bundle_name(v, GET(meta, name), field_text(v, signer), false);
    if (!field_is_empty(v, signer))
        validate_signer_name(v, signer);
    if (field_text(v, pem).len > TRUST_BUNDLE_MOST)
        validation_too_long(v, pem, TRUST_BUNDLE_MOST);
    else
        validate_trust_bundle(v, pem);
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

/* Whether the kind of key is one that Pods may have. */
static const char *check_key(const PublicKey *key)
{
    switch (key->kind) {
    case PUBLIC_KEY_ED25519: return NULL;
    case PUBLIC_KEY_ECDSA:
        return key->bits >= 256 ? NULL : "must have a key on curve P-256, P-384 or P-521";
    case PUBLIC_KEY_RSA:
        return key->bits == 3072 || key->bits == 4096 ? NULL : "must have a key of 3072 or 4096 bits";
    case PUBLIC_KEY_OTHER: break;
    }
    return "must have a key of RSA, ECDSA or Ed25519";
}

/* validateStubPKCS10Request, validateDeprecatedPKIXPublicKey */
static void validate_der(Validation *v, Field field, bool (*parse)(Str, PublicKey *),
                         const char *form)
{
    Str der;
    PublicKey key;
    if (!base64_decode(field_text(v, field), scratch_of(v), &der))
        return; /* the types say so */
    if (der.len > REQUEST_MOST)
        validation_too_long(v, field, REQUEST_MOST);
    else if (!parse(der, &key))
        validation_invalid(v, field, "%s", form);
    else if (check_key(&key))
        validation_invalid(v, field, "%s", check_key(&key));
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
    else if (has_stub)
        validate_der(v, stub, x509_certificate_request, "must be a PKCS #10 request in DER");
    else
        validate_der(v, key, x509_public_key, "must be a public key in DER");
}
