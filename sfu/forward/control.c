/* RTCP that a peer sends: reports as a sender, and reports and wishes as a receiver. */
#include "sfu/forward/estimate.h"
#include "sfu/forward/peer.h"
#include "sfu/forward/report.h"
#include "sfu/forward/slot.h"
#include "sfu/forward/uplink.h"
#include "sfu/rtp/rtcp.h"

static struct slot *slot_by_ssrc(struct fwd_peer *peer, uint32_t ssrc)
{
    for (unsigned i = 0; i < peer->section_count; i++) {
        struct section *section = &peer->sections[i];
        if (section->slot && section->media.outbound && section->media.slot_ssrc == ssrc)
            return section->slot;
    }
    return NULL;
}

static void report_blocks_received(struct fwd_peer *peer, const struct rtcp_packet *packet,
                                   int64_t now_us)
{
    struct rtcp_report_block block;
    for (unsigned i = 0; rtcp_read_report_block(packet, i, &block); i++) {
        struct slot *slot = slot_by_ssrc(peer, block.ssrc);
        if (slot)
            slot_reported(slot, &block, now_us);
    }
}

static void sink_report(struct uplink *uplink, const struct rtcp_packet *packet, int64_t now_us)
{
    const struct fwd_room *room = uplink->peer->room;
    if (!room->sink_ops || !uplink->to_sink)
        return;
    struct sfu_sink_packet out = {
        .peer = uplink->peer->id,
        .tag = uplink->peer->tag,
        .section = uplink->section,
        .layer = uplink->layer,
        .arrival_us = now_us,
        .data = packet->data,
        .len = packet->len,
    };
    room->sink_ops->sender_report(room->sink, &out);
}

static void sender_report_received(struct fwd_peer *peer, const struct rtcp_packet *packet,
                                   int64_t now_us)
{
    struct rtcp_sender_info info;
    if (!rtcp_read_sender_info(packet, &info))
        return;
    for (unsigned i = 0; i < peer->stream_count; i++) {
        const struct stream *stream = &peer->streams[i];
        if (stream->ssrc != info.ssrc || stream->repair)
            continue;
        sink_report(stream->uplink, packet, now_us);
        uplink_sender_report(stream->uplink, &info, now_us);
        break;
    }
}

static void bye_received(struct fwd_peer *peer, const struct rtcp_packet *packet, int64_t now_us)
{
    uint32_t ssrc;
    for (unsigned i = 0; rtcp_read_bye(packet, i, &ssrc); i++)
        for (unsigned j = 0; j < peer->stream_count; j++)
            if (peer->streams[j].ssrc == ssrc && !peer->streams[j].repair)
                uplink_end(peer->streams[j].uplink, now_us);
}

static void keyframe_wished(struct fwd_peer *peer, uint32_t slot_ssrc, int64_t now_us)
{
    counter_add(&peer_env(peer)->counters->plis_in, 1);
    struct slot *slot = slot_by_ssrc(peer, slot_ssrc);
    if (slot)
        slot_keyframe_wished(slot, now_us);
}

static void fir_received(struct fwd_peer *peer, const struct rtcp_packet *packet, int64_t now_us)
{
    uint32_t ssrc;
    uint8_t number;
    for (unsigned i = 0; rtcp_read_fir(packet, i, &ssrc, &number); i++)
        keyframe_wished(peer, ssrc, now_us);
}

static void nack_received(struct fwd_peer *peer, const struct rtcp_packet *packet, int64_t now_us)
{
    uint32_t ssrc;
    counter_add(&peer_env(peer)->counters->nacks_in, 1);
    struct slot *slot = rtcp_read_media_ssrc(packet, &ssrc) ? slot_by_ssrc(peer, ssrc) : NULL;
    if (slot)
        slot_resend(slot, packet, now_us);
}

static void packet_received(struct fwd_peer *peer, const struct rtcp_packet *packet, int64_t now_us)
{
    uint32_t ssrc;
    if (packet->type == RTCP_SR)
        sender_report_received(peer, packet, now_us);
    if (packet->type == RTCP_SR || packet->type == RTCP_RR)
        report_blocks_received(peer, packet, now_us);
    else if (packet->type == RTCP_BYE)
        bye_received(peer, packet, now_us);
    else if (packet->type == RTCP_RTPFB && packet->count == RTCP_RTPFB_NACK)
        nack_received(peer, packet, now_us);
    else if (packet->type == RTCP_RTPFB && packet->count == RTCP_RTPFB_TRANSPORT_CC)
        peer_estimate_fed_back(peer, packet, now_us);
    else if (packet->type == RTCP_PSFB && packet->count == RTCP_PSFB_FIR)
        fir_received(peer, packet, now_us);
    else if (packet->type == RTCP_PSFB && packet->count == RTCP_PSFB_PLI &&
             rtcp_read_media_ssrc(packet, &ssrc))
        keyframe_wished(peer, ssrc, now_us);
}

void fwd_rtcp_received(struct fwd_peer *peer, const uint8_t *data, size_t len, int64_t now_us)
{
    if (!rtcp_is_valid(data, len)) {
        peer_drop(peer, SFU_DROP_RTCP_MALFORMED);
        return;
    }
    struct bytes_reader compound = bytes_reader(data, len);
    struct rtcp_packet packet;
    while (rtcp_next(&compound, &packet))
        packet_received(peer, &packet, now_us);
}
