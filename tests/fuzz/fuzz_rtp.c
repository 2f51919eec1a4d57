/* An RTP packet from anywhere: what parses stays inside the packet, and its header written anew
 * reads back the same. */
#include "sfu/rtp/packet.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static void write_and_compare(const struct rtp_packet *packet)
{
    struct rtp_head head = {.timestamp = packet->timestamp,
                            .ssrc = packet->ssrc,
                            .seq = packet->seq,
                            .pt = packet->pt,
                            .marker = packet->marker};
    for (unsigned i = 0; i < packet->element_count; i++) {
        const struct rtp_element *e = &packet->elements[i];
        rtp_head_add(&head, e->id, packet->data + e->at, e->len);
    }
    uint8_t out[1024];
    size_t len = rtp_head_write(&head, out, sizeof out);
    struct rtp_packet again;
    assert(len > 0 && rtp_packet_parse(out, len, &again) == 0);
    assert(again.seq == packet->seq && again.timestamp == packet->timestamp &&
           again.ssrc == packet->ssrc);
    assert(again.pt == packet->pt && again.marker == packet->marker && again.payload_len == 0);
    assert(again.element_count == head.element_count);
    for (unsigned i = 0; i < again.element_count; i++) {
        assert(again.elements[i].id == head.elements[i].id &&
               again.elements[i].len == head.elements[i].len);
        assert(memcmp(out + again.elements[i].at, head.elements[i].value, head.elements[i].len) ==
               0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rtp_packet packet;
    if (rtp_packet_parse(data, size, &packet) < 0)
        return 0;
    assert((size_t)packet.payload_at + packet.payload_len + packet.padding_len == size);
    for (unsigned i = 0; i < packet.element_count; i++) {
        const struct rtp_element *e = &packet.elements[i];
        assert(e->id != 0 && e->at >= RTP_HEADER_BYTES && e->at + e->len <= packet.payload_at);
    }
    write_and_compare(&packet);
    return 0;
}
