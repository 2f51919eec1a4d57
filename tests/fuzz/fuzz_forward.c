/* A whole call out of one input: packets of two peers, one of them with a camera in two sizes, a third one who looks at it
 * over a line of any width, commands and the passing of time, as the bytes say. Whatever they are, nothing breaks, what is sent is well formed, and no number of an
 * SSRC is used twice. */
#include "sfu/bwe/bwe.h"
#include "sfu/forward/forward.h"
#include "sfu/forward/peer.h"
#include "sfu/rtp/packet.h"
#include "sfu/rtp/rtcp.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

enum { PEERS = 3, LAYERED = 1, VIEWER = 2 };

/* The numbers that a peer was sent on one SSRC: a call here is too short for them to come round. */
struct used {
    uint32_t ssrc;
    uint8_t bits[65536 / 8];
};

struct far_side {
    struct used used[8];
    unsigned used_count;
};

static uint8_t block_bytes[FWD_PACKET_BYTES];
static struct far_side sides[PEERS];

static uint8_t *block(void *worker)
{
    return block_bytes;
}

static void number_use(struct far_side *side, const struct rtp_packet *packet)
{
    unsigned i = 0;
    while (i < side->used_count && side->used[i].ssrc != packet->ssrc)
        i++;
    assert(i < 8);
    if (i == side->used_count)
        side->used[side->used_count++].ssrc = packet->ssrc;
    uint8_t *byte = &side->used[i].bits[packet->seq / 8];
    assert(!(*byte >> packet->seq % 8 & 1));
    *byte |= (uint8_t)(1U << packet->seq % 8);
}

static int send_rtp(void *transport, size_t len, const uint8_t **ret_wire, size_t *ret_wire_len)
{
    struct rtp_packet packet;
    assert(len <= FWD_PACKET_BYTES && rtp_packet_parse(block_bytes, len, &packet) == 0);
    number_use(transport, &packet);
    if (ret_wire) {
        *ret_wire = block_bytes;
        *ret_wire_len = len;
    }
    return 0;
}

static int send_wire(void *transport, const uint8_t *wire, size_t len)
{
    return 0;
}

static int send_rtcp(void *transport, const uint8_t *rtcp, size_t len)
{
    assert(rtcp_is_valid(rtcp, len));
    return 0;
}

static bool event(void *worker, const struct sfu_event *e)
{
    assert(e->peer != 0 && e->room != 0);
    return true;
}

static void section_set(struct sfu_section *s, unsigned peer, unsigned index)
{
    static const char *const mids[] = {"a", "v", "A", "V"};
    bool video = index % 2;
    *s = (struct sfu_section){.kind = video ? SFU_VIDEO : SFU_AUDIO,
                              .inbound = index < 2,
                              .outbound = index >= 2,
                              .extensions = {.mid = 1,
                                             .rid = 2,
                                             .repaired_rid = 3,
                                             .transport_cc = 4,
                                             .abs_send_time = 5,
                                             .audio_level = 6}};
    strcpy(s->mid, mids[index]);
    s->payload_count = video ? 2 : 1;
    s->payloads[0] = (struct sfu_payload){.codec = video ? SFU_CODEC_VP8 : SFU_CODEC_OPUS,
                                          .pt = video ? 96 : 111,
                                          .rtx_pt = video ? 97 : 0,
                                          .red_pt = video || peer ? 0 : 63,
                                          .nack = video,
                                          .pli = video};
    s->payloads[1] =
        (struct sfu_payload){.codec = SFU_CODEC_H264, .pt = 98, .nack = true, .fir = true};
    s->ssrc = s->inbound && peer == 0 ? index + 1 : 0; /* the other peer's are learned */
    s->rtx_ssrc = s->inbound && video && peer == 0 ? 9 : 0;
    if (video && s->inbound && peer == LAYERED) {
        s->layer_count = 2;
        strcpy(s->rids[0], "h");
        strcpy(s->rids[1], "l");
    }
    s->slot_ssrc = s->outbound ? 0x100 + index : 0;
    s->slot_rtx_ssrc = s->outbound && video ? 0x200 : 0;
}

