#include "signaling/session/auth.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/crypto/digest.h"

static const uint8_t secret[HALL_SECRET_BYTES] = {1, 2, 3};
static const uint8_t other[HALL_SECRET_BYTES] = {1, 2, 4};

static const struct sig_identity clerk = {HALL_CLERK, "3002", 2, "", 0};

static void test_round_trip(void)
{
    struct sig_identity found;
    g_autofree char *token = sig_auth_issue(secret, &clerk, 60);
    g_assert_cmpint(sig_auth_check(secret, token, &found), ==, 0);
    g_assert_cmpint(found.role, ==, HALL_CLERK);
    g_assert_cmpstr(found.subject, ==, "3002");
    g_assert_cmpuint(found.window, ==, 2);
    g_assert_cmpstr(found.session, ==, "");
    const struct sig_identity helper = {HALL_HELPER, "ysq25sdp38t3arfqqqbhmbbfwg", 0,
                                        "37xsmw5fprgejdva2bf8mymrrc", 0};
    g_autofree char *second = sig_auth_issue(secret, &helper, 60);
    g_assert_cmpint(sig_auth_check(secret, second, &found), ==, 0);
    g_assert_cmpint(found.role, ==, HALL_HELPER);
    g_assert_cmpuint(found.window, ==, 0);
    g_assert_cmpstr(found.session, ==, helper.session);
}

/* A refresh keeps the time of the first token, and from there on the total life is counted. */
static void test_total_life(void)
{
    struct sig_identity old = clerk, found;
    const int64_t now_s = 2000000000;
    g_assert_cmpint(sig_auth_lifetime_s(&old, now_s), ==, SIG_TOKEN_S);
    old.since_s = now_s - 3600;
    g_assert_cmpint(sig_auth_lifetime_s(&old, now_s), ==, SIG_TOKEN_S);
    old.since_s = now_s - 20 * 3600;
    g_assert_cmpint(sig_auth_lifetime_s(&old, now_s), ==, 4 * 3600);
    old.since_s = now_s - SIG_STAFF_LIFE_S;
    g_assert_cmpint(sig_auth_lifetime_s(&old, now_s), ==, 0);
    old.role = HALL_CITIZEN;
    g_assert_cmpint(sig_auth_lifetime_s(&old, now_s), ==, SIG_TOKEN_S);
    g_autofree char *first = sig_auth_issue(secret, &clerk, 60);
    g_assert_cmpint(sig_auth_check(secret, first, &found), ==, 0);
    g_assert_cmpint(found.since_s, >, 0);
    found.since_s -= 5000;
    g_autofree char *again = sig_auth_issue(secret, &found, 60);
    int64_t since_s = found.since_s;
    g_assert_cmpint(sig_auth_check(secret, again, &found), ==, 0);
    g_assert_cmpint(found.since_s, ==, since_s);
}

static void test_expired(void)
{
    struct sig_identity found;
    g_autofree char *token = sig_auth_issue(secret, &clerk, 0);
    g_assert_cmpint(sig_auth_check(secret, token, &found), ==, -ETIME);
}

static void test_other_secret(void)
{
    struct sig_identity found;
    g_autofree char *token = sig_auth_issue(other, &clerk, 60);
    g_assert_cmpint(sig_auth_check(secret, token, &found), ==, -EACCES);
}

/* Every single character changed, each way to shorten it. */
static void test_tampered(void)
{
    struct sig_identity found;
    g_autofree char *token = sig_auth_issue(secret, &clerk, 60);
    size_t len = strlen(token);
    for (size_t i = 0; i < len; i++) {
        char before = token[i];
        token[i] = before == 'A' ? 'B' : 'A';
        /* The last character of a base64 text has bits that say nothing. */
        if (i + 1 < len)
            g_assert_cmpint(sig_auth_check(secret, token, &found), <, 0);
        token[i] = '\0';
        g_assert_cmpint(sig_auth_check(secret, token, &found), <, 0);
        token[i] = before;
    }
    g_assert_cmpint(sig_auth_check(secret, token, &found), ==, 0);
}

static char *base64url(const void *data, size_t len)
{
    char *text = g_base64_encode(data, len);
    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    text[strcspn(text, "=")] = '\0';
    return text;
}

