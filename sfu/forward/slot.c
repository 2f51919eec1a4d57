#include "sfu/forward/slot.h"

#include <errno.h>
#include <stdlib.h>

#include "base/crypto/random.h"
#include "sfu/forward/slot_packet.h"

enum {
    LEAST_STEP_US = 10000, /* between the last timestamp of one source and the first of the next */
    LAYER_STEP_US = 1000,  /* … where both are the same picture */
    CLOCK_TRUST_US =
        500000, /* how far sender reports may differ from arrival before they are not believed */
    KEYFRAME_REPLAY_US =
        300000, /* a key frame this young is sent out of the history instead of asked for */
    REPLAY_PAUSE_US = 300000, /* from one replay out of the history to the next */
};

static struct section *slot_section(const struct slot *slot)
{
    return &slot->peer->sections[slot->section];
}

static bool is_video(const struct slot *slot)
{
    return slot_section(slot)->media.kind == SFU_VIDEO;
}

/* Its receiver's line has no room for a picture now. */
static bool is_left_out(const struct slot *slot)
{
    return is_video(slot) && slot->peer->relief.state != RELIEF_NONE;
}

int slot_create(struct fwd_peer *peer, unsigned section, struct slot **ret_slot)
{
    struct slot *slot = calloc(1, sizeof *slot);
    if (!slot)
        return -ENOMEM;
    slot->peer = peer;
    slot->section = section;
    slot->state = SFU_SLOT_EMPTY;
    slot->tellings = bucket_make(SLOT_TELLINGS_PER_S, SLOT_TELLINGS_BURST);
    slot->wishes = bucket_make(SLOT_WISHES_PER_S, SLOT_WISHES_BURST);
    *ret_slot = slot;
    return 0;
}

static void wanted_forget(struct slot *slot)
{
    if (!slot->wanted)
        return;
    struct slot **link = &slot->wanted->waiting;
    while (*link != slot)
        link = &(*link)->wanted_next;
    *link = slot->wanted_next;
    slot->wanted_next = NULL;
    slot->wanted = NULL;
}

static void join(struct slot *slot, struct uplink *source)
{
    slot->source = source;
    slot->next = source->slots;
    source->slots = slot;
}

static void leave(struct slot *slot)
{
    wanted_forget(slot);
    if (!slot->source)
        return;
    struct slot **link = &slot->source->slots;
    while (*link != slot)
        link = &(*link)->next;
    *link = slot->next;
    slot->next = NULL;
    slot->source = NULL;
}

void slot_destroy(struct slot *slot)
{
    if (!slot)
        return;
    pace_empty(slot, true, slot->peer->room->now_us);
    leave(slot);
    history_finish(&slot->wire);
    free(slot->sent);
    free(slot);
}

int slot_prepare(struct slot *slot)
{
    const struct sfu_section *media = &slot_section(slot)->media;
    bool nack = false, wire = false;
    for (unsigned i = 0; i < media->payload_count; i++) {
        nack |= media->payloads[i].nack;
        wire |= media->payloads[i].nack && media->payloads[i].rtx_pt == 0;
    }
    if (nack && !slot->sent) {
        slot->sent = calloc(SLOT_SENT, sizeof *slot->sent);
        if (!slot->sent)
            return -ENOMEM;
    }
    return wire && !slot->wire.bytes ? history_init(&slot->wire) : 0;
}

static void state_tell(struct slot *slot, int64_t now_us)
{
    if (!slot->untold || !bucket_take(&slot->tellings, now_us))
        return;
    struct sfu_event event = {.type = SFU_EVENT_SLOT,
                              .section = slot->section,
                              .codec = slot->source ? slot->source->codec : SFU_CODEC_NONE,
                              .slot = slot->state};
    slot->untold = !peer_event(slot->peer, &event);
}

/* A source can make its slots change with every packet: what is told is told in time, but not each
 * change of it. */
static void state_set(struct slot *slot, enum sfu_slot_state state, int64_t now_us)
{
    if (slot->state == state)
        return;
    slot->state = state;
    slot->untold = true;
    state_tell(slot, now_us);
}

/* What the source's clock said, in the room's time, when it made the packet with this timestamp; -1
 * while there is no sender report. */
static int64_t clock_us(const struct uplink *uplink, uint32_t timestamp)
{
    if (!uplink->report.known || !uplink->peer->clock.known)
        return -1;
    int64_t ticks = (int32_t)(timestamp - uplink->report.timestamp);
    return uplink->report.wall_us + uplink->peer->clock.offset_us +
           ticks * 1000000 / codec_rate(uplink->codec);
}

