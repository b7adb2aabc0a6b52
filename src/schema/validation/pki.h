/* pki.h: what is inside certificates, requests and keys, as far as a server looks into them
 * before it takes them: PEM as encoding/pem reads it, and DER as crypto/x509 does.
 *
 * Signatures are not verified, and a point is not asked whether it is on its curve: a text that
 * is taken here may still be refused for that.  What is refused here is refused there.
 * Texts are slices of what was given, or stand in the arena. */
#ifndef PLIMSOLL_SCHEMA_VALIDATION_PKI_H
#define PLIMSOLL_SCHEMA_VALIDATION_PKI_H

#include "base/base.h"

typedef struct PemBlock {
    Str type;          /* "CERTIFICATE" */
    Str bytes;
    bool has_headers;
} PemBlock;
/* Takes the first block from the text's start, and all before it; false where none is left. */
bool pem_decode(Str *text, Arena *arena, PemBlock *block);

typedef enum PublicKeyKind {
    PUBLIC_KEY_OTHER,  /* an algorithm that the server's library knows no keys of */
    PUBLIC_KEY_ED25519,
    PUBLIC_KEY_ECDSA,
    PUBLIC_KEY_RSA,
} PublicKeyKind;

typedef struct PublicKey {
    PublicKeyKind kind;
    uint32_t bits;     /* of an RSA modulus, rounded up to whole bytes, or of a curve */
} PublicKey;

/* x509.ParsePKIXPublicKey, x509.ParseCertificateRequest, x509.ParseCertificate. */
bool x509_public_key(Str der, PublicKey *key);
bool x509_certificate_request(Str der, PublicKey *key);
bool x509_certificate(Str der, bool *is_ca);

#endif
