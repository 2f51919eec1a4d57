/* The control thread's side of every request: arguments are copied and posted. */
#include "hall/request.h"

#include <errno.h>
#include <string.h>

void hall_request_free(struct request *request)
{
    if (!request)
        return;
    explicit_bzero(request->text, sizeof request->text);
    g_free(request->more);
    g_free(request);
}

static struct request *request_new(enum request_kind kind, hall_reply_fn fn, void *user)
{
    struct request *request = g_new0(struct request, 1);
    request->kind = kind;
    request->fn = fn;
    request->user = user;
    return request;
}

static int request_post(struct hall *hall, struct request *request)
{
    if (mailbox_post(hall->requests, &request) == 0)
        return 0;
    hall_request_free(request);
    return -EAGAIN;
}

/* A name: whole or, when it is too long to name anything, empty. */
static void name_copy(char *ret_name, size_t size, const char *name)
{
    if (name && strlen(name) < size)
        memcpy(ret_name, name, strlen(name) + 1);
}
#define NAME_COPY(field, name) name_copy(field, sizeof(field), name)

/* Free text: valid UTF-8, cut at a character's boundary. */
static void text_copy(char *ret_text, size_t size, const char *text)
{
    if (!text)
        return;
    const char *end;
    g_utf8_validate(text, -1, &end);
    size_t len = (size_t)(end - text);
    while (len >= size || (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80))
        len--;
    memcpy(ret_text, text, len);
    ret_text[len] = '\0';
}
#define TEXT_COPY(field, text) text_copy(field, sizeof(field), text)

int hall_login(struct hall *hall, const char *staff_no, const char *password, unsigned window,
               hall_reply_fn fn, void *user)
{
    struct request *request = request_new(REQUEST_LOGIN, fn, user);
    NAME_COPY(request->staff_no, staff_no);
    NAME_COPY(request->text, password);
    request->window = window;
    return request_post(hall, request);
}

int hall_window_open(struct hall *hall, const char *staff_no, unsigned window, hall_reply_fn fn,
                     void *user)
{
    struct request *request = request_new(REQUEST_WINDOW_OPEN, fn, user);
    NAME_COPY(request->staff_no, staff_no);
    request->window = window;
    return request_post(hall, request);
}

static int window_request(struct hall *hall, enum request_kind kind, unsigned window,
                          hall_reply_fn fn, void *user)
{
    struct request *request = request_new(kind, fn, user);
    request->window = window;
    return request_post(hall, request);
}

int hall_window_close(struct hall *hall, unsigned window, hall_reply_fn fn, void *user)
{
    return window_request(hall, REQUEST_WINDOW_CLOSE, window, fn, user);
}

int hall_window_set_state(struct hall *hall, unsigned window, enum hall_window_state state,
                          hall_reply_fn fn, void *user)
{
    struct request *request = request_new(REQUEST_WINDOW_STATE, fn, user);
    request->window = window;
    request->mode = (int)state;
    return request_post(hall, request);
}

int hall_ticket_create(struct hall *hall, const char *citizen, const char *matter,
                       const char *notice_sha256, bool elder, hall_reply_fn fn, void *user)
{
    struct request *request = request_new(REQUEST_TICKET_CREATE, fn, user);
    NAME_COPY(request->object, citizen);
    NAME_COPY(request->matter, matter);
    NAME_COPY(request->sha256, notice_sha256);
    request->flag = elder;
    return request_post(hall, request);
}

static int citizen_request(struct hall *hall, enum request_kind kind, const char *citizen,
                           bool flag, hall_reply_fn fn, void *user)
{
    struct request *request = request_new(kind, fn, user);
    NAME_COPY(request->object, citizen);
    request->flag = flag;
    return request_post(hall, request);
}

int hall_ticket_of(struct hall *hall, const char *citizen, hall_reply_fn fn, void *user)
{
    return citizen_request(hall, REQUEST_TICKET_OF, citizen, false, fn, user);
}

int hall_ticket_cancel(struct hall *hall, const char *citizen, hall_reply_fn fn, void *user)
{
    return citizen_request(hall, REQUEST_TICKET_CANCEL, citizen, false, fn, user);
}

int hall_ticket_requeue(struct hall *hall, const char *citizen, hall_reply_fn fn, void *user)
{
    return citizen_request(hall, REQUEST_TICKET_REQUEUE, citizen, false, fn, user);
}

