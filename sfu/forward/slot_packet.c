#include "sfu/forward/slot_packet.h"

#include <string.h>

#include "sfu/forward/estimate.h"
#include "sfu/forward/redundancy.h"
#include "sfu/rtp/packet.h"
#include "sfu/rtp/sequence.h"

enum {
    RTP_PADDING_BIT = 0x20,
    ABS_SEND_TIME_BITS = 18, /* of the fraction of a second; 6 bits of seconds above it */
};

/* Values of the extensions that are written at send time; they live as long as the head that
 * borrows them. */
struct hop {
    uint8_t transport_seq[2];
    uint8_t send_time[3];
};

/* Everything a source wrote for us alone (MID, RID, its transport-cc number) is left behind; what
 * the receiver negotiated is written for it. Orientation is never accepted, so it is never passed
 * on. */
static void extensions_add(struct slot *slot, const struct uplink_packet *packet, struct hop *hop,
                           struct rtp_head *head, int64_t now_us)
{
    struct fwd_peer *peer = slot->peer;
    const struct sfu_section *media = &peer->sections[slot->section].media;
    const struct sfu_extensions *ids = &media->extensions;
    if (!slot->mid_known)
        rtp_head_add(head, ids->mid, media->mid, strlen(media->mid));
    if (ids->transport_cc) {
        uint16_t seq = peer->transport_seq++;
        hop->transport_seq[0] = (uint8_t)(seq >> 8);
        hop->transport_seq[1] = (uint8_t)seq;
        rtp_head_add(head, ids->transport_cc, hop->transport_seq, sizeof hop->transport_seq);
    }
    if (ids->abs_send_time) {
        uint32_t time = (uint32_t)(((uint64_t)now_us << ABS_SEND_TIME_BITS) / 1000000);
        hop->send_time[0] = (uint8_t)(time >> 16);
        hop->send_time[1] = (uint8_t)(time >> 8);
        hop->send_time[2] = (uint8_t)time;
        rtp_head_add(head, ids->abs_send_time, hop->send_time, sizeof hop->send_time);
    }
    if (!packet->rtp.data)
        return; /* padding */
    uint8_t level_len;
    uint8_t level_id =
        slot->source->peer->sections[slot->source->section].media.extensions.audio_level;
    const uint8_t *level = rtp_packet_element(&packet->rtp, level_id, &level_len);
    if (level)
        rtp_head_add(head, ids->audio_level, level, level_len);
}

static void vp8_put(struct slot *slot, const struct uplink_packet *packet, struct bytes_writer *w)
{
    const struct vp8_descriptor *vp8 = &packet->vp8;
    int64_t picture_id = 0;
    if (vp8->id_bits && !renumber_map(&slot->pictures, packet->picture_id, &picture_id))
        w->bad = true; /* forgotten; its number would be, too */
    uint8_t tl0 = (uint8_t)(vp8->tl0 + slot->tl0_offset);
    if (vp8->id_bits && picture_id > slot->last_picture_id)
        slot->last_picture_id = picture_id;
    if (vp8->has_tl0 && (int8_t)(tl0 - slot->last_tl0) > 0)
        slot->last_tl0 = tl0;
    uint8_t descriptor[VP8_MAX_DESCRIPTOR_BYTES];
    size_t len = vp8_write(vp8, (uint16_t)(picture_id & 0x7fff), tl0, descriptor);
    bytes_put(w, descriptor, len);
    bytes_put(w, packet->rtp.data + packet->rtp.payload_at + vp8->len,
              packet->rtp.payload_len - vp8->len);
}

static void payload_put(struct slot *slot, const struct uplink_packet *packet,
                        struct bytes_writer *w)
{
    if (packet->rtp.payload_len == 0) { /* a late probe fills its number with padding alone */
        bytes_put_u8(w, 1);
        if (!w->bad)
            w->data[0] |= RTP_PADDING_BIT;
    } else if (packet->codec == SFU_CODEC_VP8) {
        vp8_put(slot, packet, w);
    } else {
        redundancy_put(slot, packet, w);
    }
}

/* Writes the packet into `out`: as it is first sent, or (`repair`) as an RTX packet of RFC 4588
 * with the number `seq` of the RTX stream. Returns the length, 0 when it does not fit. */
