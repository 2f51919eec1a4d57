/* What happens by itself, with timers of a few milliseconds. */
#include "tests/unit/hall/client.h"

#define LONG_MS 3600000

static struct hall_config slow(void)
{
    return (struct hall_config){
        .always_open = true,
        .ring_ms = LONG_MS,
        .offer_ms = LONG_MS,
        .connect_ms = LONG_MS,
        .wrap_up_ms = LONG_MS,
        .citizen_lost_ms = LONG_MS,
        .clerk_lost_ms = LONG_MS,
        .queue_offline_ms = LONG_MS,
        .park_ms = LONG_MS,
        .no_show_ms = LONG_MS,
    };
}

static void test_ring_then_no_show(void)
{
    struct hall_config config = slow();
    config.ring_ms = 20;
    config.no_show_ms = 20;
    struct client *client = client_create(&config);
    struct id citizen = client_citizen();
    client_open(client, 3);
    client_draw(client, citizen.text, "BD01", false);
    assert_done(ASK(client, ticket_next, 3));
    struct happened kept = client_expect(client, HALL_EVENT_TICKET, "ring_timeout", "A001");
    g_assert_cmpint(kept.ticket.state, ==, HALL_WAITING);
    g_assert_false(kept.ticket.ready);
    g_assert_cmpint(kept.ticket.deadline_at_us, >, kept.ticket.since_at_us);
    g_assert_cmpuint(kept.ticket.window, ==, 0);
    g_assert_cmpint(client_expect(client, HALL_EVENT_WINDOW, "ring_timeout", NULL).window.state, ==,
                    HALL_WINDOW_NOT_READY);
    g_assert_cmpint(client_expect(client, HALL_EVENT_TICKET, "no_show", "A001").ticket.state, ==,
                    HALL_NO_SHOW);
    client_destroy(client);
}

static void test_ready_in_time_saves_the_place(void)
{
    struct hall_config config = slow();
    config.ring_ms = 20;
    struct client *client = client_create(&config);
    struct id citizen = client_citizen();
    client_open(client, 3);
    client_draw(client, citizen.text, "BD01", false);
    assert_done(ASK(client, ticket_next, 3));
    client_expect(client, HALL_EVENT_TICKET, "ring_timeout", "A001");
    g_assert_false(ASK(client, ticket_next, 3)->has_ticket); /* passed over */
    const struct said *said = ASK(client, ticket_ready, citizen.text);
    g_assert_true(said->ticket.ready);
    g_assert_cmpint(said->ticket.deadline_at_us, ==, 0);
    assert_state(ASK(client, ticket_next, 3), HALL_CALLED);
    client_destroy(client);
}

static void test_offer_and_its_end(void)
{
    struct hall_config config = slow();
    config.offer_ms = 40;
    struct client *client = client_create(&config);
    struct id citizen = client_citizen();
    client_open(client, 3);
    assert_done(ASK(client, window_set_state, 3, HALL_WINDOW_READY));
    client_draw(client, citizen.text, "BD01", false);
    struct happened offer = client_expect(client, HALL_EVENT_OFFERED, "due", "A001");
    g_assert_cmpuint(offer.window.no, ==, 3);
    g_assert_cmpint(offer.ticket.state, ==, HALL_WAITING);
    g_assert_cmpint(offer.deadline_at_us, >, 0);

    client_expect(client, HALL_EVENT_TICKET, "offer_timeout", "A001");
    g_assert_cmpint(client_expect(client, HALL_EVENT_WINDOW, "offer_timeout", NULL).window.state,
                    ==, HALL_WINDOW_NOT_READY);
    assert_refused(ASK(client, ticket_take, 3, offer.ticket.id.text), "ticket.state");

    assert_done(ASK(client, window_set_state, 3, HALL_WINDOW_READY));
    offer = client_expect(client, HALL_EVENT_OFFERED, "head", "A001");
    const struct said *said = ASK(client, ticket_take, 3, offer.ticket.id.text);
    assert_state(said, HALL_CALLED);

    /* A service later the window is ready again by itself. */
    struct id session = ASK(client, ticket_enter, citizen.text)->session.id;
    assert_done(ASK(client, session_started, session.text));
    struct hall_result result = {.code = "ACCEPTED"};
    said = ASK(client, ticket_finish, 3, offer.ticket.id.text, &result);
    g_assert_cmpint(said->window.state, ==, HALL_WINDOW_READY);
    client_destroy(client);
}

