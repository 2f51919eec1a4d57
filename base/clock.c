#include "base/clock.h"

#include <time.h>

#define US_PER_S INT64_C(1000000)
/* From 1900-01-01 to 1970-01-01: 70 years with 17 leap days. */
#define NTP_TO_UNIX_S INT64_C(2208988800)

static int64_t now_us(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts); /* cannot fail for these two clocks */
    return ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
    return now_us(CLOCK_MONOTONIC);
}

int64_t clock_wall_us(void)
{
    return now_us(CLOCK_REALTIME);
}

uint64_t clock_wall_us_to_ntp(int64_t wall_us)
{
    int64_t s = wall_us / US_PER_S;
    int64_t us = wall_us % US_PER_S;
    if (us < 0) { /* before 1970: the fraction still counts upwards */
        s--;
        us += US_PER_S;
    }
    uint64_t fraction = ((uint64_t)us << 32) / (uint64_t)US_PER_S;
    return (uint64_t)(s + NTP_TO_UNIX_S) << 32 | fraction;
}

int64_t clock_ntp_to_wall_us(uint64_t ntp)
{
    int64_t s = (int64_t)(ntp >> 32);
    /* The seconds wrap in 2036. RFC 5905 section 6: what has the top bit clear is of the next era. */
    if (s < INT64_C(1) << 31)
        s += INT64_C(1) << 32;
    /* Rounded to the nearest, so that a microsecond survives the way there and back. */
    uint64_t us = ((ntp & UINT32_MAX) * (uint64_t)US_PER_S + (UINT64_C(1) << 31)) >> 32;
    return (s - NTP_TO_UNIX_S) * US_PER_S + (int64_t)us;
}
