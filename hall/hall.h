/* The hall: matters, windows, tickets, the queue's rule, staff, sessions as the business sees them, and
 * the audit trail. The only header other folders may include.
 *
 * Its rules and its store run on one thread of their own, so that a slow database never stalls a
 * socket; passwords are hashed on a helper thread. Requests come from the control thread (signaling),
 * are copied, and are answered there by hall_dispatch(), in the order they were made (logins apart).
 * Every change of state is a compare-and-set in one transaction with its row in the audit trail; if the
 * trail cannot be written, nothing changes and the request is refused with `store.failed`.
 *
 * All times are wall-clock microseconds since 1970 (_at_us) or durations (_us).
 */
#ifndef HALL_HALL_H
#define HALL_HALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"

struct hall;

enum {
    HALL_CODE_BYTES = 16,
    HALL_NUMBER_BYTES = 16, /* "A012" */
    HALL_STAFF_NO_BYTES = 16,
    HALL_NAME_BYTES = 128,
    HALL_TEXT_BYTES = 1024,
    HALL_SECRET_BYTES = 32,
    HALL_SHA256_HEX_BYTES = 65,
    HALL_MAX_MISSING = 16,
    HALL_MAX_WINDOWS = 64,
    HALL_LABEL_BYTES = 96,
    HALL_PHASE_BYTES = 16,
    HALL_MAX_PEOPLE = 16, /* of a session, those told of: who came last counts */
    HALL_MAX_RUNS = 250,  /* so often a session is brought back */
    HALL_MAX_CLAIMS = 4096,
    HALL_MAX_PAGES = 16384, /* that are remembered over a restart */
};

struct hall_config {
    const char *database; /* path of the SQLite file; ":memory:" in tests */
    const char
        *seed_dir; /* matters.ini, windows.ini, staff.ini, hours.ini, notice.ini (hall/seed) */
    const char *
        demo_accounts_file; /* written once, mode 0600, when the demo staff is seeded; NULL: no demo staff */
    bool always_open;     /* ignore the opening hours */
    unsigned max_waiting; /* tickets waiting at once, 0: 500; more is queue.full */
    /* Timers of docs/configuration.md; 0 takes the default in brackets. */
    unsigned ring_ms;         /* CALLED, the citizen's phone rings (30000) */
    unsigned offer_ms;        /* a ticket offered to a ready clerk (20000) */
    unsigned connect_ms;      /* CONNECTING (15000) */
    unsigned wrap_up_ms;      /* (120000) */
    unsigned citizen_lost_ms; /* RECONNECTING, citizen (120000) */
    unsigned clerk_lost_ms;   /* RECONNECTING, clerk (60000) */
    unsigned
        queue_offline_ms; /* a waiting citizen's page is gone: place kept, then parked (120000) */
    unsigned park_ms;     /* parked, then ABANDONED (600000) */
    unsigned revive_ms;   /* dead for longer, sessions do not go on (120000) */
    unsigned
        no_show_ms; /* after the ring, before NO_SHOW, during which the place is kept (120000) */
};

/* Control thread. Opens the store, migrates it, seeds it when empty, brings back what a former run left
 * open (waiting tickets wait on; a phone that rang rings anew for the same window, if its page is known; sessions that
 * were running go on, see hall_running(); where nobody was
 * told who is in them, or the hall was dead for longer than revive_ms, they are ended with reason
 * `server_restart` and their tickets go back to the queue at their original due), starts the threads. 0
 * or a negative errno; `ret_what` (may be NULL) says in words what failed, g_free() it. */
int hall_create(const struct hall_config *config, struct hall **ret_hall, char **ret_what);
void hall_destroy(struct hall *hall);

/* Readable while replies or events wait; the hall owns it. */
int hall_fd(const struct hall *hall);
/* Control thread. Runs the replies and the observer for everything that is there. */
void hall_dispatch(struct hall *hall);

/* A random key that signs tokens; made once, kept in the store. Any thread. */
const uint8_t *hall_secret(const struct hall *hall);

