/* What dtls.c needs of the certificate; private to the two. */
#ifndef SFU_TRANSPORT_DTLS_IDENTITY_H
#define SFU_TRANSPORT_DTLS_IDENTITY_H

#include "sfu/transport/dtls.h"

#include <stdbool.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>

/* Any thread. 0 or -EIO. */
int dtls_identity_use(const struct dtls_identity *identity, SSL_CTX *ctx);

/* Any thread. SHA-256 over the DER form (RFC 8122 section 5). */
bool dtls_certificate_digest(const X509 *certificate, uint8_t ret_sha256[SFU_FINGERPRINT_BYTES]);

#endif
