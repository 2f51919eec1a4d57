/* What the hall must hear about a session, said again until it has been written: a ticket whose session's end is not
 * known keeps its window and its citizen. Control thread. */
#ifndef SIGNALING_SESSION_REPORTS_H
#define SIGNALING_SESSION_REPORTS_H

#include <glib.h>

struct sig_daemon;

/* The table of what was not confirmed yet: daemon.reports. */
GHashTable *sig_reports_create(void);

/* hall_session_started(), until it is done or the session is gone; then the hall hears who is lost. */
void sig_report_started(struct sig_daemon *daemon, const char *session);

/* hall_session_ended(), until it is done. Nothing while the same is being said. */
void sig_report_ended(struct sig_daemon *daemon, const char *session, const char *reason);

#endif
