/* Redundant audio in a section of a journal: what is new goes in, what got lost comes out of what repeats it. */
#include "recorder/mux/section.h"

#include <string.h>

enum { RED_PT = 63, PT = 111, TICKS = 960, STEP_US = 20000, SSRC = 7 };

struct voice {
    struct rec_section *section;
    GPtrArray *kept; /* payloads, borrowed by the stream */
    int64_t now_us;
};

static struct voice voice_make(void)
{
    static const char payloads[] = "111:opus/48000/2:red=63";
    struct rec_pcapng_entry event = {.field_count = 1};
    struct voice voice = {.section = rec_section_create(1, 0),
                          .kept = g_ptr_array_new_with_free_func(g_free),
                          .now_us = 1000000};
    event.fields[0].name = "PAYLOADS";
    event.fields[0].name_len = strlen("PAYLOADS");
    event.fields[0].value = payloads;
    event.fields[0].value_len = strlen(payloads);
    rec_section_describe(voice.section, &event);
    return voice;
}

static void voice_free(struct voice *voice)
{
    rec_section_destroy(voice->section);
    g_ptr_array_unref(voice->kept);
}

/* Packet `n` and the `repeats` before it; each payload is a TOC of 20 ms and its number. */
static void come(struct voice *voice, unsigned n, unsigned repeats)
{
    GByteArray *payload = g_byte_array_new();
    for (unsigned back = repeats; back > 0; back--) {
        uint32_t rest = back * TICKS << 10 | 2;
        const uint8_t head[] = {0x80 | PT, (uint8_t)(rest >> 16), (uint8_t)(rest >> 8),
                                (uint8_t)rest};
        g_byte_array_append(payload, head, sizeof head);
    }
    g_byte_array_append(payload, (const uint8_t[]){PT}, 1);
    for (unsigned back = repeats + 1; back-- > 0;)
        g_byte_array_append(payload, (const uint8_t[]){0x78, (uint8_t)(n - back)}, 2);
    struct rec_rtp rtp = {.pt = RED_PT,
                          .seq = (uint16_t)(65530 + n),
                          .timestamp = n * TICKS,
                          .ssrc = SSRC,
                          .len = payload->len};
    rtp.payload = g_byte_array_free(payload, FALSE);
    g_ptr_array_add(voice->kept, (void *)rtp.payload);
    g_assert_true(rec_section_rtp(voice->section, &rtp, voice->now_us));
    voice->now_us += STEP_US;
}

/* The numbers in the payloads, in order, "1 2 3"; a repaired one as "(2)". */
static char *told(struct voice *voice)
{
    GString *text = g_string_new(NULL);
    struct rec_stream *stream = voice->section->streams->pdata[0];
    rec_stream_sort(stream);
    for (guint i = 0; i < stream->packets->len; i++) {
        const struct rec_media_packet *packet = rec_stream_packet(stream, i);
        g_assert_cmpuint(packet->len, ==, 2);
        g_assert_cmpuint(packet->rtp_timestamp, ==, packet->payload[1] * TICKS);
        g_string_append_printf(text, packet->repaired ? "%s(%u)" : "%s%u", i ? " " : "",
                               packet->payload[1]);
    }
    return g_string_free(text, FALSE);
}

static void expect(struct voice *voice, const char *wanted)
{
    g_autofree char *text = told(voice);
    g_assert_cmpstr(text, ==, wanted);
    voice_free(voice);
}

static void test_mended(void)
{
    struct voice voice = voice_make();
    come(&voice, 1, 1);
    come(&voice, 3, 1); /* 2 is lost … */
    come(&voice, 6, 2); /* … and 4 and 5, around the end of the numbers */
    come(&voice, 9, 1); /* of 7 and 8 one is repeated */
    expect(&voice, "1 (2) 3 (4) (5) 6 (8) 9");
}

/* What only came late is there once, whoever was first. */
static void test_late(void)
{
    struct voice voice = voice_make();
    come(&voice, 1, 1);
    come(&voice, 3, 1);
    come(&voice, 2, 1);
    come(&voice, 4, 2);
    expect(&voice, "1 (2) 3 4");
}

/* A packet that was late itself mends what was lost before it. */
static void test_late_one_mends(void)
{
    struct voice voice = voice_make();
    come(&voice, 1, 0);
    come(&voice, 4, 0);
    come(&voice, 3, 1);
    expect(&voice, "1 (2) 3 4");
}

/* Nothing of before the first packet, nothing of a pause: it may have been a hold. */
static void test_held(void)
{
    struct voice voice = voice_make();
    come(&voice, 3, 2);
    voice.now_us += 2000000;
    come(&voice, 103, 2);
    come(&voice, 105, 2);
    expect(&voice, "3 103 (104) 105");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mux/red/mended", test_mended);
    g_test_add_func("/mux/red/late", test_late);
    g_test_add_func("/mux/red/late-one-mends", test_late_one_mends);
    g_test_add_func("/mux/red/held", test_held);
    return g_test_run();
}