/* No packet of what flowed until now will follow. */
static void stop(struct slot *slot)
{
    if (!slot->running)
        return;
    pace_empty(slot, is_left_out(slot), slot->peer->room->now_us);
    slot->running = false;
    slot->last_clock_us = -1;
    if (slot->epoch == slot->source->epoch && slot->codec == slot->source->codec)
        slot->last_clock_us = clock_us(slot->source, slot->last_timestamp - slot->timestamp_offset);
}

void slot_reconsider(struct slot *slot, int64_t now_us)
{
    struct uplink *source = slot->source;
    if (!source) {
        state_set(slot, SFU_SLOT_EMPTY, now_us);
        return;
    }
    if (slot->running) {
        slot->payload = section_codec(slot_section(slot), slot->codec);
        if (source->to_slots && slot->payload && !is_left_out(slot))
            return;
        stop(slot);
    }
    if (!source->to_slots) {
        state_set(slot, SFU_SLOT_GATED, now_us);
    } else if (source->codec != SFU_CODEC_NONE &&
               !section_codec(slot_section(slot), source->codec)) {
        state_set(slot, SFU_SLOT_CODEC_UNSUPPORTED, now_us);
    } else if (is_video(slot) && slot->peer->relief.state == RELIEF_PAUSED) {
        state_set(slot, SFU_SLOT_PAUSED, now_us);
    } else if (is_video(slot)) {
        state_set(slot, SFU_SLOT_WAITING_KEYFRAME, now_us);
        if (slot->peer->secured && !is_left_out(slot))
            uplink_keyframe_wish(source, now_us);
    } else {
        state_set(slot, SFU_SLOT_ACTIVE, now_us);
    }
}

void slot_source_ended(struct slot *slot, int64_t now_us)
{
    if (is_video(slot))
        stop(slot);
    slot_reconsider(slot, now_us);
}

/* A key frame that has only just begun serves the next receiver, too: its first packet brings the
 * rest along. */
static void young_keyframe_replay(struct slot *slot, int64_t now_us)
{
    struct uplink *source = slot->source;
    struct uplink_packet packet;
    if (is_video(slot) && source->to_slots && slot->peer->secured && source->keyframe_known &&
        now_us - source->keyframe_us <= KEYFRAME_REPLAY_US &&
        uplink_recall(source, source->keyframe_number, &packet))
        slot_forward(slot, &packet, now_us);
}

void slot_feed(struct slot *slot, struct uplink *source, int64_t now_us)
{
    if (slot->fed == source)
        return;
    if (slot->source) {
        stop(slot);
        leave(slot);
    }
    slot->fed = source;
    slot->choice = (struct layer_choice){0};
    slot->thin = false;
    if (source) {
        join(slot, source);
        if (slot->state == SFU_SLOT_ACTIVE)
            slot->state =
                SFU_SLOT_EMPTY; /* the new source tells its state even if it is the same */
        young_keyframe_replay(slot, now_us);
    }
    if (!slot->running)
        slot_reconsider(slot, now_us);
}

void slot_want(struct slot *slot, struct uplink *layer, int64_t now_us)
{
    if (slot->source == layer || slot->wanted == layer || !slot->running)
        wanted_forget(slot);
    if (slot->source == layer)
        return;
    if (slot->running) {
        wanted_forget(slot);
        slot->wanted = layer;
        slot->wanted_next = layer->waiting;
        layer->waiting = slot;
        uplink_keyframe_wish(layer, now_us);
        return;
    }
    leave(slot);
    join(slot, layer);
    young_keyframe_replay(slot, now_us);
    if (!slot->running)
        slot_reconsider(slot, now_us);
}

static void numbers_start(struct slot *slot, const struct uplink_packet *packet)
{
    if (slot->started)
        return;
    slot->started = true;
    /* Below 2^15, so that a loss at the start does not make receivers guess the SRTP roll-over
     * wrong. */
    slot->next_number = 65536 + (random_u32() & 0x7fff);
    slot->rtx_seq = random_u32() & 0x7fff;
    slot->last_timestamp = random_u32();
    slot->last_picture_id = random_u32() & 0x7fff;
    slot->last_tl0 = (uint8_t)random_u32();
}

static uint32_t timestamp_step(const struct slot *slot, const struct uplink_packet *packet,
                               int64_t now_us)
{
    int64_t step_us = now_us - slot->last_us;
    int64_t at_us = clock_us(slot->source, packet->rtp.timestamp);
    if (at_us >= 0 && slot->last_clock_us >= 0) {
        int64_t by_clock_us = at_us - slot->last_clock_us;
        if (llabs(by_clock_us - step_us) < CLOCK_TRUST_US)
            step_us = by_clock_us;
    }
    int64_t least_us = slot->is_crossing ? LAYER_STEP_US : LEAST_STEP_US;
    if (step_us < least_us)
        step_us = least_us;
    return (uint32_t)(step_us * codec_rate(packet->codec) / 1000000);
}

