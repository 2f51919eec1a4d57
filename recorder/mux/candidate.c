#include "recorder/mux/candidate.h"

#include "recorder/journal/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define RETRY_FIRST_US (60 * INT64_C(1000000))
#define RETRY_DOUBLINGS_MAX 6

struct rec_candidate *rec_candidate_create(const char *spool_dir, const char *session)
{
    struct rec_candidate *candidate = g_new0(struct rec_candidate, 1);
    candidate->session = g_strdup(session);
    candidate->folder = g_build_filename(spool_dir, session, NULL);
    g_autoptr(GFile) file = g_file_new_for_path(candidate->folder);
    candidate->monitor = g_file_monitor_directory(file, G_FILE_MONITOR_NONE, NULL, NULL);
    return candidate;
}

void rec_candidate_destroy(struct rec_candidate *candidate)
{
    if (!candidate)
        return;
    if (candidate->monitor) {
        g_file_monitor_cancel(candidate->monitor);
        g_object_unref(candidate->monitor);
    }
    g_free(candidate->session);
    g_free(candidate->folder);
    g_free(candidate);
}

static bool exists(const struct rec_candidate *candidate, const char *name)
{
    g_autofree char *path = g_build_filename(candidate->folder, name, NULL);
    return access(path, F_OK) == 0;
}

/* Shared and for a moment: a daemon that comes just then tries again. */
static bool is_locked(const struct rec_candidate *candidate)
{
    g_autofree char *path = g_build_filename(candidate->folder, REC_LOCK_NAME, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool locked = flock(fd, LOCK_SH | LOCK_NB) < 0;
    close(fd);
    return locked;
}

bool rec_candidate_is_ready(struct rec_candidate *candidate, int64_t grace_us, int64_t now_us)
{
    if (is_locked(candidate)) {
        candidate->unlocked_since_us = 0;
        return false;
    }
    if (!candidate->unlocked_since_us)
        candidate->unlocked_since_us = now_us;
    if (now_us < candidate->retry_us)
        return false;
    return exists(candidate, REC_CLOSED_NAME) || exists(candidate, REC_ORPHAN_NAME) ||
           now_us - candidate->unlocked_since_us >= grace_us;
}

void rec_candidate_failed(struct rec_candidate *candidate, int64_t now_us)
{
    unsigned doublings = MIN(candidate->failures, RETRY_DOUBLINGS_MAX);
    candidate->failures++;
    candidate->retry_us = now_us + (RETRY_FIRST_US << doublings);
}
