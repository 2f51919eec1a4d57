/* Requests that do not wait for each other. */
#include "hall/thread.h"

#include <errno.h>
#include <string.h>

#include "tests/harness/wait.h"
#include "tests/unit/hall/client.h"

struct tally {
    struct client *client;
    unsigned replies, with_ticket, refused;
    char numbers[64][HALL_NUMBER_BYTES];
    unsigned last; /* the order of replies is that of requests */
};

static void tally_reply(const struct hall_reply *reply, void *user)
{
    struct tally *tally = user;
    tally->replies++;
    tally->refused += reply->code != NULL;
    if (!reply->ticket)
        return;
    if (tally->with_ticket < G_N_ELEMENTS(tally->numbers))
        memcpy(tally->numbers[tally->with_ticket], reply->ticket->number, HALL_NUMBER_BYTES);
    tally->with_ticket++;
}

static void tally_wait(struct tally *tally, unsigned replies)
{
    while (tally->replies < replies) {
        if (!wait_readable(hall_fd(tally->client->hall), CLIENT_WAIT_US))
            g_error("only %u of %u replies", tally->replies, replies);
        hall_dispatch(tally->client->hall);
    }
}

static void test_two_windows_at_once(void)
{
    struct client *client = client_create(NULL);
    struct tally tally = {.client = client};
    client_open(client, 2);
    client_open(client, 1);
    client_draw(client, client_citizen().text, "SB01", false);
    client_draw(client, client_citizen().text, "SB01", false);
    g_assert_cmpint(hall_ticket_next(client->hall, 1, tally_reply, &tally), ==, 0);
    g_assert_cmpint(hall_ticket_next(client->hall, 2, tally_reply, &tally), ==, 0);
    tally_wait(&tally, 2);
    g_assert_cmpuint(tally.with_ticket, ==, 2);
    g_assert_cmpstr(tally.numbers[0], ==, "B001");
    g_assert_cmpstr(tally.numbers[1], ==, "B002");

    /* Twice at one window: the second is refused. */
    client_open(client, 3);
    client_draw(client, client_citizen().text, "BD01", false);
    client_draw(client, client_citizen().text, "BD01", false);
    g_assert_cmpint(hall_ticket_next(client->hall, 3, tally_reply, &tally), ==, 0);
    g_assert_cmpint(hall_ticket_next(client->hall, 3, tally_reply, &tally), ==, 0);
    tally_wait(&tally, 4);
    g_assert_cmpuint(tally.with_ticket, ==, 3);
    g_assert_cmpuint(tally.refused, ==, 1);
    client_destroy(client);
}

static void test_one_citizen_twice_at_once(void)
{
    struct client *client = client_create(NULL);
    struct tally tally = {.client = client};
    struct id citizen = client_citizen();
    const char *sha256 = hall_notice(client->hall)->sha256;
    for (int i = 0; i < 4; i++)
        g_assert_cmpint(hall_ticket_create(client->hall, citizen.text, "BD01", sha256, false,
                                           tally_reply, &tally),
                        ==, 0);
    tally_wait(&tally, 4);
    g_assert_cmpuint(tally.with_ticket, ==, 1);
    g_assert_cmpuint(tally.refused, ==, 3);
    client_destroy(client);
}

/* Nobody reads the replies: requests are refused at last, and none of the accepted goes unanswered. */
static void test_full_mailboxes(void)
{
    struct client *client = client_create(NULL);
    struct tally tally = {.client = client};
    struct id citizen = client_citizen();
    client_draw(client, citizen.text, "BD01", false);
    unsigned posted = 0;
    int r = 0;
    while (posted < 200000 &&
           (r = hall_ticket_of(client->hall, citizen.text, tally_reply, &tally)) == 0)
        posted++;
    g_assert_cmpint(r, ==, -EAGAIN);
    g_assert_cmpuint(posted, >=, 1024);
    tally_wait(&tally, posted);
    g_assert_cmpuint(tally.replies, ==, posted);
    g_assert_cmpuint(tally.with_ticket, ==, posted);
    assert_done(ASK(client, ticket_cancel, citizen.text));
    client_destroy(client);
}

static void test_destroy_with_work_left(void)
{
    struct client *client = client_create(NULL);
    struct tally tally = {.client = client};
    struct id citizen = client_citizen();
    for (int i = 0; i < 900; i++)
        g_assert_cmpint(hall_ticket_of(client->hall, citizen.text, tally_reply, &tally), ==, 0);
    client_destroy(client);
    g_assert_cmpuint(tally.replies, ==, 0);
}

static void test_in_memory_and_outlook(void)
{
    struct hall_config config = {
        .database = ":memory:", .seed_dir = HALL_SEED_DIR, .always_open = true};
    struct hall *hall;
    g_assert_cmpint(hall_create(&config, &hall, NULL), ==, 0);
    struct hall_outlook outlook;
    hall_outlook_read(hall, &outlook);
    g_assert_true(outlook.open);
    g_assert_cmpuint(outlook.windows_open, ==, 0);
    g_assert_cmpuint(outlook.waiting, ==, 0);
    hall_destroy(hall);
    hall_destroy(NULL);

    struct client *client = client_create(NULL);
    client_open(client, 3);
    client_open(client, 1);
    client_draw(client, client_citizen().text, "BD01", false);
    hall_outlook_read(client->hall, &outlook);
    g_assert_cmpuint(outlook.windows_open, ==, 2);
    g_assert_cmpuint(outlook.waiting, ==, 1);
    g_assert_cmpint(outlook.wait_max_us, >, outlook.wait_min_us);
    client_destroy(client);
}

