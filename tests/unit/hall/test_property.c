/* Random acts of many citizens and windows, with timers that run out all the time: whatever is asked for, in
 * whatever order, the invariants hold, and the trail alone tells why everybody was called when they were. */
#include <string.h>

#include "tests/unit/hall/client.h"
#include "tests/unit/hall/replay.h"
#include "tests/unit/hall/trail.h"

enum { CITIZENS = 24, WINDOWS = 9, ACTS = 4000 };

struct world {
    struct client *client;
    GRand *rand;
    struct id citizens[CITIZENS];
    struct id tickets[CITIZENS]; /* the last one that each was seen with */
    struct id sessions[CITIZENS];
    unsigned windows[CITIZENS]; /* where each was served last */
    unsigned done, refused;
};

static unsigned any(struct world *world, unsigned count)
{
    return (unsigned)g_rand_int_range(world->rand, 0, (gint32)count);
}

static const char *any_reason(struct world *world)
{
    static const char *const reasons[] = {"hangup_citizen", "hangup_clerk",     "connect_timeout",
                                          "lost_clerk",     "recording_failed", "lost_citizen"};
    return reasons[any(world, G_N_ELEMENTS(reasons))];
}

static const struct said *citizen_act(struct world *world, unsigned who)
{
    static const char *const matters[] = {"BD01", "BD02", "SB01", "SB04",
                                          "YB01", "GJ01", "QY01", "GA01"};
    struct client *client = world->client;
    const char *citizen = world->citizens[who].text;
    switch (any(world, 10)) {
    case 0:
    case 1:
    case 2:
        return ASK(client, ticket_create, citizen, matters[any(world, G_N_ELEMENTS(matters))],
                   hall_notice(client->hall)->sha256, any(world, 2));
    case 3:
    case 4: return ASK(client, ticket_enter, citizen);
    case 5: return ASK(client, ticket_ready, citizen);
    case 6: return ASK(client, ticket_requeue, citizen);
    case 7: return ASK(client, ticket_online, citizen, any(world, 3) > 0);
    case 8:
        return any(world, 3) ? ASK(client, ticket_of, citizen)
                             : ASK(client, ticket_cancel, citizen);
    default: return ASK(client, session_get, world->sessions[who].text);
    }
}

static const struct said *session_act(struct world *world, unsigned who)
{
    struct client *client = world->client;
    const char *session = world->sessions[who].text;
    switch (any(world, 6)) {
    case 0:
    case 1: return ASK(client, session_started, session);
    case 2: return ASK(client, session_ended, session, any_reason(world), NULL);
    case 3:
        return ASK(client, session_mark, session, HALL_SESSION_LOST,
                   any(world, 2) ? "lost_clerk" : "lost_citizen");
    case 4:
        return ASK(client, session_mark, session, HALL_SESSION_BACK,
                   any(world, 2) ? "lost_clerk" : NULL);
    default:
        return ASK(client, session_mark, session,
                   any(world, 2) ? HALL_SESSION_HOLD : HALL_SESSION_RESUME, "reason");
    }
}

static const struct said *clerk_act(struct world *world, unsigned window, unsigned who)
{
    static const struct hall_result results[] = {
        {.code = "ANSWERED"},
        {.code = "SUPPLEMENT", .missing_count = 1, .missing = {"x"}},
        {.code = "SUPPLEMENT"}};
    static const enum hall_window_state states[] = {HALL_WINDOW_READY, HALL_WINDOW_READY,
                                                    HALL_WINDOW_NOT_READY, HALL_WINDOW_REST};
    struct client *client = world->client;
    const char *ticket = world->tickets[who].text;
    g_autofree char *staff_no = g_strdup_printf("%u", 3000 + window);
    switch (any(world, 12)) {
    case 0: return ASK(client, window_open, staff_no, window);
    case 1:
        return any(world, 4) ? ASK(client, queue_read, window) : ASK(client, window_close, window);
    case 2: return ASK(client, window_set_state, window, states[any(world, G_N_ELEMENTS(states))]);
    case 3:
    case 4:
    case 5: return ASK(client, ticket_next, window);
    case 6: return ASK(client, ticket_take, window, ticket);
    case 7: return ASK(client, ticket_reject, window, ticket, "busy");
    case 8: return ASK(client, ticket_noshow, window, ticket);
    case 9: return ASK(client, ticket_transfer, window, ticket, 1 + any(world, WINDOWS), "note");
    case 10: return ASK(client, wrap_up_extend, window);
    default:
        return ASK(client, ticket_finish, window, ticket,
                   &results[any(world, G_N_ELEMENTS(results))]);
    }
}

/* As the owner of the sessions would: what takes too long is ended; what is offered is remembered. */
static void events_heed(struct world *world)
{
    struct client *client = world->client;
    hall_dispatch(client->hall);
    g_autoptr(GArray) events = g_array_copy(client->events);
    client_forget_events(client);
    for (guint i = 0; i < events->len; i++) {
        const struct happened *happened = &g_array_index(events, struct happened, i);
        if (happened->type == HALL_EVENT_SESSION_OVERDUE)
            assert_done(ASK(client, session_ended, happened->session.text, happened->cause, NULL));
        for (unsigned who = 0; who < CITIZENS; who++) {
            if (strcmp(world->citizens[who].text, happened->ticket.citizen.text))
                continue;
            world->tickets[who] = happened->ticket.id;
            world->windows[who] = happened->type == HALL_EVENT_OFFERED ? happened->window.no
                                                                       : happened->ticket.window;
            if (*happened->ticket.session.text)
                world->sessions[who] = happened->ticket.session;
        }
    }
}

