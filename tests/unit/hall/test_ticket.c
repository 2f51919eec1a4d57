/* A ticket's way through the hall, from both sides. */
#include <string.h>

#include "tests/unit/hall/client.h"

static void test_whole_life(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    client_open(client, 3);
    client_forget_events(client);

    struct hall_ticket ticket = client_draw(client, citizen.text, "BD01", false);
    g_assert_cmpstr(ticket.number, ==, "A001");
    g_assert_cmpint(ticket.state, ==, HALL_WAITING);
    g_assert_cmpuint(ticket.ahead, ==, 0);
    g_assert_true(ticket.online);
    client_expect(client, HALL_EVENT_TICKET, "queued", "A001");

    const struct said *said = ASK(client, ticket_next, 3);
    assert_state(said, HALL_CALLED);
    g_assert_cmpuint(said->ticket.window, ==, 3);
    g_assert_cmpstr(said->ticket.staff_no, ==, "3003");
    g_assert_cmpint(said->ticket.deadline_at_us, >, said->ticket.since_at_us);
    struct happened called = client_expect(client, HALL_EVENT_TICKET, "called", "A001");
    g_assert_cmpint(called.ticket.state, ==, HALL_CALLED);
    g_assert_cmpint(client_expect(client, HALL_EVENT_WINDOW, "serving", NULL).window.state, ==,
                    HALL_WINDOW_BUSY);

    said = ASK(client, ticket_enter, citizen.text);
    assert_state(said, HALL_CONNECTING);
    g_assert_true(said->has_session);
    g_assert_true(said->session.recording_required);
    g_assert_cmpstr(said->session.number, ==, "A001");
    struct id session = said->session.id;
    g_assert_cmpstr(said->ticket.session.text, ==, session.text);

    assert_state(ASK(client, session_started, session.text), HALL_IN_SESSION);
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_HOLD, "查档"), HALL_HELD);
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_RESUME, NULL),
                 HALL_IN_SESSION);
    said = ASK(client, session_ended, session.text, "hangup_citizen", NULL);
    assert_state(said, HALL_WRAP_UP);
    g_assert_cmpint(said->session.state, ==, HALL_SESSION_ENDED);
    g_assert_cmpint(said->ticket.deadline_at_us, >, 0);
    g_assert_true(ASK(client, ticket_of, citizen.text)->has_ticket);

    struct hall_result result = {.code = "SUPPLEMENT", .missing_count = 1, .missing = {"完税凭证"}};
    said = ASK(client, ticket_finish, 3, ticket.id.text, &result);
    assert_state(said, HALL_FINISHED);
    g_assert_cmpstr(said->ticket.result.missing[0], ==, "完税凭证");
    g_assert_cmpuint(said->window.served_today, ==, 1);
    g_assert_cmpint(said->window.state, ==, HALL_WINDOW_NOT_READY);
    g_assert_false(ASK(client, ticket_of, citizen.text)->has_ticket);

    said = ASK(client, session_get, session.text);
    g_assert_cmpstr(said->session.result, ==, "SUPPLEMENT");
    g_assert_cmpstr(said->session.end_reason, ==, "hangup_citizen");
    client_destroy(client);
}

static void test_create_is_refused(void)
{
    struct hall_config config = {.always_open = true, .max_waiting = 1};
    struct client *client = client_create(&config);
    struct id citizen = client_citizen(), other = client_citizen();
    const char *sha256 = hall_notice(client->hall)->sha256;
    assert_refused(ASK(client, ticket_create, "nobody", "BD01", sha256, false), "proto.params");
    assert_refused(ASK(client, ticket_create, citizen.text, "XX99", sha256, false),
                   "matter.unknown");
    assert_refused(ASK(client, ticket_create, citizen.text, "BD01", "00", false),
                   "notice.outdated");
    client_draw(client, citizen.text, "BD01", false);
    assert_refused(ASK(client, ticket_create, citizen.text, "SB01", sha256, false),
                   "ticket.exists");
    const struct said *said = ASK(client, ticket_create, other.text, "BD01", sha256, false);
    assert_refused(said, "queue.full");
    g_assert_cmpint(said->retry_us, >, 0);
    assert_state(ASK(client, ticket_cancel, citizen.text), HALL_CANCELLED);
    assert_done(ASK(client, ticket_create, other.text, "BD01", sha256, false));
    client_destroy(client);
}

static void test_numbers_are_by_letter(void)
{
    struct client *client = client_create(NULL);
    static const char *const matters[] = {"BD01", "BD02", "SB01", "YB01", "SB03", "GA01"};
    static const char *const numbers[] = {"A001", "A002", "B001", "C001", "B002", "F001"};
    for (size_t i = 0; i < G_N_ELEMENTS(matters); i++)
        g_assert_cmpstr(client_draw(client, client_citizen().text, matters[i], false).number, ==,
                        numbers[i]);
    client_destroy(client);
}

