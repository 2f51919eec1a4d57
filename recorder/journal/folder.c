#include "recorder/journal/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void segment_name(unsigned number, char ret_name[REC_SEGMENT_NAME_BYTES])
{
    snprintf(ret_name, REC_SEGMENT_NAME_BYTES, "%04u.pcapng", number);
}

unsigned rec_folder_segment_number(const char *name)
{
    unsigned number = 0;
    for (int i = 0; i < 4; i++) {
        if (name[i] < '0' || name[i] > '9')
            return 0;
        number = number * 10 + (unsigned)(name[i] - '0');
    }
    return strcmp(name + 4, ".pcapng") == 0 ? number : 0;
}

int rec_folder_create_segment(int dir_fd, unsigned number, int *ret_fd)
{
    if (number == 0 || number > REC_SEGMENT_NUMBER_MAX)
        return -ENFILE;
    char name[REC_SEGMENT_NAME_BYTES];
    segment_name(number, name);
    int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

static int last_segment_number(int dir_fd, unsigned *ret_number)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    DIR *dir = fdopendir(fd);
    if (!dir) {
        int r = -errno;
        close(fd);
        return r;
    }
    unsigned last = 0;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        unsigned number = rec_folder_segment_number(entry->d_name);
        if (number > last)
            last = number;
    }
    closedir(dir);
    *ret_number = last;
    return 0;
}

static int read_segment(int dir_fd, unsigned number, struct rec_previous *ret_previous)
{
    char name[REC_SEGMENT_NAME_BYTES];
    segment_name(number, name);
    return rec_previous_read(dir_fd, name, ret_previous);
}

/* The renderer removes a folder it has dealt with while it holds the lock: a lock that was won only
 * then is on a file that is no more. */
static int lock_folder(int dir_fd, int *ret_lock_fd)
{
    int fd = openat(dir_fd, REC_LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return errno == ENOENT ? -EWOULDBLOCK : -errno;
    struct stat st;
    int r = 0;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &st) < 0)
        r = -errno;
    else if (st.st_nlink == 0)
        r = -EWOULDBLOCK;
    if (r < 0) {
        close(fd);
        return r;
    }
    *ret_lock_fd = fd;
    return 0;
}

static int begin_next_segment(struct rec_opened *opened)
{
    unsigned last = 0;
    int r = last_segment_number(opened->dir_fd, &last);
    if (r == 0 && last > 0)
        r = read_segment(opened->dir_fd, last, &opened->previous);
    if (r == 0)
        r = rec_folder_create_segment(opened->dir_fd, last + 1, &opened->fd);
    if (r < 0)
        return r;
    opened->number = last + 1;
    static const char *const markers[] = {REC_CLOSED_NAME, REC_ORPHAN_NAME};
    for (size_t i = 0; i < sizeof markers / sizeof *markers; i++)
        if (unlinkat(opened->dir_fd, markers[i], 0) < 0 && errno != ENOENT)
            return -errno;
    return fsync(opened->dir_fd) < 0 ? -errno : 0;
}

int rec_folder_open(int spool_fd, const char *session, struct rec_opened *ret_opened)
{
    struct rec_opened opened = {.fd = -1, .dir_fd = -1, .lock_fd = -1};
    rec_previous_none(&opened.previous);

    if (mkdirat(spool_fd, session, 0750) == 0) {
        if (fsync(spool_fd) < 0)
            return -errno;
    } else if (errno != EEXIST) {
        return -errno;
    }
    opened.dir_fd = openat(spool_fd, session, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened.dir_fd < 0)
        return errno == ENOENT ? -EWOULDBLOCK : -errno;

    int r = lock_folder(opened.dir_fd, &opened.lock_fd);
    if (r == 0)
        r = begin_next_segment(&opened);
    if (r < 0) {
        rec_opened_close(&opened);
        return r;
    }
    *ret_opened = opened;
    return 0;
}

void rec_opened_close(struct rec_opened *opened)
{
    int *fds[] = {&opened->fd, &opened->dir_fd, &opened->lock_fd};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
}
