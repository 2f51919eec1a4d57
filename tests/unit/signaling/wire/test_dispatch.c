/* The table of messages, against the examples that the pages' tests read too. */
#include "signaling/wire/dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "signaling/handlers/handlers.h"
#include "signaling/wire/json.h"
#include "tests/harness/file.h"

/* Whether the server would hand this frame to a handler. */
static bool accepts(const json_t *frame)
{
    size_t len;
    char *text = sig_json_text(frame, &len);
    g_autoptr(json_t) parsed = sig_json_parse(text, len, SIG_FRAME_BYTES);
    free(text);
    const char *name = sig_json_string(parsed, "m", "");
    const json_t *d = json_object_get(parsed, "d");
    if (!parsed || strcmp(sig_json_string(parsed, "t", ""), "req"))
        return parsed && !strcmp(sig_json_string(parsed, "t", ""), "ack");
    const struct sig_message *message = sig_message_find(name);
    if (!message && strcmp(name, "hello"))
        return false;
    g_autofree char *wrong = sig_params_check(d, message ? message->params : sig_hello_params);
    return !wrong;
}

static void frames_check(const json_t *example, const char *which, bool good)
{
    const json_t *frames = json_object_get(example, which), *frame;
    size_t index;
    g_assert_true(json_is_array(frames));
    json_array_foreach(frames, index, frame)
    {
        char *text = sig_json_text(frame, NULL);
        g_test_message("%s %s", which, text);
        free(text);
        g_assert_cmpint(accepts(frame), ==, good);
    }
}

static void test_examples(void)
{
    g_autofree char *folder = file_data_path("messages");
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    unsigned count = 0;
    g_assert_nonnull(dir);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        json_t *example = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
        g_assert_nonnull(example);
        if (!strcmp(sig_json_string(example, "direction", ""), "client")) {
            frames_check(example, "valid", true);
            frames_check(example, "invalid", false);
            count++;
        }
        json_decref(example);
    }
    g_assert_cmpuint(count, >=, 25);
}

/* Every message has an example. */
static void test_examples_are_complete(void)
{
    const struct sig_message *const families[] = {
        sig_queue_messages,     sig_clerk_messages, sig_session_messages, sig_media_messages,
        sig_recording_messages, sig_link_messages,  sig_monitor_messages};
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
        for (const struct sig_message *message = families[i]; message->name; message++) {
            g_autofree char *name = g_strdup_printf("messages/%s.json", message->name);
            g_autofree char *path = file_data_path(name);
            g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
            g_assert_nonnull(message->handle);
            g_assert_cmpuint(message->roles, !=, 0);
            g_assert_true(sig_message_find(message->name) == message); /* no name twice */
        }
}

static void test_unknown(void)
{
    g_assert_null(sig_message_find("ticket.steal"));
    g_assert_null(sig_message_find(""));
    g_assert_null(sig_message_find("hello")); /* it has no client yet: another way */
}

static void test_roles(void)
{
    g_assert_cmpuint(sig_message_find("ticket.create")->roles, ==, SIG_CITIZEN);
    g_assert_cmpuint(sig_message_find("session.hold")->roles, ==, SIG_CLERK);
    g_assert_cmpuint(sig_message_find("session.end")->roles, ==, SIG_IN_SESSION);
    g_assert_false(sig_message_find("media.offer")->roles & SIG_AUDITOR);
    g_assert_cmpuint(sig_message_find("monitor.listen")->roles, ==, SIG_SUPERVISOR);
    g_assert_cmpuint(sig_message_find("monitor.barge")->roles, ==, SIG_SUPERVISOR);
    g_assert_false(sig_message_find("chat.send")->roles &
                   SIG_SUPERVISOR); /* nor words in writing */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/dispatch/examples", test_examples);
    g_test_add_func("/signaling/dispatch/examples_are_complete", test_examples_are_complete);
    g_test_add_func("/signaling/dispatch/unknown", test_unknown);
    g_test_add_func("/signaling/dispatch/roles", test_roles);
    return g_test_run();
}
