/* The daemon inside of a fuzz target: made once, with its hall, media and web server, and fed through plain connections
 * of this process, so that an input costs neither a handshake nor a port. One thread. */
#ifndef TESTS_FUZZ_WEB_H
#define TESTS_FUZZ_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "signaling/daemon.h"

/* The one daemon; made by the first call. */
struct sig_daemon *web_daemon(void);

/* A connection that the web server has taken over. Returns this end of it. */
int web_connect(void);

/* The id of the WebSocket that was opened last. */
uint64_t web_last_conn(void);

/* Writes as far as the server reads, and lets it work until nothing is left to do. What it answers is added to `answer`
 * (may be NULL: thrown away). False: the server has closed the connection. */
bool web_say(int fd, const void *data, size_t len, GByteArray *answer);

/* Lets the server work until it has answered with `mark` somewhere; false: it closed, or there was no such answer. */
bool web_expect(int fd, GByteArray *answer, const char *mark);

/* Closes this end and lets the server notice. */
void web_close(int fd);

#endif
