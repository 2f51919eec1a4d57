/* The daemon dies and comes back over the same database. */
#include "hall/recovery.h"

#include <string.h>

#include "hall/store/migration.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"
#include "tests/harness/wait.h"
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
    assert_done(ASK(client, session_ended, wrapping_session.text, "hangup_citizen", NULL));
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
    const char *const phases[] = {"connecting", "active", "gathering"};
    for (size_t i = 0; i < G_N_ELEMENTS(sessions); i++) {
        const struct said *said = ASK(client, session_get, sessions[i].text);
        g_assert_cmpstr(said->session.end_reason, ==, "server_restart");
        g_assert_cmpint(said->session.state, ==, HALL_SESSION_ENDED);
        g_assert_cmpstr(said->session.end_phase, ==, phases[i]);
    }
    size_t cut_off = 0;
    hall_cut_off(client->hall, &cut_off);
    g_assert_cmpuint(cut_off, ==, 3);
    hall_left_forget(client->hall);
    hall_cut_off(client->hall, &cut_off);
    g_assert_cmpuint(cut_off, ==, 0);
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
    assert_done(ASK(client, session_ended, session.text, "hangup_citizen", NULL));
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

/* The two of a ticket, as signaling tells of them. */
static void people_tell(struct client *client, const char *session, const char *citizen,
                        const char *staff_no)
{
    struct hall_person people[2] = {
        {.id = id_random(), .role = HALL_CITIZEN, .label = "市民", .present = true},
        {.id = id_random(), .role = HALL_CLERK, .label = "窗口", .present = true},
    };
    g_strlcpy(people[0].subject, citizen, sizeof people[0].subject);
    g_strlcpy(people[1].subject, staff_no, sizeof people[1].subject);
    assert_done(ASK(client, session_people, session, people, 2));
}

static const struct hall_running *only_running(const struct client *client)
{
    size_t count = 0;
    const struct hall_running *running = hall_running(client->hall, &count);
    g_assert_cmpuint(count, ==, 1);
    return running;
}

static void test_a_session_goes_on(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    client_open(client, 3);
    struct id session = client_talk(client, citizen.text, "BD01", 3);
    g_autofree char *staff_no = g_strdup(client->said.ticket.staff_no);
    people_tell(client, session.text, citizen.text, staff_no);

    client_restart(client);
    const struct hall_running *running = only_running(client);
    g_assert_cmpstr(running->session.id.text, ==, session.text);
    g_assert_cmpint(running->session.state, ==, HALL_SESSION_ACTIVE);
    g_assert_cmpint(running->held_at_us, ==, 0);
    g_assert_cmpuint(running->run, ==, 1);
    g_assert_cmpuint(running->person_count, ==, 2);
    g_assert_cmpstr(running->people[0].subject, ==, citizen.text);
    g_assert_cmpint(running->people[1].role, ==, HALL_CLERK);
    assert_state(ASK(client, ticket_of, citizen.text), HALL_RECONNECTING);
    g_assert_cmpint(trail_number(client->database, "SELECT COUNT(*) FROM audit WHERE action = "
                                                   "'session.revived'"),
                    ==, 1);
    /* The window is kept for its clerk, who finds the ticket there. */
    assert_done(ASK(client, window_open, staff_no, 3));
    g_assert_cmpint(client->said.window.state, ==, HALL_WINDOW_BUSY);
    g_assert_cmpstr(client->said.ticket.session.text, ==, session.text);
    g_assert_cmpint(trail_number(client->database, "SELECT COUNT(*) FROM audit WHERE action = "
                                                   "'window.kept'"),
                    ==, 1);

    assert_done(ASK(client, session_mark, session.text, HALL_SESSION_BACK, "clerk"));
    assert_state(ASK(client, ticket_of, citizen.text), HALL_RECONNECTING);
    assert_done(ASK(client, session_mark, session.text, HALL_SESSION_BACK, "citizen"));
    assert_state(ASK(client, ticket_of, citizen.text), HALL_IN_SESSION);

    client_restart(client); /* and once more */
    g_assert_cmpuint(only_running(client)->run, ==, 2);
    hall_left_forget(client->hall);
    assert_done(ASK(client, session_ended, session.text, "hangup_citizen", NULL));
    assert_state(ASK(client, ticket_of, citizen.text), HALL_WRAP_UP);
    client_restart(client);
    size_t count = 1;
    (void)hall_running(client->hall, &count);
    g_assert_cmpuint(count, ==, 0);
    client_destroy(client);
}

