#include "tests/bench/leg.h"

#include "base/clock.h"
#include "sfu/rtp/rtcp.h"
#include "sfu/rtp/transport_cc.h"

#include <glib.h>

enum {
    REPORT_NS = 1000000000,
    FEEDBACK_NS = 100000000,
    NACK_AGAIN_NS = 60000000,
    NACK_TRIES = 10,
    COMPOUND_BYTES = 1200,
};

/* ---- in ---- */

static struct outlet *outlet_of(struct leg *leg, uint32_t ssrc)
{
    for (unsigned i = 0; leg->sends && i < LEG_KINDS; i++)
        if (leg->outlets[i].ssrc == ssrc)
            return &leg->outlets[i];
    return NULL;
}

static void nack_take(struct leg *leg, const struct rtcp_packet *packet)
{
    uint32_t ssrc;
    uint16_t seq, bitmap;
    struct outlet *outlet = rtcp_read_media_ssrc(packet, &ssrc) ? outlet_of(leg, ssrc) : NULL;
    leg->meter->nacks_in++;
    for (unsigned i = 0; outlet && rtcp_read_nack(packet, i, &seq, &bitmap); i++) {
        enum sfu_kind kind = (enum sfu_kind)(outlet - leg->outlets);
        outlet_resend(leg, kind, seq);
        for (unsigned bit = 0; bit < 16; bit++)
            if (bitmap >> bit & 1)
                outlet_resend(leg, kind, (uint16_t)(seq + bit + 1));
    }
}

static void keyframe_wanted(struct leg *leg)
{
    leg->meter->keyframe_requests_in++;
    leg->outlets[SFU_VIDEO].keyframe_wanted = true;
}

static void sender_report_take(struct leg *leg, const struct rtcp_packet *packet)
{
    struct rtcp_sender_info info;
    if (!rtcp_read_sender_info(packet, &info))
        return;
    leg->meter->reports_in++;
    for (unsigned i = 0; i < LEG_KINDS; i++)
        if (leg->inlets[i].started && leg->inlets[i].ssrc == info.ssrc) {
            leg->inlets[i].report_middle = (uint32_t)(info.ntp >> 16);
            leg->inlets[i].report_ns = leg_now_ns();
        }
}

void feedback_take(struct leg *leg, const uint8_t *rtcp, size_t len)
{
    struct bytes_reader compound = bytes_reader(rtcp, len);
    struct rtcp_packet packet;
    if (!rtcp_is_valid(rtcp, len)) {
        leg->meter->malformed++;
        return;
    }
    while (rtcp_next(&compound, &packet)) {
        if (packet.type == RTCP_SR)
            sender_report_take(leg, &packet);
        else if (packet.type == RTCP_RTPFB && packet.count == RTCP_RTPFB_NACK)
            nack_take(leg, &packet);
        else if (packet.type == RTCP_RTPFB && packet.count == RTCP_RTPFB_TRANSPORT_CC)
            leg->meter->feedback_in++;
        else if (packet.type == RTCP_PSFB &&
                 (packet.count == RTCP_PSFB_PLI || packet.count == RTCP_PSFB_FIR))
            keyframe_wanted(leg);
    }
}

/* ---- out ---- */

static unsigned blocks_write(struct leg *leg, struct rtcp_report_block blocks[LEG_KINDS])
{
    unsigned count = 0;
    for (unsigned i = 0; i < LEG_KINDS; i++) {
        struct inlet *inlet = &leg->inlets[i];
        if (!inlet->started)
            continue;
        struct rtcp_report_block *block = &blocks[count++];
        *block = (struct rtcp_report_block){.ssrc = inlet->ssrc, .lsr = inlet->report_middle};
        reception_report(&inlet->reception, block);
        if (inlet->report_middle)
            block->dlsr = (uint32_t)((leg_now_ns() - inlet->report_ns) / 1000 * 65536 / 1000000);
    }
    return count;
}

