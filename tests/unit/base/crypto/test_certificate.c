#include "base/crypto/certificate.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "tests/harness/file.h"
#include "tests/harness/temp.h"

struct pair {
    char *certificate_path;
    char *key_path;
    X509 *x509;
    EVP_PKEY *key;
};

static void pair_make(struct pair *pair, const char *const names[], int days)
{
    const char *dir = temp_dir();
    pair->certificate_path = g_build_filename(dir, "cert.pem", NULL);
    pair->key_path = g_build_filename(dir, "key.pem", NULL);
    g_assert_cmpint(certificate_make(names, days, pair->certificate_path, pair->key_path), ==, 0);

    g_autofree char *certificate = file_read(pair->certificate_path, NULL);
    g_autofree char *key = file_read(pair->key_path, NULL);
    BIO *certificate_pem = BIO_new_mem_buf(certificate, -1);
    BIO *key_pem = BIO_new_mem_buf(key, -1);
    pair->x509 = PEM_read_bio_X509(certificate_pem, NULL, NULL, NULL);
    pair->key = PEM_read_bio_PrivateKey(key_pem, NULL, NULL, NULL);
    g_assert_nonnull(pair->x509);
    g_assert_nonnull(pair->key);
    BIO_free(certificate_pem);
    BIO_free(key_pem);
}

static void pair_finish(struct pair *pair)
{
    X509_free(pair->x509);
    EVP_PKEY_free(pair->key);
    g_free(pair->certificate_path);
    g_free(pair->key_path);
}

static const char *const some_names[] = {"media.example.org", "localhost", "192.0.2.7",
                                         "2001:db8::7", NULL};

static void test_key_and_signature_fit(void)
{
    struct pair pair;
    pair_make(&pair, some_names, 730);
    g_assert_cmpint(X509_check_private_key(pair.x509, pair.key), ==, 1);
    g_assert_cmpint(X509_verify(pair.x509, pair.key), ==, 1);
    g_assert_cmpint(X509_get_signature_nid(pair.x509), ==, NID_ecdsa_with_SHA256);
    g_assert_cmpint(EVP_PKEY_get_bits(pair.key), ==, 256);
    g_assert_cmpint(X509_check_purpose(pair.x509, X509_PURPOSE_SSL_SERVER, 0), ==, 1);
    g_assert_cmpint(X509_check_purpose(pair.x509, X509_PURPOSE_SSL_CLIENT, 0), ==, 0);
    g_assert_cmpint(X509_check_ca(pair.x509), ==, 0);
    pair_finish(&pair);
}

static void test_names(void)
{
    struct pair pair;
    pair_make(&pair, some_names, 1);
    g_assert_cmpint(X509_check_host(pair.x509, "media.example.org", 0, 0, NULL), ==, 1);
    g_assert_cmpint(X509_check_host(pair.x509, "localhost", 0, 0, NULL), ==, 1);
    g_assert_cmpint(X509_check_host(pair.x509, "example.org", 0, 0, NULL), ==, 0);
    g_assert_cmpint(X509_check_ip_asc(pair.x509, "192.0.2.7", 0), ==, 1);
    g_assert_cmpint(X509_check_ip_asc(pair.x509, "2001:db8::7", 0), ==, 1);
    g_assert_cmpint(X509_check_ip_asc(pair.x509, "192.0.2.8", 0), ==, 0);
    pair_finish(&pair);
}

static void test_long_first_name(void)
{
    char name[] =
        "a-name-that-is-far-longer-than-the-sixty-four-bytes-a-common-name-may-have.example.org";
    const char *const names[] = {name, NULL};
    struct pair pair;
    pair_make(&pair, names, 1);
    g_assert_cmpint(X509_check_host(pair.x509, name, 0, 0, NULL), ==, 1);
    pair_finish(&pair);
}

static void test_dates(void)
{
    struct pair pair;
    int days, seconds;
    pair_make(&pair, some_names, 730);
    g_assert_cmpint(X509_cmp_current_time(X509_get0_notBefore(pair.x509)), <, 0);
    g_assert_true(ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(pair.x509)));
    g_assert_cmpint(days, >=, 729);
    g_assert_cmpint(days, <=, 730);
    pair_finish(&pair);
}

static void test_serials_differ(void)
{
    struct pair a, b;
    pair_make(&a, some_names, 1);
    pair_make(&b, some_names, 1);
    g_assert_cmpint(
        ASN1_INTEGER_cmp(X509_get0_serialNumber(a.x509), X509_get0_serialNumber(b.x509)), !=, 0);
    g_assert_cmpint(EVP_PKEY_eq(a.key, b.key), ==, 0);
    pair_finish(&a);
    pair_finish(&b);
}

static void test_modes_and_leftovers(void)
{
    struct pair pair;
    GStatBuf st;
    pair_make(&pair, some_names, 1);
    g_assert_cmpint(g_stat(pair.key_path, &st), ==, 0);
    g_assert_cmphex(st.st_mode & 0777, ==, 0600);
    g_assert_cmpint(g_stat(pair.certificate_path, &st), ==, 0);
    g_assert_cmphex(st.st_mode & 0777, ==, 0644);

    /* Again over the same files, and nothing else is left beside them. */
    g_assert_cmpint(certificate_make(some_names, 1, pair.certificate_path, pair.key_path), ==, 0);
    g_autofree char *dir_path = g_path_get_dirname(pair.key_path);
    g_autoptr(GDir) dir = g_dir_open(dir_path, 0, NULL);
    int entries = 0;
    while (g_dir_read_name(dir))
        entries++;
    g_assert_cmpint(entries, ==, 2);
    pair_finish(&pair);
}

static void test_refused(void)
{
    static const char *const bad[] = {"",   " ", "a b", "a,DNS:b",      "窗口.example", ".example",
                                      "-x", "*", "*.",  "192.0.2.7/24", "a\nb"};
    g_autofree char *path = g_build_filename(temp_dir(), "cert.pem", NULL);
    const char *const none[] = {NULL};

    g_assert_cmpint(certificate_make(none, 1, path, path), ==, -EINVAL);
    g_assert_cmpint(certificate_make(NULL, 1, path, path), ==, -EINVAL);
    g_assert_cmpint(certificate_make(some_names, 0, path, path), ==, -EINVAL);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        const char *const names[] = {"localhost", bad[i], NULL};
        g_assert_cmpint(certificate_make(names, 1, path, path), ==, -EINVAL);
    }
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_cmpint(certificate_make(some_names, 1, "/nonexistent/c", "/nonexistent/k"), ==,
                    -ENOENT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/certificate/key-and-signature", test_key_and_signature_fit);
    g_test_add_func("/certificate/names", test_names);
    g_test_add_func("/certificate/long-first-name", test_long_first_name);
    g_test_add_func("/certificate/dates", test_dates);
    g_test_add_func("/certificate/serials-differ", test_serials_differ);
    g_test_add_func("/certificate/modes-and-leftovers", test_modes_and_leftovers);
    g_test_add_func("/certificate/refused", test_refused);
    return g_test_run();
}
