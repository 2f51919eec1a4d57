#include "sfu/rtp/opus.h"

enum {
    TICKS_PER_MS = 48,
    MAX_TICKS = 120 * TICKS_PER_MS,
    COUNT_MASK = 0x3f,
};

/* Of one frame: table 2. */
static uint32_t frame_ticks(unsigned config)
{
    static const uint32_t silk[] = {10, 20, 40, 60};
    if (config < 12)
        return silk[config & 3] * TICKS_PER_MS;
    if (config < 16)
        return (10U << (config & 1)) * TICKS_PER_MS;
    return (TICKS_PER_MS * 5 / 2) << (config & 3);
}

/* How many frames: section 3.2, the two lowest bits and, for code 3, the byte behind them. */
static uint32_t frame_count(const uint8_t *payload, size_t len)
{
    unsigned code = payload[0] & 3;
    if (code < 3)
        return code == 0 ? 1 : 2;
    return len > 1 ? payload[1] & COUNT_MASK : 0;
}

uint32_t opus_ticks(const uint8_t *payload, size_t len)
{
    if (len == 0)
        return 0;
    uint32_t ticks = frame_ticks(payload[0] >> 3) * frame_count(payload, len);
    return ticks <= MAX_TICKS ? ticks : 0;
}
