#include "recorder/journal/previous.h"

#include "recorder/journal/pcapng_read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void rec_previous_none(struct rec_previous *previous)
{
    *previous = (struct rec_previous){0};
    memset(previous->sha256, '0', sizeof previous->sha256 - 1);
}

static int look(const void *data, size_t len, struct rec_previous *ret_previous)
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    struct rec_pcapng_reader reader = rec_pcapng_reader(data, len);
    struct rec_pcapng_block block;
    int r = digest_sha256(data, len, sha256);
    if (r < 0)
        return r;
    while (rec_pcapng_next(&reader, &block))
        continue;
    digest_hex(sha256, sizeof sha256, ret_previous->sha256);
    ret_previous->bytes = len;
    ret_previous->torn_bytes = len - reader.at;
    return 0;
}

int rec_previous_read(int dir_fd, const char *name, struct rec_previous *ret_previous)
{
    struct stat st;
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    int r = fstat(fd, &st) < 0 ? -errno : 0;
    if (r == 0 && st.st_size == 0) {
        r = look("", 0, ret_previous);
    } else if (r == 0) {
        size_t len = (size_t)st.st_size;
        void *data = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
        r = data == MAP_FAILED ? -errno : look(data, len, ret_previous);
        if (data != MAP_FAILED)
            munmap(data, len);
    }
    close(fd);
    return r;
}
