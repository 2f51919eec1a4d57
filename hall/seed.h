/* The demo data of an empty store, from the files of the seed folder. Before the thread starts. */
#ifndef HALL_SEED_H
#define HALL_SEED_H

#include "hall/core.h"

/* Where the store has no matters: matters.ini, windows.ini, hours.ini and notice.ini. Where it has no staff and
 * `accounts_file` is not NULL: staff.ini, whose random passwords are written to that file (mode 0600, lines
 * `staff_no role password window`). Each of the two all or nothing. 0 or a negative errno; `ret_what` (may be
 * NULL) then may say what failed. */
int hall_seed(struct hall *hall, const char *seed_dir, const char *accounts_file, char **ret_what);

#endif
