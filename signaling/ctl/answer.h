/* What the operator's door answers. Control thread. */
#ifndef SIGNALING_CTL_ANSWER_H
#define SIGNALING_CTL_ANSWER_H

#include <jansson.h>
#include <stdbool.h>

struct sig_daemon;

struct sig_control_wish {
    bool stop;
    unsigned after_ms;
};

/* The answer to {"command", …}: its figures, or {"error"} in words. `ret_wish`: what is to be done once it is written.
 * `request` NULL: it was no JSON. */
json_t *sig_control_answer(struct sig_daemon *daemon, const json_t *request,
                           struct sig_control_wish *ret_wish);

#endif
