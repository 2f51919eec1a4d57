#include "sfu/forward/redundancy.h"

#include "sfu/rtp/opus.h"
#include "sfu/rtp/sequence.h"

enum {
    JUMP_MAX = 100
}; /* farther off, the stream is about to begin anew: nothing is made up for it */

static const struct sfu_payload *payload_of(const struct uplink *uplink)
{
    return section_codec(&uplink->peer->sections[uplink->section], SFU_CODEC_OPUS);
}

int redundancy_read(const struct uplink *uplink, struct uplink_packet *packet)
{
    const struct sfu_payload *payload = payload_of(uplink);
    const struct rtp_packet *rtp = &packet->rtp;
    packet->red.primary_len = 0;
    if (!payload || payload->red_pt == 0 || rtp->pt != payload->red_pt)
        return 0;
    return red_parse(rtp->data + rtp->payload_at, rtp->payload_len, payload->pt, &packet->red);
}

/* How many of the newest blocks follow one another without a pause up to the packet itself: only of these
 * the sequence numbers are known. */
static unsigned unbroken_count(const struct uplink_packet *packet)
{
    const struct red_payload *red = &packet->red;
    const uint8_t *payload = packet->rtp.data + packet->rtp.payload_at;
    uint32_t offset = 0;
    unsigned count = 0;
    for (; count < red->count; count++) {
        const struct red_block *block = &red->blocks[red->count - 1 - count];
        uint32_t ticks = opus_ticks(payload + block->at, block->len);
        if (ticks == 0 || block->offset != offset + ticks)
            break;
        offset = block->offset;
    }
    return count;
}

/* The packet that was sent `back` before `packet`, as its sender would have sent it without RED. What its
 * extensions said is not known. */
static void recover(struct uplink *uplink, const struct uplink_packet *packet, unsigned back,
                    int64_t now_us)
{
    const struct red_block *block = &packet->red.blocks[packet->red.count - back];
    struct uplink_packet lost = *packet;
    lost.red.primary_len = 0;
    lost.rebuilt = true;
    lost.rtp.seq = (uint16_t)(packet->rtp.seq - back);
    lost.rtp.timestamp -= block->offset;
    lost.rtp.payload_at = (uint16_t)(lost.rtp.payload_at + block->at);
    lost.rtp.payload_len = block->len;
    lost.rtp.marker = false;
    lost.rtp.element_count = 0;
    counter_add(&peer_env(uplink->peer)->counters->recovered, 1);
    uplink_receive(uplink, &lost, true, now_us);
}

void redundancy_recover(struct uplink *uplink, const struct uplink_packet *packet, int64_t now_us)
{
    const struct reception *reception = &uplink->reception;
    if (packet->red.primary_len == 0 || packet->red.count == 0 || !reception->started ||
        uplink->codec != packet->codec)
        return;
    int64_t number = sequence_near(reception->highest, packet->rtp.seq);
    if (number > reception->highest + JUMP_MAX)
        return;
    for (unsigned back = unbroken_count(packet); back > 0; back--) {
        if (reception_lacks(reception, number - back))
            recover(uplink, packet, back, now_us);
    }
}

/* What a packet repeats is passed on where it was negotiated and the line has room for it (relief.c), unless it is of
 * before the slot's first packet of this source: of a time in which the slot was fed by somebody else, or by nobody. */
static bool passes_red(const struct slot *slot, const struct uplink_packet *packet)
{
    int64_t number;
    return packet->red.primary_len && slot->payload->red_pt && !slot->peer->relief.voices_once &&
           renumber_map(&slot->renumber, packet->number - packet->red.count, &number);
}

uint8_t redundancy_pt(const struct slot *slot, const struct uplink_packet *packet)
{
    return passes_red(slot, packet) ? slot->payload->red_pt : slot->payload->pt;
}

void redundancy_put(const struct slot *slot, const struct uplink_packet *packet,
                    struct bytes_writer *w)
{
    const struct rtp_packet *rtp = &packet->rtp;
    const struct red_payload *red = &packet->red;
    const uint8_t *payload = rtp->data + rtp->payload_at;
    size_t at = w->at;
    if (red->primary_len == 0) {
        bytes_put(w, payload, rtp->payload_len);
    } else if (!passes_red(slot, packet)) {
        bytes_put(w, payload + red->primary_at, red->primary_len);
    } else {
        bytes_put(w, payload, rtp->payload_len);
        if (!w->bad)
            red_pt_set(w->data + at, red, slot->payload->pt);
    }
}
