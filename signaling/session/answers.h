/* The answers to a client's last requests, so that a request sent again after a resume is not done twice. One
 * thread. */
#ifndef SIGNALING_SESSION_ANSWERS_H
#define SIGNALING_SESSION_ANSWERS_H

#include <glib.h>
#include <stdint.h>

enum { SIG_KEPT_ANSWERS = 64 };

struct sig_answers {
    struct sig_kept {
        int64_t id;    /* 0: free */
        GBytes *frame; /* NULL: still being worked on */
    } kept[SIG_KEPT_ANSWERS];
    int64_t highest_id;
};

enum sig_repetition {
    SIG_FIRST,     /* never seen: do it */
    SIG_WORKING,   /* seen, its answer will come */
    SIG_KEPT,      /* seen, here is its answer */
    SIG_FORGOTTEN, /* seen so long ago that its answer is gone */
    SIG_CROWDED,   /* too many are being worked on */
};

void sig_answers_finish(struct sig_answers *answers);

/* Takes note of request `id` (positive). `ret_frame` is set for SIG_KEPT, borrowed. */
enum sig_repetition sig_answers_begin(struct sig_answers *answers, int64_t id, GBytes **ret_frame);

/* Keeps the answer; takes a reference. */
void sig_answers_keep(struct sig_answers *answers, int64_t id, GBytes *frame);

#endif
