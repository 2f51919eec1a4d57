/* A client's connection: TCP, perhaps TLS, on it HTTP requests or a WebSocket (RFC 6455, enough of it).
 * Blocking with bounds; one thread a connection. A server's certificate is not looked at: it is
 * self-made. */
#ifndef TESTS_BENCH_WIRE_H
#define TESTS_BENCH_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct wire;

struct wire_to {
    const char *address; /* IPv4 */
    uint16_t port;
    bool tls;
    const char *from; /* own address: pages come from many, limits count by it; NULL: any */
};

/* 0 or a negative errno. */
int wire_open(const struct wire_to *to, struct wire **ret_wire);
void wire_close(struct wire *wire);

/* One HTTP request with a JSON body on a connection that is kept. `bearer` may be NULL. The status, or a
 * negative errno; `ret_answer` (json_decref() it) is set where the body is JSON, else NULL. */
int wire_post(struct wire *wire, const char *path, const char *bearer, const json_t *body,
              json_t **ret_answer);
int wire_get(struct wire *wire, const char *path, json_t **ret_answer);

/* Makes it a WebSocket. */
int wire_upgrade(struct wire *wire, const char *path, const char *protocol);

int wire_send_json(struct wire *wire, const json_t *message);

/* The next message; pings are answered. -ETIMEDOUT; -ECONNRESET when it was closed; -ECANCELED when
 * `stop_fd` (-1: none) became readable. */
int wire_receive_json(struct wire *wire, int64_t timeout_us, int stop_fd, json_t **ret_message);

#endif
