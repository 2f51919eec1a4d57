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
    uint16_t seq, picture_seq;

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
    static const char *const sources[] = {"camera", "document"};
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        const struct rec_field picture[] = {{"TAG", "1"},
                                            {"SECTION", i ? "2" : "1"},
                                            {"SOURCE", sources[i]},
                                            {"PAYLOADS", "96:VP8/90000"}};
        event(f, 0, "media.section", picture, G_N_ELEMENTS(picture));
    }
}

enum { CAMERA = 1, DOCUMENT = 2 };

/* Pictures from one moment to the next, each a key frame; nothing of it is lost. */
static void show(struct fixture *f, uint8_t section, int64_t from_us, int64_t until_us)
{
    static const uint8_t key[] = {0x10, 0x50, 0x42, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 1};
    for (int64_t at_us = from_us; at_us < until_us; at_us += 40000) {
        uint8_t data[32];
        struct bytes_writer w = bytes_writer(data, sizeof data);
        bytes_put_u16(&w, 0x80e0); /* the marker: one packet a picture */
        bytes_put_u16(&w, f->picture_seq++);
        bytes_put_u32(&w, (uint32_t)(at_us * 90 / 1000));
        bytes_put_u32(&w, 10u + section);
        bytes_put(&w, key, sizeof key);
        rec_pcapng_put_packet(&f->w, &(struct rec_pcapng_packet){.wall_us = START_US + at_us,
                                                                 .tag = 1,
                                                                 .section = section,
                                                                 .data = data,
                                                                 .len = w.at});
    }
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
    g_assert_cmpuint(f->gaps.gaps->len, ==, 2);
    expect_gap(f, 0, REC_CAUSE_RESTART, 5 * SECOND_US, 12 * SECOND_US);
    expect_gap(f, 1, REC_CAUSE_RESTART, 14 * SECOND_US, 14 * SECOND_US); /* it died again */
    g_assert_cmpint(ABS(f->gaps.missing_us - 7 * SECOND_US), <, 50000);
    g_assert_false(f->segments.ended);
    g_assert_true(file_at(f, 0)->chain_ok && file_at(f, 1)->chain_ok);
}

static void end_well(struct fixture *f, int64_t at_us)
{
    event(f, at_us, "journal.end", &(const struct rec_field){"REASON", "hangup_clerk"}, 1);
    end_segment(f);
}

/* No end was written: what was to come is missing, however long it was. */
static void test_cut(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 5 * SECOND_US);
    show(f, CAMERA, 0, 5 * SECOND_US);
    show(f, DOCUMENT, 0, 5 * SECOND_US);
    chain(f, 5 * SECOND_US);
    end_segment(f);
    read_all(f);
    g_assert_cmpstr(f->session.end_reason, ==, "server_restart");
    g_assert_cmpuint(f->gaps.gaps->len, ==, 3);
    for (guint i = 0; i < 3; i++)
        expect_gap(f, i, REC_CAUSE_RESTART, 5 * SECOND_US, 5 * SECOND_US);
    g_assert_cmpint(f->gaps.missing_us, ==, 0);
}

/* A session that went on after a shorter absence than silence is let pass, and ended well. */
static void test_short_restart(struct fixture *f, gconstpointer data)
{
    show(f, CAMERA, 0, 5 * SECOND_US);
    event(f, 5 * SECOND_US, "journal.end", &(const struct rec_field){"REASON", "shutdown"}, 1);
    end_segment(f);
    begin_segment(f, 5600000);
    show(f, CAMERA, 5800000, 8 * SECOND_US);
    end_well(f, 8 * SECOND_US);
    read_all(f);
    g_assert_cmpuint(f->gaps.gaps->len, ==, 1);
    expect_gap(f, 0, REC_CAUSE_RESTART, 4960000, 5800000);
    g_assert_cmpstr(f->session.end_reason, ==, "hangup_clerk");
}

static void mute_camera(struct fixture *f, int64_t at_us, const char *video)
{
    const struct rec_field fields[] = {
        {"PARTICIPANT", "p1"}, {"AUDIO", "0"}, {"VIDEO", video}, {"CAUSE", "user"}};
    event(f, at_us, "media.mute", fields, G_N_ELEMENTS(fields));
}

