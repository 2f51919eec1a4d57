#include "signaling/watchdog.h"

#include <glib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "signaling/daemon.h"

enum { UNWATCHED_MS = 5000, LEAST_MS = 50, LOOKS_A_FEED = 4 };

/* What a part was asked last. */
struct question {
    uint64_t pulse; /* its number; a part that answered it has answered those before */
    int64_t asked_us;
    bool asked;  /* the part's mailbox took it */
    bool silent; /* and the log says that there is no answer */
};

struct sig_watchdog {
    struct sig_daemon *daemon;
    guint timer;
    struct question questions[SIG_PARTS];
    uint64_t hall_pulse;
};

/* Where a media worker is stuck its calls are dead already: an end and a new start bring them back. Hall and journal hang
 * with their disks, and calls go on meanwhile: no reason to end the process. */
static const struct part {
    const char *name;
    bool is_vital;
} parts[SIG_PARTS] = {
    [SIG_PART_HALL] = {"hall", false},
    [SIG_PART_MEDIA] = {"media", true},
    [SIG_PART_JOURNAL] = {"journal", false},
};

const char *sig_part_name(enum sig_part part)
{
    return parts[part].name;
}

static void hall_answered(const struct hall_reply *reply, void *user)
{
    struct sig_watchdog *watchdog = user;
    watchdog->hall_pulse = watchdog->questions[SIG_PART_HALL].pulse;
}

static bool part_ask(struct sig_watchdog *watchdog, enum sig_part part)
{
    struct sig_daemon *daemon = watchdog->daemon;
    uint64_t pulse = watchdog->questions[part].pulse;
    switch (part) {
    /* Of no session: it is looked for, and that there is none is the answer. */
    case SIG_PART_HALL: return hall_session_get(daemon->hall, "", hall_answered, watchdog) == 0;
    case SIG_PART_MEDIA: return sfu_pulse_ask(daemon->sfu, pulse) == 0;
    case SIG_PART_JOURNAL: return rec_pulse_ask(daemon->rec, pulse) == 0;
    case SIG_PARTS: break;
    }
    return true;
}

static bool part_answered(const struct sig_watchdog *watchdog, enum sig_part part)
{
    uint64_t pulse = watchdog->questions[part].pulse;
    switch (part) {
    case SIG_PART_HALL: return watchdog->hall_pulse == pulse;
    case SIG_PART_MEDIA: return sfu_pulse(watchdog->daemon->sfu) == pulse;
    case SIG_PART_JOURNAL: return rec_pulse(watchdog->daemon->rec) == pulse;
    case SIG_PARTS: break;
    }
    return true;
}

static void silence_note(struct question *question, const char *name, bool silent)
{
    if (silent == question->silent)
        return;
    question->silent = silent;
    if (silent)
        log_error("watchdog", "%s does not answer", name);
    else
        log_warning("watchdog", "%s answers again, after %" G_GINT64_FORMAT " ms", name,
                    (clock_now_us() - question->asked_us) / 1000);
}

static void question_begin(struct sig_watchdog *watchdog, enum sig_part part)
{
    struct question *question = &watchdog->questions[part];
    question->pulse++;
    question->asked_us = clock_now_us();
    question->asked = part_ask(watchdog, part);
}

/* Whether the part has answered; then it is asked anew. */
static bool part_look(struct sig_watchdog *watchdog, enum sig_part part)
{
    struct question *question = &watchdog->questions[part];
    if (!question->asked)
        question->asked = part_ask(watchdog, part);
    bool answered = question->asked && part_answered(watchdog, part);
    silence_note(question, parts[part].name, !answered);
    if (answered)
        question_begin(watchdog, part);
    return answered;
}

static gboolean look(gpointer user)
{
    struct sig_watchdog *watchdog = user;
    bool vital_answer = true;
    g_autoptr(GString) status = g_string_new(NULL);
    for (int i = 0; i < SIG_PARTS; i++) {
        if (part_look(watchdog, (enum sig_part)i))
            continue;
        vital_answer = vital_answer && !parts[i].is_vital;
        g_string_append_printf(status, "%s%s does not answer", status->len ? ", " : "",
                               parts[i].name);
    }
    if (!watchdog->daemon->draining) /* then the line tells of that */
        notify_status("%s", status->len ? status->str : "all parts answer");
    if (vital_answer)
        notify_alive();
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
    for (int i = 0; i < SIG_PARTS; i++)
        question_begin(watchdog, (enum sig_part)i);
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
    const struct question *question = &watchdog->questions[part];
    return question->silent ? clock_now_us() - question->asked_us : 0;
}
