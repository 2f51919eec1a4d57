#include "sfu/forward/missing.h"

#include <string.h>

enum { RETRY_MARGIN_US = 20000 };

int64_t missing_add(struct missing *missing, int64_t from, int64_t to, int64_t now_us)
{
    int64_t given_up = 0;
    if (to - from > MISSING_MAX) {
        from = to - MISSING_MAX;
        given_up = from - 1;
    }
    unsigned room = MISSING_MAX - missing->count;
    unsigned need = (unsigned)(to - from);
    if (need > room) {
        unsigned drop = need - room;
        if (given_up == 0)
            given_up = missing->packets[drop - 1].number;
        memmove(missing->packets, missing->packets + drop,
                (missing->count - drop) * sizeof missing->packets[0]);
        missing->count -= drop;
    }
    for (int64_t number = from; number < to; number++)
        missing->packets[missing->count++] =
            (struct missing_packet){.number = number, .since_us = now_us};
    return given_up;
}

static int64_t shorter(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What was not asked for, or not long enough ago for an answer, was only overtaken. A repair says that the
 * loss was one: the next time less is waited for. */
static void reorder_learn(struct missing *missing, const struct missing_packet *packet,
                          bool repaired, int64_t rtt_us, int64_t now_us)
{
    int64_t late_us = shorter(now_us - packet->since_us, MISSING_REORDER_MOST_US);
    bool answer = packet->tries > 0 && now_us - packet->asked_us >= rtt_us / 2;
    if (repaired || answer)
        missing->reorder_us -= missing->reorder_us >> 3;
    else if (late_us > missing->reorder_us)
        missing->reorder_us = late_us;
    else
        missing->reorder_us -= (missing->reorder_us - late_us) >> 4;
}

void missing_arrived(struct missing *missing, int64_t number, bool repaired, int64_t rtt_us,
                     int64_t now_us)
{
    for (unsigned i = missing->count; i-- > 0 && missing->packets[i].number >= number;) {
        if (missing->packets[i].number != number)
            continue;
        reorder_learn(missing, &missing->packets[i], repaired, rtt_us, now_us);
        memmove(missing->packets + i, missing->packets + i + 1,
                (missing->count - i - 1) * sizeof missing->packets[0]);
        missing->count--;
        return;
    }
}

static int64_t give_up_us(bool ask, int64_t rtt_us)
{
    int64_t us = (rtt_us + RETRY_MARGIN_US) * MISSING_GIVE_UP_RTTS;
    if (!ask)
        return MISSING_GIVE_UP_UNASKED_US;
    if (us < MISSING_GIVE_UP_LEAST_US)
        return MISSING_GIVE_UP_LEAST_US;
    return shorter(us, MISSING_GIVE_UP_MOST_US);
}

static bool is_due(const struct missing *missing, const struct missing_packet *packet,
                   int64_t rtt_us, int64_t now_us)
{
    if (packet->tries == 0)
        return now_us - packet->since_us >= shorter(missing->reorder_us, rtt_us / 2);
    return now_us - packet->asked_us >= rtt_us + RETRY_MARGIN_US;
}

unsigned missing_collect(struct missing *missing, bool ask, int64_t rtt_us, int64_t now_us,
                         uint16_t ret_seqs[MISSING_MAX], int64_t *ret_given_up)
{
    unsigned kept = 0, asked = 0;
    int64_t given_up = 0;
    for (unsigned i = 0; i < missing->count; i++) {
        struct missing_packet packet = missing->packets[i];
        bool due = is_due(missing, &packet, rtt_us, now_us);
        if (now_us - packet.since_us >= give_up_us(ask, rtt_us) ||
            (due && packet.tries == MISSING_MAX_TRIES)) {
            given_up = packet.number;
            continue;
        }
        if (ask && due) {
            packet.tries++;
            packet.asked_us = now_us;
            ret_seqs[asked++] = (uint16_t)packet.number;
        }
        missing->packets[kept++] = packet;
    }
    missing->count = kept;
    *ret_given_up = given_up;
    return asked;
}
