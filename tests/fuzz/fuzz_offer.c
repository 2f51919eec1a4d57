/* An offer from anywhere, answered as the first one of a connection and again as a later one of it, with what the first
 * left behind. What is agreed is within the limits that the sfu takes for granted, and the answer has a section for
 * each of the offer's. */
#include <assert.h>
#include <string.h>

#include <glib.h>

#include "signaling/sdp/sdp.h"
#include "tests/fuzz/fuzz.h"

static const struct sdp_policy policy = {
    .video_codecs = {SFU_CODEC_VP8, SFU_CODEC_H264},
    .video_codec_count = 2,
    .max_video_bps = 1500000,
    .max_audio_bps = 48000,
    .takes_layers = true,
    .max_audio_slots = 4,
    .max_video_slots = 4,
};

static const struct sfu_candidate candidates[] = {{"192.0.2.7", 40000, 2130706431}};

static const struct sdp_local local = {
    .fresh = {"abcdefgh", "abcdefghijklmnopqrstuvwx"},
    .fingerprint = "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
                   "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
    .candidates = candidates,
    .candidate_count = 1,
};

static bool is_terminated(const char *text, size_t bytes)
{
    return memchr(text, '\0', bytes);
}

static void section_check(const struct sfu_section *section)
{
    assert(is_terminated(section->mid, sizeof section->mid));
    assert(section->payload_count <= SFU_MAX_PAYLOADS && section->layer_count <= SFU_MAX_LAYERS);
    for (unsigned i = 0; i < section->layer_count; i++)
        assert(section->rids[i][0] && is_terminated(section->rids[i], SFU_RID_BYTES));
    assert(section->layer_count == 0 || (section->extensions.rid && section->extensions.mid));
    for (unsigned i = 0; i < section->payload_count; i++) {
        const struct sfu_payload *payload = &section->payloads[i];
        assert(payload->codec != SFU_CODEC_NONE && payload->pt < 128 && payload->rtx_pt < 128);
    }
    g_autofree char *payloads = sdp_payloads_text(section), *extmap = sdp_extmap_text(section);
    assert(payloads && extmap);
}

static unsigned lines_count(const char *text, const char *start)
{
    unsigned count = 0;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        count += g_str_has_prefix(line, start);
    }
    return count;
}

static int answer(const char *offer, struct sdp_memory *memory)
{
    struct sfu_negotiation negotiation;
    struct sdp_error error;
    char *text = NULL;
    int r = sdp_answer(offer, &policy, &local, memory, &negotiation, &text, &error);
    if (r < 0) {
        assert(!text && error.code && is_terminated(error.message, sizeof error.message));
        return r;
    }
    assert(negotiation.section_count <= SFU_MAX_SECTIONS);
    assert(is_terminated(negotiation.remote_ufrag, sizeof negotiation.remote_ufrag));
    assert(is_terminated(negotiation.remote_pwd, sizeof negotiation.remote_pwd));
    for (unsigned i = 0; i < negotiation.section_count; i++)
        section_check(&negotiation.sections[i]);
    assert(lines_count(text, "m=") == negotiation.section_count);
    assert(lines_count(text, "a=candidate:") <= negotiation.section_count);
    g_free(text);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sdp_memory memory = {0};
    g_autofree char *offer = g_strndup((const char *)data, size);
    if (answer(offer, &memory) == 0) {
        struct sdp_memory first = memory;
        int again = answer(offer, &memory);
        assert(again == 0 && memory.slot_count == first.slot_count);
        assert(!memcmp(memory.slots, first.slots, sizeof first.slots));
    }
    return 0;
}
