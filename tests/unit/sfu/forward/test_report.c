#include <string.h>

#include "base/clock.h"
#include "tests/unit/sfu/forward/stage.h"

struct scene {
    struct stage *stage;
    struct actor *a, *b, *c;
    struct source camera, voice, camera_c;
};

static struct scene scene_make(void)
{
    struct scene s = {.stage = stage_make()};
    s.a = stage_enter(s.stage, CHROMIUM);
    s.b = stage_enter(s.stage, FIREFOX);
    s.c = stage_enter(s.stage, CHROMIUM);
    stage_see(s.b, s.a);
    s.camera = stage_source(s.a, CAMERA);
    s.voice = stage_source(s.a, MIC);
    s.camera_c = stage_source(s.c, CAMERA);
    return s;
}

/* The newest SR about this SSRC that the actor was sent. */
static bool report_last(const struct actor *actor, uint32_t ssrc, struct rtcp_sender_info *ret_info)
{
    bool found = false;
    for (guint i = 0; i < actor->rtcp->len; i++) {
        const struct stage_packet *compound = g_ptr_array_index(actor->rtcp, i);
        struct bytes_reader r = bytes_reader(compound->data, compound->len);
        struct rtcp_packet packet;
        struct rtcp_sender_info info;
        while (rtcp_next(&r, &packet)) {
            if (packet.type != RTCP_SR || !rtcp_read_sender_info(&packet, &info) ||
                info.ssrc != ssrc)
                continue;
            found = true;
            *ret_info = info;
        }
    }
    return found;
}

/* When a receiver will play a packet by this report, in microseconds of the room's clock. */
static int64_t play_us(const struct rtcp_sender_info *info, const struct stage_packet *packet,
                       int rate)
{
    int64_t ticks = (int32_t)(packet->rtp.timestamp - info->timestamp);
    return clock_ntp_to_wall_us(info->ntp) + ticks * 1000000 / rate;
}

/* The sender's clock is years off and its reports are delayed unequally: voice and picture made at
 * the same instant are still played at the same instant. */
static void test_lip_sync(void)
{
    struct scene s = scene_make();
    struct rtcp_sender_info voice, picture;
    int64_t sender_us = 1200000000000000;
    source_picture(&s.camera, true, 1);
    source_voice(&s.voice);
    s.camera.timestamp = s.camera.timestamp - 3000; /* back to the instant of what was just sent */
    s.voice.timestamp -= 960;
    s.stage->now_us += 5000;
    source_report(&s.camera, sender_us);
    s.stage->now_us += 140000; /* jitter of the network */
    source_report(&s.voice, sender_us);
    g_assert_true(report_last(s.b, slot_ssrc_of(s.b, PICTURE_SLOT), &picture));
    g_assert_true(report_last(s.b, slot_ssrc_of(s.b, VOICE_SLOT), &voice));
    int64_t picture_us =
        play_us(&picture, stage_rtp(s.b, slot_ssrc_of(s.b, PICTURE_SLOT), 0), 90000);
    int64_t voice_us = play_us(&voice, stage_rtp(s.b, slot_ssrc_of(s.b, VOICE_SLOT), 0), 48000);
    g_assert_cmpint(ABS(picture_us - voice_us), <, 100);
    g_assert_cmpuint(picture.packets, ==, 1);
    stage_free(s.stage);
}

/* After a switch the report comes with the first packet, and both sources are on one clock. */
static void test_at_once_after_a_switch(void)
{
    struct scene s = scene_make();
    uint32_t ssrc = slot_ssrc_of(s.b, PICTURE_SLOT);
    struct rtcp_sender_info before, after;
    source_picture(&s.camera, true, 1);
    source_report(&s.camera, 1200000000000000);
    source_report(&s.camera_c, 1900000000000000);
    g_assert_true(report_last(s.b, ssrc, &before));
    stage_see(s.b, s.c);
    stage_forget(s.b);
    s.stage->now_us += 500000;
    s.camera_c.timestamp += 45000;
    source_picture(&s.camera_c, true, 1);
    g_assert_true(report_last(s.b, ssrc, &after));
    int64_t at_us = play_us(&after, stage_rtp(s.b, ssrc, 0), 90000);
    int64_t old_us = clock_ntp_to_wall_us(before.ntp);
    g_assert_cmpint(at_us - old_us, >=, 490000);
    g_assert_cmpint(at_us - old_us, <=, 510000);
    /* … and the report of before would have told the same of the new packet. */
    int64_t by_before_us = play_us(&before, stage_rtp(s.b, ssrc, 0), 90000);
    g_assert_cmpint(ABS(by_before_us - at_us), <, 1000 + 34000); /* a picture's length */
    stage_free(s.stage);
}

