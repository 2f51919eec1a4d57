#include "tests/harness/wait.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"

#define ASK_AGAIN_MS 5

static gboolean tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

bool wait_until(GMainContext *context, wait_predicate predicate, void *data, int64_t timeout_us)
{
    int64_t deadline_us = clock_now_us() + timeout_us;
    GSource *ticks = g_timeout_source_new(ASK_AGAIN_MS);
    g_source_set_callback(ticks, tick, NULL, NULL);
    g_source_attach(ticks, context);

    bool met = predicate(data);
    while (!met && clock_now_us() < deadline_us) {
        g_main_context_iteration(context, TRUE);
        met = predicate(data);
    }
    g_source_destroy(ticks);
    g_source_unref(ticks);
    return met;
}

bool wait_readable(int fd, int64_t timeout_us)
{
    int64_t deadline_us = clock_now_us() + timeout_us;
    for (;;) {
        int64_t left_us = deadline_us - clock_now_us();
        struct pollfd pollfd = {.fd = fd, .events = POLLIN};
        int n = poll(&pollfd, 1, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
        if (n == 0 && left_us <= 0)
            return false;
    }
}
