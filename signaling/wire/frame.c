#include "signaling/wire/frame.h"

#include <stdlib.h>

#include "base/clock.h"
#include "signaling/wire/json.h"

static GBytes *bytes_of(json_t *frame)
{
    size_t len;
    char *text = sig_json_text(frame, &len);
    json_decref(frame);
    return g_bytes_new_with_free_func(text, len, free, text);
}

GBytes *sig_frame_event(uint64_t seq, const char *name, json_t *d)
{
    return bytes_of(
        json_pack("{s:s, s:I, s:s, s:o}", "t", "ev", "seq", (json_int_t)seq, "m", name, "d", d));
}

GBytes *sig_frame_answer(int64_t id, json_t *d)
{
    return bytes_of(
        json_pack("{s:s, s:I, s:b, s:o}", "t", "res", "id", (json_int_t)id, "ok", 1, "d", d));
}

json_t *sig_error_body(const char *code, const char *message, int64_t retry_ms)
{
    json_t *body = json_pack("{s:s, s:s}", "code", code, "msg", message ? message : code);
    if (retry_ms > 0)
        json_object_set_new(body, "retry_ms", json_integer(retry_ms));
    return body;
}

GBytes *sig_frame_error(int64_t id, const char *code, const char *message, int64_t retry_ms)
{
    return bytes_of(json_pack("{s:s, s:I, s:b, s:o}", "t", "res", "id", (json_int_t)id, "ok", 0,
                              "e", sig_error_body(code, message, retry_ms)));
}

GBytes *sig_frame_bye(const char *reason)
{
    return bytes_of(json_pack("{s:s, s:s}", "t", "bye", "reason", reason));
}

GBytes *sig_frame_pong(int64_t at)
{
    return bytes_of(json_pack("{s:s, s:I, s:I}", "t", "pong", "at", (json_int_t)at, "now",
                              (json_int_t)(clock_wall_us() / 1000)));
}