int hall_ticket_ready(struct hall *hall, const char *citizen, hall_reply_fn fn, void *user)
{
    return citizen_request(hall, REQUEST_TICKET_READY, citizen, false, fn, user);
}

int hall_ticket_enter(struct hall *hall, const char *citizen, hall_reply_fn fn, void *user)
{
    return citizen_request(hall, REQUEST_TICKET_ENTER, citizen, false, fn, user);
}

int hall_ticket_online(struct hall *hall, const char *citizen, bool online, hall_reply_fn fn,
                       void *user)
{
    return citizen_request(hall, REQUEST_TICKET_ONLINE, citizen, online, fn, user);
}

int hall_queue_read(struct hall *hall, unsigned window, hall_reply_fn fn, void *user)
{
    return window_request(hall, REQUEST_QUEUE_READ, window, fn, user);
}

int hall_ticket_next(struct hall *hall, unsigned window, hall_reply_fn fn, void *user)
{
    return window_request(hall, REQUEST_TICKET_NEXT, window, fn, user);
}

static int desk_request(struct hall *hall, enum request_kind kind, unsigned window,
                        const char *ticket, unsigned to_window, const char *text, hall_reply_fn fn,
                        void *user)
{
    struct request *request = request_new(kind, fn, user);
    request->window = window;
    request->to_window = to_window;
    NAME_COPY(request->ticket, ticket);
    TEXT_COPY(request->text, text);
    return request_post(hall, request);
}

int hall_ticket_take(struct hall *hall, unsigned window, const char *ticket, hall_reply_fn fn,
                     void *user)
{
    return desk_request(hall, REQUEST_TICKET_TAKE, window, ticket, 0, NULL, fn, user);
}

int hall_ticket_reject(struct hall *hall, unsigned window, const char *ticket, const char *reason,
                       hall_reply_fn fn, void *user)
{
    return desk_request(hall, REQUEST_TICKET_REJECT, window, ticket, 0, reason, fn, user);
}

int hall_ticket_noshow(struct hall *hall, unsigned window, const char *ticket, hall_reply_fn fn,
                       void *user)
{
    return desk_request(hall, REQUEST_TICKET_NOSHOW, window, ticket, 0, NULL, fn, user);
}

int hall_ticket_transfer(struct hall *hall, unsigned window, const char *ticket, unsigned to_window,
                         const char *note, hall_reply_fn fn, void *user)
{
    return desk_request(hall, REQUEST_TICKET_TRANSFER, window, ticket, to_window, note, fn, user);
}

static void result_copy(struct hall_result *ret_result, const struct hall_result *result)
{
    TEXT_COPY(ret_result->code, result->code);
    TEXT_COPY(ret_result->note, result->note);
    ret_result->missing_count = MIN(result->missing_count, (unsigned)HALL_MAX_MISSING);
    for (unsigned i = 0; i < ret_result->missing_count; i++)
        TEXT_COPY(ret_result->missing[i], result->missing[i]);
}

int hall_ticket_finish(struct hall *hall, unsigned window, const char *ticket,
                       const struct hall_result *result, hall_reply_fn fn, void *user)
{
    struct request *request = request_new(REQUEST_TICKET_FINISH, fn, user);
    request->window = window;
    NAME_COPY(request->ticket, ticket);
    result_copy(&request->result, result);
    return request_post(hall, request);
}

int hall_wrap_up_extend(struct hall *hall, unsigned window, hall_reply_fn fn, void *user)
{
    return window_request(hall, REQUEST_WRAP_UP_EXTEND, window, fn, user);
}

int hall_session_open(struct hall *hall, const char *matter, enum hall_recording recording,
                      hall_reply_fn fn, void *user)
{
    struct request *request = request_new(REQUEST_SESSION_OPEN, fn, user);
    NAME_COPY(request->matter, matter);
    request->mode = (int)recording;
    return request_post(hall, request);
}

/* With `count` things of `size` bytes behind it. */
static struct request *request_with(enum request_kind kind, const void *more, size_t count,
                                    size_t size, hall_reply_fn fn, void *user)
{
    struct request *request = request_new(kind, fn, user);
    request->more = g_memdup2(more, count * size);
    request->more_count = count;
    return request;
}

