/* A camera that was sent in several sizes at a time (simulcast): which stream is which size, and one run of pictures out of
 * them: the largest there was at each moment. */
#ifndef RECORDER_MUX_LAYERS_H
#define RECORDER_MUX_LAYERS_H

#include "recorder/mux/frame.h"
#include "recorder/mux/session.h"

enum { REC_MAX_LAYERS = 4 };

/* Takes RIDS and EXTMAP of a `media.section` event (docs/recording-format.md). */
void rec_layers_describe(struct rec_section *section, const struct rec_pcapng_entry *event);

/* The size that a stream's packet is of by its RID: 0 the largest, or the section has no layers; -1: it does not say. */
int rec_layer_of(const struct rec_section *section, const struct rec_rtp *rtp);

/* The stream that a retransmission repairs, or NULL: it does not say, and was not heard of before. */
struct rec_stream *rec_layer_repaired(const struct rec_section *section, const struct rec_rtp *rtp);

/* Puts pictures of `smaller` where `run` has none for long: from a key frame of it on, to the next key frame of the run.
 * What is not used stays there. */
void rec_layers_fill(struct rec_frames *run, struct rec_frames *smaller);

#endif
