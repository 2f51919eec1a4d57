/* Whether the web server will find its address and port: libwebsockets waits in silence for an address that is not
 * there, and gives no reason for a port that it cannot have. */
#ifndef SIGNALING_WIRE_LISTEN_H
#define SIGNALING_WIRE_LISTEN_H

#include <stdbool.h>

/* Any thread. 0, -EINVAL (no IP address) or the negative errno of bind(): -EADDRINUSE, -EADDRNOTAVAIL, -EACCES …;
 * `ret_what` then says it in words, g_free() it. Port 0: the system would choose. */
int sig_listen_probe(const char *address, unsigned port, char **ret_what);

/* Any thread. What links begin with, so that another machine of the network can follow them: with `hostname` where it has
 * a dot or is localhost, else with an address: the one that is listened on, or the first interface's that is up. g_free()
 * it. */
char *sig_listen_url(bool tls, const char *hostname, const char *address, unsigned port);

#endif
