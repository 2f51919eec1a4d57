/* What media is protected with, over libcrypto: AES-128-GCM, AES-128-CTR and HMAC-SHA1 with keys that
 * are set once and used for many packets. Nothing is allocated after creation. One object belongs to one
 * thread at a time. */
#ifndef BASE_CRYPTO_CIPHER_H
#define BASE_CRYPTO_CIPHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CIPHER_AES128_BYTES = 16,
    CIPHER_GCM_IV_BYTES = 12,
    CIPHER_GCM_TAG_BYTES = 16, /* the longest; a shorter one is its beginning */
    CIPHER_CTR_IV_BYTES = 16,
    CIPHER_SHA1_BYTES = 20,
};

/* ---- AES-128-GCM (RFC 5116) ---- */

struct cipher_gcm;

/* Any thread. 0 or -ENOMEM. */
int cipher_gcm_create(struct cipher_gcm **ret_gcm);
void cipher_gcm_destroy(struct cipher_gcm *gcm);

/* Everything below: 0 or -EIO. A message is begin, associated data (once or more, or not at all), the
 * data in place, then (to encrypt) the tag. */
int cipher_gcm_set_key(struct cipher_gcm *gcm, const uint8_t key[CIPHER_AES128_BYTES]);
int cipher_gcm_begin(struct cipher_gcm *gcm, const uint8_t iv[CIPHER_GCM_IV_BYTES], bool encrypt);
int cipher_gcm_associate(struct cipher_gcm *gcm, const uint8_t *data, size_t len);
int cipher_gcm_encrypt(struct cipher_gcm *gcm, uint8_t *data, size_t len);
int cipher_gcm_tag(struct cipher_gcm *gcm, uint8_t *ret_tag, size_t tag_len);
/* -EBADMSG: not authentic; the data is spoiled. */
int cipher_gcm_decrypt(struct cipher_gcm *gcm, uint8_t *data, size_t len, const uint8_t *tag,
                       size_t tag_len);

/* ---- AES-128-CTR ---- */

struct cipher_ctr;

/* Any thread. 0 or -ENOMEM. */
int cipher_ctr_create(struct cipher_ctr **ret_ctr);
void cipher_ctr_destroy(struct cipher_ctr *ctr);

/* 0 or -EIO. The key stream begins at `iv` and goes on from call to call of cipher_ctr_apply(). */
int cipher_ctr_set_key(struct cipher_ctr *ctr, const uint8_t key[CIPHER_AES128_BYTES]);
int cipher_ctr_begin(struct cipher_ctr *ctr, const uint8_t iv[CIPHER_CTR_IV_BYTES]);
int cipher_ctr_apply(struct cipher_ctr *ctr, uint8_t *data, size_t len);

/* ---- HMAC-SHA1 (RFC 2104) ---- */

struct cipher_hmac;

/* Any thread. 0 or -ENOMEM. */
int cipher_hmac_create(struct cipher_hmac **ret_hmac);
void cipher_hmac_destroy(struct cipher_hmac *hmac);

/* 0 or -EIO. The key is at most 64 bytes long. */
int cipher_hmac_set_key(struct cipher_hmac *hmac, const uint8_t *key, size_t key_len);
int cipher_hmac_begin(struct cipher_hmac *hmac);
int cipher_hmac_update(struct cipher_hmac *hmac, const void *data, size_t len);
int cipher_hmac_finish(struct cipher_hmac *hmac, uint8_t ret_mac[CIPHER_SHA1_BYTES]);

#endif
