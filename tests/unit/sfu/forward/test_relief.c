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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relief/sudden_step", test_sudden_step);
    g_test_add_func("/relief/beyond_repair", test_beyond_repair);
    return g_test_run();
}
