/* Frames out of a stream's packets: whole pictures and whole Opus packets, with their time. */
#ifndef RECORDER_MUX_FRAME_H
#define RECORDER_MUX_FRAME_H

#include "recorder/mux/clock.h"
#include "recorder/mux/session.h"
#include "recorder/mux/stream.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Pieces of the current parameter sets, for a key frame that does not carry its own. */
struct rec_parameters {
    const uint8_t *sps, *pps; /* NULL: in the frame */
    uint16_t sps_len, pps_len;
};

struct rec_frame {
    const struct rec_stream *stream;
    int64_t wall_us;
    guint first, count; /* packets of the stream */
    uint8_t codec;      /* enum rec_codec */
    bool keyframe;
    uint16_t width, height;            /* key frames only */
    struct rec_parameters *parameters; /* owned by the list; NULL: nothing to add */
};

/* A time in which something was sent that could not be kept, or nothing came. */
struct rec_hole {
    int64_t start_us, end_us; /* wall clock */
};

struct rec_frames {
    GArray *frames; /* struct rec_frame, in order of time */
    GArray *holes;  /* struct rec_hole */
};

void rec_frames_init(struct rec_frames *list);
void rec_frames_finish(struct rec_frames *list);

/* Append the frames of one sorted stream. A picture is kept when all its packets are there and all
 * pictures before it back to a key frame were kept: what follows a loss waits for the next key frame,
 * and the time in between is a hole. So a decoder finds no error in what is kept. */
void rec_frames_add_video(struct rec_frames *list, const struct rec_stream *stream,
                          const struct rec_clock *clock);
/* Each packet is a frame; a loss of a tenth of a second or more is a hole (less is what a decoder
 * conceals). */
void rec_frames_add_audio(struct rec_frames *list, const struct rec_stream *stream,
                          const struct rec_clock *clock);

/* The bytes of a frame as a file holds them: VP8 without payload descriptors, H.264 as NAL units with
 * 4-byte lengths, Opus as it came. Appends to `ret_bytes`. */
void rec_frame_bytes(const struct rec_frame *frame, GByteArray *ret_bytes);

/* Duration of an Opus packet from its first bytes (RFC 6716 section 3.1), 0: no Opus packet. */
int64_t rec_opus_duration_us(const uint8_t *payload, size_t len);

#endif
