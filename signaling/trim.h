/* What sessions have left in the heap goes back to the system some time after they ended: the allocator keeps it
 * otherwise, and the process stays as large as its busiest minute was. Control thread. */
#ifndef SIGNALING_TRIM_H
#define SIGNALING_TRIM_H

struct sig_daemon;

/* A session has ended. */
void sig_trim_request(struct sig_daemon *daemon);

#endif
