#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/crypto/digest.h"
#include "base/id.h"
#include "recorder/journal/pcapng_read.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"
#include "tests/harness/wait.h"
#include "tests/unit/recorder/fake_room.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define TIMEOUT_US INT64_C(10000000)

struct fixture {
    struct rec *rec;
    const char *spool;
    struct id session;
    rec_journal_id journal;
};

static struct rec_config config_of(const char *spool)
{
    return (struct rec_config){.spool_dir = spool,
                               .workers = 1,
                               .ring_bytes = 4 << 20,
                               .sync_interval_ms = 50,
                               .segment_bytes = 64 << 20,
                               .max_journals = 8};
}

/* The next event; it has to come. */
static struct rec_event next_event(struct rec *rec)
{
    struct rec_event event;
    while (!rec_next_event(rec, &event))
        g_assert_true(wait_readable(rec_event_fd(rec), TIMEOUT_US));
    return event;
}

static void set_up_with(struct fixture *f, struct rec_config config)
{
    f->spool = config.spool_dir;
    g_assert_cmpint(rec_create(&config, &f->rec, NULL), ==, 0);
    f->session = id_random();
    g_assert_cmpint(rec_journal_open(f->rec, f->session.text, &f->journal), ==, 0);
}

static void set_up(struct fixture *f, gconstpointer data)
{
    set_up_with(f, config_of(temp_dir()));
}

static void tear_down(struct fixture *f, gconstpointer data)
{
    fake_room_close();
    rec_destroy(f->rec);
}

static void expect_durable(struct fixture *f)
{
    struct rec_event event = next_event(f->rec);
    g_assert_cmpint(event.type, ==, REC_EVENT_DURABLE);
    g_assert_cmpuint(event.journal, ==, f->journal);
}

static void close_journal(struct fixture *f)
{
    g_assert_cmpint(rec_journal_close(f->rec, f->journal, "finished"), ==, 0);
    struct rec_event event;
    do
        event = next_event(f->rec);
    while (event.type == REC_EVENT_OVERFLOW);
    g_assert_cmpint(event.type, ==, REC_EVENT_CLOSED);
    g_assert_cmpint(event.error, ==, 0);
}

static char *segment_path(const struct fixture *f, unsigned number)
{
    return g_strdup_printf("%s/%s/%04u.pcapng", f->spool, f->session.text, number);
}

