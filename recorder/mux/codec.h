/* The codecs a recording can hold. */
#ifndef RECORDER_MUX_CODEC_H
#define RECORDER_MUX_CODEC_H

#include <stddef.h>

enum rec_codec { REC_CODEC_NONE, REC_CODEC_OPUS, REC_CODEC_VP8, REC_CODEC_H264 };

/* By its name in SDP, whatever the case; REC_CODEC_NONE for all others. */
enum rec_codec rec_codec_parse(const char *name, size_t len);
const char *rec_codec_name(enum rec_codec codec); /* "vp8" */

#endif
