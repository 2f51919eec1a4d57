/* A self-made TLS certificate over libcrypto, for a first start without one from an authority. */
#ifndef BASE_CRYPTO_CERTIFICATE_H
#define BASE_CRYPTO_CERTIFICATE_H

/* The organization in what is made here: by it a certificate is known to be ours, to be renewed by us. */
#define CERTIFICATE_MAKER "shipinban (self-made)"

/* Makes a P-256 key and a self-signed certificate (ECDSA with SHA-256, RFC 5280) for a TLS server, valid
 * from a day ago for `days` days, and writes both as PEM files: the key with mode 0600, the certificate
 * with 0644. Each appears whole or not at all; what was there before is replaced. The folders must exist.
 *
 * `names` ends with NULL: DNS names (also *.example.org) and addresses (IPv4 or IPv6 text), at least one;
 * all go into the subject's alternative names, the first is its common name as well.
 *
 * Any thread, a few milliseconds. 0, -EINVAL (no name, a name that is neither, days not in 1..36500),
 * -ENOMEM, -EIO (libcrypto), or the negative errno of writing the files. */
int certificate_make(const char *const names[], int days, const char *certificate_path,
                     const char *private_key_path);

#endif
