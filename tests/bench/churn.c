/* Sessions that come and go, some at a time. What the server has afterwards is held against what it had
 * after the first ones: memory, descriptors, threads, and what it says itself. */
#include "tests/bench/run.h"

#include "tests/bench/process.h"
#include "tests/bench/wire.h"
#include "tests/harness/wait.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    FIRST_MAX = 500,
    SPARE_DESCRIPTORS = 2, /* the connection that asks, and one that is just being closed */
};
#define SETTLE_US INT64_C(15000000)
#define QUIET_US INT64_C(30000000)
#define LOOK_US INT64_C(100000)
#define FOREVER_NS INT64_C(86400000000000)

struct crowd {
    const struct adapter *adapter;
    const struct options *options;
    struct load *load;
    gint next, end; /* numbers of sessions still to be held */
    gint failed;
    int never_fd;
    struct process_figures first, last;
    bool first_quiet, last_quiet;
    GMutex mutex; /* for the histogram */
    struct histogram join;
};

/* ---- one session ---- */

static void party_note(struct crowd *crowd, const struct party *party)
{
    if (party->failure)
        fprintf(stderr, "session %u, party %u: %s\n", party->meeting->number, party->side,
                party->failure);
    g_mutex_lock(&crowd->mutex);
    if (party->first_video_ns)
        histogram_note(&crowd->join, (party->first_video_ns - party->begin_ns) / 1000);
    g_mutex_unlock(&crowd->mutex);
}

/* Both come, see each other, and go. */
static bool meeting_hold(struct crowd *crowd, struct meeting *meeting)
{
    struct party parties[SIDES];
    uint64_t one = 1;
    bool good = true;
    for (unsigned i = 0; i < SIDES; i++)
        party_begin(&parties[i], meeting, i);
    for (unsigned i = 0; i < SIDES; i++)
        if (read(meeting->settled_fd, &one, sizeof one) < 0)
            good = false;
    one = 1;
    if (write(meeting->stop_fd, &one, sizeof one) < 0)
        good = false;
    for (unsigned i = 0; i < SIDES; i++) {
        party_end(&parties[i]);
        party_note(crowd, &parties[i]);
        good = good && !parties[i].failure;
        g_free(parties[i].failure);
    }
    return good;
}

static void session_hold(struct crowd *crowd, unsigned number)
{
    struct meeting meeting = {.adapter = crowd->adapter,
                              .options = crowd->options,
                              .load = crowd->load,
                              .number = number,
                              .stop_fd = eventfd(0, EFD_CLOEXEC),
                              .settled_fd = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE)};
    char *failure = crowd->adapter->open(&meeting);
    if (failure)
        fprintf(stderr, "session %u: %s\n", number, failure);
    if (failure || !meeting_hold(crowd, &meeting))
        g_atomic_int_inc(&crowd->failed);
    g_free(failure);
    meeting_finish(&meeting);
    close(meeting.stop_fd);
    close(meeting.settled_fd);
}

static gpointer worker(gpointer data)
{
    struct crowd *crowd = data;
    for (;;) {
        int number = g_atomic_int_add(&crowd->next, 1);
        if (number >= crowd->end)
            return NULL;
        session_hold(crowd, (unsigned)number);
    }
}

/* ---- all of them ---- */

static void sessions_hold(struct crowd *crowd, int end)
{
    g_autoptr(GPtrArray) threads = g_ptr_array_new();
    crowd->end = end;
    for (int i = 0; i < crowd->options->parallel; i++)
        g_ptr_array_add(threads, g_thread_new("sessions", worker, crowd));
    for (unsigned i = 0; i < threads->len; i++)
        g_thread_join(g_ptr_array_index(threads, i));
    crowd->next = end; /* each worker took one number too many */
}

/* Waits until the server says that it has nothing of ours left. */
static bool quiet_await(const struct crowd *crowd)
{
    int64_t until_us = g_get_monotonic_time() + QUIET_US;
    while (crowd->adapter->busy && crowd->adapter->busy(crowd->options)) {
        if (g_get_monotonic_time() > until_us)
            return false;
        wait_readable(crowd->never_fd, LOOK_US);
    }
    return true;
}

static int64_t own_kib(const struct process_figures *figures)
{
    return figures->rss_kib - figures->shared_kib;
}

static bool has_grown(const struct crowd *crowd)
{
    return own_kib(&crowd->last) * 100 >
           own_kib(&crowd->first) * (100 + crowd->options->growth_percent);
}

