/* What the hall's own files share: the hall itself and its live objects. Private to hall/. The hall thread
 * owns everything here, except where a field says otherwise. */
#ifndef HALL_CORE_H
#define HALL_CORE_H

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/crypto/digest.h"
#include "base/mailbox.h"
#include "hall/hall.h"
#include "hall/life.h"
#include "hall/store/store.h"

struct hall_hasher;

enum {
    HALL_MAX_SKILLS = 16,
    HALL_SKILL_BYTES = 16,
    HALL_MAX_HOURS = 32,
    HALL_MAX_TECH_FAILURES = 3, /* then FAILED_TECH */
};

/* A ticket that is not over, as the store has it, and what is worked out from the queue. hall.tickets owns
 * it; windows and sessions borrow it while it is there. */
struct ticket {
    struct id id;
    struct id citizen;
    int day;
    char number[HALL_NUMBER_BYTES];
    const struct hall_matter *matter;
    char letter; /* of the number: the queue it stands in */
    char notice_sha256[HALL_SHA256_HEX_BYTES];
    enum hall_ticket_state state;
    int64_t revision;
    bool ready, online, priority, parked, requeued;
    bool returned;     /* a window had it and gave it back: it is offered as the head */
    unsigned failures; /* technical ones so far */
    int64_t created_at_us, due_at_us, since_at_us;
    int64_t offline_at_us; /* since when the page is gone, 0: it is there */
    int64_t
        no_show_at_us; /* WAITING after an unanswered ring: until when the place is kept, 0: not so */
    int64_t deadline_at_us; /* CALLED, WRAP_UP; 0: none */
    int64_t served_at_us;   /* start of the session, 0: not yet */
    int64_t finished_at_us;
    unsigned window;        /* that owns it, 0: none */
    unsigned target_window; /* it was transferred to, 0: any */
    char staff_no[HALL_STAFF_NO_BYTES];
    struct id session;
    struct hall_result result;
    char note[HALL_TEXT_BYTES]; /* of the last transfer */

    /* Not stored. */
    const char *cause; /* what happened to it in this turn, NULL: nothing */
    unsigned ahead;    /* as told last */
    int64_t wait_min_us, wait_max_us;
};

/* A window; hall.windows owns them for the hall's life. */
struct window {
    unsigned no;
    char name[HALL_NAME_BYTES], name_en[HALL_NAME_BYTES];
    char main_skills[HALL_MAX_SKILLS][HALL_SKILL_BYTES],
        second_skills[HALL_MAX_SKILLS][HALL_SKILL_BYTES];
    unsigned main_count, second_count;

    char staff_no[HALL_STAFF_NO_BYTES]; /* "" nobody */
    enum hall_window_state state;
    enum hall_window_state state_after; /* where it goes when the ticket is done with */
    int64_t since_at_us;
    unsigned served_today;
    int64_t served_us;     /* the sum behind the mean */
    int served_day;        /* the day both speak of */
    struct ticket *ticket; /* served or wrapped up; borrowed */
    struct ticket *offer;  /* offered, still WAITING; borrowed */
    int64_t offer_deadline_at_us;

    const char *cause; /* what happened to it in this turn, NULL: nothing */
    bool offer_is_new;
};

/* A session that has not ended; hall.sessions owns it. */
struct session {
    struct hall_session view; /* as the store has it */
    bool held;
    unsigned runs;
    bool lost_citizen, lost_clerk;
    int64_t citizen_deadline_at_us, clerk_deadline_at_us; /* of those lost */
    int64_t deadline_at_us;                               /* CONNECTING */
    const char *overdue;                                  /* the cause to tell in this turn */
};

struct opening_hours {
    unsigned weekday; /* 1 Monday … 7 Sunday */
    unsigned from_minute, to_minute;
};

/* How long a matter takes: the mean of the last ones, which begins at the seed's minutes. */
struct matter_pace {
    double mean_us;
};

struct audit_head {
    int64_t seq;
    char sha256[DIGEST_SHA256_HEX_BYTES];
};

struct hall {
    /* Written before the thread starts, then only read: any thread. */
    bool always_open;
    unsigned max_waiting;
    struct hall_timers {
        int64_t ring_us, offer_us, connect_us, wrap_up_us, citizen_lost_us, clerk_lost_us,
            queue_offline_us, park_us, no_show_us, revive_us;
    } timers;
    struct hall_matter *matters;
    char *letters; /* of each matter */
    size_t matter_count;
    struct hall_notice notice;
    struct opening_hours hours[HALL_MAX_HOURS];
    unsigned hour_count;
    struct hall_window_name window_names[HALL_MAX_WINDOWS];
    unsigned window_name_count;
    uint8_t secret[HALL_SECRET_BYTES];

    /* Control thread. */
    hall_observer_fn observer;
    void *observer_user;
    GArray *running; /* struct hall_running; these four are made before the thread starts */
    GArray *cut_off; /* struct hall_session */
    GArray *pages;   /* struct hall_page */
    GArray *claims;  /* struct hall_claim */

    /* Between the threads. */
    struct mailbox *requests; /* struct request *: control -> hall */
    struct mailbox *outbox;   /* struct outbound *: hall -> control */
    struct hall_hasher *hasher;
    atomic_bool stopping;
    atomic_bool backlogged; /* the outbox was full: wake the hall when there is room */
    atomic_uint outlook_windows, outlook_waiting;
    _Atomic int64_t outlook_wait_min_us, outlook_wait_max_us;
    pthread_t thread;
    bool thread_runs;

    /* Hall thread. */
    struct hall_store *store;
    struct audit_head audit;
    GPtrArray *tickets;         /* struct ticket */
    GPtrArray *windows;         /* struct window */
    GPtrArray *sessions;        /* struct session */
    struct matter_pace *paces;  /* of each matter */
    unsigned streaks[26];       /* priority calls in a row, of each letter */
    GQueue backlog;             /* struct outbound *: what the outbox had no room for */
    unsigned stranger_count;    /* failed logins of unknown numbers */
    int64_t strangers_since_us; /* what they are counted from, monotonic */
    bool settle_needed;
    GPtrArray *page_news; /* struct request: pages that came and went, to be written */
    int64_t pulse_at_us;  /* when the next sign of life is due, while sessions run */
    int64_t retry_at_us;  /* the store failed: timers wait until then, 0: no */
};

/* Live objects. NULL: not found. */
struct ticket *hall_find_ticket(const struct hall *hall, const char *id);
struct ticket *hall_find_ticket_of(const struct hall *hall, const char *citizen);
struct window *hall_find_window(const struct hall *hall, unsigned no);
struct session *hall_find_session(const struct hall *hall, const char *id);

#endif
