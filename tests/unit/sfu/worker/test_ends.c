/* Limits, ids of what is gone, sinks and their end, configurations that cannot be. */
#include "tests/unit/sfu/worker/call.h"

#include "tests/harness/alloc.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

struct sink {
    _Atomic unsigned rtp, closed;
};

static enum sfu_sink_wish sink_rtp(void *user, const struct sfu_sink_packet *packet)
{
    struct sink *sink = user;
    g_assert_cmpuint(packet->tag, ==, 1);
    sink->rtp++;
    return SFU_SINK_CONTENT;
}

static void sink_sender_report(void *user, const struct sfu_sink_packet *packet) {}

static void sink_closed(void *user)
{
    struct sink *sink = user;
    g_assert_cmpuint(sink->closed++, ==, 0);
}

static const struct sfu_sink_ops sink_ops = {sink_rtp, sink_sender_report, sink_closed};

static void test_sinks(void)
{
    struct call call;
    struct sink first = {0}, second = {0}, third = {0};
    call_open(&call, NULL);
    g_assert_cmpint(sfu_room_set_sink(call.sfu, call.room, &sink_ops, &first), ==, 0);
    call_send(&call, "heard");
    call_expect(&call, "heard");
    g_assert_cmpuint(first.rtp, ==, 1);
    g_assert_cmpint(sfu_room_set_sink(call.sfu, call.room, &sink_ops, &second), ==, 0);
    call_send(&call, "by the second");
    call_expect(&call, "by the second");
    g_assert_cmpuint(first.rtp, ==, 1);
    g_assert_cmpuint(second.rtp, ==, 1);
    g_assert_cmpuint(first.closed, ==, 1);
    g_assert_cmpuint(second.closed, ==, 0);
    /* One that may still be in the mailbox when the sfu ends. */
    g_assert_cmpint(sfu_room_set_sink(call.sfu, call.room, &sink_ops, &third), ==, 0);
    call_close(&call);
    g_assert_cmpuint(second.closed, ==, 1);
    g_assert_cmpuint(third.closed, ==, 1);
}

static void test_gone_ids(void)
{
    struct call call;
    struct sfu_negotiation n;
    call_open(&call, NULL);
    far_peer_offer(call.a, call.sfu, call.room, NULL, 0, &n);
    g_assert_cmpint(sfu_peer_close(call.sfu, call.a_id), ==, 0);
    g_assert_cmpint(sfu_peer_close(call.sfu, call.a_id), ==, -ENOENT);
    g_assert_cmpint(sfu_peer_negotiate(call.sfu, call.a_id, &n), ==, -ENOENT);
    g_assert_cmpint(sfu_slot_feed(call.sfu, call.b_id, 0, call.a_id, 0), ==, -ENOENT);
    g_assert_cmpint(sfu_uplink_gate(call.sfu, call.a_id, 0, true, true), ==, -ENOENT);
    g_assert_cmpint(sfu_room_close(call.sfu, call.room), ==, 0);
    g_assert_cmpint(sfu_room_close(call.sfu, call.room), ==, -ENOENT);
    g_assert_cmpint(sfu_peer_close(call.sfu, call.b_id), ==, -ENOENT);
    sfu_peer_id peer;
    g_assert_cmpint(sfu_peer_open(call.sfu, call.room, 1, &peer), ==, -ENOENT);
    g_assert_cmpint(sfu_room_close(call.sfu, 0), ==, -ENOENT);
    g_assert_cmpint(sfu_room_close(call.sfu, UINT64_MAX), ==, -ENOENT);
    call_close(&call);
}

static void test_limits(void)
{
    struct sfu *sfu = call_start_sfu(30000);
    sfu_room_id rooms[5];
    sfu_peer_id peer;
    for (unsigned i = 0; i < 4; i++)
        g_assert_cmpint(sfu_room_open(sfu, &rooms[i]), ==, 0);
    g_assert_cmpint(sfu_room_open(sfu, &rooms[4]), ==, -ENOSPC);
    for (unsigned i = 0; i < 8; i++)
        g_assert_cmpint(sfu_peer_open(sfu, rooms[i % 2], 1, &peer), ==, 0);
    g_assert_cmpint(sfu_peer_open(sfu, rooms[2], 1, &peer), ==, -ENOSPC);
    g_assert_cmpint(sfu_room_close(sfu, rooms[0]), ==, 0); /* and its four peers */
    for (unsigned i = 0; i < 4; i++)
        g_assert_cmpint(sfu_peer_open(sfu, rooms[2], 1, &peer), ==, 0);
    g_assert_cmpint(sfu_peer_open(sfu, rooms[2], 1, &peer), ==, -ENOSPC);

    struct sfu_negotiation n = {.section_count = SFU_MAX_SECTIONS + 1};
    sfu_ice_make(sfu, rooms[2], &n.local);
    g_assert_cmpint(sfu_peer_negotiate(sfu, peer, &n), ==, -EINVAL);
    n.section_count = 1;
    n.sections[0].payload_count = SFU_MAX_PAYLOADS + 1;
    g_assert_cmpint(sfu_peer_negotiate(sfu, peer, &n), ==, -EINVAL);
    n.sections[0].payload_count = 0;
    memset(n.sections[0].mid, 'm', sizeof n.sections[0].mid);
    g_assert_cmpint(sfu_peer_negotiate(sfu, peer, &n), ==, -EINVAL);
    n.sections[0].mid[1] = '\0';
    n.local.ufrag[3] = '\0';
    g_assert_cmpint(sfu_peer_negotiate(sfu, peer, &n), ==, -EINVAL);
    sfu_destroy(sfu);
}