/* The server gives memory back some seconds after sessions have ended: the least that it has until then. What it
 * keeps for a moment after the first ones must not hide what is left for good after all. */
static void first_settle(struct crowd *crowd)
{
    struct process_figures now;
    int64_t until_us = g_get_monotonic_time() + SETTLE_US;
    process_read(crowd->options->pid, &crowd->first);
    while (g_get_monotonic_time() < until_us && process_read(crowd->options->pid, &now) == 0) {
        if (own_kib(&now) < own_kib(&crowd->first))
            crowd->first = now;
        wait_readable(crowd->never_fd, LOOK_US);
    }
}

/* What is done behind the scenes may take a moment longer: a journal's last sync, a page that is kept for a
 * resume. */
static void figures_await(struct crowd *crowd)
{
    int64_t until_us = g_get_monotonic_time() + QUIET_US;
    while (process_read(crowd->options->pid, &crowd->last) == 0 &&
           (crowd->last.descriptors > crowd->first.descriptors || has_grown(crowd)) &&
           g_get_monotonic_time() < until_us)
        wait_readable(crowd->never_fd, LOOK_US);
}

static gpointer hold(gpointer data)
{
    struct crowd *crowd = data;
    int all = crowd->options->sessions, first = MIN(FIRST_MAX, MAX(all / 3, 1));
    sessions_hold(crowd, first);
    crowd->first_quiet = quiet_await(crowd);
    first_settle(crowd);
    sessions_hold(crowd, all);
    crowd->last_quiet = quiet_await(crowd);
    figures_await(crowd);
    load_stop(crowd->load);
    return NULL;
}

static bool figures_print(const struct crowd *crowd, double seconds)
{
    const struct process_figures *first = &crowd->first, *last = &crowd->last;
    const struct meter *m = load_meter(crowd->load);
    printf("%s: %d sessions, %d at a time, %.1f s, %.1f a second, %d failed\n",
           crowd->adapter->name, crowd->options->sessions, crowd->options->parallel, seconds,
           crowd->options->sessions / seconds, crowd->failed);
    printf("  first picture p50 %.1f ms, p95 %.1f ms\n",
           (double)histogram_percentile_us(&crowd->join, 50) / 1000,
           (double)histogram_percentile_us(&crowd->join, 95) / 1000);
    printf("  memory without the ring %" PRId64 " KiB after the first, %" PRId64 " KiB after all\n",
           own_kib(first), own_kib(last));
    printf("  descriptors %u, %u; threads %u, %u; CPU %.2f ms a session\n", first->descriptors,
           last->descriptors, first->threads, last->threads,
           (double)last->cpu_us / 1000 / crowd->options->sessions);
    printf("  wrong: %" PRIu64 " corrupt, %" PRIu64 " of strangers, %" PRIu64 " malformed\n",
           m->corrupt, m->strangers, m->malformed);
    if (!crowd->first_quiet || !crowd->last_quiet)
        printf("  the server still has sessions, peers or sockets\n");
    return !m->corrupt && !m->strangers && !m->malformed && crowd->first_quiet && crowd->last_quiet;
}

static bool nothing_left(const struct crowd *crowd)
{
    const struct process_figures *first = &crowd->first, *last = &crowd->last;
    bool good = true;
    if (!crowd->options->pid)
        return true;
    if (has_grown(crowd)) {
        printf("  memory has grown by more than %d %%\n", crowd->options->growth_percent);
        good = false;
    }
    if (last->descriptors > first->descriptors + SPARE_DESCRIPTORS) {
        printf("  descriptors are left over\n");
        good = false;
    }
    if (last->threads > first->threads) {
        printf("  threads are left over\n");
        good = false;
    }
    return good;
}

int churn(const struct adapter *adapter, const struct options *options)
{
    struct crowd crowd = {.adapter = adapter,
                          .options = options,
                          .load = load_create(options->loss_percent / 100),
                          .never_fd = eventfd(0, EFD_CLOEXEC)};
    g_mutex_init(&crowd.mutex);
    int64_t begin_ns = leg_now_ns();
    GThread *thread = g_thread_new("hold", hold, &crowd);
    load_run(crowd.load, begin_ns + FOREVER_NS);
    g_thread_join(thread);
    bool good = figures_print(&crowd, (double)(leg_now_ns() - begin_ns) / 1e9);
    good = nothing_left(&crowd) && good && !crowd.failed;
    load_destroy(crowd.load);
    close(crowd.never_fd);
    g_mutex_clear(&crowd.mutex);
    return good ? 0 : 1;
}
