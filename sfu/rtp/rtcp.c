#include "sfu/rtp/rtcp.h"

#include <string.h>

enum {
    HEADER_BYTES = 4,
    SENDER_INFO_BYTES = 24,
    REPORT_BLOCK_BYTES = 24,
    FEEDBACK_SSRCS_BYTES = 8,
    NACK_ENTRY_BYTES = 4,
    FIR_ENTRY_BYTES = 8,
    TRANSPORT_CC_LEAST_BYTES = 16,
    SDES_CNAME = 1,
};

bool rtcp_next(struct bytes_reader *compound, struct rtcp_packet *ret_packet)
{
    if (bytes_left(compound) == 0)
        return false;
    const uint8_t *data = compound->data + compound->at;
    uint8_t first = bytes_u8(compound);
    uint8_t type = bytes_u8(compound);
    size_t body_len = (size_t)bytes_u16(compound) * 4;
    const uint8_t *body = bytes_take(compound, body_len);
    if (!body || first >> 6 != 2)
        return false;
    struct rtcp_packet packet = {.type = type,
                                 .count = first & 0x1f,
                                 .data = data,
                                 .len = HEADER_BYTES + body_len,
                                 .body = body,
                                 .body_len = body_len};
    if (first & 0x20) {
        /* Not only whole words: transport-cc feedback of every browser is filled up with 1 to 3. */
        uint8_t padding = body_len ? body[body_len - 1] : 0;
        if (padding == 0 || padding > body_len || bytes_left(compound) > 0)
            return false;
        packet.body_len -= padding;
    }
    *ret_packet = packet;
    return true;
}

static bool feedback_is_valid(const struct rtcp_packet *packet)
{
    if (packet->body_len < FEEDBACK_SSRCS_BYTES)
        return false;
    size_t fci_len = packet->body_len - FEEDBACK_SSRCS_BYTES;
    if (packet->type == RTCP_RTPFB && packet->count == RTCP_RTPFB_NACK)
        return fci_len > 0 && fci_len % NACK_ENTRY_BYTES == 0;
    if (packet->type == RTCP_RTPFB && packet->count == RTCP_RTPFB_TRANSPORT_CC)
        return packet->body_len >= TRANSPORT_CC_LEAST_BYTES;
    if (packet->type == RTCP_PSFB && packet->count == RTCP_PSFB_FIR)
        return fci_len > 0 && fci_len % FIR_ENTRY_BYTES == 0;
    return true;
}

static bool sdes_is_valid(const struct rtcp_packet *packet)
{
    struct bytes_reader r = bytes_reader(packet->body, packet->body_len);
    for (unsigned i = 0; i < packet->count; i++) {
        bytes_skip(&r, 4);
        uint8_t item = bytes_u8(&r);
        while (item != 0 && !r.bad) {
            bytes_skip(&r, bytes_u8(&r));
            item = bytes_u8(&r);
        }
        while (!r.bad && r.at % 4 != 0) /* a chunk ends on a 32-bit boundary */
            bytes_skip(&r, 1);
    }
    return !r.bad;
}

static bool packet_is_valid(const struct rtcp_packet *packet)
{
    size_t len = packet->body_len;
    switch (packet->type) {
    case RTCP_SR: return len >= SENDER_INFO_BYTES + (size_t)packet->count * REPORT_BLOCK_BYTES;
    case RTCP_RR: return len >= 4 + (size_t)packet->count * REPORT_BLOCK_BYTES;
    case RTCP_SDES: return sdes_is_valid(packet);
    case RTCP_BYE: return len >= (size_t)packet->count * 4;
    case RTCP_RTPFB:
    case RTCP_PSFB: return feedback_is_valid(packet);
    default: return true;
    }
}

bool rtcp_is_valid(const uint8_t *data, size_t len)
{
    struct bytes_reader r = bytes_reader(data, len);
    struct rtcp_packet packet;
    if (len < 2 * HEADER_BYTES)
        return false;
    while (bytes_left(&r) > 0) {
        if (!rtcp_next(&r, &packet) || !packet_is_valid(&packet))
            return false;
    }
    return !r.bad;
}