static void test_a_hold_stays(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    client_open(client, 3);
    struct id session = client_talk(client, citizen.text, "BD01", 3);
    people_tell(client, session.text, citizen.text, client->said.ticket.staff_no);
    assert_done(ASK(client, session_mark, session.text, HALL_SESSION_HOLD, "查询资料"));
    client_restart(client);
    g_assert_cmpint(only_running(client)->held_at_us, >, 0);
    g_assert_cmpstr(only_running(client)->hold_reason, ==, "查询资料");
    assert_done(ASK(client, session_mark, session.text, HALL_SESSION_BACK, NULL));
    assert_state(ASK(client, ticket_of, citizen.text), HALL_HELD);
    assert_done(ASK(client, session_mark, session.text, HALL_SESSION_RESUME, NULL));
    client_restart(client);
    g_assert_cmpint(only_running(client)->held_at_us, ==, 0);
    client_destroy(client);
}

static void test_a_connection_is_awaited_on(void)
{
    struct hall_config config = {.always_open = true, .connect_ms = 60000};
    struct client *client = client_create(&config);
    struct id citizen = client_citizen();
    client_open(client, 3);
    struct id session = client_connect(client, citizen.text, "BD01", 3);
    people_tell(client, session.text, citizen.text, client->said.ticket.staff_no);
    client->config.connect_ms = 50;
    client_restart(client);
    g_assert_cmpint(only_running(client)->session.state, ==, HALL_SESSION_CONNECTING);
    struct happened late =
        client_expect(client, HALL_EVENT_SESSION_OVERDUE, "connect_timeout", NULL);
    g_assert_cmpstr(late.session.text, ==, session.text);
    client_destroy(client);
}

static void test_who_does_not_come_back(void)
{
    struct hall_config config = {
        .always_open = true, .citizen_lost_ms = 60000, .clerk_lost_ms = 50};
    struct client *client = client_create(&config);
    struct id citizen = client_citizen();
    client_open(client, 3);
    struct id session = client_talk(client, citizen.text, "BD01", 3);
    people_tell(client, session.text, citizen.text, client->said.ticket.staff_no);
    client_restart(client);
    client_expect(client, HALL_EVENT_SESSION_OVERDUE, "lost_clerk", NULL);
    client_destroy(client);
}

static void page_tell(struct client *client, const char *staff_no, unsigned window)
{
    struct hall_page page = {.who = {.role = HALL_CLERK, .window = window}};
    g_strlcpy(page.sid, id_random().text, sizeof page.sid);
    memset(page.key_sha256, 'a', sizeof page.key_sha256 - 1);
    g_strlcpy(page.who.subject, staff_no, sizeof page.who.subject);
    g_assert_cmpint(hall_page_put(client->hall, &page), ==, 0);
}