static void test_sender_clock_set(void)
{
    struct scene s = scene_make();
    struct rtcp_sender_info info;
    uint32_t ssrc = slot_ssrc_of(s.b, PICTURE_SLOT);
    source_picture(&s.camera, true, 1);
    source_report(&s.camera, 1200000000000000);
    g_assert_true(report_last(s.b, ssrc, &info));
    int64_t first_us = clock_ntp_to_wall_us(info.ntp);
    s.stage->now_us += 1000000;
    source_report(&s.camera, 1200000001000000 + 300000); /* jitter: the offset stays */
    g_assert_true(report_last(s.b, ssrc, &info));
    g_assert_cmpint(ABS(clock_ntp_to_wall_us(info.ntp) - first_us - 1300000), <, 10);
    s.stage->now_us += 1000000;
    source_report(&s.camera, 1700000000000000); /* somebody set the clock */
    g_assert_true(report_last(s.b, ssrc, &info));
    g_assert_cmpint(ABS(clock_ntp_to_wall_us(info.ntp) - first_us - 2000000), <, 10);
    stage_free(s.stage);
}

static void test_round_trip(void)
{
    struct scene s = scene_make();
    struct rtcp_sender_info info;
    uint32_t ssrc = slot_ssrc_of(s.b, PICTURE_SLOT);
    source_picture(&s.camera, true, 1);
    source_report(&s.camera, 1200000000000000);
    g_assert_true(report_last(s.b, ssrc, &info));
    s.stage->now_us += 580000;
    uint8_t buf[64];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    struct rtcp_report_block block = {.ssrc = ssrc,
                                      .fraction_lost = 64,
                                      .lsr = (uint32_t)(info.ntp >> 16),
                                      .dlsr = 32768}; /* half a second */
    rtcp_write_rr(&w, 1, &block, 1);
    stage_rtcp_give(s.b, &w);
    stage_pass(s.stage, 2000000);
    bool told = false;
    for (guint i = 0; i < s.stage->events->len; i++) {
        const struct sfu_event *e = &g_array_index(s.stage->events, struct sfu_event, i);
        if (e->type != SFU_EVENT_QUALITY || e->peer != 901 || e->quality.rtt_us < 0)
            continue;
        told = true;
        g_assert_cmpint(e->quality.rtt_us, ==, 80000);
        g_assert_cmpuint(e->quality.down_loss_permille, ==, 250);
    }
    g_assert_true(told);
    stage_free(s.stage);
}

static void test_receiver_report(void)
{
    struct scene s = scene_make();
    for (unsigned i = 0; i < 100; i++) {
        if (i % 10 == 3)
            s.camera.seq++;
        source_picture(&s.camera, i == 0, 1);
    }
    source_report(&s.camera, 1200000000000000);
    s.stage->now_us += 250000;
    stage_pass(s.stage, 1000000);
    struct rtcp_packet rr;
    struct rtcp_report_block block;
    g_assert_true(stage_rtcp_last(s.a, RTCP_RR, 0, &rr));
    g_assert_cmpuint(rr.count, ==, 1);
    g_assert_true(rtcp_read_report_block(&rr, 0, &block));
    g_assert_cmpuint(block.ssrc, ==, s.camera.ssrc);
    g_assert_cmpint(block.lost, ==, 10);
    g_assert_cmpuint(block.highest_seq & 0xffff, ==, (uint16_t)(s.camera.seq - 1));
    g_assert_cmpuint(block.lsr, !=, 0);
    g_assert_cmpuint(block.dlsr, >=, 65536 / 4);
    g_assert_cmpuint(stage_rtcp_count(s.c, RTCP_RR, 0), ==, 0); /* it sent nothing */
    stage_free(s.stage);
}

static void test_transport_cc(void)
{
    struct scene s = scene_make();
    unsigned packets = 0;
    for (unsigned i = 0; i < 30; i++) {
        source_picture(&s.camera, i == 0, 4);
        packets += 4;
        stage_pass(s.stage, 33000);
    }
    stage_pass(s.stage, 200000);
    unsigned told = 0, feedbacks = stage_rtcp_count(s.a, RTCP_RTPFB, RTCP_RTPFB_TRANSPORT_CC);
    g_assert_cmpuint(feedbacks, >=, 10); /* in 1.2 s */
    g_assert_cmpuint(feedbacks, <=, 25);
    for (guint i = 0; i < s.a->rtcp->len; i++) {
        const struct stage_packet *p = g_ptr_array_index(s.a->rtcp, i);
        if (p->data[1] == RTCP_RTPFB && (p->data[0] & 0x1f) == RTCP_RTPFB_TRANSPORT_CC)
            told += (unsigned)(p->data[14] << 8 | p->data[15]);
    }
    g_assert_cmpuint(told, ==, packets);
    g_assert_cmpuint(stage_rtcp_count(s.b, RTCP_RTPFB, RTCP_RTPFB_TRANSPORT_CC), ==, 0);
    stage_free(s.stage);
}

