#include "base/crypto/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_CHUNK_BYTES (32 * 1024)

struct digest {
    EVP_MD_CTX *context;
};

int digest_create(struct digest **ret_digest)
{
    struct digest *digest = calloc(1, sizeof *digest);
    if (!digest)
        return -ENOMEM;
    digest->context = EVP_MD_CTX_new();
    if (!digest->context || !EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL)) {
        digest_destroy(digest);
        return -ENOMEM;
    }
    *ret_digest = digest;
    return 0;
}

void digest_destroy(struct digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->context);
    free(digest);
}

int digest_update(struct digest *digest, const void *data, size_t len)
{
    return EVP_DigestUpdate(digest->context, data, len) ? 0 : -EIO;
}

int digest_finish(struct digest *digest, uint8_t ret_sha256[DIGEST_SHA256_BYTES])
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    if (!EVP_DigestFinal_ex(digest->context, sha256, NULL) ||
        !EVP_DigestInit_ex(digest->context, NULL,
                           NULL)) /* NULL: the same algorithm, not fetched again */
        return -EIO;
    for (size_t i = 0; i < sizeof sha256; i++)
        ret_sha256[i] = sha256[i];
    return 0;
}

int digest_peek(const struct digest *digest, uint8_t ret_sha256[DIGEST_SHA256_BYTES])
{
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    if (!copy)
        return -ENOMEM;
    int r = -EIO;
    if (EVP_MD_CTX_copy_ex(copy, digest->context) && EVP_DigestFinal_ex(copy, ret_sha256, NULL))
        r = 0;
    EVP_MD_CTX_free(copy);
    return r;
}

int digest_sha256(const void *data, size_t len, uint8_t ret_sha256[DIGEST_SHA256_BYTES])
{
    return EVP_Digest(data, len, ret_sha256, NULL, EVP_sha256(), NULL) ? 0 : -EIO;
}

static int update_from_fd(struct digest *digest, int fd, uint64_t *ret_size)
{
    uint8_t chunk[FILE_CHUNK_BYTES];
    uint64_t size = 0;
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        int r = digest_update(digest, chunk, (size_t)n);
        if (r < 0)
            return r;
        size += (uint64_t)n;
    }
    *ret_size = size;
    return 0;
}

int digest_sha256_file(const char *path, uint8_t ret_sha256[DIGEST_SHA256_BYTES],
                       uint64_t *ret_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;

    struct digest *digest = NULL;
    uint64_t size = 0;
    int r = digest_create(&digest);
    if (r == 0)
        r = update_from_fd(digest, fd, &size);
    if (r == 0)
        r = digest_finish(digest, ret_sha256);
    if (r == 0 && ret_size)
        *ret_size = size;
    digest_destroy(digest);
    close(fd);
    return r;
}

static int hmac(const EVP_MD *md, const void *key, size_t key_len, const void *data, size_t len,
                uint8_t *ret_mac)
{
    if (key_len > INT_MAX)
        return -EINVAL;
    /* A NULL key would mean "the key of before" to HMAC(); an empty key is a key. */
    const void *some_key = key_len ? key : "";
    return HMAC(md, some_key, (int)key_len, data, len, ret_mac, NULL) ? 0 : -EIO;
}

int digest_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                       uint8_t ret_mac[DIGEST_SHA256_BYTES])
{
    return hmac(EVP_sha256(), key, key_len, data, len, ret_mac);
}

int digest_hmac_sha1(const void *key, size_t key_len, const void *data, size_t len,
                     uint8_t ret_mac[DIGEST_SHA1_BYTES])
{
    return hmac(EVP_sha1(), key, key_len, data, len, ret_mac);
}

void digest_hex(const uint8_t *bytes, size_t len, char *ret_hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        *ret_hex++ = digits[bytes[i] >> 4];
        *ret_hex++ = digits[bytes[i] & 15];
    }
    *ret_hex = '\0';
}
