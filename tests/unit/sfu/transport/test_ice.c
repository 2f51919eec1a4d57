/* The responder against requests made by libnice's own client side, and against what is wrong. */
#include "sfu/transport/ice.h"

#include "sfu/transport/udp.h"

#include <glib.h>
#include <string.h>

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#define UFRAG "AbcdEFgh"
#define PWD "0123456789abcdefghijABCD"

static const uint16_t known[] = {
    STUN_ATTRIBUTE_USERNAME,       STUN_ATTRIBUTE_MESSAGE_INTEGRITY,  STUN_ATTRIBUTE_ERROR_CODE,
    STUN_ATTRIBUTE_MAPPED_ADDRESS, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, 0};
static int owner;

static void *find(void *user, const char *ufrag, const char **ret_password)
{
    if (memcmp(ufrag, UFRAG, SFU_UFRAG_BYTES - 1) != 0)
        return NULL;
    *ret_password = PWD;
    return &owner;
}

struct exchange {
    StunAgent client;
    struct ice_responder *responder;
    struct address from;
    uint8_t request[ICE_REPLY_BYTES + UDP_SPARE_BYTES];
    size_t len;
    uint8_t reply[ICE_REPLY_BYTES];
    struct ice_check check;
};

static void setup(struct exchange *x)
{
    memset(x, 0, sizeof *x);
    stun_agent_init(&x->client, known, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
    g_assert_cmpint(ice_responder_create(find, NULL, &x->responder), ==, 0);
    g_assert_cmpint(address_parse("192.0.2.7", 4711, &x->from), ==, 0);
}

static void teardown(struct exchange *x)
{
    ice_responder_destroy(x->responder);
}

static void make_check(struct exchange *x, const char *username, const char *pwd, bool nominate,
                       bool controlling)
{
    StunMessage message;
    x->len = stun_usage_ice_conncheck_create(
        &x->client, &message, x->request, ICE_REPLY_BYTES, (const uint8_t *)username,
        strlen(username), (const uint8_t *)pwd, strlen(pwd), nominate, controlling, 12345, 99, NULL,
        STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    g_assert_cmpuint(x->len, >, 0);
}

static void answer(struct exchange *x, bool may_refuse)
{
    ice_answer(x->responder, x->request, x->len, &x->from, may_refuse, x->reply, &x->check);
}

/* The code of the error response that came back, 0 for a success response. */
static int reply_code(struct exchange *x)
{
    StunMessage message;
    int code = 0;
    g_assert_cmpuint(x->check.reply_len, >, 0);
    x->client.usage_flags |= STUN_AGENT_USAGE_IGNORE_CREDENTIALS;
    stun_agent_validate(&x->client, &message, x->reply, x->check.reply_len, NULL, NULL);
    if (stun_message_get_class(&message) == STUN_ERROR)
        stun_message_find_error(&message, &code);
    return code;
}

static void expect_dropped(struct exchange *x, enum sfu_drop drop)
{
    g_assert_cmpint(x->check.verdict, ==, ICE_DROPPED);
    g_assert_cmpstr(sfu_drop_name(x->check.drop), ==, sfu_drop_name(drop));
    g_assert_null(x->check.owner);
}

static void test_success(gconstpointer address)
{
    struct exchange x;
    setup(&x);
    g_assert_cmpint(address_parse(address, 4711, &x.from), ==, 0);
    for (int nominate = 0; nominate <= 1; nominate++) {
        make_check(&x, UFRAG ":them", PWD, nominate, true);
        answer(&x, false);
        g_assert_cmpint(x.check.verdict, ==, ICE_CHECKED);
        g_assert_true(x.check.owner == &owner);
        g_assert_cmpstr(x.check.ufrag, ==, UFRAG);
        g_assert_cmpint(x.check.use_candidate, ==, nominate);

        StunMessage message;
        struct sockaddr_storage mapped;
        socklen_t mapped_len = sizeof mapped;
        struct address seen;
        g_assert_cmpint(
            stun_agent_validate(&x.client, &message, x.reply, x.check.reply_len, NULL, NULL), ==,
            STUN_VALIDATION_SUCCESS); /* with our password, checked by libnice */
        g_assert_cmpint(stun_usage_ice_conncheck_process(&message, &mapped, &mapped_len,
                                                         STUN_USAGE_ICE_COMPATIBILITY_RFC5245),
                        ==, STUN_USAGE_ICE_RETURN_SUCCESS);
        g_assert_cmpint(address_from_sockaddr((struct sockaddr *)&mapped, &seen), ==, 0);
        g_assert_cmpmem(&seen, sizeof seen, &x.from, sizeof x.from);
    }
    teardown(&x);
}

static void test_wrong_password(void)
{
    struct exchange x;
    setup(&x);
    make_check(&x, UFRAG ":them", "another password, another", true, true);
    answer(&x, true);
    expect_dropped(&x, SFU_DROP_STUN_INTEGRITY);
    g_assert_cmpint(reply_code(&x), ==, 401);
    g_assert_cmpuint(x.check.reply_len, <=, x.len);
    answer(&x, false);
    expect_dropped(&x, SFU_DROP_STUN_INTEGRITY);
    g_assert_cmpuint(x.check.reply_len, ==, 0);
    teardown(&x);
}

static void test_unknown_ufrag(void)
{
    static const char *const names[] = {"Xbcdefgh:them", UFRAG, UFRAG ":", "short:x",
                                        UFRAG "longer:x"};
    struct exchange x;
    setup(&x);
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        make_check(&x, names[i], PWD, true, true);
        answer(&x, true);
        expect_dropped(&x, SFU_DROP_STUN_UNKNOWN_UFRAG);
        g_assert_cmpuint(x.check.reply_len, ==, 0); /* a stranger learns nothing */
    }
    teardown(&x);
}

static void test_role_conflict(void)
{
    struct exchange x;
    setup(&x);
    make_check(&x, UFRAG ":them", PWD, false, false);
    answer(&x, false);
    g_assert_cmpint(x.check.verdict, ==, ICE_DROPPED);
    g_assert_cmpint(reply_code(&x), ==, 487);
    teardown(&x);
}

/* No USERNAME and no MESSAGE-INTEGRITY: 400, but only where it is no longer than the request. */
static void test_bare_request(void)
{
    struct exchange x;
    StunMessage message;
    uint8_t padding[64] = {0};
    setup(&x);
    for (int padded = 0; padded <= 1; padded++) {
        stun_agent_init_request(&x.client, &message, x.request, ICE_REPLY_BYTES, STUN_BINDING);
        if (padded) /* an attribute that may be ignored */
            stun_message_append_bytes(&message, STUN_ATTRIBUTE_SOFTWARE, padding, sizeof padding);
        x.len = stun_agent_finish_message(&x.client, &message, NULL, 0);
        answer(&x, true);
        expect_dropped(&x, SFU_DROP_STUN_MALFORMED);
        g_assert_cmpuint(x.check.reply_len, <=, x.len);
        if (padded)
            g_assert_cmpint(reply_code(&x), ==, 400);
    }
    teardown(&x);
}

static void test_unknown_attribute(void)
{
    struct exchange x;
    StunMessage message;
    setup(&x);
    stun_agent_init_request(&x.client, &message, x.request, ICE_REPLY_BYTES, STUN_BINDING);
    stun_message_append_string(&message, STUN_ATTRIBUTE_USERNAME, UFRAG ":them");
    stun_message_append32(&message, (StunAttribute)0x7abc, 1);
    x.len = stun_agent_finish_message(&x.client, &message, (const uint8_t *)PWD, strlen(PWD));
    answer(&x, true);
    expect_dropped(&x, SFU_DROP_STUN_MALFORMED);
    g_assert_cmpint(reply_code(&x), ==, 420);
    teardown(&x);
}

static void test_other_messages(void)
{
    struct exchange x;
    StunMessage message;
    setup(&x);
    stun_agent_init_indication(&x.client, &message, x.request, ICE_REPLY_BYTES, STUN_BINDING);
    x.len = stun_agent_finish_message(&x.client, &message, NULL, 0);
    answer(&x, true);
    g_assert_cmpint(x.check.verdict, ==, ICE_IGNORED);
    g_assert_cmpuint(x.check.reply_len, ==, 0);

    make_check(&x, UFRAG ":them", PWD, false, true);
    x.request[0] = 0x01; /* a success response */
    answer(&x, true);
    expect_dropped(&x, SFU_DROP_STUN_MALFORMED);
    g_assert_cmpuint(x.check.reply_len, ==, 0);
    teardown(&x);
}

/* MESSAGE-INTEGRITY with a length of its own: libnice reads 20 bytes whatever it says. */
static void test_short_integrity(void)
{
    struct exchange x;
    StunMessage message;
    setup(&x);
    for (uint16_t len = 0; len <= 24; len += 4) {
        uint8_t hmac[24] = {0};
        stun_agent_init_request(&x.client, &message, x.request, ICE_REPLY_BYTES, STUN_BINDING);
        stun_message_append_string(&message, STUN_ATTRIBUTE_USERNAME, UFRAG ":them");
        stun_message_append_bytes(&message, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, hmac, len);
        x.len = stun_agent_finish_message(&x.client, &message, NULL, 0);
        answer(&x, true);
        /* Nobody is looked up for one that cannot be right. */
        expect_dropped(&x, len == 20 ? SFU_DROP_STUN_INTEGRITY : SFU_DROP_STUN_MALFORMED);
    }
    teardown(&x);
}

/* Whatever single bit is turned and wherever it is cut, it is no check any more. */
static void test_damaged(void)
{
    struct exchange x;
    setup(&x);
    make_check(&x, UFRAG ":them", PWD, true, true);
    size_t whole = x.len;
    for (size_t bit = 0; bit < whole * 8; bit++) {
        x.request[bit / 8] ^= (uint8_t)(1 << bit % 8);
        answer(&x, true);
        g_assert_cmpint(x.check.verdict, !=, ICE_CHECKED);
        g_assert_cmpuint(x.check.reply_len, <=, whole);
        x.request[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (x.len = 0; x.len < whole; x.len++) {
        answer(&x, true);
        g_assert_cmpint(x.check.verdict, !=, ICE_CHECKED);
    }
    x.len = whole;
    answer(&x, true);
    g_assert_cmpint(x.check.verdict, ==, ICE_CHECKED);
    teardown(&x);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/sfu/ice/success-v4", "192.0.2.7", test_success);
    g_test_add_data_func("/sfu/ice/success-v6", "2001:db8::7", test_success);
    g_test_add_func("/sfu/ice/wrong-password", test_wrong_password);
    g_test_add_func("/sfu/ice/unknown-ufrag", test_unknown_ufrag);
    g_test_add_func("/sfu/ice/role-conflict", test_role_conflict);
    g_test_add_func("/sfu/ice/bare-request", test_bare_request);
    g_test_add_func("/sfu/ice/unknown-attribute", test_unknown_attribute);
    g_test_add_func("/sfu/ice/other-messages", test_other_messages);
    g_test_add_func("/sfu/ice/short-integrity", test_short_integrity);
    g_test_add_func("/sfu/ice/damaged", test_damaged);
    return g_test_run();
}
