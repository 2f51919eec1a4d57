#include "signaling/session/answers.h"

#include <string.h>

static void keep(struct sig_answers *answers, int64_t id)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, id);
    g_autoptr(GBytes) frame = g_bytes_new(text, strlen(text) + 1);
    sig_answers_keep(answers, id, frame);
}

static void test_done_once(void)
{
    struct sig_answers answers = {0};
    GBytes *frame = NULL;
    g_assert_cmpint(sig_answers_begin(&answers, 1, &frame), ==, SIG_FIRST);
    g_assert_cmpint(sig_answers_begin(&answers, 1, &frame), ==, SIG_WORKING);
    keep(&answers, 1);
    g_assert_cmpint(sig_answers_begin(&answers, 1, &frame), ==, SIG_KEPT);
    g_assert_cmpstr(g_bytes_get_data(frame, NULL), ==, "1");
    keep(&answers, 1); /* a second answer is not taken */
    g_assert_cmpint(sig_answers_begin(&answers, 5, &frame), ==, SIG_FIRST);
    g_assert_cmpint(sig_answers_begin(&answers, 4, &frame), ==, SIG_FORGOTTEN); /* ids count up */
    sig_answers_finish(&answers);
}

static void test_forgotten(void)
{
    struct sig_answers answers = {0};
    GBytes *frame = NULL;
    for (int64_t id = 1; id <= SIG_KEPT_ANSWERS + 1; id++) {
        g_assert_cmpint(sig_answers_begin(&answers, id, &frame), ==, SIG_FIRST);
        keep(&answers, id);
    }
    g_assert_cmpint(sig_answers_begin(&answers, 1, &frame), ==, SIG_FORGOTTEN);
    g_assert_cmpint(sig_answers_begin(&answers, 2, &frame), ==, SIG_KEPT);
    g_assert_cmpint(sig_answers_begin(&answers, SIG_KEPT_ANSWERS + 1, &frame), ==, SIG_KEPT);
    sig_answers_finish(&answers);
}

/* What is being worked on is never pushed out: it would be done twice. */
static void test_crowded(void)
{
    struct sig_answers answers = {0};
    GBytes *frame = NULL;
    for (int64_t id = 1; id <= SIG_KEPT_ANSWERS; id++)
        g_assert_cmpint(sig_answers_begin(&answers, id, &frame), ==, SIG_FIRST);
    g_assert_cmpint(sig_answers_begin(&answers, 100, &frame), ==, SIG_CROWDED);
    keep(&answers, 7);
    g_assert_cmpint(sig_answers_begin(&answers, 100, &frame), ==, SIG_FIRST);
    g_assert_cmpint(sig_answers_begin(&answers, 7, &frame), ==, SIG_FORGOTTEN);
    g_assert_cmpint(sig_answers_begin(&answers, 8, &frame), ==, SIG_WORKING);
    sig_answers_finish(&answers);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/answers/done_once", test_done_once);
    g_test_add_func("/signaling/answers/forgotten", test_forgotten);
    g_test_add_func("/signaling/answers/crowded", test_crowded);
    return g_test_run();
}
