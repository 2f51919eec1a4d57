#include "signaling/session/client.h"

#include <string.h>

#include "base/crypto/digest.h"
#include "base/log.h"
#include "signaling/daemon.h"
#include "signaling/session/departure.h"
#include "signaling/session/greetings.h"
#include "signaling/wire/conn.h"
#include "signaling/wire/frame.h"
#include "signaling/wire/json.h"

enum { GREETING_MS = 200 }; /* how often a pending hello is looked for */

char *sig_identity_key(enum hall_role role, const char *subject)
{
    return g_strdup_printf("%s/%s", hall_role_name(role), subject);
}

/* An auditor may work in many pages; everybody else is in one place at a time. */
static bool is_single(const struct sig_client *client)
{
    return client->identity.role != HALL_AUDITOR;
}

static void key_digest(const char *key, char ret_hex[HALL_SHA256_HEX_BYTES])
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    *ret_hex = '\0';
    if (digest_sha256(key, strlen(key), sha256) == 0)
        digest_hex(sha256, sizeof sha256, ret_hex);
}

static struct sig_client *client_make(struct sig_daemon *daemon, const struct id *sid,
                                      const struct sig_identity *identity)
{
    struct sig_client *client = g_new0(struct sig_client, 1);
    client->daemon = daemon;
    client->sid = *sid;
    client->identity = *identity;
    sig_ring_init(&client->ring);
    g_hash_table_insert(daemon->clients, client->sid.text, client);
    if (is_single(client))
        g_hash_table_replace(daemon->identities,
                             sig_identity_key(identity->role, identity->subject), client);
    return client;
}

struct sig_client *sig_client_create(struct sig_daemon *daemon, const struct sig_identity *identity)
{
    struct id sid = id_random();
    struct sig_client *client = client_make(daemon, &sid, identity);
    client->key = id_random();
    return client;
}

void sig_client_restore(struct sig_daemon *daemon, const char *sid, const char *key_sha256,
                        const struct sig_identity *identity)
{
    struct id id = {{0}};
    g_strlcpy(id.text, sid, sizeof id.text);
    struct sig_client *client = client_make(daemon, &id, identity);
    client->is_revived = true;
    g_strlcpy(client->key_sha256, key_sha256 ? key_sha256 : "", sizeof client->key_sha256);
    sig_client_detach(client);
}

void sig_client_remember(const struct sig_client *client)
{
    const struct sig_identity *identity = &client->identity;
    struct hall_page page = {
        .who = {.role = identity->role, .window = identity->window, .since_s = identity->since_s}};
    if (!is_single(client))
        return;
    g_strlcpy(page.sid, client->sid.text, sizeof page.sid);
    key_digest(client->key.text, page.key_sha256);
    g_strlcpy(page.who.subject, identity->subject, sizeof page.who.subject);
    g_strlcpy(page.who.session, identity->session, sizeof page.who.session);
    if (hall_page_put(client->daemon->hall, &page) < 0)
        log_debug("session", "a page will not be known after a restart: the hall is busy");
}

void sig_client_forget(struct sig_client *client)
{
    if (is_single(client))
        (void)hall_page_drop(client->daemon->hall, client->sid.text);
    sig_client_destroy(client);
}

void sig_client_destroy(struct sig_client *client)
{
    g_autofree char *key = sig_identity_key(client->identity.role, client->identity.subject);
    if (g_hash_table_lookup(client->daemon->identities, key) == client)
        g_hash_table_remove(client->daemon->identities, key);
    g_hash_table_remove(client->daemon->clients, client->sid.text);
    if (client->conn)
        sig_conn_bind(client->conn, NULL);
    g_clear_handle_id(&client->grace_timer, g_source_remove);
    sig_ring_finish(&client->ring);
    sig_answers_finish(&client->answers);
    g_clear_pointer(&client->queue, g_hash_table_unref);
    g_free(client);
}

struct sig_client *sig_client_by_sid(struct sig_daemon *daemon, const char *sid)
{
    return g_hash_table_lookup(daemon->clients, sid);
}

