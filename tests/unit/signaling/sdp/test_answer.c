/* The answerer against offers of real browsers and against offers nobody should send. */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "signaling/sdp/sdp.h"

static const char *data_dir;

static const struct sdp_policy policy = {
    .video_codecs = {SFU_CODEC_VP8, SFU_CODEC_H264},
    .video_codec_count = 2,
    .max_video_bps = 1500000,
    .max_audio_bps = 48000,
    .max_audio_slots = 4,
    .max_video_slots = 4,
};

static const struct sfu_candidate candidates[] = {{"192.0.2.7", 40000, 2130706431}};

static const struct sdp_local local = {
    .fresh = {"abcdefgh", "abcdefghijklmnopqrstuvwx"},
    .fingerprint =
        "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
    .candidates = candidates,
    .candidate_count = 1,
};

static char *sample(const char *name)
{
    g_autofree char *path = g_build_filename(data_dir, name, NULL);
    char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

/* Everything an answer leaves behind, freed by the test. */
struct outcome {
    struct sdp_memory memory;
    struct sfu_negotiation negotiation;
    char *answer;
    struct sdp_error error;
    int result;
};

static void answer(struct outcome *outcome, const char *offer, const struct sdp_policy *wanted)
{
    g_clear_pointer(&outcome->answer, g_free);
    outcome->result = sdp_answer(offer, wanted, &local, &outcome->memory, &outcome->negotiation,
                                 &outcome->answer, &outcome->error);
}

static char *replaced(const char *text, const char *from, const char *to)
{
    GString *copy = g_string_new(text);

    g_assert_cmpuint(g_string_replace(copy, from, to, 0), >, 0);
    return g_string_free(copy, FALSE);
}

static unsigned count_of(const char *text, const char *part)
{
    unsigned count = 0;

    for (const char *p = text; (p = strstr(p, part)); p += strlen(part))
        count++;
    return count;
}

static void test_chromium(void)
{
    g_autofree char *offer = sample("chromium-slots.sdp");
    struct outcome o = {0};

    answer(&o, offer, &policy);
    g_assert_cmpstr(o.error.message, ==, "");
    g_assert_cmpint(o.result, ==, 0);
    g_assert_cmpuint(o.negotiation.section_count, ==, 12);
    const struct sfu_section *mic = &o.negotiation.sections[0],
                             *camera = &o.negotiation.sections[1];
    g_assert_true(mic->inbound && !mic->outbound && mic->kind == SFU_AUDIO);
    g_assert_cmpint(mic->payloads[0].codec, ==, SFU_CODEC_OPUS);
    g_assert_cmpuint(mic->payloads[0].pt, ==, 111);
    g_assert_true(mic->payloads[0].transport_cc);
    g_assert_cmpuint(mic->extensions.audio_level, ==, 1);
    g_assert_true(camera->inbound && camera->kind == SFU_VIDEO && camera->ssrc && camera->rtx_ssrc);
    g_assert_cmpuint(camera->payload_count, ==, 2);
    g_assert_cmpint(camera->payloads[0].codec, ==, SFU_CODEC_VP8);
    g_assert_cmpuint(camera->payloads[0].rtx_pt, ==, 97);
    g_assert_true(camera->payloads[0].nack && camera->payloads[0].pli && camera->payloads[0].fir);
    g_assert_cmpint(camera->payloads[1].codec, ==, SFU_CODEC_H264);
    g_assert_false(o.negotiation.sections[2].inbound || o.negotiation.sections[2].outbound);
    for (int i = 3; i < 11; i++)
        g_assert_true(o.negotiation.sections[i].outbound && o.negotiation.sections[i].slot_ssrc);
    g_assert_cmpuint(o.negotiation.sections[11].payload_count, ==, 0);
    g_assert_nonnull(strstr(o.answer, "m=application 0 "));
    g_assert_nonnull(strstr(o.answer, "a=group:BUNDLE 0 1 2 3 4 5 6 7 8 9 10\r\n"));
    g_assert_nonnull(strstr(o.answer, "a=ice-lite\r\n"));
    g_assert_cmpuint(count_of(o.answer, "a=candidate:"), ==, 1);
    g_assert_null(strstr(o.answer, "video-orientation"));
    g_assert_cmpuint(count_of(o.answer, "a=msid:slot0 "), ==, 2);
    g_assert_cmpuint(count_of(o.answer, "b=AS:1500"), ==, 1);
    g_free(o.answer);
}

/* Redundant audio stands first, so that a browser sends it; and the loss it cannot mend, Opus itself may. */
static void test_redundant_audio(void)
{
    g_autofree char *offer = sample("chromium-slots.sdp");
    struct outcome o = {0};

    answer(&o, offer, &policy);
    g_assert_cmpuint(o.negotiation.sections[0].payloads[0].red_pt, ==, 63);
    g_assert_cmpuint(count_of(o.answer, "m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\n"), ==, 5);
    g_assert_nonnull(strstr(o.answer, "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"));
    g_assert_nonnull(strstr(o.answer, "a=fmtp:111 minptime=10;useinbandfec=1;"));
    g_assert_null(strstr(o.answer, "usedtx"));
    g_autofree char *words = sdp_payloads_text(&o.negotiation.sections[0]);
    g_assert_cmpstr(words, ==, "111:opus/48000/2:red=63");

    static const char *const others[] = {"a=fmtp:63 111/9", "a=fmtp:63 111", "a=fmtp:63 9/9",
                                         "a=fmtp:63 111/111/", "a=x:63 111/111"};
    for (unsigned i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *other = replaced(offer, "a=fmtp:63 111/111", others[i]);
        answer(&o, other, &policy);
        g_assert_cmpint(o.result, ==, 0);
        g_assert_cmpuint(o.negotiation.sections[0].payloads[0].red_pt, ==, 0);
        g_assert_null(strstr(o.answer, "red/48000"));
    }
    g_free(o.answer);
}

static void test_codec_order(void)
{
    g_autofree char *offer = sample("chromium-slots.sdp");
    struct sdp_policy h264_first = policy;
    struct outcome o = {0};

    h264_first.video_codecs[0] = SFU_CODEC_H264;
    h264_first.video_codecs[1] = SFU_CODEC_VP8;
    answer(&o, offer, &h264_first);
    g_assert_cmpint(o.result, ==, 0);
    const struct sfu_section *camera = &o.negotiation.sections[1];
    g_assert_cmpint(camera->payloads[0].codec, ==, SFU_CODEC_H264);
    g_autofree char *line = g_strdup_printf("a=fmtp:%u ", camera->payloads[0].pt);
    const char *fmtp = strstr(o.answer, line);
    g_assert_nonnull(fmtp);
    g_assert_nonnull(strstr(fmtp, "packetization-mode=1;profile-level-id=42e01f"));
    g_free(o.answer);
}

static void test_second_offer_keeps_slots(void)
{
    g_autofree char *offer = sample("chromium-slots.sdp");
    struct outcome o = {0};

    answer(&o, offer, &policy);
    struct sfu_negotiation first = o.negotiation;
    answer(&o, offer, &policy);
    g_assert_cmpint(o.result, ==, 0);
    for (unsigned i = 0; i < first.section_count; i++)
        g_assert_cmpuint(o.negotiation.sections[i].slot_ssrc, ==, first.sections[i].slot_ssrc);
    g_assert_cmpuint(o.memory.version, ==, 2);
    g_free(o.answer);
}

static void test_ice_restart(void)
{
    g_autofree char *offer = sample("chromium-slots.sdp");
    struct sdp_local restarted = local;
    struct outcome o = {0};

    answer(&o, offer, &policy);
    g_assert_cmpstr(o.negotiation.local.ufrag, ==, "abcdefgh");
    strcpy(restarted.fresh.ufrag, "zzzzzzzz");
    g_clear_pointer(&o.answer, g_free);
    g_assert_cmpint(
        sdp_answer(offer, &policy, &restarted, &o.memory, &o.negotiation, &o.answer, &o.error), ==,
        0);
    g_assert_cmpstr(o.negotiation.local.ufrag, ==,
                    "abcdefgh"); /* the same credentials: no restart */
    g_clear_pointer(&o.answer, g_free);
    g_autofree char *other = replaced(offer, "a=ice-ufrag:", "a=ice-ufrag:new");
    g_assert_cmpint(
        sdp_answer(other, &policy, &restarted, &o.memory, &o.negotiation, &o.answer, &o.error), ==,
        0);
    g_assert_cmpstr(o.negotiation.local.ufrag, ==, "zzzzzzzz");
    g_assert_nonnull(strstr(o.answer, "a=ice-ufrag:zzzzzzzz"));
    g_free(o.answer);
}

static void test_slots_over_the_limit_are_rejected(void)
{
    g_autofree char *offer = sample("chromium-slots.sdp");
    struct sdp_policy two = policy;
    struct outcome o = {0};

    two.max_audio_slots = two.max_video_slots = 2;
    answer(&o, offer, &two);
    g_assert_cmpint(o.result, ==, 0);
    unsigned slots = 0;
    for (unsigned i = 0; i < o.negotiation.section_count; i++)
        slots += o.negotiation.sections[i].outbound;
    g_assert_cmpuint(slots, ==, 4);
    g_assert_cmpuint(count_of(o.answer, "m=audio 0 ") + count_of(o.answer, "m=video 0 "), ==, 4);
    g_free(o.answer);
}

/* A WHIP client's offer: one voice, one picture, no SSRC, no candidates (RFC 9725). */
static const char whip_offer[] =
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE a v\r\n"
    "a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\na=setup:actpass\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:a\r\na=rtcp-mux\r\na=sendrecv\r\na=rtpmap:96 OPUS/48000/2\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 97 98\r\nc=IN IP4 0.0.0.0\r\na=mid:v\r\na=rtcp-mux\r\na=sendonly\r\na=rtpmap:97 VP8/90000\r\n"
    "a=rtpmap:98 H264/90000\r\na=fmtp:98 packetization-mode=1;profile-level-id=64001f\r\n";

static void test_whip(void)
{
    struct outcome o = {0};

    answer(&o, whip_offer, &policy);
    g_assert_cmpstr(o.error.message, ==, "");
    g_assert_cmpint(o.result, ==, 0);
    g_assert_true(o.negotiation.sections[0].inbound && o.negotiation.sections[0].outbound);
    g_assert_cmpuint(o.negotiation.sections[1].payload_count, ==,
                     1); /* high profile is not taken */
    g_assert_cmpuint(o.negotiation.sections[1].ssrc, ==, 0);
    g_assert_cmpuint(o.negotiation.remote_fingerprint[2], ==, 0x22);
    g_free(o.answer);
}

/* As aiortc offers: one id for two things. The first section that took it keeps it. */
static void test_one_id_for_two(void)
{
    struct outcome o = {0};
    g_autofree char *level =
        replaced(whip_offer, "a=rtpmap:96",
                 "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                 "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=rtpmap:96");
    g_autofree char *both = replaced(
        level, "a=rtpmap:97",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
        "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\na=rtpmap:97");

    answer(&o, both, &policy);
    g_assert_cmpint(o.result, ==, 0);
    g_assert_cmpuint(o.negotiation.sections[0].extensions.audio_level, ==, 2);
    g_assert_cmpuint(o.negotiation.sections[1].extensions.mid, ==, 1);
    g_assert_cmpuint(o.negotiation.sections[1].extensions.abs_send_time, ==, 0);
    g_assert_null(strstr(o.answer, "abs-send-time"));
    g_free(o.answer);
}

/* Without a common codec the picture is left out and the voice stays; with nothing but pictures there is nothing left. */
static void test_no_common_picture(void)
{
    g_autofree char *offer = replaced(whip_offer, "VP8/90000", "VP9/90000");
    g_autofree char *alone = g_strdup(offer);
    struct outcome o = {0};

    answer(&o, offer, &policy);
    g_assert_cmpint(o.result, ==, 0);
    g_assert_nonnull(strstr(o.answer, "m=video 0 "));
    g_assert_nonnull(strstr(o.answer, "a=group:BUNDLE a\r\n"));
    g_assert_true(o.negotiation.sections[0].inbound);
    g_assert_false(o.negotiation.sections[1].inbound);
    g_assert_cmpuint(o.memory.can_send, ==, sdp_codec_bit(SFU_CODEC_NONE));
    g_clear_pointer(&o.answer, g_free);
    char *voice = strstr(alone, "m=audio"), *picture = strstr(alone, "m=video");
    memmove(voice, picture, strlen(picture) + 1);
    g_autofree char *bundled = replaced(alone, "BUNDLE a v", "BUNDLE v");
    o = (struct outcome){0};
    answer(&o, bundled, &policy);
    g_assert_cmpint(o.result, ==, -EINVAL);
    g_assert_cmpstr(o.error.code, ==, "media.no_common_codec");
}

/* What the client sends is answered with what everybody can decode; its slots keep all it can decode itself. */
static void test_sent_codecs(void)
{
    g_autofree char *offer = sample("chromium-slots.sdp");
    g_autofree char *poor = replaced(whip_offer, "H264/90000", "VP9/90000");
    struct sdp_policy common = policy;
    struct outcome o = {0};

    common.sent_codecs[0] = SFU_CODEC_H264;
    common.sent_codec_count = 1;
    answer(&o, offer, &common);
    g_assert_cmpint(o.result, ==, 0);
    g_assert_cmpuint(o.negotiation.sections[1].payload_count, ==, 1);
    g_assert_cmpint(o.negotiation.sections[1].payloads[0].codec, ==, SFU_CODEC_H264);
    g_assert_cmpuint(o.negotiation.sections[7].payload_count, ==, 2);
    uint32_t both = sdp_codec_bit(SFU_CODEC_VP8) | sdp_codec_bit(SFU_CODEC_H264);
    g_assert_cmpuint(o.memory.can_send, ==, both);
    g_assert_cmpuint(o.memory.can_receive, ==, both);
    g_clear_pointer(&o.answer, g_free);
    o = (struct outcome){0};
    answer(&o, poor, &common); /* it cannot send what is wanted */
    g_assert_cmpint(o.result, ==, 0);
    g_assert_cmpint(o.negotiation.sections[1].payloads[0].codec, ==, SFU_CODEC_VP8);
    g_assert_cmpuint(o.memory.can_send, ==, sdp_codec_bit(SFU_CODEC_VP8));
    g_free(o.answer);
}

struct bad_offer {
    const char *from, *to, *code, *word;
};

static void test_bad_offers(void)
{
    static const struct bad_offer bad[] = {
        {"v=0", "w=0", "media.sdp", "line 1"},
        {"a=mid:v\r\n", "", "media.sdp", "m-line 1"},
        {"a=mid:v\r\n", "a=mid:a\r\n", "media.sdp", "same mid"},
        {"a=mid:v\r\n", "a=mid:v v\r\n", "media.sdp", "a=mid"},
        {"BUNDLE a v", "BUNDLE a", "media.sdp", "BUNDLE"},
        {"a=rtcp-mux\r\n", "", "media.sdp", "rtcp-mux"},
        {"a=setup:actpass", "a=setup:passive", "media.sdp", "a=setup"},
        {"sha-256", "sha-1", "media.sdp", "fingerprint"},
        {"ee:ff\r\n", "ee\r\n", "media.sdp", "fingerprint"},
        {"a=ice-ufrag:abcd", "a=ice-ufrag:ab", "media.sdp", "ice-ufrag"},
        {"a=ice-pwd:abcdefghijklmnopqrstuv", "a=ice-pwd:short", "media.sdp", "ice-pwd"},
        {"OPUS/48000/2", "PCMU/8000", "media.no_common_codec", "m-line 0"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *offer = replaced(whip_offer, bad[i].from, bad[i].to);
        struct outcome o = {0};
        answer(&o, offer, &policy);
        g_test_message("%s → %s", bad[i].from, o.error.message);
        g_assert_cmpint(o.result, ==, -EINVAL);
        g_assert_cmpstr(o.error.code, ==, bad[i].code);
        g_assert_nonnull(strstr(o.error.message, bad[i].word));
        g_assert_null(o.answer);
        g_assert_cmpuint(o.memory.version, ==, 0);
    }
}

static void test_limits(void)
{
    g_autoptr(GString) many = g_string_new(whip_offer);
    struct outcome o = {0};

    for (int i = 0; i < SFU_MAX_SECTIONS; i++)
        g_string_append_printf(many, "m=video 9 UDP/TLS/RTP/SAVPF 97\r\na=mid:x%d\r\n", i);
    answer(&o, many->str, &policy);
    g_assert_cmpstr(o.error.code, ==, "media.limit");
    while (many->len <= SDP_MAX_OFFER_BYTES)
        g_string_append(many, "a=x-padding:0123456789012345678901234567890123456789\r\n");
    answer(&o, many->str, &policy);
    g_assert_cmpstr(o.error.code, ==, "media.limit");
}

/* Cutting a real offer anywhere, or breaking any byte of the small one, never crashes: it is answered or
 * refused with a reason. */
static void test_torn_offers(void)
{
    g_autofree char *offer = sample("chromium-slots.sdp");

    for (size_t len = strlen(offer); len > 0; len -= MIN(len, 97)) {
        struct outcome o = {0};
        offer[len] = '\0';
        answer(&o, offer, &policy);
        g_assert_true(o.result == 0 ? o.answer != NULL : o.error.message[0] != '\0');
        g_free(o.answer);
    }
    for (size_t at = 0; at < sizeof whip_offer - 1; at++) {
        g_autofree char *broken = g_strdup(whip_offer);
        struct outcome o = {0};
        broken[at] ^= 0x15;
        answer(&o, broken, &policy);
        g_assert_true(o.result == 0 ? o.answer != NULL : o.error.message[0] != '\0');
        g_free(o.answer);
    }
}

static void test_journal_words(void)
{
    struct outcome o = {0};
    g_autofree char *offer = sample("chromium-slots.sdp");

    answer(&o, offer, &policy);
    g_autofree char *payloads = sdp_payloads_text(&o.negotiation.sections[1]);
    g_autofree char *extmap = sdp_extmap_text(&o.negotiation.sections[0]);
    g_assert_true(g_str_has_prefix(payloads, "96:VP8/90000:rtx=97 "));
    g_assert_nonnull(strstr(extmap, "1=urn:ietf:params:rtp-hdrext:ssrc-audio-level"));
    g_free(o.answer);
}

/* What is read of a section grows with the square of its lines: there is an end to them. */
static void test_too_many_attributes(void)
{
    g_autofree char *offer = sample("chromium-slots.sdp");
    struct outcome o = {0};

    for (int session = 0; session < 2; session++) {
        GString *lines = g_string_new(session ? "s=-\r\nt=0 0\r\n" : "a=mid:1\r\n");
        for (int i = 0; i < 513; i++)
            g_string_append(lines, "a=rtpmap:9 a\r\n");
        g_autofree char *many =
            replaced(offer, session ? "s=-\r\nt=0 0\r\n" : "a=mid:1\r\n", lines->str);
        g_string_free(lines, TRUE);
        answer(&o, many, &policy);
        g_assert_cmpint(o.result, ==, -EINVAL);
        g_assert_cmpstr(o.error.code, ==, "media.limit");
    }
    g_free(o.answer);
}

/* WHIP takes and gives nothing, WHEP the other way round. */
static void test_one_way(void)
{
    struct outcome outcome = {0};
    g_autofree char *offer = sample("chromium-slots.sdp");
    struct sdp_policy whip = policy, whep = policy;
    whip.refuses_outbound = true;
    whep.refuses_inbound = true;

    answer(&outcome, offer, &whip);
    g_assert_cmpint(outcome.result, ==, 0);
    g_assert_null(strstr(outcome.answer, "a=sendonly"));
    g_assert_null(strstr(outcome.answer, "a=ssrc:"));
    g_assert_nonnull(strstr(outcome.answer, "a=recvonly"));
    for (unsigned i = 0; i < outcome.negotiation.section_count; i++)
        g_assert_false(outcome.negotiation.sections[i].outbound);

    memset(&outcome.memory, 0, sizeof outcome.memory);
    answer(&outcome, offer, &whep);
    g_assert_cmpint(outcome.result, ==, 0);
    g_assert_null(strstr(outcome.answer, "a=recvonly"));
    g_assert_nonnull(strstr(outcome.answer, "a=sendonly"));
    for (unsigned i = 0; i < outcome.negotiation.section_count; i++)
        g_assert_false(outcome.negotiation.sections[i].inbound);

    g_autofree char *nothing = replaced(offer, "a=sendonly", "a=inactive");
    memset(&outcome.memory, 0, sizeof outcome.memory);
    answer(&outcome, nothing, &whip);
    g_assert_cmpint(outcome.result, ==, -EINVAL);
    g_assert_cmpstr(outcome.error.code, ==, "media.sdp");
    g_free(outcome.answer);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    data_dir = argc > 1 ? argv[1] : "tests/data/sdp";
    g_test_add_func("/sdp/answer/chromium", test_chromium);
    g_test_add_func("/sdp/answer/redundant-audio", test_redundant_audio);
    g_test_add_func("/sdp/answer/codec-order", test_codec_order);
    g_test_add_func("/sdp/answer/second-offer", test_second_offer_keeps_slots);
    g_test_add_func("/sdp/answer/ice-restart", test_ice_restart);
    g_test_add_func("/sdp/answer/slot-limit", test_slots_over_the_limit_are_rejected);
    g_test_add_func("/sdp/answer/whip", test_whip);
    g_test_add_func("/sdp/answer/no-common-picture", test_no_common_picture);
    g_test_add_func("/sdp/answer/sent-codecs", test_sent_codecs);
    g_test_add_func("/sdp/answer/bad-offers", test_bad_offers);
    g_test_add_func("/sdp/answer/one-id-for-two", test_one_id_for_two);
    g_test_add_func("/sdp/answer/limits", test_limits);
    g_test_add_func("/sdp/answer/one-way", test_one_way);
    g_test_add_func("/sdp/answer/torn", test_torn_offers);
    g_test_add_func("/sdp/answer/journal-words", test_journal_words);
    g_test_add_func("/sdp/answer/too-many-attributes", test_too_many_attributes);
    return g_test_run();
}
