#include "recorder/journal/syncer.h"

#include "base/clock.h"
#include "base/thread.h"
#include "recorder/journal/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    GROUP_MAX = 256, /* files synced in one go */
    SYNCFS_FROM =
        4, /* from so many files on one syncfs() costs less than fdatasync() each (ext4) */
    VOLUME_CHECK_MS = 1000,
    WAITING_MAX = 4, /* a journal; the last place is kept for REC_SYNC_LAST */
};

struct place {
    _Atomic unsigned waiting; /* posted, not yet synced */
    _Atomic int error;        /* of the last failed sync */
};

struct rec_syncer {
    int spool_fd;
    int stop_fd; /* readable: end when nothing is posted */
    unsigned max_journals;
    struct place *places; /* by journal index */
    struct mailbox *posted;
    struct mailbox *events; /* the control thread's */
    struct rec_health *health;
    pthread_t thread;
    struct rec_sync group[GROUP_MAX];
    int results[GROUP_MAX];
};

static struct place *place_of(const struct rec_syncer *syncer, rec_journal_id journal)
{
    return &syncer->places[rec_journal_index(journal)];
}

/* ---- the volume ------------------------------------------------------------------------------- */

static void read_free_space(struct rec_syncer *syncer)
{
    struct statvfs st;
    if (fstatvfs(syncer->spool_fd, &st) == 0)
        syncer->health->free_bytes = (uint64_t)st.f_bavail * st.f_frsize;
}

