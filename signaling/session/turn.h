/* Relays for clients behind networks that let no UDP through to us: TURN servers (RFC 8656), with credentials that end
 * by themselves (draft-uberti-behave-turn-rest-00, which coturn's use-auth-secret implements). Control thread. */
#ifndef SIGNALING_SESSION_TURN_H
#define SIGNALING_SESSION_TURN_H

#include <jansson.h>
#include <stdint.h>

#include "signaling/config.h"

enum { SIG_TURN_SECRET_MIN = 16, SIG_TURN_SECRET_MAX = 512 };

struct sig_turn;

/* `ret_turn` is NULL where the configuration names no relay. 0, or a negative errno with `ret_what` in words, g_free()
 * it: the secret's file cannot be read or is no secret. `config` is borrowed and outlives it. */
int sig_turn_create(const struct sig_config *config, struct sig_turn **ret_turn, char **ret_what);
/* NULL is fine. */
void sig_turn_destroy(struct sig_turn *turn);

/* `ice_servers` of a welcome: a new array, empty for NULL. `name` goes into the relay's log: nobody's own. */
json_t *sig_turn_servers(const struct sig_turn *turn, const char *name, int64_t now_s);

#endif
