#include "sfu/transport/srtp.h"

#include "base/crypto/random.h"

#include "tests/harness/alloc.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

enum { SIZE = 256, PAYLOAD = 100 };

struct ends {
    struct srtp_pair *server, *client;
};

static struct ends make_ends(enum srtp_suite suite)
{
    struct srtp_keys keys;
    struct ends ends = {0};
    random_bytes(&keys, sizeof keys);
    keys.suite = suite;
    g_assert_cmpint(srtp_library_start(), ==, 0);
    g_assert_cmpint(srtp_pair_create(&keys, true, &ends.server), ==, 0);
    g_assert_cmpint(srtp_pair_create(&keys, false, &ends.client), ==, 0);
    return ends;
}

static void free_ends(struct ends *ends)
{
    srtp_pair_destroy(ends->server);
    srtp_pair_destroy(ends->client);
}

static size_t make_rtp(uint8_t *packet, uint32_t ssrc, uint16_t seq, uint8_t fill)
{
    memset(packet, fill, 12 + PAYLOAD);
    memset(packet, 0, 12);
    packet[0] = 0x80;
    packet[1] = 96;
    packet[2] = (uint8_t)(seq >> 8);
    packet[3] = (uint8_t)seq;
    for (unsigned i = 0; i < 4; i++)
        packet[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
    return 12 + PAYLOAD;
}

static void test_both_ways(gconstpointer suite)
{
    struct ends ends = make_ends(GPOINTER_TO_INT(suite));
    for (uint16_t seq = 65500; seq != 100; seq++) { /* over the edge of the sequence */
        struct srtp_pair *from = seq & 1 ? ends.server : ends.client;
        struct srtp_pair *to = seq & 1 ? ends.client : ends.server;
        uint8_t packet[SIZE] __attribute__((aligned(8))), plain[SIZE];
        size_t len = make_rtp(packet, 7, seq, 0x55), plain_len = make_rtp(plain, 7, seq, 0x55);
        g_assert_cmpint(srtp_pair_protect_rtp(from, packet, &len), ==, 0);
        g_assert_cmpuint(len, >, plain_len);
        g_assert_cmpint(memcmp(packet + 12, plain + 12, PAYLOAD), !=, 0);
        g_assert_cmpint(srtp_pair_unprotect_rtp(to, packet, &len), ==, 0);
        g_assert_cmpmem(packet, len, plain, plain_len);
    }
    free_ends(&ends);
}

static void test_rtcp(gconstpointer suite)
{
    static const uint8_t report[] = {0x80, 201, 0, 1, 0, 0, 0, 9};
    struct ends ends = make_ends(GPOINTER_TO_INT(suite));
    uint8_t packet[SIZE] __attribute__((aligned(8))), copy[SIZE] __attribute__((aligned(8)));
    size_t len = sizeof report;
    memcpy(packet, report, len);
    g_assert_cmpint(srtp_pair_protect_rtcp(ends.server, packet, &len), ==, 0);
    memcpy(copy, packet, len);
    size_t again = len;
    g_assert_cmpint(srtp_pair_unprotect_rtcp(ends.client, packet, &len), ==, 0);
    g_assert_cmpmem(packet, len, report, sizeof report);
    g_assert_cmpint(srtp_pair_unprotect_rtcp(ends.client, copy, &again), ==, -EALREADY);
    free_ends(&ends);
}

static void test_not_authentic(gconstpointer suite)
{
    struct ends ends = make_ends(GPOINTER_TO_INT(suite));
    uint8_t packet[SIZE] __attribute__((aligned(8))), copy[SIZE] __attribute__((aligned(8)));
    size_t len = make_rtp(packet, 7, 1, 0x55);
    g_assert_cmpint(srtp_pair_protect_rtp(ends.client, packet, &len), ==, 0);
    for (size_t at = 12; at < len; at++) {
        size_t n = len;
        memcpy(copy, packet, len);
        copy[at] ^= 1;
        g_assert_cmpint(srtp_pair_unprotect_rtp(ends.server, copy, &n), ==, -EBADMSG);
    }
    for (size_t cut = 12; cut < len; cut++) {
        size_t n = cut;
        memcpy(copy, packet, len);
        g_assert_cmpint(srtp_pair_unprotect_rtp(ends.server, copy, &n), <, 0);
    }
    /* All of that has not hurt the state. */
    g_assert_cmpint(srtp_pair_unprotect_rtp(ends.server, packet, &len), ==, 0);
    free_ends(&ends);
}

static void test_replay(void)
{
    struct ends ends = make_ends(SRTP_SUITE_AEAD_AES_128_GCM);
    uint8_t packet[SIZE] __attribute__((aligned(8))), copy[SIZE] __attribute__((aligned(8)));
    size_t len = make_rtp(packet, 7, 1, 0x55);
    g_assert_cmpint(srtp_pair_protect_rtp(ends.client, packet, &len), ==, 0);
    memcpy(copy, packet, len);
    size_t again = len;
    g_assert_cmpint(srtp_pair_unprotect_rtp(ends.server, packet, &len), ==, 0);
    g_assert_cmpint(srtp_pair_unprotect_rtp(ends.server, copy, &again), ==, -EALREADY);
    free_ends(&ends);
}

/* Two payloads under one (SSRC, index) would share a keystream: whatever order the numbers come in,
 * each is encrypted once. */
static void test_one_payload_an_index(gconstpointer suite)
{
    struct ends ends = make_ends(GPOINTER_TO_INT(suite));
    bool used[400] = {0};
    for (unsigned i = 0; i < 3000; i++) {
        /* The first is before the edge of the sequence: a sender that began behind it would rightly take
         * the numbers before it for those of a whole round later, which are other indices. */
        uint16_t seq = i ? (uint16_t)g_test_rand_int_range(0, 400) : 0;
        uint8_t packet[SIZE] __attribute__((aligned(8)));
        size_t len = make_rtp(packet, 7, (uint16_t)(65400 + seq), (uint8_t)i);
        int r = srtp_pair_protect_rtp(ends.server, packet, &len);
        if (used[seq])
            g_assert_cmpint(r, ==, -EIO);
        else if (r == 0)
            used[seq] = true;
    }
    free_ends(&ends);
}

static void test_ssrc_limit(void)
{
    struct ends ends = make_ends(SRTP_SUITE_AEAD_AES_128_GCM);
    uint8_t packet[SIZE] __attribute__((aligned(8)));
    for (uint32_t ssrc = 1; ssrc <= SRTP_PEER_SSRCS + 5; ssrc++) {
        size_t len = make_rtp(packet, ssrc, 1, 0x55);
        g_assert_cmpint(srtp_pair_protect_rtp(ends.client, packet, &len), ==, 0);
        g_assert_cmpint(srtp_pair_unprotect_rtp(ends.server, packet, &len), ==,
                        ssrc <= SRTP_PEER_SSRCS ? 0 : -ENOSPC);
    }
    /* Forged ones take no place: the ones that are known still pass. */
    size_t len = make_rtp(packet, 1, 2, 0x55);
    g_assert_cmpint(srtp_pair_protect_rtp(ends.client, packet, &len), ==, 0);
    g_assert_cmpint(srtp_pair_unprotect_rtp(ends.server, packet, &len), ==, 0);
    free_ends(&ends);
}

static void test_no_memory(gconstpointer suite)
{
    struct srtp_keys keys;
    random_bytes(&keys, sizeof keys);
    keys.suite = (enum srtp_suite)GPOINTER_TO_INT(suite);
    g_assert_cmpint(srtp_library_start(), ==, 0);
    for (size_t nth = 0;; nth++) {
        struct srtp_pair *pair = NULL;
        alloc_fail_at(nth);
        int r = srtp_pair_create(&keys, true, &pair);
        bool failed = alloc_fail_end();
        if (failed) /* libsrtp does not always say why */
            g_assert_true(r == -ENOMEM || r == -EIO);
        else
            g_assert_cmpint(r, ==, 0);
        srtp_pair_destroy(pair);
        if (!failed) {
            g_assert_cmpuint(nth, >, 4); /* the ciphers are ours */
            break;
        }
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int suite;
    } suites[] = {{"gcm", SRTP_SUITE_AEAD_AES_128_GCM}, {"cm", SRTP_SUITE_AES128_CM_SHA1_80}};
    g_test_init(&argc, &argv, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(suites); i++) {
        gpointer suite = GINT_TO_POINTER(suites[i].suite);
        g_autofree char *both = g_strdup_printf("/sfu/srtp/both-ways-%s", suites[i].name);
        g_autofree char *rtcp = g_strdup_printf("/sfu/srtp/rtcp-%s", suites[i].name);
        g_autofree char *forged = g_strdup_printf("/sfu/srtp/not-authentic-%s", suites[i].name);
        g_autofree char *once = g_strdup_printf("/sfu/srtp/one-payload-%s", suites[i].name);
        g_autofree char *memory = g_strdup_printf("/sfu/srtp/no-memory-%s", suites[i].name);
        g_test_add_data_func(memory, suite, test_no_memory);
        g_test_add_data_func(both, suite, test_both_ways);
        g_test_add_data_func(rtcp, suite, test_rtcp);
        g_test_add_data_func(forged, suite, test_not_authentic);
        g_test_add_data_func(once, suite, test_one_payload_an_index);
    }
    g_test_add_func("/sfu/srtp/replay", test_replay);
    g_test_add_func("/sfu/srtp/ssrc-limit", test_ssrc_limit);
    return g_test_run();
}
