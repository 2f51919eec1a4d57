/* The operator's door: a socket in the file system (mode 0600), one line of JSON in, one out, then it is closed.
 * shipinbanctl is at the other end. Control thread. */
#ifndef SIGNALING_CTL_CONTROL_H
#define SIGNALING_CTL_CONTROL_H

struct sig_control;
struct sig_daemon;

enum {
    SIG_CONTROL_LINE_BYTES = 1024,       /* a request */
    SIG_CONTROL_CLIENTS = 8,             /* at once */
    SIG_CONTROL_WITHIN_S = 5,            /* for one of them to say what it wants */
    SIG_CONTROL_DRAIN_MAX_MS = 86400000, /* as [server] drain_ms */
};

/* What `drain` asks for is the same as a signal to stop; the owner does it. */
typedef void (*sig_control_stop_fn)(unsigned after_ms, void *user);

/* Listens at `path`; a socket that a dead daemon left there is replaced. 0 or a negative errno (-EADDRINUSE: another daemon
 * answers there); `ret_what` says in words what failed; g_free() it. */
int sig_control_create(struct sig_daemon *daemon, const char *path,
                       struct sig_control **ret_control, char **ret_what);
/* Takes the socket away. NULL is fine. */
void sig_control_destroy(struct sig_control *control);

/* NULL is fine. */
void sig_control_on_stop(struct sig_control *control, sig_control_stop_fn fn, void *user);

#endif