static void revive(struct fixture *f, int64_t died_us, int64_t back_us)
{
    chain(f, died_us);
    end_segment(f);
    begin_segment(f, back_us);
    event(f, back_us + 1000, "session.revived", &(const struct rec_field){"RUN", "1"}, 1);
}

/* Who was muted when the daemon died is muted until it is back, and then no more but where it is said again. */
static void test_restart_while_muted(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 20 * SECOND_US);
    show(f, CAMERA, 0, 4 * SECOND_US);
    mute_camera(f, 4 * SECOND_US, "1");
    revive(f, 20 * SECOND_US, 21 * SECOND_US);
    speak(f, 22 * SECOND_US, 40 * SECOND_US);
    show(f, CAMERA, 22 * SECOND_US, 40 * SECOND_US);
    end_well(f, 40 * SECOND_US);
    read_all(f);
    g_assert_cmpuint(f->gaps.gaps->len, ==, 2);
    expect_gap(f, 0, REC_CAUSE_MUTE, 4 * SECOND_US, 21001000);
    expect_gap(f, 1, REC_CAUSE_RESTART, 20 * SECOND_US, 22 * SECOND_US); /* the voice */
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
    end_well(f, 8 * SECOND_US);
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
    end_well(f, 17 * SECOND_US);
    read_all(f);
    g_assert_cmpuint(f->gaps.gaps->len, ==, 2);
    expect_gap(f, 0, REC_CAUSE_NETWORK, 5 * SECOND_US, 8 * SECOND_US);
    expect_gap(f, 1, REC_CAUSE_HOLD, 8 * SECOND_US, 15 * SECOND_US);
}

/* What the daemon saw of the network counts where media was missing, however short; where it was there
 * all the time nothing is missing. */
static void test_told_network(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 5 * SECOND_US);
    told(f, "NETWORK", 5 * SECOND_US, 5250000);
    speak(f, 5250000, 7 * SECOND_US);
    told(f, "NETWORK", 6 * SECOND_US, 6412000);
    end_well(f, 7 * SECOND_US);
    read_all(f);
    g_assert_cmpuint(f->gaps.gaps->len, ==, 1);
    expect_gap(f, 0, REC_CAUSE_NETWORK, 5 * SECOND_US, 5250000);
    g_assert_cmpint(f->gaps.missing_us, >=, 250000);
}

static const struct rec_gap *gap_of(const struct fixture *f, enum rec_source source)
{
    const struct rec_gap *found = NULL;
    for (guint i = 0; i < f->gaps.gaps->len; i++) {
        const struct rec_gap *gap = &g_array_index(f->gaps.gaps, struct rec_gap, i);
        g_assert_false(gap->source == source && found);
        found = gap->source == source ? gap : found;
    }
    return found;
}

/* A document is shown twice: the time in between and after is nobody's loss. */
static void test_document_ends(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 60 * SECOND_US);
    show(f, DOCUMENT, 2 * SECOND_US, 8 * SECOND_US);
    show(f, DOCUMENT, 25 * SECOND_US, 30 * SECOND_US);
    end_well(f, 60 * SECOND_US);
    read_all(f);
    g_assert_cmpuint(f->gaps.gaps->len, ==, 0);
    g_assert_cmpint(f->gaps.missing_us, ==, 0);
    g_assert_cmpint(ABS(f->gaps.expected_us - 88 * SECOND_US), <, 100000);
}

/* Of a document's silence a fault takes its own part, no more. */
static void test_document_fault(struct fixture *f, gconstpointer data)
{
    show(f, DOCUMENT, 0, 8 * SECOND_US);
    told(f, "NETWORK", 12 * SECOND_US, 15 * SECOND_US);
    show(f, DOCUMENT, 25 * SECOND_US, 30 * SECOND_US);
    told(f, "NETWORK", 29 * SECOND_US, 33 * SECOND_US); /* bad before the silence began */
    show(f, DOCUMENT, 35 * SECOND_US, 40 * SECOND_US);
    end_well(f, 60 * SECOND_US);
    read_all(f);
    g_assert_cmpuint(f->gaps.gaps->len, ==, 2);
    expect_gap(f, 0, REC_CAUSE_NETWORK, 12 * SECOND_US, 15 * SECOND_US);
    expect_gap(f, 1, REC_CAUSE_NETWORK, 29960000, 33 * SECOND_US);
}