int hall_session_people(struct hall *hall, const char *session, const struct hall_person *people,
                        size_t count, hall_reply_fn fn, void *user)
{
    size_t most = MIN(count, (size_t)HALL_MAX_PEOPLE);
    struct request *request =
        request_with(REQUEST_SESSION_PEOPLE, people, most, sizeof *people, fn, user);
    NAME_COPY(request->object, session);
    return request_post(hall, request);
}

int hall_page_put(struct hall *hall, const struct hall_page *page)
{
    return request_post(hall, request_with(REQUEST_PAGE_PUT, page, 1, sizeof *page, NULL, NULL));
}

int hall_page_drop(struct hall *hall, const char *sid)
{
    struct request *request = request_new(REQUEST_PAGE_DROP, NULL, NULL);
    NAME_COPY(request->object, sid);
    return request_post(hall, request);
}

int hall_claim_put(struct hall *hall, const struct hall_claim *claim, hall_reply_fn fn, void *user)
{
    return request_post(hall, request_with(REQUEST_CLAIM_PUT, claim, 1, sizeof *claim, fn, user));
}

int hall_claim_drop(struct hall *hall, const char *code_sha256, hall_reply_fn fn, void *user)
{
    struct request *request = request_new(REQUEST_CLAIM_DROP, fn, user);
    NAME_COPY(request->sha256, code_sha256);
    return request_post(hall, request);
}

int hall_diag_put(struct hall *hall, const char *report, hall_reply_fn fn, void *user)
{
    struct request *request = request_new(REQUEST_DIAG_PUT, fn, user);
    g_strlcpy(request->text, report, sizeof request->text);
    return request_post(hall, request);
}

int hall_diag_get(struct hall *hall, const char *code, hall_reply_fn fn, void *user)
{
    struct request *request = request_new(REQUEST_DIAG_GET, fn, user);
    NAME_COPY(request->object, code);
    return request_post(hall, request);
}

static int session_request(struct hall *hall, enum request_kind kind, const char *session, int mode,
                           const char *reason, hall_reply_fn fn, void *user)
{
    struct request *request = request_new(kind, fn, user);
    NAME_COPY(request->object, session);
    TEXT_COPY(request->text, reason);
    request->mode = mode;
    return request_post(hall, request);
}

int hall_session_started(struct hall *hall, const char *session, hall_reply_fn fn, void *user)
{
    return session_request(hall, REQUEST_SESSION_STARTED, session, 0, NULL, fn, user);
}

int hall_session_mark(struct hall *hall, const char *session, enum hall_session_mark mark,
                      const char *reason, hall_reply_fn fn, void *user)
{
    return session_request(hall, REQUEST_SESSION_MARK, session, (int)mark, reason, fn, user);
}

int hall_session_ended(struct hall *hall, const char *session, const char *reason,
                       const char *phase, hall_reply_fn fn, void *user)
{
    struct request *request = request_new(REQUEST_SESSION_ENDED, fn, user);
    NAME_COPY(request->object, session);
    TEXT_COPY(request->text, reason);
    TEXT_COPY(request->phase, phase);
    return request_post(hall, request);
}

int hall_session_get(struct hall *hall, const char *session, hall_reply_fn fn, void *user)
{
    return session_request(hall, REQUEST_SESSION_GET, session, 0, NULL, fn, user);
}

int hall_session_list(struct hall *hall, const struct hall_session_filter *filter, hall_reply_fn fn,
                      void *user)
{
    struct request *request = request_new(REQUEST_SESSION_LIST, fn, user);
    request->from_at_us = filter->from_at_us;
    request->to_at_us = filter->to_at_us;
    TEXT_COPY(request->number, filter->number);
    TEXT_COPY(request->staff_no, filter->staff_no);
    request->offset = filter->offset;
    request->limit = filter->limit;
    return request_post(hall, request);
}

int hall_audit(struct hall *hall, const char *actor, const char *action, const char *object,
               const char *detail, hall_reply_fn fn, void *user)
{
    struct request *request = request_new(REQUEST_AUDIT, fn, user);
    TEXT_COPY(request->actor, actor);
    TEXT_COPY(request->action, action);
    TEXT_COPY(request->object, object);
    TEXT_COPY(request->text, detail);
    return request_post(hall, request);
}
