/* Windows: who sits there, in which state, with which ticket. Kept in memory and in the trail: after a
 * restart every window is closed until its console is back. Hall thread. */
#ifndef HALL_WINDOW_H
#define HALL_WINDOW_H

#include "hall/change.h"

/* Before the thread starts: windows with their skills and today's figures. 0 or a negative errno. */
int hall_windows_load(struct hall *hall);

void hall_window_view(const struct window *window, struct hall_window *ret_view);
const char *hall_window_state_name(enum hall_window_state state); /* "not_ready" */

/* The one setter of a window's state; `cause` is a literal, told to the observer and to the trail. */
void hall_window_move(struct change *change, struct window *window, enum hall_window_state state,
                      const char *cause, const char *actor);

/* The window takes a ticket (BUSY), and is free again: it goes where it was before, or stays closed. */
void hall_window_take(struct change *change, struct window *window, struct ticket *ticket,
                      const char *actor);
void hall_window_release(struct change *change, struct window *window, const char *cause,
                         const char *actor);

/* The offer is no longer one; with `not_ready` the clerk missed it. */
void hall_window_offer_drop(struct change *change, struct window *window, const char *cause,
                            bool not_ready, const char *actor);

/* A service of `service_us` was finished there. */
void hall_window_serve(struct change *change, struct window *window, int64_t service_us);
/* Today's figures begin anew on a new day. */
void hall_windows_day(struct hall *hall, int day);

/* Whether somebody sits there and is not at rest. */
bool hall_window_works(const struct window *window);
/* 1: a main skill, 2: a secondary one, 0: not served there. */
unsigned hall_window_grade(const struct window *window, const struct hall_matter *matter);

#endif