/* However fast packets come, the feedback takes its time. */
static void test_transport_cc_is_paced(void)
{
    struct scene s = scene_make();
    for (unsigned i = 0; i < 50; i++) {
        source_picture(&s.camera, i == 0, 30);
        stage_pass(s.stage, 20000);
    }
    unsigned feedbacks = stage_rtcp_count(s.a, RTCP_RTPFB, RTCP_RTPFB_TRANSPORT_CC);
    g_assert_cmpuint(feedbacks, >=, 15);
    g_assert_cmpuint(feedbacks, <=, 20); /* in one second */
    stage_free(s.stage);
}

static void test_silence(void)
{
    struct scene s = scene_make();
    struct sfu_event e;
    source_voice(&s.voice);
    stage_pass(s.stage, 4000000);
    source_voice(&s.voice);
    stage_pass(s.stage, 4900000);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_SILENT, &e), ==, 2); /* b and c never sent */
    stage_pass(s.stage, 200000);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_SILENT, &e), ==, 3);
    g_assert_cmpuint(e.peer, ==, 900);
    stage_pass(s.stage, 9000000);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_SILENT, &e), ==, 3);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_BACK, &e), ==, 0);
    source_voice(&s.voice);
    source_voice(&s.voice);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_BACK, &e), ==, 1);
    g_assert_cmpuint(e.peer, ==, 900);
    stage_free(s.stage);
}

/* Two seconds of pictures, so many packets of 125 lost, and what is told of them. */
static void quality_round(struct scene *s, unsigned lost, unsigned least, unsigned most)
{
    struct sfu_event told = {0};
    g_array_set_size(s->stage->events, 0);
    for (unsigned i = 0; i < 60; i++) {
        if (i % 12 == 5 && i / 12 < lost)
            s->camera.seq++;
        source_picture(&s->camera, false, 2);
        stage_pass(s->stage, 33333);
    }
    stage_pass(s->stage, 40000);
    for (guint i = 0; i < s->stage->events->len; i++) {
        const struct sfu_event *e = &g_array_index(s->stage->events, struct sfu_event, i);
        if (e->type == SFU_EVENT_QUALITY && e->peer == 900)
            told = *e;
    }
    g_assert_cmpint(told.type, ==, SFU_EVENT_QUALITY);
    g_assert_cmpuint(told.quality.up_loss_permille, >=, least);
    g_assert_cmpuint(told.quality.up_loss_permille, <=, most);
}

static void test_quality(void)
{
    struct scene s = scene_make();
    for (unsigned i = 0; i < 60; i++) {
        if (i % 12 == 5)
            s.camera.seq++;
        source_picture(&s.camera, i == 0, 2);
        stage_pass(s.stage, 33333);
    }
    stage_pass(s.stage, 20000);
    for (guint i = 0; i < s.stage->events->len; i++) {
        const struct sfu_event *e = &g_array_index(s.stage->events, struct sfu_event, i);
        if (e->type != SFU_EVENT_QUALITY)
            continue;
        if (e->peer == 900) {
            g_assert_cmpuint(e->quality.up_loss_permille, >=, 30); /* 5 of 125 */
            g_assert_cmpuint(e->quality.up_loss_permille, <=, 45);
            g_assert_cmpuint(e->quality.up_bps, >, 10000);
            g_assert_cmpuint(e->quality.down_bps, ==, 0);
            g_assert_cmpint(e->quality.rtt_us, ==, -1);
        } else if (e->peer == 901) {
            g_assert_cmpuint(e->quality.down_bps, >, 10000);
            g_assert_cmpuint(e->quality.up_loss_permille, ==, 0);
        }
    }
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_QUALITY, NULL), ==, 3); /* a peer each */
    quality_round(&s, 5, 30, 45);
    quality_round(&s, 0, 0, 0); /* what was before is told */
    stage_free(s.stage);
}

static void test_malformed(void)
{
    struct scene s = scene_make();
    static const uint8_t torn[] = {0x81, 206, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2};
    fwd_rtcp_received(s.a->peer, torn, sizeof torn, s.stage->now_us);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_RTCP_MALFORMED), ==, 1);
    stage_free(s.stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/report/lip-sync", test_lip_sync);
    g_test_add_func("/forward/report/at-once-after-a-switch", test_at_once_after_a_switch);
    g_test_add_func("/forward/report/sender-clock-set", test_sender_clock_set);
    g_test_add_func("/forward/report/round-trip", test_round_trip);
    g_test_add_func("/forward/report/receiver-report", test_receiver_report);
    g_test_add_func("/forward/report/transport-cc", test_transport_cc);
    g_test_add_func("/forward/report/transport-cc-is-paced", test_transport_cc_is_paced);
    g_test_add_func("/forward/report/silence", test_silence);
    g_test_add_func("/forward/report/quality", test_quality);
    g_test_add_func("/forward/report/malformed", test_malformed);
    return g_test_run();
}