static void reports_send(struct leg *leg)
{
    uint8_t data[COMPOUND_BYTES];
    struct bytes_writer w = bytes_writer(data, sizeof data);
    struct rtcp_report_block blocks[LEG_KINDS];
    unsigned count = blocks_write(leg, blocks);
    uint64_t ntp = clock_wall_us_to_ntp(clock_wall_us());
    for (unsigned i = 0; leg->sends && i < LEG_KINDS; i++) {
        const struct outlet *outlet = &leg->outlets[i];
        struct rtcp_sender_info info = {.ssrc = outlet->ssrc,
                                        .ntp = ntp,
                                        .timestamp = outlet->timestamp,
                                        .packets = outlet->packets,
                                        .bytes = outlet->bytes};
        rtcp_write_sr(&w, &info, i ? NULL : blocks, i ? 0 : count);
    }
    if (!leg->sends)
        rtcp_write_rr(&w, leg->own_ssrc, blocks, count);
    rtcp_write_sdes(&w, leg->own_ssrc, "load");
    leg_send_rtcp(leg, data, w.at);
}

static void arrivals_send(struct leg *leg)
{
    uint8_t data[COMPOUND_BYTES];
    struct bytes_writer w = bytes_writer(data, sizeof data);
    const struct inlet *video = &leg->inlets[SFU_VIDEO];
    uint32_t media_ssrc = video->started ? video->ssrc : leg->inlets[SFU_AUDIO].ssrc;
    if (transport_cc_write(&leg->arrivals, &w, leg->own_ssrc, media_ssrc) && !w.bad)
        leg_send_rtcp(leg, data, w.at);
}

static void keyframe_ask(struct leg *leg, struct inlet *inlet)
{
    uint8_t data[64];
    struct bytes_writer w = bytes_writer(data, sizeof data);
    rtcp_write_rr(&w, leg->own_ssrc, NULL, 0);
    rtcp_write_pli(&w, leg->own_ssrc, inlet->ssrc);
    leg_send_rtcp(leg, data, w.at);
    inlet->keyframe_needed = false;
}

/* What is due of the list goes into one NACK; what was asked for too often is given up. */
static void missing_ask(struct leg *leg, struct inlet *inlet, int64_t now_ns)
{
    uint8_t data[COMPOUND_BYTES];
    uint16_t seqs[LEG_MISSING];
    unsigned count = 0, kept = 0;
    for (unsigned i = 0; i < inlet->missing_count; i++) {
        struct leg_missing missing = inlet->missing[i];
        if (missing.ask_ns <= now_ns && missing.asked == NACK_TRIES) {
            inlet->keyframe_needed = true;
            leg->meter->given_up++;
            continue;
        }
        if (missing.ask_ns <= now_ns) {
            seqs[count++] = (uint16_t)missing.seq;
            missing.asked++;
            missing.ask_ns = now_ns + NACK_AGAIN_NS;
        }
        inlet->missing[kept++] = missing;
    }
    inlet->missing_count = kept;
    if (!count)
        return;
    struct bytes_writer w = bytes_writer(data, sizeof data);
    rtcp_write_rr(&w, leg->own_ssrc, NULL, 0);
    rtcp_write_nack(&w, leg->own_ssrc, inlet->ssrc, seqs, count);
    leg_send_rtcp(leg, data, w.at);
    leg->meter->nacks_out++;
}

void feedback_tick(struct leg *leg, int64_t now_ns)
{
    struct inlet *video = &leg->inlets[SFU_VIDEO];
    if (video->missing_count)
        missing_ask(leg, video, now_ns);
    if (video->keyframe_needed)
        keyframe_ask(leg, video);
    if (now_ns >= leg->report_ns) {
        reports_send(leg);
        leg->report_ns = now_ns + REPORT_NS;
    }
    if (now_ns >= leg->feedback_ns) {
        arrivals_send(leg);
        leg->feedback_ns = now_ns + FEEDBACK_NS;
    }
}

int64_t feedback_due_ns(const struct leg *leg)
{
    const struct inlet *video = &leg->inlets[SFU_VIDEO];
    int64_t due_ns = MIN(leg->report_ns, leg->feedback_ns);
    for (unsigned i = 0; i < video->missing_count; i++)
        due_ns = MIN(due_ns, video->missing[i].ask_ns);
    return due_ns;
}
