/* The thread that gets a journal's file ready: folder, lock, number, and the digest of the segment
 * before it. After a restart of the daemon that digest reads up to a whole segment a session, which
 * neither the writer (the rings fill) nor the control thread (sockets wait) may do. */
#ifndef RECORDER_JOURNAL_OPENER_H
#define RECORDER_JOURNAL_OPENER_H

#include "base/mailbox.h"
#include "recorder/journal/command.h"
#include "recorder/journal/health.h"

struct rec_opener;

/* Control thread. `answers` is the writer's mailbox of rec_command with room for `max_requests`,
 * of which no more may be open at a time; all is borrowed and outlives the opener. 0 or a negative errno. */
int rec_opener_create(const char *spool_dir, unsigned max_requests, struct mailbox *answers,
                      struct rec_health *health, struct rec_opener **ret_opener);

/* Control thread. Answers what is still waiting, then joins. NULL is fine. */
void rec_opener_destroy(struct rec_opener *opener);

/* Writer thread. The answer is REC_COMMAND_OPENED or REC_COMMAND_OPEN_FAILED: -EBUSY when another
 * process held the session's lock for 2 s, else the errno of what failed. -ENOSPC: too many wait. */
int rec_opener_request(struct rec_opener *opener, rec_journal_id journal, const char *session);

#endif
