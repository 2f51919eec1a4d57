#include "sfu/transport/srtp_ciphers.h"

#include "base/crypto/cipher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <srtp2/auth.h>
#include <srtp2/cipher.h>
#include <srtp2/srtp.h>

/* libsrtp's shapes: alloc() makes the cipher and its state, init() sets the key (with the salt behind
 * it), then a packet is set_iv(), set_aad(), encrypt() and get_tag(), or decrypt(). */

enum { CTR_SALT_BYTES = 14, SHORT_TAG_BYTES = 8 };

static srtp_err_status_t status_of(int r)
{
    return r == 0 ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

static srtp_cipher_t *make_cipher(const srtp_cipher_type_t *type, int key_len, void *state)
{
    srtp_cipher_t *cipher = calloc(1, sizeof *cipher);
    if (cipher)
        *cipher = (srtp_cipher_t){
            .type = type, .state = state, .key_len = key_len, .algorithm = (int)type->id};
    return cipher;
}

/* ---- AES-128-GCM (RFC 7714) ---- */

struct gcm_state {
    struct cipher_gcm *gcm;
    unsigned tag_len;
};

static const srtp_cipher_type_t gcm_type;

static void gcm_state_destroy(struct gcm_state *state)
{
    if (!state)
        return;
    cipher_gcm_destroy(state->gcm);
    free(state);
}

static srtp_err_status_t gcm_alloc(srtp_cipher_t **ret_cipher, int key_len, int tag_len)
{
    if (key_len != SRTP_AES_GCM_128_KEY_LEN_WSALT ||
        (tag_len != CIPHER_GCM_TAG_BYTES && tag_len != SHORT_TAG_BYTES))
        return srtp_err_status_bad_param;
    struct gcm_state *state = calloc(1, sizeof *state);
    srtp_cipher_t *cipher = NULL;
    if (state && cipher_gcm_create(&state->gcm) == 0)
        cipher = make_cipher(&gcm_type, key_len, state);
    if (!cipher) {
        gcm_state_destroy(state);
        return srtp_err_status_alloc_fail;
    }
    state->tag_len = (unsigned)tag_len;
    *ret_cipher = cipher;
    return srtp_err_status_ok;
}

static srtp_err_status_t gcm_dealloc(srtp_cipher_t *cipher)
{
    gcm_state_destroy(cipher->state);
    free(cipher);
    return srtp_err_status_ok;
}

static srtp_err_status_t gcm_init(void *user, const uint8_t *key)
{
    struct gcm_state *state = user;
    return status_of(cipher_gcm_set_key(state->gcm, key));
}

static srtp_err_status_t gcm_set_iv(void *user, uint8_t *iv, srtp_cipher_direction_t direction)
{
    struct gcm_state *state = user;
    return status_of(cipher_gcm_begin(state->gcm, iv, direction == srtp_direction_encrypt));
}

static srtp_err_status_t gcm_set_aad(void *user, const uint8_t *data, uint32_t len)
{
    struct gcm_state *state = user;
    return status_of(cipher_gcm_associate(state->gcm, data, len));
}

static srtp_err_status_t gcm_encrypt(void *user, uint8_t *data, unsigned *io_len)
{
    struct gcm_state *state = user;
    return status_of(cipher_gcm_encrypt(state->gcm, data, *io_len));
}

static srtp_err_status_t gcm_get_tag(void *user, uint8_t *ret_tag, uint32_t *ret_len)
{
    struct gcm_state *state = user;
    *ret_len = state->tag_len;
    return status_of(cipher_gcm_tag(state->gcm, ret_tag, state->tag_len));
}

static srtp_err_status_t gcm_decrypt(void *user, uint8_t *data, unsigned *io_len)
{
    struct gcm_state *state = user;
    if (*io_len < state->tag_len)
        return srtp_err_status_bad_param;
    unsigned len = *io_len - state->tag_len;
    int r = cipher_gcm_decrypt(state->gcm, data, len, data + len, state->tag_len);
    if (r == -EBADMSG)
        return srtp_err_status_auth_fail;
    *io_len = len;
    return status_of(r);
}

/* ---- AES-128 in counter mode (RFC 3711 section 4.1.1) ---- */

struct ctr_state {
    struct cipher_ctr *ctr;
    uint8_t salt[CIPHER_CTR_IV_BYTES]; /* the last two are zero */
};

static const srtp_cipher_type_t ctr_type;

static void ctr_state_destroy(struct ctr_state *state)
{
    if (!state)
        return;
    cipher_ctr_destroy(state->ctr);
    explicit_bzero(state, sizeof *state);
    free(state);
}

static srtp_err_status_t ctr_alloc(srtp_cipher_t **ret_cipher, int key_len, int unused)
{
    if (key_len != SRTP_AES_ICM_128_KEY_LEN_WSALT)
        return srtp_err_status_bad_param;
    struct ctr_state *state = calloc(1, sizeof *state);
    srtp_cipher_t *cipher = NULL;
    if (state && cipher_ctr_create(&state->ctr) == 0)
        cipher = make_cipher(&ctr_type, key_len, state);
    if (!cipher) {
        ctr_state_destroy(state);
        return srtp_err_status_alloc_fail;
    }
    *ret_cipher = cipher;
    return srtp_err_status_ok;
}

static srtp_err_status_t ctr_dealloc(srtp_cipher_t *cipher)
{
    ctr_state_destroy(cipher->state);
    free(cipher);
    return srtp_err_status_ok;
}

static srtp_err_status_t ctr_init(void *user, const uint8_t *key)
{
    struct ctr_state *state = user;
    memcpy(state->salt, key + CIPHER_AES128_BYTES, CTR_SALT_BYTES);
    return status_of(cipher_ctr_set_key(state->ctr, key));
}

static srtp_err_status_t ctr_set_iv(void *user, uint8_t *iv, srtp_cipher_direction_t direction)
{
    struct ctr_state *state = user;
    uint8_t counter[CIPHER_CTR_IV_BYTES];
    for (unsigned i = 0; i < sizeof counter; i++)
        counter[i] = state->salt[i] ^ iv[i];
    return status_of(cipher_ctr_begin(state->ctr, counter));
}

static srtp_err_status_t ctr_apply(void *user, uint8_t *data, unsigned *io_len)
{
    struct ctr_state *state = user;
    return status_of(cipher_ctr_apply(state->ctr, data, *io_len));
}

/* ---- HMAC-SHA1 (RFC 3711 section 4.2.1) ---- */

static const srtp_auth_type_t hmac_type;

static srtp_err_status_t hmac_alloc(srtp_auth_t **ret_auth, int key_len, int out_len)
{
    if (key_len < 0 || key_len > CIPHER_SHA1_BYTES || out_len < 0 || out_len > CIPHER_SHA1_BYTES)
        return srtp_err_status_bad_param;
    struct cipher_hmac *hmac;
    srtp_auth_t *auth = calloc(1, sizeof *auth);
    if (!auth || cipher_hmac_create(&hmac) < 0) {
        free(auth);
        return srtp_err_status_alloc_fail;
    }
    *auth =
        (srtp_auth_t){.type = &hmac_type, .state = hmac, .out_len = out_len, .key_len = key_len};
    *ret_auth = auth;
    return srtp_err_status_ok;
}

static srtp_err_status_t hmac_dealloc(srtp_auth_t *auth)
{
    cipher_hmac_destroy(auth->state);
    free(auth);
    return srtp_err_status_ok;
}

static srtp_err_status_t hmac_init(void *hmac, const uint8_t *key, int key_len)
{
    return status_of(cipher_hmac_set_key(hmac, key, (size_t)key_len));
}

static srtp_err_status_t hmac_start(void *hmac)
{
    return status_of(cipher_hmac_begin(hmac));
}

static srtp_err_status_t hmac_update(void *hmac, const uint8_t *data, int len)
{
    return status_of(cipher_hmac_update(hmac, data, (size_t)len));
}

static srtp_err_status_t hmac_compute(void *hmac, const uint8_t *data, int len, int tag_len,
                                      uint8_t *ret_tag)
{
    uint8_t mac[CIPHER_SHA1_BYTES];
    if (tag_len < 0 || tag_len > CIPHER_SHA1_BYTES)
        return srtp_err_status_bad_param;
    if (cipher_hmac_update(hmac, data, (size_t)len) < 0 || cipher_hmac_finish(hmac, mac) < 0)
        return srtp_err_status_auth_fail;
    memcpy(ret_tag, mac, (size_t)tag_len);
    return srtp_err_status_ok;
}

/* ---- the vectors that libsrtp asks of every implementation beside its own ---- */

/* A key as libsrtp has it, salt behind it, and the GCM specification's test case 2: 16 zero bytes under
 * a zero key and IV. */
static const srtp_cipher_test_case_t gcm_test = {
    .key_length_octets = SRTP_AES_GCM_128_KEY_LEN_WSALT,
    .key = (const uint8_t[SRTP_AES_GCM_128_KEY_LEN_WSALT]){0},
    .idx = (uint8_t[CIPHER_GCM_IV_BYTES]){0},
    .plaintext_length_octets = 16,
    .plaintext = (const uint8_t[16]){0},
    .ciphertext_length_octets = 32,
    .ciphertext =
        (const uint8_t *)"\x03\x88\xda\xce\x60\xb6\xa3\x92\xf3\x28\xc2\xb9\x71\xb2\xfe\x78"
                         "\xab\x6e\x47\xd4\x2c\xec\x13\xbd\xf5\x3a\x67\xb2\x12\x57\xbd\xdf",
    .aad_length_octets = 0,
    .aad = (const uint8_t *)"",
    .tag_length_octets = CIPHER_GCM_TAG_BYTES,
};

/* RFC 3711 appendix B.2: the beginning of the key stream. */
static const srtp_cipher_test_case_t ctr_test = {
    .key_length_octets = SRTP_AES_ICM_128_KEY_LEN_WSALT,
    .key = (const uint8_t *)"\x2b\x7e\x15\x16\x28\xae\xd2\xa6\xab\xf7\x15\x88\x09\xcf\x4f\x3c"
                            "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd",
    .idx = (uint8_t[CIPHER_CTR_IV_BYTES]){0},
    .plaintext_length_octets = 32,
    .plaintext = (const uint8_t[32]){0},
    .ciphertext_length_octets = 32,
    .ciphertext =
        (const uint8_t *)"\xe0\x3e\xad\x09\x35\xc9\x5e\x80\xe1\x66\xb1\x6d\xd9\x2b\x4e\xb4"
                         "\xd2\x35\x13\x16\x2b\x02\xd0\xf7\x2a\x43\xa2\xfe\x4a\x5f\x97\xab",
};

/* RFC 2202 section 3, test case 2. */
static const srtp_auth_test_case_t hmac_test = {
    .key_length_octets = 4,
    .key = (const uint8_t *)"Jefe",
    .data_length_octets = 28,
    .data = (const uint8_t *)"what do ya want for nothing?",
    .tag_length_octets = CIPHER_SHA1_BYTES,
    .tag = (const uint8_t *)"\xef\xfc\xdf\x6a\xe5\xeb\x2f\xa2\xd2\x74\x16\xd5\xf1\x84\xdf\x9c"
                            "\x25\x9a\x7c\x79",
};

static const srtp_cipher_type_t gcm_type = {
    .alloc = gcm_alloc,
    .dealloc = gcm_dealloc,
    .init = gcm_init,
    .set_aad = gcm_set_aad,
    .encrypt = gcm_encrypt,
    .decrypt = gcm_decrypt,
    .set_iv = gcm_set_iv,
    .get_tag = gcm_get_tag,
    .description = "AES-128-GCM of libcrypto",
    .test_data = &gcm_test,
    .id = SRTP_AES_GCM_128,
};

static const srtp_cipher_type_t ctr_type = {
    .alloc = ctr_alloc,
    .dealloc = ctr_dealloc,
    .init = ctr_init,
    .encrypt = ctr_apply,
    .decrypt = ctr_apply,
    .set_iv = ctr_set_iv,
    .description = "AES-128-CTR of libcrypto",
    .test_data = &ctr_test,
    .id = SRTP_AES_ICM_128,
};

static const srtp_auth_type_t hmac_type = {
    .alloc = hmac_alloc,
    .dealloc = hmac_dealloc,
    .init = hmac_init,
    .compute = hmac_compute,
    .update = hmac_update,
    .start = hmac_start,
    .description = "HMAC-SHA1 of libcrypto",
    .test_data = &hmac_test,
    .id = SRTP_HMAC_SHA1,
};

int srtp_ciphers_use(void)
{
    bool ok = srtp_replace_cipher_type(&gcm_type, SRTP_AES_GCM_128) == srtp_err_status_ok &&
              srtp_replace_cipher_type(&ctr_type, SRTP_AES_ICM_128) == srtp_err_status_ok &&
              srtp_replace_auth_type(&hmac_type, SRTP_HMAC_SHA1) == srtp_err_status_ok;
    return ok ? 0 : -EIO;
}
