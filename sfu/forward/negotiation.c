/* The outcome of an offer and answer, applied to a peer's sections. */
#include "sfu/forward/peer.h"

#include <errno.h>

#include "sfu/forward/estimate.h"
#include "sfu/forward/slot.h"
#include "sfu/forward/uplink.h"

static bool has_nack(const struct sfu_section *media)
{
    for (unsigned i = 0; i < media->payload_count; i++) {
        if (media->payloads[i].nack)
            return true;
    }
    return false;
}

static int layers_prepare(struct fwd_peer *peer, unsigned index, bool history)
{
    struct section *section = &peer->sections[index];
    struct uplink **link = &section->uplink;
    unsigned layer = 0;
    do {
        int r = *link ? 0 : uplink_create(peer, index, layer, history, link);
        if (r < 0)
            return r;
        link = &(*link)->lower;
    } while (++layer < section->media.layer_count);
    return 0;
}

/* Makes what the section needs and has not yet. What was made before stays: packets may be on their
 * way. */
static int section_prepare(struct fwd_peer *peer, unsigned index)
{
    struct section *section = &peer->sections[index];
    bool history = section->media.kind == SFU_VIDEO || has_nack(&section->media);
    if (section->media.inbound) {
        int r = layers_prepare(peer, index, history);
        if (r < 0)
            return r;
    }
    if (!section->media.outbound)
        return 0;
    if (!section->slot) {
        int r = slot_create(peer, index, &section->slot);
        if (r < 0)
            return r;
    }
    return section->slot->source ? slot_prepare(section->slot) : 0;
}

/* MID and transport-cc are read before the section is known: within one BUNDLE an id means the same
 * in every section (RFC 8843 section 9.2). */
static void extensions_merge(struct sfu_extensions *all, const struct sfu_extensions *one)
{
    all->mid = all->mid ? all->mid : one->mid;
    all->rid = all->rid ? all->rid : one->rid;
    all->repaired_rid = all->repaired_rid ? all->repaired_rid : one->repaired_rid;
    all->transport_cc = all->transport_cc ? all->transport_cc : one->transport_cc;
}

static void streams_apply(struct fwd_peer *peer)
{
    peer->extensions = (struct sfu_extensions){0};
    for (unsigned i = 0; i < peer->section_count; i++) {
        const struct section *section = &peer->sections[i];
        for (struct uplink *uplink = section->uplink; uplink; uplink = uplink->lower) {
            if (!section->media.inbound ||
                (uplink->layer && uplink->layer >= section->media.layer_count))
                streams_forget(peer, uplink);
        }
        if (!section->media.inbound)
            continue;
        extensions_merge(&peer->extensions, &section->media.extensions);
        stream_declare(peer, section->media.ssrc, section->uplink, false);
        stream_declare(peer, section->media.rtx_ssrc, section->uplink, true);
    }
}

static void slots_apply(struct fwd_peer *peer, int64_t now_us)
{
    peer->local_ssrc = FWD_LOCAL_SSRC;
    for (unsigned i = peer->section_count; i-- > 0;) {
        struct section *section = &peer->sections[i];
        if (!section->slot)
            continue;
        if (!section->media.outbound) {
            slot_feed(section->slot, NULL, now_us);
            continue;
        }
        peer->local_ssrc = section->media.slot_ssrc;
        slot_reconsider(section->slot, now_us);
    }
}

int fwd_peer_negotiate(struct fwd_peer *peer, const struct sfu_negotiation *negotiation,
                       int64_t now_us)
{
    if (negotiation->section_count > SFU_MAX_SECTIONS)
        return -EINVAL;
    for (unsigned i = negotiation->section_count; i < peer->section_count; i++)
        peer->sections[i].media.inbound = peer->sections[i].media.outbound = false;
    for (unsigned i = 0; i < negotiation->section_count; i++)
        peer->sections[i].media = negotiation->sections[i];
    if (negotiation->section_count > peer->section_count)
        peer->section_count = negotiation->section_count;
    for (unsigned i = 0; i < negotiation->section_count; i++) {
        int r = section_prepare(peer, i);
        if (r < 0)
            return r;
    }
    int r = peer_estimate_prepare(peer);
    if (r < 0)
        return r;
    streams_apply(peer);
    slots_apply(peer, now_us);
    return 0;
}