static void test_the_phone_rings_on(void)
{
    struct hall_config config = {.always_open = true, .ring_ms = 60000};
    struct client *client = client_create(&config);
    struct id citizen = client_citizen();
    client_open(client, 3);
    g_autofree char *staff_no = g_strdup(client->said.window.staff_no);
    page_tell(client, staff_no, 3);
    client_draw(client, citizen.text, "BD01", false);
    assert_done(ASK(client, ticket_next, 3));
    int64_t before_us = client->said.ticket.deadline_at_us;
    client_restart(client);
    assert_state(ASK(client, ticket_of, citizen.text), HALL_CALLED);
    g_assert_cmpuint(client->said.ticket.window, ==, 3);
    g_assert_cmpint(client->said.ticket.deadline_at_us, >, before_us);
    g_assert_false(client->said.ticket.online);
    assert_done(ASK(client, window_open, staff_no, 3));
    g_assert_cmpint(client->said.window.state, ==, HALL_WINDOW_BUSY);
    g_assert_cmpstr(client->said.ticket.citizen.text, ==, citizen.text);
    assert_state(ASK(client, ticket_enter, citizen.text), HALL_CONNECTING);
    client_destroy(client);
}

static void test_the_ring_ends_after_all(void)
{
    struct hall_config config = {.always_open = true, .ring_ms = 60000};
    struct client *client = client_create(&config);
    struct id citizen = client_citizen();
    client_open(client, 3);
    page_tell(client, client->said.window.staff_no, 3);
    client_draw(client, citizen.text, "BD01", false);
    assert_done(ASK(client, ticket_next, 3));
    client->config.ring_ms = 50;
    client_restart(client);
    client_expect(client, HALL_EVENT_TICKET, "ring_timeout", NULL);
    assert_state(ASK(client, ticket_of, citizen.text), HALL_WAITING);
    client_destroy(client);
}

/* As version 2 of the store left it. */
static void old_store_write(const char *database)
{
    struct hall_store *store;
    g_assert_cmpint(hall_store_open(database, &store, NULL), ==, 0);
    g_assert_cmpint(hall_store_script(store,
                                      "CREATE TABLE migration (number BIGINT PRIMARY KEY, "
                                      "sha256 TEXT NOT NULL, applied_at_us BIGINT NOT NULL)"),
                    ==, 0);
    for (size_t i = 0; i < 2; i++) {
        g_autofree char *sha256 =
            g_compute_checksum_for_string(G_CHECKSUM_SHA256, hall_migrations[i].sql, -1);
        g_assert_cmpint(hall_store_script(store, hall_migrations[i].sql), ==, 0);
        g_assert_cmpint(
            hall_store_exec(store, "INSERT INTO migration VALUES ($1, $2, 1)",
                            HALL_VALUES(HALL_INT(hall_migrations[i].number), HALL_TEXT(sha256)),
                            NULL),
            ==, 0);
    }
    const char *const rows[] = {
        "INSERT INTO matter VALUES ('SB01', 1, 'B', '社保', '', '人社局', 'consult', '', '视', 1, 10, '', '', '', '', 0)",
        "INSERT INTO service_window VALUES (2, '社保', '视')",
        "INSERT INTO window_skill VALUES (2, 1, 'SB01')",
        "INSERT INTO opening_hour VALUES (1, 540, 720)",
        "INSERT INTO notice VALUES ('1', '须知', 1)",
        "INSERT INTO staff VALUES ('3002', 'clerk', 'x', 0, 0)",
        "INSERT INTO staff_window VALUES ('3002', 2)",
        "INSERT INTO ticket VALUES ('t1', 'c1', 20260102, 'B001', 'SB01', '', 'WAITING', 3, 0, 1, 0, 0, 0, 0, 0, "
        "5, 5, 5, 0, 0, 0, 0, 0, 0, 0, '', '', '', '', '')",
        "INSERT INTO ticket VALUES ('t2', 'c2', 20260102, 'B002', 'SB01', '', 'IN_SESSION', 5, 0, 1, 0, 0, 0, 0, 0, "
        "6, 6, 6, 0, 0, 0, 7, 0, 2, 0, '3002', 's2', '', '', '')",
        "INSERT INTO session VALUES ('s1', 't9', 'B009', 'SB01', 0, 'ended', 2, '3002', 1, 0, 2, 'connect_timeout', '')",
        "INSERT INTO session VALUES ('s2', 't2', 'B002', 'SB01', 0, 'active', 2, '3002', 6, 7, 0, '', '')",
        "INSERT INTO session VALUES ('s3', '', '', 'SB01', 0, 'ended', 0, '', 1, 0, 2, 'nobody_came', '')",
        "INSERT INTO session VALUES ('s4', 't8', 'B008', 'SB01', 0, 'ended', 2, '3002', 1, 2, 3, 'hangup_clerk', '')",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(hall_store_script(store, rows[i]), ==, 0);
    hall_store_close(store);
}

static void test_an_old_store(void)
{
    struct client *client = client_create(NULL);
    g_autofree char *database = g_build_filename(temp_dir(), "version-2.db", NULL);
    old_store_write(database);
    g_autofree char *own = client->database;
    client->database = database;
    client->config.database = database;
    client_restart(client);
    assert_state(ASK(client, ticket_of, "c1"), HALL_WAITING);
    assert_state(ASK(client, ticket_of, "c2"), HALL_WAITING);
    g_assert_cmpstr(client->said.ticket.session.text, ==, "");
    const char *const ends[][3] = {{"s1", "connect_timeout", "connecting"},
                                   {"s2", "server_restart", "active"},
                                   {"s3", "nobody_came", "gathering"},
                                   {"s4", "hangup_clerk", "active"}};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        const struct said *said = ASK(client, session_get, ends[i][0]);
        g_assert_cmpstr(said->session.end_reason, ==, ends[i][1]);
        g_assert_cmpstr(said->session.end_phase, ==, ends[i][2]);
    }
    assert_done(ASK(client, window_open, "3002", 2));
    g_assert_cmpint(trail_number(database, "SELECT MAX(number) FROM migration"), ==,
                    (int64_t)hall_migration_count);
    client->database = g_steal_pointer(&own);
    client_destroy(client);
}