/* ---- what does not change while the daemon runs: any thread, borrowed for the hall's life --------- */

enum hall_kind { HALL_CONSULT, HALL_ACCEPT };

/* In English; "" where there are none. */
struct hall_matter_words {
    char name[HALL_NAME_BYTES], alias[HALL_NAME_BYTES], department[HALL_NAME_BYTES];
    char scope[HALL_NAME_BYTES], due_text[HALL_NAME_BYTES], fee[HALL_NAME_BYTES],
        delivery[HALL_NAME_BYTES];
    char guide[HALL_TEXT_BYTES];
};

struct hall_matter {
    char code[HALL_CODE_BYTES];
    char name[HALL_NAME_BYTES], alias[HALL_NAME_BYTES], department[HALL_NAME_BYTES];
    enum hall_kind kind;
    char channels[HALL_NAME_BYTES]; /* "视窗银": one character each, fastest first */
    char scope[HALL_NAME_BYTES], due_text[HALL_NAME_BYTES], fee[HALL_NAME_BYTES],
        delivery[HALL_NAME_BYTES];
    char guide[HALL_TEXT_BYTES];
    unsigned identity_level;
    unsigned minutes;        /* mean service time */
    bool recording_required; /* HALL_ACCEPT: no recording, no session */
    struct hall_matter_words en;
};

const struct hall_matter *hall_matters(const struct hall *hall, size_t *ret_count);
const struct hall_matter *hall_matter_find(const struct hall *hall,
                                           const char *code); /* NULL: unknown */

struct hall_notice {
    char version[HALL_CODE_BYTES];
    char text[HALL_TEXT_BYTES];
    char sha256[HALL_SHA256_HEX_BYTES]; /* of the text's UTF-8 bytes */
    char text_en[HALL_TEXT_BYTES];      /* the same in English; "": there is none */
    char sha256_en[HALL_SHA256_HEX_BYTES];
};

/* Whether `sha256` (hex, in any case) is of the notice in force, in one of its languages. */
bool hall_notice_is(const struct hall_notice *notice, const char *sha256);

const struct hall_notice *hall_notice(const struct hall *hall);

struct hall_window_name {
    unsigned no;
    char name[HALL_NAME_BYTES], name_en[HALL_NAME_BYTES];
};

/* The windows that there are, by number; writes at most `max` of them and returns how many. */
size_t hall_window_names(const struct hall *hall, struct hall_window_name *ret_names, size_t max);

/* ---- objects in replies and events: borrowed for the call, copy what you keep --------------------- */

enum hall_ticket_state {
    HALL_TICKETED,
    HALL_WAITING,
    HALL_CALLED,
    HALL_RINGING,
    HALL_CONNECTING,
    HALL_IN_SESSION,
    HALL_HELD,
    HALL_RECONNECTING,
    HALL_WRAP_UP,
    HALL_FINISHED,
    HALL_CANCELLED,
    HALL_NO_SHOW,
    HALL_ABANDONED,
    HALL_FAILED_TECH,
    HALL_EXPIRED,
};
const char *hall_ticket_state_name(enum hall_ticket_state state); /* "WAITING" */

struct hall_result {
    char code[HALL_CODE_BYTES]; /* "" none; docs/protocol.md, Result */
    char note[HALL_TEXT_BYTES];
    unsigned missing_count;
    char missing[HALL_MAX_MISSING][HALL_NAME_BYTES];
};

struct hall_ticket {
    struct id id;
    struct id citizen;
    char number[HALL_NUMBER_BYTES];
    const struct hall_matter *matter;
    enum hall_ticket_state state;
    bool ready;    /* confirmed 我在 */
    bool online;   /* the citizen's page is connected */
    bool priority; /* due was moved ahead (60+ …) */
    unsigned ahead, ahead_booked;
    int64_t wait_min_us,
        wait_max_us; /* the range of the wait that is left; 0 max: nobody can tell */
    int64_t created_at_us, due_at_us, since_at_us,
        deadline_at_us; /* since: of this state; 0 deadline: none */
    unsigned window;    /* 0: none */
    char staff_no[HALL_STAFF_NO_BYTES];
    struct id session; /* "" none */
    struct hall_result result;
    char note[HALL_TEXT_BYTES]; /* of the last transfer, for clerks alone; "" none */
    bool transferred;           /* and it waits for that window */
    /* In a queue that was read: the windows that may call it, by their skills or by a transfer. */
    unsigned window_count;
    unsigned windows[HALL_MAX_WINDOWS];
};

