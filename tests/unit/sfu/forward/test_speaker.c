/* Who is told to speak: by hand, voice by voice, and through a room. */
#include "sfu/forward/speaker.h"

#include <string.h>

#include "tests/unit/sfu/forward/stage.h"

enum {
    LEVEL_SPEECH = 25,
    LEVEL_SHOUT = 12,
    LEVEL_ROOM = 70,
    FRAME_US = 20000,
    SECOND_US = 1000000
};

/* `us` of packets at `level`, looked at as often as a room does. */
static void pass(struct voice *voice, unsigned level, int64_t *now_us, int64_t us)
{
    for (int64_t end_us = *now_us + us; *now_us < end_us; *now_us += FRAME_US) {
        voice_heard(voice, level, *now_us);
        if (*now_us % SPEAKER_LOOK_US < FRAME_US)
            voice_look(voice, true, *now_us);
    }
}

static void test_begins_and_ends(void)
{
    struct voice voice = {0};
    int64_t now_us = SECOND_US;
    pass(&voice, LEVEL_ROOM, &now_us, 5 * SECOND_US);
    g_assert_false(voice.active);
    pass(&voice, LEVEL_SHOUT, &now_us, 2 * FRAME_US); /* a door */
    pass(&voice, LEVEL_ROOM, &now_us, SECOND_US);
    g_assert_false(voice.active);
    pass(&voice, LEVEL_SPEECH, &now_us, SECOND_US);
    g_assert_true(voice.active);
    for (int word = 0; word < 10; word++) { /* breaths between words */
        pass(&voice, LEVEL_ROOM, &now_us, SECOND_US / 2);
        g_assert_true(voice.active);
        pass(&voice, LEVEL_SPEECH, &now_us, SECOND_US / 2);
    }
    pass(&voice, LEVEL_ROOM, &now_us, 3 * SECOND_US);
    g_assert_false(voice.active);
}

static void test_gate_and_silence(void)
{
    struct voice voice = {0};
    int64_t now_us = SECOND_US;
    pass(&voice, LEVEL_SPEECH, &now_us, SECOND_US);
    g_assert_true(voice.active);
    voice_look(&voice, false, now_us); /* held: nobody hears it */
    g_assert_false(voice.active);
    pass(&voice, LEVEL_SPEECH, &now_us, SECOND_US);
    g_assert_true(voice.active);
    now_us += 2 * SECOND_US; /* no packet any more */
    voice_look(&voice, true, now_us);
    g_assert_false(voice.active);
}

struct duet {
    struct voice voices[2];
    struct voice *both[2];
    struct speaker speaker;
    int64_t now_us;
    unsigned changes;
};

static void duet_pass(struct duet *duet, unsigned one, unsigned other, int64_t us)
{
    for (int64_t end_us = duet->now_us + us; duet->now_us < end_us; duet->now_us += FRAME_US) {
        voice_heard(&duet->voices[0], one, duet->now_us);
        voice_heard(&duet->voices[1], other, duet->now_us);
        if (duet->now_us % SPEAKER_LOOK_US >= FRAME_US)
            continue;
        bool before = duet->voices[0].dominant, other_before = duet->voices[1].dominant;
        for (int i = 0; i < 2; i++)
            voice_look(&duet->voices[i], true, duet->now_us);
        speaker_choose(&duet->speaker, duet->both, 2, duet->now_us);
        duet->changes +=
            before != duet->voices[0].dominant || other_before != duet->voices[1].dominant;
        g_assert_false(duet->voices[0].dominant && duet->voices[1].dominant);
    }
}

static void test_in_front(void)
{
    struct duet duet = {.now_us = SECOND_US};
    duet.both[0] = &duet.voices[0];
    duet.both[1] = &duet.voices[1];
    duet_pass(&duet, LEVEL_SPEECH, LEVEL_ROOM, 2 * SECOND_US);
    g_assert_true(duet.voices[0].dominant);
    duet_pass(&duet, LEVEL_ROOM, LEVEL_SPEECH, 3 * SECOND_US / 2); /* the other answers */
    g_assert_true(duet.voices[1].dominant);
    g_assert_cmpuint(duet.changes, ==, 2);
    duet_pass(&duet, LEVEL_ROOM, LEVEL_ROOM, 3 * SECOND_US);
    g_assert_false(duet.voices[0].dominant || duet.voices[1].dominant);
    g_assert_cmpuint(duet.changes, ==, 3);
}

