/* Whether all parts of the daemon answer: the hall's thread, every media worker, the journal's writer. The service manager
 * is fed while the media workers do, and only then; that this thread runs is in it. A hall or a journal that hangs in its
 * disk is told in the log, the manager's status line, the metrics and `shipinbanctl check`. Control thread. */
#ifndef SIGNALING_WATCHDOG_H
#define SIGNALING_WATCHDOG_H

#include <stdint.h>

struct sig_daemon;
struct sig_watchdog;

enum sig_part { SIG_PART_HALL, SIG_PART_MEDIA, SIG_PART_JOURNAL, SIG_PARTS };
const char *sig_part_name(enum sig_part part);

/* Begins to ask: four times within what the manager waits, every 5 s without one. */
struct sig_watchdog *sig_watchdog_create(struct sig_daemon *daemon);
/* NULL is fine. */
void sig_watchdog_destroy(struct sig_watchdog *watchdog);

/* How long a part has owed its answer; 0: it has answered. */
int64_t sig_watchdog_silent_us(const struct sig_watchdog *watchdog, enum sig_part part);

#endif
