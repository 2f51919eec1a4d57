/* The web server's certificate: what the configuration names, or a self-made one when nothing is there. */
#ifndef SIGNALING_WIRE_TLS_H
#define SIGNALING_WIRE_TLS_H

/* Makes certificate and key for `hostname`, localhost and the interfaces' addresses when both files are missing. 0 or a
 * negative errno; `ret_what` says in words what failed; g_free() it. */
int sig_tls_ensure(const char *certificate, const char *private_key, const char *hostname,
                   char **ret_what);

/* Makes both anew in place of those that sig_tls_ensure() made. 0 or a negative errno with words, as above. */
int sig_tls_renew(const char *certificate, const char *private_key, const char *hostname,
                  char **ret_what);

#endif
