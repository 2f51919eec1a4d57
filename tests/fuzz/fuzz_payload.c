/* Payload descriptors from anywhere: VP8 written anew keeps all but the numbers; H.264 is only
 * looked at. */
#include "sfu/rtp/h264.h"
#include "sfu/rtp/vp8.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static void vp8(const uint8_t *data, size_t size)
{
    struct vp8_descriptor d, again;
    uint8_t out[VP8_MAX_DESCRIPTOR_BYTES + 1];
    if (vp8_parse(data, size, &d) < 0)
        return;
    assert(d.len < size && d.len <= VP8_MAX_DESCRIPTOR_BYTES);
    size_t len = vp8_write(&d, 0x5a5a, 0xa5, out);
    assert(len > 0 && len <= VP8_MAX_DESCRIPTOR_BYTES);
    out[len] = data[d.len];
    assert(vp8_parse(out, len + 1, &again) == 0 && again.len == len);
    assert(again.start == d.start && again.keyframe == d.keyframe);
    assert(again.id_bits == (d.id_bits ? 15 : 0) && (!d.id_bits || again.picture_id == 0x5a5a));
    assert(again.has_tl0 == d.has_tl0 && (!d.has_tl0 || again.tl0 == 0xa5));
    assert(again.has_tid == d.has_tid && again.has_key_index == d.has_key_index &&
           again.layer == d.layer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct h264_mark mark;
    vp8(data, size);
    (void)h264_parse(data, size, &mark);
    return 0;
}
