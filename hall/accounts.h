/* The demo's staff accounts and their passwords. Before the thread starts. */
#ifndef HALL_ACCOUNTS_H
#define HALL_ACCOUNTS_H

#include "hall/change.h"

/* An account with a random password; its line is added to `lines`. `window` 0: none. */
void hall_account_add(struct change *change, const char *staff_no, const char *role, int64_t window,
                      GString *lines);

/* The only place where the passwords can be read: mode 0600. 0 or a negative errno. */
int hall_accounts_write(const char *path, const GString *lines, char **ret_what);

#endif
