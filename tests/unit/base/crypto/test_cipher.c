#include "base/crypto/cipher.h"

#include <errno.h>
#include <glib.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* The GCM specification's test case 4. */
static const uint8_t key[] = "\xfe\xff\xe9\x92\x86\x65\x73\x1c\x6d\x6a\x8f\x94\x67\x30\x83\x08";
static const uint8_t iv[] = "\xca\xfe\xba\xbe\xfa\xce\xdb\xad\xde\xca\xf8\x88";
static const uint8_t associated[] =
    "\xfe\xed\xfa\xce\xde\xad\xbe\xef\xfe\xed\xfa\xce\xde\xad\xbe\xef\xab\xad\xda\xd2";
static const uint8_t plain[] =
    "\xd9\x31\x32\x25\xf8\x84\x06\xe5\xa5\x59\x09\xc5\xaf\xf5\x26\x9a\x86\xa7\xa9\x53\x15\x34\xf7"
    "\xda\x2e\x4c\x30\x3d\x8a\x31\x8a\x72\x1c\x3c\x0c\x95\x95\x68\x09\x53\x2f\xcf\x0e\x24\x49\xa6"
    "\xb5\x25\xb1\x6a\xed\xf5\xaa\x0d\xe6\x57\xba\x63\x7b\x39";
static const uint8_t secret[] =
    "\x42\x83\x1e\xc2\x21\x77\x74\x24\x4b\x72\x21\xb7\x84\xd0\xd4\x9c\xe3\xaa\x21\x2f\x2c\x02\xa4"
    "\xe0\x35\xc1\x7e\x23\x29\xac\xa1\x2e\x21\xd5\x14\xb2\x54\x66\x93\x1c\x7d\x8f\x6a\x5a\xac\x84"
    "\xaa\x05\x1b\xa3\x0b\x39\x6a\x0a\xac\x97\x3d\x58\xe0\x91";
static const uint8_t tag[] = "\x5b\xc9\x4f\xbc\x32\x21\xa5\xdb\x94\xfa\xe9\x5a\xe7\x12\x1a\x47";
enum { LEN = sizeof plain - 1 };

static unsigned allocations; /* of libcrypto, ever */

static void *count_malloc(size_t len, const char *file, int line)
{
    allocations++;
    return malloc(len);
}

static void *count_realloc(void *old, size_t len, const char *file, int line)
{
    allocations++;
    return realloc(old, len);
}

static void count_free(void *old, const char *file, int line)
{
    free(old);
}

static int open_message(struct cipher_gcm *gcm, uint8_t *data, const uint8_t *its_tag,
                        size_t tag_len)
{
    g_assert_cmpint(cipher_gcm_begin(gcm, iv, false), ==, 0);
    g_assert_cmpint(cipher_gcm_associate(gcm, associated, sizeof associated - 1), ==, 0);
    return cipher_gcm_decrypt(gcm, data, LEN, its_tag, tag_len);
}

static void test_gcm(void)
{
    struct cipher_gcm *gcm;
    uint8_t data[LEN], got[CIPHER_GCM_TAG_BYTES];
    g_assert_cmpint(cipher_gcm_create(&gcm), ==, 0);
    g_assert_cmpint(cipher_gcm_set_key(gcm, key), ==, 0);
    for (unsigned round = 0; round < 2; round++) { /* one key, many messages, both ways */
        memcpy(data, plain, LEN);
        g_assert_cmpint(cipher_gcm_begin(gcm, iv, true), ==, 0);
        g_assert_cmpint(cipher_gcm_associate(gcm, associated, sizeof associated - 1), ==, 0);
        g_assert_cmpint(cipher_gcm_encrypt(gcm, data, LEN), ==, 0);
        g_assert_cmpint(cipher_gcm_tag(gcm, got, sizeof got), ==, 0);
        g_assert_cmpmem(data, LEN, secret, LEN);
        g_assert_cmpmem(got, sizeof got, tag, sizeof got);
        g_assert_cmpint(open_message(gcm, data, got, sizeof got), ==, 0);
        g_assert_cmpmem(data, LEN, plain, LEN);
    }
    cipher_gcm_destroy(gcm);
}

static void test_gcm_forged(void)
{
    struct cipher_gcm *gcm;
    uint8_t data[LEN], forged[CIPHER_GCM_TAG_BYTES];
    g_assert_cmpint(cipher_gcm_create(&gcm), ==, 0);
    g_assert_cmpint(cipher_gcm_set_key(gcm, key), ==, 0);
    for (unsigned bit = 0; bit < 8 * CIPHER_GCM_TAG_BYTES; bit++) {
        memcpy(forged, tag, sizeof forged);
        forged[bit / 8] ^= (uint8_t)(1 << bit % 8);
        memcpy(data, secret, LEN);
        g_assert_cmpint(open_message(gcm, data, forged, sizeof forged), ==, -EBADMSG);
    }
    memcpy(data, secret, LEN);
    data[LEN - 1] ^= 1;
    g_assert_cmpint(open_message(gcm, data, tag, CIPHER_GCM_TAG_BYTES), ==, -EBADMSG);
    memcpy(data, secret, LEN); /* and after all that a good one is still taken */
    g_assert_cmpint(open_message(gcm, data, tag, CIPHER_GCM_TAG_BYTES), ==, 0);
    cipher_gcm_destroy(gcm);
}

