/* The HTTP interface: one table of routes. Control thread. */
#ifndef SIGNALING_HTTP_ROUTER_H
#define SIGNALING_HTTP_ROUTER_H

#include <jansson.h>

#include "signaling/session/auth.h"
#include "signaling/wire/exchange.h"

struct sig_daemon;

/* One request on its way through a handler; it lives for the call. */
struct sig_call {
    struct sig_daemon *daemon;
    struct sig_exchange *exchange;
    char *parts[4]; /* what the stars of the route's path stand for */
    unsigned part_count;
    json_t *body;            /* of a POST: an object; NULL otherwise */
    struct sig_identity who; /* where the route asks for a role */
};

/* The largest body of a request to `path`. */
size_t sig_http_body_bytes(const char *path);
/* Adds the headers that every answer to this request has. */
void sig_http_head(struct sig_exchange *exchange, void *daemon);
/* Answers one request, now or later. */
void sig_http_request(struct sig_exchange *exchange, void *daemon);

/* Steals `body`. */
void sig_http_json(struct sig_exchange *exchange, unsigned status, json_t *body);
/* The same with JSON that is text already; takes a reference. */
void sig_http_text(struct sig_exchange *exchange, unsigned status, GBytes *text);
/* {"e":{code,msg,retry_ms?}}; with a time to wait, 429 and 503 say it in Retry-After too. */
void sig_http_refuse(struct sig_exchange *exchange, unsigned status, const char *code,
                     const char *message, int64_t retry_ms);
/* The same with the status that fits the code. */
void sig_http_error(struct sig_exchange *exchange, const char *code, const char *message,
                    int64_t retry_ms);

/* What waits for the hall's reply. */
struct sig_later {
    struct sig_daemon *daemon;
    uint64_t exchange;
    char subject[64]; /* for the one who answers */
    char object[64];
};

struct sig_later *sig_later_create(const struct sig_call *call);
/* NULL: the client is gone. */
struct sig_exchange *sig_later_exchange(const struct sig_later *later);
void sig_later_destroy(struct sig_later *later);
/* For what a hall_…() call returned: an error answers server.busy and ends the waiting. */
void sig_later_wait(struct sig_later *later, int result);

#endif
