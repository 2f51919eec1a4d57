#include "hall/thread.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "hall/audit.h"
#include "hall/page.h"
#include "hall/request.h"
#include "hall/staff.h"
#include "hall/timers.h"
#include "hall/turn.h"

enum {
    REQUESTS_A_TURN = 32,
    BACKLOG_MAX = 16384, /* undelivered replies and events; then requests have to wait */
    FULL_RETRY_MS = 10,
};
#define RETRY_US ((int64_t)G_USEC_PER_SEC)

void hall_do_audit(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct change change;
    hall_change_begin(&change, hall);
    hall_audit_append(&change, request->actor, request->action, request->object, "%s",
                      request->text);
    int r = hall_change_commit(&change);
    if (r < 0)
        hall_answer_store_failed(answer, r);
}

static const hall_handler_fn handlers[REQUEST_KINDS] = {
    [REQUEST_LOGIN] = hall_do_login,
    [REQUEST_WINDOW_OPEN] = hall_do_window_open,
    [REQUEST_WINDOW_CLOSE] = hall_do_window_close,
    [REQUEST_WINDOW_STATE] = hall_do_window_state,
    [REQUEST_TICKET_CREATE] = hall_do_ticket_create,
    [REQUEST_TICKET_OF] = hall_do_ticket_of,
    [REQUEST_TICKET_CANCEL] = hall_do_ticket_cancel,
    [REQUEST_TICKET_REQUEUE] = hall_do_ticket_requeue,
    [REQUEST_TICKET_READY] = hall_do_ticket_ready,
    [REQUEST_TICKET_ENTER] = hall_do_ticket_enter,
    [REQUEST_TICKET_ONLINE] = hall_do_ticket_online,
    [REQUEST_QUEUE_READ] = hall_do_queue_read,
    [REQUEST_TICKET_NEXT] = hall_do_ticket_next,
    [REQUEST_TICKET_TAKE] = hall_do_ticket_take,
    [REQUEST_TICKET_REJECT] = hall_do_ticket_reject,
    [REQUEST_TICKET_NOSHOW] = hall_do_ticket_noshow,
    [REQUEST_TICKET_TRANSFER] = hall_do_ticket_transfer,
    [REQUEST_TICKET_FINISH] = hall_do_ticket_finish,
    [REQUEST_WRAP_UP_EXTEND] = hall_do_wrap_up_extend,
    [REQUEST_SESSION_OPEN] = hall_do_session_open,
    [REQUEST_SESSION_PEOPLE] = hall_do_session_people,
    [REQUEST_SESSION_STARTED] = hall_do_session_started,
    [REQUEST_SESSION_MARK] = hall_do_session_mark,
    [REQUEST_SESSION_ENDED] = hall_do_session_ended,
    [REQUEST_SESSION_GET] = hall_do_session_get,
    [REQUEST_SESSION_LIST] = hall_do_session_list,
    [REQUEST_CLAIM_PUT] = hall_do_claim_put,
    [REQUEST_CLAIM_DROP] = hall_do_claim_drop,
    [REQUEST_DIAG_PUT] = hall_do_diag_put,
    [REQUEST_DIAG_GET] = hall_do_diag_get,
    [REQUEST_AUDIT] = hall_do_audit,
};

static void answer_deliver(struct hall *hall, const struct request *request, struct answer *answer)
{
    hall_turn_settle(hall);
    if (!answer->later)
        hall_answer_send(hall, request, answer);
    hall_turn_end(hall);
}

static void requests_take(struct hall *hall)
{
    struct request *request;
    for (int i = 0; i < REQUESTS_A_TURN && g_queue_get_length(&hall->backlog) < BACKLOG_MAX; i++) {
        if (!mailbox_take(hall->requests, &request))
            return;
        if (hall_page_note(hall, request))
            continue; /* it is kept until it is written */
        if (handlers[request->kind]) {
            struct answer answer = {0};
            handlers[request->kind](hall, request, &answer);
            answer_deliver(hall, request, &answer);
        }
        hall_request_free(request);
    }
}

static void turn_take(struct hall *hall)
{
    requests_take(hall);
    hall_pages_flush(hall);
}

static void logins_take(struct hall *hall)
{
    struct hasher_job job;
    while (hall_hasher_take(hall->hasher, &job)) {
        struct answer answer = {0};
        hall_staff_checked(hall, &job, &answer);
        answer_deliver(hall, job.request, &answer);
        hall_request_free(job.request);
    }
}

static void timers_run(struct hall *hall)
{
    int64_t now_us = clock_wall_us();
    if (hall->retry_at_us > now_us)
        return;
    hall->retry_at_us = 0;
    int r = 0;
    while (hall_timers_run_one(hall, now_us, &r)) {
        hall_turn_settle(hall);
        hall_turn_end(hall);
        if (r < 0) {
            log_debug("hall", "timers wait: %s", g_strerror(-r));
            hall->retry_at_us = now_us + RETRY_US;
            return;
        }
    }
    hall_turn_settle(hall); /* what a failing store put off */
    hall_turn_end(hall);
}

/* Milliseconds until the next deadline, rounded up; -1: none. Never longer than a minute, since the wall
 * clock may be set. */
static int timeout_ms(const struct hall *hall)
{
    int64_t next_us = hall_timers_next_us(hall);
    if (next_us == INT64_MAX)
        return -1;
    int64_t left_us = next_us - clock_wall_us();
    return (int)CLAMP((left_us + 999) / 1000, 0, 60000);
}

static void *hall_run(void *user)
{
    struct hall *hall = user;
    struct pollfd fds[] = {
        {.fd = mailbox_fd(hall->requests), .events = POLLIN},
        {.fd = hall_hasher_fd(hall->hasher), .events = POLLIN},
    };
    while (!atomic_load(&hall->stopping)) {
        bool is_full = g_queue_get_length(&hall->backlog) >= BACKLOG_MAX;
        fds[0].events = is_full ? 0 : POLLIN; /* requests wait until the control thread has read */
        (void)poll(fds, G_N_ELEMENTS(fds), is_full ? FULL_RETRY_MS : timeout_ms(hall));
        hall_outbound_flush(hall);
        logins_take(hall);
        turn_take(hall);
        timers_run(hall);
    }
    return NULL;
}

int hall_thread_start(struct hall *hall)
{
    int r = -pthread_create(&hall->thread, NULL, hall_run, hall);
    hall->thread_runs = r == 0;
    return r;
}

void hall_thread_stop(struct hall *hall)
{
    if (!hall->thread_runs)
        return;
    struct request *wake = g_new0(struct request, 1);
    atomic_store(&hall->stopping, true);
    if (mailbox_post(hall->requests, &wake) < 0)
        hall_request_free(wake); /* full: it is awake */
    pthread_join(hall->thread, NULL);
    hall->thread_runs = false;
}
