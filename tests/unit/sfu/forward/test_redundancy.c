/* Redundant audio through a room: passed on, stripped, and losses made good out of it. */
#include <string.h>

#include "sfu/rtp/red.h"
#include "tests/unit/sfu/forward/stage.h"

enum { TICKS = 960, STEP_US = 20000 };

struct scene {
    struct stage *stage;
    struct actor *sender, *with, *without; /* the receivers: who negotiated RED and who did not */
    struct source voice;
};

static struct scene scene_make(void)
{
    struct scene s = {.stage = stage_make()};
    s.sender = stage_enter(s.stage, CHROMIUM);
    s.with = stage_enter(s.stage, CHROMIUM);
    s.without = stage_enter(s.stage, FIREFOX);
    s.voice = stage_source(s.sender, MIC);
    stage_see(s.with, s.sender);
    stage_see(s.without, s.sender);
    return s;
}

/* The next packet: what is new, and the `repeats` packets before it once more. */
static struct stage_packet voice_make(struct source *voice, unsigned repeats)
{
    struct stage_packet packet = source_make_red(voice, repeats);
    voice->timestamp += TICKS;
    return packet;
}

static void say(struct scene *s, unsigned repeats, bool lost)
{
    struct stage_packet packet = voice_make(&s->voice, repeats);
    if (!lost)
        source_deliver(&s->voice, &packet);
    s->stage->now_us += STEP_US;
}

static const struct stage_packet *heard(const struct actor *by, unsigned back)
{
    return stage_rtp(by, slot_ssrc_of(by, VOICE_SLOT), back);
}

static unsigned heard_count(const struct actor *by)
{
    return stage_rtp_count(by, slot_ssrc_of(by, VOICE_SLOT));
}

static void test_passed_on_and_stripped(void)
{
    struct scene s = scene_make();
    struct red_payload red;
    for (unsigned i = 0; i < 3; i++)
        say(&s, 1, false);
    const struct stage_packet *with = heard(s.with, 0), *without = heard(s.without, 0);
    g_assert_cmpuint(with->rtp.pt, ==, 64);
    g_assert_cmpint(red_parse(with->data + with->rtp.payload_at, with->rtp.payload_len, 112, &red),
                    ==, 0);
    g_assert_cmpuint(red.count, ==, 1);
    g_assert_cmpuint(red.blocks[0].offset, ==, TICKS);
    g_assert_cmpuint(stage_serial(with), ==, 2); /* the repeated one stands first */
    g_assert_cmpuint(without->rtp.pt, ==, 109);
    g_assert_cmpuint(stage_serial(without), ==, 3);
    g_assert_cmpuint(without->rtp.payload_len, ==, red.primary_len);
    g_assert_cmpuint(heard_count(s.without), ==, 3);
    stage_free(s.stage);
}

/* Loss before us: both hear it, in order, and nothing looks lost to them. */
static void test_recovered(void)
{
    struct scene s = scene_make();
    say(&s, 1, false);
    say(&s, 1, true);
    say(&s, 1, false);
    struct actor *receivers[] = {s.with, s.without};
    for (unsigned i = 0; i < 2; i++) {
        const struct stage_packet *lost = heard(receivers[i], 1), *next = heard(receivers[i], 0);
        g_assert_cmpuint(heard_count(receivers[i]), ==, 3);
        g_assert_cmpuint(lost->rtp.pt, ==, i == 0 ? 112 : 109);
        g_assert_cmpuint(stage_serial(lost), ==, 2);
        g_assert_cmpuint((uint16_t)(next->rtp.seq - lost->rtp.seq), ==, 1);
        g_assert_cmpuint(next->rtp.timestamp - lost->rtp.timestamp, ==, TICKS);
    }
    g_assert_cmpuint(s.stage->counters.recovered, ==, 1);
    stage_free(s.stage);
}

static void test_recovered_as_far_as_it_is_repeated(void)
{
    struct scene s = scene_make();
    say(&s, 2, false);
    for (unsigned i = 0; i < 3; i++)
        say(&s, 2, true);
    say(&s, 2, false);
    g_assert_cmpuint(heard_count(s.without), ==, 4); /* 1, 3, 4, 5 */
    g_assert_cmpuint(stage_serial(heard(s.without, 2)), ==, 3);
    g_assert_cmpuint(stage_serial(heard(s.without, 1)), ==, 4);
    g_assert_cmpuint((uint16_t)(heard(s.without, 2)->rtp.seq - heard(s.without, 3)->rtp.seq), ==,
                     2);
    stage_free(s.stage);
}

/* What only came late is sent once: the original is a duplicate by then, and no loss in our report. */
static void test_late_original(void)
{
    struct scene s = scene_make();
    say(&s, 1, false);
    struct stage_packet late = voice_make(&s.voice, 1);
    say(&s, 1, false);
    g_assert_cmpuint(heard_count(s.without), ==, 3);
    source_deliver(&s.voice, &late);
    g_assert_cmpuint(heard_count(s.without), ==, 3);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_DUPLICATE), ==, 1);
    stage_free(s.stage);
}

