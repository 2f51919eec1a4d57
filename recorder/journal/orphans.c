#include "recorder/journal/orphans.h"

#include "base/id.h"
#include "recorder/journal/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

static bool is_kept(const char *const *kept, size_t count, const char *session)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(kept[i], session) == 0)
            return true;
    return false;
}

/* A folder that goes away meanwhile was dealt with. */
static int release(const char *spool_dir, const char *session)
{
    g_autofree char *path = g_build_filename(spool_dir, session, REC_ORPHAN_NAME, NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    close(fd);
    return 0;
}

int rec_orphans_mark(const char *spool_dir, const char *const *kept, size_t count)
{
    GDir *dir = g_dir_open(spool_dir, 0, NULL);
    if (!dir)
        return -ENOENT;
    int result = 0;
    for (const char *name; (name = g_dir_read_name(dir));) {
        if (!id_is_valid(name) || is_kept(kept, count, name))
            continue;
        int r = release(spool_dir, name);
        if (r < 0)
            result = r;
    }
    g_dir_close(dir);
    return result;
}
