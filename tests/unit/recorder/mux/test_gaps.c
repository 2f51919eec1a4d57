/* Journals written by hand, at times of our choosing, and what their gaps are put down to. */
#include "recorder/mux/gaps.h"

#include "recorder/journal/chain.h"
#include "recorder/journal/pcapng_write.h"
#include "recorder/mux/causes.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)
#define START_US (INT64_C(1700000000) * SECOND_US)

struct fixture {
    const char *folder;
    uint8_t bytes[512 * 1024];
    struct bytes_writer w;
    unsigned segment;
    char previous[DIGEST_SHA256_HEX_BYTES];
    uint16_t seq;

    struct rec_segments segments;
    struct rec_session session;
    GArray *causes;
    struct rec_legs legs;
    struct rec_gaps gaps;
    bool read;
};

static void event(struct fixture *f, int64_t at_us, const char *type,
                  const struct rec_field *fields, size_t count)
{
    const struct rec_pcapng_event entry = {
        .wall_us = START_US + at_us, .type = type, .fields = fields, .count = count};
    g_assert_cmpint(rec_pcapng_put_event(&f->w, &entry), ==, 0);
}

static void begin_segment(struct fixture *f, int64_t at_us)
{
    char number[8];
    snprintf(number, sizeof number, "%u", ++f->segment);
    const struct rec_field fields[] = {
        {"SESSION", "s"},
        {"SEGMENT", number},
        {"PREVIOUS_SHA256", f->segment == 1 ? rec_chain_zero : f->previous}};
    f->w = bytes_writer(f->bytes, sizeof f->bytes);
    rec_pcapng_put_preamble(&f->w);
    event(f, at_us, "segment.start", fields, G_N_ELEMENTS(fields));
}

static void chain(struct fixture *f, int64_t at_us)
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    char hex[DIGEST_SHA256_HEX_BYTES];
    digest_sha256(f->bytes, f->w.at, sha256);
    digest_hex(sha256, sizeof sha256, hex);
    event(f, at_us, "chain", &(const struct rec_field){"SHA256", hex}, 1);
}

static void end_segment(struct fixture *f)
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    g_autofree char *path = g_strdup_printf("%s/%04u.pcapng", f->folder, f->segment);
    file_write(path, f->bytes, f->w.at);
    digest_sha256(f->bytes, f->w.at, sha256);
    digest_hex(sha256, sizeof sha256, f->previous);
}

static void describe(struct fixture *f)
{
    const struct rec_field joined[] = {{"PARTICIPANT", "p1"}, {"ROLE", "citizen"}};
    const struct rec_field peer[] = {{"PARTICIPANT", "p1"}, {"TAG", "1"}};
    const struct rec_field section[] = {
        {"TAG", "1"}, {"SECTION", "0"}, {"SOURCE", "mic"}, {"PAYLOADS", "111:opus/48000/2"}};
    event(f, 0, "participant.joined", joined, G_N_ELEMENTS(joined));
    event(f, 0, "peer.open", peer, G_N_ELEMENTS(peer));
    event(f, 0, "media.section", section, G_N_ELEMENTS(section));
}

/* Voice from one moment to the next; nothing of it is lost. */
static void speak(struct fixture *f, int64_t from_us, int64_t until_us)
{
    for (int64_t at_us = from_us; at_us < until_us; at_us += 20000) {
        uint8_t data[32];
        struct bytes_writer w = bytes_writer(data, sizeof data);
        bytes_put_u16(&w, 0x806f);
        bytes_put_u16(&w, f->seq++);
        bytes_put_u32(&w, (uint32_t)(at_us * 48 / 1000));
        bytes_put_u32(&w, 5);
        bytes_put_u16(&w, 0x7800); /* Opus, 20 ms */
        rec_pcapng_put_packet(
            &f->w, &(struct rec_pcapng_packet){
                       .wall_us = START_US + at_us, .tag = 1, .data = data, .len = w.at});
    }
}

static void read_all(struct fixture *f)
{
    rec_segments_init(&f->segments);
    g_assert_cmpint(rec_segments_add_folder(&f->segments, f->folder), ==, 0);
    rec_session_init(&f->session);
    g_assert_cmpint(rec_session_read(&f->session, &f->segments), ==, 0);
    f->causes = rec_causes_collect(&f->session);
    rec_legs_init(&f->legs, &f->session, f->causes);
    rec_gaps_init(&f->gaps, &f->session, &f->legs, f->causes);
    f->read = true;
}

static void set_up(struct fixture *f, gconstpointer data)
{
    f->folder = temp_dir();
    begin_segment(f, 0);
    describe(f);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
    if (!f->read)
        return;
    rec_gaps_finish(&f->gaps);
    rec_legs_finish(&f->legs);
    g_array_unref(f->causes);
    rec_session_finish(&f->session);
    rec_segments_finish(&f->segments);
}

static void expect_gap(const struct fixture *f, guint nth, enum rec_cause cause, int64_t start_us,
                       int64_t end_us)
{
    g_assert_cmpuint(f->gaps.gaps->len, >, nth);
    const struct rec_gap *gap = &g_array_index(f->gaps.gaps, struct rec_gap, nth);
    g_assert_cmpstr(rec_cause_name(gap->cause), ==, rec_cause_name(cause));
    g_assert_cmpint(ABS(gap->start_us - START_US - start_us), <=, 21000);
    g_assert_cmpint(ABS(gap->end_us - START_US - end_us), <=, 21000);
}

static const struct rec_segment_file *file_at(const struct fixture *f, guint i)
{
    return f->segments.files->pdata[i];
}

