#include "signaling/session/codec_choice.h"

static void codec_add(enum sfu_codec codec, enum sfu_codec *codecs, unsigned *count)
{
    codecs[(*count)++] = codec;
}

/* The configured codecs of `mask`, the current one before the others: a change costs a key frame and a leg of the
 * recording. */
static unsigned codecs_of(const struct sig_codec_case *which, uint32_t mask,
                          enum sfu_codec ret_codecs[SDP_MAX_VIDEO_CODECS])
{
    unsigned count = 0;
    for (unsigned i = 0; i < which->count; i++)
        if (which->order[i] == which->current && mask & sdp_codec_bit(which->order[i]))
            codec_add(which->order[i], ret_codecs, &count);
    for (unsigned i = 0; i < which->count; i++)
        if (which->order[i] != which->current && mask & sdp_codec_bit(which->order[i]))
            codec_add(which->order[i], ret_codecs, &count);
    return count;
}

unsigned sig_codec_choose(const struct sig_codec_case *which,
                          enum sfu_codec ret_codecs[SDP_MAX_VIDEO_CODECS])
{
    const uint32_t common = which->can_send & which->can_receive;
    const uint32_t masks[] = {common & ~which->dead, common, which->can_send & ~which->dead,
                              which->can_send};
    for (unsigned i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        unsigned count = codecs_of(which, masks[i], ret_codecs);
        if (count)
            return count;
    }
    return 0;
}