static void test_bad_config(void)
{
    struct sfu_config good = {.listen = {"127.0.0.1"},
                              .workers = 1,
                              .max_rooms = 1,
                              .max_peers = 2,
                              .media_timeout_ms = 5000,
                              .consent_timeout_ms = 30000};
    struct sfu_config bad[] = {good, good, good, good, good};
    struct sfu *sfu = NULL;
    bad[0].workers = 0;
    bad[1].listen[0] = "localhost";
    bad[2].public_ip[0] = "my.example.org";
    bad[3].listen[0] = NULL;
    bad[4].public_ip[0] = "2001:db8::1"; /* no IPv6 socket behind it */
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *what = NULL;
        g_assert_cmpint(sfu_create(&bad[i], &sfu, &what), ==, -EINVAL);
        g_assert_nonnull(what);
        g_assert_null(sfu);
    }
    g_autofree char *what = NULL;
    good.listen[0] = "192.0.2.77";
    g_assert_cmpint(sfu_create(&good, &sfu, &what), ==, -EADDRNOTAVAIL);
    g_assert_nonnull(strstr(what, "192.0.2.77"));
}

/* Rooms spread over the workers, each with a port of its own; calls work on both. */
static void test_workers(void)
{
    struct sfu_config config = {.listen = {"127.0.0.1"},
                                .workers = 2,
                                .max_rooms = 4,
                                .max_peers = 8,
                                .media_timeout_ms = 5000,
                                .consent_timeout_ms = 30000};
    struct sfu *sfu = NULL;
    struct far_peer *peers[2];
    sfu_room_id rooms[2];
    struct sfu_candidate candidates[2][SFU_MAX_CANDIDATES];
    struct sfu_section section = call_audio_section(PT_A, 0xa1, 0xa2);
    g_assert_cmpint(sfu_create(&config, &sfu, NULL), ==, 0);
    for (unsigned i = 0; i < 2; i++) {
        g_assert_cmpint(sfu_room_open(sfu, &rooms[i]), ==, 0);
        g_assert_cmpuint(sfu_room_worker(sfu, rooms[i]), ==, i);
        g_assert_cmpuint(sfu_room_candidates(sfu, rooms[i], candidates[i]), ==, 1);
        peers[i] = far_peer_create(NULL);
        far_peer_join(peers[i], sfu, rooms[i], 1, &section, 1);
    }
    g_assert_cmpuint(candidates[0][0].port, !=, candidates[1][0].port);
    for (unsigned i = 0; i < 2; i++)
        far_peer_destroy(peers[i]);
    sfu_destroy(sfu);
}

/* Whichever allocation of the control thread fails: nothing is left, and it says so. */
static void test_no_memory(void)
{
    struct sfu_config config = {.listen = {"127.0.0.1"},
                                .workers = 2,
                                .max_rooms = 4,
                                .max_peers = 8,
                                .media_timeout_ms = 5000,
                                .consent_timeout_ms = 30000};
    for (size_t nth = 0;; nth++) {
        struct sfu *sfu = NULL;
        char *what = NULL;
        alloc_fail_at(nth);
        int r = sfu_create(&config, &sfu, &what);
        if (!alloc_fail_end()) {
            g_assert_cmpint(r, ==, 0);
            g_assert_cmpuint(nth, >, 20);
            sfu_destroy(sfu);
            return;
        }
        g_assert_cmpint(r, ==, -ENOMEM);
        g_assert_null(sfu);
        g_assert_nonnull(what);
        g_free(what);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/session/sinks", test_sinks);
    g_test_add_func("/sfu/session/gone-ids", test_gone_ids);
    g_test_add_func("/sfu/session/limits", test_limits);
    g_test_add_func("/sfu/session/bad-config", test_bad_config);
    g_test_add_func("/sfu/session/workers", test_workers);
    g_test_add_func("/sfu/session/no-memory", test_no_memory);
    return g_test_run();
}
