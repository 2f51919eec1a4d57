#include "sfu/transport/dtls_identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>

enum { VALID_BEFORE_S = 24 * 3600, VALID_FOR_S = 365 * 24 * 3600 };

struct dtls_identity {
    EVP_PKEY *key;
    X509 *certificate;
    char fingerprint[DTLS_FINGERPRINT_CHARS];
};

/* The content says nothing: peers know the certificate by its digest alone (RFC 8122). */
static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *x509 = X509_new();
    if (!x509)
        return NULL;
    X509_NAME *name = X509_get_subject_name(x509);
    bool ok = X509_set_version(x509, X509_VERSION_3) &&
              ASN1_INTEGER_set(X509_get_serialNumber(x509), 1) &&
              X509_gmtime_adj(X509_getm_notBefore(x509), -VALID_BEFORE_S) &&
              X509_gmtime_adj(X509_getm_notAfter(x509), VALID_FOR_S) &&
              X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"WebRTC", -1,
                                         -1, 0) &&
              X509_set_issuer_name(x509, name) && X509_set_pubkey(x509, key) &&
              X509_sign(x509, key, EVP_sha256());
    if (ok)
        return x509;
    X509_free(x509);
    return NULL;
}

bool dtls_certificate_digest(const X509 *certificate, uint8_t ret_sha256[SFU_FINGERPRINT_BYTES])
{
    unsigned len = 0;
    return X509_digest(certificate, EVP_sha256(), ret_sha256, &len) == 1 &&
           len == SFU_FINGERPRINT_BYTES;
}

int dtls_identity_create(struct dtls_identity **ret_identity)
{
    struct dtls_identity *identity = calloc(1, sizeof *identity);
    if (!identity)
        return -ENOMEM;
    uint8_t digest[SFU_FINGERPRINT_BYTES];
    identity->key = EVP_EC_gen("P-256");
    if (identity->key)
        identity->certificate = make_certificate(identity->key);
    if (!identity->certificate || !dtls_certificate_digest(identity->certificate, digest)) {
        dtls_identity_destroy(identity);
        return -EIO;
    }
    for (unsigned i = 0; i < SFU_FINGERPRINT_BYTES; i++)
        snprintf(identity->fingerprint + 3 * (size_t)i, 4, "%02X%s", digest[i],
                 i + 1 < SFU_FINGERPRINT_BYTES ? ":" : "");
    *ret_identity = identity;
    return 0;
}

void dtls_identity_destroy(struct dtls_identity *identity)
{
    if (!identity)
        return;
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
    free(identity);
}

const char *dtls_identity_fingerprint(const struct dtls_identity *identity)
{
    return identity->fingerprint;
}

int dtls_identity_use(const struct dtls_identity *identity, SSL_CTX *ctx)
{
    bool ok = SSL_CTX_use_certificate(ctx, identity->certificate) == 1 &&
              SSL_CTX_use_PrivateKey(ctx, identity->key) == 1;
    return ok ? 0 : -EIO;
}
