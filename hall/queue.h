/* The queue's rule. One pool of tickets for all windows; order by due, then number; in the queue of one
 * letter never more than two priority calls in a row while ordinary tickets wait; who is not there is passed
 * over and keeps the place. Hall thread. */
#ifndef HALL_QUEUE_H
#define HALL_QUEUE_H

#include "hall/core.h"

enum { HALL_MAX_PRIORITY_STREAK = 2 };

/* Negative, 0 or positive: by due, then number. */
int hall_queue_compare(const struct ticket *a, const struct ticket *b);

/* Waits, is not parked: it has a place. */
bool hall_queue_stands(const struct ticket *ticket);
/* Stands, the page is there, and no unanswered ring hangs over it. */
bool hall_queue_is_callable(const struct ticket *ticket);

/* Notes in the view of a waiting ticket which windows may call it. */
void hall_queue_windows(const struct hall *hall, const struct ticket *ticket,
                        struct hall_ticket *ret_view);

/* Who is next for this window: by its main skills, then by its secondary ones; NULL: nobody. Tickets before
 * it that are not there are added to `passed_over` (may be NULL). Tickets on offer elsewhere do not count. */
struct ticket *hall_queue_pick(const struct hall *hall, const struct window *window,
                               GPtrArray *passed_over);

/* All that stand in a letter's queue, in the order in which they would be called. The caller frees it. */
GPtrArray *hall_queue_order(const struct hall *hall, char letter);

/* The streak after `ticket` is called; an ordinary call begins anew. */
void hall_queue_count_call(struct hall *hall, const struct ticket *ticket);

/* The due that puts a ticket `places` behind where its own due would put it. */
int64_t hall_queue_due_behind(const struct hall *hall, const struct ticket *ticket,
                              unsigned places);

/* Works out place and wait of every waiting ticket; marks those that changed with the cause "place". */
void hall_queue_place(struct hall *hall);

#endif
