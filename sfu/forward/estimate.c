/* The estimate of a receiver's line caps its sender's encoder by REMB (draft-alvestrand-rmcat-remb-03), so that a call
 * through us bends as a direct one does. Browsers obey it beside their own estimate of the way to us. */
#include "sfu/forward/estimate.h"

#include <errno.h>

#include "sfu/bwe/bwe.h"
#include "sfu/forward/relief.h"
#include "sfu/forward/slot.h"
#include "sfu/forward/uplink.h"
#include "sfu/rtp/rtcp.h"

enum {
    LINE_LEAST_BPS = 30000,
    /* Where others watch too, one bad line does not take the picture below this from all of them and the recording. */
    SHARED_LEAST_BPS = 250000,
    /* Where it begins: a line is wide until it shows that it is not. Its sender's own control climbs carefully. */
    LINE_MOST_BPS = 10000000,
    OVERHEAD_BYTES = 16 + 28, /* the tag of SRTP, UDP and IPv4 */
    VOICE_PACKETS_PER_S = 50,
    TELL_US = 500000,
    TELL_NARROWER_US = 50000, /* … when there is less than was told */
    REMB_BYTES = 128,
};

static bool feeds_back(const struct fwd_peer *peer)
{
    for (unsigned i = 0; i < peer->section_count; i++) {
        const struct sfu_section *media = &peer->sections[i].media;
        if (media->outbound && media->extensions.transport_cc)
            return true;
    }
    return false;
}

int peer_estimate_prepare(struct fwd_peer *peer)
{
    const struct bwe_limits limits = {LINE_LEAST_BPS, LINE_MOST_BPS, LINE_MOST_BPS};
    bool is_wanted = feeds_back(peer);
    if (peer->bwe && peer->feeds_back == is_wanted)
        return 0;
    struct bwe *bwe = is_wanted ? bwe_gcc_create(&limits) : bwe_null_create(&limits);
    if (!bwe)
        return -ENOMEM;
    if (is_wanted && pace_init(&peer->pace) < 0) {
        bwe_destroy(bwe);
        return -ENOMEM;
    }
    peer->probe = (struct peer_probe){0};
    bwe_destroy(peer->bwe);
    peer->bwe = bwe;
    peer->feeds_back = is_wanted;
    return 0;
}

void peer_estimate_sent(struct fwd_peer *peer, uint16_t seq, size_t len, int64_t now_us)
{
    if (!peer->bwe)
        return;
    bwe_sent(peer->bwe, seq, len + OVERHEAD_BYTES, now_us);
    pace_sent(peer, len + OVERHEAD_BYTES, now_us);
}

uint32_t peer_estimate_bps(const struct fwd_peer *peer)
{
    uint32_t bps = peer->bwe ? bwe_estimate_bps(peer->bwe) : LINE_MOST_BPS;
    return bps < LINE_MOST_BPS ? bps : 0;
}

static bool is_fed_by(const struct section *section, const struct fwd_peer *source)
{
    return section->slot && section->media.kind == SFU_VIDEO && section->slot->source &&
           section->slot->source->to_slots && (!source || section->slot->source->peer == source);
}

/* What of the receiver's line this source may have: pictures share it evenly. 0: it gets nothing from it, or so little that
 * it is sent less than the others. */
static uint64_t share_bps(const struct fwd_peer *receiver, const struct fwd_peer *source)
{
    unsigned all = 0, its = 0, narrow = 0;
    for (unsigned i = 0; i < receiver->section_count; i++) {
        const struct section *section = &receiver->sections[i];
        bool is_its = is_fed_by(section, source);
        all += is_fed_by(section, NULL);
        its += is_its;
        narrow += is_its && slot_is_narrow(section->slot);
    }
    return its > narrow ? (uint64_t)bwe_estimate_bps(receiver->bwe) * its / all : 0;
}

static uint32_t voice_bps(const struct fwd_peer *receiver, const struct uplink *voice)
{
    return receiver->relief.voices_once ? voice->rate.base_bps : voice->rate.bps;
}

static const struct uplink *voice_of(const struct section *section)
{
    return section->media.kind == SFU_AUDIO && section->slot ? section->slot->source : NULL;
}

/* Voices come first, with what is around them. */
static uint32_t voices_bps(const struct fwd_peer *receiver)
{
    uint32_t bps = 0;
    for (unsigned i = 0; i < receiver->section_count; i++) {
        const struct uplink *voice = voice_of(&receiver->sections[i]);
        if (voice)
            bps += voice_bps(receiver, voice) + VOICE_PACKETS_PER_S * OVERHEAD_BYTES * 8;
    }
    return bps;
}