/* Fits this packet's numbers to what the receiver saw last. */
static void numbers_fit(struct slot *slot, const struct uplink_packet *packet, int64_t now_us)
{
    bool first = !slot->started;
    numbers_start(slot, packet);
    renumber_start(&slot->renumber, packet->number, slot->next_number);
    slot->highest_source = packet->number - 1;
    uint32_t step = first ? 1 : timestamp_step(slot, packet, now_us);
    slot->timestamp_offset = slot->last_timestamp + step - packet->rtp.timestamp;
    slot->last_timestamp += step;
    renumber_start(&slot->pictures, packet->picture_id, slot->last_picture_id + 1);
    slot->highest_picture = packet->picture_id - 1;
    slot->left_out = 0;
    slot->thinning = false;
    slot->tl0_offset = (uint8_t)(slot->last_tl0 + 1 - packet->vp8.tl0);
    slot->switches++;
}

/* Whether something came after it already, which then is to follow it. */
static bool is_late(const struct slot *slot, const struct uplink_packet *packet)
{
    return packet->number < slot->source->reception.highest;
}

/* Whether a decoder can start with this packet. A late one brings a replay along: after one of
 * those a fresh key frame is waited for. */
static bool can_start(const struct slot *slot, const struct uplink_packet *packet, int64_t now_us)
{
    if (packet->rtp.payload_len == 0)
        return false;
    if (!is_video(slot))
        return true;
    return packet->keyframe_start &&
           (!is_late(slot, packet) || now_us - slot->replayed_us >= REPLAY_PAUSE_US);
}

/* Tries to let the source's packets flow, beginning with this one. */
static bool begin(struct slot *slot, const struct uplink_packet *packet, int64_t now_us)
{
    if (slot->running)
        stop(slot);
    slot->payload = section_codec(slot_section(slot), packet->codec);
    if (!slot->payload) {
        state_set(slot, SFU_SLOT_CODEC_UNSUPPORTED, now_us);
        peer_drop(slot->peer, SFU_DROP_CODEC_UNSUPPORTED);
        return false;
    }
    if (!can_start(slot, packet, now_us)) {
        if (is_video(slot)) {
            state_set(slot, SFU_SLOT_WAITING_KEYFRAME, now_us);
            uplink_keyframe_wish(slot->source, now_us);
        }
        peer_drop(slot->peer, SFU_DROP_WAITING_KEYFRAME);
        return false;
    }
    numbers_fit(slot, packet, now_us);
    slot->running = true;
    slot->epoch = slot->source->epoch;
    slot->codec = packet->codec;
    slot->last_us = now_us;
    return true;
}

static bool is_above(struct slot *slot, const struct uplink_packet *packet)
{
    if (vp8_tid(&packet->vp8) == 0)
        return false;
    if (slot->thin)
        slot->thinning = true;
    else if (vp8_is_sync(&packet->vp8))
        slot->thinning = false;
    return slot->thinning;
}

/* Whether the packet is of a picture that this receiver does not get. With a picture's first packet it is decided for the
 * whole of it. */
static bool is_of_left_out(struct slot *slot, const struct uplink_packet *packet)
{
    enum { REMEMBERED = 64 };
    if (packet->codec != SFU_CODEC_VP8 || packet->rtp.payload_len == 0 || packet->vp8.id_bits == 0)
        return false;
    int64_t ahead = packet->picture_id - slot->highest_picture;
    if (ahead <= 0)
        return ahead > -REMEMBERED && (slot->left_out >> -ahead & 1);
    slot->left_out = ahead < REMEMBERED ? slot->left_out << ahead : 0;
    slot->highest_picture = packet->picture_id;
    if (!is_above(slot, packet))
        return false;
    slot->left_out |= 1;
    renumber_leave_out(&slot->pictures, packet->picture_id);
    return true;
}

/* What comes late of a picture that is left out has a number that the receiver waits for: it gets the number alone. */
static void hollow_send(struct slot *slot, const struct uplink_packet *packet, int64_t number,
                        int64_t now_us)
{
    struct uplink_packet hollow = *packet;
    hollow.rtp.payload_len = 0;
    slot_packet_send(slot, &hollow, number, now_us);
}

