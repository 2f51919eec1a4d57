/* Which layer of a camera a receiver gets: its size (simulcast, RFC 8853) and, of VP8, whether pictures of higher temporal
 * layers are left out. Where several people see a camera those whose lines are much narrower than the widest get less of it;
 * the others share the largest layer. Worker thread; nothing allocates. */
#ifndef SFU_FORWARD_LAYER_H
#define SFU_FORWARD_LAYER_H

#include <stdbool.h>
#include <stdint.h>

struct fwd_peer;
struct slot;

/* From the whole picture down. */
enum layer_rung {
    LAYER_FULL,
    LAYER_THIN,     /* … without its higher temporal layers */
    LAYER_LOW,      /* the smallest layer */
    LAYER_LOW_THIN, /* … without its higher temporal layers */
};

/* What one slot gets. */
struct layer_choice {
    bool narrow; /* its line is much narrower than others' that see the same */
    enum layer_rung rung;
    int64_t changed_us, worse_since_us, better_since_us; /* 0: it is not so */
    uint32_t line_bps;   /* the most that its line was estimated at since it last went down */
    uint32_t proven_bps; /* what it was sent for a while without complaint */
    int64_t calm_since_us;
    int64_t trial_us; /* since when a better rung is tried; 0: none is */
    int64_t pause_us; /* from one trial to the next; 0: the shortest */
};

/* What is sent of one section. */
struct layers {
    int64_t looked_us;
    bool is_asked, is_told; /* the small layer, by those who look; as the control thread knows */
    int64_t asked_us;       /* since when */
    int64_t untaken_us;     /* since when nobody looks at it; 0: somebody does */
    int64_t starved_us;     /* since when the large layer does not come beside it; 0: it does */
    int64_t
        refused_us; /* until then the small layer is not asked for: it does not come, or takes the large one's place */
    int64_t refusal_us; /* how long such a time is */
};

/* Every FWD_TICK_US, for each section of a sender. */
void layers_tick(struct fwd_peer *peer, unsigned section, int64_t now_us);

/* Whether this slot's line says nothing about what its source may send: it gets less than the rest. */
bool slot_is_narrow(const struct slot *slot);

#endif