/* Whether it waits and this window may call it. Any thread. */
bool hall_ticket_is_for(const struct hall_ticket *ticket, unsigned window);

enum hall_window_state {
    HALL_WINDOW_CLOSED,
    HALL_WINDOW_READY,
    HALL_WINDOW_NOT_READY,
    HALL_WINDOW_REST,
    HALL_WINDOW_BUSY,
    HALL_WINDOW_WRAP_UP
};

struct hall_window {
    unsigned no;
    char name[HALL_NAME_BYTES], name_en[HALL_NAME_BYTES];
    char staff_no[HALL_STAFF_NO_BYTES]; /* "" nobody signed in */
    enum hall_window_state state;
    int64_t since_at_us;
    unsigned served_today;
    int64_t mean_us;  /* mean service time today, 0: none yet */
    struct id ticket; /* the one being served or wrapped up, "" none */
    int64_t wrap_up_deadline_at_us;
};

enum hall_role { HALL_CLERK, HALL_AUDITOR, HALL_CITIZEN, HALL_HELPER, HALL_SUPERVISOR };
const char *hall_role_name(enum hall_role role); /* "clerk" */

struct hall_staff {
    char staff_no[HALL_STAFF_NO_BYTES];
    enum hall_role role;
    unsigned window_count;
    unsigned windows[HALL_MAX_WINDOWS]; /* those this clerk may sit at */
};

enum hall_session_state { HALL_SESSION_CONNECTING, HALL_SESSION_ACTIVE, HALL_SESSION_ENDED };

struct hall_session {
    struct id id;
    struct id ticket; /* "" for a session opened through the API */
    char number[HALL_NUMBER_BYTES];
    const struct hall_matter *matter;
    bool recording_required;
    enum hall_session_state state;
    unsigned window;
    char staff_no[HALL_STAFF_NO_BYTES];
    /* Of the notice that the ticket's citizen acknowledged, in the language it was read in; "" for the API's, and in lists. */
    char notice_sha256[HALL_SHA256_HEX_BYTES];
    int64_t created_at_us, started_at_us, ended_at_us;
    char end_reason[HALL_NAME_BYTES];
    char end_phase[HALL_PHASE_BYTES]; /* how far it had come: "gathering", "connecting", "active" */
    char result[HALL_CODE_BYTES];
    bool unrecorded; /* asked for; never where `recording_required` */
};

/* Somebody who is, or was, in a session. */
struct hall_person {
    struct id id; /* of the participant */
    enum hall_role role;
    char subject[ID_BYTES]; /* as in the token: a citizen's id, 工号 … */
    char label[HALL_LABEL_BYTES];
    bool present; /* has come; false: expected */
    bool left;
};

/* Whom a token names. */
struct hall_identity {
    enum hall_role role;
    char subject[ID_BYTES];
    unsigned window;        /* 0 none */
    char session[ID_BYTES]; /* "" none */
    int64_t since_s;
};

/* One reply for all requests: `code` is NULL when the request was done, else the stable error code of
 * docs/protocol.md ("ticket.exists") and `message` says in English what and why. Parts that a request
 * does not speak of are NULL or 0. */
struct hall_reply {
    const char *code;
    const char *message;
    int64_t retry_us;
    const struct hall_ticket *ticket;
    const struct hall_window *window;
    const struct hall_staff *staff;
    const struct hall_session *session;
    const struct hall_ticket *tickets; /* queue snapshot, in the queue's order */
    size_t ticket_count;
    const struct hall_session *sessions;
    size_t session_count, session_total;
    const struct hall_person *people; /* of `session`, when one was asked for */
    size_t person_count;
    int64_t deadline_at_us;
    const struct hall_diag *diag;
};