/* Two at once, now one a little louder, now the other: the first stays. */
static void test_no_flapping(void)
{
    struct duet duet = {.now_us = SECOND_US};
    duet.both[0] = &duet.voices[0];
    duet.both[1] = &duet.voices[1];
    duet_pass(&duet, LEVEL_SPEECH, LEVEL_ROOM, SECOND_US);
    for (int i = 0; i < 40; i++) {
        duet_pass(&duet, LEVEL_SPEECH, LEVEL_SPEECH - 4, SECOND_US / 4);
        duet_pass(&duet, LEVEL_SPEECH, LEVEL_SPEECH + 4, SECOND_US / 4);
    }
    g_assert_true(duet.voices[0].dominant);
    g_assert_cmpuint(duet.changes, ==, 1);
    /* shouting each other down every 300 ms: never more than a change a second */
    for (int i = 0; i < 40; i++)
        duet_pass(&duet, i % 2 ? LEVEL_SHOUT : 40, i % 2 ? 40 : LEVEL_SHOUT, 300000);
    g_assert_cmpuint(duet.changes, <=, 1 + 12);
}

static void voices_pass(struct stage *stage, struct source *one, struct source *other,
                        unsigned frames)
{
    for (unsigned i = 0; i < frames; i++) {
        source_voice(one);
        source_voice(other);
        stage_pass(stage, FRAME_US);
    }
}

/* Through a room: one event a change, nothing for what is silent, told again where there was no place. */
static void test_events(void)
{
    struct stage *stage = stage_make();
    struct actor *a = stage_enter(stage, CHROMIUM), *b = stage_enter(stage, FIREFOX);
    struct source one = stage_source(a, MIC), other = stage_source(b, MIC);
    struct sfu_event e;
    stage_see(a, b);
    stage_see(b, a);
    one.level = 0x80 | LEVEL_SPEECH;
    other.level = LEVEL_ROOM;
    voices_pass(stage, &one, &other, 50);
    g_assert_cmpuint(stage_events(stage, SFU_EVENT_VOICE, &e), ==, 1);
    g_assert_cmpuint(e.peer, ==, 900);
    g_assert_cmpuint(e.section, ==, MIC);
    g_assert_true(e.voice.active && e.voice.dominant);
    stage->deaf = true;
    one.level = LEVEL_ROOM;
    voices_pass(stage, &one, &other, 100);
    g_assert_cmpuint(stage_events(stage, SFU_EVENT_VOICE, NULL), ==, 1);
    stage->deaf = false;
    voices_pass(stage, &one, &other, 10);
    g_assert_cmpuint(stage_events(stage, SFU_EVENT_VOICE, &e), ==, 2);
    g_assert_false(e.voice.active || e.voice.dominant);
    stage_free(stage);
}

/* A closed gate is silence, whatever is shouted behind it. */
static void test_held(void)
{
    struct stage *stage = stage_make();
    struct actor *a = stage_enter(stage, CHROMIUM), *b = stage_enter(stage, CHROMIUM);
    struct source one = stage_source(a, MIC), other = stage_source(b, MIC);
    one.level = other.level = 0x80 | LEVEL_SHOUT;
    g_assert_cmpint(fwd_uplink_gate(a->peer, MIC, false, false), ==, 0);
    g_assert_cmpint(fwd_uplink_gate(b->peer, MIC, false, true), ==, 0);
    voices_pass(stage, &one, &other, 100);
    g_assert_cmpuint(stage_events(stage, SFU_EVENT_VOICE, NULL), ==, 0);
    stage_free(stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/speaker/begins-and-ends", test_begins_and_ends);
    g_test_add_func("/forward/speaker/gate-and-silence", test_gate_and_silence);
    g_test_add_func("/forward/speaker/in-front", test_in_front);
    g_test_add_func("/forward/speaker/no-flapping", test_no_flapping);
    g_test_add_func("/forward/speaker/events", test_events);
    g_test_add_func("/forward/speaker/held", test_held);
    return g_test_run();
}
