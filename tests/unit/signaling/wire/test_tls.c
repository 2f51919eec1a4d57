#include "signaling/wire/tls.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "signaling/wire/certificate.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"

static void test_made_once(void)
{
    g_autofree char *certificate = g_build_filename(temp_dir(), "tls", "cert.pem", NULL);
    g_autofree char *folder = g_path_get_dirname(certificate),
                    *key = g_build_filename(folder, "key.pem", NULL);
    g_autofree char *what = NULL;
    g_assert_cmpint(sig_tls_ensure(certificate, key, "window.example", &what), ==, 0);
    g_autofree char *first = file_read(certificate, NULL);
    g_assert_nonnull(strstr(first, "BEGIN CERTIFICATE"));
    GStatBuf st;
    g_assert_cmpint(g_stat(key, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 0777, ==, 0600);
    g_assert_cmpint(sig_tls_ensure(certificate, key, "window.example", &what), ==, 0);
    g_autofree char *second = file_read(certificate, NULL);
    g_assert_cmpstr(first, ==, second);
}

/* Half a pair is somebody's mistake, never overwritten. */
static void test_half_a_pair(void)
{
    const char *folder = temp_dir();
    g_autofree char *certificate = g_build_filename(folder, "cert.pem", NULL),
                    *key = g_build_filename(folder, "key.pem", NULL);
    g_autofree char *what = NULL;
    file_write(certificate, "mine", 4);
    g_assert_cmpint(sig_tls_ensure(certificate, key, "x", &what), ==, -ENOENT);
    g_assert_nonnull(strstr(what, "key.pem"));
    g_autofree char *kept = file_read(certificate, NULL);
    g_assert_cmpstr(kept, ==, "mine");
}

static void test_days_left(void)
{
    g_assert_cmpint(sig_certificate_days_left(1000000, 1000000), ==, 0);
    g_assert_cmpint(sig_certificate_days_left(1086399, 1000000), ==, 0);
    g_assert_cmpint(sig_certificate_days_left(1086400, 1000000), ==, 1);
    g_assert_cmpint(sig_certificate_days_left(999999, 1000000), ==, -1);
    g_assert_cmpint(sig_certificate_days_left(1000000 - 2 * 86400, 1000000), ==, -2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/tls/made_once", test_made_once);
    g_test_add_func("/signaling/tls/half_a_pair", test_half_a_pair);
    g_test_add_func("/signaling/tls/days_left", test_days_left);
    return g_test_run();
}
