#include "hall/audit.h"

#include <string.h>

#include "tests/unit/hall/client.h"
#include "tests/unit/hall/trail.h"

static const struct trail_row *last_row(const GPtrArray *rows)
{
    return rows->pdata[rows->len - 1];
}

static void test_every_act_has_a_row(void)
{
    struct client *client = client_create(NULL);
    struct id citizen = client_citizen();
    client_open(client, 3);
    struct id session = client_talk(client, citizen.text, "BD01", 3);
    struct id ticket = client->said.ticket.id;
    assert_done(ASK(client, session_mark, session.text, HALL_SESSION_HOLD, "查 档案\n第二行"));
    struct hall_result result = {.code = "NOT_ACCEPTED", .note = "secret ground"};
    assert_done(ASK(client, ticket_finish, 3, ticket.text, &result));
    assert_done(ASK(client, audit, "staff:6001", "replay.opened", session.text,
                    "reason=complaint\nof a citizen"));

    static const char *const actions[] = {
        "hall.started",    "hall.started",   "window.opened",   "ticket.created", "ticket.queued",
        "ticket.called",   "window.serving", "session.created", "ticket.entered", "session.started",
        "ticket.started",  "session.held",   "ticket.held",     "session.ended",  "ticket.finished",
        "window.finished", "replay.opened"};
    g_autoptr(GPtrArray) rows = trail_read(client->database);
    g_assert_cmpuint(rows->len, ==, G_N_ELEMENTS(actions));
    for (guint i = 0; i < rows->len; i++)
        g_assert_cmpstr(((struct trail_row *)rows->pdata[i])->action, ==, actions[i]);
    g_assert_cmpint(trail_first_broken(rows), ==, 0);

    const struct trail_row *held = rows->pdata[11];
    g_assert_cmpstr(trail_value(held, "reason"), ==, "查%20档案%0A第二行");
    g_assert_cmpstr(last_row(rows)->actor, ==, "staff:6001");
    g_assert_cmpstr(last_row(rows)->detail, ==, "reason=complaint of a citizen");
    for (guint i = 0; i < rows->len; i++) /* the words of a case are not the trail's */
        g_assert_null(strstr(((struct trail_row *)rows->pdata[i])->detail, "secret"));
    client_destroy(client);
}

static void some_rows(struct client *client)
{
    for (int i = 0; i < 3; i++)
        client_draw(client, client_citizen().text, "SB01", false);
}

/* What was done to the trail behind the hall's back is found at the next start, and written into it. */
static void tamper(const char *sql, int64_t expected)
{
    struct client *client = client_create(NULL);
    some_rows(client);
    hall_destroy(client->hall);
    client->hall = NULL;
    trail_sql(client->database, sql);
    g_autoptr(GPtrArray) before = trail_read(client->database);
    g_assert_cmpint(trail_first_broken(before), ==, expected);
    client_restart(client);
    g_autofree char *broken_sql = g_strdup_printf(
        "SELECT COUNT(*) FROM audit WHERE action = 'audit.broken' AND detail = 'row=%d'",
        (int)expected);
    g_assert_cmpint(trail_number(client->database, broken_sql), ==, expected ? 1 : 0);
    client_destroy(client);
}

static void test_tampering_is_found(void)
{
    tamper("SELECT 1", 0);
    tamper("UPDATE audit SET detail = 'x' WHERE seq = 4", 4);
    tamper("UPDATE audit SET at_us = at_us + 1 WHERE seq = 1", 1);
    tamper("DELETE FROM audit WHERE seq = 5", 5);
    tamper("UPDATE audit SET sha256 = upper(sha256) WHERE seq = 3", 3);
}

static void test_chain_goes_on_after_a_restart(void)
{
    struct client *client = client_create(NULL);
    for (int i = 0; i < 3; i++) {
        some_rows(client);
        client_restart(client);
    }
    g_autoptr(GPtrArray) rows = trail_read(client->database);
    g_assert_cmpint(trail_first_broken(rows), ==, 0);
    g_assert_cmpuint(rows->len, >, 18);
    client_destroy(client);
}

static void test_words(void)
{
    g_autofree char *word = hall_audit_word("a b=c\n中 \xff");
    g_assert_null(strchr(word, ' '));
    g_assert_null(strchr(word, '='));
    g_assert_null(strchr(word, '\n'));
    g_assert_nonnull(strstr(word, "中"));
    g_assert_true(g_utf8_validate(word, -1, NULL));
    g_autofree char *nothing = hall_audit_word(NULL);
    g_assert_cmpstr(nothing, ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/audit/every-act-has-a-row", test_every_act_has_a_row);
    g_test_add_func("/hall/audit/tampering-is-found", test_tampering_is_found);
    g_test_add_func("/hall/audit/chain-goes-on-after-a-restart",
                    test_chain_goes_on_after_a_restart);
    g_test_add_func("/hall/audit/words", test_words);
    return g_test_run();
}