static size_t packet_write(struct slot *slot, const struct uplink_packet *packet, bool repair,
                           uint16_t seq, uint16_t original_seq, uint8_t *out, int64_t now_us)
{
    const struct sfu_section *media = &slot->peer->sections[slot->section].media;
    struct hop hop;
    struct rtp_head head = {
        .timestamp = packet->rtp.timestamp + slot->timestamp_offset,
        .ssrc = repair ? media->slot_rtx_ssrc : media->slot_ssrc,
        .seq = seq,
        .pt = repair ? slot->payload->rtx_pt : redundancy_pt(slot, packet),
        .marker = packet->rtp.marker,
    };
    extensions_add(slot, packet, &hop, &head, now_us);
    struct bytes_writer w = bytes_writer(out, FWD_PACKET_BYTES);
    w.at = rtp_head_write(&head, out, FWD_PACKET_BYTES);
    if (repair)
        bytes_put_u16(&w, original_seq);
    payload_put(slot, packet, &w);
    if (w.bad)
        return 0;
    if (media->extensions.transport_cc)
        peer_estimate_sent(slot->peer, (uint16_t)(slot->peer->transport_seq - 1), w.at, now_us);
    return w.at;
}

static bool keeps_wire(const struct slot *slot)
{
    return slot->payload->nack && slot->payload->rtx_pt == 0 && slot->wire.bytes;
}

void slot_packet_send(struct slot *slot, const struct uplink_packet *packet, int64_t number,
                      int64_t now_us)
{
    if (!pace_hold(slot, packet, number, now_us))
        slot_packet_send_now(slot, packet, number, now_us);
}

void slot_packet_send_now(struct slot *slot, const struct uplink_packet *packet, int64_t number,
                          int64_t now_us)
{
    const struct fwd_env *env = peer_env(slot->peer);
    uint8_t *out = env->block(env->worker);
    size_t len = packet_write(slot, packet, false, (uint16_t)number, 0, out, now_us);
    if (len == 0) {
        peer_drop(slot->peer, SFU_DROP_TOO_LONG);
        return;
    }
    const uint8_t *wire;
    size_t wire_len;
    if (env->send_rtp(slot->peer->transport, len, &wire, &wire_len) < 0)
        return;
    if (keeps_wire(slot))
        history_put(&slot->wire, number, wire, wire_len, 0, now_us);
    if (slot->sent)
        slot->sent[number % SLOT_SENT] = (struct slot_sent){
            .number = number,
            .source = packet->number,
            .switches = slot->switches,
            .len = (uint16_t)len,
            .hollow = packet->rtp.payload_len == 0,
        };
    if (packet->keyframe_start && number > slot->keyframe_number)
        slot->keyframe_number = number;
    slot->packets++;
    slot->bytes += packet->rtp.payload_len;
    slot->peer->quality.down_bytes += len;
    peer_sent(slot->peer, len, now_us);
    counter_add(&env->counters->forwarded, 1);
}

static bool resend_write(struct slot *slot, const struct slot_sent *sent, int64_t now_us)
{
    const struct fwd_env *env = peer_env(slot->peer);
    struct uplink_packet packet;
    if (!slot->running || sent->switches != slot->switches ||
        !uplink_recall(slot->source, sent->source, &packet) || packet.codec != slot->codec)
        return false;
    if (sent->hollow)
        packet.rtp.payload_len = 0;
    uint8_t *out = env->block(env->worker);
    size_t len =
        packet_write(slot, &packet, true, slot->rtx_seq, (uint16_t)sent->number, out, now_us);
    if (len == 0)
        return false;
    slot->rtx_seq++; /* used, whatever becomes of it */
    slot->peer->quality.down_bytes += len;
    return env->send_rtp(slot->peer->transport, len, NULL, NULL) == 0;
}

bool slot_can_pad(const struct slot *slot)
{
    const struct section *section = &slot->peer->sections[slot->section];
    const struct sfu_payload *payload = section_codec(section, slot->codec);
    return slot->started && payload && payload->rtx_pt != 0 && section->media.slot_rtx_ssrc != 0 &&
           section->media.extensions.transport_cc != 0;
}

