#include "base/bytes.h"
#include "recorder/mux/picture.h"

enum {
    NAL_SLICE = 1,
    NAL_IDR = 5,
    NAL_SPS = 7,
    NAL_PPS = 8,
    NAL_DELIMITER = 9,
    NAL_STAP_A = 24,
    NAL_FU_A = 28,
    FU_START = 0x80,
    FU_END = 0x40,
};

static unsigned nal_type(uint8_t header)
{
    return header & 31;
}

/* ---- looking ---------------------------------------------------------------------------------------- */

struct look {
    struct rec_picture picture;
    bool first_nal;    /* the next one is the picture's first */
    bool in_fragments; /* an FU-A has begun and not ended */
};

static void look_at_nal(struct look *look, const uint8_t *nal, size_t len)
{
    struct rec_picture *picture = &look->picture;
    unsigned type = nal_type(nal[0]);
    if (look->first_nal) /* an encoder puts these in front, nothing before them is missing */
        picture->begins = type == NAL_SPS || type == NAL_DELIMITER;
    look->first_nal = false;
    if (type >= NAL_SLICE && type <= NAL_IDR)
        picture->empty = false;
    if (type == NAL_IDR)
        picture->keyframe = true;
    if (type == NAL_SPS) {
        picture->sps = nal;
        picture->sps_len = (uint16_t)len;
    } else if (type == NAL_PPS) {
        picture->pps = nal;
        picture->pps_len = (uint16_t)len;
    }
}

static bool look_at_aggregate(struct look *look, const uint8_t *payload, size_t len)
{
    struct bytes_reader r = bytes_reader(payload, len);
    bytes_skip(&r, 1);
    while (bytes_left(&r) > 0) {
        size_t nal_len = bytes_u16(&r);
        const uint8_t *nal = bytes_take(&r, nal_len);
        if (!nal || !nal_len)
            return false;
        look_at_nal(look, nal, nal_len);
    }
    return !r.bad;
}

static bool look_at_fragment(struct look *look, const uint8_t *payload, size_t len)
{
    if (len < 3)
        return false;
    uint8_t header = payload[1];
    bool starts = header & FU_START;
    if (starts == look->in_fragments) /* begins twice, or goes on without a beginning */
        return false;
    unsigned type = nal_type(header);
    if (type == NAL_SPS || type == NAL_PPS) /* never cut in pieces: they are small */
        return false;
    if (starts)
        look_at_nal(look, &(const uint8_t){(uint8_t)type}, 1);
    look->in_fragments = !(header & FU_END);
    return true;
}

static bool look_at_payload(struct look *look, const uint8_t *payload, size_t len)
{
    unsigned type = nal_type(payload[0]);
    if (type == NAL_FU_A)
        return look_at_fragment(look, payload, len);
    if (look->in_fragments)
        return false;
    if (type == NAL_STAP_A)
        return look_at_aggregate(look, payload, len);
    if (type == 0 || type > 23)
        return false;
    look_at_nal(look, payload, len);
    return true;
}

void rec_h264_look(const struct rec_stream *stream, guint first, guint count,
                   struct rec_picture *ret_picture)
{
    struct look look = {.picture = {.whole = true, .empty = true}, .first_nal = true};
    for (guint i = first; i < first + count; i++) {
        const struct rec_media_packet *packet = rec_stream_packet(stream, i);
        if (packet->len && !look_at_payload(&look, packet->payload, packet->len))
            look.picture.whole = false;
    }
    struct rec_picture *picture = &look.picture;
    picture->whole &= !look.in_fragments;
    if (picture->sps)
        (void)rec_sps_size(picture->sps, picture->sps_len, &picture->width, &picture->height);
    *ret_picture = *picture;
}

/* ---- writing ---------------------------------------------------------------------------------------- */

void rec_h264_append_nal(const uint8_t *nal, size_t len, GByteArray *bytes)
{
    const uint8_t prefix[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
                               (uint8_t)len};
    g_byte_array_append(bytes, prefix, sizeof prefix);
    g_byte_array_append(bytes, nal, (guint)len);
}

static void append_aggregate(const uint8_t *payload, size_t len, GByteArray *bytes)
{
    struct bytes_reader r = bytes_reader(payload, len);
    bytes_skip(&r, 1);
    while (bytes_left(&r) > 0) {
        size_t nal_len = bytes_u16(&r);
        const uint8_t *nal = bytes_take(&r, nal_len);
        if (nal)
            rec_h264_append_nal(nal, nal_len, bytes);
    }
}

/* Fragments of one unit follow one another: the length in front is put right as they come. */
static void append_fragment(const uint8_t *payload, size_t len, guint *unit_at, GByteArray *bytes)
{
    if (payload[1] & FU_START) {
        const uint8_t header = (uint8_t)((payload[0] & 0xe0) | (payload[1] & 31));
        *unit_at = bytes->len;
        rec_h264_append_nal(&header, 1, bytes);
    }
    g_byte_array_append(bytes, payload + 2, (guint)(len - 2));
    struct bytes_writer prefix = bytes_writer(bytes->data + *unit_at, 4);
    bytes_put_u32(&prefix, bytes->len - *unit_at - 4);
}

void rec_h264_append(const struct rec_stream *stream, guint first, guint count, GByteArray *bytes)
{
    guint unit_at = bytes->len;
    for (guint i = first; i < first + count; i++) {
        const struct rec_media_packet *packet = rec_stream_packet(stream, i);
        if (!packet->len)
            continue;
        switch (nal_type(packet->payload[0])) {
        case NAL_FU_A: append_fragment(packet->payload, packet->len, &unit_at, bytes); break;
        case NAL_STAP_A: append_aggregate(packet->payload, packet->len, bytes); break;
        default: rec_h264_append_nal(packet->payload, packet->len, bytes); break;
        }
    }
}
