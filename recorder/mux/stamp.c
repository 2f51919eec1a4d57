#include "recorder/mux/stamp.h"

#include "base/bytes.h"
#include "base/crypto/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct stamp {
    uint8_t *data;
    uint8_t seed[DIGEST_SHA256_BYTES];
    int64_t wall_us, length_us;
    unsigned tracks;
    uint64_t track;  /* number of the track entry being walked */
    uint64_t voices; /* bit n: track n carries sound */
};

/* ---- WebM (RFC 8794, Matroska) -------------------------------------------------------------------- */

enum {
    EBML_HEADER = 0x1a45dfa3,
    EBML_SEGMENT = 0x18538067,
    EBML_INFO = 0x1549a966,
    EBML_SEGMENT_UID = 0x73a4,
    EBML_DATE = 0x4461,
    EBML_DURATION = 0x4489,
    EBML_TRACKS = 0x1654ae6b,
    EBML_TRACK = 0xae,
    EBML_TRACK_NUMBER = 0xd7,
    EBML_TRACK_UID = 0x73c5,
    EBML_TRACK_TYPE = 0x83,
    EBML_CLUSTER = 0x1f43b675,
    EBML_SIMPLE_BLOCK = 0xa3,
};

enum { TRACK_TYPE_AUDIO = 2, BLOCK_KEYFRAME = 0x80 };
#define MATROSKA_EPOCH_S INT64_C(978307200) /* 2001-01-01 */

/* A number whose first byte tells its length; ids keep that mark. False: malformed. */
static bool read_vint(struct bytes_reader *r, bool keep_mark, uint64_t *ret_value)
{
    uint8_t first = bytes_u8(r);
    unsigned extra = 0;
    while (extra < 8 && !(first & (0x80u >> extra)))
        extra++;
    if (extra == 8)
        return false;
    uint64_t value = keep_mark ? first : first & (0x7fu >> extra);
    for (unsigned i = 0; i < extra; i++)
        value = value << 8 | bytes_u8(r);
    *ret_value = value;
    return !r->bad;
}

static void put_number(uint8_t *at, size_t len, uint64_t value)
{
    for (size_t i = len; i-- > 0; value >>= 8)
        at[i] = (uint8_t)value;
}

static uint64_t get_number(const uint8_t *at, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++)
        value = value << 8 | at[i];
    return value;
}

/* matroskamux marks key frames of pictures alone. Each packet of Opus stands by itself, and unmarked Chromium
 * finds no place to start from in a file whose voice comes before its picture. */
static void mark_voice(const struct stamp *stamp, uint8_t *block, size_t len)
{
    struct bytes_reader r = bytes_reader(block, len);
    uint64_t track;
    if (!read_vint(&r, false, &track) || track >= 64 || !(stamp->voices >> track & 1))
        return;
    bytes_skip(&r, 2); /* time within the cluster */
    if (bytes_left(&r) > 0)
        block[r.at] |= BLOCK_KEYFRAME;
}

/* matroskamux takes the longest track's length, whenever that track begins. In milliseconds, as it counts
 * time. */
static void put_duration(const struct stamp *stamp, uint8_t *data, size_t len)
{
    double ms = (double)stamp->length_us / 1000;
    uint64_t bits = 0;
    _Static_assert(sizeof bits == sizeof ms, "an IEEE 754 double");
    memcpy(&bits, &ms, sizeof bits);
    put_number(data, len, bits);
}

static void stamp_element(struct stamp *stamp, uint64_t id, size_t at, size_t len)
{
    uint8_t *data = stamp->data + at;
    if (id == EBML_SEGMENT_UID && len == 16)
        memcpy(data, stamp->seed, len);
    else if (id == EBML_DATE && len == 8)
        put_number(data, len, (uint64_t)(stamp->wall_us - MATROSKA_EPOCH_S * 1000000) * 1000);
    else if (id == EBML_DURATION && len == 8)
        put_duration(stamp, data, len);
    else if (id == EBML_TRACK_UID && len <= 8)
        put_number(data, len, ++stamp->tracks);
    else if (id == EBML_TRACK_NUMBER && len <= 8)
        stamp->track = get_number(data, len);
    else if (id == EBML_TRACK_TYPE && get_number(data, len) == TRACK_TYPE_AUDIO &&
             stamp->track < 64)
        stamp->voices |= UINT64_C(1) << stamp->track;
    else if (id == EBML_SIMPLE_BLOCK)
        mark_voice(stamp, data, len);
}

