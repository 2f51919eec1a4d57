/* One HTTP request and its answer. The server owns it; what answers later keeps its number and asks
 * sig_server_exchange() whether the client is still there. Control thread. */
#ifndef SIGNALING_WIRE_EXCHANGE_H
#define SIGNALING_WIRE_EXCHANGE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct sig_exchange;

enum { SIG_BODY_BYTES = 16 * 1024 }; /* what most requests may carry */

enum sig_method {
    SIG_GET,
    SIG_HEAD,
    SIG_POST,
    SIG_PATCH,
    SIG_DELETE,
    SIG_OPTIONS,
    SIG_OTHER_METHOD
};

enum sig_header {
    SIG_HEADER_AUTHORIZATION,
    SIG_HEADER_COOKIE,
    SIG_HEADER_RANGE,
    SIG_HEADER_IF_NONE_MATCH,
    SIG_HEADER_IF_RANGE,
    SIG_HEADER_IF_MATCH,
    SIG_HEADER_CONTENT_TYPE,
    SIG_HEADER_ACCEPT_ENCODING,
    SIG_HEADER_COUNT,
};

uint64_t sig_exchange_id(const struct sig_exchange *exchange);
enum sig_method sig_exchange_method(const struct sig_exchange *exchange);
/* Decoded, without the query and our prefix; starts with a slash, or is "" for the prefix alone; no "..". */
const char *sig_exchange_path(const struct sig_exchange *exchange);
/* NULL: not sent. */
const char *sig_exchange_header(const struct sig_exchange *exchange, enum sig_header header);
/* A parameter of the query, decoded; NULL: not there. */
const char *sig_exchange_argument(const struct sig_exchange *exchange, const char *name);
const char *sig_exchange_body_text(const struct sig_exchange *exchange, size_t *ret_len);
/* The client's, behind our proxies. */
const char *sig_exchange_address(const struct sig_exchange *exchange);
/* Whether the client speaks https: to us, or to a proxy of ours that says so. */
bool sig_exchange_is_secure(const struct sig_exchange *exchange);

/* Adds a header to the answer. Copied. */
void sig_exchange_add_header(struct sig_exchange *exchange, const char *name, const char *value);

/* Answers. Takes a reference to `body` (may be NULL). `type` NULL: no Content-Type. Once an exchange. */
void sig_exchange_answer(struct sig_exchange *exchange, unsigned status, const char *type,
                         GBytes *body);

/* Answers with `len` bytes of `fd` from `offset` on; takes the descriptor over. */
void sig_exchange_answer_file(struct sig_exchange *exchange, unsigned status, const char *type,
                              int fd, uint64_t offset, uint64_t len);

#endif
