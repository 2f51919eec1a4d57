#include "recorder/mux/clock.h"

#include "base/clock.h"

#include <glib.h>
#include <stdlib.h>

#define SECOND_US INT64_C(1000000)
#define START_US (INT64_C(1700000000) * SECOND_US)

/* A sender: what it captures at a moment, and when that arrives. */
struct sender {
    struct rec_stream *stream;
    int64_t clock_us;  /* its clock minus ours */
    int64_t drift_ppm; /* of its RTP time */
    int64_t paused_us; /* RTP time stood still for so long */
    uint32_t first_timestamp;
    uint16_t seq;
};

static struct sender create(unsigned clock_hz)
{
    return (struct sender){.stream = rec_stream_create(5, clock_hz), .first_timestamp = 0xfffff000};
}

static uint32_t timestamp_at(const struct sender *sender, int64_t at_us)
{
    int64_t ran_us = at_us - sender->paused_us;
    ran_us += ran_us * sender->drift_ppm / 1000000;
    return sender->first_timestamp + (uint32_t)(ran_us * sender->stream->clock_hz / SECOND_US);
}

static void packet(struct sender *sender, int64_t at_us, int64_t delay_us)
{
    static const uint8_t payload[] = {1};
    const struct rec_rtp rtp = {.seq = sender->seq++,
                                .timestamp = timestamp_at(sender, at_us),
                                .payload = payload,
                                .len = sizeof payload};
    rec_stream_add(sender->stream, &rtp, REC_CODEC_OPUS, false, START_US + at_us + delay_us);
}

static void report(struct sender *sender, int64_t at_us, int64_t delay_us)
{
    const struct rec_sender_report sr = {
        .ntp = clock_wall_us_to_ntp(START_US + at_us + sender->clock_us),
        .timestamp = timestamp_at(sender, at_us)};
    rec_stream_report(sender->stream, &sr, START_US + at_us + delay_us);
}

/* The largest error of a packet's time, when nth packet was captured at nth * step_us. */
static int64_t worst_us(struct sender *sender, const int64_t *captured, int64_t offset_us)
{
    struct rec_clock clock;
    rec_stream_sort(sender->stream);
    rec_clock_translate(&sender->stream, 1);
    rec_clock_init(&clock, sender->stream);
    int64_t worst = 0;
    for (guint i = 0; i < sender->stream->packets->len; i++) {
        int64_t wall_us =
            rec_clock_wall_us(&clock, rec_stream_packet(sender->stream, i)->timestamp);
        worst = MAX(worst, llabs(wall_us - START_US - offset_us - captured[i]));
    }
    rec_clock_finish(&clock);
    rec_stream_destroy(sender->stream);
    return worst;
}

enum { PACKETS = 6000 }; /* two minutes */
static int64_t captured[PACKETS];

/* Packets each 20 ms with a delay of 10 ms and more. */
static void send(struct sender *sender, int i)
{
    captured[i] = i * INT64_C(20000) + sender->paused_us;
    packet(sender, captured[i], 10000 + (i * 7919) % 13000);
}

static void test_drift_and_offset(void)
{
    struct sender sender = create(48000);
    sender.clock_us = -3600 * SECOND_US;
    sender.drift_ppm = 200;
    for (int i = 0; i < PACKETS; i++) {
        send(&sender, i);
        if (i % 250 == 0)
            report(&sender, captured[i], 5000);
    }
    g_assert_cmpint(worst_us(&sender, captured, 5000), <, 1500);
}

/* A network that stands still for two seconds delays reports too: no reason to move anything. */
static void test_late_reports(void)
{
    struct sender sender = create(48000);
    for (int i = 0; i < PACKETS; i++) {
        send(&sender, i);
        if (i % 50 == 0)
            report(&sender, captured[i], i == 3000 ? 2000000 : 5000 + i % 7 * 1000);
    }
    g_assert_cmpint(worst_us(&sender, captured, 5000), <, 3000);
}

/* The sender's clock is set by 40 s in the middle: its RTP time goes on, so do we. */
static void test_sender_sets_its_clock(void)
{
    struct sender sender = create(48000);
    for (int i = 0; i < PACKETS; i++) {
        send(&sender, i);
        if (i == 3010)
            sender.clock_us += 40 * SECOND_US;
        if (i % 50 == 0)
            report(&sender, captured[i], 5000);
    }
    g_assert_cmpint(worst_us(&sender, captured, 5000), <, 3000);
}

