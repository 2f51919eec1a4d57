/* The daemon dies and comes back over the same database. */
#include "hall/recovery.h"

#include <string.h>

#include "tests/harness/file.h"
#include "tests/unit/hall/client.h"
#include "tests/unit/hall/trail.h"

static void test_every_state_is_brought_back(void)
{
    struct client *client = client_create(NULL);
    struct id waiting = client_citizen(), called = client_citizen(), connecting = client_citizen();
    struct id talking = client_citizen(), wrapping = client_citizen(), away = client_citizen();
    for (unsigned window = 2; window <= 6; window++)
        client_open(client, window);
    struct id connecting_session = client_connect(client, connecting.text, "GJ01", 5);
    struct id talking_session = client_talk(client, talking.text, "QY01", 4);
    struct hall_ticket talking_ticket = client->said.ticket;
    struct id wrapping_session = client_talk(client, wrapping.text, "SB01", 2);
    assert_done(ASK(client, session_ended, wrapping_session.text, "hangup_citizen"));
    struct hall_ticket wrapping_ticket = client->said.ticket;
    client_draw(client, called.text, "BD01", false);
    assert_done(ASK(client, ticket_next, 3));
    client_draw(client, waiting.text, "BD01", false);
    client_draw(client, away.text, "BD01", false);
    assert_done(ASK(client, ticket_cancel, away.text));
    struct id opened = ASK(client, session_open, "SB01", true)->session.id;

    client_restart(client);
    assert_state(ASK(client, ticket_of, waiting.text), HALL_WAITING);
    g_assert_false(client->said.ticket.online);
    assert_state(ASK(client, ticket_of, called.text), HALL_WAITING);
    g_assert_cmpuint(client->said.ticket.ahead, ==, 0);
    assert_state(ASK(client, ticket_of, connecting.text), HALL_WAITING);
    assert_state(ASK(client, ticket_of, talking.text), HALL_WAITING);
    g_assert_cmpint(client->said.ticket.due_at_us, ==, talking_ticket.due_at_us);
    g_assert_cmpstr(client->said.ticket.session.text, ==, "");
    g_assert_false(ASK(client, ticket_of, away.text)->has_ticket);

    const struct id sessions[] = {connecting_session, talking_session, opened};
    for (size_t i = 0; i < G_N_ELEMENTS(sessions); i++) {
        const struct said *said = ASK(client, session_get, sessions[i].text);
        g_assert_cmpstr(said->session.end_reason, ==, "server_restart");
        g_assert_cmpint(said->session.state, ==, HALL_SESSION_ENDED);
    }
    /* The clerk comes back to what is still to be wrapped up, with the time that is left. */
    assert_state(ASK(client, ticket_of, wrapping.text), HALL_WRAP_UP);
    g_assert_cmpint(client->said.ticket.deadline_at_us, ==, wrapping_ticket.deadline_at_us);
    client_open(client, 2);
    g_assert_cmpint(client->said.window.state, ==, HALL_WINDOW_WRAP_UP);
    g_assert_cmpstr(client->said.ticket.number, ==, wrapping_ticket.number);
    struct hall_result result = {.code = "ANSWERED"};
    assert_state(ASK(client, ticket_finish, 2, wrapping_ticket.id.text, &result), HALL_FINISHED);
    client_restart(client);
    client_open(client, 2);
    g_assert_cmpuint(client->said.window.served_today, ==, 1);
    client_destroy(client);
}

static void test_nobody_is_called_who_is_not_back(void)
{
    struct client *client = client_create(NULL);
    struct id first = client_citizen(), second = client_citizen();
    client_draw(client, first.text, "BD01", false);
    client_draw(client, second.text, "BD01", false);
    client_restart(client);
    client_open(client, 3);
    g_assert_false(ASK(client, ticket_next, 3)->has_ticket);
    assert_done(ASK(client, ticket_online, second.text, true));
    g_assert_cmpstr(ASK(client, ticket_next, 3)->ticket.citizen.text, ==, second.text);
    g_assert_cmpint(trail_number(client->database,
                                 "SELECT COUNT(*) FROM audit WHERE action = 'ticket.not_ready'"),
                    ==, 1);
    client_destroy(client);
}

static void test_timers_run_on(void)
{
    struct hall_config config = {
        .always_open = true, .wrap_up_ms = 100, .queue_offline_ms = 50, .park_ms = 50};
    struct client *client = client_create(&config);
    struct id wrapping = client_citizen(), waiting = client_citizen();
    client_open(client, 3);
    struct id session = client_talk(client, wrapping.text, "BD01", 3);
    assert_done(ASK(client, session_ended, session.text, "hangup_citizen"));
    client_draw(client, waiting.text, "SB01", false);
    client_restart(client);
    client_expect(client, HALL_EVENT_TICKET, "abandoned", "B001");
    g_assert_false(
        ASK(client, ticket_of, wrapping.text)->has_ticket); /* its wrap-up ran out before */
    client_destroy(client);
}

/* kill -9: what the database and its log hold at a moment, without any farewell. */
static void test_torn_away(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    client_open(client, 3);
    struct id session = client_talk(client, citizen.text, "BD01", 3);
    g_autofree char *log = g_strconcat(client->database, "-wal", NULL);
    size_t database_len, log_len;
    g_autofree char *database_bytes = file_read(client->database, &database_len);
    g_autofree char *log_bytes = file_read(log, &log_len);
    g_assert_cmpuint(log_len, >, 0);

    struct client *heir = client_create(NULL);
    hall_destroy(heir->hall);
    g_autofree char *heir_log = g_strconcat(heir->database, "-wal", NULL);
    file_write(heir->database, database_bytes, database_len);
    file_write(heir_log, log_bytes, log_len - 100); /* and the last page is torn */
    heir->hall = NULL;
    client_restart(heir);
    assert_state(ASK(heir, ticket_of, citizen.text), HALL_WAITING);
    g_assert_cmpstr(ASK(heir, session_get, session.text)->session.end_reason, ==, "server_restart");
    g_autoptr(GPtrArray) rows = trail_read(heir->database);
    g_assert_cmpint(trail_first_broken(rows), ==, 0);
    client_destroy(heir);
    client_destroy(client);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/recovery/every-state-is-brought-back", test_every_state_is_brought_back);
    g_test_add_func("/hall/recovery/nobody-is-called-who-is-not-back",
                    test_nobody_is_called_who_is_not_back);
    g_test_add_func("/hall/recovery/timers-run-on", test_timers_run_on);
    g_test_add_func("/hall/recovery/torn-away", test_torn_away);
    return g_test_run();
}
