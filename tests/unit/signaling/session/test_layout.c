#include "signaling/session/layout.h"

#include <glib.h>

static void update(struct sig_layout *layout, const struct sig_layout_other *others, unsigned count)
{
    sig_layout_update(layout, others, count, 4, 4);
}

static void test_pairs_stay(void)
{
    struct sig_layout layout;
    sig_layout_init(&layout);
    const struct sig_layout_other clerk = {1, false}, helper = {2, false}, late = {3, false};
    update(&layout, (const struct sig_layout_other[]){clerk}, 1);
    g_assert_cmpint(layout.pair[0], ==, 1);
    update(&layout, (const struct sig_layout_other[]){helper, clerk}, 2);
    g_assert_cmpint(layout.pair[0], ==, 1);
    g_assert_cmpint(layout.pair[1], ==, 2);
    update(&layout, (const struct sig_layout_other[]){helper, late}, 2); /* the clerk went */
    g_assert_cmpint(layout.pair[0], ==, 3);
    g_assert_cmpint(layout.pair[1], ==, 2);
    update(&layout, NULL, 0);
    for (int i = 0; i < SIG_MAX_SLOTS; i++)
        g_assert_cmpint(layout.pair[i], ==, -1);
}

static void test_documents(void)
{
    struct sig_layout layout;
    sig_layout_init(&layout);
    update(&layout, (const struct sig_layout_other[]){{1, true}, {2, false}}, 2);
    g_assert_cmpint(layout.document[3], ==, 1);
    g_assert_cmpint(layout.pair[0], ==, 1);
    g_assert_cmpint(layout.pair[1], ==, 2);
    update(&layout, (const struct sig_layout_other[]){{1, true}, {2, true}}, 2);
    g_assert_cmpint(layout.document[3], ==, 1);
    g_assert_cmpint(layout.document[2], ==, 2);
    update(&layout, (const struct sig_layout_other[]){{1, false}, {2, true}}, 2);
    g_assert_cmpint(layout.document[3], ==, -1);
    g_assert_cmpint(layout.document[2], ==, 2);
}

/* Nobody is put on somebody else's slot, and who finds none is left out. */
static void test_crowd(void)
{
    struct sig_layout layout;
    sig_layout_init(&layout);
    const struct sig_layout_other crowd[] = {{1, true}, {2, true}, {3, true}, {4, true}};
    update(&layout, crowd, 4);
    bool seen[5] = {false};
    for (int i = 0; i < SIG_MAX_SLOTS; i++) {
        g_assert_true(layout.pair[i] < 0 || layout.document[i] < 0);
        if (layout.pair[i] >= 0) {
            g_assert_false(seen[layout.pair[i]]);
            seen[layout.pair[i]] = true;
            g_assert_cmpint(i, <, 4);
        }
    }
    for (int place = 1; place <= 4; place++)
        g_assert_true(seen[place]);
}

static void test_few_slots(void)
{
    struct sig_layout layout;
    sig_layout_init(&layout);
    const struct sig_layout_other two[] = {{1, true}, {2, false}};
    sig_layout_update(&layout, two, 2, 1, 1);
    g_assert_cmpint(layout.pair[0], ==, 1);
    g_assert_cmpint(layout.pair[1], ==, -1);
    g_assert_cmpint(layout.document[0], ==, -1);
    sig_layout_update(&layout, two, 2, 100, 100); /* never beyond the table */
    g_assert_cmpint(layout.pair[1], ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/layout/pairs_stay", test_pairs_stay);
    g_test_add_func("/signaling/layout/documents", test_documents);
    g_test_add_func("/signaling/layout/crowd", test_crowd);
    g_test_add_func("/signaling/layout/few_slots", test_few_slots);
    return g_test_run();
}
