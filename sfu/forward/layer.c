#include "sfu/forward/layer.h"

#include "sfu/forward/estimate.h"
#include "sfu/forward/slot.h"
#include "sfu/forward/uplink.h"

enum {
    LOOK_US = 100000,
    ENOUGH_BPS = 2500000,   /* more than any camera sends: beyond it lines are alike */
    LOW_GUESS_BPS = 160000, /* of the small layer, while it does not come */
    NARROW_PERCENT = 45,    /* of the widest line: below it a line is narrow … */
    WIDE_PERCENT = 60,      /* … and above it, not any more */
    HEADROOM_PERCENT = 115, /* of what the better rung takes, before it is gone up to */
    THIN_PERCENT = 90, /* leaving pictures out that are less than the rest of this gains nothing */
    WORSE_US = 300000, /* so long a line is too narrow before less is sent */
    BETTER_US = 2000000, /* … wide enough before more is */
    CALM_US = 3000000,   /* what went well for so long is carried */
    TRIAL_PAUSE_US = 30000000,
    TRIAL_LONGEST_PAUSE_US = 240000000,
    LIVE_US = 700000,     /* since its last packet a layer is there */
    STARVED_US = 3000000, /* the sender's own line has no room for both */
    COME_US = 5000000,    /* an asked layer comes within */
    UNTAKEN_US = 5000000, /* nobody looks at it for so long: it can be turned off */
    REFUSAL_US = 30000000,
    REFUSAL_LONGEST_US = 240000000,
};

static bool is_live(const struct uplink *layer, int64_t now_us)
{
    return layer && layer->reception.started && !layer->ended && now_us - layer->last_us < LIVE_US;
}

static struct uplink *lowest_of(const struct section *section)
{
    struct uplink *layer = section->uplink;
    while (layer->lower && layer->lower->layer < section->media.layer_count)
        layer = layer->lower;
    return layer;
}

/* ---- what a rung takes -------------------------------------------------------------------------- */

static bool gains_by_thinning(const struct uplink *layer)
{
    return (uint64_t)layer->rate.base_bps * 100 < (uint64_t)layer->rate.bps * THIN_PERCENT;
}

static bool is_rung(const struct section *section, enum layer_rung rung)
{
    switch (rung) {
    case LAYER_FULL:
    case LAYER_LOW: return true;
    case LAYER_THIN: return gains_by_thinning(section->uplink);
    case LAYER_LOW_THIN: return gains_by_thinning(lowest_of(section));
    }
    return false;
}

static uint64_t rung_bps(const struct section *section, enum layer_rung rung, int64_t now_us)
{
    const struct uplink *low = lowest_of(section);
    switch (rung) {
    case LAYER_FULL: return section->uplink->rate.bps;
    case LAYER_THIN: return section->uplink->rate.base_bps;
    case LAYER_LOW: return is_live(low, now_us) ? low->rate.bps : LOW_GUESS_BPS;
    case LAYER_LOW_THIN: return low->rate.base_bps;
    }
    return 0;
}

/* The best that fits, or the last one there is. */
static enum layer_rung rung_for(const struct section *section, uint64_t line_bps, unsigned percent,
                                int64_t now_us)
{
    enum layer_rung last = LAYER_FULL;
    for (enum layer_rung rung = LAYER_FULL; rung <= LAYER_LOW_THIN; rung++) {
        if (!is_rung(section, rung))
            continue;
        last = rung;
        if (rung_bps(section, rung, now_us) * percent / 100 <= line_bps)
            return rung;
    }
    return last;
}

static enum layer_rung rung_above(const struct section *section, enum layer_rung rung)
{
    while (rung > LAYER_FULL)
        if (is_rung(section, --rung))
            return rung;
    return LAYER_FULL;
}

/* ---- one receiver ------------------------------------------------------------------------------- */

static void rung_set(struct layer_choice *choice, enum layer_rung rung, int64_t now_us)
{
    choice->rung = rung;
    choice->changed_us = choice->calm_since_us = now_us;
    choice->worse_since_us = choice->better_since_us = 0;
}

/* The estimate of a line that carries little does not tell how much more it would carry: what went well counts, too, until
 * the estimate goes down. True: it just did. */