/* After a fault: whether the volume takes bytes again. */
static void probe(struct rec_syncer *syncer)
{
    static const char bytes[4096];
    static const char name[] = ".probe";
    int fd = openat(syncer->spool_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    bool works = write(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes && fdatasync(fd) == 0;
    close(fd);
    unlinkat(syncer->spool_fd, name, 0);
    if (works)
        syncer->health->spool_error = 0;
}

static void check_volume(struct rec_syncer *syncer)
{
    read_free_space(syncer);
    if (syncer->health->spool_error)
        probe(syncer);
}

/* ---- a group ------------------------------------------------------------------------------------ */

static int sync_file(const struct rec_sync *sync)
{
    return sync->fd >= 0 && fdatasync(sync->fd) < 0 ? -errno : 0;
}

static int sync_dir(const struct rec_sync *sync)
{
    return sync->flags & REC_SYNC_DIR && fsync(sync->dir_fd) < 0 ? -errno : 0;
}

/* One syncfs() for all. It does not say which file failed: then each is asked. */
static void sync_group(struct rec_syncer *syncer, unsigned count)
{
    bool all = count >= SYNCFS_FROM && syncfs(syncer->spool_fd) == 0;
    for (unsigned i = 0; i < count; i++) {
        const struct rec_sync *sync = &syncer->group[i];
        int r = all ? 0 : sync_file(sync);
        syncer->results[i] = r < 0 ? r : sync_dir(sync);
    }
}

static int leave_marker(const struct rec_sync *sync, const char *name)
{
    int fd = openat(sync->dir_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return -errno;
    close(fd);
    return fsync(sync->dir_fd) < 0 ? -errno : 0;
}

static void tell(struct rec_syncer *syncer, enum rec_event_type type, const struct rec_sync *sync,
                 int error)
{
    rec_event_tell(syncer->events,
                   &(struct rec_event){.type = type, .journal = sync->journal, .error = error});
}

/* The writer has forgotten this journal: a fault is told from here. */
static void end_journal(struct rec_syncer *syncer, const struct rec_sync *sync, int error)
{
    if (error == 0 && sync->flags & REC_SYNC_GOOD)
        error = leave_marker(sync, REC_CLOSED_NAME);
    else if (sync->dir_fd >= 0) /* if it cannot be left either, the renderer waits for its grace */
        (void)leave_marker(sync, REC_ORPHAN_NAME);
    struct rec_opened opened = {.fd = sync->fd, .dir_fd = sync->dir_fd, .lock_fd = sync->lock_fd};
    rec_opened_close(&opened);
    if (error < 0 && sync->flags & REC_SYNC_GOOD) { /* else it was told before */
        syncer->health->spool_error = error;
        tell(syncer, REC_EVENT_FAILED, sync, error);
    }
    tell(syncer, REC_EVENT_CLOSED, sync, error);
}

static void finish_one(struct rec_syncer *syncer, const struct rec_sync *sync, int error)
{
    struct place *place = place_of(syncer, sync->journal);
    if (sync->flags & REC_SYNC_LAST) {
        place->error = 0;
        place->waiting--; /* before CLOSED: the place may be taken again then */
        end_journal(syncer, sync, error);
        return;
    }
    if (error < 0)
        place->error = error;
    else if (sync->flags & REC_SYNC_DURABLE)
        tell(syncer, REC_EVENT_DURABLE, sync, 0);
    if (sync->flags & REC_SYNC_CLOSE)
        close(sync->fd);
    place->waiting--;
}

static void handle_group(struct rec_syncer *syncer, unsigned count)
{
    int64_t since_us = INT64_MAX;
    for (unsigned i = 0; i < count; i++)
        since_us = MIN(since_us, syncer->group[i].since_us);
    syncer->health->syncing_since_us = since_us;
    sync_group(syncer, count);
    for (unsigned i = 0; i < count; i++)
        finish_one(syncer, &syncer->group[i], syncer->results[i]);
    syncer->health->syncing_since_us = 0;
}

static void *run(void *data)
{
    struct rec_syncer *syncer = data;
    struct pollfd wake[] = {
        {.fd = mailbox_fd(syncer->posted), .events = POLLIN},
        {.fd = syncer->stop_fd, .events = POLLIN},
    };
    int64_t check_us = 0;
    thread_name("journal syncer");
    thread_give_way();
    for (;;) {
        (void)poll(wake, G_N_ELEMENTS(wake), VOLUME_CHECK_MS);
        unsigned count = 0;
        while (count < GROUP_MAX && mailbox_take(syncer->posted, &syncer->group[count]))
            count++;
        if (count)
            handle_group(syncer, count);
        else if (wake[1].revents)
            return NULL;
        if (clock_now_us() >= check_us) {
            check_volume(syncer);
            check_us = clock_now_us() + VOLUME_CHECK_MS * 1000;
        }
    }
}

/* ---- other threads ------------------------------------------------------------------------------ */

static void free_syncer(struct rec_syncer *syncer)
{
    mailbox_destroy(syncer->posted);
    if (syncer->stop_fd >= 0)
        close(syncer->stop_fd);
    if (syncer->spool_fd >= 0)
        close(syncer->spool_fd);
    g_free(syncer->places);
    g_free(syncer);
}

int rec_syncer_create(const char *spool_dir, unsigned max_journals, struct mailbox *events,
                      struct rec_health *health, struct rec_syncer **ret_syncer)
{
    struct rec_syncer *syncer = g_new0(struct rec_syncer, 1);
    syncer->max_journals = max_journals;
    syncer->places = g_new0(struct place, max_journals);
    syncer->events = events;
    syncer->health = health;
    syncer->spool_fd = open(spool_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = syncer->spool_fd < 0 ? -errno : 0;
    syncer->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (r == 0 && syncer->stop_fd < 0)
        r = -errno;
    if (r == 0)
        r = mailbox_create(sizeof(struct rec_sync), max_journals * WAITING_MAX, &syncer->posted);
    if (r == 0) {
        read_free_space(syncer);
        r = -pthread_create(&syncer->thread, NULL, run, syncer);
    }
    if (r < 0) {
        free_syncer(syncer);
        return r;
    }
    *ret_syncer = syncer;
    return 0;
}

void rec_syncer_destroy(struct rec_syncer *syncer)
{
    if (!syncer)
        return;
    eventfd_write(syncer->stop_fd, 1);
    pthread_join(syncer->thread, NULL);
    free_syncer(syncer);
}

int rec_syncer_post(struct rec_syncer *syncer, const struct rec_sync *sync)
{
    struct place *place = place_of(syncer, sync->journal);
    if (!(sync->flags & REC_SYNC_LAST) && place->waiting >= WAITING_MAX - 1)
        return -ENOSPC;
    place->waiting++;
    int r = mailbox_post(syncer->posted, sync);
    if (r < 0)
        place->waiting--;
    return r;
}

bool rec_syncer_is_busy(const struct rec_syncer *syncer, rec_journal_id journal)
{
    return place_of(syncer, journal)->waiting > 0;
}

int rec_syncer_take_error(struct rec_syncer *syncer, rec_journal_id journal)
{
    return atomic_exchange(&place_of(syncer, journal)->error, 0);
}
