/* Who is in which receive slot of a page: pair n is one participant's voice and camera, so that browsers keep lip
 * sync; documents take picture slots of their own from the other end. An assignment does not move while its participant
 * stays and there is place for everybody: what a person looks at stays in its place. Where there is not, whoever speaks
 * takes the place of who has been silent for the longest. Pure. */
#ifndef SIGNALING_SESSION_LAYOUT_H
#define SIGNALING_SESSION_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

enum { SIG_MAX_SLOTS = 8 };

struct sig_layout {
    int pair[SIG_MAX_SLOTS]; /* place of the participant, -1 free */
    int document
        [SIG_MAX_SLOTS]; /* the same, by picture slot; the pair of that number is heard alone */
};

struct sig_layout_other {
    int place;
    bool document; /* sends a second picture */
    bool keeps;    /* never gives up its pair: citizen and clerk */
    bool speaks;   /* now */
    bool leads;    /* … and is in front of all others */
    int64_t spoke_us;
};

void sig_layout_init(struct sig_layout *layout);

/* Takes out who is gone and puts in who is new, in the order given. Who finds no slot is not seen, but: who `keeps`
 * takes the pair of one that does not; who `leads` that of the one silent for the longest, who `speaks` only where that
 * one does not speak too. */
void sig_layout_update(struct sig_layout *layout, const struct sig_layout_other *others,
                       unsigned count, unsigned audio_slots, unsigned video_slots);

#endif