static void test_results_need_their_grounds(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    client_open(client, 3);
    struct id session = client_talk(client, citizen.text, "BD01", 3);
    struct id ticket = client->said.ticket.id;
    struct hall_result result = {.code = "SUPPLEMENT"};
    assert_refused(ASK(client, ticket_finish, 3, ticket.text, &result), "result.invalid");
    result.missing_count = 1; /* an empty entry */
    assert_refused(ASK(client, ticket_finish, 3, ticket.text, &result), "result.invalid");
    result = (struct hall_result){.code = "NOT_ACCEPTED"};
    assert_refused(ASK(client, ticket_finish, 3, ticket.text, &result), "result.invalid");
    result = (struct hall_result){.code = "DONE"};
    assert_refused(ASK(client, ticket_finish, 3, ticket.text, &result), "result.invalid");
    result = (struct hall_result){.code = "NOT_ACCEPTED", .note = "不在受理范围"};
    assert_refused(ASK(client, ticket_finish, 3, "unknown", &result), "ticket.unknown");
    assert_refused(ASK(client, ticket_finish, 4, ticket.text, &result), "window.none");

    /* While the session runs: it is ended with the ticket, and ending it again is fine. */
    assert_state(ASK(client, ticket_finish, 3, ticket.text, &result), HALL_FINISHED);
    const struct said *said = ASK(client, session_ended, session.text, "finished", NULL);
    assert_done(said);
    g_assert_cmpint(said->session.state, ==, HALL_SESSION_ENDED);
    assert_refused(ASK(client, ticket_finish, 3, ticket.text, &result), "ticket.state");
    client_destroy(client);
}

static void test_transfer_keeps_the_due(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen(), later = client_citizen();
    client_open(client, 3);
    client_open(client, 4);
    client_open(client, 1);
    struct id session = client_talk(client, citizen.text, "BD01", 3);
    struct hall_ticket ticket = client->said.ticket;
    client_draw(client, later.text, "QY01", false);
    assert_refused(ASK(client, ticket_transfer, 3, ticket.id.text, 5, NULL), "window.none");
    assert_refused(ASK(client, ticket_transfer, 3, ticket.id.text, 3, NULL), "window.none");
    const struct said *said = ASK(client, ticket_transfer, 3, ticket.id.text, 4, "企业材料");
    assert_state(said, HALL_WAITING);
    g_assert_cmpint(said->ticket.due_at_us, ==, ticket.due_at_us);
    g_assert_cmpstr(said->ticket.session.text, ==, "");
    g_assert_cmpstr(said->ticket.note, ==, "企业材料");
    g_assert_false(said->ticket.ready);
    g_assert_true(said->ticket.transferred);
    g_assert_cmpstr(ASK(client, session_get, session.text)->session.end_reason, ==, "transferred");

    g_assert_false(
        ASK(client, ticket_next, 3)->has_ticket); /* its own skill, but handed to window 4 */
    g_assert_cmpstr(ASK(client, ticket_next, 4)->ticket.number, ==, ticket.number);
    said = ASK(client, ticket_enter, citizen.text);
    assert_done(said);
    g_assert_cmpstr(said->session.id.text, !=, session.text);
    client_destroy(client);
}

static void test_technical_failures_end(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    client_open(client, 3);
    struct hall_ticket ticket = client_draw(client, citizen.text, "BD01", false);
    for (int i = 0; i < 3; i++) {
        assert_state(ASK(client, ticket_next, 3), HALL_CALLED);
        const struct said *said = ASK(client, ticket_enter, citizen.text);
        struct id session = said->session.id;
        said = ASK(client, session_ended, session.text, "connect_timeout", NULL);
        assert_state(said, i < 2 ? HALL_WAITING : HALL_FAILED_TECH);
        g_assert_cmpint(said->ticket.due_at_us, ==, ticket.due_at_us);
    }
    g_assert_false(ASK(client, ticket_of, citizen.text)->has_ticket);
    assert_refused(ASK(client, session_ended, "unknown", "hangup_clerk", NULL), "session.none");
    client_destroy(client);
}

static void test_not_from_this_state(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    assert_refused(ASK(client, ticket_cancel, citizen.text), "ticket.none");
    assert_refused(ASK(client, ticket_requeue, citizen.text), "ticket.none");
    assert_refused(ASK(client, ticket_enter, citizen.text), "ticket.none");
    g_assert_false(ASK(client, ticket_online, citizen.text, true)->has_ticket);
    client_open(client, 3);
    client_draw(client, citizen.text, "BD01", false);
    assert_refused(ASK(client, ticket_enter, citizen.text), "ticket.state");
    assert_refused(ASK(client, ticket_requeue, citizen.text), "ticket.state");
    assert_refused(ASK(client, wrap_up_extend, 3), "ticket.state");
    g_assert_true(ASK(client, ticket_ready, citizen.text)->ticket.ready);
    struct id ticket = client->said.ticket.id;
    assert_refused(ASK(client, ticket_take, 3, ticket.text), "ticket.state");
    assert_refused(ASK(client, ticket_noshow, 3, ticket.text), "ticket.unknown");
    assert_done(ASK(client, ticket_next, 3));
    assert_refused(ASK(client, ticket_next, 3), "window.busy");
    assert_refused(ASK(client, ticket_ready, citizen.text), "ticket.state");
    assert_refused(ASK(client, ticket_transfer, 3, ticket.text, 4, NULL), "ticket.state");
    assert_state(ASK(client, ticket_cancel, citizen.text), HALL_CANCELLED);
    g_assert_cmpint(client_expect(client, HALL_EVENT_WINDOW, "cancelled", NULL).window.state, ==,
                    HALL_WINDOW_NOT_READY);
    client_destroy(client);
}

