#include "base/crypto/password.h"

#include <errno.h>
#include <glib.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

/* Made with another program's scrypt: at today's costs, and at others. */
#define PASSWORD "correct horse 窗口"
#define SALT "$000102030405060708090a0b0c0d0e0f"
#define KEY "$9c847841057d08e38a5a079f2306b4b552e7b08d161dbde1dd59384c65ba409d"
#define HASH "scrypt$15$8$1" SALT KEY
#define CHEAP_HASH \
    "scrypt$10$4$2" SALT "$6501c19861e125b0064da53dadeaaf233d37856a6c2d3fd35c8c782d99edec70"

static void test_known_hashes(void)
{
    g_assert_true(password_matches(PASSWORD, HASH));
    g_assert_true(password_matches(PASSWORD, CHEAP_HASH));
    g_assert_false(password_matches("correct horse", CHEAP_HASH));
    g_assert_false(password_matches(PASSWORD " ", CHEAP_HASH));
}

static void test_there_and_back(void)
{
    char hash[PASSWORD_HASH_BYTES], other[PASSWORD_HASH_BYTES];
    g_assert_cmpint(password_hash("x", hash), ==, 0);
    g_assert_cmpint(password_hash("x", other), ==, 0);
    g_assert_true(g_str_has_prefix(hash, "scrypt$15$8$1$"));
    g_assert_cmpuint(strlen(hash), ==, strlen(HASH));
    g_assert_cmpstr(hash, !=, other); /* a salt of its own */
    g_assert_true(password_matches("x", hash));
    g_assert_true(password_matches("x", other));
    g_assert_false(password_matches("y", hash));
}

static void test_password_lengths(void)
{
    char hash[PASSWORD_HASH_BYTES] = "as it was", password[258];
    memset(password, 'p', sizeof password);
    password[257] = '\0';

    g_assert_cmpint(password_hash("", hash), ==, -EINVAL);
    g_assert_cmpint(password_hash(NULL, hash), ==, -EINVAL);
    g_assert_cmpint(password_hash(password, hash), ==, -EINVAL);
    g_assert_cmpstr(hash, ==, "as it was");
    g_assert_false(password_matches("", CHEAP_HASH));
    g_assert_false(password_matches(NULL, CHEAP_HASH));

    password[256] = '\0';
    g_assert_cmpint(password_hash(password, hash), ==, 0);
    g_assert_true(password_matches(password, hash));
    password[255] = '\0';
    g_assert_false(password_matches(password, hash));
}

static void test_malformed_hashes(void)
{
    static const char *const bad[] = {
        NULL,
        "",
        "scrypt",
        "scrypt$",
        "bcrypt$15$8$1" SALT KEY,
        "scrypt$15$8$1" SALT,
        "scrypt$15$8$1" SALT "$",
        HASH "0",
        HASH " ",
        "scrypt$15$8$1$" KEY,
        "scrypt$15$8" SALT KEY,
        "scrypt$0$8$1" SALT KEY,
        "scrypt$30$8$1" SALT KEY,   /* 1 TiB of memory */
        "scrypt$15$99$1" SALT KEY,  /* hours */
        "scrypt$15$8$999" SALT KEY, /* hours */
        "scrypt$-1$8$1" SALT KEY,
        "scrypt$15$8$1$000102030405060708090A0B0C0D0E0F" KEY,
        "scrypt$15$8$1$00010203" KEY,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(password_matches(PASSWORD, bad[i]));
}

static int64_t cpu_now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

static int64_t match_cost_us(const char *hash)
{
    int64_t before_us = cpu_now_us();
    g_assert_false(password_matches("wrong", hash));
    return cpu_now_us() - before_us;
}

/* A missing account must not answer faster than a wrong password. CPU time, the least of three, and a
 * factor of four: other load does not matter. */
static void test_malformed_costs_as_much_as_wrong(void)
{
    int64_t wrong_us = INT64_MAX, malformed_us = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        int64_t this_wrong_us = match_cost_us(HASH), this_malformed_us = match_cost_us(NULL);
        wrong_us = MIN(wrong_us, this_wrong_us);
        malformed_us = MIN(malformed_us, this_malformed_us);
    }
    g_assert_cmpint(malformed_us, >, wrong_us / 4);
    g_assert_cmpint(malformed_us, <, wrong_us * 4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/password/known-hashes", test_known_hashes);
    g_test_add_func("/password/there-and-back", test_there_and_back);
    g_test_add_func("/password/lengths", test_password_lengths);
    g_test_add_func("/password/malformed-hashes", test_malformed_hashes);
    g_test_add_func("/password/malformed-costs-as-much", test_malformed_costs_as_much_as_wrong);
    return g_test_run();
}
