#include "signaling/session/codec_choice.h"

#include <glib.h>

enum { VP8 = 1 << SFU_CODEC_VP8, H264 = 1 << SFU_CODEC_H264, ANY = VP8 | H264 };

static const enum sfu_codec order[] = {SFU_CODEC_H264, SFU_CODEC_VP8};

/* The codecs as a word: "H", "VH", "". */
static const char *chosen(struct sig_codec_case which, char word[4])
{
    enum sfu_codec codecs[SDP_MAX_VIDEO_CODECS];
    which.order = order;
    which.count = G_N_ELEMENTS(order);
    unsigned count = sig_codec_choose(&which, codecs);
    for (unsigned i = 0; i < count; i++)
        word[i] = codecs[i] == SFU_CODEC_VP8 ? 'V' : 'H';
    word[count] = '\0';
    return word;
}

struct row {
    const char *what;
    struct sig_codec_case which;
    const char *word;
};

static const struct row rows[] = {
    {"all can do all: as configured", {.can_send = ANY, .can_receive = ANY}, "HV"},
    {"a receiver lacks one", {.can_send = ANY, .can_receive = VP8}, "V"},
    {"the sender lacks one", {.can_send = VP8, .can_receive = ANY}, "V"},
    {"the current one stays first while it is good",
     {.can_send = ANY, .can_receive = ANY, .current = SFU_CODEC_VP8},
     "VH"},
    {"and goes when somebody cannot decode it",
     {.can_send = ANY, .can_receive = VP8, .current = SFU_CODEC_H264},
     "V"},
    {"a dead encoder gets the next",
     {.can_send = ANY, .can_receive = ANY, .dead = H264, .current = SFU_CODEC_H264},
     "V"},
    {"with both dead there is nothing better",
     {.can_send = ANY, .can_receive = ANY, .dead = ANY, .current = SFU_CODEC_VP8},
     "VH"},
    {"the only one that can be decoded, though dead",
     {.can_send = ANY, .can_receive = H264, .dead = H264, .current = SFU_CODEC_H264},
     "H"},
    {"nothing in common: it is sent for those who can",
     {.can_send = H264, .can_receive = VP8},
     "H"},
    {"and what is alive", {.can_send = ANY, .can_receive = 0, .dead = H264}, "V"},
    {"none of the configured ones", {.can_send = 1 << SFU_CODEC_NONE, .can_receive = ANY}, ""},
};

static void test_rows(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char word[4];
        g_test_message("%s", rows[i].what);
        g_assert_cmpstr(chosen(rows[i].which, word), ==, rows[i].word);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/codec-choice/rows", test_rows);
    return g_test_run();
}
