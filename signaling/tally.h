/* What is counted from the start on: ends of sessions, refusals. The daemon owns it; the figures of
 * /metrics and of shipinbanctl come from here. Control thread. */
#ifndef SIGNALING_TALLY_H
#define SIGNALING_TALLY_H

#include <glib.h>
#include <stdint.h>

#include "signaling/session/ending.h"

/* Why a recording failed. */
enum sig_unrecorded {
    SIG_UNRECORDED_NO_SPACE,
    SIG_UNRECORDED_NOT_OPENED,
    SIG_UNRECORDED_WRITE,
    SIG_UNRECORDED_COUNT
};
const char *sig_unrecorded_name(enum sig_unrecorded cause);

struct sig_tally {
    uint64_t created; /* sessions */
    uint64_t joins;   /* became active */
    uint64_t ended[SIG_REASON_COUNT][SIG_PHASE_COUNT];
    uint64_t unrecorded[SIG_UNRECORDED_COUNT];
    int64_t lost_at_us;   /* when packets last found no room in a ring, monotonic; 0: never */
    bool unrecorded_now;  /* the last recording that was tried failed */
    GHashTable *refusals; /* code -> uint64_t; owned */
};

void sig_tally_init(struct sig_tally *tally);
void sig_tally_finish(struct sig_tally *tally);

void sig_tally_end(struct sig_tally *tally, const struct sig_ending *ending);
/* A session's recording could not begin, or broke off. */
void sig_tally_unrecorded(struct sig_tally *tally, enum sig_unrecorded cause);
/* A message was refused with this code (docs/protocol.md, Errors). Codes are a closed list of ours: the table is as long
 * as that list; anything beyond a hundred of them is counted as "other". */
void sig_tally_refusal(struct sig_tally *tally, const char *code);

#endif
