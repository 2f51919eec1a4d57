/* JSON from and to the network, over jansson. The limits hold before a tree is built. Any thread. */
#ifndef SIGNALING_WIRE_JSON_H
#define SIGNALING_WIRE_JSON_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIG_JSON_DEPTH = 8, SIG_FRAME_BYTES = 64 * 1024 };

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

/* Parses one object of at most `max_bytes`, nested at most SIG_JSON_DEPTH deep, without duplicate keys and NUL
 * characters in texts. NULL when it is not one. The caller owns the reference. */
json_t *sig_json_parse(const char *text, size_t len, size_t max_bytes);

/* Compact text; free() it (jansson's allocator is malloc). */
char *sig_json_text(const json_t *json, size_t *ret_len);

/* Members of an object, with a fallback for the absent or the other type. Texts are borrowed. */
const char *sig_json_string(const json_t *object, const char *key, const char *fallback);
int64_t sig_json_integer(const json_t *object, const char *key, int64_t fallback);
bool sig_json_bool(const json_t *object, const char *key, bool fallback);

#endif