/* A row that the store will never take does not keep back those after it. */
static void test_a_bad_page(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_WARNING); /* it is logged as an error */
    struct client *client = client_create(NULL);
    struct hall_page page = {
        .sid = "0123456789abcdef", .key_sha256 = "aa", .who = {.subject = "one"}};
    g_assert_cmpint(hall_page_put(client->hall, &page), ==, 0);
    g_strlcpy(page.who.subject, "two", sizeof page.who.subject); /* the same sid: refused */
    g_assert_cmpint(hall_page_put(client->hall, &page), ==, 0);
    g_strlcpy(page.who.subject, "three", sizeof page.who.subject);
    g_strlcpy(page.sid, "0123456789abcdee", sizeof page.sid);
    g_assert_cmpint(hall_page_put(client->hall, &page), ==, 0);
    assert_done(ASK(client, ticket_of, "one")); /* behind them */
    client_restart(client);
    size_t count;
    const struct hall_page *pages = hall_pages(client->hall, &count);
    g_assert_cmpuint(count, ==, 2);
    g_assert_cmpstr(pages[0].who.subject, ==, "one");
    g_assert_cmpstr(pages[1].who.subject, ==, "three");
    client_destroy(client);
}

static bool is_past(void *until_us)
{
    return g_get_real_time() > *(const int64_t *)until_us;
}

static void test_dead_for_too_long(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    client_open(client, 3);
    struct id session = client_talk(client, citizen.text, "BD01", 3);
    people_tell(client, session.text, citizen.text, client->said.ticket.staff_no);
    struct hall_page page = {.sid = "0123456789abcdef", .who = {.role = HALL_CITIZEN}};
    g_strlcpy(page.who.subject, citizen.text, sizeof page.who.subject);
    g_assert_cmpint(hall_page_put(client->hall, &page), ==, 0);
    assert_done(ASK(client, session_get, session.text));
    client->config.revive_ms = 1;
    hall_destroy(client->hall);
    client->hall = NULL;
    int64_t until_us = g_get_real_time() + 2000;
    g_assert_true(wait_until(NULL, is_past, &until_us, CLIENT_WAIT_US));
    client_restart(client);
    size_t count = 1;
    (void)hall_running(client->hall, &count);
    g_assert_cmpuint(count, ==, 0);
    count = 1;
    (void)hall_pages(client->hall, &count);
    g_assert_cmpuint(count, ==, 0);
    assert_state(ASK(client, ticket_of, citizen.text), HALL_WAITING);
    g_assert_cmpstr(ASK(client, session_get, session.text)->session.end_reason, ==,
                    "server_restart");
    client_destroy(client);
}

