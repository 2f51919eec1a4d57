#include "recorder/mux/watch.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/notify.h"
#include "recorder/mux/candidate.h"
#include "recorder/mux/files.h"
#include "recorder/mux/render.h"
#include "recorder/mux/settings.h"
#include "recorder/recorder.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    RESCAN_MS = 1000, /* what no monitor tells: a lock that was let go */
    WALK_SHARE = 20,  /* of the time may be spent on walks: 1 / this */
    RENDER_MAX_S = 3600,
    RENDER_NICE = 10, /* live calls come first */
    FIGURES_S = 10,
};

static const char topic[] = "recorder";

struct watch {
    struct rec_settings settings;
    GMainLoop *loop;
    GHashTable *candidates; /* session -> struct rec_candidate * */
    GFileMonitor *monitor;
    GQueue ready;      /* sessions to be rendered as they were found last, g_free()d */
    guint look_source; /* something has changed; 0: no */
    int64_t walk_us;   /* not before this: a walk through the spool that nothing waits for */
    GPid child;        /* 0: none */
    guint child_timeout;
    char *rendering; /* the child's session */
    int64_t render_since_us;
    struct rec_figures figures;
};

/* ---- the child -------------------------------------------------------------------------------------------- */

static void go_on(struct watch *watch);

/* Between fork and exec: only what is safe there. */
static void prepare_child(gpointer parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != GPOINTER_TO_INT(parent))
        _exit(REC_RENDER_BUSY);
    (void)setpriority(PRIO_PROCESS, 0, RENDER_NICE);
}

static void tell_crash(struct watch *watch, int status)
{
    g_autofree char *path =
        g_strdup_printf("%s/%s.failed", watch->settings.archive_dir, watch->rendering);
    g_autofree char *text =
        WIFSIGNALED(status) ? g_strdup_printf("the renderer died of signal %d (%s)\n",
                                              WTERMSIG(status), strsignal(WTERMSIG(status)))
                            : g_strdup_printf("the renderer ended with %d\n", WEXITSTATUS(status));
    (void)g_file_set_contents(path, text, -1, NULL);
    log_error(topic, "%s: %s", watch->rendering, g_strchomp(text));
}

static void on_child_end(GPid pid, gint status, gpointer data)
{
    struct watch *watch = data;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code != REC_RENDER_DONE && code != REC_RENDER_FAILED && code != REC_RENDER_BUSY)
        tell_crash(watch, status);
    struct rec_candidate *candidate = g_hash_table_lookup(watch->candidates, watch->rendering);
    watch->figures.spent_us += (uint64_t)(clock_now_us() - watch->render_since_us);
    watch->figures.done += code == REC_RENDER_DONE;
    if (code != REC_RENDER_DONE && code != REC_RENDER_BUSY) {
        watch->figures.failed++;
        watch->figures.failed_at_us = clock_wall_us();
    }
    if (code == REC_RENDER_DONE)
        log_info(topic, "%s: rendered", watch->rendering);
    else if (code == REC_RENDER_FAILED)
        log_warning(topic, "%s: not rendered", watch->rendering);
    if (candidate && code == REC_RENDER_BUSY)
        candidate->unlocked_since_us = 0;
    else if (candidate && code != REC_RENDER_DONE)
        rec_candidate_failed(candidate, clock_now_us());
    g_clear_handle_id(&watch->child_timeout, g_source_remove);
    g_clear_pointer(&watch->rendering, g_free);
    g_spawn_close_pid(pid);
    watch->child = 0;
    go_on(watch);
}

static gboolean on_child_timeout(gpointer data)
{
    struct watch *watch = data;
    log_error(topic, "%s: rendering took over %d s", watch->rendering, RENDER_MAX_S);
    kill(watch->child, SIGKILL);
    watch->child_timeout = 0;
    return G_SOURCE_REMOVE;
}

static void render(struct watch *watch, struct rec_candidate *candidate)
{
    const char *const argv[] = {
        "/proc/self/exe", "shipinban-recorder",        "--render", candidate->folder,
        "--out",          watch->settings.archive_dir, NULL};
    g_autoptr(GError) error = NULL;
    if (!g_spawn_async(NULL, (char **)argv, NULL,
                       G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_FILE_AND_ARGV_ZERO, prepare_child,
                       GINT_TO_POINTER(getpid()), &watch->child, &error)) {
        log_error(topic, "%s: %s", candidate->session, error->message);
        rec_candidate_failed(candidate, clock_now_us());
        watch->child = 0;
        return;
    }
    watch->rendering = g_strdup(candidate->session);
    watch->render_since_us = clock_now_us();
    watch->child_timeout = g_timeout_add_seconds(RENDER_MAX_S, on_child_timeout, watch);
    g_child_watch_add(watch->child, on_child_end, watch);
}

