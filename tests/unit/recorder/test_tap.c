#include "recorder/tap.h"

#include "recorder/journal/record.h"
#include "tests/unit/recorder/fake_room.h"

#include <glib.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)
#define JOURNAL 0x100000001

struct fixture {
    struct ring *ring;
    struct rec_health health;
    struct rec_tap *tap;
    int64_t now_us;
};

static void set_up(struct fixture *f, gconstpointer data)
{
    f->now_us = 1000 * SECOND_US;
    g_assert_cmpint(ring_create(64 * 1024, &f->ring), ==, 0);
    g_assert_cmpint(rec_tap_create(fake_sfu(), FAKE_ROOM, JOURNAL, f->ring, &f->health, &f->tap),
                    ==, 0);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
    fake_room_close();
    rec_tap_destroy(f->tap);
    ring_destroy(f->ring);
}

/* A packet of a section, `after_us` behind the last one. */
static enum sfu_sink_wish send(struct fixture *f, unsigned section, int64_t after_us, bool keyframe,
                               bool gap)
{
    uint8_t data[1000] = {0x80};
    f->now_us += after_us;
    const struct sfu_sink_packet packet = {.tag = 5,
                                           .section = section,
                                           .codec = section ? SFU_CODEC_VP8 : SFU_CODEC_OPUS,
                                           .keyframe = keyframe,
                                           .gap = gap,
                                           .arrival_us = f->now_us,
                                           .data = data,
                                           .len = sizeof data};
    return fake_room_rtp(&packet);
}

static const struct rec_record *take(struct fixture *f, size_t *ret_len)
{
    const void *record = ring_peek(f->ring, ret_len);
    if (record)
        ring_release(f->ring); /* nobody writes while a test looks at it */
    return record;
}

static void test_copies(struct fixture *f, gconstpointer data)
{
    send(f, 1, 0, true, false);
    size_t len = 0;
    const struct rec_record *record = take(f, &len);
    g_assert_nonnull(record);
    g_assert_cmpuint(len, ==, sizeof *record + 1000);
    g_assert_cmpuint(record->journal, ==, JOURNAL);
    g_assert_cmpuint(record->tag, ==, 5);
    g_assert_cmpuint(record->section, ==, 1);
    g_assert_cmpuint(record->kind, ==, REC_RECORD_RTP);
    g_assert_cmpint(record->arrival_us, ==, f->now_us);
    g_assert_cmpuint(record->data[0], ==, 0x80);
}

static void test_wishes(struct fixture *f, gconstpointer data)
{
    g_assert_cmpint(send(f, 0, 0, false, false), ==,
                    SFU_SINK_CONTENT); /* a voice has no pictures */
    g_assert_cmpint(send(f, 1, 0, false, false), ==, SFU_SINK_WANTS_KEYFRAME); /* at the start */
    g_assert_cmpint(send(f, 1, 1000, false, false), ==, SFU_SINK_CONTENT);     /* asked already */
    g_assert_cmpint(send(f, 1, SECOND_US, false, false), ==, SFU_SINK_WANTS_KEYFRAME);
    g_assert_cmpint(send(f, 1, 1000, true, false), ==, SFU_SINK_CONTENT); /* there it is */
    g_assert_cmpint(send(f, 1, 5 * SECOND_US, false, false), ==, SFU_SINK_CONTENT);
    g_assert_cmpint(send(f, 1, 1000, false, true), ==, SFU_SINK_WANTS_KEYFRAME); /* after a gap */
    g_assert_cmpint(send(f, 1, 1000, true, false), ==, SFU_SINK_CONTENT);
    g_assert_cmpint(send(f, 1, 10 * SECOND_US, false, false), ==, SFU_SINK_WANTS_KEYFRAME);
    g_assert_cmpint(send(f, 2, 0, true, false), ==,
                    SFU_SINK_CONTENT); /* another one began with it */
}

