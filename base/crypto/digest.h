/* Digests and HMAC over libcrypto. Any thread; one object belongs to one thread at a time. */
#ifndef BASE_CRYPTO_DIGEST_H
#define BASE_CRYPTO_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SHA256_BYTES 32
#define DIGEST_SHA1_BYTES 20
#define DIGEST_SHA256_HEX_BYTES 65 /* with the final NUL */

struct digest;

/* An incremental SHA-256. 0 or -ENOMEM. */
int digest_create(struct digest **ret_digest);
void digest_destroy(struct digest *digest);
int digest_update(struct digest *digest, const void *data, size_t len);
/* Writes the result and starts anew. */
int digest_finish(struct digest *digest, uint8_t ret_sha256[DIGEST_SHA256_BYTES]);
/* The result so far; more may be added behind it. 0, -ENOMEM or -EIO. */
int digest_peek(const struct digest *digest, uint8_t ret_sha256[DIGEST_SHA256_BYTES]);

/* One go. 0 or -EIO. */
int digest_sha256(const void *data, size_t len, uint8_t ret_sha256[DIGEST_SHA256_BYTES]);
/* The whole file. 0 or a negative errno (open, read). `ret_size` may be NULL. */
int digest_sha256_file(const char *path, uint8_t ret_sha256[DIGEST_SHA256_BYTES],
                       uint64_t *ret_size);
int digest_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                       uint8_t ret_mac[DIGEST_SHA256_BYTES]);
/* For protocols that prescribe it (the credentials of TURN); nothing of ours. */
int digest_hmac_sha1(const void *key, size_t key_len, const void *data, size_t len,
                     uint8_t ret_mac[DIGEST_SHA1_BYTES]);
void digest_hex(const uint8_t *bytes, size_t len,
                char *ret_hex); /* 2 * len + 1 bytes, lower case */

#endif
