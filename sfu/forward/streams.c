/* Which uplink an SSRC belongs to: declared in the SDP, or learned from the MID (RFC 8843 section
 * 9.2) and then the payload type. */
#include <string.h>

#include "sfu/forward/peer.h"
#include "sfu/forward/uplink.h"
#include "sfu/rtp/packet.h"

static struct stream *stream_by_ssrc(struct fwd_peer *peer, uint32_t ssrc)
{
    for (unsigned i = 0; i < peer->stream_count; i++) {
        if (peer->streams[i].ssrc == ssrc)
            return &peer->streams[i];
    }
    return NULL;
}

static struct stream *stream_add(struct fwd_peer *peer, uint32_t ssrc, struct uplink *uplink,
                                 bool repair)
{
    if (peer->stream_count == FWD_MAX_STREAMS)
        return NULL;
    struct stream *stream = &peer->streams[peer->stream_count++];
    *stream = (struct stream){.ssrc = ssrc, .uplink = uplink, .repair = repair};
    return stream;
}

void stream_declare(struct fwd_peer *peer, uint32_t ssrc, struct uplink *uplink, bool repair)
{
    if (ssrc == 0 || stream_by_ssrc(peer, ssrc) || !stream_add(peer, ssrc, uplink, repair))
        return;
    if (repair)
        uplink->rtx_ssrc = ssrc;
    else if (uplink->ssrc != ssrc)
        uplink_rebind(uplink, ssrc);
}

static void stream_remove(struct fwd_peer *peer, unsigned i)
{
    memmove(peer->streams + i, peer->streams + i + 1,
            (peer->stream_count - i - 1) * sizeof peer->streams[0]);
    peer->stream_count--;
}

void streams_forget(struct fwd_peer *peer, const struct uplink *uplink)
{
    for (unsigned i = peer->stream_count; i-- > 0;) {
        if (peer->streams[i].uplink == uplink)
            stream_remove(peer, i);
    }
}

static struct section *section_by_mid(struct fwd_peer *peer, const uint8_t *mid, uint8_t len)
{
    for (unsigned i = 0; i < peer->section_count; i++) {
        struct section *section = &peer->sections[i];
        if (section->media.inbound && strlen(section->media.mid) == len &&
            memcmp(section->media.mid, mid, len) == 0)
            return section;
    }
    return NULL;
}

/* The one section that this payload type can mean: of several, the one that has no stream yet. */
static struct section *section_by_payload(struct fwd_peer *peer, uint8_t pt)
{
    struct section *found = NULL, *unbound = NULL;
    unsigned found_count = 0, unbound_count = 0;
    for (unsigned i = 0; i < peer->section_count; i++) {
        struct section *section = &peer->sections[i];
        bool repair;
        if (!section->media.inbound || !section_payload(section, pt, &repair))
            continue;
        found = section;
        found_count++;
        if ((repair ? section->uplink->rtx_ssrc : section->uplink->ssrc) != 0 &&
            !section->uplink->ended)
            continue;
        unbound = section;
        unbound_count++;
    }
    if (unbound_count == 1)
        return unbound;
    return found_count == 1 ? found : NULL;
}

/* Of a section that comes in layers each is bound by its RID (RFC 8852 section 4); of others the RID says nothing. NULL:
 * it has none, or one that was not agreed on. */
static struct uplink *layer_by_rid(const struct section *section, const uint8_t *rid, uint8_t len)
{
    struct uplink *uplink = section->uplink;
    if (section->media.layer_count < 2)
        return uplink;
    for (; rid && uplink && uplink->layer < section->media.layer_count; uplink = uplink->lower) {
        const char *own = section->media.rids[uplink->layer];
        if (strlen(own) == len && memcmp(own, rid, len) == 0)
            return uplink;
    }
    return NULL;
}

/* A second layer of simulcast is not a new life of the first: only one RID is taken. */
static bool is_other_layer(const struct uplink *uplink, const uint8_t *rid, uint8_t len)
{
    return uplink->ssrc != 0 && rid && uplink->rid_len != 0 &&
           (uplink->rid_len != len || memcmp(uplink->rid, rid, len) != 0);
}

static void replaced_stream_remove(struct fwd_peer *peer, const struct uplink *uplink, bool repair)
{
    for (unsigned i = 0; i < peer->stream_count; i++) {
        if (peer->streams[i].uplink == uplink && peer->streams[i].repair == repair) {
            stream_remove(peer, i);
            return;
        }
    }
}

static struct stream *stream_bind(struct fwd_peer *peer, struct section *section,
                                  const struct rtp_packet *packet)
{
    bool repair;
    if (!section_payload(section, packet->pt, &repair)) {
        peer_drop(peer, SFU_DROP_UNKNOWN_PAYLOAD);
        return NULL;
    }
    uint8_t rid_len = 0;
    uint8_t rid_id = repair ? peer->extensions.repaired_rid : peer->extensions.rid;
    const uint8_t *rid = rtp_packet_element(packet, rid_id, &rid_len);
    struct uplink *uplink = layer_by_rid(section, rid, rid_len);
    if (!uplink || is_other_layer(uplink, rid, rid_len)) {
        peer_drop(peer, SFU_DROP_UNKNOWN_SSRC);
        return NULL;
    }
    replaced_stream_remove(peer, uplink, repair);
    struct stream *stream = stream_add(peer, packet->ssrc, uplink, repair);
    if (!stream) {
        peer_drop(peer, SFU_DROP_TOO_MANY_SSRCS);
        return NULL;
    }
    if (repair) {
        uplink->rtx_ssrc = packet->ssrc;
        return stream;
    }
    uplink_rebind(uplink, packet->ssrc);
    uplink->rid_len = rid && rid_len <= UPLINK_RID_BYTES ? rid_len : 0;
    if (uplink->rid_len)
        memcpy(uplink->rid, rid, rid_len);
    return stream;
}

struct stream *stream_find(struct fwd_peer *peer, const struct rtp_packet *packet)
{
    struct stream *stream = stream_by_ssrc(peer, packet->ssrc);
    if (stream)
        return stream;
    uint8_t mid_len;
    const uint8_t *mid = rtp_packet_element(packet, peer->extensions.mid, &mid_len);
    struct section *section =
        mid ? section_by_mid(peer, mid, mid_len) : section_by_payload(peer, packet->pt);
    if (!section) {
        peer_drop(peer, SFU_DROP_UNKNOWN_SSRC);
        return NULL;
    }
    return stream_bind(peer, section, packet);
}
