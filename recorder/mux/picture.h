/* What the packets of one RTP time make up: is it a whole picture, a key frame, how large. One
 * implementation a codec. The packets are a peer's: everything is bounds-checked. */
#ifndef RECORDER_MUX_PICTURE_H
#define RECORDER_MUX_PICTURE_H

#include "recorder/mux/stream.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct rec_picture {
    bool begins; /* its first packet is surely the picture's first */
    bool whole;  /* well-formed, given that no packet in the middle is missing */
    bool keyframe;
    bool empty;             /* no picture: parameter sets alone, padding */
    uint16_t width, height; /* of a key frame; 0: not told */
    /* H.264: parameter sets seen in it, last of each; NULL: none */
    const uint8_t *sps, *pps;
    uint16_t sps_len, pps_len;
};

/* `count` packets from `first` on, at least one, numbers without a hole. RFC 7741. */
void rec_vp8_look(const struct rec_stream *stream, guint first, guint count,
                  struct rec_picture *ret_picture);
void rec_vp8_append(const struct rec_stream *stream, guint first, guint count, GByteArray *bytes);

/* RFC 6184, single NAL units, STAP-A and FU-A (packetization-mode 1). */
void rec_h264_look(const struct rec_stream *stream, guint first, guint count,
                   struct rec_picture *ret_picture);
void rec_h264_append(const struct rec_stream *stream, guint first, guint count, GByteArray *bytes);
void rec_h264_append_nal(const uint8_t *nal, size_t len, GByteArray *bytes);

/* Picture size in a sequence parameter set (ITU-T H.264 section 7.3.2.1.1), NAL header included. */
bool rec_sps_size(const uint8_t *sps, size_t len, uint16_t *ret_width, uint16_t *ret_height);

#endif