bool slot_padding_send(struct slot *slot, int64_t now_us)
{
    enum { PADDING_BYTES = 255 };
    const struct fwd_env *env = peer_env(slot->peer);
    struct section *section = &slot->peer->sections[slot->section];
    const struct uplink_packet nothing = {.rtp.data = NULL};
    struct hop hop;
    struct rtp_head head = {
        .timestamp = slot->last_timestamp,
        .ssrc = section->media.slot_rtx_ssrc,
        .seq = slot->rtx_seq++,
        .pt = section_codec(section, slot->codec)->rtx_pt,
    };
    uint8_t *out = env->block(env->worker);
    extensions_add(slot, &nothing, &hop, &head, now_us);
    size_t len = rtp_head_write(&head, out, FWD_PACKET_BYTES);
    memset(out + len, 0, PADDING_BYTES);
    out[0] |= RTP_PADDING_BIT;
    len += PADDING_BYTES;
    out[len - 1] = PADDING_BYTES;
    peer_estimate_sent(slot->peer, (uint16_t)(slot->peer->transport_seq - 1), len, now_us);
    slot->peer->quality.down_bytes += len;
    return env->send_rtp(slot->peer->transport, len, NULL, NULL) == 0;
}

static bool resend_wire(struct slot *slot, const struct slot_sent *sent)
{
    const struct fwd_env *env = peer_env(slot->peer);
    size_t len;
    const uint8_t *wire =
        slot->wire.bytes ? history_get(&slot->wire, sent->number, &len, NULL) : NULL;
    if (!wire)
        return false;
    slot->peer->quality.down_bytes += len;
    return env->send_wire(slot->peer->transport, wire, len) == 0;
}

/* The receiver will never have it, and stands still until it gives up: the next key frame comes sooner if it is asked
 * for now. What lies before the last one is missed by nobody. */
static void give_up(struct slot *slot, int64_t number, enum sfu_drop why, int64_t now_us)
{
    peer_drop(slot->peer, why);
    if (slot->running && slot->peer->sections[slot->section].media.kind == SFU_VIDEO &&
        number > slot->keyframe_number)
        slot_keyframe_wished(slot, now_us);
}

/* Whether a packet went out again (or did so just now). */
static bool resend(struct slot *slot, uint16_t seq, int64_t now_us)
{
    int64_t number = sequence_near(slot->next_number - 1, seq);
    struct slot_sent *sent = number > 0 ? &slot->sent[number % SLOT_SENT] : NULL;
    if (!sent || sent->number != number || sent->resends == SLOT_MAX_RESENDS_EACH) {
        give_up(slot, number, SFU_DROP_TOO_OLD, now_us);
        return false;
    }
    int64_t rtt_us = peer_rtt_us(slot->peer);
    int64_t pause_us = rtt_us - rtt_us / 8; /* it asks a round trip later, by its own measure */
    if (pause_us < SLOT_LEAST_PAUSE_US)
        pause_us = SLOT_LEAST_PAUSE_US;
    if (sent->resends && now_us - sent->resent_us < pause_us)
        return false; /* it is on its way */
    if (!peer_may_resend(slot->peer, sent->len, now_us)) {
        give_up(slot, number, SFU_DROP_RESEND_BUDGET, now_us);
        return false;
    }
    bool rtx = slot->payload && slot->payload->rtx_pt != 0;
    if (!(rtx ? resend_write(slot, sent, now_us) : resend_wire(slot, sent))) {
        give_up(slot, number, SFU_DROP_TOO_OLD, now_us);
        return false;
    }
    sent->resends++;
    sent->resent_us = now_us;
    counter_add(&peer_env(slot->peer)->counters->nacks_answered, 1);
    return true;
}

void slot_resend(struct slot *slot, const struct rtcp_packet *nack, int64_t now_us)
{
    uint16_t seq, bitmap;
    unsigned resends = 0;
    if (!slot->sent || !slot->started)
        return;
    if (slot->peer->sections[slot->section].media.kind == SFU_VIDEO &&
        slot->peer->relief.state != RELIEF_NONE)
        return; /* the next key frame makes it good */
    for (unsigned i = 0; rtcp_read_nack(nack, i, &seq, &bitmap) && resends < SLOT_MAX_RESENDS;
         i++) {
        resends += resend(slot, seq, now_us);
        for (unsigned bit = 0; bit < 16; bit++) {
            if (bitmap >> bit & 1)
                resends += resend(slot, (uint16_t)(seq + 1 + bit), now_us);
        }
    }
}