static bool line_note(struct layer_choice *choice, uint32_t line_bps, uint64_t sent_bps,
                      int64_t now_us)
{
    if (line_bps < choice->line_bps - choice->line_bps / 8) {
        choice->line_bps = line_bps;
        choice->proven_bps = 0;
        choice->calm_since_us = now_us;
        return true;
    }
    if (line_bps > choice->line_bps)
        choice->line_bps = line_bps;
    if (now_us - choice->calm_since_us >= CALM_US && sent_bps > choice->proven_bps)
        choice->proven_bps = sent_bps < ENOUGH_BPS ? (uint32_t)sent_bps : ENOUGH_BPS;
    return false;
}

static void trial_end(struct layer_choice *choice, bool failed)
{
    choice->trial_us = 0;
    if (!failed)
        choice->pause_us = 0;
    else if (choice->pause_us < TRIAL_LONGEST_PAUSE_US)
        choice->pause_us = choice->pause_us ? 2 * choice->pause_us : 2 * TRIAL_PAUSE_US;
}

static void trial_begin(const struct section *section, struct layer_choice *choice, int64_t now_us)
{
    int64_t pause_us = choice->pause_us ? choice->pause_us : TRIAL_PAUSE_US;
    if (choice->rung == LAYER_FULL || now_us - choice->changed_us < pause_us ||
        now_us - choice->calm_since_us < CALM_US)
        return;
    rung_set(choice, rung_above(section, choice->rung), now_us);
    choice->trial_us = now_us;
}

static bool lasts(int64_t *since_us, bool is_so, int64_t us, int64_t now_us)
{
    if (!is_so)
        *since_us = 0;
    else if (*since_us == 0)
        *since_us = now_us;
    return is_so && now_us - *since_us >= us;
}

static void rung_choose(const struct section *section, struct layer_choice *choice,
                        uint32_t line_bps, int64_t now_us)
{
    if (choice->changed_us == 0)
        rung_set(choice, LAYER_FULL, now_us);
    bool fell = line_note(choice, line_bps, rung_bps(section, choice->rung, now_us), now_us);
    uint32_t budget = choice->proven_bps > line_bps ? choice->proven_bps : line_bps;
    enum layer_rung fits = choice->narrow ? rung_for(section, budget, 100, now_us) : LAYER_FULL;
    enum layer_rung good =
        choice->narrow ? rung_for(section, budget, HEADROOM_PERCENT, now_us) : LAYER_FULL;
    if (choice->trial_us) {
        bool is_over = now_us - choice->trial_us >= CALM_US;
        if (!fell && !is_over)
            return;
        trial_end(choice, fell);
        if (!fell)
            return; /* it is proven now */
        rung_set(choice, fits, now_us);
    } else if (lasts(&choice->worse_since_us, fits > choice->rung, WORSE_US, now_us)) {
        rung_set(choice, fits, now_us);
    } else if (lasts(&choice->better_since_us, good < choice->rung, BETTER_US, now_us)) {
        rung_set(choice, rung_above(section, choice->rung), now_us);
    } else if (choice->narrow) {
        trial_begin(section, choice, now_us);
    }
}

/* Gives the slot what was chosen, as far as it comes. */
static void slot_apply(const struct section *section, struct slot *slot, int64_t now_us)
{
    enum layer_rung rung = slot->choice.rung;
    struct uplink *top = section->uplink, *low = lowest_of(section);
    bool wants_low = rung >= LAYER_LOW || !is_live(top, now_us);
    struct uplink *layer = wants_low && is_live(low, now_us) ? low : top;
    slot->thin =
        rung == LAYER_THIN || rung == LAYER_LOW_THIN || (rung == LAYER_LOW && layer == top);
    if (is_live(layer, now_us) || layer == top)
        slot_want(slot, layer, now_us);
}

/* ---- a section and all who see it ------------------------------------------------------------- */

struct audience {
    struct slot *slots[SFU_MAX_ROOM_PEERS];
    unsigned count;
    uint32_t widest_bps;
};

