#include "sfu/bwe/standing.h"

enum {
    HALF_US = 15000000,
    JUMP_US = 10000000, /* no queue is so long: the peer's clock is another one */
};

void standing_init(struct standing *standing)
{
    *standing = (struct standing){.least_us = INT64_MAX};
}

void standing_take(struct standing *standing, int64_t sent_us, int64_t arrival_us)
{
    int64_t delay_us = arrival_us - sent_us;
    if (delay_us < standing->least_us)
        standing->least_us = delay_us;
}

static int64_t base_us(const struct standing *standing)
{
    const int64_t *quickest = standing->quickest_us;
    return quickest[0] < quickest[1] ? quickest[0] : quickest[1];
}

static void begin(struct standing *standing, int64_t delay_us, int64_t now_us)
{
    standing->known = true;
    standing->half_us = now_us;
    standing->quickest_us[0] = standing->quickest_us[1] = delay_us;
}

void standing_judge(struct standing *standing, int64_t now_us)
{
    int64_t delay_us = standing->least_us;
    standing->least_us = INT64_MAX;
    if (delay_us == INT64_MAX)
        return;
    int64_t beyond_us = standing->known ? delay_us - base_us(standing) : 0;
    if (!standing->known || beyond_us > JUMP_US || beyond_us < -JUMP_US)
        begin(standing, delay_us, now_us);
    if (now_us - standing->half_us >= HALF_US) {
        standing->half_us = now_us;
        standing->quickest_us[1] = standing->quickest_us[0];
        standing->quickest_us[0] = delay_us;
    }
    if (delay_us < standing->quickest_us[0])
        standing->quickest_us[0] = delay_us;
    standing->queue_us = delay_us - base_us(standing);
}

void standing_accept(struct standing *standing)
{
    standing->known = false;
    standing->queue_us = 0;
}
