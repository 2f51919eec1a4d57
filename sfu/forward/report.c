/* RTCP that is sent on a timer: receiver reports and transport-cc feedback to senders, and sender
 * reports to receivers, which are the sources' own, translated. */
#include "sfu/forward/peer.h"
#include "sfu/forward/report.h"
#include "sfu/forward/slot.h"
#include "sfu/forward/uplink.h"

#include "base/clock.h"
#include "sfu/rtp/rtcp.h"

enum {
    RTCP_BYTES = 1200,
    REPORT_US = 1000000,
    FEEDBACK_US = 100000,     /* at least so often while packets come */
    FEEDBACK_FAST_US = 50000, /* … when many come */
    FEEDBACK_FAST_PACKETS = 20,
    FEEDBACKS_A_TURN = 4,
    CLOCK_STEP_US =
        1000000, /* a sender's clock that is off by more was set: the offset is taken anew */
};

/* What goes with every compound we send; the SDP names the same. */
static const char cname[] = "shipinban";

static void report_take(struct uplink *uplink, const struct rtcp_sender_info *info, int64_t now_us)
{
    uplink->report = (struct uplink_report){
        .known = true,
        .wall_us = clock_ntp_to_wall_us(info->ntp),
        .timestamp = info->timestamp,
        .lsr = (uint32_t)(info->ntp >> 16),
        .arrival_us = now_us,
    };
}

static void slots_report(struct uplink *uplink, int64_t now_us)
{
    for (struct slot *slot = uplink->slots; slot; slot = slot->next)
        slot_report_send(slot, now_us);
}

/* True: the offset is new, reports that were sent before do not fit any more. */
static bool clock_note(struct fwd_peer *peer, int64_t wall_us, int64_t now_us)
{
    int64_t offset_us = now_us + peer->room->clock_us - wall_us;
    int64_t error_us = offset_us - peer->clock.offset_us;
    if (peer->clock.known && error_us < CLOCK_STEP_US && error_us > -CLOCK_STEP_US)
        return false;
    bool was_known = peer->clock.known;
    peer->clock = (struct peer_clock){.known = true, .offset_us = offset_us};
    return was_known;
}

void uplink_sender_report(struct uplink *uplink, const struct rtcp_sender_info *info,
                          int64_t now_us)
{
    struct fwd_peer *peer = uplink->peer;
    if (info->ntp == 0)
        return; /* RFC 3550 section 6.4.1: a sender without a clock */
    report_take(uplink, info, now_us);
    if (!clock_note(peer, uplink->report.wall_us, now_us)) {
        slots_report(uplink, now_us);
        return;
    }
    for (unsigned i = 0; i < peer->section_count; i++) {
        for (struct uplink *other = peer->sections[i].uplink; other; other = other->lower)
            if (other != uplink)
                other->report.known = false; /* told on the clock of before: wait for the next */
    }
    slots_report(uplink, now_us);
}

void slot_report_send(struct slot *slot, int64_t now_us)
{
    const struct uplink *source = slot->source;
    if (!source || !slot->running || !source->report.known || slot->epoch != source->epoch)
        return;
    const struct sfu_section *media = &slot->peer->sections[slot->section].media;
    uint64_t ntp = clock_wall_us_to_ntp(source->report.wall_us + source->peer->clock.offset_us);
    struct rtcp_sender_info info = {
        .ssrc = media->slot_ssrc,
        .ntp = ntp,
        .timestamp = source->report.timestamp + slot->timestamp_offset,
        .packets = slot->packets,
        .bytes = slot->bytes,
    };
    uint8_t buf[RTCP_BYTES];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    rtcp_write_sr(&w, &info, NULL, 0);
    rtcp_write_sdes(&w, info.ssrc, cname);
    peer_rtcp_send(slot->peer, &w);
    slot->reports[slot->report_next++ % SLOT_REPORTS] =
        (struct slot_report){.lsr = (uint32_t)(ntp >> 16), .sent_us = now_us};
}

