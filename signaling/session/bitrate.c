#include "signaling/session/bitrate.h"

enum { LOSSY_PERMILLE = 100, CALM_PERMILLE = 20, CALM_US = 4000000, FLOOR_BPS = 150000 };

void sig_bitrate_init(struct sig_bitrate *bitrate, uint32_t cap_bps)
{
    *bitrate = (struct sig_bitrate){
        .cap_bps = cap_bps,
        .floor_bps = cap_bps < FLOOR_BPS ? cap_bps : FLOOR_BPS,
        .target_bps = cap_bps,
    };
}

static bool target_set(struct sig_bitrate *bitrate, uint64_t bps)
{
    uint32_t before = bitrate->target_bps;
    if (bps < bitrate->floor_bps)
        bps = bitrate->floor_bps;
    if (bps > bitrate->cap_bps)
        bps = bitrate->cap_bps;
    bitrate->target_bps = (uint32_t)bps;
    return bitrate->target_bps != before;
}

bool sig_bitrate_report(struct sig_bitrate *bitrate, unsigned loss_permille, int64_t now_us)
{
    if (loss_permille > LOSSY_PERMILLE) {
        bitrate->calm_since_us = 0;
        return target_set(bitrate, (uint64_t)bitrate->target_bps * 8 / 10);
    }
    if (loss_permille >= CALM_PERMILLE) {
        bitrate->calm_since_us = 0;
        return false;
    }
    if (!bitrate->calm_since_us)
        bitrate->calm_since_us = now_us;
    if (now_us - bitrate->calm_since_us < CALM_US)
        return false;
    bitrate->calm_since_us = now_us;
    return target_set(bitrate, (uint64_t)bitrate->target_bps * 11 / 10);
}
