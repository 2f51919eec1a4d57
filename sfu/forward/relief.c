#include "sfu/forward/relief.h"

#include "sfu/bwe/bwe.h"
#include "sfu/forward/estimate.h"
#include "sfu/forward/slot.h"

enum {
    CHOKED_US =
        400000, /* so much waits before the line: what is sent now comes too late for talking */
    CHOKED_FEEDBACKS = 2,
    EMPTY_US = 120000,        /* the queue has gone, or is about to */
    DRAIN_MOST_US = 2500000,  /* what has not gone by then is no queue of ours */
    DRAIN_PAUSE_US = 8000000, /* … and is not looked for again for so long */
    NARROW_BPS = 110000,      /* a voice and its repairs, and nearly nothing */
    NARROW_US = 2000000,      /* for so long: a picture is left out */
    WIDE_BPS = 180000,        /* a voice and a small picture */
    PAUSED_LEAST_US = 4000000,
    ONCE_BPS = 450000, /* below it a voice's repeats take a tenth or more of the line */
    TWICE_BPS = 600000,
    LOSSY_US = 10000000, /* after a loss the next one is waited for so long */
};

static const double lossy_share = 0.01;

/* Slots look at peer->relief: pictures stop, or begin again with a key frame. */
static void enter(struct fwd_peer *peer, enum relief_state state, int64_t now_us)
{
    peer->relief.state = state;
    peer->relief.since_us = now_us;
    peer->relief.choked = 0;
    peer->relief.narrow_us = 0;
    for (unsigned i = 0; i < peer->section_count; i++) {
        if (peer->sections[i].slot && peer->sections[i].media.kind == SFU_VIDEO)
            slot_reconsider(peer->sections[i].slot, now_us);
    }
}

static bool is_narrow(struct fwd_peer *peer, int64_t now_us)
{
    uint32_t bps = peer_estimate_bps(peer);
    if (bps == 0 || bps >= NARROW_BPS) {
        peer->relief.narrow_us = 0;
        return false;
    }
    if (peer->relief.narrow_us == 0)
        peer->relief.narrow_us = now_us;
    return now_us - peer->relief.narrow_us >= NARROW_US;
}

static bool is_choked(struct fwd_peer *peer, bool fed_back, int64_t now_us)
{
    if (!fed_back)
        return false;
    bool choked = bwe_queue_us(peer->bwe) >= CHOKED_US && now_us >= peer->relief.not_before_us;
    peer->relief.choked = choked ? peer->relief.choked + 1 : 0;
    return peer->relief.choked >= CHOKED_FEEDBACKS;
}

static void open_look(struct fwd_peer *peer, bool fed_back, int64_t now_us)
{
    if (is_narrow(peer, now_us))
        enter(peer, RELIEF_PAUSED, now_us);
    else if (is_choked(peer, fed_back, now_us))
        enter(peer, RELIEF_DRAINING, now_us);
}

static void draining_look(struct fwd_peer *peer, bool fed_back, int64_t now_us)
{
    if (fed_back && bwe_queue_us(peer->bwe) <= EMPTY_US) {
        enter(peer, RELIEF_NONE, now_us);
    } else if (now_us - peer->relief.since_us >= DRAIN_MOST_US) {
        bwe_queue_accept(peer->bwe);
        peer->relief.not_before_us = now_us + DRAIN_PAUSE_US;
        enter(peer, RELIEF_NONE, now_us);
    }
}

static void paused_look(struct fwd_peer *peer, int64_t now_us)
{
    uint32_t bps = peer_estimate_bps(peer);
    if ((bps == 0 || bps >= WIDE_BPS) && now_us - peer->relief.since_us >= PAUSED_LEAST_US)
        enter(peer, RELIEF_NONE, now_us);
}

/* What a full queue drops is no reason to send more: only losses of a line that is not full are. */
static bool is_lossy(struct fwd_peer *peer, int64_t now_us)
{
    if (bwe_lost(peer->bwe) >= lossy_share && bwe_queue_us(peer->bwe) < EMPTY_US)
        peer->relief.lossy_until_us = now_us + LOSSY_US;
    return now_us < peer->relief.lossy_until_us;
}

static void voices_look(struct fwd_peer *peer, int64_t now_us)
{
    uint32_t bps = peer_estimate_bps(peer);
    bool is_lossless = !is_lossy(peer, now_us);
    bool is_narrow = bps != 0 && bps < (peer->relief.voices_once ? TWICE_BPS : ONCE_BPS);
    peer->relief.voices_once = peer->relief.state == RELIEF_PAUSED || (is_narrow && is_lossless);
}

void peer_relief_look(struct fwd_peer *peer, bool fed_back, int64_t now_us)
{
    if (!peer->bwe)
        return;
    voices_look(peer, now_us);
    switch (peer->relief.state) {
    case RELIEF_NONE: open_look(peer, fed_back, now_us); break;
    case RELIEF_DRAINING: draining_look(peer, fed_back, now_us); break;
    case RELIEF_PAUSED: paused_look(peer, now_us); break;
    }
}

void peer_relief_drain(struct fwd_peer *peer, int64_t now_us)
{
    if (peer->relief.state == RELIEF_NONE)
        enter(peer, RELIEF_DRAINING, now_us);
}
