#include "signaling/session/claims.h"

#include <errno.h>
#include <glib.h>

static const struct sig_identity helper = {HALL_HELPER, "ysq25sdp38t3arfqqqbhmbbfwg", 0,
                                           "37xsmw5fprgejdva2bf8mymrrc", 0};

static void test_once(void)
{
    struct sig_claims *claims = sig_claims_create();
    struct sig_identity found = {0};
    struct id code, second;
    g_assert_cmpint(sig_claims_add(claims, &helper, 60, &code), ==, 0);
    g_assert_cmpint(sig_claims_add(claims, &helper, 60, &second), ==, 0);
    g_assert_cmpstr(code.text, !=, second.text);
    g_assert_cmpint(sig_claims_take(claims, "37xsmw5fprgejdva2bf8mymrrc", &found, NULL), ==,
                    -ENOENT);
    g_assert_cmpint(sig_claims_take(claims, code.text, &found, NULL), ==, 0);
    g_assert_cmpint(found.role, ==, HALL_HELPER);
    g_assert_cmpstr(found.session, ==, helper.session);
    g_assert_cmpint(sig_claims_take(claims, code.text, &found, NULL), ==, -ENOENT);
    g_assert_cmpint(sig_claims_take(claims, second.text, &found, NULL), ==, 0);
    sig_claims_destroy(claims);
    sig_claims_destroy(NULL);
}

static void test_too_old(void)
{
    struct sig_claims *claims = sig_claims_create();
    struct sig_identity found;
    struct id code;
    g_assert_cmpint(sig_claims_add(claims, &helper, 0, &code), ==, 0);
    g_assert_cmpint(sig_claims_take(claims, code.text, &found, NULL), ==, -ENOENT);
    sig_claims_destroy(claims);
}

/* A full table makes room from what is too old, and from nothing else. */
static void test_full(void)
{
    struct sig_claims *claims = sig_claims_create();
    struct id code;
    for (int i = 0; i < SIG_MAX_CLAIMS; i++)
        g_assert_cmpint(sig_claims_add(claims, &helper, i ? 60 : 0, &code), ==, 0);
    g_assert_cmpint(sig_claims_add(claims, &helper, 60, &code), ==, 0);
    g_assert_cmpint(sig_claims_add(claims, &helper, 60, &code), ==, -ENOSPC);
    sig_claims_destroy(claims);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/claims/once", test_once);
    g_test_add_func("/signaling/claims/too_old", test_too_old);
    g_test_add_func("/signaling/claims/full", test_full);
    return g_test_run();
}
