/* One request of a client on its way through a handler, which ends it exactly once: with an answer or an error, now
 * or after the hall's reply. The client may be gone by then; nothing happens in that case. Control thread. */
#ifndef SIGNALING_WIRE_REQUEST_H
#define SIGNALING_WIRE_REQUEST_H

#include <jansson.h>
#include <stdint.h>

#include "base/id.h"
#include "hall/hall.h"

struct sig_client;
struct sig_daemon;

struct sig_request {
    struct sig_daemon *daemon;
    struct id sid;
    int64_t id;
};

struct sig_request *sig_request_create(struct sig_client *client, int64_t id);

/* Who asked, NULL: gone. */
struct sig_client *sig_request_client(const struct sig_request *request);

/* Ends the request; steals `d` (NULL: an empty object). */
void sig_request_answer(struct sig_request *request, json_t *d);
void sig_request_fail(struct sig_request *request, const char *code, const char *message,
                      int64_t retry_ms);
/* Fails the request the way the hall's reply says; false when the reply is good. */
bool sig_request_refused(struct sig_request *request, const struct hall_reply *reply);

/* For what a hall_…() call returned: 0 leaves the request to the reply, an error ends it with server.busy. */
void sig_request_wait(struct sig_request *request, int result);

/* A reply that only tells whether it was done: hall_reply_fn with the request as user. */
void sig_request_done(const struct hall_reply *reply, void *user);

#endif
