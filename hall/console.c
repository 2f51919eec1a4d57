/* The clerk arrives at the window, leaves it, and says whether the next ticket may be offered. */
#include <string.h>

#include "hall/audit.h"
#include "hall/desk.h"
#include "hall/request.h"
#include "hall/window.h"

static int found_read(const struct hall_store_row *row, void *user)
{
    *(bool *)user = true;
    return 0;
}

/* Whether this clerk may sit there: the token says so too, but tokens outlive changes. */
static int staff_may_sit(struct hall *hall, const char *staff_no, unsigned window, bool *ret_may)
{
    *ret_may = false;
    return hall_store_query(
        hall->store, "SELECT 1 FROM staff_window WHERE staff_no = $1 AND window_no = $2",
        HALL_VALUES(HALL_TEXT(staff_no), HALL_INT(window)), found_read, ret_may);
}

void hall_do_window_open(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct window *window = hall_find_window(hall, request->window);
    bool may = false;
    int r = window ? staff_may_sit(hall, request->staff_no, request->window, &may) : 0;
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    if (!may) {
        hall_answer_refuse(answer, "window.none", "staff %s has no window %u", request->staff_no,
                           request->window);
        return;
    }
    if (*window->staff_no && strcmp(window->staff_no, request->staff_no)) {
        hall_answer_refuse(answer, "window.taken", "staff %s is at window %u", window->staff_no,
                           window->no);
        return;
    }
    if (!*window->staff_no) {
        char actor[HALL_ACTOR_BYTES];
        struct change change;
        hall_change_begin(&change, hall);
        hall_change_touch(&change, window, sizeof *window);
        g_strlcpy(window->staff_no, request->staff_no, sizeof window->staff_no);
        window->state_after = HALL_WINDOW_NOT_READY;
        enum hall_window_state state = HALL_WINDOW_NOT_READY;
        if (window->ticket)
            state = window->ticket->state == HALL_WRAP_UP ? HALL_WINDOW_WRAP_UP : HALL_WINDOW_BUSY;
        hall_window_move(&change, window, state, "opened",
                         hall_audit_staff(request->staff_no, actor));
        r = hall_change_commit(&change);
        if (r < 0) {
            hall_answer_store_failed(answer, r);
            return;
        }
    }
    answer->window = window;
    answer->ticket = window->ticket;
}

/* A live session is not cut here: its owner is told, and gives it back by ending it. */
static void session_report_lost(struct hall *hall, const struct ticket *ticket)
{
    struct session *session = hall_find_session(hall, ticket->session.text);
    if (session)
        session->overdue = "lost_clerk";
}

void hall_do_window_close(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct window *window = hall_find_window(hall, request->window);
    if (!window || window->state == HALL_WINDOW_CLOSED) {
        hall_answer_refuse(answer, "window.none", "window %u is not open", request->window);
        return;
    }
    char actor[HALL_ACTOR_BYTES];
    hall_audit_staff(window->staff_no, actor);
    struct change change;
    hall_change_begin(&change, hall);
    hall_change_touch(&change, window, sizeof *window);
    struct ticket *ticket = window->ticket;
    if (window->offer)
        hall_window_offer_drop(&change, window, "offer_withdrawn", false, actor);
    if (ticket && ticket->state == HALL_CALLED) {
        hall_desk_give_back(&change, ticket, HALL_LIFE_WINDOW_CLOSED, actor, "window=%u",
                            window->no);
        hall_window_release(&change, window, "given_back", actor);
    }
    window->staff_no[0] = '\0';
    hall_window_move(&change, window, HALL_WINDOW_CLOSED, "closed", actor);
    int r = hall_change_commit(&change);
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    if (window->ticket)
        session_report_lost(hall, window->ticket);
    answer->window = window;
}

void hall_do_window_state(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct window *window = hall_find_window(hall, request->window);
    enum hall_window_state state = (enum hall_window_state)request->mode;
    if (!window || window->state == HALL_WINDOW_CLOSED) {
        hall_answer_refuse(answer, "window.none", "window %u is not open", request->window);
        return;
    }
    if (state != HALL_WINDOW_READY && state != HALL_WINDOW_NOT_READY && state != HALL_WINDOW_REST) {
        hall_answer_refuse(answer, "proto.params", "state: ready, not_ready or rest");
        return;
    }
    if (window->ticket) {
        hall_answer_refuse(answer, "window.busy", "ticket %s is at window %u",
                           window->ticket->number, window->no);
        return;
    }
    if (window->state != state) {
        char actor[HALL_ACTOR_BYTES];
        hall_audit_staff(window->staff_no, actor);
        struct change change;
        hall_change_begin(&change, hall);
        if (window->offer)
            hall_window_offer_drop(&change, window, "offer_withdrawn", false, actor);
        hall_window_move(&change, window, state, "state", actor);
        int r = hall_change_commit(&change);
        if (r < 0) {
            hall_answer_store_failed(answer, r);
            return;
        }
    }
    answer->window = window;
}
