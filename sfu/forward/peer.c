#include "sfu/forward/peer.h"

#include <errno.h>
#include <stdlib.h>

#include "sfu/bwe/bwe.h"
#include "sfu/forward/estimate.h"
#include "sfu/forward/relief.h"
#include "sfu/forward/slot.h"
#include "sfu/forward/uplink.h"

int fwd_peer_create(struct fwd_room *room, sfu_peer_id id, uint32_t tag, void *transport,
                    struct fwd_peer **ret_peer)
{
    if (room->peer_count == SFU_MAX_ROOM_PEERS)
        return -ENOSPC;
    struct fwd_peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        return -ENOMEM;
    peer->room = room;
    peer->id = id;
    peer->tag = tag;
    peer->transport = transport;
    peer->rtt_us = -1;
    peer->local_ssrc = FWD_LOCAL_SSRC;
    room->peers[room->peer_count++] = peer;
    *ret_peer = peer;
    return 0;
}

static void room_leave(struct fwd_peer *peer)
{
    struct fwd_room *room = peer->room;
    for (unsigned i = 0; i < room->peer_count; i++) {
        if (room->peers[i] != peer)
            continue;
        room->peers[i] = room->peers[--room->peer_count];
        return;
    }
}

void fwd_peer_destroy(struct fwd_peer *peer)
{
    if (!peer)
        return;
    for (unsigned i = 0; i < SFU_MAX_SECTIONS; i++) {
        slot_destroy(peer->sections[i].slot);
        peer->sections[i].slot = NULL;
    }
    for (unsigned i = 0; i < SFU_MAX_SECTIONS; i++) {
        struct uplink *uplink = peer->sections[i].uplink;
        for (struct uplink *layer = uplink; layer; layer = layer->lower)
            while (layer->slots)
                slot_feed(layer->slots, NULL, peer->room->now_us);
        while (uplink) {
            struct uplink *lower = uplink->lower;
            uplink_destroy(uplink);
            uplink = lower;
        }
    }
    room_leave(peer);
    bwe_destroy(peer->bwe);
    pace_finish(&peer->pace);
    free(peer);
}

bool peer_event(struct fwd_peer *peer, struct sfu_event *event)
{
    event->room = peer->room->id;
    event->peer = peer->id;
    return peer_env(peer)->event(peer_env(peer)->worker, event);
}

void peer_rtcp_send(struct fwd_peer *peer, const struct bytes_writer *w)
{
    if (peer->secured && !w->bad)
        (void)peer_env(peer)->send_rtcp(peer->transport, w->data, w->at);
}

const struct sfu_payload *section_payload(const struct section *section, uint8_t pt,
                                          bool *ret_repair)
{
    for (unsigned i = 0; i < section->media.payload_count; i++) {
        const struct sfu_payload *payload = &section->media.payloads[i];
        bool repair = payload->rtx_pt != 0 && payload->rtx_pt == pt;
        bool redundant = payload->red_pt != 0 && payload->red_pt == pt;
        if (payload->pt != pt && !repair && !redundant)
            continue;
        *ret_repair = payload->pt != pt && repair;
        return payload;
    }
    return NULL;
}

const struct sfu_payload *section_codec(const struct section *section, enum sfu_codec codec)
{
    for (unsigned i = 0; codec != SFU_CODEC_NONE && i < section->media.payload_count; i++) {
        if (section->media.payloads[i].codec == codec)
            return &section->media.payloads[i];
    }
    return NULL;
}

static struct section *section_at(struct fwd_peer *peer, unsigned index)
{
    return index < peer->section_count ? &peer->sections[index] : NULL;
}

int fwd_slot_feed(struct fwd_peer *peer, unsigned index, struct fwd_peer *source,
                  unsigned source_index, int64_t now_us)
{
    struct section *section = section_at(peer, index);
    struct section *from = source ? section_at(source, source_index) : NULL;
    if (!section || !section->slot || !section->media.outbound)
        return -EINVAL;
    if (source && (!from || !from->uplink || source->room != peer->room ||
                   from->media.kind != section->media.kind))
        return -EINVAL;
    if (from) /* without the memory nothing can be sent again, but all can be sent */
        (void)slot_prepare(section->slot);
    slot_feed(section->slot, from ? from->uplink : NULL, now_us);
    return 0;
}

