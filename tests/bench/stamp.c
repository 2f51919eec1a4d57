#include "tests/bench/stamp.h"

#include <glib.h>
#include <string.h>
#include <time.h>

enum { FILL_BYTES = 4096 };

static const uint8_t *fill(void)
{
    static uint8_t bytes[FILL_BYTES];
    static gsize made;
    if (g_once_init_enter(&made)) {
        uint32_t state = 2463534242U;
        for (unsigned i = 0; i < FILL_BYTES; i++) {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            bytes[i] = (uint8_t)state;
        }
        g_once_init_leave(&made, 1);
    }
    return bytes;
}

static uint64_t mix(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * 0x9e3779b97f4a7c15ULL;
    return digest ^ digest >> 29;
}

static uint64_t digest_of(const uint8_t *data, size_t len, uint64_t digest)
{
    uint64_t word;
    for (; len >= sizeof word; data += sizeof word, len -= sizeof word) {
        memcpy(&word, data, sizeof word);
        digest = mix(digest, word);
    }
    word = len;
    memcpy(&word, data, len);
    return mix(digest, word);
}

/* Everything but the digest itself. */
static uint64_t body_digest(const uint8_t *body, size_t len, size_t at)
{
    size_t behind = at + sizeof(uint64_t);
    return digest_of(body + behind, len - behind, digest_of(body, at, len));
}

void stamp_seal(uint8_t *body, size_t len, size_t at, struct stamp stamp)
{
    size_t end = at + sizeof stamp;
    stamp.len = (uint16_t)len;
    stamp.zero = 0;
    memcpy(body + at, &stamp, sizeof stamp);
    memcpy(body + end, fill() + stamp.number % (FILL_BYTES / 2), len - end);
    stamp.digest = body_digest(body, len, at);
    memcpy(body + at, &stamp.digest, sizeof stamp.digest);
}

bool stamp_open(const uint8_t *body, size_t len, size_t at, struct stamp *ret_stamp)
{
    struct stamp stamp;
    if (len < at + sizeof stamp)
        return false;
    memcpy(&stamp, body + at, sizeof stamp);
    if (stamp.len != len || stamp.digest != body_digest(body, len, at))
        return false;
    *ret_stamp = stamp;
    return true;
}

int64_t stamp_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
