#include "sfu/forward/pace.h"

#include <errno.h>
#include <stdlib.h>

#include "sfu/forward/estimate.h"
#include "sfu/forward/relief.h"
#include "sfu/forward/slot.h"
#include "sfu/forward/slot_packet.h"

enum {
    BELOW_BPS = 1000000, /* a wider line takes a burst without a queue that matters */
    PERCENT = 250,
    BURST_US = 5000,
    LATE_US = 500000, /* who waits so long is sent more than its line carries */
    LEAD_US = 1000000,
};

int pace_init(struct peer_pace *pace)
{
    if (!pace->entries)
        pace->entries = calloc(PACE_PACKETS, sizeof *pace->entries);
    return pace->entries ? 0 : -ENOMEM;
}

void pace_finish(struct peer_pace *pace)
{
    free(pace->entries);
    *pace = (struct peer_pace){0};
}

/* 0: nothing waits. */
static uint64_t pace_bps(const struct fwd_peer *peer)
{
    uint32_t bps = peer->pace.entries ? peer_estimate_bps(peer) : 0;
    return bps < BELOW_BPS ? (uint64_t)bps * PERCENT / 100 : 0;
}

void pace_sent(struct fwd_peer *peer, size_t len, int64_t now_us)
{
    struct peer_pace *pace = &peer->pace;
    uint64_t bps = pace_bps(peer);
    if (bps == 0)
        return;
    if (pace->free_us < now_us)
        pace->free_us = now_us;
    pace->free_us += (int64_t)(len * 8 * 1000000 / bps);
    if (pace->free_us > now_us + LEAD_US)
        pace->free_us = now_us + LEAD_US;
}

static void entry_send(const struct pace_entry *entry, int64_t now_us)
{
    struct uplink_packet packet;
    struct slot *slot = entry->slot;
    if (slot->running && uplink_recall(slot->source, entry->source, &packet) &&
        packet.codec == slot->codec)
        slot_packet_send_now(slot, &packet, entry->number, now_us);
    else
        peer_drop(slot->peer, SFU_DROP_TOO_OLD);
}

static struct pace_entry take(struct peer_pace *pace)
{
    struct pace_entry entry = pace->entries[pace->first];
    pace->first = (pace->first + 1) % PACE_PACKETS;
    pace->count--;
    return entry;
}

bool pace_hold(struct slot *slot, const struct uplink_packet *packet, int64_t number,
               int64_t now_us)
{
    struct fwd_peer *peer = slot->peer;
    struct peer_pace *pace = &peer->pace;
    uint64_t bps = pace_bps(peer);
    if (peer->sections[slot->section].media.kind != SFU_VIDEO || (bps == 0 && pace->count == 0) ||
        !slot->source->history.bytes || number + 1 < slot->next_number)
        return false; /* what is late already does not wait */
    if (pace->count == 0 && pace->free_us <= now_us + BURST_US)
        return false;
    if (pace->count == PACE_PACKETS) {
        struct pace_entry oldest = take(pace);
        entry_send(&oldest, now_us);
    }
    pace->entries[(pace->first + pace->count++) % PACE_PACKETS] =
        (struct pace_entry){slot, packet->number, number, now_us};
    if (peer_env(peer)->pace)
        peer_env(peer)->pace(peer_env(peer)->worker);
    return true;
}

bool pace_release(struct fwd_peer *peer, int64_t now_us)
{
    struct peer_pace *pace = &peer->pace;
    uint64_t bps = pace_bps(peer);
    if (pace->count && now_us - pace->entries[pace->first].since_us > LATE_US)
        peer_relief_drain(peer, now_us);
    while (pace->count && (bps == 0 || pace->free_us <= now_us + BURST_US)) {
        struct pace_entry entry = take(pace);
        entry_send(&entry, now_us);
    }
    return pace->count > 0;
}

void pace_empty(struct slot *slot, bool is_lost, int64_t now_us)
{
    struct peer_pace *pace = &slot->peer->pace;
    for (unsigned left = pace->count; left > 0; left--) {
        struct pace_entry entry = take(pace);
        if (entry.slot != slot)
            pace->entries[(pace->first + pace->count++) % PACE_PACKETS] = entry;
        else if (!is_lost)
            entry_send(&entry, now_us);
    }
}
