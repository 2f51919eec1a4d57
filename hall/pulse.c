#include "hall/pulse.h"

#define EVERY_US (5 * (int64_t)G_USEC_PER_SEC)

/* Something runs that a restart would take up. */
static bool is_needed(const struct hall *hall)
{
    for (guint i = 0; i < hall->tickets->len; i++)
        if (((const struct ticket *)hall->tickets->pdata[i])->state == HALL_CALLED)
            return true;
    return hall->sessions->len;
}

int64_t hall_pulse_next_us(const struct hall *hall)
{
    return is_needed(hall) ? hall->pulse_at_us : INT64_MAX;
}

int hall_pulse_write(struct hall *hall, int64_t now_us)
{
    int r = hall_store_exec(hall->store,
                            "INSERT INTO pulse (name, at_us) VALUES ('hall', $1) ON CONFLICT "
                            "(name) DO UPDATE SET at_us = excluded.at_us",
                            HALL_VALUES(HALL_INT(now_us)), NULL);
    if (r == 0)
        hall->pulse_at_us = now_us + EVERY_US;
    return r;
}

static int time_read(const struct hall_store_row *row, void *user)
{
    int64_t *at_us = user;
    *at_us = MAX(*at_us, hall_store_int(row, 0));
    return 0;
}

int hall_pulse_last(struct hall *hall, int64_t *ret_at_us)
{
    int64_t at_us = 0;
    int r =
        hall_store_query(hall->store, "SELECT at_us FROM pulse", HALL_NO_VALUES, time_read, &at_us);
    if (r == 0)
        r = hall_store_query(hall->store, "SELECT at_us FROM audit ORDER BY seq DESC LIMIT 1",
                             HALL_NO_VALUES, time_read, &at_us);
    if (r == 0)
        *ret_at_us = at_us;
    return r;
}