typedef void (*hall_reply_fn)(const struct hall_reply *reply, void *user);

/* All requests: control thread; arguments are copied; 0, or -EAGAIN when the mailbox is full (then
 * there is no reply). `fn` may be NULL. What each answers is in brackets. */

/* ---- staff and windows ------------------------------------------------------------------------------ */

/* [staff; of a refusal: whose account it is, NULL where there is none] auth.wrong_password, auth.locked (5 failures, 10 minutes; retry_us), window.none (not his). */
int hall_login(struct hall *hall, const char *staff_no, const char *password, unsigned window,
               hall_reply_fn fn, void *user);
/* [window, ticket if one is being served] The clerk's console is connected; window.taken by another. */
int hall_window_open(struct hall *hall, const char *staff_no, unsigned window, hall_reply_fn fn,
                     void *user);
/* [window] The console is gone for good (after the grace time): the window closes, what it called is given back;
 * the owner of a running session gets HALL_EVENT_SESSION_OVERDUE, lost_clerk, and ends it. */
int hall_window_close(struct hall *hall, unsigned window, hall_reply_fn fn, void *user);
/* [window] READY, NOT_READY or REST; window.busy while serving. */
int hall_window_set_state(struct hall *hall, unsigned window, enum hall_window_state state,
                          hall_reply_fn fn, void *user);

/* ---- tickets: the citizen's side ------------------------------------------------------------------- */

/* [ticket] One live ticket a citizen. */
int hall_ticket_create(struct hall *hall, const char *citizen, const char *matter,
                       const char *notice_sha256, bool elder, hall_reply_fn fn, void *user);
/* [ticket or none] The live ticket of a citizen (WRAP_UP counts, FINISHED does not), else today's NO_SHOW that
 * may be re-activated. */
int hall_ticket_of(struct hall *hall, const char *citizen, hall_reply_fn fn, void *user);
int hall_ticket_cancel(struct hall *hall, const char *citizen, hall_reply_fn fn,
                       void *user); /* [ticket] */
int hall_ticket_requeue(struct hall *hall, const char *citizen, hall_reply_fn fn,
                        void *user); /* [ticket] */
int hall_ticket_ready(struct hall *hall, const char *citizen, hall_reply_fn fn,
                      void *user); /* [ticket] 我在 */
/* [ticket, session] 进入: CALLED → CONNECTING; makes the session. ticket.state when not called. */
int hall_ticket_enter(struct hall *hall, const char *citizen, hall_reply_fn fn, void *user);
/* [ticket] The citizen's page came or went. */
int hall_ticket_online(struct hall *hall, const char *citizen, bool online, hall_reply_fn fn,
                       void *user);

/* ---- tickets: the window's side ---------------------------------------------------------------------- */

int hall_queue_read(struct hall *hall, unsigned window, hall_reply_fn fn,
                    void *user); /* [tickets] */
int hall_ticket_next(struct hall *hall, unsigned window, hall_reply_fn fn,
                     void *user); /* [ticket or none] → CALLED */
int hall_ticket_take(struct hall *hall, unsigned window, const char *ticket, hall_reply_fn fn,
                     void *user); /* [ticket] what was offered → CALLED */
int hall_ticket_reject(struct hall *hall, unsigned window, const char *ticket, const char *reason,
                       hall_reply_fn fn, void *user);
/* [ticket, window] The ring ends early, as if it had run out: WAITING, the place is kept for no_show_ms until
 * the citizen says 我在, then NO_SHOW. */
int hall_ticket_noshow(struct hall *hall, unsigned window, const char *ticket, hall_reply_fn fn,
                       void *user);
/* [ticket, window] To another open window, which alone may call it; the session is ended here too. window.none. */
int hall_ticket_transfer(struct hall *hall, unsigned window, const char *ticket, unsigned to_window,
                         const char *note, hall_reply_fn fn, void *user);