/* What the source sends and the receiver's line does not see: its voice's repeats. */
static uint32_t left_out_bps(const struct fwd_peer *receiver, const struct fwd_peer *source)
{
    uint32_t bps = 0;
    for (unsigned i = 0; i < receiver->section_count; i++) {
        const struct uplink *voice = voice_of(&receiver->sections[i]);
        if (voice && voice->peer == source)
            bps += voice->rate.bps - voice_bps(receiver, voice);
    }
    return bps;
}

uint32_t slot_line_bps(const struct slot *slot)
{
    const struct fwd_peer *receiver = slot->peer;
    unsigned all = 0;
    for (unsigned i = 0; i < receiver->section_count; i++)
        all += is_fed_by(&receiver->sections[i], NULL);
    uint32_t bps = receiver->bwe ? bwe_estimate_bps(receiver->bwe) : LINE_MOST_BPS;
    uint32_t voices = voices_bps(receiver);
    bps = bps > voices ? bps - voices : 0;
    return all > 1 ? bps / all : bps;
}

/* The small layers go beside what the receivers of the large ones can take. */
static uint32_t small_layers_bps(const struct fwd_peer *source)
{
    uint32_t bps = 0;
    for (unsigned i = 0; i < source->section_count; i++) {
        const struct section *section = &source->sections[i];
        if (section->layers.is_asked && section->uplink && section->uplink->lower)
            bps += section->uplink->lower->rate.bps;
    }
    return bps;
}

static uint32_t allowance_bps(const struct fwd_peer *source)
{
    uint64_t least_bps = LINE_MOST_BPS;
    unsigned receivers = 0;
    for (unsigned i = 0; i < source->room->peer_count; i++) {
        const struct fwd_peer *receiver = source->room->peers[i];
        uint64_t bps = receiver != source && receiver->bwe ? share_bps(receiver, source) : 0;
        bps += bps > 0 ? left_out_bps(receiver, source) : 0;
        receivers += bps > 0;
        if (bps > 0 && bps < least_bps)
            least_bps = bps;
    }
    uint32_t floor_bps = receivers > 1 ? SHARED_LEAST_BPS : LINE_LEAST_BPS;
    if (least_bps >= LINE_MOST_BPS)
        return LINE_MOST_BPS;
    return (least_bps > floor_bps ? (uint32_t)least_bps : floor_bps) + small_layers_bps(source);
}

static unsigned camera_ssrcs(const struct fwd_peer *peer, uint32_t *ret_ssrcs)
{
    unsigned count = 0;
    for (unsigned i = 0; i < peer->section_count; i++) {
        const struct section *section = &peer->sections[i];
        const struct uplink *uplink = section->media.kind == SFU_VIDEO ? section->uplink : NULL;
        for (; uplink && count < SFU_MAX_SECTIONS; uplink = uplink->lower)
            if (uplink->reception.started)
                ret_ssrcs[count++] = uplink->ssrc;
    }
    return count;
}

void peer_estimate_tell(struct fwd_peer *peer, int64_t now_us)
{
    int64_t since_us = now_us - peer->allowance.told_us;
    if (since_us < TELL_NARROWER_US)
        return;
    uint32_t bps = allowance_bps(peer);
    bool is_narrower = bps < peer->allowance.bps - peer->allowance.bps / 32;
    /* As long as no line was narrow there is nothing to say. */
    if ((peer->allowance.bps == 0 && bps == LINE_MOST_BPS) || (!is_narrower && since_us < TELL_US))
        return;
    uint32_t ssrcs[SFU_MAX_SECTIONS];
    unsigned count = camera_ssrcs(peer, ssrcs);
    if (count == 0)
        return;
    uint8_t buf[REMB_BYTES];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    rtcp_write_remb(&w, peer->local_ssrc, bps, ssrcs, count);
    peer_rtcp_send(peer, &w);
    peer->allowance = (struct peer_allowance){.told_us = now_us, .bps = bps};
}

void peer_estimate_fed_back(struct fwd_peer *peer, const struct rtcp_packet *packet, int64_t now_us)
{
    struct transport_arrival arrivals[TRANSPORT_FEEDBACK_MOST];
    if (!peer->bwe)
        return;
    unsigned count = transport_feedback_read(&peer->feedback_clock, packet, arrivals);
    if (count == 0)
        return;
    bwe_fed_back(peer->bwe, arrivals, count, peer->rtt_us, now_us);
    probe_fed_back(peer, now_us);
    peer_relief_look(peer, true, now_us);
    for (unsigned i = 0; i < peer->room->peer_count; i++) {
        if (peer->room->peers[i] != peer && peer->room->peers[i]->secured)
            peer_estimate_tell(peer->room->peers[i], now_us);
    }
}