/* A camera that its owner turns off is off until its first picture: it has to start. */
static void test_muted_camera(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 40 * SECOND_US);
    show(f, CAMERA, 0, 5 * SECOND_US);
    mute_camera(f, 5300000, "1");
    mute_camera(f, 20 * SECOND_US, "0");
    show(f, CAMERA, 22 * SECOND_US, 40 * SECOND_US);
    end_well(f, 40 * SECOND_US);
    read_all(f);
    const struct rec_gap *gap = gap_of(f, REC_SOURCE_CAMERA);
    g_assert_cmpstr(rec_cause_name(gap->cause), ==, "MUTE");
    g_assert_cmpint(gap->start_us - START_US, ==, 5300000);
    g_assert_cmpint(gap->end_us - START_US, ==, 20 * SECOND_US);
    g_assert_cmpint(f->gaps.missing_us, ==, 0);
}

static void test_muted_to_the_end(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 40 * SECOND_US);
    show(f, CAMERA, 0, 5 * SECOND_US);
    mute_camera(f, 5300000, "1");
    end_well(f, 40 * SECOND_US);
    read_all(f);
    g_assert_cmpstr(rec_cause_name(gap_of(f, REC_SOURCE_CAMERA)->cause), ==, "MUTE");
    g_assert_cmpint(f->gaps.missing_us, ==, 0);
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

static void interrupt(struct fixture *f, const char *cause, int64_t from_us, int64_t until_us)
{
    g_autofree char *start = g_strdup_printf("%" G_GINT64_FORMAT, START_US + from_us);
    g_autofree char *end = g_strdup_printf("%" G_GINT64_FORMAT, START_US + until_us);
    struct rec_field fields[] = {{"PARTICIPANT", "p1"},
                                 {"CAUSE", cause},
                                 {"STATE", "begin"},
                                 {"START_US", start},
                                 {"END_US", end}};
    event(f, from_us, "interruption", fields, 4);
    fields[2].value = "end";
    if (until_us > from_us)
        event(f, until_us, "interruption", fields, 5);
}

/* What is missing then is put down to it; media that came all the same is not. */
static void test_interrupted(struct fixture *f, gconstpointer data)
{
    speak(f, 0, 10 * SECOND_US);
    interrupt(f, "HANDOVER", 10 * SECOND_US, 12 * SECOND_US);
    speak(f, 12 * SECOND_US, 20 * SECOND_US);
    interrupt(f, "PHONE_CALL", 20 * SECOND_US, 26 * SECOND_US);
    speak(f, 26 * SECOND_US, 30 * SECOND_US);
    interrupt(f, "BACKGROUND", 30 * SECOND_US, 35 * SECOND_US);
    speak(f, 30 * SECOND_US, 40 * SECOND_US);
    interrupt(f, "BACKGROUND", 40 * SECOND_US, 0); /* it never came back */
    end_well(f, 60 * SECOND_US);
    read_all(f);
    g_assert_cmpuint(f->gaps.gaps->len, ==, 3);
    expect_gap(f, 0, REC_CAUSE_HANDOVER, 10 * SECOND_US, 12 * SECOND_US);
    expect_gap(f, 1, REC_CAUSE_PHONE_CALL, 20 * SECOND_US, 26 * SECOND_US);
    expect_gap(f, 2, REC_CAUSE_BACKGROUND, 40 * SECOND_US, 60 * SECOND_US);
    g_assert_cmpint(ABS(f->gaps.missing_us - 2 * SECOND_US), <,
                    100000); /* nobody misses a call's time */
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
    ADD("cut", test_cut);
    ADD("short_restart", test_short_restart);
    ADD("restart_while_muted", test_restart_while_muted);
    ADD("told_network", test_told_network);
    ADD("document_ends", test_document_ends);
    ADD("document_fault", test_document_fault);
    ADD("muted_camera", test_muted_camera);
    ADD("muted_to_the_end", test_muted_to_the_end);
    ADD("interrupted", test_interrupted);
    ADD("forged", test_forged);
    ADD("empty", test_empty);
    return g_test_run();
}
