#include "signaling/watchdog.h"

#include <glib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "signaling/daemon.h"

enum { UNWATCHED_MS = 5000, LEAST_MS = 50, LOOKS_A_FEED = 4 };

struct sig_watchdog {
    struct sig_daemon *daemon;
    guint timer;
    uint64_t
        pulse; /* the question that is open; a part that answered it has answered those before */
    uint64_t hall_pulse;
    int64_t asked_us;
    bool asked[SIG_PARTS];  /* the part's mailbox took the question */
    bool silent[SIG_PARTS]; /* and the log says that there is no answer */
};

static const char *const names[SIG_PARTS] = {"hall", "media", "journal"};

const char *sig_part_name(enum sig_part part)
{
    return names[part];
}

static void hall_answered(const struct hall_reply *reply, void *user)
{
    struct sig_watchdog *watchdog = user;
    watchdog->hall_pulse = watchdog->pulse;
}

static bool part_ask(struct sig_watchdog *watchdog, enum sig_part part)
{
    struct sig_daemon *daemon = watchdog->daemon;
    switch (part) {
    /* Of no session: it is looked for, and that there is none is the answer. */
    case SIG_PART_HALL: return hall_session_get(daemon->hall, "", hall_answered, watchdog) == 0;
    case SIG_PART_MEDIA: return sfu_pulse_ask(daemon->sfu, watchdog->pulse) == 0;
    case SIG_PART_JOURNAL: return rec_pulse_ask(daemon->rec, watchdog->pulse) == 0;
    case SIG_PARTS: break;
    }
    return true;
}

static bool part_answered(const struct sig_watchdog *watchdog, enum sig_part part)
{
    switch (part) {
    case SIG_PART_HALL: return watchdog->hall_pulse == watchdog->pulse;
    case SIG_PART_MEDIA: return sfu_pulse(watchdog->daemon->sfu) == watchdog->pulse;
    case SIG_PART_JOURNAL: return rec_pulse(watchdog->daemon->rec) == watchdog->pulse;
    case SIG_PARTS: break;
    }
    return true;
}

static void silence_log(struct sig_watchdog *watchdog, enum sig_part part, bool silent)
{
    if (silent == watchdog->silent[part])
        return;
    watchdog->silent[part] = silent;
    if (silent)
        log_error("watchdog", "%s does not answer", names[part]);
    else
        log_warning("watchdog", "%s answers again, after %" G_GINT64_FORMAT " ms", names[part],
                    (clock_now_us() - watchdog->asked_us) / 1000);
}

static bool all_answered(struct sig_watchdog *watchdog)
{
    bool all = true;
    for (int i = 0; i < SIG_PARTS; i++) {
        enum sig_part part = (enum sig_part)i;
        if (!watchdog->asked[part])
            watchdog->asked[part] = part_ask(watchdog, part);
        bool answered = watchdog->asked[part] && part_answered(watchdog, part);
        silence_log(watchdog, part, !answered);
        all = all && answered;
    }
    return all;
}

static void ask(struct sig_watchdog *watchdog)
{
    watchdog->pulse++;
    watchdog->asked_us = clock_now_us();
    for (int i = 0; i < SIG_PARTS; i++)
        watchdog->asked[i] = part_ask(watchdog, (enum sig_part)i);
}

static gboolean look(gpointer user)
{
    struct sig_watchdog *watchdog = user;
    if (all_answered(watchdog)) {
        notify_alive();
        ask(watchdog);
    }
    return G_SOURCE_CONTINUE;
}

struct sig_watchdog *sig_watchdog_create(struct sig_daemon *daemon)
{
    struct sig_watchdog *watchdog = g_new0(struct sig_watchdog, 1);
    uint64_t limit_ms = notify_watchdog_us() / 1000;
    watchdog->daemon = daemon;
    watchdog->timer = g_timeout_add(
        limit_ms ? (guint)CLAMP(limit_ms / LOOKS_A_FEED, LEAST_MS, UNWATCHED_MS) : UNWATCHED_MS,
        look, watchdog);
    ask(watchdog);
    return watchdog;
}

void sig_watchdog_destroy(struct sig_watchdog *watchdog)
{
    if (!watchdog)
        return;
    g_source_remove(watchdog->timer);
    g_free(watchdog);
}

int64_t sig_watchdog_silent_us(const struct sig_watchdog *watchdog, enum sig_part part)
{
    return watchdog->silent[part] ? clock_now_us() - watchdog->asked_us : 0;
}
