/* The objects of docs/protocol.md as JSON. Each returns a new reference. Control thread. */
#ifndef SIGNALING_SESSION_VIEW_H
#define SIGNALING_SESSION_VIEW_H

#include <jansson.h>

#include "hall/hall.h"

struct sig_participant;
struct sig_session;

json_t *sig_view_matter(const struct hall_matter *matter);
json_t *sig_view_matter_ref(const struct hall_matter *matter);
json_t *sig_view_notice(const struct hall_notice *notice);
json_t *sig_view_ticket(const struct hall_ticket *ticket);
/* The same with what only clerks may read: the note of a transfer. */
json_t *sig_view_ticket_staff(const struct hall_ticket *ticket);
/* `ticket` (may be NULL) is the one it serves. */
json_t *sig_view_window(const struct hall_window *window, const struct hall_ticket *ticket);
/* {no, name, en?} */
json_t *sig_view_window_name(unsigned no, const char *name, const char *name_en);
/* The same with staff_no. */
json_t *sig_view_window_ref(const struct hall_window *window);
json_t *sig_view_queue_row(const struct hall_ticket *ticket, unsigned window);
/* `me` (may be NULL) is whom it is shown to. */
json_t *sig_view_session(const struct sig_session *session, const struct sig_participant *me);

#endif