bool rtcp_read_sender_info(const struct rtcp_packet *packet, struct rtcp_sender_info *ret_info)
{
    struct bytes_reader r = bytes_reader(packet->body, packet->body_len);
    struct rtcp_sender_info info = {.ssrc = bytes_u32(&r)};
    info.ntp = bytes_u64(&r);
    info.timestamp = bytes_u32(&r);
    info.packets = bytes_u32(&r);
    info.bytes = bytes_u32(&r);
    if (r.bad)
        return false;
    *ret_info = info;
    return true;
}

bool rtcp_read_report_block(const struct rtcp_packet *packet, unsigned i,
                            struct rtcp_report_block *ret_block)
{
    if (i >= packet->count)
        return false;
    struct bytes_reader r = bytes_reader(packet->body, packet->body_len);
    bytes_skip(&r,
               (packet->type == RTCP_SR ? SENDER_INFO_BYTES : 4) + (size_t)i * REPORT_BLOCK_BYTES);
    struct rtcp_report_block block = {.ssrc = bytes_u32(&r)};
    block.fraction_lost = bytes_u8(&r);
    block.lost = (int32_t)(bytes_u24(&r) << 8) >> 8;
    block.highest_seq = bytes_u32(&r);
    block.jitter = bytes_u32(&r);
    block.lsr = bytes_u32(&r);
    block.dlsr = bytes_u32(&r);
    if (r.bad)
        return false;
    *ret_block = block;
    return true;
}

static bool entry_read(const struct rtcp_packet *packet, size_t at, size_t len,
                       struct bytes_reader *ret_entry)
{
    if (at > packet->body_len || len > packet->body_len - at)
        return false;
    *ret_entry = bytes_reader(packet->body + at, len);
    return true;
}

bool rtcp_read_bye(const struct rtcp_packet *packet, unsigned i, uint32_t *ret_ssrc)
{
    struct bytes_reader r;
    if (i >= packet->count || !entry_read(packet, (size_t)i * 4, 4, &r))
        return false;
    *ret_ssrc = bytes_u32(&r);
    return true;
}

bool rtcp_read_media_ssrc(const struct rtcp_packet *packet, uint32_t *ret_ssrc)
{
    struct bytes_reader r;
    if (!entry_read(packet, 4, 4, &r))
        return false;
    *ret_ssrc = bytes_u32(&r);
    return true;
}

bool rtcp_read_nack(const struct rtcp_packet *packet, unsigned i, uint16_t *ret_seq,
                    uint16_t *ret_bitmap)
{
    struct bytes_reader r;
    if (!entry_read(packet, FEEDBACK_SSRCS_BYTES + (size_t)i * NACK_ENTRY_BYTES, NACK_ENTRY_BYTES,
                    &r))
        return false;
    *ret_seq = bytes_u16(&r);
    *ret_bitmap = bytes_u16(&r);
    return true;
}

bool rtcp_read_fir(const struct rtcp_packet *packet, unsigned i, uint32_t *ret_ssrc,
                   uint8_t *ret_number)
{
    struct bytes_reader r;
    if (!entry_read(packet, FEEDBACK_SSRCS_BYTES + (size_t)i * FIR_ENTRY_BYTES, FIR_ENTRY_BYTES,
                    &r))
        return false;
    *ret_ssrc = bytes_u32(&r);
    *ret_number = bytes_u8(&r);
    return true;
}

void rtcp_begin(struct bytes_writer *w, uint8_t type, uint8_t count, size_t *ret_start)
{
    *ret_start = w->at;
    bytes_put_u8(w, (uint8_t)(0x80 | (count & 0x1f)));
    bytes_put_u8(w, type);
    bytes_put_u16(w, 0);
}

void rtcp_end(struct bytes_writer *w, size_t start)
{
    if (w->bad)
        return;
    size_t words = (w->at - start) / 4 - 1;
    w->data[start + 2] = (uint8_t)(words >> 8);
    w->data[start + 3] = (uint8_t)words;
}

static void report_blocks_write(struct bytes_writer *w, const struct rtcp_report_block *blocks,
                                unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        bytes_put_u32(w, blocks[i].ssrc);
        bytes_put_u8(w, blocks[i].fraction_lost);
        bytes_put_u24(w, (uint32_t)blocks[i].lost & 0xffffff);
        bytes_put_u32(w, blocks[i].highest_seq);
        bytes_put_u32(w, blocks[i].jitter);
        bytes_put_u32(w, blocks[i].lsr);
        bytes_put_u32(w, blocks[i].dlsr);
    }
}