static void test_pages_and_claims(void)
{
    struct client *client = client_create(NULL);
    struct hall_page page = {.sid = "0123456789abcdef",
                             .key_sha256 = "aa",
                             .who = {HALL_CITIZEN, "someone", 0, "a-session", 17}};
    struct hall_page gone = {.sid = "fedcba9876543210", .who = {HALL_CLERK, "3002", 3, "", 18}};
    struct hall_claim claim = {.code_sha256 = "bb",
                               .who = {HALL_HELPER, "helper", 0, "a-session", 0},
                               .until_at_us = g_get_real_time() + 60 * G_USEC_PER_SEC};
    struct hall_claim used = claim, old = claim;
    g_strlcpy(used.code_sha256, "cc", sizeof used.code_sha256);
    g_strlcpy(old.code_sha256, "dd", sizeof old.code_sha256);
    old.until_at_us = g_get_real_time() - 1;
    g_assert_cmpint(hall_page_put(client->hall, &page), ==, 0);
    g_assert_cmpint(hall_page_put(client->hall, &gone), ==, 0);
    g_strlcpy(page.sid, "0123456789abcdee", sizeof page.sid); /* the person's newest counts */
    g_assert_cmpint(hall_page_put(client->hall, &page), ==, 0);
    g_assert_cmpint(hall_page_drop(client->hall, gone.sid), ==, 0);
    assert_done(ASK(client, claim_put, &claim));
    assert_done(ASK(client, claim_put, &used));
    assert_done(ASK(client, claim_put, &old));
    assert_done(ASK(client, claim_drop, used.code_sha256));
    assert_refused(ASK(client, claim_drop, used.code_sha256), "auth.bad_token");

    client_restart(client);
    size_t count = 0;
    const struct hall_page *pages = hall_pages(client->hall, &count);
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpstr(pages[0].sid, ==, page.sid);
    g_assert_cmpstr(pages[0].key_sha256, ==, "aa");
    g_assert_cmpstr(pages[0].who.session, ==, "a-session");
    g_assert_cmpint(pages[0].who.since_s, ==, 17);
    const struct hall_claim *claims = hall_claims(client->hall, &count);
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpstr(claims[0].code_sha256, ==, "bb");
    g_assert_cmpint(claims[0].who.role, ==, HALL_HELPER);
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
    g_test_add_func("/hall/recovery/a-session-goes-on", test_a_session_goes_on);
    g_test_add_func("/hall/recovery/a-hold-stays", test_a_hold_stays);
    g_test_add_func("/hall/recovery/a-connection-is-awaited-on", test_a_connection_is_awaited_on);
    g_test_add_func("/hall/recovery/who-does-not-come-back", test_who_does_not_come_back);
    g_test_add_func("/hall/recovery/the-phone-rings-on", test_the_phone_rings_on);
    g_test_add_func("/hall/recovery/the-ring-ends-after-all", test_the_ring_ends_after_all);
    g_test_add_func("/hall/recovery/an-old-store", test_an_old_store);
    g_test_add_func("/hall/recovery/a-bad-page", test_a_bad_page);
    g_test_add_func("/hall/recovery/dead-for-too-long", test_dead_for_too_long);
    g_test_add_func("/hall/recovery/pages-and-claims", test_pages_and_claims);
    return g_test_run();
}
