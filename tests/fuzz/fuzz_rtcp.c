/* A compound RTCP packet from anywhere, read in every way there is; what counts as valid can be
 * walked to its end. Once as it is, and once with versions and lengths that fit, since a change in what a packet holds
 * would else hardly ever pass the look at them. */
#include "sfu/rtp/rtcp.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

static void walk(const uint8_t *data, size_t size)
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
}

/* Version 2, a known type, a length within the input (the last packet takes what is left), padding at the end alone. */
static void repair(uint8_t *data, size_t size)
{
    for (size_t at = 0; at + 4 <= size;) {
        size_t words = (size_t)data[at + 2] << 8 | data[at + 3];
        size_t left = (size - at) / 4 - 1;
        bool last = words >= left;
        if (last)
            words = left;
        data[at] = (uint8_t)(0x80 | (data[at] & (last ? 0x3f : 0x1f)));
        data[at + 1] = (uint8_t)(200 + data[at + 1] % 7);
        data[at + 2] = (uint8_t)(words >> 8);
        data[at + 3] = (uint8_t)words;
        at += 4 * (words + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    walk(data, size);
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, data, size);
    repair(copy, size / 4 * 4);
    walk(copy, size / 4 * 4);
    free(copy);
    return 0;
}
