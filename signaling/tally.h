/* What is counted from the start on: ends of sessions, HTTP answers, refusals. The daemon owns it; the figures of
 * /metrics and of shipinbanctl come from here. Control thread. */
#ifndef SIGNALING_TALLY_H
#define SIGNALING_TALLY_H

#include <glib.h>
#include <stdint.h>

#include "signaling/session/ending.h"

struct sig_tally {
    uint64_t created; /* sessions */
    uint64_t joins;   /* became active */
    uint64_t ended[SIG_REASON_COUNT][SIG_PHASE_COUNT];
    uint64_t answers[6]; /* HTTP, by the first digit of the status */
    GHashTable
        *refusals; /* code -> struct of a count; of messages, by code; see sig_tally_refusal() */
};

void sig_tally_init(struct sig_tally *tally);
void sig_tally_finish(struct sig_tally *tally);

void sig_tally_end(struct sig_tally *tally, const struct sig_ending *ending);
void sig_tally_answer(struct sig_tally *tally, unsigned status);
/* A message was refused with this code (docs/protocol.md, Errors). Codes are a closed list of ours: the table is as long
 * as that list; anything beyond a hundred of them is counted as "other". */
void sig_tally_refusal(struct sig_tally *tally, const char *code);
/* The number of refusals with one code, of those that sig_tally_refusal() keeps in `refusals`. */
uint64_t sig_tally_refusals(const struct sig_tally *tally, const char *code);

#endif
