#include "hall/staff.h"

#include <string.h>

#include "tests/harness/wait.h"
#include "tests/unit/hall/client.h"
#include "tests/unit/hall/trail.h"

static void test_login(void)
{
    struct client *client = client_create(NULL);
    const struct said *said = ASK(client, login, "3003", client_password("3003"), 3);
    assert_done(said);
    g_assert_cmpstr(said->staff.staff_no, ==, "3003");
    g_assert_cmpint(said->staff.role, ==, HALL_CLERK);
    g_assert_cmpuint(said->staff.window_count, ==, 1);
    g_assert_cmpuint(said->staff.windows[0], ==, 3);

    said = ASK(client, login, "6001", client_password("6001"), 0);
    assert_done(said);
    g_assert_cmpint(said->staff.role, ==, HALL_AUDITOR);
    g_assert_cmpstr(hall_role_name(said->staff.role), ==, "auditor");
    g_assert_cmpuint(said->staff.window_count, ==, 0);

    assert_refused(ASK(client, login, "3003", client_password("3003"), 4), "window.none");
    assert_refused(ASK(client, login, "6001", client_password("6001"), 1), "window.none");
    assert_refused(ASK(client, login, "3003", client_password("3004"), 3), "auth.wrong_password");
    assert_refused(ASK(client, login, "9999", "x", 0), "auth.wrong_password");
    assert_refused(ASK(client, login, "3003", "", 3), "auth.wrong_password");
    g_autofree char *endless = g_strnfill(5000, 'a');
    assert_refused(ASK(client, login, "3003", endless, 3), "auth.wrong_password");
    assert_refused(ASK(client, login, endless, "x", 3), "auth.wrong_password");
    client_destroy(client);
}

static void test_lock_out(void)
{
    struct client *client = client_create(NULL);
    for (int i = 0; i < HALL_MAX_LOGIN_FAILURES; i++)
        assert_refused(ASK(client, login, "3001", "wrong", 1), "auth.wrong_password");
    const struct said *said = ASK(client, login, "3001", client_password("3001"), 1);
    assert_refused(said, "auth.locked");
    g_assert_cmpint(said->retry_us, >, 9 * 60 * (int64_t)G_USEC_PER_SEC);
    g_assert_cmpint(said->retry_us, <=, HALL_LOGIN_LOCK_US);
    client_restart(client); /* not forgotten */
    assert_refused(ASK(client, login, "3001", client_password("3001"), 1), "auth.locked");
    assert_done(ASK(client, login, "3002", client_password("3002"), 2));
    client_destroy(client);
}

/* Made-up numbers do not fill the trail; those of accounts are always in it. */
static void test_strangers(void)
{
    struct client *client = client_create(NULL);
    for (int i = 0; i < 30; i++)
        assert_refused(ASK(client, login, "9999", "x", 0), "auth.wrong_password");
    assert_refused(ASK(client, login, "3001", "wrong", 1), "auth.wrong_password");
    g_assert_cmpint(trail_number(client->database, "SELECT count(*) FROM audit WHERE action = "
                                                   "'login.failed' AND object = 'staff:unknown'"),
                    ==, 20);
    g_assert_cmpint(trail_number(client->database, "SELECT count(*) FROM audit WHERE action = "
                                                   "'login.failed' AND object = 'staff:3001'"),
                    ==, 1);
    client_destroy(client);
}

static void test_success_forgives(void)
{
    struct client *client = client_create(NULL);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < HALL_MAX_LOGIN_FAILURES - 1; i++)
            assert_refused(ASK(client, login, "3001", "wrong", 1), "auth.wrong_password");
        assert_done(ASK(client, login, "3001", client_password("3001"), 1));
    }
    client_destroy(client);
}

struct crowd {
    unsigned done, wrong, locked, busy;
};

static void crowd_reply(const struct hall_reply *reply, void *user)
{
    struct crowd *crowd = user;
    if (!reply->code)
        crowd->done++;
    else if (!strcmp(reply->code, "auth.wrong_password"))
        crowd->wrong++;
    else if (!strcmp(reply->code, "auth.locked"))
        crowd->locked++;
    else if (!strcmp(reply->code, "server.busy"))
        crowd->busy++;
}

static unsigned crowd_sum(const struct crowd *crowd)
{
    return crowd->done + crowd->wrong + crowd->locked + crowd->busy;
}

/* Guesses sent side by side: no more than five are looked at, and the right one behind them does not help. */
static void test_guesses_side_by_side(void)
{
    struct client *client = client_create(NULL);
    struct crowd crowd = {0};
    const unsigned guesses = HALL_HASHER_JOBS + 8;
    for (unsigned i = 0; i < guesses; i++) {
        const char *password = i < 10 ? "wrong" : client_password("3001");
        g_assert_cmpint(hall_login(client->hall, "3001", password, 1, crowd_reply, &crowd), ==, 0);
    }
    while (crowd_sum(&crowd) < guesses) {
        g_assert_true(wait_readable(hall_fd(client->hall), CLIENT_WAIT_US));
        hall_dispatch(client->hall);
    }
    g_assert_cmpuint(crowd.wrong, ==, HALL_MAX_LOGIN_FAILURES);
    g_assert_cmpuint(crowd.done, ==, 0);
    g_assert_cmpuint(crowd.busy, >, 0);
    client_destroy(client);
}

/* Logins under way when the hall ends: nothing is lost and nothing called. */
static void test_destroy_with_logins_under_way(void)
{
    struct client *client = client_create(NULL);
    struct crowd crowd = {0};
    for (int i = 0; i < 6; i++)
        g_assert_cmpint(hall_login(client->hall, "3001", "wrong", 1, crowd_reply, &crowd), ==, 0);
    client_destroy(client);
    g_assert_cmpuint(crowd_sum(&crowd), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/staff/login", test_login);
    g_test_add_func("/hall/staff/strangers", test_strangers);
    g_test_add_func("/hall/staff/lock-out", test_lock_out);
    g_test_add_func("/hall/staff/success-forgives", test_success_forgives);
    g_test_add_func("/hall/staff/guesses-side-by-side", test_guesses_side_by_side);
    g_test_add_func("/hall/staff/destroy-with-logins-under-way",
                    test_destroy_with_logins_under_way);
    return g_test_run();
}