static void test_full_ring(struct fixture *f, gconstpointer data)
{
    unsigned sent = 100;
    for (unsigned i = 0; i < sent; i++)
        send(f, 1, 1000, i == 0, false);
    unsigned lost = (unsigned)f->health.lost_packets;
    g_assert_cmpuint(lost, >, 0);
    size_t len = 0;
    unsigned kept = 0;
    for (const struct rec_record *record; (record = take(f, &len)); kept++)
        g_assert_cmpuint(record->kind, ==, REC_RECORD_RTP);
    g_assert_cmpuint(kept + lost, ==, sent);

    /* What was lost is told before the next packet, and a key frame is wanted. */
    g_assert_cmpint(send(f, 1, SECOND_US, false, false), ==, SFU_SINK_WANTS_KEYFRAME);
    const struct rec_record *record = take(f, &len);
    g_assert_cmpuint(record->kind, ==, REC_RECORD_LOSS);
    struct rec_loss loss;
    memcpy(&loss, record->data, sizeof loss);
    g_assert_cmpuint(loss.packets, ==, lost);
    g_assert_cmpint(loss.end_us, ==, f->now_us - SECOND_US);
    g_assert_cmpint(loss.start_us, ==, f->now_us - SECOND_US - (lost - 1) * 1000);
    g_assert_cmpuint(take(f, &len)->kind, ==, REC_RECORD_RTP);
}

static void test_remains(struct fixture *f, gconstpointer data)
{
    struct rec_tap_remains remains = {0};
    for (unsigned i = 0; i < 100; i++)
        send(f, 1, 1000, false, false);
    g_assert_false(rec_tap_is_closed(f->tap, &remains));
    while (ring_reserve(f->ring, 8)) /* not even the telling finds room */
        ring_commit(f->ring);
    fake_room_close();
    g_assert_true(rec_tap_is_closed(f->tap, &remains));
    g_assert_cmpuint(remains.packets, ==, f->health.lost_packets);
    g_assert_cmpuint(remains.packets, >, 0);
}

static void test_stopped(struct fixture *f, gconstpointer data)
{
    rec_tap_stop(f->tap);
    send(f, 1, 0, true, false);
    g_assert_cmpuint(ring_used_bytes(f->ring), ==, 0);
}

/* A room with more uplinks than the tap remembers goes on being recorded. */
static void test_many_sources(struct fixture *f, gconstpointer data)
{
    size_t len = 0;
    for (uint32_t tag = 0; tag < 1000; tag++) {
        uint8_t bytes[20] = {0x80};
        f->now_us += 1000;
        const struct sfu_sink_packet packet = {.tag = tag,
                                               .section = 1,
                                               .codec = SFU_CODEC_VP8,
                                               .arrival_us = f->now_us,
                                               .data = bytes,
                                               .len = sizeof bytes};
        g_assert_cmpint(fake_room_rtp(&packet), ==, SFU_SINK_WANTS_KEYFRAME);
        g_assert_cmpuint(take(f, &len)->tag, ==, tag);
    }
}

static void test_not_ours(struct fixture *f, gconstpointer data)
{
    uint8_t data_bytes[4000] = {0x80};
    struct sfu_sink_packet packet = {.data = data_bytes, .len = 4000, .arrival_us = 1};
    fake_room_rtp(&packet);
    packet.len = 11;
    fake_room_rtp(&packet);
    packet.len = 100;
    packet.section = SFU_MAX_SECTIONS;
    fake_room_rtp(&packet);
    g_assert_cmpuint(ring_used_bytes(f->ring), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, function) \
    g_test_add("/recorder/tap/" path, struct fixture, NULL, set_up, function, tear_down)
    ADD("copies", test_copies);
    ADD("wishes", test_wishes);
    ADD("full_ring", test_full_ring);
    ADD("remains", test_remains);
    ADD("stopped", test_stopped);
    ADD("many_sources", test_many_sources);
    ADD("not_ours", test_not_ours);
    return g_test_run();
}
