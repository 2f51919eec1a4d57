/* What keeps somebody from the call for a while, and since when: told to the others in words and written into the
 * journal. Part of a participant. Control thread. */
#ifndef SIGNALING_SESSION_INTERRUPTION_H
#define SIGNALING_SESSION_INTERRUPTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bucket.h"

struct sig_participant;

/* The one that says most comes first. */
enum sig_interruption {
    SIG_INTERRUPTION_PHONE_CALL,     /* another call has microphone or camera; told by the page */
    SIG_INTERRUPTION_BACKGROUND,     /* the page is not seen; told by the page */
    SIG_INTERRUPTION_NETWORK_CHANGE, /* the device goes from one network to another; told by the page */
    SIG_INTERRUPTION_NETWORK, /* nothing comes, or much is lost for long; seen by the server */
    SIG_INTERRUPTIONS
};

/* What a page tells is written down each time: 20 at once, then one a second. */
enum { SIG_INTERRUPTION_TOLD_US = 1000000, SIG_INTERRUPTION_TOLD_BURST = 20 };

struct sig_interruptions {
    int64_t since_us[SIG_INTERRUPTIONS]; /* wall clock; 0: not so */
    int64_t hidden_us; /* the page says that it is not seen, since then; 0: it is */
    bool silent;       /* nothing comes */
    bool poor;         /* the word for its line is "poor" */
    struct bucket told;
};

void sig_interruption_init(struct sig_interruptions *interruptions);

/* "phone_call"; the words of the protocol. */
const char *sig_interruption_name(enum sig_interruption interruption);
bool sig_interruption_named(const char *name, enum sig_interruption *ret_interruption);

/* The page tells; `since_us` is wall clock. A window's page in the background is one only while nothing comes from
 * it: its clerk looks things up elsewhere and goes on talking. */
void sig_interruption_told(struct sig_participant *participant, enum sig_interruption interruption,
                           bool active, int64_t since_us);
/* Nothing comes from it since then; 0: it comes again. */
void sig_interruption_silent(struct sig_participant *participant, int64_t since_us);
/* The word for its line, which does not flicker (quality.h). */
void sig_interruption_quality(struct sig_participant *participant, bool poor);
/* The microphone or camera was taken away because the page is not seen, or was given back. */
void sig_interruption_look(struct sig_participant *participant);
/* It leaves, or the session ends: what was going on ends now, in the journal alone. */
void sig_interruption_end(struct sig_participant *participant);

/* {cause, since} of the one that says most, or NULL. */
json_t *sig_interruption_view(const struct sig_participant *participant);

#endif
