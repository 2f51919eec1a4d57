/* What one SSRC sent, put in order: retransmissions are where they belong, nothing is there twice. */
#ifndef RECORDER_MUX_STREAM_H
#define RECORDER_MUX_STREAM_H

#include "recorder/mux/codec.h"
#include "recorder/mux/rtp.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct rec_media_packet {
    const uint8_t *payload; /* into a segment's mapping */
    int64_t seq;            /* unwrapped */
    int64_t timestamp;      /* unwrapped RTP time, from rec_stream_sort() on */
    int64_t arrival_us;     /* wall clock */
    uint32_t rtp_timestamp;
    uint16_t len;  /* 0: padding only, here because its number counts */
    uint8_t codec; /* enum rec_codec */
    bool marker : 1;
    bool repaired : 1; /* came by retransmission, or out of the redundancy of a later one */
};

struct rec_report {
    uint64_t ntp;       /* the sender's clock */
    int64_t arrival_us; /* wall clock */
    uint32_t rtp_timestamp;
    int64_t timestamp; /* unwrapped as the packets', from rec_stream_sort() on */
    int64_t wall_us;   /* `ntp` on our clock, set by rec_clock_translate() */
};

struct rec_stream {
    uint32_t ssrc, rtx_ssrc; /* rtx_ssrc 0: not known; of layers alone */
    int layer;               /* 0: the largest picture of its section, or the only one */
    unsigned clock_hz;
    int64_t highest_seq;
    int64_t first_seq; /* of the first packet, or of the first after a pause */
    uint64_t seen;     /* bit n: number highest_seq - n came */
    int64_t newest_us; /* arrival of the last packet that was no retransmission */
    GArray *packets;   /* struct rec_media_packet */
    GArray *reports;   /* struct rec_report, in order of arrival */
    uint64_t duplicates;
};

struct rec_stream *rec_stream_create(uint32_t ssrc, unsigned clock_hz);
void rec_stream_destroy(struct rec_stream *stream);

/* In order of arrival. The payload is borrowed. */
void rec_stream_add(struct rec_stream *stream, const struct rec_rtp *rtp, enum rec_codec codec,
                    bool repaired, int64_t arrival_us);
/* Whether number `seq`, of the last ones, has not come yet. What was sent before the first packet is not
 * lacking, nor what was sent in a pause: it may have been held back from the journal. */
bool rec_stream_lacks(const struct rec_stream *stream, uint16_t seq);
void rec_stream_report(struct rec_stream *stream, const struct rec_sender_report *report,
                       int64_t arrival_us);

/* Once, when all is there: order by number, drop duplicates, unwrap RTP times. */
void rec_stream_sort(struct rec_stream *stream);

static inline struct rec_media_packet *rec_stream_packet(const struct rec_stream *stream, guint i)
{
    return &g_array_index(stream->packets, struct rec_media_packet, i);
}

/* How many numbers between two packets next to each other never came. A jump so large that the sender
 * must have begun anew (RFC 3550 appendix A.1) is no loss. */
uint64_t rec_stream_hole(const struct rec_media_packet *before,
                         const struct rec_media_packet *after);

#endif
