/* The frames that the server sends (docs/protocol.md, Frames). Each returns one text, the caller's; `d` is stolen. */
#ifndef SIGNALING_WIRE_FRAME_H
#define SIGNALING_WIRE_FRAME_H

#include <glib.h>
#include <jansson.h>
#include <stdint.h>

GBytes *sig_frame_event(uint64_t seq, const char *name, json_t *d);
GBytes *sig_frame_answer(int64_t id, json_t *d);
/* `retry_ms` 0: trying again makes no sense. */
GBytes *sig_frame_error(int64_t id, const char *code, const char *message, int64_t retry_ms);
GBytes *sig_frame_bye(const char *reason);
GBytes *sig_frame_pong(int64_t at);

/* {"code","msg","retry_ms"?} as in a response's `e`. */
json_t *sig_error_body(const char *code, const char *message, int64_t retry_ms);

#endif