static bool state_has_window(enum hall_ticket_state state)
{
    return state == HALL_CALLED || state == HALL_CONNECTING || state == HALL_IN_SESSION ||
           state == HALL_HELD || state == HALL_RECONNECTING || state == HALL_WRAP_UP;
}

/* One owning window a ticket and one ticket a window; a session exactly where one belongs. */
static void invariants_check(struct world *world)
{
    struct client *client = world->client;
    bool taken[WINDOWS + 1] = {false};
    const struct said *said = ASK(client, queue_read, 1);
    assert_done(said);
    for (guint i = 0; said->tickets && i < said->tickets->len; i++) {
        const struct hall_ticket *ticket = &g_array_index(said->tickets, struct hall_ticket, i);
        g_assert_cmpint(state_has_window(ticket->state), ==, ticket->window != 0);
        if (ticket->window) {
            g_assert_false(taken[ticket->window]);
            taken[ticket->window] = true;
        }
        bool has_session = state_has_window(ticket->state) && ticket->state != HALL_CALLED;
        g_assert_cmpint(has_session, ==, *ticket->session.text != 0);
    }
}

/* Mostly one that the window has to do with: what is refused at once says little. */
static unsigned any_of_window(struct world *world, unsigned window)
{
    unsigned who = any(world, CITIZENS), likely = any(world, 4);
    for (unsigned i = 0; likely && i < CITIZENS; i++) {
        if (world->windows[(who + i) % CITIZENS] == window)
            return (who + i) % CITIZENS;
    }
    return who;
}

static void act(struct world *world)
{
    unsigned who = any(world, CITIZENS), kind = any(world, 10), window = 1 + any(world, WINDOWS);
    const struct said *said;
    if (kind < 4)
        said = citizen_act(world, who);
    else if (kind < 6)
        said = session_act(world, who);
    else
        said = clerk_act(world, window, any_of_window(world, window));
    g_assert_cmpstr(said->code, !=, "store.failed");
    *(*said->code ? &world->refused : &world->done) += 1;
    events_heed(world);
}

static void trail_check(struct world *world)
{
    const char *database = world->client->database;
    g_autoptr(GPtrArray) rows = trail_read(database);
    g_assert_cmpint(trail_first_broken(rows), ==, 0);
    struct replay_figures figures;
    replay_judge(database, rows, &figures);
    g_test_message(
        "%u acts done, %u refused; %u rows, %u moves, %u picks judged, %u let pass, %u passed over",
        world->done, world->refused, rows->len, figures.moves, figures.picks, figures.let_pass,
        figures.passed_over);
    g_assert_cmpuint(figures.picks, >, 50);
    g_assert_cmpuint(figures.moves, >, 300);

    g_assert_cmpint(
        trail_number(database,
                     "SELECT COUNT(*) FROM (SELECT ticket FROM session WHERE state <> 'ended' "
                     "AND ticket <> '' GROUP BY ticket HAVING COUNT(*) > 1) AS twice"),
        ==, 0);
    g_assert_cmpint(
        trail_number(database,
                     "SELECT COUNT(*) FROM session, ticket WHERE session.ticket = ticket.id "
                     "AND session.state <> 'ended' AND ticket.session <> session.id"),
        ==, 0);
    g_assert_cmpint(
        trail_number(database,
                     "SELECT COUNT(*) FROM (SELECT window_no FROM ticket WHERE window_no > 0 AND "
                     "state IN ('CALLED', 'CONNECTING', 'IN_SESSION', 'HELD', 'RECONNECTING', "
                     "'WRAP_UP') GROUP BY window_no HAVING COUNT(*) > 1) AS twice"),
        ==, 0);
}

static void run(guint32 seed)
{
    struct hall_config config = {
        .always_open = true,
        .ring_ms = 15,
        .offer_ms = 10,
        .connect_ms = 20,
        .wrap_up_ms = 20,
        .citizen_lost_ms = 10,
        .clerk_lost_ms = 10,
        .queue_offline_ms = 10,
        .park_ms = 20,
        .no_show_ms = 15,
    };
    struct world *world = g_new0(struct world, 1);
    world->client = client_create(&config);
    world->rand = g_rand_new_with_seed(seed);
    for (int i = 0; i < CITIZENS; i++)
        world->citizens[i] = client_citizen();
    for (unsigned window = 1; window <= WINDOWS; window++)
        client_open(world->client, window);
    for (int i = 0; i < ACTS; i++) {
        act(world);
        if (i % 10 == 0)
            invariants_check(world);
        if (i % 500 == 499)
            client_restart(world->client);
    }
    trail_check(world);
    client_destroy(world->client);
    g_rand_free(world->rand);
    g_free(world);
}

static void test_random_acts(void)
{
    run(20260105);
    run(7);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/property/random-acts", test_random_acts);
    return g_test_run();
}
