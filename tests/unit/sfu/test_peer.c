/* A peer's ICE life on a worker whose thread never starts: the test is its clock. */
#include "sfu/peer.h"

#include "sfu/room.h"
#include "sfu/worker/worker.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

enum { SECOND = 1000000, CONSENT_S = 30, MAILBOX = 64 };

struct stage {
    struct dtls_identity *identity;
    struct mailbox *events;
    struct worker *worker;
    struct room *room;
    struct peer *a, *b;
};

static void setup(struct stage *s)
{
    struct sfu_config config = {.max_rooms = 2,
                                .max_peers = 4,
                                .media_timeout_ms = 5000,
                                .consent_timeout_ms = CONSENT_S * 1000};
    *s = (struct stage){0};
    g_assert_cmpint(dtls_identity_create(&s->identity), ==, 0);
    g_assert_cmpint(mailbox_create(sizeof(struct sfu_event), MAILBOX, &s->events), ==, 0);
    g_assert_cmpint(worker_create(0, &config, s->identity, s->events, &s->worker), ==, 0);
    g_assert_cmpint(room_create(s->worker, 1, &s->room), ==, 0);
    g_assert_cmpint(peer_create(s->room, 2, 0, &s->a), ==, 0);
    g_assert_cmpint(peer_create(s->room, 3, 0, &s->b), ==, 0);
}

static void teardown(struct stage *s)
{
    room_destroy(s->room);
    worker_destroy(s->worker);
    mailbox_destroy(s->events);
    dtls_identity_destroy(s->identity);
}

static int negotiate(struct peer *peer, const char *ufrag)
{
    struct sfu_negotiation n = {0};
    g_strlcpy(n.local.ufrag, ufrag, sizeof n.local.ufrag);
    g_strlcpy(n.local.pwd, ufrag, sizeof n.local.pwd);
    return peer_negotiate(peer, &n);
}

static struct tuple way(uint16_t port)
{
    return (struct tuple){.remote = {.family = 2, .port = port}};
}

static bool check(struct peer *peer, uint16_t port, const char *ufrag, bool nominated)
{
    struct tuple from = way(port);
    return peer_checked(peer, &from, ufrag, nominated);
}

static struct peer *owner_of(struct stage *s, uint16_t port)
{
    struct tuple tuple = way(port);
    return directory_find_tuple(s->worker->directory, &tuple);
}

static void expect_event(struct stage *s, struct peer *peer, enum sfu_event_type type)
{
    struct sfu_event event;
    g_assert_true(mailbox_take(s->events, &event));
    g_assert_cmpint(event.type, ==, type);
    g_assert_cmpuint(event.peer, ==, peer->id);
    g_assert_cmpuint(event.room, ==, s->room->id);
}

static void expect_no_event(struct stage *s)
{
    struct sfu_event event;
    g_assert_false(mailbox_take(s->events, &event));
}

static void expect_failure(struct stage *s, struct peer *peer, enum sfu_failure failure)
{
    struct sfu_event event;
    g_assert_true(mailbox_take(s->events, &event));
    g_assert_cmpint(event.type, ==, SFU_EVENT_FAILED);
    g_assert_cmpuint(event.peer, ==, peer->id);
    g_assert_cmpint(event.failure, ==, failure);
    g_assert_cmpint(peer->state, ==, PEER_FAILED);
}

static void test_connect(void)
{
    struct stage s;
    setup(&s);
    g_assert_cmpint(negotiate(s.a, "AAAAaaaa"), ==, 0);
    g_assert_true(directory_find_ufrag(s.worker->directory, "AAAAaaaa") == s.a);
    g_assert_true(check(s.a, 1, "AAAAaaaa", false));
    expect_no_event(&s);
    g_assert_true(check(s.a, 1, "AAAAaaaa", true));
    expect_event(&s, s.a, SFU_EVENT_CONNECTED);
    g_assert_true(check(s.a, 1, "AAAAaaaa", true)); /* aggressive nomination: told once */
    g_assert_true(check(s.a, 2, "AAAAaaaa", true)); /* and another path is no news either */
    expect_no_event(&s);
    g_assert_cmpuint(paths_current(&s.a->paths)->remote.port, ==, 2);
    teardown(&s);
}

/* A page that was loaded anew may have the same port: the tuple is the new peer's then. */
static void test_tuple_changes_hands(void)
{
    struct stage s;
    setup(&s);
    negotiate(s.a, "AAAAaaaa");
    negotiate(s.b, "AAAAbbbb");
    check(s.a, 1, "AAAAaaaa", true);
    check(s.b, 1, "AAAAbbbb", true);
    g_assert_true(owner_of(&s, 1) == s.b);
    g_assert_null(paths_current(&s.a->paths));
    peer_destroy(s.a); /* must not take it along */
    g_assert_true(owner_of(&s, 1) == s.b);
    peer_destroy(s.b);
    g_assert_null(owner_of(&s, 1));
    g_assert_null(directory_find_ufrag(s.worker->directory, "AAAAbbbb"));
    teardown(&s);
}

