/* An RTP packet's way from the transport to its uplink: arrival, stream, payload, RTX unwrapped. */
#include <string.h>

#include "sfu/forward/peer.h"
#include "sfu/forward/redundancy.h"
#include "sfu/forward/slot.h"
#include "sfu/forward/uplink.h"
#include "sfu/rtp/packet.h"

static void arrival_note(struct fwd_peer *peer, const struct rtp_packet *packet, int64_t now_us)
{
    uint8_t len;
    const uint8_t *seq = rtp_packet_element(packet, peer->extensions.transport_cc, &len);
    if (seq && len == 2)
        transport_cc_arrived(&peer->arrivals, (uint16_t)(seq[0] << 8 | seq[1]), now_us);
}

static void life_note(struct fwd_peer *peer, size_t len, int64_t now_us)
{
    peer->last_rtp_us = now_us;
    peer->quality.up_bytes += len;
    if (!peer->silent)
        return;
    peer->silent = false;
    peer_silence_tell(peer);
}

/* RFC 6464 section 3: one byte, a flag of the sender's own and the level in -dBov. */
static void voice_note(struct uplink *uplink, const struct rtp_packet *packet, int64_t now_us)
{
    const struct sfu_section *media = &uplink->peer->sections[uplink->section].media;
    uint8_t len;
    const uint8_t *level = media->kind == SFU_AUDIO
                               ? rtp_packet_element(packet, media->extensions.audio_level, &len)
                               : NULL;
    if (level && len == 1)
        voice_heard(&uplink->voice, *level & 0x7f, now_us);
}

static void primary_received(struct uplink *uplink, struct uplink_packet *packet, int64_t now_us)
{
    int r = uplink_packet_read(uplink, packet->codec, packet);
    uplink_sink(uplink, &packet->rtp, packet->codec, false, packet->keyframe, now_us);
    if (r < 0) {
        peer_drop(uplink->peer, SFU_DROP_RTP_MALFORMED);
        return;
    }
    voice_note(uplink, &packet->rtp, now_us);
    redundancy_recover(uplink, packet, now_us);
    uplink_receive(uplink, packet, false, now_us);
}

/* RFC 4588 section 4: two bytes of original sequence number before the original payload. The header
 * moves up against the payload, so that the packet lies as it was first sent. */
static void unwrap(struct uplink_packet *packet, uint8_t *data, uint32_t ssrc, uint8_t pt)
{
    struct rtp_packet *rtp = &packet->rtp;
    rtp->seq = (uint16_t)(data[rtp->payload_at] << 8 | data[rtp->payload_at + 1]);
    memmove(data + 2, data, rtp->payload_at);
    data += 2;
    data[1] = (uint8_t)((data[1] & 0x80) | pt);
    data[2] = (uint8_t)(rtp->seq >> 8);
    data[3] = (uint8_t)rtp->seq;
    for (unsigned i = 0; i < 4; i++)
        data[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
    rtp->data = data;
    rtp->len -= 2;
    rtp->payload_len -= 2;
    rtp->pt = pt;
    rtp->ssrc = ssrc;
}

static void repair_received(struct uplink *uplink, struct uplink_packet *packet, uint8_t *data,
                            const struct sfu_payload *payload, int64_t now_us)
{
    int64_t number;
    (void)reception_note(&uplink->rtx_reception, packet->rtp.seq, false, &number);
    bool padding_only = packet->rtp.payload_len == 0; /* a probe for bandwidth */
    struct uplink_packet original = *packet;
    if (packet->rtp.payload_len > 2) {
        struct rtp_packet *rtp = &original.rtp;
        rtp->payload_at += 2;
        rtp->payload_len -= 2;
        if (uplink_packet_read(uplink, packet->codec, &original) < 0)
            original.keyframe = false;
    }
    uplink_sink(uplink, &packet->rtp, packet->codec, true, original.keyframe, now_us);
    if (padding_only)
        return;
    if (packet->rtp.payload_len <= 2) {
        peer_drop(uplink->peer, SFU_DROP_RTX_MALFORMED);
        return;
    }
    unwrap(packet, data, uplink->ssrc, payload->pt);
    if (uplink_packet_read(uplink, packet->codec, packet) < 0) {
        peer_drop(uplink->peer, SFU_DROP_RTX_MALFORMED);
        return;
    }
    uplink_receive(uplink, packet, true, now_us);
}

void fwd_rtp_received(struct fwd_peer *peer, uint8_t *data, size_t len, int64_t now_us)
{
    struct uplink_packet packet = {0};
    peer->room->now_us = now_us;
    if (len > FWD_PACKET_BYTES || rtp_packet_parse(data, len, &packet.rtp) < 0) {
        peer_drop(peer, SFU_DROP_RTP_MALFORMED);
        return;
    }
    arrival_note(peer, &packet.rtp, now_us);
    life_note(peer, len, now_us);
    struct stream *stream = stream_find(peer, &packet.rtp);
    if (!stream)
        return;
    struct uplink *uplink = stream->uplink;
    bool repair;
    const struct sfu_payload *payload =
        section_payload(&peer->sections[uplink->section], packet.rtp.pt, &repair);
    if (!payload || repair != stream->repair) {
        peer_drop(peer, SFU_DROP_UNKNOWN_PAYLOAD);
        return;
    }
    packet.codec = payload->codec;
    if (repair)
        repair_received(uplink, &packet, data, payload, now_us);
    else
        primary_received(uplink, &packet, now_us);
}