/* ---- the spool --------------------------------------------------------------------------------------------- */

static gboolean on_idle(gpointer data)
{
    struct watch *watch = data;
    watch->look_source = 0;
    if (!watch->child)
        go_on(watch);
    return G_SOURCE_REMOVE;
}

/* Each session is many changes, and to look is to walk through the whole spool: once for all that is told now, and not
 * while a rendering runs, whose end goes on by itself. */
static void on_change(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                      gpointer data)
{
    struct watch *watch = data;
    if (event != G_FILE_MONITOR_EVENT_CREATED && event != G_FILE_MONITOR_EVENT_DELETED)
        return;
    if (!watch->child && !watch->look_source)
        watch->look_source = g_idle_add(on_idle, watch);
}

static void add_candidate(struct watch *watch, const char *session)
{
    struct rec_candidate *candidate = rec_candidate_create(watch->settings.spool_dir, session);
    if (candidate->monitor)
        g_signal_connect(candidate->monitor, "changed", G_CALLBACK(on_change), watch);
    g_hash_table_insert(watch->candidates, candidate->session, candidate);
}

static gboolean is_gone(gpointer session, gpointer data, gpointer user)
{
    const struct rec_candidate *candidate = data;
    return !g_file_test(candidate->folder, G_FILE_TEST_IS_DIR);
}

static void scan(struct watch *watch)
{
    g_hash_table_foreach_remove(watch->candidates, is_gone, NULL);
    GDir *dir = g_dir_open(watch->settings.spool_dir, 0, NULL);
    if (!dir)
        return;
    for (const char *name; (name = g_dir_read_name(dir));)
        if (id_is_valid(name) && !g_hash_table_contains(watch->candidates, name))
            add_candidate(watch, name);
    g_dir_close(dir);
}

/* Fewest failures first, so that a bad journal never holds up a good one; then the oldest. */
static gint order(gconstpointer one, gconstpointer other, gpointer user)
{
    struct watch *watch = user;
    const struct rec_candidate *a = g_hash_table_lookup(watch->candidates, one);
    const struct rec_candidate *b = g_hash_table_lookup(watch->candidates, other);
    if (a->failures != b->failures)
        return a->failures < b->failures ? -1 : 1;
    return (a->unlocked_since_us > b->unlocked_since_us) -
           (a->unlocked_since_us < b->unlocked_since_us);
}

static bool is_ready(const struct watch *watch, struct rec_candidate *candidate)
{
    return rec_candidate_is_ready(candidate, watch->settings.orphan_grace_us, clock_now_us());
}

static void ready_find(struct watch *watch)
{
    GHashTableIter iter;
    g_queue_clear_full(&watch->ready, g_free);
    g_hash_table_iter_init(&iter, watch->candidates);
    for (gpointer value; g_hash_table_iter_next(&iter, NULL, &value);) {
        struct rec_candidate *candidate = value;
        if (is_ready(watch, candidate))
            g_queue_push_tail(&watch->ready, g_strdup(candidate->session));
    }
    g_queue_sort(&watch->ready, order, watch);
}

/* The next of those found last that can still be rendered, or NULL. */
static struct rec_candidate *ready_take(struct watch *watch)
{
    for (;;) {
        g_autofree char *session = g_queue_pop_head(&watch->ready);
        if (!session)
            return NULL;
        struct rec_candidate *candidate = g_hash_table_lookup(watch->candidates, session);
        if (candidate && is_ready(watch, candidate) &&
            g_file_test(candidate->folder, G_FILE_TEST_IS_DIR))
            return candidate;
    }
}

static unsigned waiting_count(const struct watch *watch)
{
    int64_t now_us = clock_now_us();
    unsigned count = 0;
    GHashTableIter iter;
    g_hash_table_iter_init(&iter, watch->candidates);
    for (gpointer value; g_hash_table_iter_next(&iter, NULL, &value);)
        count += rec_candidate_is_ready(value, watch->settings.orphan_grace_us, now_us);
    return watch->child && count ? count - 1 : count;
}

