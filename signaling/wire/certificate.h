/* The certificate that the web server shows: read at the start, again whenever its files change or somebody asks, watched for
 * its end; a self-made one is renewed in time. A new one that is not good is named in the log and the old one stays. Sockets
 * that are open go on with what they have; a handshake takes the newest. The thread of GLib's default main loop. */
#ifndef SIGNALING_WIRE_CERTIFICATE_H
#define SIGNALING_WIRE_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

struct ssl_ctx_st;
struct sig_certificate;

/* Reads both files. 0 or a negative errno; `ret_what` then says what is wrong and what to do; g_free() it. The texts are
 * copied. */
int sig_certificate_create(const char *certificate, const char *private_key, const char *hostname,
                           struct sig_certificate **ret_certificate, char **ret_what);
/* NULL is fine. */
void sig_certificate_destroy(struct sig_certificate *certificate);

/* Every handshake of this SSL_CTX asks for the pair of that moment from now on; it must end before sig_certificate_destroy().
 * 0, or -EIO: TLS does not take the pair. */
int sig_certificate_attach(struct sig_certificate *certificate, struct ssl_ctx_st *context);

/* Reads the files again, whether they changed or not. 0, or the negative errno of why the old one stays; it is logged. */
int sig_certificate_reload(struct sig_certificate *certificate);

/* When it ends, in seconds since 1970. */
int64_t sig_certificate_not_after_s(const struct sig_certificate *certificate);

/* Whole days from `now_s` until `not_after_s`; negative: it is over. Pure. */
int64_t sig_certificate_days_left(int64_t not_after_s, int64_t now_s);

#endif
