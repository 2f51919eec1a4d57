/* Who is in a session, and who was. Hall thread. */
#ifndef HALL_PEOPLE_H
#define HALL_PEOPLE_H

#include "hall/core.h"

/* Appends at most HALL_MAX_PEOPLE: those who are in it first, then those who left. `with_left` false: not them. 0 or a
 * negative errno. */
int hall_people_read(struct hall *hall, const char *session, bool with_left,
                     GArray *ret_people); /* struct hall_person */

#endif