/* [ticket, window] result.invalid when a list or note is missing. The ticket may be IN_SESSION or
 * WRAP_UP; the caller ends the session's media, hall_session_ended() may follow and is then answered as
 * done. A ticket whose wrap-up ran out is FINISHED without a result: the same window may still give it. */
int hall_ticket_finish(struct hall *hall, unsigned window, const char *ticket,
                       const struct hall_result *result, hall_reply_fn fn, void *user);
int hall_wrap_up_extend(struct hall *hall, unsigned window, hall_reply_fn fn,
                        void *user); /* [deadline] */

/* ---- sessions ------------------------------------------------------------------------------------------ */

enum hall_recording {
    HALL_RECORDING_USUAL,    /* recorded, and required where the matter requires it */
    HALL_RECORDING_REQUIRED, /* even where the matter does not require it */
    HALL_RECORDING_NONE,     /* not recorded, but where the matter requires it */
};
/* [session] A session without a ticket, for the integrator's API. matter.unknown. */
int hall_session_open(struct hall *hall, const char *matter, enum hall_recording recording,
                      hall_reply_fn fn, void *user);
/* Who is in it now, at most HALL_MAX_PEOPLE: whoever was told of before and is not among them has left.
 * session.none when it has ended. */
int hall_session_people(struct hall *hall, const char *session, const struct hall_person *people,
                        size_t count, hall_reply_fn fn, void *user);
/* Media was seen both ways and the recording is durable: CONNECTING → IN_SESSION. */
int hall_session_started(struct hall *hall, const char *session, hall_reply_fn fn, void *user);
enum hall_session_mark {
    HALL_SESSION_HOLD,
    HALL_SESSION_RESUME,
    HALL_SESSION_LOST,
    HALL_SESSION_BACK
};
/* HELD, RECONNECTING and back to IN_SESSION. The `reason` of LOST and BACK
 * holds the word "citizen" or "clerk" and tells whose time runs; without a reason it is both. Anybody else's
 * ("helper") is written to the trail and changes nothing. session.state. */
int hall_session_mark(struct hall *hall, const char *session, enum hall_session_mark mark,
                      const char *reason, hall_reply_fn fn, void *user);
/* The session is over: its ticket goes to WRAP_UP, or, when it never started or a technical cause ended
 * it (connect_timeout, recording_failed, server_restart, lost_clerk), back to the queue at its original due,
 * the third time FAILED_TECH. Ending it again is answered as done. `phase` is how far it had come, written down
 * with the reason; NULL: active when it had started, else connecting. */
int hall_session_ended(struct hall *hall, const char *session, const char *reason,
                       const char *phase, hall_reply_fn fn, void *user);
int hall_session_get(struct hall *hall, const char *session, hall_reply_fn fn,
                     void *user); /* [session, people] session.none */

struct hall_session_filter {
    int64_t from_at_us, to_at_us;  /* 0: open */
    const char *number, *staff_no; /* NULL: any */
    unsigned offset, limit;        /* limit at most 200 */
};
int hall_session_list(struct hall *hall, const struct hall_session_filter *filter, hall_reply_fn fn,
                      void *user); /* [sessions, newest first] */

/* A row in the audit trail for an act that changes nothing here (a replay opened, an API call). */
int hall_audit(struct hall *hall, const char *actor, const char *action, const char *object,
               const char *detail, hall_reply_fn fn, void *user);

/* ---- what outlives the daemon ----------------------------------------------------------------------------- */

/* A session that goes on although the daemon died: everybody in it is lost, and the time to come back
 * runs from the start on. Whoever does not come back is told by HALL_EVENT_SESSION_OVERDUE. */
struct hall_running {
    struct hall_session session;
    int64_t held_at_us; /* 0: not held */
    char hold_reason[HALL_NAME_BYTES];
    unsigned run; /* so often it was brought back, this time included */
    size_t person_count;
    struct hall_person people[HALL_MAX_PEOPLE]; /* who has not left */
};
/* Control thread; borrowed until hall_left_forget(). */
const struct hall_running *hall_running(const struct hall *hall, size_t *ret_count);
/* Those of a former run that do not go on: they were ended with `server_restart` at the start. Control thread;
 * borrowed until hall_left_forget(). */
