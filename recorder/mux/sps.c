#include "recorder/mux/picture.h"

/* Bits of a NAL unit, without the emulation prevention bytes (ITU-T H.264 section 7.4.1). Past the end
 * everything is zero and `bad`. */
struct bits {
    const uint8_t *data;
    size_t len;
    size_t at; /* byte */
    unsigned bit;
    unsigned zeros; /* zero bytes in a row before `at` */
    bool bad;
};

static unsigned read_bit(struct bits *b)
{
    if (b->bit == 0 && b->zeros >= 2 && b->at < b->len && b->data[b->at] == 3) {
        b->at++;
        b->zeros = 0;
    }
    if (b->at >= b->len) {
        b->bad = true;
        return 0;
    }
    unsigned value = b->data[b->at] >> (7 - b->bit) & 1;
    if (++b->bit == 8) {
        b->zeros = b->data[b->at] ? 0 : b->zeros + 1;
        b->at++;
        b->bit = 0;
    }
    return value;
}

static unsigned read_bits(struct bits *b, unsigned count)
{
    unsigned value = 0;
    while (count--)
        value = value << 1 | read_bit(b);
    return value;
}

/* Exp-Golomb (section 9.1). */
static unsigned read_ue(struct bits *b)
{
    unsigned zeros = 0;
    while (!read_bit(b)) {
        if (b->bad || ++zeros > 31) {
            b->bad = true;
            return 0;
        }
    }
    return zeros ? (1u << zeros) - 1 + read_bits(b, zeros) : 0;
}

static int read_se(struct bits *b)
{
    unsigned code = read_ue(b);
    return code & 1 ? (int)(code / 2 + 1) : -(int)(code / 2);
}

static void skip_scaling_list(struct bits *b, unsigned size)
{
    unsigned last = 8, next = 8; /* modulo 256 (7.3.2.1.1.1), whatever the delta claims */
    for (unsigned i = 0; i < size && !b->bad; i++) {
        if (next)
            next = (last + (unsigned)read_se(b)) & 255;
        last = next ? next : last;
    }
}

/* The fields of the high profiles. Returns chroma_format_idc. */
static unsigned read_high_fields(struct bits *b)
{
    unsigned chroma = read_ue(b);
    if (chroma == 3)
        read_bit(b);
    read_ue(b);
    read_ue(b);
    read_bit(b);
    if (read_bit(b)) {
        for (unsigned i = 0; i < (chroma == 3 ? 12u : 8u) && !b->bad; i++)
            if (read_bit(b))
                skip_scaling_list(b, i < 6 ? 16 : 64);
    }
    return chroma;
}

static bool is_high_profile(unsigned profile)
{
    return profile == 100 || profile == 110 || profile == 122 || profile == 244 || profile == 44 ||
           profile == 83 || profile == 86 || profile == 118 || profile == 128;
}

static void skip_order_count(struct bits *b)
{
    unsigned type = read_ue(b);
    if (type == 0) {
        read_ue(b);
    } else if (type == 1) {
        read_bit(b);
        read_se(b);
        read_se(b);
        unsigned cycle = read_ue(b);
        for (unsigned i = 0; i < cycle && !b->bad; i++)
            read_se(b);
    }
}

bool rec_sps_size(const uint8_t *sps, size_t len, uint16_t *ret_width, uint16_t *ret_height)
{
    struct bits b = {.data = sps, .len = len};
    read_bits(&b, 8);
    unsigned profile = read_bits(&b, 8);
    read_bits(&b, 16);
    read_ue(&b);
    unsigned chroma = is_high_profile(profile) ? read_high_fields(&b) : 1;
    read_ue(&b);
    skip_order_count(&b);
    read_ue(&b);
    read_bit(&b);
    uint64_t width = (read_ue(&b) + UINT64_C(1)) * 16;
    uint64_t map_height = (read_ue(&b) + UINT64_C(1)) * 16;
    bool frames_only = read_bit(&b);
    if (!frames_only)
        read_bit(&b);
    read_bit(&b);
    uint64_t height = map_height * (frames_only ? 1 : 2);
    if (read_bit(&b)) { /* cropping, in chroma samples */
        uint64_t unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
        uint64_t unit_y = (chroma == 1 ? 2 : 1) * (frames_only ? 1 : 2);
        uint64_t left = read_ue(&b), right = read_ue(&b), top = read_ue(&b), bottom = read_ue(&b);
        uint64_t crop_x = (left + right) * unit_x, crop_y = (top + bottom) * unit_y;
        width = crop_x < width ? width - crop_x : 0;
        height = crop_y < height ? height - crop_y : 0;
    }
    if (b.bad || !width || !height || width > UINT16_MAX || height > UINT16_MAX)
        return false;
    *ret_width = (uint16_t)width;
    *ret_height = (uint16_t)height;
    return true;
}