static void test_offer_is_withdrawn(void)
{
    struct hall_config config = slow();
    struct client *client = client_create(&config);
    struct id first = client_citizen(), second = client_citizen();
    client_open(client, 3);
    assert_done(ASK(client, window_set_state, 3, HALL_WINDOW_READY));
    client_draw(client, first.text, "BD01", false);
    client_draw(client, second.text, "BD01", false);
    client_expect(client, HALL_EVENT_OFFERED, "due", "A001");
    assert_done(
        ASK(client, ticket_online, first.text, false)); /* a frozen page keeps no clerk waiting */
    client_expect(client, HALL_EVENT_WINDOW, "offer_withdrawn", NULL);
    struct happened offer = client_expect(client, HALL_EVENT_OFFERED, "due", "A002");
    assert_done(ASK(client, ticket_reject, 3, offer.ticket.id.text, "设备"));
    g_assert_cmpint(client->said.window.state, ==, HALL_WINDOW_NOT_READY);
    assert_done(ASK(client, ticket_online, first.text, true));
    g_assert_cmpstr(ASK(client, ticket_next, 3)->ticket.number, ==,
                    "A001"); /* the place was kept */
    client_destroy(client);
}

static void test_offline_parked_abandoned(void)
{
    struct hall_config config = slow();
    config.queue_offline_ms = 20;
    config.park_ms = 20;
    struct client *client = client_create(&config);
    struct id citizen = client_citizen(), other = client_citizen();
    client_draw(client, citizen.text, "BD01", false);
    g_assert_cmpuint(client_draw(client, other.text, "BD01", false).ahead, ==, 1);
    assert_done(ASK(client, ticket_online, citizen.text, false));
    g_assert_false(client->said.ticket.online);
    client_expect(client, HALL_EVENT_TICKET, "parked", "A001");
    g_assert_cmpuint(client_expect(client, HALL_EVENT_TICKET, "place", "A002").ticket.ahead, ==, 0);
    client_expect(client, HALL_EVENT_TICKET, "abandoned", "A001");
    g_assert_false(ASK(client, ticket_of, citizen.text)->has_ticket);
    g_assert_true(ASK(client, ticket_of, other.text)->has_ticket);
    client_destroy(client);
}

static void test_parked_comes_back(void)
{
    struct hall_config config = slow();
    config.queue_offline_ms = 10;
    struct client *client = client_create(&config);
    struct id citizen = client_citizen(), other = client_citizen();
    client_draw(client, citizen.text, "BD01", false);
    client_draw(client, other.text, "BD01", false);
    assert_done(ASK(client, ticket_online, citizen.text, false));
    client_expect(client, HALL_EVENT_TICKET, "parked", "A001");
    const struct said *said = ASK(client, ticket_online, citizen.text, true);
    g_assert_true(said->ticket.online);
    g_assert_cmpuint(said->ticket.ahead, ==, 0); /* by its own due */
    client_destroy(client);
}

static void test_session_overdue(void)
{
    struct hall_config config = slow();
    config.connect_ms = 20;
    config.citizen_lost_ms = 20;
    config.clerk_lost_ms = 20;
    struct client *client = client_create(&config);
    struct id citizen = client_citizen();
    client_open(client, 3);
    struct id session = client_connect(client, citizen.text, "BD01", 3);
    struct happened overdue =
        client_expect(client, HALL_EVENT_SESSION_OVERDUE, "connect_timeout", NULL);
    g_assert_cmpstr(overdue.session.text, ==, session.text);
    assert_done(ASK(client, session_started, session.text)); /* late, but it came */

    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_LOST, "lost_clerk"),
                 HALL_RECONNECTING);
    client_expect(client, HALL_EVENT_SESSION_OVERDUE, "lost_clerk", NULL);
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_BACK, "lost_clerk"),
                 HALL_IN_SESSION);
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_LOST, "lost_citizen"),
                 HALL_RECONNECTING);
    client_expect(client, HALL_EVENT_SESSION_OVERDUE, "lost_citizen", NULL);
    assert_state(ASK(client, session_ended, session.text, "lost_citizen", NULL), HALL_WRAP_UP);
    client_destroy(client);
}

