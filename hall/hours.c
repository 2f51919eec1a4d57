#include "hall/hours.h"

static int hours_read(const struct hall_store_row *row, void *user)
{
    struct hall *hall = user;
    if (hall->hour_count == HALL_MAX_HOURS)
        return 0;
    hall->hours[hall->hour_count++] = (struct opening_hours){
        .weekday = (unsigned)hall_store_int(row, 0),
        .from_minute = (unsigned)hall_store_int(row, 1),
        .to_minute = (unsigned)hall_store_int(row, 2),
    };
    return 0;
}

int hall_hours_load(struct hall *hall)
{
    return hall_store_query(
        hall->store,
        "SELECT weekday, from_minute, to_minute FROM opening_hour ORDER BY weekday, from_minute",
        HALL_NO_VALUES, hours_read, hall);
}

bool hall_hours_are_open(const struct hall *hall, int64_t at_us, int64_t *ret_closing_us)
{
    if (hall->always_open) {
        if (ret_closing_us)
            *ret_closing_us = INT64_MAX;
        return true;
    }
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(at_us / G_USEC_PER_SEC);
    unsigned weekday = (unsigned)g_date_time_get_day_of_week(at);
    unsigned minute = (unsigned)(g_date_time_get_hour(at) * 60 + g_date_time_get_minute(at));
    bool open = false;
    unsigned closing = 0;
    for (unsigned i = 0; i < hall->hour_count; i++) {
        const struct opening_hours *hours = &hall->hours[i];
        if (hours->weekday != weekday)
            continue;
        open = open || (minute >= hours->from_minute && minute < hours->to_minute);
        closing = MAX(closing, hours->to_minute);
    }
    if (open && ret_closing_us)
        *ret_closing_us = at_us + (int64_t)(closing - minute) * 60 * G_USEC_PER_SEC;
    return open;
}
