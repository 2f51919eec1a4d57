#include "tests/bench/run.h"

#include "tests/bench/report.h"
#include "tests/bench/stamp.h"
#include "tests/harness/wait.h"

#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum { DRAIN_NS = 300000000 };
#define JOIN_NS_MAX INT64_C(600000000000)

struct show {
    const struct adapter *adapter;
    const struct options *options;
    struct load *load;
    struct meeting *meetings;
    struct party (*parties)[SIDES];
    int stop_fd, settled_fd;
    unsigned opened;
    char *failure;
    struct process_figures idle;
};

static int64_t own_cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void server_read(const struct show *show, struct process_figures *ret_figures)
{
    if (show->options->pid)
        process_read(show->options->pid, ret_figures);
}

/* Waits until the time, or until somebody else has said stop. */
static bool pause_until(const struct show *show, int64_t at_ns)
{
    int64_t left_us = (at_ns - leg_now_ns()) / 1000;
    return left_us <= 0 || !wait_readable(show->stop_fd, left_us);
}

/* A thread of its own: opens all sessions, lets the parties of one after the other in, and waits for
 * their pictures. Both of a session come at once. */
static gpointer admit(gpointer data)
{
    struct show *show = data;
    unsigned count = (unsigned)show->options->sessions;
    server_read(show, &show->idle);
    for (; show->opened < count && !show->failure; show->opened++) {
        struct meeting *meeting = &show->meetings[show->opened];
        *meeting = (struct meeting){.adapter = show->adapter,
                                    .options = show->options,
                                    .load = show->load,
                                    .number = show->opened,
                                    .stop_fd = show->stop_fd,
                                    .settled_fd = show->settled_fd};
        show->failure = show->adapter->open(meeting);
    }
    int64_t next_ns = leg_now_ns();
    for (unsigned i = 0; i < show->opened; i++) {
        for (unsigned side = 0; side < SIDES; side++)
            party_begin(&show->parties[i][side], &show->meetings[i], side);
        next_ns += show->options->join_every_ms * INT64_C(1000000);
        pause_until(show, next_ns);
    }
    uint64_t one;
    for (unsigned i = 0; i < SIDES * show->opened; i++)
        if (read(show->settled_fd, &one, sizeof one) < 0)
            break;
    load_stop(show->load);
    return NULL;
}

/* A thread of its own while the load still runs: the parties need it to leave. */
static gpointer dismiss(gpointer data)
{
    struct show *show = data;
    uint64_t one = 1;
    if (write(show->stop_fd, &one, sizeof one) < 0)
        g_error("the end could not be told");
    for (unsigned i = 0; i < show->opened; i++)
        for (unsigned side = 0; side < SIDES; side++)
            party_end(&show->parties[i][side]);
    load_stop(show->load);
    return NULL;
}

static void measure(struct show *show, struct report *report)
{
    struct meter *meter = load_meter(show->load);
    load_run(show->load, leg_now_ns() + show->options->warm_up_ms * INT64_C(1000000));
    server_read(show, &report->begin);
    int64_t own_us = own_cpu_us(), wall_ns = leg_now_ns();
    meter->begin_ns = stamp_now_ns();
    load_run(show->load, wall_ns + show->options->seconds * INT64_C(1000000000));
    meter->end_ns = stamp_now_ns();
    server_read(show, &report->end);
    report->own_cpu_us = own_cpu_us() - own_us;
    report->wall_us = (leg_now_ns() - wall_ns) / 1000;
    load_run(show->load, leg_now_ns() + DRAIN_NS); /* what is still on its way */
}

static void joins_count(struct show *show, struct report *report)
{
    for (unsigned i = 0; i < show->opened; i++)
        for (unsigned side = 0; side < SIDES; side++) {
            struct party *party = &show->parties[i][side];
            if (party->failure)
                fprintf(stderr, "session %u, party %u: %s\n", i, side, party->failure);
            report->failed += party->failure != NULL;
            if (!party->first_video_ns)
                continue;
            report->joined++;
            histogram_note(&report->join, (party->first_video_ns - party->begin_ns) / 1000);
            g_clear_pointer(&party->failure, g_free);
        }
}

static void show_run(struct show *show, struct report *report)
{
    GThread *thread = g_thread_new("admit", admit, show);
    load_run(show->load, leg_now_ns() + JOIN_NS_MAX);
    g_thread_join(thread);
    load_resume(show->load);
    if (!show->failure)
        measure(show, report);
    thread = g_thread_new("dismiss", dismiss, show);
    load_run(show->load, leg_now_ns() + JOIN_NS_MAX);
    g_thread_join(thread);
}

int run(const struct adapter *adapter, const struct options *options)
{
    struct show show = {.adapter = adapter,
                        .options = options,
                        .load = load_create(options->loss_percent / 100),
                        .stop_fd = eventfd(0, EFD_CLOEXEC),
                        .settled_fd = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE)};
    struct report report = {
        .adapter = adapter->name, .options = options, .meter = load_meter(show.load)};
    show.meetings = g_new0(struct meeting, (gsize)options->sessions);
    show.parties = g_malloc0_n((gsize)options->sessions, sizeof *show.parties);
    show_run(&show, &report);
    report.idle = show.idle;
    joins_count(&show, &report);
    if (show.failure)
        fprintf(stderr, "%s\n", show.failure);
    bool good = report_write(&report) && !show.failure;
    for (unsigned i = 0; i < show.opened; i++)
        meeting_finish(&show.meetings[i]);
    g_free(show.failure);
    g_free(show.meetings);
    g_free(show.parties);
    load_destroy(show.load);
    close(show.stop_fd);
    close(show.settled_fd);
    return good ? 0 : 1;
}