static void test_session_marks(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    client_open(client, 3);
    struct id session = client_connect(client, citizen.text, "BD01", 3);
    assert_refused(ASK(client, session_mark, session.text, HALL_SESSION_HOLD, "x"),
                   "session.state");
    assert_done(ASK(client, session_started, session.text));
    assert_done(ASK(client, session_started, session.text)); /* told twice */
    assert_refused(ASK(client, session_mark, session.text, HALL_SESSION_RESUME, NULL),
                   "session.state");
    assert_refused(ASK(client, session_mark, session.text, HALL_SESSION_BACK, NULL),
                   "session.state");

    /* Lost while held, both: the hold is still there when both are back. */
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_HOLD, "x"), HALL_HELD);
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_LOST, "lost_citizen"),
                 HALL_RECONNECTING);
    assert_refused(ASK(client, session_mark, session.text, HALL_SESSION_HOLD, "x"),
                   "session.state");
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_LOST, "lost_clerk"),
                 HALL_RECONNECTING);
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_BACK, "helper"),
                 HALL_RECONNECTING);
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_BACK, "lost_citizen"),
                 HALL_RECONNECTING);
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_BACK, "lost_clerk"),
                 HALL_HELD);
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_RESUME, NULL),
                 HALL_IN_SESSION);

    /* A helper's loss is nobody's hold-up; a hold may begin and end while somebody is lost. */
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_LOST, "helper"),
                 HALL_IN_SESSION);
    assert_refused(ASK(client, session_mark, session.text, HALL_SESSION_BACK, "helper"),
                   "session.state");
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_LOST, "citizen"),
                 HALL_RECONNECTING);
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_HOLD, "x"),
                 HALL_RECONNECTING);
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_RESUME, NULL),
                 HALL_RECONNECTING);
    assert_state(ASK(client, session_mark, session.text, HALL_SESSION_BACK, "citizen"),
                 HALL_IN_SESSION);
    assert_done(ASK(client, session_ended, session.text, "hangup_clerk", NULL));
    assert_refused(ASK(client, session_mark, session.text, HALL_SESSION_HOLD, "x"), "session.none");
    client_destroy(client);
}

static void test_requeue_once_three_places_back(void)
{
    struct hall_config config = {.always_open = true, .no_show_ms = 1};
    struct client *client = client_create(&config);
    struct id citizen = client_citizen();
    client_open(client, 3);
    struct hall_ticket ticket = client_draw(client, citizen.text, "BD01", false);
    for (int i = 0; i < 4; i++)
        client_draw(client, client_citizen().text, "BD01", false);
    assert_done(ASK(client, ticket_next, 3));
    assert_state(ASK(client, ticket_noshow, 3, ticket.id.text), HALL_WAITING);
    client_expect(client, HALL_EVENT_TICKET, "no_show", ticket.number);
    assert_state(ASK(client, ticket_of, citizen.text), HALL_NO_SHOW);

    const struct said *said = ASK(client, ticket_requeue, citizen.text);
    assert_state(said, HALL_WAITING);
    g_assert_cmpstr(said->ticket.number, ==, ticket.number);
    g_assert_cmpuint(said->ticket.ahead, ==, 3);

    for (int i = 0; i < 3; i++) {
        struct hall_ticket before = ASK(client, ticket_next, 3)->ticket;
        assert_done(ASK(client, ticket_cancel, before.citizen.text));
    }
    g_assert_cmpstr(ASK(client, ticket_next, 3)->ticket.number, ==, ticket.number);
    assert_done(ASK(client, ticket_noshow, 3, ticket.id.text));
    client_expect(client, HALL_EVENT_TICKET, "no_show", ticket.number);
    assert_refused(ASK(client, ticket_requeue, citizen.text), "ticket.none"); /* only once */
    client_destroy(client);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/ticket/whole-life", test_whole_life);
    g_test_add_func("/hall/ticket/create-is-refused", test_create_is_refused);
    g_test_add_func("/hall/ticket/numbers-are-by-letter", test_numbers_are_by_letter);
    g_test_add_func("/hall/ticket/results-need-their-grounds", test_results_need_their_grounds);
    g_test_add_func("/hall/ticket/transfer-keeps-the-due", test_transfer_keeps_the_due);
    g_test_add_func("/hall/ticket/technical-failures-end", test_technical_failures_end);
    g_test_add_func("/hall/ticket/not-from-this-state", test_not_from_this_state);
    g_test_add_func("/hall/ticket/session-marks", test_session_marks);
    g_test_add_func("/hall/ticket/requeue-once-three-places-back",
                    test_requeue_once_three_places_back);
    return g_test_run();
}