static void test_lost_clerk_gives_back(void)
{
    struct hall_config config = slow();
    struct client *client = client_create(&config);
    struct id citizen = client_citizen();
    client_open(client, 3);
    assert_done(ASK(client, window_set_state, 3, HALL_WINDOW_READY));
    struct id session = client_talk(client, citizen.text, "BD01", 3);
    assert_done(ASK(client, window_close, 3));
    g_assert_cmpint(client->said.window.state, ==, HALL_WINDOW_CLOSED);
    client_expect(client, HALL_EVENT_SESSION_OVERDUE, "lost_clerk", NULL);
    assert_state(ASK(client, session_ended, session.text, "lost_clerk", NULL), HALL_WAITING);
    client_open(client, 3);
    g_assert_cmpint(client->said.window.state, ==, HALL_WINDOW_NOT_READY);
    g_assert_cmpstr(ASK(client, ticket_next, 3)->ticket.citizen.text, ==, citizen.text);
    assert_done(ASK(client, window_close, 3)); /* while the phone rings */
    assert_state(ASK(client, ticket_of, citizen.text), HALL_WAITING);
    client_destroy(client);
}

static void test_wrap_up_runs_out(void)
{
    struct hall_config config = slow();
    config.wrap_up_ms = 150;
    struct client *client = client_create(&config);
    struct id citizen = client_citizen();
    client_open(client, 3);
    assert_done(ASK(client, window_set_state, 3, HALL_WINDOW_READY));
    struct id session = client_talk(client, citizen.text, "BD01", 3);
    const struct said *said = ASK(client, session_ended, session.text, "hangup_clerk", NULL);
    struct id ticket = said->ticket.id;
    int64_t deadline_at_us = said->ticket.deadline_at_us;
    said = ASK(client, wrap_up_extend, 3);
    g_assert_cmpint(said->deadline_at_us, ==, deadline_at_us + 150000);
    struct happened over = client_expect(client, HALL_EVENT_TICKET, "wrap_up_timeout", "A001");
    g_assert_cmpint(over.ticket.state, ==, HALL_FINISHED);
    g_assert_cmpstr(over.ticket.result.code, ==, "");
    g_assert_cmpint(client_expect(client, HALL_EVENT_WINDOW, "wrap_up_timeout", NULL).window.state,
                    ==, HALL_WINDOW_NOT_READY);

    /* The result may still be given, once, and only there. */
    struct hall_result result = {.code = "ACCEPTED"};
    client_open(client, 4);
    assert_refused(ASK(client, ticket_finish, 4, ticket.text, &result), "ticket.unknown");
    said = ASK(client, ticket_finish, 3, ticket.text, &result);
    assert_state(said, HALL_FINISHED);
    g_assert_cmpstr(said->ticket.result.code, ==, "ACCEPTED");
    g_assert_cmpstr(ASK(client, session_get, session.text)->session.result, ==, "ACCEPTED");
    assert_refused(ASK(client, ticket_finish, 3, ticket.text, &result), "ticket.state");
    client_destroy(client);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/timers/ring-then-no-show", test_ring_then_no_show);
    g_test_add_func("/hall/timers/ready-in-time-saves-the-place",
                    test_ready_in_time_saves_the_place);
    g_test_add_func("/hall/timers/offer-and-its-end", test_offer_and_its_end);
    g_test_add_func("/hall/timers/offer-is-withdrawn", test_offer_is_withdrawn);
    g_test_add_func("/hall/timers/offline-parked-abandoned", test_offline_parked_abandoned);
    g_test_add_func("/hall/timers/parked-comes-back", test_parked_comes_back);
    g_test_add_func("/hall/timers/session-overdue", test_session_overdue);
    g_test_add_func("/hall/timers/lost-clerk-gives-back", test_lost_clerk_gives_back);
    g_test_add_func("/hall/timers/wrap-up-runs-out", test_wrap_up_runs_out);
    return g_test_run();
}
