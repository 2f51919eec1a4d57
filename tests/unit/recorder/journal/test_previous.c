#include "recorder/journal/previous.h"

#include "recorder/journal/pcapng_read.h"
#include "recorder/journal/pcapng_write.h"

#include "tests/harness/file.h"
#include "tests/harness/temp.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SEGMENT_BYTES = 2 * 1024 * 1024, PACKET_BYTES = 1200, FOREIGN_BYTES = 700 * 1024 };
#define NAME "0001.pcapng"

/* A disk that gives a few bytes at a time, is interrupted, and has a bad block from `bad_from` on. */
static off_t bad_from = -1;
static unsigned read_count;

ssize_t pread(int fd, void *data, size_t len, off_t at)
{
    if (bad_from >= 0 && at + (off_t)len > bad_from) {
        if (at >= bad_from) {
            errno = EIO;
            return -1;
        }
        len = (size_t)(bad_from - at);
    }
    if (++read_count % 3 == 0) {
        errno = EINTR;
        return -1;
    }
    return syscall(SYS_pread64, fd, data, MIN(len, (size_t)100000), at);
}

static void le32_put(uint8_t *at, size_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

/* Packets over several pieces, and among them a foreign block that is larger than a piece. */
static size_t segment_make(uint8_t *data)
{
    static const uint8_t rtp[PACKET_BYTES] = {0x80, 96};
    struct bytes_writer w = bytes_writer(data, SEGMENT_BYTES);
    rec_pcapng_put_preamble(&w);
    while (w.at < SEGMENT_BYTES / 3)
        rec_pcapng_put_packet(
            &w, &(struct rec_pcapng_packet){
                    .wall_us = 1, .tag = 7, .data = rtp, .len = sizeof rtp - w.at % 7});
    le32_put(data + w.at, 0xbad);
    le32_put(data + w.at + 4, FOREIGN_BYTES);
    le32_put(data + w.at + FOREIGN_BYTES - 4, FOREIGN_BYTES);
    w.at += FOREIGN_BYTES;
    for (int i = 0; i < 300; i++)
        rec_pcapng_put_packet(
            &w, &(struct rec_pcapng_packet){.wall_us = 2, .tag = 7, .data = rtp, .len = 100});
    g_assert_false(w.bad);
    return w.at;
}

static int read_back(const void *data, size_t len, struct rec_previous *ret_previous)
{
    const char *dir = temp_dir();
    g_autofree char *path = g_build_filename(dir, NAME, NULL);
    file_write(path, data, len);
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = rec_previous_read(folder, NAME, ret_previous);
    close(folder);
    return r;
}

/* What the reader says that has all of the file at once. */
static void expect_same(const uint8_t *data, size_t len)
{
    struct rec_pcapng_reader reader = rec_pcapng_reader(data, len);
    struct rec_pcapng_block block;
    struct rec_previous previous;
    g_autofree char *sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, len);
    while (rec_pcapng_next(&reader, &block))
        continue;
    g_assert_cmpint(read_back(data, len, &previous), ==, 0);
    g_assert_cmpstr(previous.sha256, ==, sha256);
    g_assert_cmpuint(previous.bytes, ==, len);
    g_assert_cmpuint(previous.torn_bytes, ==, len - reader.at);
}

static void test_torn(void)
{
    g_autofree uint8_t *data = g_malloc0(SEGMENT_BYTES);
    size_t len = segment_make(data);
    const size_t cuts[] = {0,
                           1,
                           11,
                           12,
                           27,
                           28,
                           1000,
                           262143,
                           262144,
                           262150,
                           SEGMENT_BYTES / 3 + 20,
                           len / 2,
                           len - 130,
                           len - 10,
                           len - 1,
                           len};
    for (size_t i = 0; i < G_N_ELEMENTS(cuts); i++)
        expect_same(data, cuts[i]);
    data[len - 300] ^= 1;
    expect_same(data, len);
    data[4] = 0xff; /* not even a head */
    expect_same(data, len);
}

/* An unreadable block is told, wherever it is, and the answer stays as it was. */
static void test_bad_block(void)
{
    g_autofree uint8_t *data = g_malloc0(SEGMENT_BYTES);
    size_t len = segment_make(data);
    const off_t places[] = {0, 4096, 300000, (off_t)len - 1};
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        struct rec_previous previous = {.bytes = 77};
        bad_from = places[i];
        g_assert_cmpint(read_back(data, len, &previous), ==, -EIO);
        g_assert_cmpuint(previous.bytes, ==, 77);
    }
    bad_from = -1;
    expect_same(data, len);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recorder/previous/torn", test_torn);
    g_test_add_func("/recorder/previous/bad-block", test_bad_block);
    return g_test_run();
}
