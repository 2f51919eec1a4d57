/* Whom a request really comes from when a proxy hands it on. What a proxy says is believed only when the proxy is one of
 * those that the configuration names, and only in the one header that it is known to set itself: the others pass through
 * a proxy as the client wrote them. Forwarded (RFC 7239) is not among them: libwebsockets shows the first of several lines
 * with that name, which is the client's. Pure; any thread. */
#ifndef SIGNALING_WIRE_FORWARDED_H
#define SIGNALING_WIRE_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>

enum sig_proxy_header {
    SIG_PROXY_X_FORWARDED_FOR,
    SIG_PROXY_X_REAL_IP,
};

enum { SIG_MAX_PROXIES = 64 };

/* "x-forwarded-for", "x-real-ip". False: another name; nothing is written. */
bool sig_proxy_header_parse(const char *name, enum sig_proxy_header *ret_header);

struct sig_proxies;

/* `list` ends with NULL (NULL itself: no proxies): addresses and networks ("10.0.0.0/8"). NULL: one of them is neither, and
 * `ret_bad` is that one, borrowed from the list. */
struct sig_proxies *sig_proxies_create(char *const *list, enum sig_proxy_header header,
                                       const char **ret_bad);
/* NULL is fine. */
void sig_proxies_destroy(struct sig_proxies *proxies);

enum sig_proxy_header sig_proxies_header(const struct sig_proxies *proxies);

/* Whether `address` is a proxy of ours. */
bool sig_proxies_trust(const struct sig_proxies *proxies, const char *address);

/* The client's address: `peer` itself unless it is a proxy of ours; then the right-most address in `header` (the value of
 * the configured header, several lines joined by commas; may be NULL) that is none. Where the header ends or stops making
 * sense, what was reached stays. `ret_address` has `len` bytes. */
void sig_proxies_client(const struct sig_proxies *proxies, const char *peer, const char *header,
                        char *ret_address, size_t len);

#endif