static void pass_on(struct slot *slot, const struct uplink_packet *packet, int64_t now_us)
{
    int64_t number;
    bool left_out = is_of_left_out(slot, packet);
    if (!renumber_map(&slot->renumber, packet->number, &number)) {
        peer_drop(slot->peer, SFU_DROP_TOO_OLD);
        return;
    }
    if (packet->number > slot->highest_source) {
        slot->highest_source = packet->number;
        if (packet->rtp.payload_len == 0 ||
            left_out) { /* the receiver never learns of a probe, either */
            renumber_leave_out(&slot->renumber, packet->number);
            return;
        }
        slot->last_us = now_us;
        slot->last_timestamp = packet->rtp.timestamp + slot->timestamp_offset;
    }
    if (number >= slot->next_number) /* also of a late one, where a probe came in between */
        slot->next_number = number + 1;
    if (left_out)
        hollow_send(slot, packet, number, now_us);
    else
        slot_packet_send(slot, packet, number, now_us);
}

/* Sends what followed `first`. It never starts the slot anew, so one packet in is never more than
 * the history out. */
static void replay(struct slot *slot, const struct uplink_packet *first, int64_t now_us)
{
    struct uplink_packet packet;
    slot->replayed_us = now_us;
    for (int64_t number = first->number + 1; number <= slot->source->reception.highest; number++) {
        if (!uplink_recall(slot->source, number, &packet))
            continue;
        if (packet.codec != first->codec)
            return;
        pass_on(slot, &packet, now_us);
    }
}

/* A line that is behind gets no new pictures: one that is begun is sent to its end, and the next to follow
 * is a key frame, which is asked for when there is room again. */
static bool is_crowded_out(struct slot *slot, const struct uplink_packet *packet, int64_t now_us)
{
    const struct fwd_env *env = peer_env(slot->peer);
    uint32_t timestamp = packet->rtp.timestamp + slot->timestamp_offset;
    bool begun = slot->running && (int32_t)(timestamp - slot->last_timestamp) <= 0;
    if (!is_video(slot) || begun || !env->crowded || !env->crowded(slot->peer->transport))
        return false;
    stop(slot);
    state_set(slot, SFU_SLOT_WAITING_KEYFRAME, now_us);
    peer_drop(slot->peer, SFU_DROP_CROWDED);
    return true;
}

void slot_forward(struct slot *slot, const struct uplink_packet *packet, int64_t now_us)
{
    if (!slot->source->to_slots) {
        peer_drop(slot->peer, SFU_DROP_GATED);
        return;
    }
    if (!slot->peer->secured) {
        peer_drop(slot->peer, SFU_DROP_NOT_SECURED);
        return;
    }
    if (is_crowded_out(slot, packet, now_us))
        return;
    if (is_left_out(slot)) {
        peer_drop(slot->peer, SFU_DROP_CONGESTED);
        return;
    }
    if (slot->running && slot->epoch == slot->source->epoch && slot->codec == packet->codec) {
        pass_on(slot, packet, now_us);
        return;
    }
    if (!begin(slot, packet, now_us))
        return;
    pass_on(slot, packet, now_us);
    state_set(slot, SFU_SLOT_ACTIVE, now_us);
    slot_report_send(slot, now_us);
    if (is_late(slot, packet))
        replay(slot, packet, now_us);
}

void slot_go_over(struct slot *slot, const struct uplink_packet *packet, int64_t now_us)
{
    struct uplink *layer = slot->wanted;
    bool is_late = packet->number < layer->reception.highest;
    if (!layer->to_slots || !section_codec(slot_section(slot), packet->codec) ||
        (is_late && now_us - slot->replayed_us < REPLAY_PAUSE_US))
        return;
    stop(slot);
    leave(slot);
    join(slot, layer);
    slot->is_crossing = true;
    slot_forward(slot, packet, now_us);
    slot->is_crossing = false;
}

void slot_tick(struct slot *slot, int64_t now_us)
{
    enum { SENDING_US = 1000000 };
    state_tell(slot, now_us);
    if (slot->wanted)
        uplink_keyframe_wish(slot->wanted, now_us);
    if (slot->state != SFU_SLOT_WAITING_KEYFRAME || !slot->peer->secured || !slot->source ||
        is_left_out(slot))
        return;
    const struct fwd_env *env = peer_env(slot->peer);
    if (env->crowded && env->crowded(slot->peer->transport))
        return;
    if (now_us - slot->source->last_us < SENDING_US)
        uplink_keyframe_wish(slot->source, now_us);
}

void slot_keyframe_wished(struct slot *slot, int64_t now_us)
{
    if (slot->source && !is_left_out(slot) && bucket_take(&slot->wishes, now_us))
        uplink_keyframe_wish(slot->source, now_us);
}