/* When something changed, and as a sign of life. */
static void tell_figures(struct watch *watch)
{
    struct rec_figures now = watch->figures;
    now.waiting = waiting_count(watch);
    now.running = watch->child != 0;
    bool changed = memcmp(&now, &watch->figures, sizeof now) != 0;
    now.at_us = clock_wall_us();
    if (!changed && now.at_us - watch->figures.at_us < FIGURES_S * (int64_t)G_USEC_PER_SEC)
        return;
    if (!rec_figures_write(watch->settings.archive_dir, &now))
        log_warning(topic, "%s: the figures cannot be written", watch->settings.archive_dir);
    watch->figures = now;
    notify_status("%u wait, %u runs, %" G_GUINT64_FORMAT " rendered", now.waiting, now.running,
                  now.done);
}

/* No rendering runs: the next one. The spool is looked at anew only when all that was found has been done: with a long
 * queue that would take longer than the renderings. */
static void go_on(struct watch *watch)
{
    struct rec_candidate *candidate = ready_take(watch);
    if (!candidate) {
        scan(watch);
        ready_find(watch);
        candidate = ready_take(watch);
    }
    if (candidate)
        render(watch, candidate);
}

static gboolean on_timer(gpointer data)
{
    struct watch *watch = data;
    int64_t begin_us = clock_now_us();
    if (!watch->child)
        go_on(watch);
    if (begin_us >= watch->walk_us) {
        scan(watch);
        tell_figures(watch);
        watch->walk_us = begin_us + WALK_SHARE * (clock_now_us() - begin_us);
    }
    notify_alive();
    return G_SOURCE_CONTINUE;
}

/* What an earlier run left half-built. */
static void remove_leftovers(const struct watch *watch)
{
    GDir *dir = g_dir_open(watch->settings.archive_dir, 0, NULL);
    if (!dir)
        return;
    for (const char *name; (name = g_dir_read_name(dir));) {
        if (name[0] != '.' || !g_str_has_suffix(name, ".tmp"))
            continue;
        g_autofree char *path = g_build_filename(watch->settings.archive_dir, name, NULL);
        (void)rec_files_remove(path);
    }
    g_dir_close(dir);
}

/* ---- the program -------------------------------------------------------------------------------------------- */

static gboolean on_signal(gpointer data)
{
    struct watch *watch = data;
    notify_stopping(0);
    g_main_loop_quit(watch->loop);
    return G_SOURCE_CONTINUE;
}

static void destroy_candidate(gpointer data)
{
    rec_candidate_destroy(data);
}

static void run(struct watch *watch)
{
    watch->loop = g_main_loop_new(NULL, FALSE);
    watch->candidates = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, destroy_candidate);
    g_autoptr(GFile) spool = g_file_new_for_path(watch->settings.spool_dir);
    watch->monitor = g_file_monitor_directory(spool, G_FILE_MONITOR_NONE, NULL, NULL);
    if (watch->monitor)
        g_signal_connect(watch->monitor, "changed", G_CALLBACK(on_change), watch);
    g_unix_signal_add(SIGTERM, on_signal, watch);
    g_unix_signal_add(SIGINT, on_signal, watch);
    g_timeout_add(RESCAN_MS, on_timer, watch);
    log_info(topic, "watching %s", watch->settings.spool_dir);
    remove_leftovers(watch);
    go_on(watch);
    notify_ready();
    g_main_loop_run(watch->loop);

    if (watch->child) { /* it is begun anew at the next start */
        kill(watch->child, SIGKILL);
        waitpid(watch->child, NULL, 0);
    }
    g_clear_handle_id(&watch->look_source, g_source_remove);
    g_queue_clear_full(&watch->ready, g_free);
    g_free(watch->rendering);
    g_clear_object(&watch->monitor);
    g_hash_table_unref(watch->candidates);
    g_main_loop_unref(watch->loop);
}

int rec_watch_run(const char *config_path)
{
    struct watch watch = {0};
    g_autofree char *what = NULL;
    int r = rec_settings_read(&watch.settings, config_path, &what);
    if (r < 0) {
        log_error(topic, "%s", what);
        return r;
    }
    const char *const folders[] = {watch.settings.spool_dir, watch.settings.archive_dir};
    for (size_t i = 0; i < G_N_ELEMENTS(folders) && r == 0; i++) {
        if (g_mkdir_with_parents(folders[i], 0750) < 0) {
            r = -errno;
            log_error(topic, "%s: %s", folders[i], g_strerror(-r));
        }
    }
    if (r == 0)
        run(&watch);
    rec_settings_finish(&watch.settings);
    return r;
}
