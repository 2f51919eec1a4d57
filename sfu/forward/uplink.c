#include "sfu/forward/uplink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sfu/forward/redundancy.h"
#include "sfu/forward/slot.h"
#include "sfu/rtp/h264.h"
#include "sfu/rtp/sequence.h"

enum { RTCP_BYTES = 1200 };

uint32_t codec_rate(enum sfu_codec codec)
{
    return codec == SFU_CODEC_OPUS ? 48000 : 90000;
}

int uplink_create(struct fwd_peer *peer, unsigned section, unsigned layer, bool video,
                  struct uplink **ret_uplink)
{
    struct uplink *uplink = calloc(1, sizeof *uplink);
    if (!uplink)
        return -ENOMEM;
    uplink->peer = peer;
    uplink->section = section;
    uplink->layer = layer;
    uplink->to_slots = uplink->to_sink = true;
    uplink->codec_changes = bucket_make(UPLINK_CODEC_CHANGES_PER_S, UPLINK_CODEC_CHANGES_PER_S);
    if (video && history_init(&uplink->history) < 0) {
        free(uplink);
        return -ENOMEM;
    }
    *ret_uplink = uplink;
    return 0;
}

void uplink_destroy(struct uplink *uplink)
{
    if (!uplink)
        return;
    history_finish(&uplink->history);
    free(uplink);
}

static void numbering_jumped(struct uplink *uplink)
{
    uplink->epoch++;
    uplink->missing.count = 0;
    uplink->picture_known = false;
    uplink->keyframe_known = false;
    uplink->report.known = false;
    if (uplink->history.bytes)
        history_clear(&uplink->history);
}

void uplink_rebind(struct uplink *uplink, uint32_t ssrc)
{
    uplink->ssrc = ssrc;
    uplink->rid_len = 0;
    reception_rebind(&uplink->reception);
    reception_rebind(&uplink->rtx_reception);
    uplink->quality_expected = uplink->quality_unique = 0;
    numbering_jumped(uplink);
}

int uplink_packet_read(const struct uplink *uplink, enum sfu_codec codec,
                       struct uplink_packet *packet)
{
    const uint8_t *payload = packet->rtp.data + packet->rtp.payload_at;
    size_t len = packet->rtp.payload_len;
    packet->codec = codec;
    packet->keyframe_start = packet->keyframe = false;
    if (len == 0 || codec == SFU_CODEC_NONE)
        return 0;
    if (codec == SFU_CODEC_OPUS)
        return redundancy_read(uplink, packet);
    if (codec == SFU_CODEC_VP8) {
        if (vp8_parse(payload, len, &packet->vp8) < 0)
            return -EBADMSG;
        packet->keyframe_start = packet->keyframe = packet->vp8.keyframe;
    } else {
        struct h264_mark mark;
        if (h264_parse(payload, len, &mark) < 0)
            return -EBADMSG;
        packet->keyframe_start = mark.sps;
        packet->keyframe = mark.sps || mark.idr;
    }
    if (uplink->keyframe_known && packet->rtp.timestamp == uplink->keyframe_timestamp)
        packet->keyframe = true;
    return 0;
}

void uplink_sink(struct uplink *uplink, const struct rtp_packet *packet, enum sfu_codec codec,
                 bool repair, bool keyframe, int64_t now_us)
{
    const struct fwd_room *room = uplink->peer->room;
    if (!room->sink_ops || !uplink->to_sink)
        return;
    struct sfu_sink_packet out = {
        .peer = uplink->peer->id,
        .tag = uplink->peer->tag,
        .section = uplink->section,
        .layer = uplink->layer,
        .codec = codec,
        .repair = repair,
        .keyframe = keyframe,
        .gap = uplink->gap,
        .arrival_us = now_us,
        .data = packet->data,
        .len = packet->len,
    };
    uplink->gap = false;
    if (room->sink_ops->rtp(room->sink, &out) == SFU_SINK_WANTS_KEYFRAME)
        uplink_keyframe_wish(uplink, now_us);
}

static void keyframe_ask(struct uplink *uplink)
{
    struct fwd_peer *peer = uplink->peer;
    const struct sfu_payload *payload =
        section_codec(&peer->sections[uplink->section], uplink->codec);
    uint8_t buf[RTCP_BYTES];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    if (!payload)
        payload = &peer->sections[uplink->section].media.payloads[0]; /* nothing came yet */
    if (payload->pli)
        rtcp_write_pli(&w, peer->local_ssrc, uplink->ssrc);
    else if (payload->fir)
        rtcp_write_fir(&w, peer->local_ssrc, uplink->ssrc, uplink->fir_number++);
    else
        return;
    peer_rtcp_send(peer, &w);
    counter_add(&peer_env(peer)->counters->plis_out, 1);
}