/* A pause of the sender (DTX): nobody knows which number the repeated packet had. */
static void test_pause_is_not_guessed_at(void)
{
    struct scene s = scene_make();
    say(&s, 1, false);
    say(&s, 1, true);
    struct stage_packet packet = source_make_red(&s.voice, 1);
    packet.data[packet.rtp.payload_at + 1] ^= 0x10; /* farther back than one packet lasts */
    source_deliver(&s.voice, &packet);
    g_assert_cmpuint(heard_count(s.without), ==, 2);
    g_assert_cmpuint(s.stage->counters.recovered, ==, 0);
    stage_free(s.stage);
}

/* What was said before the slot was fed is not heard by way of the redundancy. */
static void test_held_back(void)
{
    struct scene s = scene_make();
    say(&s, 1, false);
    g_assert_cmpint(fwd_uplink_gate(s.sender->peer, MIC, false, true), ==, 0);
    say(&s, 1, false);
    g_assert_cmpint(fwd_uplink_gate(s.sender->peer, MIC, true, true), ==, 0);
    say(&s, 1, false);
    g_assert_cmpuint(heard(s.with, 0)->rtp.pt, ==, 112);
    g_assert_cmpuint(stage_serial(heard(s.with, 0)), ==, 3);
    say(&s, 1, false);
    g_assert_cmpuint(heard(s.with, 0)->rtp.pt, ==, 64);
    g_assert_cmpuint(stage_serial(heard(s.with, 0)), ==, 3);
    stage_free(s.stage);
}

/* From a sender with RED to one without and back, in one slot. */
static void test_sources_with_and_without(void)
{
    struct scene s = scene_make();
    struct source plain = stage_source(s.without, MIC);
    for (unsigned i = 0; i < 2; i++)
        say(&s, 1, false);
    uint16_t seq = heard(s.with, 0)->rtp.seq;
    stage_see(s.with, s.without);
    for (unsigned i = 0; i < 2; i++) {
        source_voice(&plain);
        g_assert_cmpuint(heard(s.with, 0)->rtp.pt, ==, 112);
        s.stage->now_us += STEP_US;
    }
    stage_see(s.with, s.sender);
    for (unsigned i = 0; i < 2; i++) {
        say(&s, 1, false);
        g_assert_cmpuint(heard(s.with, 0)->rtp.pt, ==, i == 0 ? 112 : 64);
    }
    g_assert_cmpuint((uint16_t)(heard(s.with, 0)->rtp.seq - seq), ==, 4);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_TOO_OLD), ==, 0);
    stage_free(s.stage);
}

/* Also a sender of RED sends what is too long for it plainly. */
static void test_plain_in_between(void)
{
    struct scene s = scene_make();
    say(&s, 1, false);
    source_voice(&s.voice);
    g_assert_cmpuint(heard(s.with, 0)->rtp.pt, ==, 112);
    say(&s, 1, false);
    g_assert_cmpuint(heard(s.with, 0)->rtp.pt, ==, 64);
    g_assert_cmpuint(heard_count(s.with), ==, 3);
    stage_free(s.stage);
}

static void test_malformed(void)
{
    struct scene s = scene_make();
    say(&s, 1, false);
    struct stage_packet packet = source_make_red(&s.voice, 1);
    packet.data[packet.rtp.payload_at] = 0x80 | 13;
    source_deliver(&s.voice, &packet);
    g_assert_cmpuint(heard_count(s.with), ==, 1);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_RTP_MALFORMED), ==, 1);
    stage_free(s.stage);
}

/* Random loss of a twentieth and of a seventh before us: what is missing at the end is what was lost twice
 * in a row. */
static void test_random_loss(gconstpointer per_mille)
{
    enum { COUNT = 20000 };
    struct scene s = scene_make();
    int loss = GPOINTER_TO_INT(per_mille);
    unsigned sent = 0, came = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        bool lost = i > 0 && g_test_rand_int_range(0, 1000) < loss;
        sent++;
        came += !lost;
        stage_forget(s.with);
        stage_forget(s.without);
        say(&s, 1, lost);
    }
    uint64_t recovered = s.stage->counters.recovered;
    double missing = (double)(sent - came - recovered) / sent;
    double expected = (double)loss * loss / 1e6;
    g_test_message("loss %d ‰: %.3f %% missing after redundancy", loss, missing * 100);
    g_assert_cmpfloat(missing, <, expected * 1.5);
    g_assert_cmpuint(recovered, >, (sent - came) * 3 / 4);
    stage_free(s.stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/redundancy/passed-on-and-stripped", test_passed_on_and_stripped);
    g_test_add_func("/forward/redundancy/recovered", test_recovered);
    g_test_add_func("/forward/redundancy/recovered-as-far-as-it-is-repeated",
                    test_recovered_as_far_as_it_is_repeated);
    g_test_add_func("/forward/redundancy/late-original", test_late_original);
    g_test_add_func("/forward/redundancy/pause-is-not-guessed-at", test_pause_is_not_guessed_at);
    g_test_add_func("/forward/redundancy/held-back", test_held_back);
    g_test_add_func("/forward/redundancy/sources-with-and-without", test_sources_with_and_without);
    g_test_add_func("/forward/redundancy/plain-in-between", test_plain_in_between);
    g_test_add_func("/forward/redundancy/malformed", test_malformed);
    g_test_add_data_func("/forward/redundancy/random-loss-5-percent", GINT_TO_POINTER(50),
                         test_random_loss);
    g_test_add_data_func("/forward/redundancy/random-loss-15-percent", GINT_TO_POINTER(150),
                         test_random_loss);
    return g_test_run();
}