static void test_too_many_paths(void)
{
    struct stage s;
    setup(&s);
    negotiate(s.a, "AAAAaaaa");
    for (uint16_t port = 1; port <= PATHS_MAX; port++)
        g_assert_true(check(s.a, port, "AAAAaaaa", false));
    g_assert_false(check(s.a, 99, "AAAAaaaa", true));
    g_assert_null(owner_of(&s, 99));
    s.worker->now_us += PATHS_STALE_US;
    g_assert_true(check(s.a, 99, "AAAAaaaa", true));
    g_assert_true(owner_of(&s, 99) == s.a);
    g_assert_null(owner_of(&s, 1));
    teardown(&s);
}

static void test_consent(void)
{
    struct stage s;
    setup(&s);
    negotiate(s.a, "AAAAaaaa");
    check(s.a, 1, "AAAAaaaa", true);
    expect_event(&s, s.a, SFU_EVENT_CONNECTED);
    s.worker->now_us += 20 * SECOND;
    check(s.a, 2, "AAAAaaaa", true);
    s.worker->now_us += 11 * SECOND;      /* the first path is 31 s old, the second 11 */
    s.a->connected_us = s.worker->now_us; /* the handshake's time is not this test's matter */
    peer_tick(s.a);
    expect_no_event(&s);
    g_assert_null(owner_of(&s, 1));
    g_assert_true(owner_of(&s, 2) == s.a);
    s.worker->now_us += 19 * SECOND;
    peer_tick(s.a);
    expect_failure(&s, s.a, SFU_FAILURE_CONSENT);
    g_assert_null(owner_of(&s, 2));
    g_assert_null(directory_find_ufrag(s.worker->directory, "AAAAaaaa"));
    peer_tick(s.a); /* told once */
    expect_no_event(&s);
    g_assert_cmpint(negotiate(s.a, "AAAAcccc"), ==, -EINVAL);
    teardown(&s);
}

/* Some agents check no more once a pair is nominated: their media keeps the path in use, and no other. */
static void test_media_is_consent(void)
{
    struct stage s;
    setup(&s);
    negotiate(s.a, "AAAAaaaa");
    check(s.a, 1, "AAAAaaaa", true);
    check(s.a, 2, "AAAAaaaa", false);
    expect_event(&s, s.a, SFU_EVENT_CONNECTED);
    for (int i = 0; i < 8; i++) {
        s.worker->now_us += 10 * SECOND;
        s.a->media_us = s.a->connected_us = s.worker->now_us;
        peer_tick(s.a);
    }
    expect_no_event(&s);
    g_assert_true(owner_of(&s, 1) == s.a);
    g_assert_null(owner_of(&s, 2));
    s.worker->now_us += (CONSENT_S - 1) * SECOND;
    s.a->connected_us = s.worker->now_us;
    peer_tick(s.a);
    expect_no_event(&s);
    s.worker->now_us += SECOND;
    peer_tick(s.a);
    expect_failure(&s, s.a, SFU_FAILURE_CONSENT);
    teardown(&s);
}

/* Who never comes is not waited for for ever either. */
static void test_never_came(void)
{
    struct stage s;
    setup(&s);
    s.worker->now_us += 1000 * SECOND;
    peer_tick(s.a); /* nothing negotiated: nothing to time out */
    expect_no_event(&s);
    negotiate(s.a, "AAAAaaaa");
    s.worker->now_us += CONSENT_S * SECOND;
    peer_tick(s.a);
    expect_failure(&s, s.a, SFU_FAILURE_CONSENT);
    teardown(&s);
}

static void test_no_handshake(void)
{
    struct stage s;
    setup(&s);
    negotiate(s.a, "AAAAaaaa");
    check(s.a, 1, "AAAAaaaa", true);
    expect_event(&s, s.a, SFU_EVENT_CONNECTED);
    for (unsigned i = 0; i < 2; i++) {
        expect_no_event(&s);
        s.worker->now_us += 15 * SECOND;
        check(s.a, 1, "AAAAaaaa", true);
        peer_tick(s.a);
    }
    expect_failure(&s, s.a, SFU_FAILURE_DTLS);
    teardown(&s);
}

static void test_restart(void)
{
    struct stage s;
    setup(&s);
    negotiate(s.a, "AAAAaaaa");
    check(s.a, 1, "AAAAaaaa", true);
    expect_event(&s, s.a, SFU_EVENT_CONNECTED);
    g_assert_cmpint(negotiate(s.a, "AAAAaaaa"), ==, 0); /* the same: no restart */
    check(s.a, 1, "AAAAaaaa", true);
    expect_no_event(&s);

    g_assert_cmpint(negotiate(s.a, "AAAAbbbb"), ==, 0);
    g_assert_cmpstr(peer_password(s.a, "AAAAaaaa"), ==, "AAAAaaaa");
    g_assert_cmpstr(peer_password(s.a, "AAAAbbbb"), ==, "AAAAbbbb");
    g_assert_null(peer_password(s.a, "AAAAcccc"));
    check(s.a, 1, "AAAAaaaa", true); /* still the old agent's checks */
    expect_no_event(&s);
    g_assert_nonnull(peer_password(s.a, "AAAAaaaa"));
    check(s.a, 2, "AAAAbbbb", true);
    expect_event(&s, s.a, SFU_EVENT_CONNECTED);
    g_assert_null(peer_password(s.a, "AAAAaaaa"));
    g_assert_null(directory_find_ufrag(s.worker->directory, "AAAAaaaa"));

    g_assert_cmpint(negotiate(s.a, "AAAAcccc"), ==, 0);
    g_assert_cmpint(negotiate(s.a, "AAAAdddd"), ==, 0); /* a second restart before the first ends */
    g_assert_null(peer_password(s.a, "AAAAbbbb"));
    g_assert_cmpint(negotiate(s.b, "AAAAdddd"), ==, -EEXIST); /* taken */
    teardown(&s);
}

