/* A volume without room, for real: a small tmpfs in a mount namespace of this test's own. */
#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/id.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"
#include "tests/harness/wait.h"
#include "tests/unit/recorder/fake_room.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define TIMEOUT_US INT64_C(20000000)

static const char *volume; /* NULL: none could be mounted */

static bool enter_namespace(void)
{
    if (unshare(CLONE_NEWNS) == 0)
        return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    g_autofree char *map = g_strdup_printf("0 %u 1", (unsigned)getuid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return false;
    file_write("/proc/self/uid_map", map, strlen(map));
    return true;
}

/* Before any thread is there. */
static void mount_volume(void)
{
    const char *folder = temp_dir();
    if (enter_namespace() && mount("tmpfs", folder, "tmpfs", 0, "size=2m") == 0)
        volume = folder;
}

static struct rec_event next_event(struct rec *rec)
{
    struct rec_event event;
    while (!rec_next_event(rec, &event))
        g_assert_true(wait_readable(rec_event_fd(rec), TIMEOUT_US));
    return event;
}

static void send_packets(unsigned count)
{
    uint8_t data[1000] = {0x80, 96};
    const struct sfu_sink_packet packet = {.tag = 1,
                                           .codec = SFU_CODEC_VP8,
                                           .arrival_us = clock_now_us(),
                                           .data = data,
                                           .len = sizeof data};
    for (unsigned i = 0; i < count; i++)
        fake_room_rtp(&packet);
}

struct reopening {
    struct rec *rec;
    rec_journal_id journal;
    struct id session;
};

static bool can_open(void *data)
{
    struct reopening *reopening = data;
    return rec_journal_open(reopening->rec, reopening->session.text, &reopening->journal) == 0;
}

static void test_full(void)
{
    if (!volume) {
        g_test_skip("no volume may be mounted here");
        return;
    }
    const struct rec_config config = {.spool_dir = volume,
                                      .workers = 1,
                                      .ring_bytes = 8 << 20,
                                      .sync_interval_ms = 50,
                                      .max_journals = 4};
    struct rec *rec = NULL;
    g_assert_cmpint(rec_create(&config, &rec, NULL), ==, 0);
    struct id session = id_random();
    rec_journal_id journal = 0;
    g_assert_cmpint(rec_journal_open(rec, session.text, &journal), ==, 0);
    g_assert_cmpint(next_event(rec).type, ==, REC_EVENT_DURABLE);
    g_assert_cmpint(rec_tap_attach(rec, journal, fake_sfu(), 1), ==, 0);
    send_packets(3000);

    struct rec_event event = next_event(rec);
    g_assert_cmpint(event.type, ==, REC_EVENT_FAILED);
    g_assert_cmpint(event.error, ==, -ENOSPC);
    struct reopening other = {.rec = rec, .session = id_random()};
    g_assert_cmpint(rec_journal_open(rec, other.session.text, &other.journal), ==, -ENOSPC);
    send_packets(100); /* harms nobody */

    fake_room_close();
    g_assert_cmpint(rec_journal_close(rec, journal, "recording_failed"), ==, 0);
    g_assert_cmpint(next_event(rec).type, ==, REC_EVENT_CLOSED);
    g_autofree char *folder = g_build_filename(volume, session.text, NULL);
    g_autofree char *closed = g_build_filename(folder, "closed", NULL);
    g_autofree char *segment = g_build_filename(folder, "0001.pcapng", NULL);
    g_assert_false(g_file_test(closed, G_FILE_TEST_EXISTS)); /* not in good order */
    g_assert_true(g_file_test(segment, G_FILE_TEST_EXISTS));

    g_assert_cmpint(g_unlink(segment), ==, 0); /* somebody makes room */
    g_assert_true(wait_until(NULL, can_open, &other, TIMEOUT_US));
    g_assert_cmpint(next_event(rec).type, ==, REC_EVENT_DURABLE);
    rec_destroy(rec);
}

static void test_no_folder(void)
{
    g_autofree char *file = g_build_filename(temp_dir(), "file", NULL);
    file_write(file, "x", 1);
    g_autofree char *spool = g_build_filename(file, "spool", NULL);
    const struct rec_config config = {
        .spool_dir = spool, .workers = 1, .ring_bytes = 1 << 20, .max_journals = 1};
    struct rec *rec = NULL;
    char *what = NULL;
    g_assert_cmpint(rec_create(&config, &rec, &what), ==, -ENOTDIR);
    g_assert_true(g_str_has_prefix(what, spool));
    g_free(what);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    mount_volume();
    g_test_add_func("/recorder/full_disk/full", test_full);
    g_test_add_func("/recorder/full_disk/no_folder", test_no_folder);
    int r = g_test_run();
    if (volume)
        umount2(volume, MNT_DETACH);
    return r;
}
