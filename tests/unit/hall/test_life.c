#include "hall/life.h"

#include <glib.h>

/* The table is the contract: this counts it and follows every way through it. */
static void test_every_row_leads_somewhere(void)
{
    unsigned rows = 0;
    for (int from = 0; from < HALL_LIFE_STATES; from++) {
        for (int event = 0; event < HALL_LIFE_EVENTS; event++) {
            enum hall_ticket_state to = HALL_EXPIRED;
            if (!hall_life_next((enum hall_ticket_state)from, (enum hall_life_event)event, &to)) {
                g_assert_cmpint(to, ==, HALL_EXPIRED); /* untouched */
                continue;
            }
            rows++;
            g_assert_cmpint(to, !=, HALL_EXPIRED);
            g_assert_cmpint(to, !=, HALL_RINGING);
        }
    }
    g_assert_cmpuint(rows, ==, 57);
}

static void test_what_is_over_stays_over(void)
{
    for (int state = 0; state < HALL_LIFE_STATES; state++) {
        if (!hall_life_is_over((enum hall_ticket_state)state))
            continue;
        for (int event = 0; event < HALL_LIFE_EVENTS; event++) {
            if (event == HALL_LIFE_REQUEUED || event == HALL_LIFE_RESULT_LATE)
                continue;
            g_assert_false(
                hall_life_next((enum hall_ticket_state)state, (enum hall_life_event)event, NULL));
        }
    }
}

/* From the queue there is a way into every state that a video ticket knows. */
static void test_every_state_is_reached(void)
{
    bool reached[HALL_LIFE_STATES] = {
        [HALL_TICKETED] = true, [HALL_RINGING] = true, [HALL_EXPIRED] = true};
    for (int round = 0; round < HALL_LIFE_STATES; round++) {
        for (int from = 0; from < HALL_LIFE_STATES; from++) {
            for (int event = 0; reached[from] && event < HALL_LIFE_EVENTS; event++) {
                enum hall_ticket_state to;
                if (hall_life_next((enum hall_ticket_state)from, (enum hall_life_event)event, &to))
                    reached[to] = true;
            }
        }
    }
    for (int state = 0; state < HALL_LIFE_STATES; state++)
        g_assert_true(reached[state]);
}

static void test_names(void)
{
    for (int state = 0; state < HALL_LIFE_STATES; state++) {
        enum hall_ticket_state parsed;
        const char *name = hall_ticket_state_name((enum hall_ticket_state)state);
        g_assert_true(hall_life_state_parse(name, &parsed));
        g_assert_cmpint(parsed, ==, state);
    }
    enum hall_ticket_state untouched = HALL_HELD;
    g_assert_false(hall_life_state_parse("waiting", &untouched));
    g_assert_cmpint(untouched, ==, HALL_HELD);
    for (int event = 0; event < HALL_LIFE_EVENTS; event++)
        g_assert_nonnull(hall_life_event_name((enum hall_life_event)event));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/life/every-row-leads-somewhere", test_every_row_leads_somewhere);
    g_test_add_func("/hall/life/what-is-over-stays-over", test_what_is_over_stays_over);
    g_test_add_func("/hall/life/every-state-is-reached", test_every_state_is_reached);
    g_test_add_func("/hall/life/names", test_names);
    return g_test_run();
}
