/* A ticket's row and its live object. Hall thread. */
#ifndef HALL_TICKET_H
#define HALL_TICKET_H

#include "hall/change.h"

/* The one setter of a ticket's state: touch the ticket, set its other fields, then move it. The state, the
 * time, the row and the audit row `ticket.<event>` (from, to, and what `format` says) are written together.
 * An event that the table refuses is -EINVAL in the change: ask hall_life_next() before. */
void hall_ticket_touch(struct change *change, struct ticket *ticket);
void hall_ticket_move(struct change *change, struct ticket *ticket, enum hall_life_event event,
                      const char *actor, const char *format, ...) G_GNUC_PRINTF(5, 6);

/* The same for what changes a field and not the state (the page went, a flag): `action` is the audit's and
 * the observer's word. */
void hall_ticket_note(struct change *change, struct ticket *ticket, const char *action,
                      const char *actor, const char *format, ...) G_GNUC_PRINTF(5, 6);

/* A new row, state TICKETED, with its number; the caller owns the ticket until the change is committed and
 * hall_ticket_adopt() gives it to the hall. */
void hall_ticket_insert(struct change *change, struct ticket *ticket);
void hall_ticket_adopt(struct hall *hall, struct ticket *ticket);

/* The next number of a letter today: "A012". */
void hall_number_draw(struct change *change, char letter, int day,
                      char ret_number[HALL_NUMBER_BYTES]);

/* Tickets from the store. The caller owns what it gets. 0 or a negative errno. */
int hall_ticket_load_live(struct hall *hall, GPtrArray *ret_tickets);
/* NULL when there is none: one by its id; the citizen's newest of `day`. */
int hall_ticket_load(struct hall *hall, const char *id, struct ticket **ret_ticket);
int hall_ticket_load_newest(struct hall *hall, const char *citizen, int day,
                            struct ticket **ret_ticket);

/* The result and its list, beside hall_ticket_move(). */
void hall_ticket_write_missing(struct change *change, const struct ticket *ticket);

void hall_ticket_view(const struct ticket *ticket, struct hall_ticket *ret_view);

/* The local day of a time, as YYYYMMDD. */
int hall_day_of(int64_t at_us);

#endif