static bool can_be_asked(const struct uplink *uplink)
{
    const struct fwd_peer *peer = uplink->peer;
    const struct sfu_section *media = &peer->sections[uplink->section].media;
    return media->kind == SFU_VIDEO && media->inbound && media->payload_count > 0 &&
           uplink->ssrc != 0 && !uplink->ended && peer->secured &&
           (uplink->to_slots || uplink->to_sink);
}

void uplink_keyframe_wish(struct uplink *uplink, int64_t now_us)
{
    if (can_be_asked(uplink) && keyframe_wish(&uplink->keyframe, peer_rtt_us(uplink->peer), now_us))
        keyframe_ask(uplink);
}

static void given_up(struct uplink *uplink, int64_t newest, int64_t now_us)
{
    uplink->gap = true;
    if (uplink->keyframe_known && newest < uplink->keyframe_number)
        return; /* decoders have gone on from there already */
    uplink_keyframe_wish(uplink, now_us);
}

static void missing_ask(struct uplink *uplink, int64_t now_us)
{
    struct fwd_peer *peer = uplink->peer;
    const struct sfu_payload *payload =
        section_codec(&peer->sections[uplink->section], uplink->codec);
    uint16_t seqs[MISSING_MAX];
    int64_t newest;
    bool ask = payload && payload->nack && peer->secured && (uplink->to_slots || uplink->to_sink);
    unsigned count =
        missing_collect(&uplink->missing, ask, peer_rtt_us(peer), now_us, seqs, &newest);
    if (newest)
        given_up(uplink, newest, now_us);
    if (count == 0)
        return;
    uint8_t buf[RTCP_BYTES];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    rtcp_write_nack(&w, peer->local_ssrc, uplink->ssrc, seqs, count);
    peer_rtcp_send(peer, &w);
    counter_add(&peer_env(peer)->counters->nacks_out, 1);
}

/* The packet's sequence number in its stream; false: it goes no further. */
static bool number_note(struct uplink *uplink, struct uplink_packet *packet, bool repaired,
                        int64_t now_us)
{
    int64_t highest = uplink->reception.highest;
    bool first = !uplink->reception.started;
    enum reception_verdict verdict =
        reception_note(&uplink->reception, packet->rtp.seq, repaired, &packet->number);
    switch (verdict) {
    case RECEPTION_NEW:
        if (!first && packet->number > highest + 1) {
            int64_t newest = missing_add(&uplink->missing, highest + 1, packet->number, now_us);
            if (newest)
                given_up(uplink, newest, now_us);
        }
        return true;
    case RECEPTION_LATE:
        missing_arrived(&uplink->missing, packet->number, repaired, peer_rtt_us(uplink->peer),
                        now_us);
        if (packet->codec == uplink->codec)
            return true;
        peer_drop(uplink->peer, SFU_DROP_TOO_OLD); /* of before the codec changed */
        return false;
    case RECEPTION_RESTART: numbering_jumped(uplink); return true;
    case RECEPTION_DUPLICATE: peer_drop(uplink->peer, SFU_DROP_DUPLICATE); return false;
    case RECEPTION_TOO_OLD: peer_drop(uplink->peer, SFU_DROP_TOO_OLD); return false;
    }
    return false;
}

static void codec_tell(struct uplink *uplink)
{
    struct sfu_event event = {.type = uplink->media_told ? SFU_EVENT_CODEC : SFU_EVENT_MEDIA,
                              .section = uplink->section,
                              .layer = uplink->layer,
                              .codec = uplink->codec,
                              .ssrc = uplink->ssrc};
    uplink->codec_untold = !peer_event(uplink->peer, &event);
    uplink->media_told |= !uplink->codec_untold;
}

/* False: it changes too often, the packet goes no further. */
static bool codec_note(struct uplink *uplink, enum sfu_codec codec, int64_t now_us)
{
    if (codec == uplink->codec)
        return true;
    if (uplink->codec != SFU_CODEC_NONE && !bucket_take(&uplink->codec_changes, now_us)) {
        peer_drop(uplink->peer, SFU_DROP_CODEC_CHANGES);
        return false;
    }
    uplink->codec = codec;
    uplink->picture_known = false;
    codec_tell(uplink);
    return true;
}

/* Picture ids of 7 and 15 bits go on one endless line; a sender may change the width. What is later
 * by its sequence number is not earlier by its picture, and the other way round: so even 7 bits are
 * enough. */
static void picture_note(struct uplink *uplink, struct uplink_packet *packet)
{
    if (packet->codec != SFU_CODEC_VP8 || packet->rtp.payload_len == 0 || packet->vp8.id_bits == 0)
        return;
    int64_t size = INT64_C(1) << packet->vp8.id_bits;
    if (!uplink->picture_known) {
        uplink->picture_known = true;
        uplink->picture_id = (INT64_C(1) << 20) + packet->vp8.picture_id;
        uplink->picture_number = packet->number;
    }
    int64_t ahead = (packet->vp8.picture_id - uplink->picture_id) & (size - 1);
    bool later = packet->number > uplink->picture_number;
    if (ahead > 0 && !later)
        ahead -= size;
    packet->picture_id = uplink->picture_id + ahead;
    if (later) {
        uplink->picture_id = packet->picture_id;
        uplink->picture_number = packet->number;
    }
}

