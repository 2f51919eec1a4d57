/* What the hall must hear about sessions and pages, said again until it has been written: a ticket whose session's end is
 * not known keeps its window and its citizen, and a loss whose end is not known ends a good call. Control thread. */
#ifndef SIGNALING_SESSION_REPORTS_H
#define SIGNALING_SESSION_REPORTS_H

#include <glib.h>

struct sig_daemon;
struct sig_session;

/* The table of what was not confirmed yet: daemon.reports. */
GHashTable *sig_reports_create(void);
/* How many of them the hall has refused at least once since it last took them, and hears again. Those whose answer is
 * merely awaited are not among them. */
unsigned sig_reports_refused(const struct sig_daemon *daemon);

/* hall_session_started(), until it is done or the session is gone; then the hall hears how it stands. */
void sig_report_started(struct sig_daemon *daemon, const char *session);

/* hall_session_ended(), until it is done; `phase` as there. Nothing while the same is being said. */
void sig_report_ended(struct sig_daemon *daemon, const char *session, const char *reason,
                      const char *phase);

/* hall_session_mark(), until the hall has it as it is: held or not, who is lost. Only the newest counts. */
void sig_report_marks(struct sig_session *session);
/* hall_session_people(): whoever is in it. */
void sig_report_people(struct sig_session *session);
/* hall_ticket_online(): whether the citizen's page is there. */
void sig_report_online(struct sig_daemon *daemon, const char *citizen);

#endif
