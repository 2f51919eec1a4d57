/* From a frame to its handler: one table of messages with roles, parameters and handler. Control thread. */
#ifndef SIGNALING_WIRE_DISPATCH_H
#define SIGNALING_WIRE_DISPATCH_H

#include <jansson.h>
#include <stddef.h>

#include "signaling/wire/params.h"

struct sig_client;
struct sig_conn;
struct sig_daemon;
struct sig_request;

enum sig_roles {
    SIG_CITIZEN = 1 << 0,
    SIG_CLERK = 1 << 1,
    SIG_AUDITOR = 1 << 2,
    SIG_HELPER = 1 << 3,
    SIG_SUPERVISOR = 1 << 4, /* in a session while it listens */
    SIG_IN_SESSION = SIG_CITIZEN | SIG_CLERK | SIG_HELPER,
    SIG_WITH_MEDIA = SIG_IN_SESSION | SIG_SUPERVISOR,
    SIG_EVERYBODY = SIG_IN_SESSION | SIG_AUDITOR | SIG_SUPERVISOR,
};

struct sig_message {
    const char *name;
    unsigned roles; /* enum sig_roles */
    const struct sig_param *params;
    /* Ends `request` (wire/request.h); `d` was checked and is borrowed for the call. */
    void (*handle)(struct sig_request *request, struct sig_client *client, const json_t *d);
    bool begins; /* something new: refused while the daemon drains */
};

/* The row of a message, NULL: unknown. `hello` is not among them: it has no client yet. */
const struct sig_message *sig_message_find(const char *name);

/* One text frame of a socket. */
void sig_dispatch(struct sig_daemon *daemon, struct sig_conn *conn, const char *text, size_t len);

#endif