static struct fwd_peer *enter(struct fwd_room *room, unsigned index)
{
    static struct sfu_negotiation negotiation;
    struct fwd_peer *peer;
    negotiation.section_count = 4;
    for (unsigned i = 0; i < 4; i++)
        section_set(&negotiation.sections[i], index, i);
    if (fwd_peer_create(room, index + 1, index, &sides[index], &peer) < 0)
        return NULL;
    assert(fwd_peer_negotiate(peer, &negotiation, 0) == 0);
    fwd_peer_secured(peer, 0);
    return peer;
}

static void line_set(struct fwd_peer *peer, uint32_t bps)
{
    const struct bwe_limits limits = {bps, bps, bps};
    struct bwe *bwe = bwe_null_create(&limits);
    if (!bwe)
        return;
    bwe_destroy(peer->bwe);
    peer->bwe = bwe;
}

static void step(struct fwd_peer *peers[PEERS], struct bytes_reader *r, int64_t *now_us)
{
    uint8_t op = bytes_u8(r);
    struct fwd_peer *peer = peers[op & 1];
    uint8_t packet[FWD_PACKET_BYTES];
    if (op >> 1 < 100) {
        size_t len = bytes_u8(r);
        const uint8_t *data = bytes_take(r, len);
        if (!data)
            return;
        memcpy(packet, data, len);
        if (op & 2)
            fwd_rtcp_received(peer, packet, len, *now_us);
        else
            fwd_rtp_received(peer, packet, len, *now_us);
    } else if (op >> 1 < 115) {
        *now_us += (int64_t)bytes_u8(r) * 5000;
        fwd_peer_tick(peers[0], *now_us);
        fwd_peer_tick(peers[1], *now_us);
        fwd_peer_tick(peers[VIEWER], *now_us);
    } else if (op >> 1 < 122) {
        unsigned video = op >> 1 & 1;
        (void)fwd_slot_feed(peer, 2 + video, bytes_u8(r) % 4 ? peers[!(op & 1)] : NULL, video,
                            *now_us);
    } else if (op >> 1 == 127) {
        line_set(peers[op & 1 ? VIEWER : 0], bytes_u8(r) * 8000U);
    } else {
        uint8_t gate = bytes_u8(r);
        (void)fwd_uplink_gate(peer, op >> 1 & 1, gate & 1, gate & 2);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct counters counters;
    static const struct fwd_env env = {.counters = &counters,
                                       .media_timeout_us = 5000000,
                                       .block = block,
                                       .send_rtp = send_rtp,
                                       .send_wire = send_wire,
                                       .send_rtcp = send_rtcp,
                                       .event = event};
    struct fwd_room *room;
    struct fwd_peer *peers[PEERS];
    struct bytes_reader r = bytes_reader(data, size);
    int64_t now_us = 1000000;
    for (unsigned i = 0; i < PEERS; i++) {
        for (unsigned k = 0; k < sides[i].used_count; k++)
            memset(sides[i].used[k].bits, 0, sizeof sides[i].used[k].bits);
        sides[i].used_count = 0;
    }
    if (fwd_room_create(&env, 1, &room) < 0)
        return 0;
    peers[0] = enter(room, 0);
    peers[1] = enter(room, 1);
    peers[VIEWER] = enter(room, VIEWER);
    for (unsigned i = 0; i < 4; i++)
        (void)fwd_slot_feed(peers[i / 2], 2 + i % 2, peers[!(i / 2)], i % 2, now_us);
    (void)fwd_slot_feed(peers[VIEWER], 3, peers[LAYERED], 1, now_us);
    while (bytes_left(&r) > 0)
        step(peers, &r, &now_us);
    fwd_peer_destroy(peers[0]);
    fwd_peer_destroy(peers[1]);
    fwd_peer_destroy(peers[VIEWER]);
    fwd_room_destroy(room);
    return 0;
}
