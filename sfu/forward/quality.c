/* What a peer's line is like, told every two seconds. */
#include "sfu/forward/estimate.h"
#include "sfu/forward/peer.h"
#include "sfu/forward/uplink.h"

enum { QUALITY_US = 2000000 };

static uint32_t bps(uint64_t bytes, int64_t us)
{
    uint64_t value = bytes * 8 * 1000000 / (uint64_t)us;
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static void uplink_sum(struct uplink *uplink, struct sfu_quality *quality, uint64_t *expected_sum,
                       uint64_t *lost_sum)
{
    uint32_t expected = reception_expected(&uplink->reception);
    int64_t expected_now = (int32_t)(expected - uplink->quality_expected);
    int64_t unique_now = (int32_t)(uplink->reception.unique - uplink->quality_unique);
    uplink->quality_expected = expected;
    uplink->quality_unique = uplink->reception.unique;
    if (expected_now > 0)
        *expected_sum += (uint64_t)expected_now;
    if (expected_now > unique_now)
        *lost_sum += (uint64_t)(expected_now - unique_now);
    uint64_t jitter_us =
        (uint64_t)(uplink->reception.jitter >> 4) * 1000000 / codec_rate(uplink->codec);
    if (jitter_us > quality->up_jitter_us)
        quality->up_jitter_us = (unsigned)jitter_us;
}

/* Loss that repairs did not make good, over all uplinks. */
static void uplinks_sum(struct fwd_peer *peer, struct sfu_quality *quality)
{
    uint64_t expected_sum = 0, lost_sum = 0;
    for (unsigned i = 0; i < peer->section_count; i++)
        for (struct uplink *uplink = peer->sections[i].uplink; uplink; uplink = uplink->lower)
            if (uplink->reception.started)
                uplink_sum(uplink, quality, &expected_sum, &lost_sum);
    if (expected_sum > 0)
        quality->up_loss_permille = (unsigned)(lost_sum * 1000 / expected_sum);
    if (quality->up_loss_permille > 1000)
        quality->up_loss_permille = 1000;
}

void peer_quality_tell(struct fwd_peer *peer, int64_t now_us)
{
    struct peer_quality *state = &peer->quality;
    int64_t since_us = now_us - state->told_us;
    if (since_us < QUALITY_US)
        return;
    struct sfu_event event = {.type = SFU_EVENT_QUALITY};
    event.quality = (struct sfu_quality){
        .rtt_us = peer->rtt_us,
        .down_loss_permille = state->worst_fraction_lost * 1000U / 256,
        .up_bps = bps(state->up_bytes, since_us),
        .down_bps = bps(state->down_bytes, since_us),
        .estimate_bps = peer_estimate_bps(peer),
    };
    if (peer_env(peer)->way)
        event.quality.way = peer_env(peer)->way(peer->transport);
    uplinks_sum(peer, &event.quality);
    *state = (struct peer_quality){.told_us = now_us};
    peer_event(peer, &event);
}
