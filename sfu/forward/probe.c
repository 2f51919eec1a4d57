#include "sfu/forward/probe.h"

#include "sfu/bwe/bwe.h"
#include "sfu/forward/estimate.h"
#include "sfu/forward/slot.h"
#include "sfu/forward/slot_packet.h"

enum {
    TIMES = 2, /* of the estimate */
    LEAST_BPS =
        400000, /* less would not tell a line that carries a picture from one that does not */
    ENOUGH_BPS = 3000000,   /* a wider line holds nobody back */
    LASTS_US = 40000,       /* … so that at 6 Mbit/s it is 30 KiB */
    PACKET_BYTES = 330,     /* of padding, with all headers */
    EMPTY_US = 60000,       /* a queue says enough */
    FED_US = 500000,        /* who fed back so long ago is not there */
    JUDGED_US = 400000,     /* after its end */
    AGAIN_US = 4000000,     /* … when it found nothing */
    HELD_BACK_PERCENT = 50, /* of what it was told, that a sender uses who could use more */
    MEASURED_US = 300000,
};

static struct slot *slot_with_repairs(struct fwd_peer *peer)
{
    for (unsigned i = 0; i < peer->section_count; i++) {
        struct section *section = &peer->sections[i];
        if (section->slot && section->media.kind == SFU_VIDEO && section->slot->source &&
            slot_can_pad(section->slot))
            return section->slot;
    }
    return NULL;
}

/* Whether the source of a picture would send more if it were told so. */
static bool is_held_back(const struct fwd_peer *source, int64_t now_us)
{
    int64_t since_us = now_us - source->quality.told_us;
    if (source->allowance.bps == 0 || since_us < MEASURED_US)
        return false;
    uint64_t bps = source->quality.up_bytes * 8 * 1000000 / (uint64_t)since_us;
    return bps * 100 >= (uint64_t)source->allowance.bps * HELD_BACK_PERCENT;
}

static bool is_wanted(const struct fwd_peer *peer, const struct slot *slot, int64_t now_us)
{
    uint32_t bps = peer_estimate_bps(peer);
    if (bps == 0 || bps >= ENOUGH_BPS || now_us - peer->probe.fed_us > FED_US ||
        peer->relief.state == RELIEF_DRAINING || bwe_queue_us(peer->bwe) > EMPTY_US)
        return false;
    return peer->relief.state == RELIEF_PAUSED || slot_is_narrow(slot) ||
           is_held_back(slot->source->peer, now_us);
}

void probe_look(struct fwd_peer *peer, int64_t now_us)
{
    struct peer_probe *probe = &peer->probe;
    if (probe->began_us || !peer->bwe || now_us < probe->next_us)
        return;
    const struct slot *slot = slot_with_repairs(peer);
    uint32_t bps = peer_estimate_bps(peer);
    if (!slot || !is_wanted(peer, slot, now_us))
        return;
    probe->began_us = now_us;
    probe->sent = 0;
    probe->before_bps = bps;
    probe->bps = bps * TIMES > LEAST_BPS ? bps * TIMES : LEAST_BPS;
    bwe_probe(peer->bwe, true, now_us);
    if (peer_env(peer)->pace)
        peer_env(peer)->pace(peer_env(peer)->worker);
}

static void end(struct fwd_peer *peer, int64_t now_us)
{
    bwe_probe(peer->bwe, false, now_us);
    peer->probe.began_us = 0;
    peer->probe.next_us = now_us + JUDGED_US;
}

bool probe_send(struct fwd_peer *peer, int64_t now_us)
{
    struct peer_probe *probe = &peer->probe;
    if (!probe->began_us)
        return false;
    struct slot *slot = slot_with_repairs(peer);
    int64_t since_us = now_us - probe->began_us;
    uint64_t due =
        (uint64_t)probe->bps * (uint64_t)since_us / ((uint64_t)PACKET_BYTES * 8 * 1000000) + 1;
    for (; slot && probe->sent < due; probe->sent++) {
        if (!slot_padding_send(slot, now_us))
            break;
    }
    if (slot && since_us < LASTS_US)
        return true;
    end(peer, now_us);
    return false;
}

void probe_fed_back(struct fwd_peer *peer, int64_t now_us)
{
    struct peer_probe *probe = &peer->probe;
    probe->fed_us = now_us;
    if (probe->began_us || probe->before_bps == 0 || now_us < probe->next_us)
        return;
    uint32_t bps = peer_estimate_bps(peer);
    bool found = bps == 0 || bps / 4 >= probe->before_bps / 3;
    probe->before_bps = 0;
    if (!found)
        probe->next_us = now_us + AGAIN_US;
}
