#include "tests/unit/sfu/forward/line.h"

#include <string.h>

enum {
    STEP_US = 5000,
    PICTURE_US = 40000,
    VOICE_US = 20000,
    FEEDBACK_US = 50000,
    BACK_US = 20000, /* the way of the feedback */
    PACKET_BYTES = 1100,
    KEYFRAME_PICTURES = 4, /* as large as so many others */
    VOICE_TICKS = 960,
    RED_PT = 64, /* the near one's */
};

struct line_packet {
    int64_t sent_us, due_us;
    uint32_t ssrc;
    uint16_t seq;
    uint8_t pt;
    size_t len;
};

struct line *line_make(uint64_t rate_bps, uint32_t camera_bps)
{
    struct line *line = g_new0(struct line, 1);
    line->stage = stage_make();
    line->far = stage_enter(line->stage, CHROMIUM);
    line->near = stage_enter(line->stage, CHROMIUM);
    stage_see(line->near, line->far);
    line->camera = stage_source(line->far, CAMERA);
    line->voice = stage_source(line->far, MIC);
    link_init(&line->link, 7);
    line->link.config.rate_bps = rate_bps;
    line->link.config.queue_us = 1000000;
    line->link.config.delay_us = 20000;
    line->coming = g_array_new(FALSE, TRUE, sizeof(struct line_packet));
    line->most_bps = camera_bps;
    line->keyframe_asked = true;
    line->feedback_us = line->picture_us = line->voice_us = line->stage->now_us;
    return line;
}

void line_free(struct line *line)
{
    g_array_unref(line->coming);
    stage_free(line->stage);
    g_free(line);
}

uint32_t line_remb_bps(const struct line *line)
{
    struct rtcp_packet packet;
    if (!stage_rtcp_last(line->far, RTCP_PSFB, 15, &packet))
        return 0;
    /* "REMB", count, exponent of 6 bits and mantissa of 18 */
    const uint8_t *body = packet.body + 8;
    return ((uint32_t)(body[5] & 3) << 16 | (uint32_t)body[6] << 8 | body[7]) << (body[5] >> 2);
}

static void picture_send(struct line *line)
{
    uint32_t told_bps = line_remb_bps(line);
    uint32_t bps = told_bps && told_bps < line->most_bps ? told_bps : line->most_bps;
    unsigned plis = stage_rtcp_count(line->far, RTCP_PSFB, RTCP_PSFB_PLI);
    bool key = line->keyframe_asked || plis != line->pli_count;
    line->keyframe_asked = false;
    line->pli_count = plis;
    double bytes = (double)bps * 0.8 * PICTURE_US / 8e6 * (key ? KEYFRAME_PICTURES : 1);
    unsigned count = (unsigned)(bytes / PACKET_BYTES) + 1;
    for (unsigned i = 0; i < count; i++) {
        struct stage_packet packet = source_make(&line->camera, i == 0, i == count - 1, key);
        size_t len = (size_t)(bytes / count);
        if (packet.len < len) {
            memset(packet.data + packet.len, 0x5a, len - packet.len);
            packet.len = len;
        }
        source_deliver(&line->camera, &packet);
    }
    source_picture_end(&line->camera);
}

static void voice_send(struct line *line)
{
    if (!line->repeats) {
        source_voice(&line->voice);
        return;
    }
    struct stage_packet packet = source_make_red(&line->voice, 1);
    line->voice.timestamp += VOICE_TICKS;
    source_deliver(&line->voice, &packet);
}

/* What was sent to the actor enters the line. */
static void enter(struct line *line)
{
    for (; line->taken < line->near->rtp->len; line->taken++) {
        const struct stage_packet *packet = g_ptr_array_index(line->near->rtp, line->taken);
        int64_t due_us[LINK_COPIES];
        uint8_t len;
        const uint8_t *seq = rtp_packet_element(&packet->rtp, 3, &len);
        if (!seq || link_pass(&line->link, packet->len + 16, packet->at_us, due_us) == 0)
            continue;
        struct line_packet coming = {.sent_us = packet->at_us,
                                     .due_us = due_us[0],
                                     .ssrc = packet->rtp.ssrc,
                                     .pt = packet->rtp.pt,
                                     .seq = (uint16_t)(seq[0] << 8 | seq[1]),
                                     .len = packet->len};
        g_array_append_val(line->coming, coming);
    }
}

static void arrive(struct line *line)
{
    int64_t now_us = line->stage->now_us;
    while (line->coming->len) {
        struct line_packet packet = g_array_index(line->coming, struct line_packet, 0);
        if (packet.due_us > now_us)
            return;
        g_array_remove_index(line->coming, 0);
        transport_cc_arrived(&line->arrivals, packet.seq, packet.due_us);
        if (packet.ssrc == slot_ssrc_of(line->near, VOICE_SLOT)) {
            line->voice_count++;
            line->repeated_count += packet.pt == RED_PT;
            line->voice_latest_us = MAX(line->voice_latest_us, packet.due_us - packet.sent_us);
        } else if (packet.ssrc == slot_ssrc_of(line->near, PICTURE_SLOT)) {
            line->picture_bytes += packet.len;
            if (line->picture_came_us)
                line->still_us = MAX(line->still_us, packet.due_us - line->picture_came_us);
            line->picture_came_us = packet.due_us;
        }
    }
}

static void feed_back(struct line *line)
{
    uint8_t buf[1200];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    line->stage->now_us += BACK_US; /* it is as old as its way is long when it comes */
    while (transport_cc_write(&line->arrivals, &w, 1, 1)) {
        stage_rtcp_give(line->near, &w);
        w = bytes_writer(buf, sizeof buf);
    }
    line->stage->now_us -= BACK_US;
}

void line_run(struct line *line, int64_t us)
{
    int64_t end_us = line->stage->now_us + us;
    while (line->stage->now_us < end_us) {
        stage_pass(line->stage, STEP_US);
        int64_t now_us = line->stage->now_us;
        if (now_us >= line->voice_us) {
            voice_send(line);
            line->voice_us += VOICE_US;
        }
        if (now_us >= line->picture_us) {
            picture_send(line);
            line->picture_us += PICTURE_US;
        }
        enter(line);
        arrive(line);
        if (now_us >= line->feedback_us) {
            feed_back(line);
            line->feedback_us += FEEDBACK_US;
        }
    }
}

void line_forget(struct line *line)
{
    link_forget(&line->link);
    line->picture_bytes = 0;
    line->voice_count = line->repeated_count = 0;
    line->voice_latest_us = line->still_us = line->picture_came_us = 0;
}
