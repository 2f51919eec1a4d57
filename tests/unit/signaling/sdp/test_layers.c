/* A camera offered in several sizes (RFC 8853), as browsers do and as nobody should. */
#include <glib.h>
#include <string.h>

#include "signaling/sdp/sdp.h"

static const char *data_dir;

static const struct sfu_candidate candidates[] = {{"192.0.2.7", 40000, 2130706431}};

static const struct sdp_local local = {
    .fresh = {"abcdefgh", "abcdefghijklmnopqrstuvwx"},
    .fingerprint =
        "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
    .candidates = candidates,
    .candidate_count = 1,
};

struct outcome {
    struct sdp_memory memory;
    struct sfu_negotiation negotiation;
    char *answer;
    struct sdp_error error;
    int result;
};

static void answer(struct outcome *outcome, const char *offer, bool takes_layers)
{
    const struct sdp_policy policy = {
        .video_codecs = {SFU_CODEC_VP8, SFU_CODEC_H264},
        .video_codec_count = 2,
        .max_video_bps = 1500000,
        .max_audio_bps = 48000,
        .takes_layers = takes_layers,
        .max_audio_slots = 4,
        .max_video_slots = 4,
    };
    g_clear_pointer(&outcome->answer, g_free);
    outcome->result = sdp_answer(offer, &policy, &local, &outcome->memory, &outcome->negotiation,
                                 &outcome->answer, &outcome->error);
}

static char *sample(const char *name)
{
    g_autofree char *path = g_build_filename(data_dir, name, NULL);
    char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static char *replaced(const char *text, const char *from, const char *to)
{
    GString *copy = g_string_new(text);

    g_assert_cmpuint(g_string_replace(copy, from, to, 0), >, 0);
    return g_string_free(copy, FALSE);
}

static void layers_check(const char *name, unsigned rid_id)
{
    g_autofree char *offer = sample(name);
    struct outcome o = {0};

    answer(&o, offer, true);
    g_assert_cmpstr(o.error.message, ==, "");
    const struct sfu_section *camera = &o.negotiation.sections[1];
    g_assert_cmpuint(camera->layer_count, ==, 2);
    g_assert_cmpstr(camera->rids[0], ==, "h");
    g_assert_cmpstr(camera->rids[1], ==, "l");
    g_assert_cmpuint(camera->ssrc | camera->rtx_ssrc, ==, 0);
    g_assert_cmpuint(camera->extensions.rid, ==, rid_id);
    g_assert_cmpuint(camera->extensions.repaired_rid, ==, rid_id + 1);
    g_assert_nonnull(strstr(o.answer, "a=rid:l recv\r\n"));
    g_assert_nonnull(strstr(o.answer, "a=rid:h recv\r\n"));
    g_assert_nonnull(strstr(o.answer, "a=simulcast:recv l;h\r\n"));
    g_assert_nonnull(strstr(o.answer, "sdes:rtp-stream-id\r\n"));
    g_assert_nonnull(strstr(o.answer, "sdes:repaired-rtp-stream-id\r\n"));
    g_autofree char *rids = sdp_rids_text(camera);
    g_assert_cmpstr(rids, ==, "h l");
    answer(&o, offer, false); /* where layers are not taken */
    g_assert_cmpint(o.result, ==, 0);
    g_assert_cmpuint(o.negotiation.sections[1].layer_count, ==, 0);
    g_assert_null(strstr(o.answer, "simulcast"));
    g_assert_null(sdp_rids_text(&o.negotiation.sections[1]));
    g_free(o.answer);
}

static void test_layers(void)
{
    layers_check("chromium-layers.sdp", 10);
    layers_check("firefox-layers.sdp", 9);
}

/* What is no list of sizes is as if there were none; of more than two the largest are taken. */
static void test_odd_layers(void)
{
    static const struct {
        const char *simulcast, *rids, *taken;
    } cases[] = {
        {"send l", "", NULL},
        {"send l;q", "", NULL},
        {"send l;;h", "", NULL},
        {"send l;h;\xc3\xa4", "", NULL},
        {"recv l;h", "", NULL},
        {"send", "", NULL},
        {"send l;h;aaaaaaaaaaaaaaaaa", "a=rid:aaaaaaaaaaaaaaaaa send\r\n", NULL},
        {"recv x send l;h", "", "h l"},
        {"send l,q;h recv x", "", "h l"},
        {"send ~l;~h", "", "h l"},
        {"send l;m;h", "a=rid:m send\r\n", "h m"},
        {"send l;m;h;m;l", "a=rid:m send\r\n", NULL},
    };
    g_autofree char *offer = sample("chromium-layers.sdp");

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line =
            g_strdup_printf("%sa=simulcast:%s\r\n", cases[i].rids, cases[i].simulcast);
        g_autofree char *odd = replaced(offer, "a=simulcast:send ~l;h\r\n", line);
        struct outcome o = {0};
        answer(&o, odd, true);
        g_assert_cmpint(o.result, ==, 0);
        g_autofree char *rids = sdp_rids_text(&o.negotiation.sections[1]);
        g_assert_cmpstr(rids, ==, cases[i].taken);
        g_free(o.answer);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    data_dir = argc > 1 ? argv[1] : "tests/data/sdp";
    g_test_add_func("/sdp/layers/browsers", test_layers);
    g_test_add_func("/sdp/layers/odd", test_odd_layers);
    return g_test_run();
}
