/* Memory-hard password hashes: scrypt (RFC 7914) from libcrypto, N = 2^15, r = 8, p = 1 (32 MiB, about
 * 50 ms). Too slow for the signaling and hall threads: run it on a helper thread. */
#ifndef BASE_CRYPTO_PASSWORD_H
#define BASE_CRYPTO_PASSWORD_H

#include <stdbool.h>

#define PASSWORD_HASH_BYTES 128 /* with the final NUL */

/* "scrypt$15$8$1$<salt hex>$<key hex>". 0, -EINVAL (empty, or over 256 bytes) or -EIO. */
int password_hash(const char *password, char ret_hash[PASSWORD_HASH_BYTES]);

/* Whether the password matches; a malformed hash never matches (and takes as long as a wrong one). */
bool password_matches(const char *password, const char *hash);

#endif
