/* Offers: a ready window is shown the next ticket, which stays in the queue until the clerk takes it. Hall
 * thread. */
#ifndef HALL_OFFER_H
#define HALL_OFFER_H

#include "hall/change.h"

/* Takes back what is no longer callable and offers to every ready window. 0, or a negative errno of the
 * store: try again later. */
int hall_offers_settle(struct hall *hall);

/* A row "ticket.not_ready" for each. */
void hall_offer_log_passed_over(struct change *change, const GPtrArray *passed_over,
                                const struct window *window);

/* Why this window is offered its ticket: "transfer" to it, "head" (a window gave it back) or "due". */
const char *hall_offer_reason(const struct window *window);

#endif
