/* A session: the linked people, their room in the sfu, their journal, and the state of it all. daemon.sessions owns
 * it. Control thread. */
#ifndef SIGNALING_SESSION_SESSION_H
#define SIGNALING_SESSION_SESSION_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "signaling/daemon.h"
#include "signaling/session/participant.h"
#include "signaling/session/reason.h"

enum sig_session_state {
    SIG_SESSION_GATHERING,  /* opened by the API: not everybody is there yet */
    SIG_SESSION_CONNECTING, /* room and journal are open; media and durable bytes are awaited */
    SIG_SESSION_ACTIVE,
    SIG_SESSION_HELD,
    SIG_SESSION_ENDED,
};

enum sig_session_event {
    SIG_EVENT_COMPLETE, /* the last participant came */
    SIG_EVENT_READY,    /* media both ways and the recording durable */
    SIG_EVENT_HOLD,
    SIG_EVENT_RESUME,
    SIG_EVENT_END,
};

enum sig_recording_state {
    SIG_RECORDING_OFF, /* will not be recorded: nobody asked for it */
    SIG_RECORDING_PREPARING,
    SIG_RECORDING_DURABLE,
    SIG_RECORDING_UNAVAILABLE,
    SIG_RECORDING_STOPPED,
};

enum {
    SIG_MAX_PARTICIPANTS = 6,
    SIG_MAX_GUESTS = SIG_MAX_PARTICIPANTS - 1, /* but the supervisor, whose place is kept free */
    /* Each may send by WHIP and receive by WHEP; a new one is there before the one in its place goes. */
    SIG_MAX_ROOM_PEERS = 2 * SIG_MAX_PARTICIPANTS + 1,
};

/* How a session stands, as far as the hall is told. */
struct sig_told {
    bool held, citizen, clerk, helper; /* the last three: lost */
};

struct sig_session {
    struct sig_daemon *daemon;
    struct id id, ticket; /* ticket "": opened by the API */
    char number[HALL_NUMBER_BYTES];
    char notice_sha256[HALL_SHA256_HEX_BYTES]; /* what its citizen acknowledged; "" for the API's */
    const struct hall_matter *matter;
    unsigned window;
    char staff_no[HALL_STAFF_NO_BYTES];
    bool recording_required;

    enum sig_session_state state;
    int64_t started_at_us; /* wall clock: when it was made */
    sfu_room_id room;      /* 0 none */

    rec_journal_id journal; /* 0 none */
    /* One that failed stays open while the session lives: it holds the folder, so that nobody renders what goes on.
     * 0 none. */
    rec_journal_id failed_journal;
    bool reopening; /* a new one is opened as soon as the failed one is closed */
    enum sig_recording_state recording;
    int64_t recording_opened_us; /* wall clock: where the recording's own time begins */
    int64_t recording_since_us;  /* wall clock: durable since */

    unsigned run;      /* so often it was brought back after the daemon had died */
    bool is_forsaken;  /* brought back, and nobody has come since */
    bool runs_in_hall; /* the hall has it started: it takes holds and losses */
    struct sig_told told;

    guint connect_timer; /* the API's sessions: media is awaited; 0 none */

    int64_t held_at_us;   /* wall clock, 0: not held */
    int64_t hold_ends_us; /* wall clock: it ends by itself */
    char hold_reason[HALL_NAME_BYTES];
    bool hold_is_fault; /* held since the journal failed: only a journal ends it */
    guint hold_timer;

    struct sig_participant *participants[SIG_MAX_PARTICIPANTS]; /* owned; NULL: a free place */
    uint32_t next_tag;
    struct id speaker; /* who was told to be in front last; "" nobody */
    uint64_t
        unseen; /* who cannot see whom, as told last: bit place * SIG_MAX_PARTICIPANTS + place */
};

/* Makes the session in GATHERING; `view` as the hall told. Its participants join next. */
struct sig_session *sig_session_create(struct sig_daemon *daemon, const struct hall_session *view);
/* Frees it without telling anybody: the end of the daemon. */
void sig_session_destroy(struct sig_session *session);

struct sig_session *sig_session_find(struct sig_daemon *daemon, const char *id);
/* The one that runs for a ticket, NULL: none does. */
struct sig_session *sig_session_by_ticket(struct sig_daemon *daemon, const char *ticket);
struct sig_session *sig_session_by_room(struct sig_daemon *daemon, sfu_room_id room);
struct sig_session *sig_session_by_journal(struct sig_daemon *daemon, rec_journal_id journal);

/* Opens its room when it has none yet: whoever comes by WHIP is answered while others are awaited. 0 or -EAGAIN. */
int sig_session_room_open(struct sig_session *session);

/* GATHERING → CONNECTING: opens room and journal, tells session.started. -EAGAIN: no room; -EIO: the recording is
 * required and not available. On failure nothing was told: end it. */
int sig_session_begin(struct sig_session *session);

/* Ends the session when media does not come within connect_ms. The hall does it for those of a ticket. */
void sig_session_await_media(struct sig_session *session);

/* Looks whether media flows both ways and bytes are durable: then CONNECTING → ACTIVE. */
void sig_session_look(struct sig_session *session);

/* The only setter of the state. 0, or -EINVAL where the table knows no way. */
int sig_session_step(struct sig_session *session, enum sig_session_event event);

/* Journal and everybody hear the state: event session.state. `reason` and `by` may be NULL; `warn`: a hold takes
 * long. */
void sig_session_state_tell(struct sig_session *session, const char *reason,
                            const struct sig_participant *by, bool warn);

/* Ends it for everybody, closes room and journal, tells the hall, frees it. `by` is the participant who did it, NULL
 * nobody. For SIG_REASON_CONNECT_TIMEOUT the very reason is looked for (session/ending.h). */
void sig_session_end(struct sig_session *session, enum sig_reason reason,
                     const struct sig_participant *by);

/* All that run. */
void sig_sessions_end(struct sig_daemon *daemon, enum sig_reason reason);

/* To every participant but `except` (may be NULL); steals `d`. */
void sig_session_event(struct sig_session *session, const struct sig_participant *except,
                       const char *name, json_t *d);

const char *sig_session_state_name(enum sig_session_state state);

#endif
