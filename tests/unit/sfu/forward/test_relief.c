/* A line that gets narrow at once: the voice does not wait behind pictures, and pictures come back by themselves. */
#include "tests/unit/sfu/forward/line.h"

static void test_sudden_step(void)
{
    struct line *line = line_make(1500000, 1200000);
    line_run(line, 10000000);
    line_forget(line);
    line->link.config.rate_bps = 300000;
    line_run(line, 3000000);
    g_assert_cmpuint(stage_drops(line->stage, SFU_DROP_CONGESTED), >, 0);
    g_test_message("the step: voice up to %d ms late, a still picture of %d ms",
                   (int)(line->voice_latest_us / 1000), (int)(line->still_us / 1000));
    g_assert_cmpint(line->still_us, <, 2500000);
    line_forget(line);
    line_run(line, 5000000);
    g_test_message("after it: voice up to %d ms late, still for %d ms, %d kbit/s of pictures",
                   (int)(line->voice_latest_us / 1000), (int)(line->still_us / 1000),
                   (int)(line->picture_bytes * 8 / 5000));
    g_assert_cmpint(line->voice_latest_us, <, 300000);
    g_assert_cmpint(line->still_us, <, 400000);
    g_assert_cmpuint(line->picture_bytes * 8 / 5, >, 100000);
    g_assert_cmpuint(line->link.counts.queue_full, ==, 0);
    line_free(line);
}

/* A longer way (a satellite, a relay) is no queue: pictures are missed for a moment, not again and again. */
static void test_longer_way(void)
{
    struct line *line = line_make(3000000, 800000);
    line_run(line, 5000000);
    line->link.config.delay_us = 620000;
    line_run(line, 4000000);
    uint64_t drops = stage_drops(line->stage, SFU_DROP_CONGESTED);
    g_assert_cmpuint(drops, >, 0);
    line_run(line, 20000000);
    g_assert_cmpuint(stage_drops(line->stage, SFU_DROP_CONGESTED), ==, drops);
    line_free(line);
}

/* What cannot be sent again is made good by a key frame that is asked for at once. */
static void test_beyond_repair(void)
{
    struct line *line = line_make(0, 800000);
    line_run(line, 3000000);
    const struct stage_packet *newest =
        stage_rtp(line->near, slot_ssrc_of(line->near, PICTURE_SLOT), 0);
    uint16_t gone[] = {(uint16_t)(newest->rtp.seq - 20)};
    line->stage->now_us += 3000000; /* the history has forgotten it */
    line_run(line, 1000000);
    unsigned before = stage_rtcp_count(line->far, RTCP_PSFB, RTCP_PSFB_PLI);
    uint8_t buf[100];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    rtcp_write_nack(&w, 1, slot_ssrc_of(line->near, PICTURE_SLOT), gone, 1);
    stage_rtcp_give(line->near, &w);
    g_assert_cmpuint(stage_rtcp_count(line->far, RTCP_PSFB, RTCP_PSFB_PLI), ==, before + 1);
    line_run(line, 500000);
    w = bytes_writer(buf, sizeof buf);
    rtcp_write_nack(&w, 1, slot_ssrc_of(line->near, PICTURE_SLOT), gone, 1);
    stage_rtcp_give(line->near, &w); /* nobody misses it now */
    g_assert_cmpuint(stage_rtcp_count(line->far, RTCP_PSFB, RTCP_PSFB_PLI), ==, before + 1);
    line_free(line);
}

/* A line that got wider is found by padding that no picture and no voice has. */
static void test_probed(void)
{
    struct line *line = line_make(400000, 1200000);
    line_run(line, 10000000);
    g_assert_cmpuint(line_remb_bps(line), <, 420000);
    line->link.config.rate_bps = 3000000;
    line_run(line, 12000000);
    line_forget(line);
    line_run(line, 3000000);
    uint32_t rtx_ssrc = slot_rtx_ssrc_of(line->near, PICTURE_SLOT);
    g_test_message("12 s after: %d kbit/s, told %u, %u packets of padding",
                   (int)(line->picture_bytes * 8 / 3000), line_remb_bps(line),
                   stage_rtp_count(line->near, rtx_ssrc));
    g_assert_cmpuint(line->picture_bytes * 8 / 3, >, 850000);
    g_assert_cmpuint(stage_rtp_count(line->near, rtx_ssrc), >, 10);
    for (unsigned i = 0; i < stage_rtp_count(line->near, rtx_ssrc); i++)
        g_assert_cmpuint(stage_rtp(line->near, rtx_ssrc, i)->rtp.payload_len, ==, 0);
    line_free(line);
}

/* Who does not feed back is sent no padding, and who is sent enough neither. */
static void test_not_probed(void)
{
    struct line *line = line_make(3000000, 800000);
    line_run(line, 20000000);
    g_assert_cmpuint(stage_rtp_count(line->near, slot_rtx_ssrc_of(line->near, PICTURE_SLOT)), ==,
                     0);
    line_free(line);
}

/* Too narrow for a picture: it is left out, the voice goes on, and it comes back by itself. */
static void test_paused(void)
{
    struct line *line = line_make(90000, 1200000);
    line_run(line, 15000000);
    line_forget(line);
    line_run(line, 3000000);
    g_assert_cmpuint(line->picture_bytes, ==, 0);
    struct sfu_event slot;
    g_assert_cmpuint(stage_events(line->stage, SFU_EVENT_SLOT, &slot), >, 0);
    g_assert_cmpint(slot.slot, ==, SFU_SLOT_PAUSED);
    g_assert_cmpuint(line->voice_count, >, 140);
    g_assert_cmpint(line->voice_latest_us, <, 400000);
    line->link.config.rate_bps = 1000000;
    line_run(line, 12000000);
    line_forget(line);
    line_run(line, 3000000);
    g_test_message("wide again: %d kbit/s", (int)(line->picture_bytes * 8 / 3000));
    g_assert_cmpuint(line->picture_bytes * 8 / 3, >, 150000);
    line_free(line);
}

/* RED is left out where the line is narrow and loses nothing, and stands where it is wide or loses packets. */
static void test_repeats(void)
{
    struct line *line = line_make(2000000, 800000);
    line->repeats = true;
    line_run(line, 5000000);
    line_forget(line);
    line_run(line, 1000000);
    g_assert_cmpuint(line->repeated_count, ==, line->voice_count);

    line->link.config.rate_bps = 300000;
    line_run(line, 8000000);
    line_forget(line);
    line_run(line, 5000000);
    g_assert_cmpuint(line->voice_count, >, 240);
    g_assert_cmpuint(line->repeated_count, ==, 0);

    line->link.config.loss = 0.1;
    line_run(line, 4000000);
    line_forget(line);
    line_run(line, 3000000);
    g_assert_cmpuint(line->repeated_count, ==, line->voice_count);

    line->link.config.loss = 0;
    line->link.config.rate_bps = 2000000;
    line_run(line, 20000000);
    line_forget(line);
    line_run(line, 1000000);
    g_assert_cmpuint(line->repeated_count, ==, line->voice_count);
    line_free(line);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relief/sudden_step", test_sudden_step);
    g_test_add_func("/relief/longer_way", test_longer_way);
    g_test_add_func("/relief/beyond_repair", test_beyond_repair);
    g_test_add_func("/relief/probed", test_probed);
    g_test_add_func("/relief/not_probed", test_not_probed);
    g_test_add_func("/relief/paused", test_paused);
    g_test_add_func("/relief/repeats", test_repeats);
    return g_test_run();
}