/* A token made by hand: `signed_with` NULL leaves the signature empty. */
static char *forge(const char *header, const char *payload, const uint8_t *signed_with)
{
    g_autofree char *head = base64url(header, strlen(header)),
                    *body = base64url(payload, strlen(payload));
    g_autofree char *what = g_strdup_printf("%s.%s", head, body);
    uint8_t mac[DIGEST_SHA256_BYTES];
    if (!signed_with)
        return g_strconcat(what, ".", NULL);
    g_assert_cmpint(digest_hmac_sha256(signed_with, HALL_SECRET_BYTES, what, strlen(what), mac), ==,
                    0);
    g_autofree char *signature = base64url(mac, sizeof mac);
    return g_strdup_printf("%s.%s", what, signature);
}

static void test_forged(void)
{
    struct sig_identity found;
    const char *hs256 = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
               *none = "{\"alg\":\"none\",\"typ\":\"JWT\"}";
    const char *good = "{\"sub\":\"3002\",\"role\":\"clerk\",\"exp\":4000000000}";
    const struct {
        const char *header, *payload;
        const uint8_t *key;
        int result;
    } cases[] = {
        {hs256, good, secret, 0},
        {none, good, NULL, -EACCES},
        {none, good, secret, -EACCES},
        {hs256, good, NULL, -EACCES},
        {hs256, "{\"sub\":\"3002\",\"role\":\"clerk\"}", secret, -ETIME},
        {hs256, "{\"sub\":\"3002\",\"role\":\"king\",\"exp\":4000000000}", secret, -EACCES},
        {hs256, "{\"role\":\"clerk\",\"exp\":4000000000}", secret, -EACCES},
        {hs256, "{\"sub\":\"\",\"role\":\"clerk\",\"exp\":4000000000}", secret, -EACCES},
        {hs256, "{\"sub\":\"a-name-that-is-longer-than-26\",\"role\":\"clerk\",\"exp\":4000000000}",
         secret, -EACCES},
        {hs256, "{\"sub\":\"3002\",\"role\":\"replay\",\"exp\":4000000000}", secret, -EACCES},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *token = forge(cases[i].header, cases[i].payload, cases[i].key);
        g_assert_cmpint(sig_auth_check(secret, token, &found), ==, cases[i].result);
    }
    g_autofree char *window =
        forge(hs256, "{\"sub\":\"x\",\"role\":\"clerk\",\"exp\":4000000000,\"win\":-5}", secret);
    g_assert_cmpint(sig_auth_check(secret, window, &found), ==, 0);
    g_assert_cmpuint(found.window, ==, 0);
}

static void test_garbage(void)
{
    struct sig_identity found;
    g_autofree char *huge = g_strnfill(SIG_TOKEN_BYTES + 1, 'a');
    const char *const bad[] = {NULL, "", ".", "..", "a.b.c", "....", huge};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_cmpint(sig_auth_check(secret, bad[i], &found), ==, -EACCES);
}

static void test_replay(void)
{
    const char *session = "37xsmw5fprgejdva2bf8mymrrc";
    g_autofree char *grant = sig_auth_issue_replay(secret, "6001", session);
    g_autofree char *token = sig_auth_issue(secret, &clerk, 60);
    struct sig_identity found;
    g_assert_cmpint(sig_auth_check_replay(secret, grant, session), ==, 0);
    g_assert_cmpint(sig_auth_check_replay(secret, grant, "0w5j8evctxj8nx3ajnsv0mptr3"), ==,
                    -EACCES);
    g_assert_cmpint(sig_auth_check_replay(other, grant, session), ==, -EACCES);
    g_assert_cmpint(sig_auth_check_replay(secret, NULL, session), ==, -EACCES);
    g_assert_cmpint(sig_auth_check_replay(secret, token, session), ==,
                    -EACCES);                                            /* a token is no grant */
    g_assert_cmpint(sig_auth_check(secret, grant, &found), ==, -EACCES); /* and a grant no token */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/auth/round_trip", test_round_trip);
    g_test_add_func("/signaling/auth/total_life", test_total_life);
    g_test_add_func("/signaling/auth/expired", test_expired);
    g_test_add_func("/signaling/auth/other_secret", test_other_secret);
    g_test_add_func("/signaling/auth/tampered", test_tampered);
    g_test_add_func("/signaling/auth/forged", test_forged);
    g_test_add_func("/signaling/auth/garbage", test_garbage);
    g_test_add_func("/signaling/auth/replay", test_replay);
    return g_test_run();
}