static bool in_folder(const struct fixture *f, const char *name)
{
    g_autofree char *path = g_build_filename(f->spool, f->session.text, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void send_packet(unsigned nth, size_t len)
{
    uint8_t data[3000] = {0x80, 96, (uint8_t)(nth >> 8), (uint8_t)nth};
    const struct sfu_sink_packet packet = {.peer = 1,
                                           .tag = 0x010203,
                                           .section = 2,
                                           .codec = SFU_CODEC_VP8,
                                           .arrival_us = clock_now_us(),
                                           .data = data,
                                           .len = len};
    fake_room_rtp(&packet);
}

/* ---- reading back ---------------------------------------------------------------------------------- */

struct content {
    unsigned packets, events, chains;
    bool chain_ok, ended, torn;
    int64_t gap_lost;
    char previous[DIGEST_SHA256_HEX_BYTES];
};

static void note_event(struct content *content, const struct rec_pcapng_block *block,
                       const char *data)
{
    const struct rec_pcapng_entry *event = &block->event;
    content->events++;
    if (rec_pcapng_is(event, "chain")) {
        uint8_t sha256[DIGEST_SHA256_BYTES];
        char hex[DIGEST_SHA256_HEX_BYTES];
        digest_sha256(data, block->offset, sha256);
        digest_hex(sha256, sizeof sha256, hex);
        content->chains++;
        content->chain_ok &= memcmp(rec_pcapng_field(event, "SHA256")->value, hex, 64) == 0;
    } else if (rec_pcapng_is(event, "segment.start")) {
        memcpy(content->previous, rec_pcapng_field(event, "PREVIOUS_SHA256")->value, 64);
    } else if (rec_pcapng_is(event, "journal.end")) {
        content->ended = true;
    } else if (rec_pcapng_is(event, "gap")) {
        content->gap_lost += rec_pcapng_number(event, "LOST", 0);
    }
}

static struct content read_content(const struct fixture *f, unsigned number)
{
    g_autofree char *path = segment_path(f, number);
    size_t len = 0;
    g_autofree char *data = file_read(path, &len);
    struct content content = {.chain_ok = true};
    struct rec_pcapng_reader reader = rec_pcapng_reader(data, len);
    struct rec_pcapng_block block;
    while (rec_pcapng_next(&reader, &block)) {
        content.packets += block.kind == REC_PCAPNG_PACKET;
        if (block.kind == REC_PCAPNG_EVENT)
            note_event(&content, &block, data);
    }
    content.torn = reader.at < len;
    return content;
}

/* ---- tests ------------------------------------------------------------------------------------------ */

static void test_round_trip(struct fixture *f, gconstpointer data)
{
    expect_durable(f);
    g_assert_true(in_folder(f, "0001.pcapng"));
    g_assert_false(in_folder(f, "closed"));

    g_assert_cmpint(rec_tap_attach(f->rec, f->journal, fake_sfu(), FAKE_ROOM), ==, 0);
    const struct rec_field field = {"MATTER", "BD01\nsecond line"};
    g_assert_cmpint(rec_journal_event(f->rec, f->journal, "session.info", &field, 1), ==, 0);
    for (unsigned i = 0; i < 1000; i++)
        send_packet(i, 100 + i);
    close_journal(f);

    struct content content = read_content(f, 1);
    g_assert_cmpuint(content.packets, ==, 1000);
    g_assert_true(content.ended);
    g_assert_true(content.chain_ok);
    g_assert_cmpuint(content.chains, >=, 2);
    g_assert_false(content.torn);
    g_assert_cmpint(content.gap_lost, ==, 0);
    g_assert_true(in_folder(f, "closed"));
}

static void test_errors(struct fixture *f, gconstpointer data)
{
    rec_journal_id other = 0;
    g_assert_cmpint(rec_journal_open(f->rec, f->session.text, &other), ==, -EEXIST);
    g_assert_cmpint(rec_journal_open(f->rec, "../../etc", &other), ==, -EINVAL);
    const struct rec_field bad = {"lower", "x"};
    g_assert_cmpint(rec_journal_event(f->rec, f->journal, "mark", &bad, 1), ==, -EINVAL);
    g_autofree char *big = g_strnfill(9000, 'x');
    const struct rec_field large = {"TEXT", big};
    g_assert_cmpint(rec_journal_event(f->rec, f->journal, "mark", &large, 1), ==, -EMSGSIZE);
    g_assert_cmpint(rec_journal_event(f->rec, f->journal + 1, "mark", NULL, 0), ==, -ENOENT);
    for (unsigned i = 1; i < 8; i++) {
        struct id session = id_random();
        g_assert_cmpint(rec_journal_open(f->rec, session.text, &other), ==, 0);
    }
    struct id session = id_random();
    g_assert_cmpint(rec_journal_open(f->rec, session.text, &other), ==, -EBUSY);
}

static void test_reopen_links_segments(struct fixture *f, gconstpointer data)
{
    expect_durable(f);
    close_journal(f);
    g_assert_cmpint(rec_journal_open(f->rec, f->session.text, &f->journal), ==, 0);
    expect_durable(f);
    g_assert_false(in_folder(f, "closed")); /* withdrawn */
    close_journal(f);

    g_autofree char *path = segment_path(f, 1);
    uint8_t sha256[DIGEST_SHA256_BYTES];
    char hex[DIGEST_SHA256_HEX_BYTES];
    g_assert_cmpint(digest_sha256_file(path, sha256, NULL), ==, 0);
    digest_hex(sha256, sizeof sha256, hex);
    g_assert_cmpstr(read_content(f, 2).previous, ==, hex);
}

static void test_rotation(void)
{
    struct fixture f = {0};
    struct rec_config config = config_of(temp_dir());
    config.segment_bytes = 200 * 1000;
    set_up_with(&f, config);
    expect_durable(&f);
    g_assert_cmpint(rec_tap_attach(f.rec, f.journal, fake_sfu(), FAKE_ROOM), ==, 0);
    for (unsigned i = 0; i < 1000; i++)
        send_packet(i, 1000);
    close_journal(&f);

    unsigned packets = 0;
    for (unsigned number = 1; number <= 6; number++) {
        struct content content = read_content(&f, number);
        packets += content.packets;
        g_assert_true(content.chain_ok);
        g_assert_cmpint(content.ended, ==, number == 6);
        if (number == 1)
            continue;
        g_autofree char *path = segment_path(&f, number - 1);
        uint8_t sha256[DIGEST_SHA256_BYTES];
        char hex[DIGEST_SHA256_HEX_BYTES];
        g_assert_cmpint(digest_sha256_file(path, sha256, NULL), ==, 0);
        digest_hex(sha256, sizeof sha256, hex);
        g_assert_cmpstr(content.previous, ==, hex);
    }
    g_assert_cmpuint(packets, ==, 1000);
    tear_down(&f, NULL);
}

static void test_overflow_is_recorded(void)
{
    struct fixture f = {0};
    struct rec_config config = config_of(temp_dir());
    config.ring_bytes = 256 * 1024; /* far less than what is sent before the writer looks */
    set_up_with(&f, config);
    expect_durable(&f);
    g_assert_cmpint(rec_tap_attach(f.rec, f.journal, fake_sfu(), FAKE_ROOM), ==, 0);
    unsigned sent = 3000;
    for (unsigned i = 0; i < sent; i++)
        send_packet(i, 1000);
    fake_room_close();
    close_journal(&f);

    struct rec_stats stats;
    rec_stats_read(f.rec, &stats);
    struct content content = read_content(&f, 1);
    g_assert_cmpuint(stats.lost_packets, >, 0);
    g_assert_cmpuint(content.packets + stats.lost_packets, ==, sent);
    g_assert_cmpint(content.gap_lost, ==, stats.lost_packets);
    tear_down(&f, NULL);
}

static int64_t lag_of(const struct rec *rec)
{
    struct rec_stats stats;
    rec_stats_read(rec, &stats);
    return stats.lag_us;
}

static bool waits(void *rec)
{
    return lag_of(rec) > 0;
}

static bool waits_for_nothing(void *rec)
{
    return lag_of(rec) == 0;
}

/* What waits is told; when the last journal is closed nothing does. */
static void test_lag(void)
{
    struct fixture f = {0};
    struct rec_config config = config_of(temp_dir());
    config.sync_interval_ms = 5000;
    set_up_with(&f, config);
    expect_durable(&f);
    g_assert_cmpint(rec_journal_event(f.rec, f.journal, "mark", NULL, 0), ==, 0);
    g_assert_true(wait_until(NULL, waits, f.rec, TIMEOUT_US));
    close_journal(&f);
    g_assert_true(wait_until(NULL, waits_for_nothing, f.rec, TIMEOUT_US));
    tear_down(&f, NULL);
}

static int start_timer(void)
{
    const struct itimerspec millisecond = {.it_interval = {.tv_nsec = 1000000},
                                           .it_value = {.tv_nsec = 1000000}};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    g_assert_cmpint(timerfd_settime(fd, 0, &millisecond, NULL), ==, 0);
    return fd;
}

/* Four times what fifty sessions of 3 Mbit/s send: nothing is lost, and the worker hardly notices. */
static void test_four_times_the_rate(void)
{
    enum { LEN = 1200, A_TURN = 62, PACKETS = 50000 }; /* 60 MB, of 75 MB a second */
    struct fixture f = {0};
    struct rec_config config = config_of(temp_dir());
    config.ring_bytes = 64 << 20;
    set_up_with(&f, config);
    expect_durable(&f);
    g_assert_cmpint(rec_tap_attach(f.rec, f.journal, fake_sfu(), FAKE_ROOM), ==, 0);
    int64_t busy_us = 0;
    int timer_fd = start_timer();
    for (unsigned sent = 0; sent < PACKETS;) {
        uint64_t turns = 0; /* a millisecond each: what came meanwhile is there at once */
        g_assert_cmpint(read(timer_fd, &turns, sizeof turns), ==, sizeof turns);
        busy_us -= clock_now_us();
        for (uint64_t i = 0; i < turns * A_TURN && sent < PACKETS; i++)
            send_packet((uint16_t)sent++, LEN);
        busy_us += clock_now_us();
    }
    close(timer_fd);
    struct rec_stats stats;
    rec_stats_read(f.rec, &stats);
    g_test_message("%.0f ns a packet, ring filled to %.1f of %.1f MB",
                   (double)busy_us * 1000 / PACKETS, stats.ring_high_water_bytes / 1e6,
                   stats.ring_capacity_bytes / 1e6);
    close_journal(&f);
    rec_stats_read(f.rec, &stats);
    struct content content = read_content(&f, 1);
    g_assert_cmpuint(content.packets, ==, PACKETS);
    g_assert_cmpuint(stats.written_packets, ==, PACKETS);
    g_assert_cmpuint(stats.lost_packets, ==, 0);
    g_assert_true(content.chain_ok);
    tear_down(&f, NULL);
}

static void test_shutdown_ends_journals(struct fixture *f, gconstpointer data)
{
    rec_destroy(f->rec); /* at once: the journal may not even be open yet */
    f->rec = NULL;
    g_assert_true(in_folder(f, "closed"));
    g_assert_true(read_content(f, 1).ended);
}

static void test_lock(struct fixture *f, gconstpointer data)
{
    expect_durable(f);
    g_autofree char *path = g_build_filename(f->spool, f->session.text, "lock", NULL);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    g_assert_cmpint(flock(fd, LOCK_EX | LOCK_NB), ==, -1);
    g_assert_cmpint(rec_archive_state_of(f->spool, "/nowhere", f->session.text), ==,
                    REC_ARCHIVE_RECORDING);
    close_journal(f);
    g_assert_cmpint(flock(fd, LOCK_EX | LOCK_NB), ==, 0);
    g_assert_cmpint(rec_archive_state_of(f->spool, "/nowhere", f->session.text), ==,
                    REC_ARCHIVE_RENDERING);

    /* Somebody holds it for good: the session is refused, the volume is not blamed. */
    g_assert_cmpint(rec_journal_open(f->rec, f->session.text, &f->journal), ==, 0);
    struct rec_event event = next_event(f->rec);
    g_assert_cmpint(event.type, ==, REC_EVENT_FAILED);
    g_assert_cmpint(event.error, ==, -EBUSY);
    close(fd);
    close_journal(f);
    g_assert_cmpint(rec_journal_open(f->rec, f->session.text, &f->journal), ==, 0);
    expect_durable(f);
}

static void test_reserve(void)
{
    struct rec_config config = config_of(temp_dir());
    config.reserve_bytes = UINT64_MAX;
    struct rec *rec = NULL;
    g_assert_cmpint(rec_create(&config, &rec, NULL), ==, 0);
    rec_journal_id journal = 0;
    struct id session = id_random();
    g_assert_cmpint(rec_journal_open(rec, session.text, &journal), ==, -ENOSPC);
    rec_destroy(rec);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, function) \
    g_test_add("/recorder/" path, struct fixture, NULL, set_up, function, tear_down)
    ADD("round_trip", test_round_trip);
    ADD("errors", test_errors);
    ADD("reopen_links_segments", test_reopen_links_segments);
    ADD("shutdown_ends_journals", test_shutdown_ends_journals);
    ADD("lock", test_lock);
    g_test_add_func("/recorder/rotation", test_rotation);
    g_test_add_func("/recorder/overflow_is_recorded", test_overflow_is_recorded);
    g_test_add_func("/recorder/four_times_the_rate", test_four_times_the_rate);
    g_test_add_func("/recorder/lag", test_lag);
    g_test_add_func("/recorder/reserve", test_reserve);
    return g_test_run();
}
