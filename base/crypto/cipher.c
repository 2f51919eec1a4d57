#include "base/crypto/cipher.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

/* EVP's digests and MACs allocate for every message; a SHA_CTX is a struct that can be copied, and is
 * marked as old for that alone. */
#define OPENSSL_API_COMPAT 0x10100000L
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

struct cipher_gcm {
    EVP_CIPHER_CTX *ctx;
};

struct cipher_ctr {
    EVP_CIPHER_CTX *ctx;
};

struct cipher_hmac {
    SHA_CTX inner, outer; /* after the key's block */
    SHA_CTX running;
};

static int result(bool ok)
{
    return ok ? 0 : -EIO;
}

/* ---- GCM ---- */

int cipher_gcm_create(struct cipher_gcm **ret_gcm)
{
    struct cipher_gcm *gcm = calloc(1, sizeof *gcm);
    if (!gcm)
        return -ENOMEM;
    gcm->ctx = EVP_CIPHER_CTX_new();
    if (!gcm->ctx) {
        free(gcm);
        return -ENOMEM;
    }
    *ret_gcm = gcm;
    return 0;
}

void cipher_gcm_destroy(struct cipher_gcm *gcm)
{
    if (!gcm)
        return;
    EVP_CIPHER_CTX_free(gcm->ctx); /* wipes the key */
    free(gcm);
}

int cipher_gcm_set_key(struct cipher_gcm *gcm, const uint8_t key[CIPHER_AES128_BYTES])
{
    return result(EVP_CipherInit_ex(gcm->ctx, EVP_aes_128_gcm(), NULL, key, NULL, 1) == 1);
}

int cipher_gcm_begin(struct cipher_gcm *gcm, const uint8_t iv[CIPHER_GCM_IV_BYTES], bool encrypt)
{
    return result(EVP_CipherInit_ex(gcm->ctx, NULL, NULL, NULL, iv, encrypt) == 1);
}

/* libcrypto's pieces are of int length. */
static int update(EVP_CIPHER_CTX *ctx, uint8_t *out, const uint8_t *in, size_t len)
{
    int written;
    if (len > INT_MAX)
        return -EIO;
    return len == 0 ? 0 : result(EVP_CipherUpdate(ctx, out, &written, in, (int)len) == 1);
}

int cipher_gcm_associate(struct cipher_gcm *gcm, const uint8_t *data, size_t len)
{
    return update(gcm->ctx, NULL, data, len);
}

int cipher_gcm_encrypt(struct cipher_gcm *gcm, uint8_t *data, size_t len)
{
    return update(gcm->ctx, data, data, len);
}

int cipher_gcm_tag(struct cipher_gcm *gcm, uint8_t *ret_tag, size_t tag_len)
{
    uint8_t nothing[EVP_MAX_BLOCK_LENGTH];
    int written;
    if (tag_len > CIPHER_GCM_TAG_BYTES)
        return -EIO;
    return result(EVP_CipherFinal_ex(gcm->ctx, nothing, &written) == 1 &&
                  EVP_CIPHER_CTX_ctrl(gcm->ctx, EVP_CTRL_AEAD_GET_TAG, (int)tag_len, ret_tag) == 1);
}

int cipher_gcm_decrypt(struct cipher_gcm *gcm, uint8_t *data, size_t len, const uint8_t *tag,
                       size_t tag_len)
{
    uint8_t nothing[EVP_MAX_BLOCK_LENGTH];
    int written;
    /* The tag is only read. */
    if (tag_len > CIPHER_GCM_TAG_BYTES ||
        EVP_CIPHER_CTX_ctrl(gcm->ctx, EVP_CTRL_AEAD_SET_TAG, (int)tag_len,
                            (void *)(uintptr_t)tag) != 1)
        return -EIO;
    int r = update(gcm->ctx, data, data, len);
    if (r < 0)
        return r;
    return EVP_CipherFinal_ex(gcm->ctx, nothing, &written) == 1 ? 0 : -EBADMSG;
}

/* ---- CTR ---- */

int cipher_ctr_create(struct cipher_ctr **ret_ctr)
{
    struct cipher_ctr *ctr = calloc(1, sizeof *ctr);
    if (!ctr)
        return -ENOMEM;
    ctr->ctx = EVP_CIPHER_CTX_new();
    if (!ctr->ctx) {
        free(ctr);
        return -ENOMEM;
    }
    *ret_ctr = ctr;
    return 0;
}

void cipher_ctr_destroy(struct cipher_ctr *ctr)
{
    if (!ctr)
        return;
    EVP_CIPHER_CTX_free(ctr->ctx);
    free(ctr);
}

int cipher_ctr_set_key(struct cipher_ctr *ctr, const uint8_t key[CIPHER_AES128_BYTES])
{
    return result(EVP_CipherInit_ex(ctr->ctx, EVP_aes_128_ctr(), NULL, key, NULL, 1) == 1);
}

int cipher_ctr_begin(struct cipher_ctr *ctr, const uint8_t iv[CIPHER_CTR_IV_BYTES])
{
    return result(EVP_CipherInit_ex(ctr->ctx, NULL, NULL, NULL, iv, 1) == 1);
}

int cipher_ctr_apply(struct cipher_ctr *ctr, uint8_t *data, size_t len)
{
    return update(ctr->ctx, data, data, len);
}

/* ---- HMAC ---- */

int cipher_hmac_create(struct cipher_hmac **ret_hmac)
{
    struct cipher_hmac *hmac = calloc(1, sizeof *hmac);
    if (!hmac)
        return -ENOMEM;
    *ret_hmac = hmac;
    return 0;
}

void cipher_hmac_destroy(struct cipher_hmac *hmac)
{
    if (!hmac)
        return;
    OPENSSL_cleanse(hmac, sizeof *hmac);
    free(hmac);
}

/* A digest that has taken in one block: the key, every byte of it changed by `by`. */
static bool digest_key(const uint8_t *key, size_t key_len, uint8_t by, SHA_CTX *ret_digest)
{
    uint8_t block[SHA_CBLOCK];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = by ^ (i < key_len ? key[i] : 0);
    bool ok = SHA1_Init(ret_digest) == 1 && SHA1_Update(ret_digest, block, sizeof block) == 1;
    OPENSSL_cleanse(block, sizeof block);
    return ok;
}

int cipher_hmac_set_key(struct cipher_hmac *hmac, const uint8_t *key, size_t key_len)
{
    enum { INNER = 0x36, OUTER = 0x5c };
    return result(key_len <= SHA_CBLOCK && digest_key(key, key_len, INNER, &hmac->inner) &&
                  digest_key(key, key_len, OUTER, &hmac->outer));
}

int cipher_hmac_begin(struct cipher_hmac *hmac)
{
    hmac->running = hmac->inner;
    return 0;
}

int cipher_hmac_update(struct cipher_hmac *hmac, const void *data, size_t len)
{
    return result(SHA1_Update(&hmac->running, data, len) == 1);
}

int cipher_hmac_finish(struct cipher_hmac *hmac, uint8_t ret_mac[CIPHER_SHA1_BYTES])
{
    uint8_t digest[CIPHER_SHA1_BYTES];
    if (SHA1_Final(digest, &hmac->running) != 1)
        return -EIO;
    hmac->running = hmac->outer;
    return result(SHA1_Update(&hmac->running, digest, sizeof digest) == 1 &&
                  SHA1_Final(ret_mac, &hmac->running) == 1);
}