const struct hall_session *hall_cut_off(const struct hall *hall, size_t *ret_count);

/* A page that may resume: who knows the key of `sid`. One a person; the key's digest alone is kept. */
struct hall_page {
    char sid[ID_BYTES];
    char key_sha256[HALL_SHA256_HEX_BYTES];
    struct hall_identity who;
};
/* Told at a hello, and when the page is gone for good. Nothing is answered: what could not be written is
 * tried again. -EAGAIN: the mailbox is full. */
int hall_page_put(struct hall *hall, const struct hall_page *page);
int hall_page_drop(struct hall *hall, const char *sid);
/* Those of a former run whose sessions go on. Control thread; borrowed until hall_left_forget(). */
const struct hall_page *hall_pages(const struct hall *hall, size_t *ret_count);

/* A code that opens one door once. */
struct hall_claim {
    char code_sha256[HALL_SHA256_HEX_BYTES];
    struct hall_identity who;
    int64_t until_at_us;
};
/* [] */
int hall_claim_put(struct hall *hall, const struct hall_claim *claim, hall_reply_fn fn, void *user);
/* [] Used up: it will not be there after a restart. auth.bad_token: it is not there. */
int hall_claim_drop(struct hall *hall, const char *code_sha256, hall_reply_fn fn, void *user);
/* Those that are still good. Control thread; borrowed until hall_left_forget(). */
const struct hall_claim *hall_claims(const struct hall *hall, size_t *ret_count);

/* What a page found about its way here, for the hotline: kept a week, nothing of a person in it. */
enum { HALL_DIAG_CODE_BYTES = 8, HALL_MAX_DIAGS = 10000 };
struct hall_diag {
    char code[HALL_DIAG_CODE_BYTES]; /* six digits and one that checks them */
    int64_t made_at_us;
    char report[HALL_TEXT_BYTES]; /* JSON */
};
/* Any thread: seven digits, the last of which fits. */
bool hall_diag_code_is_valid(const char *code);
/* [diag] `report` shorter than HALL_TEXT_BYTES. server.busy: too many are kept. */
int hall_diag_put(struct hall *hall, const char *report, hall_reply_fn fn, void *user);
/* [diag] diag.unknown */
int hall_diag_get(struct hall *hall, const char *code, hall_reply_fn fn, void *user);

/* Control thread: what a former run left has been taken over. */
void hall_left_forget(struct hall *hall);

/* ---- events: what changed by itself or by somebody else's request --------------------------------------- */

enum hall_event_type {
    HALL_EVENT_TICKET, /* any change of a ticket, its place and wait included: `ticket`, `cause` */
    HALL_EVENT_OFFERED, /* `ticket` is offered to `window` until `deadline_at_us`; `cause`: "due", "head" or "transfer" */
    HALL_EVENT_WINDOW, /* `window` changed */
    /* Told again every 5 s until the session is ended. */
    HALL_EVENT_SESSION_OVERDUE, /* CONNECTING or RECONNECTING took too long: the owner ends `session` with `cause` */
};

struct hall_event {
    enum hall_event_type type;
    const struct hall_ticket *ticket;
    const struct hall_window *window;
    struct id session;
    int64_t deadline_at_us;
    const char
        *cause; /* the event's name in the transition table: "called", "ring_timeout", "place" … */
};

typedef void (*hall_observer_fn)(const struct hall_event *event, void *user);

/* Control thread, before the first dispatch. */
void hall_observe(struct hall *hall, hall_observer_fn fn, void *user);

/* The figures of the citizen's home page. Any thread; as of the last change. */
struct hall_outlook {
    bool open;
    unsigned windows_open;
    unsigned waiting;
    int64_t wait_min_us, wait_max_us; /* 0 max: no window works, nobody can tell */
};
void hall_outlook_read(const struct hall *hall, struct hall_outlook *ret_outlook);

#endif
