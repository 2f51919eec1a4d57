/* RTCP: walking a compound (RFC 3550 section 6, reduced-size RFC 5506), reading and writing the
 * packets a forwarder needs. Any thread; nothing allocates. Readers get bytes that somebody else
 * sent; writers use a bytes_writer, which is bad afterwards when the packet did not fit. */
#ifndef SFU_RTP_RTCP_H
#define SFU_RTP_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum rtcp_type {
    RTCP_SR = 200,
    RTCP_RR = 201,
    RTCP_SDES = 202,
    RTCP_BYE = 203,
    RTCP_RTPFB = 205, /* RFC 4585 section 6.2 */
    RTCP_PSFB = 206,  /* RFC 4585 section 6.3 */
};

enum {
    RTCP_RTPFB_NACK = 1,
    RTCP_RTPFB_TRANSPORT_CC = 15,
    RTCP_PSFB_PLI = 1,
    RTCP_PSFB_FIR = 4, /* RFC 5104 section 4.3.1 */
    RTCP_PSFB_AFB = 15,
    RTCP_MAX_REPORT_BLOCKS = 31,
    RTCP_MAX_SOURCES = 31,
    RTCP_SR_BYTES = 28, /* without report blocks */
};

/* One packet of a compound. */
struct rtcp_packet {
    uint8_t type;
    uint8_t count;       /* or format (FMT) */
    const uint8_t *data; /* the packet with its header; borrowed */
    size_t len;          /* padding included */
    const uint8_t *body; /* behind the 4-byte header */
    size_t body_len;     /* without padding */
};

/* Whether the compound is well formed from end to end: versions, lengths, padding on the last
 * packet alone, and every packet of a type named above long enough for what it says it holds. */
bool rtcp_is_valid(const uint8_t *data, size_t len);

/* The next packet of a compound; false at its end, or where it is malformed. */
bool rtcp_next(struct bytes_reader *compound, struct rtcp_packet *ret_packet);

struct rtcp_sender_info {
    uint32_t ssrc;
    uint64_t ntp;
    uint32_t timestamp, packets, bytes;
};

/* RFC 3550 section 6.4.1. */
struct rtcp_report_block {
    uint32_t ssrc;
    uint8_t fraction_lost; /* of 256 */
    int32_t lost;          /* 24 bits, signed */
    uint32_t highest_seq, jitter, lsr, dlsr;
};

/* The readers below want a packet of the right type and format; false: too short. */
bool rtcp_read_sender_info(const struct rtcp_packet *packet, struct rtcp_sender_info *ret_info);
/* Report block `i` of an SR or RR. */
bool rtcp_read_report_block(const struct rtcp_packet *packet, unsigned i,
                            struct rtcp_report_block *ret_block);
/* SSRC `i` of a BYE. */
bool rtcp_read_bye(const struct rtcp_packet *packet, unsigned i, uint32_t *ret_ssrc);
/* The media SSRC of a NACK, transport-cc or PLI. */
bool rtcp_read_media_ssrc(const struct rtcp_packet *packet, uint32_t *ret_ssrc);
/* Entry `i` of a NACK: a packet and the bitmap of the 16 after it (RFC 4585 section 6.2.1). */
bool rtcp_read_nack(const struct rtcp_packet *packet, unsigned i, uint16_t *ret_seq,
                    uint16_t *ret_bitmap);
/* Entry `i` of a FIR: whose key frame is wanted, and the number of the command. */
bool rtcp_read_fir(const struct rtcp_packet *packet, unsigned i, uint32_t *ret_ssrc,
                   uint8_t *ret_number);

/* `blocks` may be NULL with `count` 0; at most RTCP_MAX_REPORT_BLOCKS. */
void rtcp_write_sr(struct bytes_writer *w, const struct rtcp_sender_info *info,
                   const struct rtcp_report_block *blocks, unsigned count);
void rtcp_write_rr(struct bytes_writer *w, uint32_t sender_ssrc,
                   const struct rtcp_report_block *blocks, unsigned count);
/* One chunk with a CNAME; at most 255 characters. */
void rtcp_write_sdes(struct bytes_writer *w, uint32_t ssrc, const char *cname);
/* `seqs` ascending on the circle; packed into as few entries as can be. */
void rtcp_write_nack(struct bytes_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc,
                     const uint16_t *seqs, unsigned count);
void rtcp_write_pli(struct bytes_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc);
void rtcp_write_fir(struct bytes_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc,
                    uint8_t number);

/* How much the receiver of these streams can take, all together (draft-alvestrand-rmcat-remb-03 section 2.2). */
void rtcp_write_remb(struct bytes_writer *w, uint32_t sender_ssrc, uint32_t bps,
                     const uint32_t *ssrcs, unsigned count);

/* For the writer of a packet type that has its own file: the header with length 0, then the length
 * when the (padded to 32 bits) end is known. `start` is where the header was written. */
void rtcp_begin(struct bytes_writer *w, uint8_t type, uint8_t count, size_t *ret_start);
void rtcp_end(struct bytes_writer *w, size_t start);

#endif
