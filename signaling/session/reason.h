/* Why a session ended: one list for the journal, the hall's trail, the pages, the log, the figures and the API
 * (docs/protocol.md, Reasons). Any thread. */
#ifndef SIGNALING_SESSION_REASON_H
#define SIGNALING_SESSION_REASON_H

#include <stdbool.h>

enum sig_reason {
    /* Somebody wished it. */
    SIG_REASON_HANGUP_CITIZEN,
    SIG_REASON_HANGUP_CLERK,
    SIG_REASON_HANGUP_HELPER,
    SIG_REASON_MONITOR_STOPPED, /* a supervisor went; the session goes on */
    SIG_REASON_FINISHED,        /* the clerk wrote down the result */
    SIG_REASON_TRANSFERRED,     /* to another window */
    SIG_REASON_CLOSED,          /* the API's side gave it up, or an operator ended it */
    /* It did not come about. */
    SIG_REASON_NOBODY_CAME,     /* of the API: not everybody said hello */
    SIG_REASON_NO_ROOM,         /* the media workers are full */
    SIG_REASON_NO_OFFER,        /* a page never offered media */
    SIG_REASON_NO_COMMON_CODEC, /* what a page offered could not be answered */
    SIG_REASON_ICE_TIMEOUT,     /* no check reached the server: UDP is blocked on the way */
    SIG_REASON_DTLS_FAILED,     /* checks came, the keys were not agreed */
    SIG_REASON_MEDIA_TIMEOUT,   /* keys are there, no voice and no picture came */
    SIG_REASON_CONNECT_TIMEOUT, /* too late for another cause */
    /* It broke. */
    SIG_REASON_RECORDING_FAILED,
    SIG_REASON_LOST_CITIZEN,
    SIG_REASON_LOST_CLERK,
    SIG_REASON_LOST_HELPER,
    SIG_REASON_LOST_SUPERVISOR,
    SIG_REASON_SERVER_RESTART,
    SIG_REASON_COUNT
};

/* The word on the wire: "hangup_citizen". It lives for ever. */
const char *sig_reason_name(enum sig_reason reason);

/* 0 or -EINVAL: no such word; `ret_reason` is then untouched. */
int sig_reason_parse(const char *name, enum sig_reason *ret_reason);

/* A fault, not a wish: it is logged as a warning. */
bool sig_reason_is_failure(enum sig_reason reason);

#endif