static bool is_container(uint64_t id)
{
    return id == EBML_SEGMENT || id == EBML_INFO || id == EBML_TRACKS || id == EBML_TRACK ||
           id == EBML_CLUSTER;
}

/* The containers of interest are entered in place, so one flat walk does. */
static void stamp_webm(struct stamp *stamp, size_t len)
{
    struct bytes_reader r = bytes_reader(stamp->data, len);
    uint64_t id = 0, size = 0;
    while (read_vint(&r, true, &id) && read_vint(&r, false, &size)) {
        if (is_container(id))
            continue;
        size_t at = r.at;
        if (!bytes_take(&r, size))
            break;
        stamp_element(stamp, id, at, size);
    }
}

/* ---- MP4 (ISO/IEC 14496-12) ------------------------------------------------------------------------ */

#define MP4_EPOCH_S INT64_C(2082844800) /* 1904-01-01 to 1970-01-01 */

static bool is_type(const uint8_t *type, const char *name)
{
    return memcmp(type, name, 4) == 0;
}

/* mvhd, tkhd and mdhd: version and flags, then creation and modification time. */
static void stamp_times(const struct stamp *stamp, size_t at, size_t len)
{
    uint8_t *data = stamp->data + at;
    size_t width = len > 0 && data[0] == 1 ? 8 : 4;
    if (len < 4 + 2 * width)
        return;
    uint64_t time = (uint64_t)(stamp->wall_us / 1000000 + MP4_EPOCH_S);
    put_number(data + 4, width, time);
    put_number(data + 4 + width, width, time);
}

static void stamp_mp4(struct stamp *stamp, size_t len)
{
    struct bytes_reader r = bytes_reader(stamp->data, len);
    while (bytes_left(&r) >= 8) {
        uint64_t size = bytes_u32(&r);
        const uint8_t *type = bytes_take(&r, 4);
        uint64_t header = 8;
        if (size == 1) {
            size = bytes_u64(&r);
            header = 16;
        }
        if (r.bad || size < header)
            break;
        if (is_type(type, "moov") || is_type(type, "trak") || is_type(type, "mdia"))
            continue;
        size_t at = r.at;
        if (!bytes_take(&r, size - header))
            break;
        if (is_type(type, "mvhd") || is_type(type, "tkhd") || is_type(type, "mdhd"))
            stamp_times(stamp, at, size - header);
    }
}

/* ---- both -------------------------------------------------------------------------------------------- */

void rec_stamp_bytes(uint8_t *data, size_t len, const char *seed, int64_t wall_us,
                     int64_t length_us)
{
    struct stamp stamp = {.data = data, .wall_us = wall_us, .length_us = length_us};
    if (len < 8 || digest_sha256(seed, strlen(seed), stamp.seed) < 0)
        return;
    struct bytes_reader r = bytes_reader(data, len);
    if (bytes_u32(&r) == EBML_HEADER)
        stamp_webm(&stamp, len);
    else if (is_type(data + 4, "ftyp"))
        stamp_mp4(&stamp, len);
}

int rec_stamp_file(const char *path, const char *seed, int64_t wall_us, int64_t length_us)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct stat st;
    int r = fstat(fd, &st) < 0 ? -errno : 0;
    if (r == 0 && st.st_size > 0) {
        size_t len = (size_t)st.st_size;
        uint8_t *data = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED) {
            r = -errno;
        } else {
            rec_stamp_bytes(data, len, seed, wall_us, length_us);
            munmap(data, len);
        }
    }
    close(fd);
    return r;
}
