#include "signaling/wire/frame.h"

#include "signaling/wire/json.h"

/* The frame as JSON; ends the test when it is none, or not one line. */
static json_t *parse(GBytes *frame)
{
    gsize len;
    const char *text = g_bytes_get_data(frame, &len);
    json_t *json = sig_json_parse(text, len, SIG_FRAME_BYTES);
    g_assert_nonnull(json);
    g_bytes_unref(frame);
    return json;
}

static void test_event(void)
{
    g_autoptr(json_t) frame =
        parse(sig_frame_event(4211, "queue.position", json_pack("{s:s}", "x", "\"\n\u2028")));
    g_assert_cmpstr(sig_json_string(frame, "t", ""), ==, "ev");
    g_assert_cmpint(sig_json_integer(frame, "seq", 0), ==, 4211);
    g_assert_cmpstr(sig_json_string(json_object_get(frame, "d"), "x", ""), ==, "\"\n\u2028");
}

static void test_answer_and_error(void)
{
    g_autoptr(json_t) good = parse(sig_frame_answer(17, json_object()));
    g_assert_true(sig_json_bool(good, "ok", false));
    g_assert_cmpint(sig_json_integer(good, "id", 0), ==, 17);
    g_autoptr(json_t) bad = parse(sig_frame_error(18, "queue.closed", NULL, 3000));
    const json_t *e = json_object_get(bad, "e");
    g_assert_false(sig_json_bool(bad, "ok", true));
    g_assert_cmpstr(sig_json_string(e, "code", ""), ==, "queue.closed");
    g_assert_cmpstr(sig_json_string(e, "msg", ""), ==, "queue.closed");
    g_assert_cmpint(sig_json_integer(e, "retry_ms", 0), ==, 3000);
    g_autoptr(json_t) final = parse(sig_frame_error(18, "auth.role", "no", 0));
    g_assert_null(json_object_get(json_object_get(final, "e"), "retry_ms"));
}

static void test_pong_echoes(void)
{
    g_autoptr(json_t) pong = parse(sig_frame_pong(1764000000000));
    g_assert_cmpint(sig_json_integer(pong, "at", 0), ==, 1764000000000);
    g_assert_cmpint(sig_json_integer(pong, "now", 0), >, 1500000000000);
    g_autoptr(json_t) bye = parse(sig_frame_bye("replaced"));
    g_assert_cmpstr(sig_json_string(bye, "reason", ""), ==, "replaced");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/frame/event", test_event);
    g_test_add_func("/signaling/frame/answer_and_error", test_answer_and_error);
    g_test_add_func("/signaling/frame/pong_echoes", test_pong_echoes);
    return g_test_run();
}
