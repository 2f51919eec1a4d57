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
    const struct sig_layout_other clerk = {.place = 1}, helper = {.place = 2}, late = {.place = 3};
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
    update(&layout, (const struct sig_layout_other[]){{.place = 1, .document = true}, {.place = 2}},
           2);
    g_assert_cmpint(layout.document[3], ==, 1);
    g_assert_cmpint(layout.pair[0], ==, 1);
    g_assert_cmpint(layout.pair[1], ==, 2);
    update(&layout,
           (const struct sig_layout_other[]){{.place = 1, .document = true},
                                             {.place = 2, .document = true}},
           2);
    g_assert_cmpint(layout.document[3], ==, 1);
    g_assert_cmpint(layout.document[2], ==, 2);
    update(&layout, (const struct sig_layout_other[]){{.place = 1}, {.place = 2, .document = true}},
           2);
    g_assert_cmpint(layout.document[3], ==, -1);
    g_assert_cmpint(layout.document[2], ==, 2);
}

static int slot_of(const int *slots, int place)
{
    for (int i = 0; i < SIG_MAX_SLOTS; i++)
        if (slots[i] == place)
            return i;
    return -1;
}

/* Everybody is heard, papers have slots of their own, and only who said nothing goes unseen for them. */
static void test_crowd(void)
{
    struct sig_layout layout;
    sig_layout_init(&layout);
    const struct sig_layout_other crowd[] = {{.place = 1, .document = true, .keeps = true},
                                             {.place = 2, .spoke_us = 50},
                                             {.place = 3, .spoke_us = 10},
                                             {.place = 4, .spoke_us = 90}};
    update(&layout, crowd, 4);
    for (int place = 1; place <= 4; place++)
        g_assert_cmpint(slot_of(layout.pair, place), >=, 0);
    g_assert_cmpint(slot_of(layout.document, 1), ==, slot_of(layout.pair, 3));
    /* who is heard alone and comes to the front is seen again, instead of who spoke least */
    const struct sig_layout_other loud[] = {
        {.place = 1, .document = true, .keeps = true},
        {.place = 2, .spoke_us = 50},
        {.place = 3, .spoke_us = 99, .speaks = true, .leads = true},
        {.place = 4, .spoke_us = 90}};
    update(&layout, loud, 4);
    g_assert_cmpint(slot_of(layout.document, 1), ==, slot_of(layout.pair, 2));
    g_assert_cmpint(slot_of(layout.pair, 3), >=, 0);
}

/* Five with four slots: the fifth has one as soon as it speaks, of who has been silent for the longest. */
static void test_speakers_first(void)
{
    struct sig_layout layout;
    sig_layout_init(&layout);
    struct sig_layout_other five[] = {{.place = 1, .keeps = true},
                                      {.place = 2, .spoke_us = 20},
                                      {.place = 3, .spoke_us = 30},
                                      {.place = 4, .spoke_us = 40},
                                      {.place = 5}};
    update(&layout, five, 5);
    g_assert_cmpint(slot_of(layout.pair, 5), ==, -1);
    five[4].speaks = true;
    five[4].spoke_us = 50;
    update(&layout, five, 5);
    g_assert_cmpint(layout.pair[1], ==, 5); /* where 2 was; nobody else has moved */
    g_assert_cmpint(layout.pair[0], ==, 1);
    g_assert_cmpint(layout.pair[2], ==, 3);
    g_assert_cmpint(layout.pair[3], ==, 4);
    /* all speak: whoever is out waits, until it is in front */
    for (int i = 1; i < 5; i++)
        five[i].speaks = true;
    update(&layout, five, 5);
    g_assert_cmpint(slot_of(layout.pair, 2), ==, -1);
    five[1].leads = true;
    five[1].spoke_us = 60;
    update(&layout, five, 5);
    g_assert_cmpint(layout.pair[2], ==, 2);
    g_assert_cmpint(slot_of(layout.pair, 3), ==, -1);
    update(&layout, five, 5); /* and that is all */
    g_assert_cmpint(layout.pair[2], ==, 2);
}

/* Whose call it is comes late and finds a place; nobody takes it away. */
static void test_party(void)
{
    struct sig_layout layout;
    sig_layout_init(&layout);
    struct sig_layout_other three[] = {{.place = 2, .speaks = true, .leads = true},
                                       {.place = 3, .speaks = true},
                                       {.place = 0, .keeps = true}};
    sig_layout_update(&layout, three, 2, 2, 2);
    sig_layout_update(&layout, three, 3, 2, 2);
    g_assert_cmpint(slot_of(layout.pair, 0), >=, 0);
    three[1].leads = true;
    three[0].leads = three[0].speaks = false;
    sig_layout_update(&layout, three, 3, 2, 2);
    g_assert_cmpint(slot_of(layout.pair, 0), >=, 0);
    g_assert_cmpint(slot_of(layout.pair, 3), >=, 0);
}

static void test_few_slots(void)
{
    struct sig_layout layout;
    sig_layout_init(&layout);
    const struct sig_layout_other two[] = {{.place = 1, .document = true, .keeps = true},
                                           {.place = 2}};
    sig_layout_update(&layout, two, 2, 1, 1);
    g_assert_cmpint(layout.pair[0], ==, 1);
    g_assert_cmpint(layout.pair[1], ==, -1);
    g_assert_cmpint(layout.document[0], ==, -1);  /* the only face is worth more than a paper */
    sig_layout_update(&layout, two, 2, 100, 100); /* never beyond the table */
    g_assert_cmpint(layout.pair[1], ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/layout/pairs_stay", test_pairs_stay);
    g_test_add_func("/signaling/layout/documents", test_documents);
    g_test_add_func("/signaling/layout/crowd", test_crowd);
    g_test_add_func("/signaling/layout/speakers_first", test_speakers_first);
    g_test_add_func("/signaling/layout/party", test_party);
    g_test_add_func("/signaling/layout/few_slots", test_few_slots);
    return g_test_run();
}
