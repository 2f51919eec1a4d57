/* A peer's packets on their way from a journal to the samples of a file. The input is a list of records;
 * the journal around them is well-formed, what they hold is not. */
#include "base/bytes.h"
#include "recorder/journal/pcapng_write.h"
#include "recorder/mux/causes.h"
#include "recorder/mux/gaps.h"
#include "recorder/mux/leg.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <glib.h>
#include <stdio.h>

enum { JOURNAL_BYTES = 256 * 1024, RECORDS_MAX = 1000 };

struct play {
    struct bytes_reader input;
    struct bytes_writer journal;
    int64_t now_us;
};

static void put_event(struct play *play, const char *type, const struct rec_field *fields,
                      size_t count)
{
    const struct rec_pcapng_event event = {
        .wall_us = play->now_us, .type = type, .fields = fields, .count = count};
    (void)rec_pcapng_put_event(&play->journal, &event);
}

static void put_sections(struct play *play)
{
    static const char *const sources[] = {"mic", "camera", "document", "camera"};
    for (unsigned i = 0; i < G_N_ELEMENTS(sources); i++) {
        char number[4], tag[4];
        snprintf(number, sizeof number, "%u", i);
        snprintf(tag, sizeof tag, "%u", i / 3);
        const struct rec_field fields[] = {
            {"TAG", tag},
            {"SECTION", number},
            {"SOURCE", sources[i]},
            {"PAYLOADS", i ? "96:VP8/90000:rtx=97 102:H264/90000:rtx=103" : "111:opus/48000/2"}};
        put_event(play, "media.section", fields, G_N_ELEMENTS(fields));
    }
}

/* kind and section, milliseconds that passed, length, bytes */
static void put_packet(struct play *play, unsigned kind)
{
    uint16_t len = bytes_u16(&play->input) % 1500;
    len = (uint16_t)MIN(len, bytes_left(&play->input));
    const struct rec_pcapng_packet packet = {.wall_us = play->now_us,
                                             .tag = (kind >> 4) & 1,
                                             .section = (kind >> 2) & 3,
                                             .rtcp = kind & 1,
                                             .data = bytes_take(&play->input, len),
                                             .len = len};
    if (packet.data)
        rec_pcapng_put_packet(&play->journal, &packet);
}

static void put_text(struct play *play, unsigned kind)
{
    static const char *const types[] = {"media.mute", "session.state", "gap", "media.section",
                                        "interruption"};
    static const char *const names[] = {"STATE", "CAUSE", "PAYLOADS", "START_US"};
    uint8_t len = bytes_u8(&play->input);
    len = (uint8_t)MIN(len, bytes_left(&play->input));
    g_autofree char *value = g_strndup((const char *)bytes_take(&play->input, len), len);
    const struct rec_field fields[] = {{"TAG", kind & 16 ? "1" : "0"},
                                       {"SECTION", "1"},
                                       {"PARTICIPANT", "p"},
                                       {"AUDIO", kind & 32 ? "1" : "0"},
                                       {names[kind >> 4 & 3], value}};
    put_event(play, types[kind >> 2 & 3], fields, G_N_ELEMENTS(fields));
}

static void fill(struct play *play)
{
    rec_pcapng_put_preamble(&play->journal);
    put_sections(play);
    for (unsigned i = 0; i < RECORDS_MAX && bytes_left(&play->input) > 0; i++) {
        uint8_t kind = bytes_u8(&play->input);
        play->now_us += bytes_u8(&play->input) * INT64_C(1000);
        if (kind & 2)
            put_text(play, kind);
        else
            put_packet(play, kind);
    }
}

static void check_samples(const GArray *samples)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    int64_t last_us = -1;
    for (guint i = 0; i < samples->len; i++) {
        const struct rec_sample *sample = &g_array_index(samples, struct rec_sample, i);
        assert(sample->pts_us > last_us);
        last_us = sample->pts_us;
        g_byte_array_set_size(bytes, 0);
        rec_frame_bytes(sample->frame, bytes);
        assert(bytes->len > 0);
    }
}

static void check_gaps(const struct rec_gaps *gaps)
{
    for (guint i = 0; i < gaps->gaps->len; i++) {
        const struct rec_gap *gap = &g_array_index(gaps->gaps, struct rec_gap, i);
        assert(gap->participant && gap->end_us >= gap->start_us);
    }
}

static void read_back(struct rec_segments *segments)
{
    struct rec_session session;
    rec_session_init(&session);
    int r = rec_session_read(&session, segments);
    assert(r == 0);
    g_autoptr(GArray) causes = rec_causes_collect(&session);
    struct rec_legs legs;
    struct rec_gaps gaps;
    rec_legs_init(&legs, &session, causes);
    rec_gaps_init(&gaps, &session, &legs, causes);
    check_gaps(&gaps);
    for (guint i = 0; i < legs.legs->len; i++) {
        const struct rec_leg *leg = legs.legs->pdata[i];
        assert(leg->video->len || leg->audio->len);
        check_samples(leg->video);
        check_samples(leg->audio);
    }
    rec_gaps_finish(&gaps);
    rec_legs_finish(&legs);
    rec_session_finish(&session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t journal[JOURNAL_BYTES];
    struct play play = {.input = bytes_reader(data, size),
                        .journal = bytes_writer(journal, sizeof journal),
                        .now_us = INT64_C(1700000000000000)};
    fill(&play);
    /* As if it had been mapped: a file an input is the disk's speed, not ours. */
    struct rec_segment_file *file = g_new0(struct rec_segment_file, 1);
    file->path = g_strdup("0001.pcapng");
    g_strlcpy(file->name, file->path, sizeof file->name);
    file->data = journal;
    file->len = play.journal.at;
    struct rec_segments segments;
    rec_segments_init(&segments);
    g_ptr_array_add(segments.files, file);
    read_back(&segments);
    file->len = 0; /* nothing to unmap */
    rec_segments_finish(&segments);
    return 0;
}