/* RFC 3711 appendix B.2; the key stream goes on over uneven pieces. */
static void test_ctr(void)
{
    static const uint8_t stream_key[] =
        "\x2b\x7e\x15\x16\x28\xae\xd2\xa6\xab\xf7\x15\x88\x09\xcf\x4f\x3c";
    static const uint8_t start[CIPHER_CTR_IV_BYTES] =
        "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd";
    static const uint8_t stream[] =
        "\xe0\x3e\xad\x09\x35\xc9\x5e\x80\xe1\x66\xb1\x6d\xd9\x2b\x4e\xb4\xd2\x35\x13\x16\x2b\x02"
        "\xd0\xf7\x2a\x43\xa2\xfe\x4a\x5f\x97\xab\x41\xe9\x5b\x3b\xb0\xa2\xe8\xdd\x47\x79\x01\xe4"
        "\xfc\xa8\x94\xc0";
    struct cipher_ctr *ctr;
    g_assert_cmpint(cipher_ctr_create(&ctr), ==, 0);
    g_assert_cmpint(cipher_ctr_set_key(ctr, stream_key), ==, 0);
    for (size_t piece = 1; piece < sizeof stream; piece++) {
        uint8_t data[sizeof stream - 1] = {0};
        g_assert_cmpint(cipher_ctr_begin(ctr, start), ==, 0);
        for (size_t at = 0; at < sizeof data; at += piece)
            g_assert_cmpint(cipher_ctr_apply(ctr, data + at, MIN(piece, sizeof data - at)), ==, 0);
        g_assert_cmpmem(data, sizeof data, stream, sizeof data);
    }
    cipher_ctr_destroy(ctr);
}

/* RFC 2202 section 3, test case 2. */
static void test_hmac(void)
{
    static const uint8_t mac[] =
        "\xef\xfc\xdf\x6a\xe5\xeb\x2f\xa2\xd2\x74\x16\xd5\xf1\x84\xdf\x9c\x25\x9a\x7c\x79";
    struct cipher_hmac *hmac;
    uint8_t got[CIPHER_SHA1_BYTES];
    g_assert_cmpint(cipher_hmac_create(&hmac), ==, 0);
    g_assert_cmpint(cipher_hmac_set_key(hmac, (const uint8_t *)"Jefe", 4), ==, 0);
    for (unsigned round = 0; round < 2; round++) {
        g_assert_cmpint(cipher_hmac_begin(hmac), ==, 0);
        g_assert_cmpint(cipher_hmac_update(hmac, "what do ya want ", 16), ==, 0);
        g_assert_cmpint(cipher_hmac_update(hmac, "for nothing?", 12), ==, 0);
        g_assert_cmpint(cipher_hmac_finish(hmac, got), ==, 0);
        g_assert_cmpmem(got, sizeof got, mac, sizeof got);
    }
    cipher_hmac_destroy(hmac);
}

/* What is done for every packet of a call does not allocate. */
static void test_no_allocation(void)
{
    struct cipher_gcm *gcm;
    struct cipher_ctr *ctr;
    struct cipher_hmac *hmac;
    uint8_t data[LEN] = {0}, mac[CIPHER_SHA1_BYTES];
    unsigned before = 0;
    g_assert_cmpint(cipher_gcm_create(&gcm), ==, 0);
    g_assert_cmpint(cipher_ctr_create(&ctr), ==, 0);
    g_assert_cmpint(cipher_hmac_create(&hmac), ==, 0);
    g_assert_cmpint(cipher_gcm_set_key(gcm, key), ==, 0);
    g_assert_cmpint(cipher_ctr_set_key(ctr, key), ==, 0);
    g_assert_cmpint(cipher_hmac_set_key(hmac, key, CIPHER_AES128_BYTES), ==, 0);
    g_assert_cmpuint(allocations, >, 0);
    for (unsigned round = 0; round < 20; round++) {
        if (round == 10)
            before = allocations;
        memcpy(data, secret, LEN);
        g_assert_cmpint(open_message(gcm, data, tag, CIPHER_GCM_TAG_BYTES), ==, 0);
        g_assert_cmpint(cipher_gcm_begin(gcm, iv, true), ==, 0);
        g_assert_cmpint(cipher_gcm_encrypt(gcm, data, LEN), ==, 0);
        g_assert_cmpint(cipher_gcm_tag(gcm, mac, CIPHER_GCM_TAG_BYTES), ==, 0);
        g_assert_cmpint(cipher_ctr_begin(ctr, key), ==, 0);
        g_assert_cmpint(cipher_ctr_apply(ctr, data, LEN), ==, 0);
        g_assert_cmpint(cipher_hmac_begin(hmac), ==, 0);
        g_assert_cmpint(cipher_hmac_update(hmac, data, LEN), ==, 0);
        g_assert_cmpint(cipher_hmac_finish(hmac, mac), ==, 0);
    }
    g_assert_cmpuint(allocations, ==, before);
    cipher_gcm_destroy(gcm);
    cipher_ctr_destroy(ctr);
    cipher_hmac_destroy(hmac);
}

int main(int argc, char **argv)
{
    /* libcrypto takes it only as long as it has allocated nothing itself. */
    g_assert_cmpint(CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free), ==, 1);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/cipher/gcm", test_gcm);
    g_test_add_func("/base/cipher/gcm-forged", test_gcm_forged);
    g_test_add_func("/base/cipher/ctr", test_ctr);
    g_test_add_func("/base/cipher/hmac", test_hmac);
    g_test_add_func("/base/cipher/no-allocation", test_no_allocation);
    return g_test_run();
}
