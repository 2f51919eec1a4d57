/* The lamp: how readings become a word, and how it keeps still. */
#include <glib.h>

#include "signaling/session/quality.h"

enum { SECOND_US = 1000000 };

static struct sfu_quality line(unsigned up, unsigned down, int64_t rtt_us, uint32_t estimate_bps)
{
    return (struct sfu_quality){.up_loss_permille = up,
                                .down_loss_permille = down,
                                .rtt_us = rtt_us,
                                .estimate_bps = estimate_bps};
}

static enum sig_level level(unsigned up, unsigned down, int64_t rtt_us, uint32_t estimate_bps)
{
    const struct sfu_quality quality = line(up, down, rtt_us, estimate_bps);
    return sig_level_of(&quality, 0);
}

static void test_reading(void)
{
    g_assert_cmpint(level(0, 0, -1, 0), ==, SIG_LEVEL_GOOD);
    g_assert_cmpint(level(19, 19, SECOND_US / 5, 2000000), ==, SIG_LEVEL_GOOD);
    g_assert_cmpint(level(20, 0, 0, 0), ==, SIG_LEVEL_FAIR);
    g_assert_cmpint(level(0, 20, 0, 0), ==, SIG_LEVEL_FAIR);
    g_assert_cmpint(level(0, 0, SECOND_US / 4, 0), ==, SIG_LEVEL_FAIR);
    g_assert_cmpint(level(0, 0, 0, 500000), ==, SIG_LEVEL_FAIR);
    g_assert_cmpint(level(80, 0, 0, 0), ==, SIG_LEVEL_POOR);
    g_assert_cmpint(level(0, 150, 0, 0), ==, SIG_LEVEL_POOR);
    g_assert_cmpint(level(0, 0, SECOND_US / 2, 0), ==, SIG_LEVEL_POOR);
    g_assert_cmpint(level(0, 0, 0, 200000), ==, SIG_LEVEL_POOR);
    const struct sfu_quality fine = line(0, 0, 0, 0);
    g_assert_cmpint(sig_level_of(&fine, 1), ==, SIG_LEVEL_FAIR);
    g_assert_cmpint(sig_level_of(&fine, 2), ==, SIG_LEVEL_POOR);
}

/* The words that a row of readings ("g", "f", "p") leaves behind, one letter a reading. */
static void lamp_is(const char *readings, const char *words)
{
    struct sig_lamp lamp = {0};
    g_autoptr(GString) shown = g_string_new(NULL);
    enum sig_level before = SIG_LEVEL_NONE;
    for (const char *c = readings; *c; c++) {
        enum sig_level reading = *c == 'g'   ? SIG_LEVEL_GOOD
                                 : *c == 'f' ? SIG_LEVEL_FAIR
                                             : SIG_LEVEL_POOR;
        bool changed = sig_lamp_read(&lamp, reading);
        g_assert_cmpint(changed, ==, lamp.level != before);
        before = lamp.level;
        g_string_append_c(shown, *sig_level_name(lamp.level));
    }
    g_assert_cmpstr(shown->str, ==, words);
}

static void test_lamp(void)
{
    g_assert_null(sig_level_name(SIG_LEVEL_NONE));
    lamp_is("ggg", "ggg");
    lamp_is("gpgpgpgp", "gggggggg"); /* one bad reading is none */
    lamp_is("gpp", "ggp");
    lamp_is("gpf", "ggf"); /* no further than both went */
    lamp_is("pgggg", "ppppp");
    lamp_is("pggggg", "pppppg");
    lamp_is("pggfgg", "pppppf");
    lamp_is("pggggpggggg", "ppppppppppg"); /* it begins anew */
    lamp_is("ffffffff", "ffffffff");
    lamp_is("fgpgpgp", "fffffff");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/quality/reading", test_reading);
    g_test_add_func("/quality/lamp", test_lamp);
    return g_test_run();
}
