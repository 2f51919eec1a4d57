#include "signaling/session/client.h"

#include <string.h>

#include "signaling/daemon.h"
#include "signaling/wire/json.h"
#include "signaling/wire/request.h"

static void daemon_init(struct sig_daemon *daemon)
{
    memset(daemon, 0, sizeof *daemon);
    sig_tally_init(&daemon->tally);
    daemon->clients = g_hash_table_new(g_str_hash, g_str_equal);
    daemon->identities = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    daemon->pending = g_hash_table_new_full(NULL, NULL, g_free, NULL);
}

static void daemon_finish(struct sig_daemon *daemon)
{
    g_hash_table_unref(daemon->clients);
    g_hash_table_unref(daemon->identities);
    g_hash_table_unref(daemon->pending);
    sig_tally_finish(&daemon->tally);
}

static json_t *huge(void)
{
    g_autofree char *text = g_strnfill(SIG_FRAME_BYTES, 'x');
    return json_pack("{s:s}", "text", text);
}

/* What no frame holds is not kept: it would be sent again after every resume. */
static void test_oversized(void)
{
    const struct sig_identity citizen = {.role = HALL_CITIZEN, .subject = "somebody"};
    struct sig_daemon daemon;
    GBytes *frame = NULL;
    g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_WARNING); /* it is logged as an error */
    daemon_init(&daemon);
    struct sig_client *client = sig_client_create(&daemon, &citizen);

    sig_client_event(client, "chat.message", huge());
    g_assert_cmpuint(client->ring.events.length, ==, 0);
    sig_client_event(client, "chat.message", json_object());
    g_assert_cmpuint(client->ring.events.length, ==, 1);

    g_assert_cmpint(sig_answers_begin(&client->answers, 1, &frame), ==, SIG_FIRST);
    sig_request_answer(sig_request_create(client, 1), huge());
    g_assert_cmpint(sig_answers_begin(&client->answers, 1, &frame), ==, SIG_KEPT);
    g_autoptr(json_t) answer =
        sig_json_parse(g_bytes_get_data(frame, NULL), g_bytes_get_size(frame), SIG_FRAME_BYTES);
    g_assert_false(sig_json_bool(answer, "ok", true));
    g_assert_cmpstr(sig_json_string(json_object_get(answer, "e"), "code", ""), ==, "proto.limit");

    sig_client_destroy(client);
    daemon_finish(&daemon);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/client/oversized", test_oversized);
    return g_test_run();
}