/* A microphone that is away for 7 s while its RTP time stands still. */
static void test_pause(void)
{
    struct sender sender = create(48000);
    for (int i = 0; i < PACKETS; i++) {
        if (i == 3010)
            sender.paused_us = 7 * SECOND_US;
        send(&sender, i);
        if (i % 50 == 0)
            report(&sender, captured[i], 5000);
    }
    g_assert_cmpint(worst_us(&sender, captured, 5000), <, 3000);
}

/* A sender whose reports count the time since its start twice; `reports` of them. Then the packets' arrival counts. */
static void runaway(int reports)
{
    struct sender sender = create(48000);
    for (int i = 0; i < PACKETS; i++) {
        send(&sender, i);
        if (i % 100 != 99 || i / 100 >= reports)
            continue;
        sender.paused_us = -captured[i]; /* its RTP time, in the report alone */
        report(&sender, captured[i], 5000);
        sender.paused_us = 0;
    }
    g_assert_cmpint(worst_us(&sender, captured, 10000), <, 15000);
}

static void test_runaway_reports(void)
{
    runaway(1);
    runaway(2);
    runaway(60);
}

static void test_one_wrong_report(void)
{
    struct sender sender = create(48000);
    for (int i = 0; i < PACKETS; i++) {
        send(&sender, i);
        if (i % 50 != 0)
            continue;
        sender.paused_us = i == 3000 ? 60000 : 0; /* its RTP time, in this report alone */
        report(&sender, captured[i], 5000);
        sender.paused_us = 0;
    }
    g_assert_cmpint(worst_us(&sender, captured, 5000), <, 3000);
}

/* Without a report: by arrival, the least delay. */
static void test_no_reports(void)
{
    struct sender sender = create(90000);
    for (int i = 0; i < PACKETS; i++)
        send(&sender, i);
    g_assert_cmpint(worst_us(&sender, captured, 10000), <, 1000);
}

/* Two streams of one sender keep their relation although one's packets take far longer. */
static void test_two_streams(void)
{
    struct sender voice = create(48000), picture = create(90000);
    voice.clock_us = picture.clock_us = 1234567;
    for (int i = 0; i < PACKETS; i++) {
        send(&voice, i);
        packet(&picture, captured[i], 180000 + i % 3 * 40000);
        if (i % 50 == 0) {
            report(&voice, captured[i], 9000);
            report(&picture, captured[i] + 1000, 30000);
        }
    }
    struct rec_stream *const streams[] = {voice.stream, picture.stream};
    struct rec_clock clocks[2];
    rec_stream_sort(voice.stream);
    rec_stream_sort(picture.stream);
    rec_clock_translate(streams, G_N_ELEMENTS(streams));
    for (size_t i = 0; i < G_N_ELEMENTS(clocks); i++)
        rec_clock_init(&clocks[i], streams[i]);
    for (guint i = 0; i < PACKETS; i++) {
        int64_t apart_us =
            rec_clock_wall_us(&clocks[0], rec_stream_packet(voice.stream, i)->timestamp) -
            rec_clock_wall_us(&clocks[1], rec_stream_packet(picture.stream, i)->timestamp);
        g_assert_cmpint(llabs(apart_us), <, 1000);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(clocks); i++) {
        rec_clock_finish(&clocks[i]);
        rec_stream_destroy(streams[i]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recorder/clock/drift_and_offset", test_drift_and_offset);
    g_test_add_func("/recorder/clock/late_reports", test_late_reports);
    g_test_add_func("/recorder/clock/sender_sets_its_clock", test_sender_sets_its_clock);
    g_test_add_func("/recorder/clock/pause", test_pause);
    g_test_add_func("/recorder/clock/one_wrong_report", test_one_wrong_report);
    g_test_add_func("/recorder/clock/runaway_reports", test_runaway_reports);
    g_test_add_func("/recorder/clock/no_reports", test_no_reports);
    g_test_add_func("/recorder/clock/two_streams", test_two_streams);
    return g_test_run();
}
