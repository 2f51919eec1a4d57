/* Not one allocation while packets flow, and none that may fail without being told. */
#include <errno.h>

#include "tests/harness/alloc.h"
#include "tests/unit/sfu/forward/stage.h"

static void nack_some(struct actor *actor)
{
    uint8_t buf[64];
    uint16_t seqs[] = {1, 2, 3};
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    rtcp_write_nack(&w, 1, slot_ssrc_of(actor, PICTURE_SLOT), seqs, 3);
    rtcp_write_pli(&w, 1, slot_ssrc_of(actor, PICTURE_SLOT));
    fwd_rtcp_received(actor->peer, buf, w.at, actor->stage->now_us);
}

static void test_steady_state(void)
{
    struct stage *stage = stage_make();
    struct actor *a = stage_enter(stage, CHROMIUM), *b = stage_enter(stage, FIREFOX);
    struct source camera = stage_source(a, CAMERA), voice = stage_source(a, MIC);
    struct source back = stage_source(b, CAMERA);
    stage_sink_set(stage);
    stage->quiet = true;
    stage_see(b, a); /* with its first source a slot gets its memory */
    stage_see(a, b);
    alloc_fail_at(0);
    for (unsigned i = 0; i < 3000; i++) {
        if (i % 500 == 0)
            stage_see(b, i % 1000 ? NULL : a);
        if (i % 50 == 7)
            camera.seq++;
        if (i == 2000)
            camera.codec = SFU_CODEC_H264;
        source_picture(&camera, i % 100 == 0, 4);
        source_picture(&back, i % 100 == 0, 4);
        source_voice(&voice);
        source_report(&camera, 1200000000000000 + i * 33000);
        nack_some(b);
        stage_pass(stage, 33000);
    }
    g_assert_false(alloc_fail_end());
    g_assert_cmpuint(stage->sent, >, 15000);
    stage_free(stage);
}

static int enter(struct stage *stage, const struct sfu_negotiation *negotiation,
                 struct fwd_peer **ret_peer)
{
    int r = fwd_peer_create(stage->room, 1, 1, NULL, ret_peer);
    return r < 0 ? r : fwd_peer_negotiate(*ret_peer, negotiation, stage->now_us);
}

static void test_no_memory(void)
{
    struct stage *stage = stage_make();
    struct sfu_negotiation negotiation;
    stage_negotiation(0, CHROMIUM, &negotiation);
    negotiation.sections[PICTURE_SLOT].payloads[1].rtx_pt = 0; /* ciphertext is kept, too */
    for (size_t nth = 0;; nth++) {
        struct fwd_peer *peer = NULL;
        alloc_fail_at(nth);
        int r = enter(stage, &negotiation, &peer);
        bool failed = alloc_fail_end();
        g_assert_cmpint(r, ==, failed ? -ENOMEM : 0);
        if (failed && peer) /* it can be tried again */
            g_assert_cmpint(fwd_peer_negotiate(peer, &negotiation, stage->now_us), ==, 0);
        fwd_peer_destroy(peer);
        if (!failed) {
            g_assert_cmpuint(nth, >=, 7);
            break;
        }
    }
    stage_free(stage);
}

/* A slot that finds no memory to send again from still sends; and it has it with the next source. */
static void test_fed_without_memory(void)
{
    struct stage *stage = stage_make();
    struct actor *a = stage_enter(stage, CHROMIUM), *b = stage_enter(stage, CHROMIUM);
    struct source camera = stage_source(a, CAMERA);
    uint32_t slot = slot_ssrc_of(b, PICTURE_SLOT), repairs = slot_rtx_ssrc_of(b, PICTURE_SLOT);
    for (unsigned round = 0; round <= 1; round++) {
        uint8_t buf[64];
        struct bytes_writer w = bytes_writer(buf, sizeof buf);
        stage_see(b, NULL);
        if (round == 0)
            alloc_fail_at(0);
        stage_see(b, a);
        if (round == 0)
            g_assert_true(alloc_fail_end());
        source_picture(&camera, true, 2);
        const struct stage_packet *sent = stage_rtp(b, slot, 0);
        g_assert_nonnull(sent);
        g_assert_cmpuint(stage_serial(sent), ==, camera.serial - 1);
        rtcp_write_nack(&w, 1, slot, &sent->rtp.seq, 1);
        stage_rtcp_give(b, &w);
        g_assert_cmpuint(stage_rtp_count(b, repairs), ==, round);
        stage_pass(stage, 1000000);
    }
    stage_free(stage);
}

static void test_room_is_full(void)
{
    struct stage *stage = stage_make();
    struct fwd_peer *peers[SFU_MAX_ROOM_PEERS], *more;
    for (unsigned i = 0; i < SFU_MAX_ROOM_PEERS; i++)
        g_assert_cmpint(fwd_peer_create(stage->room, i + 1, i, NULL, &peers[i]), ==, 0);
    g_assert_cmpint(fwd_peer_create(stage->room, 99, 99, NULL, &more), ==, -ENOSPC);
    fwd_peer_destroy(peers[3]);
    g_assert_cmpint(fwd_peer_create(stage->room, 99, 99, NULL, &peers[3]), ==, 0);
    for (unsigned i = 0; i < SFU_MAX_ROOM_PEERS; i++)
        fwd_peer_destroy(peers[i]);
    stage_free(stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/memory/steady-state", test_steady_state);
    g_test_add_func("/forward/memory/no-memory", test_no_memory);
    g_test_add_func("/forward/memory/fed-without-memory", test_fed_without_memory);
    g_test_add_func("/forward/memory/room-is-full", test_room_is_full);
    return g_test_run();
}