static unsigned tell_until_full(struct stage *s, enum sfu_event_type type)
{
    struct sfu_event event = {.type = type, .room = 7, .peer = 7};
    unsigned told = 0;
    while (worker_tell(s->worker, &event))
        g_assert_cmpuint(++told, <, 100000);
    return told;
}

/* Whatever else the control thread has no place for: that a peer is connected and that it failed it hears
 * in the end, in that order. */
static void test_full_mailbox(void)
{
    struct stage s;
    struct sfu_event event = {0}, more = {.type = SFU_EVENT_QUALITY};
    setup(&s);
    negotiate(s.a, "AAAAaaaa");
    g_assert_cmpuint(tell_until_full(&s, SFU_EVENT_SLOT), ==, MAILBOX + WORKER_BACKLOG / 2);
    g_assert_cmpuint(tell_until_full(&s, SFU_EVENT_SECURED), ==, WORKER_BACKLOG / 2);
    check(s.a, 1, "AAAAaaaa", true);
    s.worker->now_us += CONSENT_S * SECOND;
    peer_tick(s.a);
    g_assert_cmpint(s.a->state, ==, PEER_FAILED);
    unsigned connected = 0, failed = 0;
    for (unsigned i = 0; i < 2 * (WORKER_BACKLOG / MAILBOX); i++) {
        while (mailbox_take(s.events, &event)) {
            connected += event.type == SFU_EVENT_CONNECTED && event.peer == s.a->id && failed == 0;
            failed += event.type == SFU_EVENT_FAILED && event.peer == s.a->id &&
                      event.failure == SFU_FAILURE_CONSENT;
        }
        peer_tick(s.a);
        worker_tell(s.worker, &more);
    }
    g_assert_cmpuint(connected, ==, 1);
    g_assert_cmpuint(failed, ==, 1);
    teardown(&s);
}

/* A peer whose handshake was done just now. */
static void secure(struct stage *s)
{
    const struct srtp_keys keys = {.suite = SRTP_SUITE_AEAD_AES_128_GCM};
    const uint8_t sha256[SFU_FINGERPRINT_BYTES] = {0};
    g_assert_cmpint(srtp_library_start(), ==, 0);
    s->worker->now_us = 100 * (int64_t)SECOND;
    negotiate(s->a, "AAAAaaaa");
    check(s->a, 1, "AAAAaaaa", true);
    g_assert_cmpint(dtls_create(s->worker->dtls, sha256, NULL, NULL, &s->a->dtls), ==, 0);
    g_assert_cmpint(srtp_pair_create(&keys, true, &s->a->srtp), ==, 0);
    s->a->state = PEER_SECURED;
    s->a->secured_us = s->worker->now_us;
}

/* What a handshake needed is let go when the far side surely has all of it: it sends, or time has passed. */
static void test_handshake_let_go(gconstpointer sends)
{
    struct stage s;
    setup(&s);
    secure(&s);
    s.a->media_us = sends ? s.worker->now_us : 0;
    int64_t linger_us = sends ? PEER_DTLS_MEDIA_LINGER_US : PEER_DTLS_LINGER_US;
    s.worker->now_us += linger_us - 1;
    peer_tick(s.a);
    g_assert_nonnull(s.a->dtls);
    s.worker->now_us++;
    peer_tick(s.a);
    g_assert_null(s.a->dtls);
    g_assert_cmpint(s.a->state, ==, PEER_SECURED);
    teardown(&s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/peer/connect", test_connect);
    g_test_add_func("/sfu/peer/tuple-changes-hands", test_tuple_changes_hands);
    g_test_add_func("/sfu/peer/too-many-paths", test_too_many_paths);
    g_test_add_func("/sfu/peer/consent", test_consent);
    g_test_add_func("/sfu/peer/media-is-consent", test_media_is_consent);
    g_test_add_func("/sfu/peer/never-came", test_never_came);
    g_test_add_func("/sfu/peer/no-handshake", test_no_handshake);
    g_test_add_data_func("/sfu/peer/handshake-let-go", NULL, test_handshake_let_go);
    g_test_add_data_func("/sfu/peer/handshake-let-go-by-media", "", test_handshake_let_go);
    g_test_add_func("/sfu/peer/restart", test_restart);
    g_test_add_func("/sfu/peer/full-mailbox", test_full_mailbox);
    return g_test_run();
}
