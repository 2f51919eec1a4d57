#include "signaling/trim.h"

#include "base/clock.h"
#include "base/heap.h"
#include "base/log.h"
#include "signaling/daemon.h"

/* Journals and parked pages of the session are gone by then, and however many end, it is done once. */
enum { AFTER_S = 10 };

static gboolean trim(gpointer data)
{
    struct sig_daemon *daemon = data;
    daemon->trim_timer = 0;
    int64_t begin_us = clock_now_us();
    heap_trim();
    log_debug("main", "the heap was trimmed in %" G_GINT64_FORMAT " us", clock_now_us() - begin_us);
    return G_SOURCE_REMOVE;
}

void sig_trim_request(struct sig_daemon *daemon)
{
    if (!daemon->trim_timer)
        daemon->trim_timer = g_timeout_add_seconds(AFTER_S, trim, daemon);
}
