/* The two clocks. Durations and timers use the monotonic one; people, the journal and RTCP's NTP
 * field use the wall clock. All in microseconds. Any thread. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Microseconds of CLOCK_MONOTONIC. */
int64_t clock_now_us(void);

/* Microseconds since 1970-01-01 UTC (CLOCK_REALTIME). */
int64_t clock_wall_us(void);

/* Wall-clock microseconds to and from a 64-bit NTP timestamp (RFC 3550 section 4: seconds since
 * 1900 in the upper 32 bits, fraction in the lower). The seconds wrap in 2036: what comes back is a
 * time from 1968 to 2104, exact to the microsecond. */
uint64_t clock_wall_us_to_ntp(int64_t wall_us);
int64_t clock_ntp_to_wall_us(uint64_t ntp);

#endif
