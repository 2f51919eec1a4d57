/* A bounds-checked cursor over bytes that somebody else sent. Reading past the end never touches
 * memory: it returns 0 (or NULL) and marks the cursor bad, so that a parser may read a whole header
 * and ask once. Big-endian (network order) unless the name says otherwise. Inline: this is on the
 * per-packet path. Not shared between threads. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes_reader {
    const uint8_t *data; /* borrowed; outlives the reader */
    size_t len;
    size_t at;
    bool bad; /* a read went past the end */
};

struct bytes_writer {
    uint8_t *data; /* borrowed; outlives the writer */
    size_t cap;
    size_t at;
    bool bad; /* a write did not fit; nothing of it was written */
};

static inline struct bytes_reader bytes_reader(const void *data, size_t len)
{
    return (struct bytes_reader){.data = data, .len = len};
}

static inline size_t bytes_left(const struct bytes_reader *r)
{
    return r->bad ? 0 : r->len - r->at;
}

/* Borrow the next `n` bytes, or NULL (and bad). */
static inline const uint8_t *bytes_take(struct bytes_reader *r, size_t n)
{
    if (r->bad || n > r->len - r->at) {
        r->bad = true;
        return NULL;
    }
    const uint8_t *p = r->data + r->at;
    r->at += n;
    return p;
}

static inline void bytes_skip(struct bytes_reader *r, size_t n)
{
    (void)bytes_take(r, n);
}

static inline uint8_t bytes_u8(struct bytes_reader *r)
{
    const uint8_t *p = bytes_take(r, 1);
    return p ? p[0] : 0;
}

static inline uint16_t bytes_u16(struct bytes_reader *r)
{
    const uint8_t *p = bytes_take(r, 2);
    return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t bytes_u24(struct bytes_reader *r)
{
    const uint8_t *p = bytes_take(r, 3);
    return p ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2] : 0;
}

static inline uint32_t bytes_u32(struct bytes_reader *r)
{
    const uint8_t *p = bytes_take(r, 4);
    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint64_t bytes_u64(struct bytes_reader *r)
{
    uint64_t hi = bytes_u32(r);
    uint64_t lo = bytes_u32(r);
    return hi << 32 | lo;
}

static inline struct bytes_writer bytes_writer(void *data, size_t cap)
{
    return (struct bytes_writer){.data = data, .cap = cap};
}

/* Reserve the next `n` bytes to write into, or NULL (and bad). */
static inline uint8_t *bytes_reserve(struct bytes_writer *w, size_t n)
{
    if (w->bad || n > w->cap - w->at) {
        w->bad = true;
        return NULL;
    }
    uint8_t *p = w->data + w->at;
    w->at += n;
    return p;
}

static inline void bytes_put(struct bytes_writer *w, const void *data, size_t n)
{
    uint8_t *p = bytes_reserve(w, n);
    if (p && n)
        memcpy(p, data, n);
}

static inline void bytes_put_u8(struct bytes_writer *w, uint8_t v)
{
    bytes_put(w, &v, 1);
}

static inline void bytes_put_u16(struct bytes_writer *w, uint16_t v)
{
    uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};
    bytes_put(w, b, sizeof b);
}

static inline void bytes_put_u24(struct bytes_writer *w, uint32_t v)
{
    uint8_t b[3] = {(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    bytes_put(w, b, sizeof b);
}

static inline void bytes_put_u32(struct bytes_writer *w, uint32_t v)
{
    uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    bytes_put(w, b, sizeof b);
}

static inline void bytes_put_u64(struct bytes_writer *w, uint64_t v)
{
    bytes_put_u32(w, (uint32_t)(v >> 32));
    bytes_put_u32(w, (uint32_t)v);
}

#endif
