#include "signaling/session/layout.h"

/* One call's view of it all. */
struct plan {
    struct sig_layout *layout;
    const struct sig_layout_other *others;
    unsigned count;
    int audio_slots, video_slots, pairs;
};

void sig_layout_init(struct sig_layout *layout)
{
    for (int i = 0; i < SIG_MAX_SLOTS; i++)
        layout->pair[i] = layout->document[i] = -1;
}

static const struct sig_layout_other *other_find(const struct plan *plan, int place)
{
    for (unsigned i = 0; i < plan->count; i++)
        if (plan->others[i].place == place)
            return &plan->others[i];
    return 0;
}

static int slot_of(const int *slots, int place)
{
    for (int i = 0; i < SIG_MAX_SLOTS; i++)
        if (slots[i] == place)
            return i;
    return -1;
}

static void gone_remove(const struct plan *plan)
{
    struct sig_layout *layout = plan->layout;
    for (int i = 0; i < SIG_MAX_SLOTS; i++) {
        const struct sig_layout_other *sender = other_find(plan, layout->document[i]);
        if (i >= plan->pairs || !other_find(plan, layout->pair[i]))
            layout->pair[i] = -1;
        if (i >= plan->video_slots || !sender || !sender->document)
            layout->document[i] = -1;
    }
}

static bool has_picture(const struct plan *plan, int slot)
{
    return slot < plan->video_slots && plan->layout->document[slot] < 0;
}

static bool has_voice(const struct plan *plan, int slot)
{
    return slot < plan->audio_slots;
}

/* The best free slot: voice and picture, else a voice, else a picture. */
static int pair_free(const struct plan *plan)
{
    int best = -1, best_worth = 0;
    for (int i = 0; i < plan->pairs; i++) {
        int worth = 2 * has_voice(plan, i) + has_picture(plan, i);
        if (plan->layout->pair[i] < 0 && worth > best_worth) {
            best = i;
            best_worth = worth;
        }
    }
    return best;
}

/* Whose place can be taken: the one that has been silent for the longest; -1: nobody's. */
static int victim_find(const struct plan *plan, const struct sig_layout_other *taker, bool picture)
{
    int victim = -1;
    int64_t oldest_us = 0;
    bool any = taker->keeps || taker->leads;
    for (int i = 0; i < plan->pairs; i++) {
        const struct sig_layout_other *other = other_find(plan, plan->layout->pair[i]);
        if (!other || other == taker || other->keeps || (other->speaks && !any) ||
            (other->leads && !taker->keeps) || !has_voice(plan, i) ||
            (picture && !has_picture(plan, i)))
            continue;
        if (victim < 0 || other->spoke_us < oldest_us) {
            victim = i;
            oldest_us = other->spoke_us;
        }
    }
    return victim;
}

static void pair_place(const struct plan *plan, const struct sig_layout_other *other)
{
    int slot = pair_free(plan);
    if (slot < 0 && (other->keeps || other->speaks || other->leads))
        slot = victim_find(plan, other, false);
    if (slot >= 0)
        plan->layout->pair[slot] = other->place;
}

/* Who is heard and not seen, since somebody's paper lies there, changes places once it comes to the front. */
static void picture_claim(const struct plan *plan, const struct sig_layout_other *other)
{
    int *pair = plan->layout->pair;
    int own = slot_of(pair, other->place);
    if (own < 0 || has_picture(plan, own) || (!other->leads && !other->keeps))
        return;
    int slot = victim_find(plan, other, true);
    if (slot < 0)
        return;
    pair[own] = pair[slot];
    pair[slot] = other->place;
}

/* From the end: a free slot, else one whose pair can do without its picture. */
static void document_place(const struct plan *plan, int place)
{
    struct sig_layout *layout = plan->layout;
    int slot = -1;
    int64_t oldest_us = 0;
    for (int i = plan->video_slots; i-- > 0;) {
        const struct sig_layout_other *other = other_find(plan, layout->pair[i]);
        if (layout->document[i] >= 0 || (other && (other->keeps || other->leads)))
            continue;
        if (!other) {
            slot = i;
            break;
        }
        if (slot < 0 || other->spoke_us < oldest_us) {
            slot = i;
            oldest_us = other->spoke_us;
        }
    }
    if (slot >= 0)
        layout->document[slot] = place;
}

static int least(unsigned slots)
{
    return slots < SIG_MAX_SLOTS ? (int)slots : SIG_MAX_SLOTS;
}

void sig_layout_update(struct sig_layout *layout, const struct sig_layout_other *others,
                       unsigned count, unsigned audio_slots, unsigned video_slots)
{
    struct plan plan = {layout, others, count, least(audio_slots), least(video_slots), 0};
    plan.pairs = plan.audio_slots > plan.video_slots ? plan.audio_slots : plan.video_slots;
    gone_remove(&plan);
    for (int kept = 1; kept >= 0; kept--)
        for (unsigned i = 0; i < count; i++)
            if (others[i].keeps == (bool)kept && slot_of(layout->pair, others[i].place) < 0)
                pair_place(&plan, &others[i]);
    for (unsigned i = 0; i < count; i++)
        if (others[i].document && slot_of(layout->document, others[i].place) < 0)
            document_place(&plan, others[i].place);
    for (unsigned i = 0; i < count; i++)
        picture_claim(&plan, &others[i]);
}
