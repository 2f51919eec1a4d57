/* The input is a program of reads over itself. Whatever it asks for, the cursor stays inside, and what it
 * read and writes back is the same bytes. */
#include "base/bytes.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>

static void step(struct bytes_reader *r, struct bytes_writer *w, uint8_t op)
{
    size_t left = bytes_left(r);
    switch (op & 7) {
    case 0: bytes_put_u8(w, bytes_u8(r)); break;
    case 1: bytes_put_u16(w, bytes_u16(r)); break;
    case 2: bytes_put_u24(w, bytes_u24(r)); break;
    case 3: bytes_put_u32(w, bytes_u32(r)); break;
    case 4: bytes_put_u64(w, bytes_u64(r)); break;
    default: {
        size_t n = (op & 8) ? SIZE_MAX - (op >> 4) : (size_t)op >> 4;
        const uint8_t *p = bytes_take(r, n);
        assert((p != NULL) == (n <= left && !r->bad));
        if (p)
            bytes_put(w, p, n);
    }
    }
    assert(r->at <= r->len && bytes_left(r) <= left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    struct bytes_reader r = bytes_reader(data, size);
    struct bytes_writer w = bytes_writer(copy, size);

    for (size_t i = 0; i < size && !r.bad; i++) {
        size_t written = w.at;
        step(&r, &w, data[i]);
        if (r.bad) { /* a failed read gave zeros: not a copy any more */
            w.at = written;
            break;
        }
        assert(!w.bad && w.at == r.at);
    }
    assert(memcmp(copy, data, w.at) == 0);
    if (r.bad)
        assert(bytes_left(&r) == 0 && bytes_u32(&r) == 0 && !bytes_take(&r, 0));
    free(copy);
    return 0;
}
