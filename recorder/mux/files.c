#include "recorder/mux/files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <gio/gio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WALK_FDS = 8 };

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    return remove(path) < 0 && errno != ENOENT ? -errno : 0;
}

int rec_files_remove(const char *path)
{
    int r = nftw(path, remove_entry, WALK_FDS, FTW_DEPTH | FTW_PHYS);
    if (r == -1)
        return errno == ENOENT ? 0 : -errno;
    return r;
}

static int sync_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    if (type != FTW_F && type != FTW_DP)
        return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    int r = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return r;
}

int rec_files_sync(const char *path)
{
    int r = nftw(path, sync_entry, WALK_FDS, FTW_DEPTH | FTW_PHYS);
    return r == -1 ? -errno : r;
}

int rec_files_sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return r;
}

int rec_files_link(const char *from, const char *to)
{
    if (link(from, to) == 0)
        return 0;
    if (errno != EXDEV && errno != EPERM && errno != EMLINK && errno != ENOTSUP)
        return -errno;
    g_autoptr(GFile) source = g_file_new_for_path(from);
    g_autoptr(GFile) target = g_file_new_for_path(to);
    g_autoptr(GError) error = NULL;
    if (g_file_copy(source, target, G_FILE_COPY_NOFOLLOW_SYMLINKS, NULL, NULL, NULL, &error))
        return 0;
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ? -ENOSPC : -EIO;
}

int rec_files_exchange(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno == EEXIST)
        return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) < 0 ? -errno : 0;
    /* Volumes that know no flags: nothing is there that could be replaced but an empty folder. */
    return errno == EINVAL && rename(from, to) == 0 ? 0 : -errno;
}
