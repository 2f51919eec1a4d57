/* The store fails: the request is refused, nothing has changed, and when it works again all goes on. */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/unit/hall/client.h"
#include "tests/unit/hall/trail.h"

/* No file of this process may grow: as a full disk. */
static void disk_fill(const char *database)
{
    g_autofree char *log = g_strconcat(database, "-wal", NULL);
    struct stat status;
    g_assert_cmpint(stat(log, &status), ==, 0);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = (rlim_t)status.st_size;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

static void disk_empty(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = limit.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

static void test_full_disk(void)
{
    struct hall_config config = {.always_open = true, .ring_ms = 50};
    struct client *client = client_create(&config);
    struct id first = client_citizen(), second = client_citizen(), third = client_citizen();
    client_open(client, 3);
    client_open(client, 1);
    client_draw(client, first.text, "BD01", false);
    assert_done(ASK(client, ticket_next, 3));
    client_draw(client, second.text, "SB01", false);
    client_forget_events(client);

    disk_fill(client->database);
    const char *sha256 = hall_notice(client->hall)->sha256;
    const struct said *said = ASK(client, ticket_create, third.text, "BD01", sha256, false);
    assert_refused(said, "store.failed");
    g_assert_cmpint(said->retry_us, >, 0);
    g_assert_false(ASK(client, ticket_of, third.text)->has_ticket);
    assert_refused(ASK(client, ticket_next, 1), "store.failed");
    assert_state(ASK(client, ticket_of, second.text), HALL_WAITING);
    g_assert_cmpuint(client->said.ticket.window, ==, 0);
    assert_refused(ASK(client, window_set_state, 1, HALL_WINDOW_REST), "store.failed");
    assert_refused(ASK(client, session_open, "SB01", false), "store.failed");
    assert_refused(ASK(client, ticket_enter, first.text), "store.failed");
    assert_refused(ASK(client, audit, "staff:6001", "replay.opened", "x", ""), "store.failed");
    assert_refused(ASK(client, login, "3001", client_password("3001"), 1), "store.failed");
    g_assert_false(client->said.has_staff);
    g_assert_false(client_has_event(client, HALL_EVENT_TICKET, "called"));
    disk_empty();

    /* The ring ran out meanwhile; that happens now. */
    client_expect(client, HALL_EVENT_TICKET, "ring_timeout", "A001");
    said = ASK(client, ticket_next, 1);
    assert_state(said, HALL_CALLED);
    g_assert_cmpstr(said->ticket.number, ==, "B001");
    assert_done(ASK(client, ticket_create, third.text, "BD01", sha256, false));
    g_assert_cmpstr(client->said.ticket.number, ==, "A002"); /* no number is lost */
    g_autoptr(GPtrArray) rows = trail_read(client->database);
    g_assert_cmpint(trail_first_broken(rows), ==, 0);
    client_destroy(client);
}

/* The trail alone cannot be written: then the act is not done either. */
static void test_no_trail_no_act(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    client_open(client, 3);
    client_draw(client, citizen.text, "BD01", false);
    trail_sql(client->database, "ALTER TABLE audit RENAME TO hidden");
    assert_refused(ASK(client, ticket_cancel, citizen.text), "store.failed");
    assert_refused(ASK(client, ticket_next, 3), "store.failed");
    assert_refused(ASK(client, login, "3001", client_password("3001"), 1), "store.failed");
    g_assert_cmpint(
        trail_number(client->database, "SELECT COUNT(*) FROM ticket WHERE state = 'WAITING'"), ==,
        1);
    trail_sql(client->database, "ALTER TABLE hidden RENAME TO audit");
    assert_state(ASK(client, ticket_next, 3), HALL_CALLED);
    client_destroy(client);
}

/* Somebody else wrote to the ticket's row: compare-and-set sees it. */
static void test_row_changed_behind_its_back(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    client_open(client, 3);
    client_draw(client, citizen.text, "BD01", false);
    trail_sql(client->database, "UPDATE ticket SET revision = revision + 1");
    assert_refused(ASK(client, ticket_next, 3), "store.failed");
    assert_state(ASK(client, ticket_of, citizen.text), HALL_WAITING);
    g_assert_cmpint(
        trail_number(client->database, "SELECT COUNT(*) FROM audit WHERE action = 'ticket.called'"),
        ==, 0);
    trail_sql(client->database, "UPDATE ticket SET revision = revision - 1");
    assert_state(ASK(client, ticket_next, 3), HALL_CALLED);
    client_destroy(client);
}

/* An offer that could not be written is made later, by itself. */
static void test_offer_is_made_up_for(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    client_open(client, 3);
    client_draw(client, citizen.text, "BD01", false);
    /* The window's row in the trail is written, that of the offer is not. */
    trail_sql(client->database,
              "CREATE TRIGGER no_offer BEFORE INSERT ON audit WHEN NEW.action = 'ticket.offered' "
              "BEGIN SELECT RAISE(ABORT, 'no'); END");
    assert_done(ASK(client, window_set_state, 3, HALL_WINDOW_READY));
    g_assert_false(client_has_event(client, HALL_EVENT_OFFERED, "due"));
    trail_sql(client->database, "DROP TRIGGER no_offer");
    client_expect(client, HALL_EVENT_OFFERED, "due", "A001");
    client_destroy(client);
}

/* A ticket that is cancelled while it is on offer takes the offer with it, or stays. */
static void test_offer_ends_with_its_ticket(void)
{
    struct client *client = client_create(NULL);
    struct id first = client_citizen(), second = client_citizen();
    client_open(client, 3);
    assert_done(ASK(client, window_set_state, 3, HALL_WINDOW_READY));
    client_draw(client, first.text, "BD01", false);
    client_expect(client, HALL_EVENT_OFFERED, "due", "A001");
    trail_sql(client->database, "CREATE TRIGGER stays BEFORE INSERT ON audit WHEN NEW.action = "
                                "'window.offer_withdrawn' BEGIN SELECT RAISE(ABORT, 'no'); END");
    assert_refused(ASK(client, ticket_cancel, first.text), "store.failed");
    assert_state(ASK(client, ticket_of, first.text), HALL_WAITING);
    client_draw(client, second.text, "BD01", false); /* the windows are looked through again */
    trail_sql(client->database, "DROP TRIGGER stays");
    assert_state(ASK(client, ticket_cancel, first.text), HALL_CANCELLED);
    client_expect(client, HALL_EVENT_OFFERED, "due", "A002");
    assert_state(ASK(client, ticket_next, 3), HALL_CALLED);
    g_assert_cmpstr(client->said.ticket.number, ==, "A002");
    client_destroy(client);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/failure/full-disk", test_full_disk);
    g_test_add_func("/hall/failure/no-trail-no-act", test_no_trail_no_act);
    g_test_add_func("/hall/failure/row-changed-behind-its-back", test_row_changed_behind_its_back);
    g_test_add_func("/hall/failure/offer-is-made-up-for", test_offer_is_made_up_for);
    g_test_add_func("/hall/failure/offer-ends-with-its-ticket", test_offer_ends_with_its_ticket);
    return g_test_run();
}