static uint32_t line_bps(const struct slot *slot)
{
    uint32_t bps = slot_line_bps(slot);
    if (slot->choice.proven_bps > bps)
        bps = slot->choice.proven_bps;
    return bps < ENOUGH_BPS ? bps : ENOUGH_BPS;
}

static void slots_gather(const struct fwd_peer *viewer, const struct uplink *top,
                         struct audience *audience)
{
    for (unsigned i = 0; i < viewer->section_count; i++) {
        struct slot *slot = viewer->sections[i].slot;
        if (!slot || slot->fed != top || audience->count == SFU_MAX_ROOM_PEERS)
            continue;
        audience->slots[audience->count++] = slot;
        if (line_bps(slot) > audience->widest_bps)
            audience->widest_bps = line_bps(slot);
    }
}

static struct audience audience_of(const struct fwd_peer *peer, const struct uplink *top)
{
    struct audience audience = {0};
    for (unsigned i = 0; i < peer->room->peer_count; i++)
        slots_gather(peer->room->peers[i], top, &audience);
    return audience;
}

/* Whether the sender can do what is asked: send the small layer beside the large one. */
static void sender_watch(struct section *section, int64_t now_us)
{
    struct layers *layers = &section->layers;
    bool low_is_live = is_live(lowest_of(section), now_us);
    bool is_missing = layers->is_asked && !low_is_live && now_us - layers->asked_us >= COME_US &&
                      is_live(section->uplink, now_us);
    bool is_starved = lasts(&layers->starved_us, low_is_live && !is_live(section->uplink, now_us),
                            STARVED_US, now_us);
    if (!layers->is_asked || (!is_missing && !is_starved))
        return;
    layers->refusal_us = layers->refusal_us ? 2 * layers->refusal_us : REFUSAL_US;
    if (layers->refusal_us > REFUSAL_LONGEST_US)
        layers->refusal_us = REFUSAL_LONGEST_US;
    layers->refused_us = now_us + layers->refusal_us;
    layers->is_asked = false;
    layers->starved_us = 0;
}

static void asked_note(struct section *section, bool is_taken, int64_t now_us)
{
    struct layers *layers = &section->layers;
    if (is_taken && !layers->is_asked)
        layers->asked_us = now_us;
    if (is_taken)
        layers->is_asked = true;
    else if (lasts(&layers->untaken_us, layers->is_asked, UNTAKEN_US, now_us))
        layers->is_asked = false;
    if (is_taken)
        layers->untaken_us = 0;
}

static void asked_tell(struct fwd_peer *peer, unsigned index)
{
    struct layers *layers = &peer->sections[index].layers;
    struct sfu_event event = {
        .type = SFU_EVENT_LAYERS, .section = index, .layers = layers->is_asked ? 3 : 1};
    if (layers->is_asked != layers->is_told && peer_event(peer, &event))
        layers->is_told = layers->is_asked;
}

void layers_tick(struct fwd_peer *peer, unsigned index, int64_t now_us)
{
    struct section *section = &peer->sections[index];
    struct layers *layers = &section->layers;
    if (!section->uplink || !section->uplink->lower || now_us - layers->looked_us < LOOK_US)
        return;
    layers->looked_us = now_us;
    bool is_layered = section->media.inbound && section->media.layer_count > 1;
    struct audience audience = audience_of(peer, section->uplink);
    if (is_layered)
        sender_watch(section, now_us);
    bool can_choose = is_layered && audience.count > 1 && now_us >= layers->refused_us;
    bool is_taken = false;
    for (unsigned i = 0; i < audience.count; i++) {
        struct slot *slot = audience.slots[i];
        struct layer_choice *choice = &slot->choice;
        unsigned percent = choice->narrow ? WIDE_PERCENT : NARROW_PERCENT;
        choice->narrow =
            can_choose && (uint64_t)line_bps(slot) * 100 < (uint64_t)audience.widest_bps * percent;
        rung_choose(section, choice, slot_line_bps(slot), now_us);
        slot_apply(section, slot, now_us);
        is_taken |= can_choose && choice->rung >= LAYER_LOW;
    }
    asked_note(section, is_taken, now_us);
    asked_tell(peer, index);
}

bool slot_is_narrow(const struct slot *slot)
{
    return slot->choice.narrow;
}
