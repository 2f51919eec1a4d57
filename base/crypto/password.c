#include "base/crypto/password.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/crypto/digest.h"
#include "base/crypto/random.h"

#define PASSWORD_MAX_BYTES 256
#define SALT_BYTES 16
#define KEY_BYTES 32

/* scrypt needs 128 * N * r bytes and a little; the bound also stops a hash that asks for more. */
#define MEMORY_MAX_BYTES (160u * 1024 * 1024)

/* What a stored hash holds. The costs are kept in it so that they can be raised one day while older
 * hashes go on matching. */
struct hash {
    unsigned log2_n;
    unsigned r;
    unsigned p;
    uint8_t salt[SALT_BYTES];
    uint8_t key[KEY_BYTES];
};

static const struct hash costs_now = {.log2_n = 15, .r = 8, .p = 1};

static bool length_is_valid(const char *password)
{
    size_t len = password ? strnlen(password, PASSWORD_MAX_BYTES + 1) : 0;
    return len > 0 && len <= PASSWORD_MAX_BYTES;
}

static int derive(const char *password, const struct hash *hash, uint8_t ret_key[KEY_BYTES])
{
    int ok = EVP_PBE_scrypt(password, strlen(password), hash->salt, SALT_BYTES,
                            UINT64_C(1) << hash->log2_n, hash->r, hash->p, MEMORY_MAX_BYTES,
                            ret_key, KEY_BYTES);
    return ok ? 0 : -EIO;
}

int password_hash(const char *password, char ret_hash[PASSWORD_HASH_BYTES])
{
    struct hash hash = costs_now;
    if (!length_is_valid(password))
        return -EINVAL;
    random_bytes(hash.salt, sizeof hash.salt);
    int r = derive(password, &hash, hash.key);
    if (r < 0)
        return r;

    char salt_hex[2 * SALT_BYTES + 1];
    char key_hex[2 * KEY_BYTES + 1];
    digest_hex(hash.salt, SALT_BYTES, salt_hex);
    digest_hex(hash.key, KEY_BYTES, key_hex);
    snprintf(ret_hash, PASSWORD_HASH_BYTES, "scrypt$%u$%u$%u$%s$%s", hash.log2_n, hash.r, hash.p,
             salt_hex, key_hex);
    OPENSSL_cleanse(&hash, sizeof hash);
    return 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Exactly `len` bytes of lower-case hex followed by `end`; where to go on, or NULL. */
static const char *hex_read(const char *text, size_t len, char end, uint8_t *ret_bytes)
{
    for (size_t i = 0; i < len; i++, text += 2) {
        int high = hex_digit(text[0]);
        int low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0)
            return NULL;
        ret_bytes[i] = (uint8_t)(high << 4 | low);
    }
    return *text == end ? text + 1 : NULL;
}

/* One or two decimal digits from 1 to `max`, then '$'; where to go on, or NULL. */
static const char *cost_read(const char *text, unsigned max, unsigned *ret_cost)
{
    unsigned cost = 0;
    for (int i = 0; i < 2 && *text >= '0' && *text <= '9'; i++)
        cost = cost * 10 + (unsigned)(*text++ - '0');
    if (*text != '$' || cost < 1 || cost > max)
        return NULL;
    *ret_cost = cost;
    return text + 1;
}

static bool hash_parse(const char *text, struct hash *ret_hash)
{
    static const char scheme[] = "scrypt$";
    if (!text || strncmp(text, scheme, strlen(scheme)) != 0)
        return false;
    text += strlen(scheme);
    return (text = cost_read(text, 17, &ret_hash->log2_n)) &&
           (text = cost_read(text, 8, &ret_hash->r)) && (text = cost_read(text, 4, &ret_hash->p)) &&
           (text = hex_read(text, SALT_BYTES, '$', ret_hash->salt)) &&
           hex_read(text, KEY_BYTES, '\0', ret_hash->key);
}

bool password_matches(const char *password, const char *hash_text)
{
    struct hash hash;
    uint8_t key[KEY_BYTES] = {0};

    if (!length_is_valid(password))
        return false;
    /* A malformed or missing hash costs the same work, so that time does not tell which accounts exist. */
    bool well_formed = hash_parse(hash_text, &hash);
    if (!well_formed)
        hash = costs_now;
    bool derived = derive(password, &hash, key) == 0;
    bool equal = CRYPTO_memcmp(key, hash.key, KEY_BYTES) == 0;
    OPENSSL_cleanse(key, sizeof key);
    return well_formed && derived && equal;
}
