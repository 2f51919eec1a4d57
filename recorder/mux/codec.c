#include "recorder/mux/codec.h"

#include <glib.h>
#include <string.h>

static const char *const names[] = {"none", "opus", "vp8", "h264"};

enum rec_codec rec_codec_parse(const char *name, size_t len)
{
    for (enum rec_codec codec = REC_CODEC_OPUS; codec <= REC_CODEC_H264; codec++)
        if (strlen(names[codec]) == len && g_ascii_strncasecmp(names[codec], name, len) == 0)
            return codec;
    return REC_CODEC_NONE;
}

const char *rec_codec_name(enum rec_codec codec)
{
    return names[codec];
}