static struct uplink *uplink_at(struct fwd_peer *peer, unsigned index)
{
    struct section *section = section_at(peer, index);
    return section ? section->uplink : NULL;
}

static void gate_set(struct uplink *uplink, bool to_slots, bool to_sink)
{
    uplink->to_slots = to_slots;
    uplink->to_sink = to_sink;
    struct slot *next;
    for (struct slot *slot = uplink->slots; slot; slot = next) {
        next = slot->next;
        slot_reconsider(slot, uplink->peer->room->now_us);
    }
}

int fwd_uplink_gate(struct fwd_peer *peer, unsigned index, bool to_slots, bool to_sink)
{
    struct uplink *uplink = uplink_at(peer, index);
    if (!uplink)
        return -EINVAL;
    for (; uplink; uplink = uplink->lower)
        gate_set(uplink, to_slots, to_sink);
    return 0;
}

int fwd_uplink_keyframe(struct fwd_peer *peer, unsigned index, int64_t now_us)
{
    struct uplink *uplink = uplink_at(peer, index);
    if (!uplink || peer->sections[index].media.kind != SFU_VIDEO)
        return -EINVAL;
    for (; uplink; uplink = uplink->lower)
        uplink_keyframe_wish(uplink, now_us);
    return 0;
}

void fwd_peer_secured(struct fwd_peer *peer, int64_t now_us)
{
    peer->secured = true;
    peer->room->now_us = now_us;
    if (peer->last_rtp_us == 0)
        peer->last_rtp_us = now_us; /* silence counts from here */
    peer->quality.told_us = now_us;
    for (unsigned i = 0; i < peer->section_count; i++) {
        if (peer->sections[i].slot)
            slot_reconsider(peer->sections[i].slot, now_us);
    }
}

bool fwd_peer_expects(const struct fwd_peer *peer, uint32_t ssrc, uint16_t seq)
{
    for (unsigned i = 0; i < peer->stream_count; i++) {
        const struct stream *stream = &peer->streams[i];
        if (stream->ssrc != ssrc)
            continue;
        const struct reception *reception =
            stream->repair ? &stream->uplink->rtx_reception : &stream->uplink->reception;
        return reception->started && (int16_t)(uint16_t)(seq - (uint16_t)reception->highest) > 0;
    }
    return false;
}

void peer_silence_tell(struct fwd_peer *peer)
{
    struct sfu_event event = {.type = peer->silent ? SFU_EVENT_SILENT : SFU_EVENT_BACK};
    if (peer->silent != peer->silence_told && peer_event(peer, &event))
        peer->silence_told = peer->silent;
}

static void silence_note(struct fwd_peer *peer, int64_t now_us)
{
    if (now_us - peer->last_rtp_us >= peer_env(peer)->media_timeout_us)
        peer->silent = true;
    peer_silence_tell(peer);
}

void fwd_peer_tick(struct fwd_peer *peer, int64_t now_us)
{
    peer->room->now_us = now_us;
    if (!peer->secured)
        return;
    for (unsigned i = 0; i < peer->section_count; i++) {
        for (struct uplink *uplink = peer->sections[i].uplink; uplink; uplink = uplink->lower)
            uplink_tick(uplink, now_us);
        if (peer->sections[i].slot)
            slot_tick(peer->sections[i].slot, now_us);
        layers_tick(peer, i, now_us);
    }
    peer_feedback(peer, now_us);
    peer_report(peer, now_us);
    peer_relief_look(peer, false, now_us);
    probe_look(peer, now_us);
    peer_estimate_tell(peer, now_us);
    silence_note(peer, now_us);
    peer_quality_tell(peer, now_us);
    room_speaker_look(peer->room, now_us);
}

void fwd_peer_pace(struct fwd_peer *peer, int64_t now_us)
{
    if (peer->pace.count == 0 && !peer->probe.began_us)
        return;
    bool waits = pace_release(peer, now_us);
    waits |= probe_send(peer, now_us);
    if (waits && peer_env(peer)->pace)
        peer_env(peer)->pace(peer_env(peer)->worker);
}
