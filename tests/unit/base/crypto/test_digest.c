#include "base/crypto/digest.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "tests/harness/alloc.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"

/* FIPS 180-2, appendix B. */
#define SHA256_OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA256_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA256_OF_MILLION_A "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static void assert_hex(const uint8_t sha256[DIGEST_SHA256_BYTES], const char *expected)
{
    char hex[DIGEST_SHA256_HEX_BYTES];
    digest_hex(sha256, DIGEST_SHA256_BYTES, hex);
    g_assert_cmpstr(hex, ==, expected);
}

static void test_known_answers(void)
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    g_assert_cmpint(digest_sha256("", 0, sha256), ==, 0);
    assert_hex(sha256, SHA256_OF_NOTHING);
    g_assert_cmpint(digest_sha256(NULL, 0, sha256), ==, 0);
    assert_hex(sha256, SHA256_OF_NOTHING);
    g_assert_cmpint(digest_sha256("abc", 3, sha256), ==, 0);
    assert_hex(sha256, SHA256_OF_ABC);
}

static void test_pieces_and_starting_anew(void)
{
    struct digest *digest = NULL;
    uint8_t sha256[DIGEST_SHA256_BYTES];
    g_assert_cmpint(digest_create(&digest), ==, 0);

    g_assert_cmpint(digest_update(digest, "a", 1), ==, 0);
    g_assert_cmpint(digest_update(digest, "", 0), ==, 0);
    g_assert_cmpint(digest_update(digest, "bc", 2), ==, 0);
    g_assert_cmpint(digest_finish(digest, sha256), ==, 0);
    assert_hex(sha256, SHA256_OF_ABC);

    g_assert_cmpint(digest_finish(digest, sha256), ==, 0);
    assert_hex(sha256, SHA256_OF_NOTHING);
    g_assert_cmpint(digest_update(digest, "abc", 3), ==, 0);
    g_assert_cmpint(digest_finish(digest, sha256), ==, 0);
    assert_hex(sha256, SHA256_OF_ABC);
    digest_destroy(digest);
    digest_destroy(NULL);
}

static void test_peek_changes_nothing(void)
{
    struct digest *digest = NULL;
    uint8_t sha256[DIGEST_SHA256_BYTES];
    g_assert_cmpint(digest_create(&digest), ==, 0);
    g_assert_cmpint(digest_peek(digest, sha256), ==, 0);
    assert_hex(sha256, SHA256_OF_NOTHING);

    g_assert_cmpint(digest_update(digest, "abc", 3), ==, 0);
    for (int i = 0; i < 2; i++) {
        g_assert_cmpint(digest_peek(digest, sha256), ==, 0);
        assert_hex(sha256, SHA256_OF_ABC);
    }
    memset(sha256, 0, sizeof sha256);
    g_assert_cmpint(digest_finish(digest, sha256), ==, 0);
    assert_hex(sha256, SHA256_OF_ABC);
    digest_destroy(digest);
}

static void test_file(void)
{
    g_autofree char *path = g_build_filename(temp_dir(), "million", NULL);
    g_autofree char *content = g_malloc(1000000);
    uint8_t sha256[DIGEST_SHA256_BYTES];
    uint64_t size = 0;

    memset(content, 'a', 1000000);
    file_write(path, content, 1000000);
    g_assert_cmpint(digest_sha256_file(path, sha256, &size), ==, 0);
    assert_hex(sha256, SHA256_OF_MILLION_A);
    g_assert_cmpuint(size, ==, 1000000);

    file_write(path, "", 0);
    g_assert_cmpint(digest_sha256_file(path, sha256, NULL), ==, 0);
    assert_hex(sha256, SHA256_OF_NOTHING);
}

static void test_file_that_cannot_be_read(void)
{
    g_autofree char *missing = g_build_filename(temp_dir(), "missing", NULL);
    uint8_t sha256[DIGEST_SHA256_BYTES] = {0x5a};
    uint64_t size = 42;

    g_assert_cmpint(digest_sha256_file(missing, sha256, &size), ==, -ENOENT);
    g_assert_cmpint(digest_sha256_file(temp_dir(), sha256, &size), ==, -EISDIR);
    g_assert_cmphex(sha256[0], ==, 0x5a);
    g_assert_cmpuint(size, ==, 42);
}

/* RFC 4231 sections 4.2, 4.3 and 4.7: a usual key, a short one, one longer than a block. */
static void test_hmac_known_answers(void)
{
    uint8_t mac[DIGEST_SHA256_BYTES], key[131];

    memset(key, 0x0b, 20);
    g_assert_cmpint(digest_hmac_sha256(key, 20, "Hi There", 8, mac), ==, 0);
    assert_hex(mac, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");

    const char *question = "what do ya want for nothing?";
    g_assert_cmpint(digest_hmac_sha256("Jefe", 4, question, strlen(question), mac), ==, 0);
    assert_hex(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");

    const char *long_key = "Test Using Larger Than Block-Size Key - Hash Key First";
    memset(key, 0xaa, sizeof key);
    g_assert_cmpint(digest_hmac_sha256(key, sizeof key, long_key, strlen(long_key), mac), ==, 0);
    assert_hex(mac, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* RFC 2202 section 3, test cases 1 and 2. */
static void test_hmac_sha1(void)
{
    uint8_t key[20], mac[DIGEST_SHA1_BYTES];
    char hex[2 * DIGEST_SHA1_BYTES + 1];

    memset(key, 0x0b, sizeof key);
    g_assert_cmpint(digest_hmac_sha1(key, sizeof key, "Hi There", 8, mac), ==, 0);
    digest_hex(mac, sizeof mac, hex);
    g_assert_cmpstr(hex, ==, "b617318655057264e28bc0b6fb378c8ef146be00");
    g_assert_cmpint(digest_hmac_sha1("Jefe", 4, "what do ya want for nothing?", 28, mac), ==, 0);
    digest_hex(mac, sizeof mac, hex);
    g_assert_cmpstr(hex, ==, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

static void test_hmac_of_nothing(void)
{
    uint8_t mac[DIGEST_SHA256_BYTES];
    g_assert_cmpint(digest_hmac_sha256(NULL, 0, NULL, 0, mac), ==, 0);
    assert_hex(mac, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void test_out_of_memory(void)
{
    struct digest *digest = NULL;
    alloc_fail_at(0);
    int r = digest_create(&digest);
    g_assert_true(alloc_fail_end());
    g_assert_cmpint(r, ==, -ENOMEM);
    g_assert_null(digest);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/digest/known-answers", test_known_answers);
    g_test_add_func("/digest/pieces", test_pieces_and_starting_anew);
    g_test_add_func("/digest/peek", test_peek_changes_nothing);
    g_test_add_func("/digest/file", test_file);
    g_test_add_func("/digest/file-that-cannot-be-read", test_file_that_cannot_be_read);
    g_test_add_func("/digest/hmac-known-answers", test_hmac_known_answers);
    g_test_add_func("/digest/hmac-sha1", test_hmac_sha1);
    g_test_add_func("/digest/hmac-of-nothing", test_hmac_of_nothing);
    g_test_add_func("/digest/out-of-memory", test_out_of_memory);
    return g_test_run();
}
