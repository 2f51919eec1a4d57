/* What waits to be written to one socket: bounded in bytes. Statistics give way first; when what is left still
 * does not fit, the reader is too slow. One thread. */
#ifndef SIGNALING_WIRE_OUTBOX_H
#define SIGNALING_WIRE_OUTBOX_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

enum { SIG_OUTBOX_BYTES = 256 * 1024 };

struct sig_outbox {
    GQueue messages;
    size_t bytes;
};

struct sig_outbox_message {
    GBytes *text;
    bool statistic; /* may be dropped */
};

void sig_outbox_init(struct sig_outbox *outbox);
void sig_outbox_finish(struct sig_outbox *outbox);

/* Takes a reference to `text`. 0, or -ENOBUFS when it does not fit even without the statistics; a statistic
 * that does not fit is dropped, and that is 0 too. */
int sig_outbox_put(struct sig_outbox *outbox, GBytes *text, bool statistic);

/* The oldest message, the caller's from now on; NULL when empty. */
GBytes *sig_outbox_take(struct sig_outbox *outbox);

bool sig_outbox_is_empty(const struct sig_outbox *outbox);

#endif
