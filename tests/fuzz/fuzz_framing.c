/* A stream as a stranger sends it, cut as the first bytes say: whatever the cuts, the same packets come out as from
 * the whole, and room for more is never missing. */
#include "sfu/transport/framing.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum { CUTS = 8 };

/* What a plain reader makes of it: the next packet at `io_at`, or false when nothing whole and sound follows. */
static bool plain_take(const uint8_t *data, size_t size, size_t *io_at, size_t *ret_len)
{
    while (size - *io_at >= FRAMING_HEAD_BYTES) {
        size_t len = (size_t)data[*io_at] << 8 | data[*io_at + 1];
        if (len > FRAMING_PACKET_BYTES_MAX || size - *io_at < FRAMING_HEAD_BYTES + len)
            return false;
        *io_at += FRAMING_HEAD_BYTES + len;
        *ret_len = len;
        if (len)
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct framing framing = {0};
    if (size < CUTS)
        return 0;
    const uint8_t *cuts = data, *stream = data + CUTS;
    size_t len = size - CUTS, fed = 0, at = 0, plain_len = 0;
    int r = 0;
    for (unsigned i = 0; fed < len && r >= 0; i++) {
        size_t room, part = (size_t)cuts[i % CUTS] * 8 + 1;
        uint8_t *to = framing_room(&framing, &room);
        assert(room > 0);
        part = part > room ? room : part;
        part = part > len - fed ? len - fed : part;
        memcpy(to, stream + fed, part);
        framing_received(&framing, part);
        fed += part;
        const uint8_t *packet;
        size_t packet_len;
        while ((r = framing_take(&framing, &packet, &packet_len)) == 1) {
            assert(plain_take(stream, len, &at, &plain_len) && plain_len == packet_len);
            assert(!memcmp(packet, stream + at - packet_len, packet_len));
        }
    }
    assert(!plain_take(stream, len, &at, &plain_len));
    return 0;
}
