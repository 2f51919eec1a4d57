/* Requests and answers on their way between the threads. */
#ifndef HALL_REQUEST_H
#define HALL_REQUEST_H

#include "hall/core.h"

enum request_kind {
    REQUEST_ROOM, /* the outbox has room again; nothing is answered */
    REQUEST_LOGIN,
    REQUEST_WINDOW_OPEN,
    REQUEST_WINDOW_CLOSE,
    REQUEST_WINDOW_STATE,
    REQUEST_TICKET_CREATE,
    REQUEST_TICKET_OF,
    REQUEST_TICKET_CANCEL,
    REQUEST_TICKET_REQUEUE,
    REQUEST_TICKET_READY,
    REQUEST_TICKET_ENTER,
    REQUEST_TICKET_ONLINE,
    REQUEST_QUEUE_READ,
    REQUEST_TICKET_NEXT,
    REQUEST_TICKET_TAKE,
    REQUEST_TICKET_REJECT,
    REQUEST_TICKET_NOSHOW,
    REQUEST_TICKET_TRANSFER,
    REQUEST_TICKET_FINISH,
    REQUEST_WRAP_UP_EXTEND,
    REQUEST_SESSION_OPEN,
    REQUEST_SESSION_PEOPLE,
    REQUEST_SESSION_STARTED,
    REQUEST_SESSION_MARK,
    REQUEST_SESSION_ENDED,
    REQUEST_SESSION_GET,
    REQUEST_SESSION_LIST,
    REQUEST_PAGE_PUT,
    REQUEST_PAGE_DROP,
    REQUEST_CLAIM_PUT,
    REQUEST_CLAIM_DROP,
    REQUEST_DIAG_PUT,
    REQUEST_DIAG_GET,
    REQUEST_AUDIT,
};
enum { REQUEST_KINDS = REQUEST_AUDIT + 1 };

/* Heap; ownership passes with it through the mailbox. A text that was too long for its field is empty, which
 * no object is called; free text is cut instead. */
struct request {
    enum request_kind kind;
    hall_reply_fn fn;
    void *user;
    char staff_no[HALL_STAFF_NO_BYTES];
    char object[HALL_NAME_BYTES]; /* citizen, session or matter; audit: the object */
    char ticket[ID_BYTES];
    char matter[HALL_CODE_BYTES];
    char sha256[HALL_SHA256_HEX_BYTES];
    char text[HALL_TEXT_BYTES]; /* password, reason, note; audit: the detail */
    char actor[HALL_NAME_BYTES], action[HALL_NAME_BYTES]; /* audit */
    unsigned window, to_window;
    bool flag; /* elder, online */
    int mode;  /* enum hall_window_state, enum hall_session_mark, enum hall_recording */
    struct hall_result result;
    int64_t from_at_us, to_at_us;
    char number[HALL_NUMBER_BYTES];
    char phase[HALL_PHASE_BYTES];
    unsigned offset, limit;
    void *more; /* owned: struct hall_person …, struct hall_page, struct hall_claim */
    size_t more_count;
};

/* Wipes what may hold a password. NULL is fine. */
void hall_request_free(struct request *request);

/* What a handler found; hall thread. The objects stay live until the turn's end. */
struct answer {
    const char *code; /* NULL: done */
    char message[160];
    int64_t retry_us;
    struct ticket *ticket;
    struct window *window;
    bool has_session;
    struct hall_session session;
    bool has_staff;
    struct hall_staff staff;
    GArray *tickets;  /* struct hall_ticket, NULL: not spoken of */
    GArray *sessions; /* struct hall_session */
    GArray *people;   /* struct hall_person */
    size_t session_total;
    int64_t deadline_at_us;
    bool has_diag;
    struct hall_diag diag;
    bool later; /* somebody else answers this request: login */
};

void hall_answer_refuse(struct answer *answer, const char *code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void hall_answer_store_failed(struct answer *answer, int error);

/* What goes to the control thread; heap, ownership passes with it. */
struct outbound {
    hall_reply_fn fn; /* NULL: an event */
    void *user;
    struct hall_reply reply;
    struct hall_event event;
    char message[160];
    struct hall_ticket ticket;
    struct hall_window window;
    struct hall_session session;
    struct hall_staff staff;
    struct hall_diag diag;
    GArray *tickets, *sessions, *people;
};

void hall_outbound_free(struct outbound *outbound);

/* Hall thread: hands it over, or keeps it until the outbox has room. */
void hall_outbound_send(struct hall *hall, struct outbound *outbound);
/* Hall thread: what was kept. */
void hall_outbound_flush(struct hall *hall);

/* Hall thread: the reply to `request`, from what the handler found. */
void hall_answer_send(struct hall *hall, const struct request *request, struct answer *answer);

/* One handler for each kind; hall thread. */
typedef void (*hall_handler_fn)(struct hall *hall, const struct request *request,
                                struct answer *answer);

void hall_do_login(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_window_open(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_window_close(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_window_state(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_ticket_create(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_ticket_of(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_ticket_cancel(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_ticket_requeue(struct hall *hall, const struct request *request,
                            struct answer *answer);
void hall_do_ticket_ready(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_ticket_enter(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_ticket_online(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_queue_read(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_ticket_next(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_ticket_take(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_ticket_reject(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_ticket_noshow(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_ticket_transfer(struct hall *hall, const struct request *request,
                             struct answer *answer);
void hall_do_ticket_finish(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_wrap_up_extend(struct hall *hall, const struct request *request,
                            struct answer *answer);
void hall_do_session_open(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_session_people(struct hall *hall, const struct request *request,
                            struct answer *answer);
void hall_do_session_started(struct hall *hall, const struct request *request,
                             struct answer *answer);
void hall_do_session_mark(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_session_ended(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_session_get(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_session_list(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_claim_put(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_claim_drop(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_diag_put(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_diag_get(struct hall *hall, const struct request *request, struct answer *answer);
void hall_do_audit(struct hall *hall, const struct request *request, struct answer *answer);

#endif
