/* Who is in which receive slot of a page: pair n is one participant's voice and camera, so that browsers keep lip
 * sync; documents take picture slots of their own from the other end. An assignment never moves while its participant
 * stays: what a person looks at stays in its place. Pure. */
#ifndef SIGNALING_SESSION_LAYOUT_H
#define SIGNALING_SESSION_LAYOUT_H

#include <stdbool.h>

enum { SIG_MAX_SLOTS = 8 };

struct sig_layout {
    int pair[SIG_MAX_SLOTS];     /* place of the participant, -1 free */
    int document[SIG_MAX_SLOTS]; /* the same, by picture slot */
};

struct sig_layout_other {
    int place;
    bool document; /* sends a second picture */
};

void sig_layout_init(struct sig_layout *layout);

/* Takes out who is gone and puts in who is new, in the order given. Who finds no slot is not seen. */
void sig_layout_update(struct sig_layout *layout, const struct sig_layout_other *others,
                       unsigned count, unsigned audio_slots, unsigned video_slots);

#endif
