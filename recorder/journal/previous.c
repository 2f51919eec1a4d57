#include "recorder/journal/previous.h"

#include "recorder/journal/pcapng_read.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 256 * 1024, LENGTH_BYTES = 4 };

void rec_previous_none(struct rec_previous *previous)
{
    *previous = (struct rec_previous){0};
    memset(previous->sha256, '0', sizeof previous->sha256 - 1);
}

/* A file that may have bad blocks: what cannot be read is an error of the call. A mapping would be a SIGBUS, the end of every
 * call that the daemon holds. */
struct pieces {
    int fd;
    uint64_t bytes; /* of the file */
    uint64_t from;  /* where the piece begins */
    size_t len;     /* of the piece */
    uint8_t *data;  /* PIECE_BYTES */
};

/* Fills the piece from `at` on, to its end or the file's. */
static int piece_read(struct pieces *pieces, uint64_t at)
{
    uint64_t left = pieces->bytes - at;
    size_t wanted = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
    pieces->from = at;
    pieces->len = 0;
    while (pieces->len < wanted) {
        ssize_t n = pread(pieces->fd, pieces->data + pieces->len, wanted - pieces->len,
                          (off_t)(at + pieces->len));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) /* nobody writes to it: it cannot be shorter than it was */
            return n < 0 ? -errno : -EIO;
        pieces->len += (size_t)n;
    }
    return 0;
}

/* `len` bytes at `at`, all within the file and not more than a piece; good until the next call. */
static int bytes_at(struct pieces *pieces, uint64_t at, size_t len, const uint8_t **ret_bytes)
{
    bool is_there = at >= pieces->from && at + len <= pieces->from + pieces->len;
    int r = is_there ? 0 : piece_read(pieces, at);
    if (r == 0)
        *ret_bytes = pieces->data + (at - pieces->from);
    return r;
}

static int sha256_look(struct pieces *pieces, struct digest *digest, char *ret_hex)
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    int r = 0;
    for (uint64_t at = 0; r == 0 && at < pieces->bytes; at += pieces->len) {
        r = piece_read(pieces, at);
        if (r == 0)
            r = digest_update(digest, pieces->data, pieces->len);
    }
    if (r == 0)
        r = digest_finish(digest, sha256);
    if (r == 0)
        digest_hex(sha256, sizeof sha256, ret_hex);
    return r;
}

/* The block at `at` ends at `*ret_end`; 0: no whole one is there. */
static int block_end(struct pieces *pieces, uint64_t at, uint64_t *ret_end)
{
    const uint8_t *bytes = NULL;
    uint64_t left = pieces->bytes - at;
    *ret_end = 0;
    if (left < REC_BLOCK_HEAD_BYTES)
        return 0;
    int r = bytes_at(pieces, at, REC_BLOCK_HEAD_BYTES, &bytes);
    size_t len = r < 0 ? 0 : rec_pcapng_block_bytes(bytes, at, left);
    if (!len)
        return r;
    uint8_t length[LENGTH_BYTES];
    memcpy(length, bytes + LENGTH_BYTES, sizeof length); /* after the type */
    r = bytes_at(pieces, at + len - LENGTH_BYTES, LENGTH_BYTES, &bytes);
    if (r == 0 && memcmp(bytes, length, sizeof length) == 0)
        *ret_end = at + len;
    return r;
}

static int torn_look(struct pieces *pieces, uint64_t *ret_torn_bytes)
{
    uint64_t at = 0, end = 0;
    int r = block_end(pieces, at, &end);
    while (r == 0 && end) {
        at = end;
        r = block_end(pieces, at, &end);
    }
    if (r == 0)
        *ret_torn_bytes = pieces->bytes - at;
    return r;
}

static int look(struct pieces *pieces, struct rec_previous *ret_previous)
{
    struct rec_previous previous = {.bytes = pieces->bytes};
    struct digest *digest = NULL;
    int r = digest_create(&digest);
    if (r < 0)
        return r;
    r = sha256_look(pieces, digest, previous.sha256);
    if (r == 0)
        r = torn_look(pieces, &previous.torn_bytes);
    if (r == 0)
        *ret_previous = previous;
    digest_destroy(digest);
    return r;
}

int rec_previous_read(int dir_fd, const char *name, struct rec_previous *ret_previous)
{
    struct stat st;
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    int r = fstat(fd, &st) < 0 ? -errno : 0;
    if (r == 0) {
        g_autofree uint8_t *data = g_malloc(PIECE_BYTES);
        struct pieces pieces = {.fd = fd, .bytes = (uint64_t)st.st_size, .data = data};
        r = look(&pieces, ret_previous);
    }
    close(fd);
    return r;
}
