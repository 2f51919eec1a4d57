/* How often one place in the code may write the same line: what a hostile peer or a broken disk can make happen
 * without end must not fill the log. Private to base/log.c. */
#ifndef BASE_LOG_LIMIT_H
#define BASE_LOG_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* More places than the programs have lines; when all are taken, further lines share one. */
enum { LOG_LIMIT_LINES = 20, LOG_LIMIT_WINDOW_S = 10, LOG_LIMIT_PLACES = 512 };

/* Any thread. `place` names the line (its format); `now_us` is monotonic. False: this one is too many and was counted.
 * `ret_left_out`: how many were left out in a window that is over and should now be told, else 0. */
bool log_limit_admits(const void *place, int64_t now_us, unsigned *ret_left_out);

#endif
