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

void missing_remove(struct missing *missing, int64_t number)
{
    for (unsigned i = missing->count; i-- > 0 && missing->packets[i].number >= number;) {
        if (missing->packets[i].number != number)
            continue;
        memmove(missing->packets + i, missing->packets + i + 1,
                (missing->count - i - 1) * sizeof missing->packets[0]);
        missing->count--;
        return;
    }
}

static bool is_hopeless(const struct missing_packet *packet, bool ask, int64_t now_us)
{
    int64_t age_us = now_us - packet->since_us;
    if (!ask)
        return age_us >= MISSING_GIVE_UP_UNASKED_US;
    return age_us >= MISSING_GIVE_UP_US;
}

unsigned missing_collect(struct missing *missing, bool ask, int64_t rtt_us, int64_t now_us,
                         uint16_t ret_seqs[MISSING_MAX], int64_t *ret_given_up)
{
    unsigned kept = 0, asked = 0;
    int64_t given_up = 0;
    for (unsigned i = 0; i < missing->count; i++) {
        struct missing_packet packet = missing->packets[i];
        bool due = packet.tries == 0 || now_us - packet.asked_us >= rtt_us + RETRY_MARGIN_US;
        if (is_hopeless(&packet, ask, now_us) || (due && packet.tries == MISSING_MAX_TRIES)) {
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
