/* A compound RTCP packet from anywhere, read in every way there is; what counts as valid can be
 * walked to its end. */
#include "sfu/rtp/rtcp.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

static void read_all(const struct rtcp_packet *packet)
{
    struct rtcp_sender_info info;
    struct rtcp_report_block block;
    uint32_t ssrc;
    uint16_t seq, bitmap;
    uint8_t number;
    (void)rtcp_read_sender_info(packet, &info);
    (void)rtcp_read_media_ssrc(packet, &ssrc);
    for (unsigned i = 0; rtcp_read_report_block(packet, i, &block); i++)
        assert(block.lost >= -0x800000 && block.lost <= 0x7fffff && i < RTCP_MAX_REPORT_BLOCKS);
    for (unsigned i = 0; rtcp_read_bye(packet, i, &ssrc); i++)
        assert(i < RTCP_MAX_SOURCES);
    for (unsigned i = 0; rtcp_read_nack(packet, i, &seq, &bitmap); i++)
        assert(i < packet->body_len / 4);
    for (unsigned i = 0; rtcp_read_fir(packet, i, &ssrc, &number); i++)
        assert(i < packet->body_len / 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes_reader compound = bytes_reader(data, size);
    struct rtcp_packet packet;
    size_t walked = 0;
    bool valid = rtcp_is_valid(data, size);
    while (rtcp_next(&compound, &packet)) {
        assert(packet.data == data + walked && packet.body_len <= packet.len);
        walked += packet.len;
        read_all(&packet);
    }
    assert(walked <= size && (!valid || walked == size));
    return 0;
}
