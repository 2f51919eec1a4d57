#include "base/id.h"
#include "recorder/journal/folder.h"
#include "recorder/recorder.h"

#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static bool exists(const char *dir, const char *session, const char *suffix)
{
    g_autofree char *path = g_strconcat(dir, "/", session, suffix, NULL);
    return access(path, F_OK) == 0;
}

/* Whether a process holds the journal's lock. Shared, so that two lookers do not see one another. */
static bool is_locked(const char *spool_dir, const char *session)
{
    g_autofree char *path = g_build_filename(spool_dir, session, REC_LOCK_NAME, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool locked = flock(fd, LOCK_SH | LOCK_NB) < 0;
    close(fd);
    return locked;
}

enum rec_archive_state rec_archive_state_of(const char *spool_dir, const char *archive_dir,
                                            const char *session)
{
    if (!id_is_valid(session))
        return REC_ARCHIVE_NONE;
    bool in_spool = exists(spool_dir, session, "");
    if (in_spool && !exists(spool_dir, session, "/" REC_CLOSED_NAME) &&
        is_locked(spool_dir, session))
        return REC_ARCHIVE_RECORDING;
    if (exists(archive_dir, session, "/manifest.json"))
        return REC_ARCHIVE_READY;
    if (exists(archive_dir, session, ".failed"))
        return REC_ARCHIVE_FAILED;
    return in_spool ? REC_ARCHIVE_RENDERING : REC_ARCHIVE_NONE;
}

static bool is_plain_name(const char *file)
{
    return file && *file && *file != '.' && !strchr(file, '/');
}

char *rec_archive_path(const char *archive_dir, const char *session, const char *file)
{
    if (!id_is_valid(session) || !is_plain_name(file))
        return NULL;
    g_autofree char *path = g_build_filename(archive_dir, session, file, NULL);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path) : NULL;
}