static void test_whole(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 10 * SECOND_US);
    event(f, 10 * SECOND_US, "journal.end", NULL, 0);
    chain(f, 10 * SECOND_US);
    end_segment(f);
    read_all(f);
    g_assert_cmpuint(f->gaps.gaps->len, ==, 0);
    g_assert_cmpint(f->gaps.missing_us, ==, 0);
    g_assert_true(f->segments.ended);
    g_assert_true(file_at(f, 0)->chain_ok);
}

/* The daemon died and came back; the same PeerConnection could not go on, its time did. */
static void test_restart(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 5 * SECOND_US);
    chain(f, 5 * SECOND_US);
    end_segment(f);
    begin_segment(f, 12 * SECOND_US);
    speak(f, 12 * SECOND_US, 14 * SECOND_US);
    chain(f, 14 * SECOND_US);
    end_segment(f);
    read_all(f);
    g_assert_cmpuint(f->gaps.gaps->len, ==, 1);
    expect_gap(f, 0, REC_CAUSE_RESTART, 5 * SECOND_US, 12 * SECOND_US);
    g_assert_cmpint(ABS(f->gaps.missing_us - 7 * SECOND_US), <, 50000);
    g_assert_false(f->segments.ended);
    g_assert_true(file_at(f, 0)->chain_ok && file_at(f, 1)->chain_ok);
}

static void told(struct fixture *f, const char *cause, int64_t start_us, int64_t end_us)
{
    char start[24], end[24];
    snprintf(start, sizeof start, "%" G_GINT64_FORMAT, START_US + start_us);
    snprintf(end, sizeof end, "%" G_GINT64_FORMAT, START_US + end_us);
    const struct rec_field fields[] = {
        {"CAUSE", cause}, {"PARTICIPANT", "p1"}, {"START_US", start}, {"END_US", end}};
    event(f, end_us, "gap", fields, G_N_ELEMENTS(fields));
}

static void test_overflow(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 5 * SECOND_US);
    f->seq += 25;
    told(f, "OVERFLOW", 5100000, 5400000);
    speak(f, 5500000, 7 * SECOND_US);
    f->seq += 10;
    speak(f, 7200000, 8 * SECOND_US);
    end_segment(f);
    read_all(f);
    g_assert_cmpuint(f->gaps.gaps->len, ==, 2);
    expect_gap(f, 0, REC_CAUSE_OVERFLOW, 5 * SECOND_US, 5500000);
    expect_gap(f, 1, REC_CAUSE_NETWORK, 7 * SECOND_US, 7200000);
    g_assert_cmpuint(((struct rec_leg *)f->legs.legs->pdata[0])->lost, ==, 35);
}

/* A hold within a longer silence: what lies outside of it is the network's. */
static void test_hold_in_silence(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 5 * SECOND_US);
    told(f, "HOLD", 8 * SECOND_US, 15 * SECOND_US);
    told(f, "HOLD", 9 * SECOND_US, 15 * SECOND_US); /* told twice */
    speak(f, 15500000, 17 * SECOND_US);             /* back a moment after the hold */
    end_segment(f);
    read_all(f);
    g_assert_cmpuint(f->gaps.gaps->len, ==, 2);
    expect_gap(f, 0, REC_CAUSE_NETWORK, 5 * SECOND_US, 8 * SECOND_US);
    expect_gap(f, 1, REC_CAUSE_HOLD, 8 * SECOND_US, 15 * SECOND_US);
}

/* Who falls silent and leaves later was missing in between. */
static void test_lost_at_end(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 5 * SECOND_US);
    const struct rec_field left[] = {{"PARTICIPANT", "p1"}, {"REASON", "lost"}};
    event(f, 30 * SECOND_US, "participant.left", left, G_N_ELEMENTS(left));
    event(f, 60 * SECOND_US, "journal.end", NULL, 0);
    end_segment(f);
    read_all(f);
    g_assert_cmpuint(f->gaps.gaps->len, ==, 1);
    expect_gap(f, 0, REC_CAUSE_NETWORK, 5 * SECOND_US, 30 * SECOND_US);
}

/* A byte changed after the fact shows, in the segment itself and in the link from the next. */
static void test_forged(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 2 * SECOND_US);
    chain(f, 2 * SECOND_US);
    end_segment(f);
    f->bytes[f->w.at / 2] ^= 1;
    g_autofree char *path = g_build_filename(f->folder, "0001.pcapng", NULL);
    file_write(path, f->bytes, f->w.at);
    begin_segment(f, 2 * SECOND_US);
    chain(f, 2 * SECOND_US);
    end_segment(f);
    read_all(f);
    g_assert_false(file_at(f, 0)->chain_ok);
    g_assert_false(file_at(f, 1)->chain_ok);
}

static void test_empty(struct fixture *f, gconstpointer data)
{
    struct rec_segments segments;
    struct rec_session session;
    g_autofree char *path = g_build_filename(f->folder, "0001.pcapng", NULL);
    file_write(path, "", 0);
    rec_segments_init(&segments);
    g_assert_cmpint(rec_segments_add_folder(&segments, f->folder), ==, 0);
    rec_session_init(&session);
    g_assert_cmpint(rec_session_read(&session, &segments), ==, -ENODATA);
    rec_session_finish(&session);
    rec_segments_finish(&segments);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, function) \
    g_test_add("/recorder/gaps/" path, struct fixture, NULL, set_up, function, tear_down)
    ADD("whole", test_whole);
    ADD("restart", test_restart);
    ADD("overflow", test_overflow);
    ADD("hold_in_silence", test_hold_in_silence);
    ADD("lost_at_end", test_lost_at_end);
    ADD("forged", test_forged);
    ADD("empty", test_empty);
    return g_test_run();
}