static void test_windows_and_their_staff(void)
{
    struct client *client = client_create(NULL);
    assert_refused(ASK(client, window_open, "3001", 3), "window.none");
    assert_refused(ASK(client, window_open, "6001", 1), "window.none");
    assert_refused(ASK(client, window_open, "3001", 99), "window.none");
    assert_refused(ASK(client, ticket_next, 3), "window.none");
    assert_refused(ASK(client, window_set_state, 3, HALL_WINDOW_READY), "window.none");
    assert_refused(ASK(client, window_close, 3), "window.none");
    assert_refused(ASK(client, queue_read, 99), "window.none");
    const struct said *said = ASK(client, window_open, "3003", 3);
    g_assert_cmpint(said->window.state, ==, HALL_WINDOW_NOT_READY);
    g_assert_cmpstr(said->window.staff_no, ==, "3003");
    assert_done(ASK(client, window_open, "3003", 3)); /* the same console again */
    assert_refused(ASK(client, window_set_state, 3, HALL_WINDOW_BUSY), "proto.params");
    assert_done(ASK(client, window_set_state, 3, HALL_WINDOW_REST));
    client_draw(client, client_citizen().text, "BD01", false);
    assert_state(ASK(client, ticket_next, 3), HALL_CALLED);
    assert_refused(ASK(client, window_set_state, 3, HALL_WINDOW_READY), "window.busy");
    client_destroy(client);
}

static void test_sessions_are_listed(void)
{
    struct client *client = client_create(NULL);
    client_open(client, 3);
    struct id ids[3];
    for (int i = 0; i < 3; i++)
        ids[i] = ASK(client, session_open, i ? "SB01" : "BD01", i == 1)->session.id;
    assert_refused(ASK(client, session_open, "XX", false), "matter.unknown");
    struct id mine = client_talk(client, client_citizen().text, "BD01", 3);
    int64_t mine_at_us = client->said.session.created_at_us;

    struct hall_session_filter filter = {0};
    const struct said *said = ASK(client, session_list, &filter);
    g_assert_cmpuint(said->session_total, ==, 1); /* what never started is not there */
    for (int i = 0; i < 3; i++)
        assert_done(ASK(client, session_started, ids[i].text));
    said = ASK(client, session_list, &filter);
    g_assert_cmpuint(said->session_total, ==, 4);
    g_assert_cmpuint(said->sessions->len, ==, 4);
    g_assert_cmpstr(g_array_index(said->sessions, struct hall_session, 0).id.text, ==, mine.text);
    g_assert_true(g_array_index(said->sessions, struct hall_session, 3).recording_required);
    g_assert_true(g_array_index(said->sessions, struct hall_session, 2).recording_required);
    g_assert_false(g_array_index(said->sessions, struct hall_session, 1).recording_required);

    filter = (struct hall_session_filter){.offset = 1, .limit = 2};
    said = ASK(client, session_list, &filter);
    g_assert_cmpuint(said->session_total, ==, 4);
    g_assert_cmpuint(said->sessions->len, ==, 2);
    g_assert_cmpstr(g_array_index(said->sessions, struct hall_session, 0).id.text, ==, ids[2].text);
    filter = (struct hall_session_filter){.staff_no = "3003"};
    g_assert_cmpuint(ASK(client, session_list, &filter)->session_total, ==, 1);
    filter = (struct hall_session_filter){.number = "A001"};
    g_assert_cmpuint(ASK(client, session_list, &filter)->session_total, ==, 1);
    filter = (struct hall_session_filter){.number = "A001' OR '1'='1"};
    g_assert_cmpuint(ASK(client, session_list, &filter)->session_total, ==, 0);
    filter = (struct hall_session_filter){.to_at_us = mine_at_us};
    g_assert_cmpuint(ASK(client, session_list, &filter)->session_total, ==, 3);
    filter = (struct hall_session_filter){.from_at_us = mine_at_us};
    g_assert_cmpuint(ASK(client, session_list, &filter)->session_total, ==, 1);
    client_destroy(client);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/thread/two-windows-at-once", test_two_windows_at_once);
    g_test_add_func("/hall/thread/one-citizen-twice-at-once", test_one_citizen_twice_at_once);
    g_test_add_func("/hall/thread/full-mailboxes", test_full_mailboxes);
    g_test_add_func("/hall/thread/destroy-with-work-left", test_destroy_with_work_left);
    g_test_add_func("/hall/thread/in-memory-and-outlook", test_in_memory_and_outlook);
    g_test_add_func("/hall/thread/windows-and-their-staff", test_windows_and_their_staff);
    g_test_add_func("/hall/thread/sessions-are-listed", test_sessions_are_listed);
    return g_test_run();
}