struct sig_client *sig_client_of(struct sig_daemon *daemon, enum hall_role role,
                                 const char *subject)
{
    g_autofree char *key = sig_identity_key(role, subject);
    return g_hash_table_lookup(daemon->identities, key);
}

struct sig_client *sig_client_at_window(struct sig_daemon *daemon, unsigned window)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, daemon->identities);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct sig_client *client = value;
        if (client->identity.role == HALL_CLERK && client->identity.window == window)
            return client;
    }
    return NULL;
}

/* Of texts of a fixed length, in a time that tells nothing. */
static bool is_equal(const char *one, const char *other, size_t chars)
{
    unsigned char difference = strlen(one) != chars || strlen(other) != chars;
    for (size_t i = 0; i < chars && one[i] && other[i]; i++)
        difference |= (unsigned char)(one[i] ^ other[i]);
    return !difference;
}

bool sig_client_owns_key(struct sig_client *client, const char *key)
{
    char hex[HALL_SHA256_HEX_BYTES];
    if (*client->key.text)
        return is_equal(key, client->key.text, ID_CHARS);
    key_digest(key, hex);
    if (strlen(key) != ID_CHARS || !is_equal(hex, client->key_sha256, sizeof hex - 1))
        return false;
    g_strlcpy(client->key.text, key, sizeof client->key.text);
    return true;
}

static void replaced_say(struct sig_conn *conn)
{
    g_autoptr(GBytes) bye = sig_frame_bye("replaced");
    sig_conn_send(conn, bye, false);
    sig_conn_bind(conn, NULL);
    sig_conn_close(conn, SIG_CLOSE_REPLACED);
}

void sig_client_attach(struct sig_client *client, struct sig_conn *conn)
{
    if (client->conn)
        replaced_say(client->conn);
    g_clear_handle_id(&client->grace_timer, g_source_remove);
    client->conn = conn;
    sig_conn_bind(conn, client);
}

/* While a new page's hello waits for the hall, the old page waits with it. */
static gboolean grace_over(gpointer data)
{
    struct sig_client *client = data;
    if (sig_greeting_is_pending(client->daemon, &client->identity)) {
        client->grace_timer = g_timeout_add(GREETING_MS, grace_over, client);
        return G_SOURCE_REMOVE;
    }
    client->grace_timer = 0;
    sig_departure_final(client);
    return G_SOURCE_REMOVE;
}

void sig_client_detach(struct sig_client *client)
{
    client->conn = NULL;
    client->grace_timer = g_timeout_add(sig_departure_grace_ms(client), grace_over, client);
}

void sig_client_replace(struct sig_client *client)
{
    if (!client->conn)
        return;
    replaced_say(client->conn);
    client->conn = NULL;
}

void sig_client_event(struct sig_client *client, const char *name, json_t *d)
{
    uint64_t seq = sig_ring_next(&client->ring);
    g_autoptr(GBytes) frame = sig_frame_event(seq, name, d);
    if (g_bytes_get_size(frame) > SIG_FRAME_BYTES) {
        log_error("session", "%s of %zu bytes is more than a frame holds: not sent", name,
                  g_bytes_get_size(frame));
        return;
    }
    sig_ring_put(&client->ring, seq, frame);
    if (client->conn)
        sig_conn_send(client->conn, frame, false);
}

void sig_client_statistic(struct sig_client *client, const char *name, json_t *d)
{
    if (!client->conn) {
        json_decref(d);
        return;
    }
    g_autoptr(GBytes) frame = sig_frame_event(sig_ring_next(&client->ring), name, d);
    sig_conn_send(client->conn, frame, true);
}

static void frame_send(GBytes *frame, void *user)
{
    sig_conn_send(user, frame, false);
}

void sig_client_replay(struct sig_client *client, uint64_t last_seq)
{
    sig_ring_replay(&client->ring, last_seq, frame_send, client->conn);
}