void rtcp_write_sr(struct bytes_writer *w, const struct rtcp_sender_info *info,
                   const struct rtcp_report_block *blocks, unsigned count)
{
    size_t start;
    rtcp_begin(w, RTCP_SR, (uint8_t)count, &start);
    bytes_put_u32(w, info->ssrc);
    bytes_put_u64(w, info->ntp);
    bytes_put_u32(w, info->timestamp);
    bytes_put_u32(w, info->packets);
    bytes_put_u32(w, info->bytes);
    report_blocks_write(w, blocks, count);
    rtcp_end(w, start);
}

void rtcp_write_rr(struct bytes_writer *w, uint32_t sender_ssrc,
                   const struct rtcp_report_block *blocks, unsigned count)
{
    size_t start;
    rtcp_begin(w, RTCP_RR, (uint8_t)count, &start);
    bytes_put_u32(w, sender_ssrc);
    report_blocks_write(w, blocks, count);
    rtcp_end(w, start);
}

void rtcp_write_sdes(struct bytes_writer *w, uint32_t ssrc, const char *cname)
{
    size_t start;
    size_t len = strnlen(cname, 255);
    rtcp_begin(w, RTCP_SDES, 1, &start);
    bytes_put_u32(w, ssrc);
    bytes_put_u8(w, SDES_CNAME);
    bytes_put_u8(w, (uint8_t)len);
    bytes_put(w, cname, len);
    bytes_put_u8(w, 0);
    while (!w->bad && (w->at - start) % 4 != 0)
        bytes_put_u8(w, 0);
    rtcp_end(w, start);
}

static void feedback_begin(struct bytes_writer *w, uint8_t type, uint8_t format,
                           uint32_t sender_ssrc, uint32_t media_ssrc, size_t *ret_start)
{
    rtcp_begin(w, type, format, ret_start);
    bytes_put_u32(w, sender_ssrc);
    bytes_put_u32(w, media_ssrc);
}

void rtcp_write_nack(struct bytes_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc,
                     const uint16_t *seqs, unsigned count)
{
    size_t start;
    feedback_begin(w, RTCP_RTPFB, RTCP_RTPFB_NACK, sender_ssrc, media_ssrc, &start);
    for (unsigned i = 0; i < count;) {
        uint16_t seq = seqs[i++];
        uint16_t bitmap = 0;
        while (i < count && (uint16_t)(seqs[i] - seq - 1) < 16)
            bitmap |= (uint16_t)(1U << (uint16_t)(seqs[i++] - seq - 1));
        bytes_put_u16(w, seq);
        bytes_put_u16(w, bitmap);
    }
    rtcp_end(w, start);
}

void rtcp_write_pli(struct bytes_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc)
{
    size_t start;
    feedback_begin(w, RTCP_PSFB, RTCP_PSFB_PLI, sender_ssrc, media_ssrc, &start);
    rtcp_end(w, start);
}

void rtcp_write_fir(struct bytes_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc,
                    uint8_t number)
{
    size_t start;
    feedback_begin(w, RTCP_PSFB, RTCP_PSFB_FIR, sender_ssrc, 0,
                   &start); /* RFC 5104: media SSRC unused */
    bytes_put_u32(w, media_ssrc);
    bytes_put_u8(w, number);
    bytes_put_u24(w, 0);
    rtcp_end(w, start);
}

void rtcp_write_remb(struct bytes_writer *w, uint32_t sender_ssrc, uint32_t bps,
                     const uint32_t *ssrcs, unsigned count)
{
    size_t start;
    unsigned exponent = 0;

    for (; bps >= 1U << 18; bps >>= 1)
        exponent++;
    rtcp_begin(w, RTCP_PSFB, RTCP_PSFB_AFB, &start);
    bytes_put_u32(w, sender_ssrc);
    bytes_put_u32(w, 0);
    bytes_put(w, "REMB", 4);
    bytes_put_u8(w, (uint8_t)count);
    bytes_put_u24(w, exponent << 18 | bps);
    for (unsigned i = 0; i < count; i++)
        bytes_put_u32(w, ssrcs[i]);
    rtcp_end(w, start);
}
