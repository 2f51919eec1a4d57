#include "signaling/session/errands.h"

#include <errno.h>
#include <glib.h>

#include "base/log.h"
#include "signaling/daemon.h"

struct sig_errands {
    sig_errand_fn run;
    void *user;
    GQueue waiting; /* struct sig_errand, owned */
    guint timer;    /* 0: nothing waits */
};

struct sig_errands *sig_errands_create(sig_errand_fn run, void *user)
{
    struct sig_errands *errands = g_new0(struct sig_errands, 1);
    errands->run = run;
    errands->user = user;
    g_queue_init(&errands->waiting);
    return errands;
}

void sig_errands_destroy(struct sig_errands *errands)
{
    if (!errands)
        return;
    g_clear_handle_id(&errands->timer, g_source_remove);
    g_queue_clear_full(&errands->waiting, g_free);
    g_free(errands);
}

static gboolean retry(gpointer data)
{
    struct sig_errands *errands = data;
    struct sig_errand *errand;
    while ((errand = g_queue_peek_head(&errands->waiting))) {
        int r = errands->run(errand, errands->user);
        if (r == -EAGAIN)
            return G_SOURCE_CONTINUE;
        if (r < 0)
            log_debug("session", "errand %d is pointless by now: %s", (int)errand->kind,
                      g_strerror(-r));
        g_free(g_queue_pop_head(&errands->waiting));
    }
    errands->timer = 0;
    return G_SOURCE_REMOVE;
}

/* What says how a section is to be, and not what is to happen: only the last word counts. */
static bool is_setting(const struct sig_errand *errand)
{
    return errand->kind == SIG_ERRAND_GATE || errand->kind == SIG_ERRAND_FEED;
}

static struct sig_errand *older_find(const struct sig_errands *errands,
                                     const struct sig_errand *errand)
{
    for (GList *link = errands->waiting.head; link && is_setting(errand); link = link->next) {
        struct sig_errand *older = link->data;
        if (older->kind == errand->kind && older->object == errand->object &&
            older->section == errand->section)
            return older;
    }
    return NULL;
}

int sig_errands_add(struct sig_errands *errands, const struct sig_errand *errand)
{
    struct sig_errand *older = older_find(errands, errand);
    if (older) {
        *older = *errand;
        return 0;
    }
    if (g_queue_is_empty(&errands->waiting)) {
        int r = errands->run(errand, errands->user);
        if (r != -EAGAIN)
            return r;
        log_warning("session", "a mailbox is full: commands wait");
        errands->timer = g_timeout_add(SIG_ERRAND_RETRY_MS, retry, errands);
    }
    g_queue_push_tail(&errands->waiting, g_memdup2(errand, sizeof *errand));
    return 0;
}

unsigned sig_errands_waiting(const struct sig_errands *errands)
{
    return g_queue_get_length((GQueue *)&errands->waiting);
}

int sig_errand_run(const struct sig_errand *errand, void *user)
{
    const struct sig_daemon *daemon = user;
    switch (errand->kind) {
    case SIG_ERRAND_GATE:
        return sfu_uplink_gate(daemon->sfu, errand->object, errand->section, errand->gate.to_slots,
                               errand->gate.to_sink);
    case SIG_ERRAND_FEED:
        return sfu_slot_feed(daemon->sfu, errand->object, errand->section, errand->source.peer,
                             errand->source.section);
    case SIG_ERRAND_PEER_CLOSE: return sfu_peer_close(daemon->sfu, errand->object);
    case SIG_ERRAND_ROOM_CLOSE: return sfu_room_close(daemon->sfu, errand->object);
    case SIG_ERRAND_JOURNAL_CLOSE:
        return rec_journal_close(daemon->rec, errand->object, errand->reason);
    }
    return -EINVAL;
}

int sig_errand_gate(struct sig_daemon *daemon, uint64_t peer, unsigned section, bool to_slots,
                    bool to_sink)
{
    struct sig_errand errand = {.kind = SIG_ERRAND_GATE, .object = peer, .section = section};
    errand.gate.to_slots = to_slots;
    errand.gate.to_sink = to_sink;
    return sig_errands_add(daemon->errands, &errand);
}

int sig_errand_feed(struct sig_daemon *daemon, uint64_t peer, unsigned section, uint64_t source,
                    unsigned source_section)
{
    struct sig_errand errand = {.kind = SIG_ERRAND_FEED, .object = peer, .section = section};
    errand.source.peer = source;
    errand.source.section = source_section;
    return sig_errands_add(daemon->errands, &errand);
}

int sig_errand_peer_close(struct sig_daemon *daemon, uint64_t peer)
{
    return sig_errands_add(daemon->errands,
                           &(struct sig_errand){.kind = SIG_ERRAND_PEER_CLOSE, .object = peer});
}

int sig_errand_room_close(struct sig_daemon *daemon, uint64_t room)
{
    return sig_errands_add(daemon->errands,
                           &(struct sig_errand){.kind = SIG_ERRAND_ROOM_CLOSE, .object = room});
}

int sig_errand_journal_close(struct sig_daemon *daemon, uint64_t journal, const char *reason)
{
    struct sig_errand errand = {.kind = SIG_ERRAND_JOURNAL_CLOSE, .object = journal};
    g_strlcpy(errand.reason, reason, sizeof errand.reason);
    return sig_errands_add(daemon->errands, &errand);
}
