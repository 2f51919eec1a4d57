/* How much a sender's camera may send, from the losses that are reported: down by a fifth above 10 %, up by a tenth
 * after 4 s below 2 %, never above the cap. Beside the browser's own congestion control, which cannot see what its
 * receivers lose. One thread. */
#ifndef SIGNALING_SESSION_BITRATE_H
#define SIGNALING_SESSION_BITRATE_H

#include <stdbool.h>
#include <stdint.h>

struct sig_bitrate {
    uint32_t cap_bps, floor_bps, target_bps;
    int64_t calm_since_us; /* monotonic; 0: not calm */
};

void sig_bitrate_init(struct sig_bitrate *bitrate, uint32_t cap_bps);

/* One report. True when the target changed. */
bool sig_bitrate_report(struct sig_bitrate *bitrate, unsigned loss_permille, int64_t now_us);

#endif