static void keyframe_note(struct uplink *uplink, const struct uplink_packet *packet, int64_t now_us)
{
    if (!packet->keyframe_start)
        return;
    if (uplink->keyframe_known &&
        !timestamp_after(packet->rtp.timestamp, uplink->keyframe_timestamp))
        return;
    uplink->keyframe_known = true;
    uplink->keyframe_timestamp = packet->rtp.timestamp;
    uplink->keyframe_number = packet->number;
    uplink->keyframe_us = now_us;
    keyframe_arrived(&uplink->keyframe);
}

static void rate_note(struct uplink *uplink, const struct uplink_packet *packet, int64_t now_us)
{
    struct uplink_rate *rate = &uplink->rate;
    int64_t since_us = now_us - rate->since_us;
    if (since_us >= UPLINK_RATE_US) {
        rate->bps = (uint32_t)(rate->bytes * UINT64_C(8000000) / (uint64_t)since_us);
        rate->base_bps = (uint32_t)(rate->base_bytes * UINT64_C(8000000) / (uint64_t)since_us);
        rate->since_us = now_us;
        rate->bytes = rate->base_bytes = 0;
    }
    rate->bytes += (uint32_t)packet->rtp.len;
    if (packet->red.primary_len)
        rate->base_bytes +=
            (uint32_t)(packet->rtp.len - packet->rtp.payload_len + packet->red.primary_len);
    else if (packet->codec != SFU_CODEC_VP8 || vp8_tid(&packet->vp8) == 0)
        rate->base_bytes += (uint32_t)packet->rtp.len;
}

static void slots_serve(struct uplink *uplink, const struct uplink_packet *packet, int64_t now_us)
{
    struct slot *next;
    for (struct slot *slot = uplink->slots; slot; slot = next) {
        next = slot->next;
        slot_forward(slot, packet, now_us);
    }
    for (struct slot *slot = packet->keyframe_start ? uplink->waiting : NULL; slot; slot = next) {
        next = slot->wanted_next;
        slot_go_over(slot, packet, now_us);
    }
}

void uplink_receive(struct uplink *uplink, struct uplink_packet *packet, bool repaired,
                    int64_t now_us)
{
    if (!number_note(uplink, packet, repaired, now_us))
        return;
    uplink->ended = false;
    uplink->last_us = now_us;
    if (!codec_note(uplink, packet->codec, now_us))
        return;
    if (!repaired)
        reception_jitter_note(&uplink->reception, packet->rtp.timestamp, now_us,
                              codec_rate(packet->codec));
    picture_note(uplink, packet);
    keyframe_note(uplink, packet, now_us);
    if (uplink->missing.count)
        missing_ask(uplink, now_us);
    rate_note(uplink, packet, now_us);
    if ((uplink->slots || uplink->waiting) && uplink->history.bytes && uplink->to_slots &&
        !packet->rebuilt)
        history_put(&uplink->history, packet->number, packet->rtp.data, packet->rtp.len,
                    packet->picture_id, now_us);
    slots_serve(uplink, packet, now_us);
}

void uplink_end(struct uplink *uplink, int64_t now_us)
{
    uplink->ended = true;
    uplink->missing.count = 0;
    uplink->report.known = false;
    for (struct slot *slot = uplink->slots; slot; slot = slot->next)
        slot_source_ended(slot, now_us);
}

bool uplink_recall(struct uplink *uplink, int64_t number, struct uplink_packet *ret_packet)
{
    size_t len;
    struct uplink_packet packet = {.number = number};
    bool repair;
    const uint8_t *data = uplink->history.bytes
                              ? history_get(&uplink->history, number, &len, &packet.picture_id)
                              : NULL;
    if (!data || rtp_packet_parse(data, len, &packet.rtp) < 0)
        return false;
    const struct sfu_payload *payload =
        section_payload(&uplink->peer->sections[uplink->section], packet.rtp.pt, &repair);
    if (!payload || repair || uplink_packet_read(uplink, payload->codec, &packet) < 0)
        return false;
    *ret_packet = packet;
    return true;
}

void uplink_tick(struct uplink *uplink, int64_t now_us)
{
    if (uplink->missing.count)
        missing_ask(uplink, now_us);
    if (uplink->codec_untold)
        codec_tell(uplink);
    if (can_be_asked(uplink) &&
        keyframe_is_due(&uplink->keyframe, peer_rtt_us(uplink->peer), now_us))
        keyframe_ask(uplink);
}