/* The NTP time in our reports is the source's, so the round trip comes from when we sent them. */
static void rtt_note(struct slot *slot, const struct rtcp_report_block *block, int64_t now_us)
{
    for (unsigned i = 0; i < SLOT_REPORTS; i++) {
        const struct slot_report *report =
            &slot->reports[(slot->report_next - 1 - i) % SLOT_REPORTS];
        if (report->lsr == 0 || report->lsr != block->lsr)
            continue;
        int64_t rtt_us =
            now_us - report->sent_us - (int64_t)(((uint64_t)block->dlsr * 1000000) >> 16);
        if (rtt_us < 0)
            rtt_us = 0;
        struct fwd_peer *peer = slot->peer;
        peer->rtt_us = peer->rtt_us < 0 ? rtt_us : (peer->rtt_us * 7 + rtt_us) / 8;
        return;
    }
}

void slot_reported(struct slot *slot, const struct rtcp_report_block *block, int64_t now_us)
{
    struct peer_quality *quality = &slot->peer->quality;
    slot->mid_known = true;
    if (block->fraction_lost > quality->worst_fraction_lost)
        quality->worst_fraction_lost = block->fraction_lost;
    if (block->lsr != 0)
        rtt_note(slot, block, now_us);
}

/* Of the stream and of its repairs; returns how many. */
static unsigned blocks_of(struct uplink *uplink, struct rtcp_report_block blocks[2], int64_t now_us)
{
    if (!uplink->reception.started || uplink->ended)
        return 0;
    blocks[0] = (struct rtcp_report_block){.ssrc = uplink->ssrc};
    reception_report(&uplink->reception, &blocks[0]);
    if (uplink->report.known) {
        blocks[0].lsr = uplink->report.lsr;
        blocks[0].dlsr =
            (uint32_t)(((uint64_t)(now_us - uplink->report.arrival_us) << 16) / 1000000);
    }
    if (!uplink->rtx_reception.started || uplink->rtx_ssrc == 0)
        return 1;
    blocks[1] = (struct rtcp_report_block){.ssrc = uplink->rtx_ssrc};
    reception_report(&uplink->rtx_reception, &blocks[1]);
    return 2;
}

static unsigned blocks_fill(struct fwd_peer *peer, struct rtcp_report_block *blocks, int64_t now_us)
{
    unsigned count = 0;
    for (unsigned i = 0; i < peer->section_count; i++) {
        struct uplink *uplink = peer->sections[i].media.inbound ? peer->sections[i].uplink : NULL;
        for (; uplink && count + 2 <= RTCP_MAX_REPORT_BLOCKS; uplink = uplink->lower)
            count += blocks_of(uplink, &blocks[count], now_us);
    }
    return count;
}

void peer_report(struct fwd_peer *peer, int64_t now_us)
{
    if (now_us - peer->report_us < REPORT_US)
        return;
    peer->report_us = now_us;
    struct rtcp_report_block blocks[RTCP_MAX_REPORT_BLOCKS];
    unsigned count = blocks_fill(peer, blocks, now_us);
    if (count == 0)
        return;
    uint8_t buf[RTCP_BYTES];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    rtcp_write_rr(&w, peer->local_ssrc, blocks, count);
    rtcp_write_sdes(&w, peer->local_ssrc, cname);
    peer_rtcp_send(peer, &w);
}

static uint32_t any_uplink_ssrc(const struct fwd_peer *peer)
{
    for (unsigned i = 0; i < peer->section_count; i++) {
        const struct uplink *uplink = peer->sections[i].uplink;
        if (uplink && uplink->reception.started)
            return uplink->ssrc;
    }
    return 0;
}

void peer_feedback(struct fwd_peer *peer, int64_t now_us)
{
    int64_t since_us = now_us - peer->feedback_us;
    if (peer->arrivals.unreported == 0 || since_us < FEEDBACK_FAST_US ||
        (since_us < FEEDBACK_US && peer->arrivals.unreported < FEEDBACK_FAST_PACKETS))
        return;
    peer->feedback_us = now_us;
    uint32_t media_ssrc = any_uplink_ssrc(peer);
    for (unsigned i = 0; i < FEEDBACKS_A_TURN; i++) {
        uint8_t buf[RTCP_BYTES];
        struct bytes_writer w = bytes_writer(buf, sizeof buf);
        if (!transport_cc_write(&peer->arrivals, &w, peer->local_ssrc, media_ssrc))
            return;
        peer_rtcp_send(peer, &w);
    }
}
