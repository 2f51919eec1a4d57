/* What a citizen does with the ticket. */
#include <string.h>

#include "base/clock.h"
#include "hall/audit.h"
#include "hall/hours.h"
#include "hall/matter.h"
#include "hall/queue.h"
#include "hall/request.h"
#include "hall/session.h"
#include "hall/ticket.h"
#include "hall/wait.h"
#include "hall/window.h"

/* 60+, disabled, pregnant, soldiers: as if they had come earlier. */
#define PRIORITY_LEAD_US (15 * 60 * (int64_t)G_USEC_PER_SEC)
#define REQUEUE_PLACES 3

/* The live ticket of a request where `event` may happen to it, or NULL and a refusal. */
static struct ticket *own_ticket(struct hall *hall, const struct request *request,
                                 enum hall_life_event event, struct answer *answer)
{
    struct ticket *ticket = hall_find_ticket_of(hall, request->object);
    if (!ticket) {
        hall_answer_refuse(answer, "ticket.none", "there is no live ticket");
        return NULL;
    }
    if (!hall_life_next(ticket->state, event, NULL)) {
        hall_answer_refuse(answer, "ticket.state", "ticket %s is %s", ticket->number,
                           hall_ticket_state_name(ticket->state));
        return NULL;
    }
    return ticket;
}

static void change_finish(struct change *change, struct answer *answer, struct ticket *ticket)
{
    int r = hall_change_commit(change);
    if (r < 0)
        hall_answer_store_failed(answer, r);
    else
        answer->ticket = ticket;
}

static unsigned waiting_count(const struct hall *hall)
{
    unsigned count = 0;
    for (guint i = 0; i < hall->tickets->len; i++)
        count += ((const struct ticket *)hall->tickets->pdata[i])->state == HALL_WAITING;
    return count;
}

/* Whether a ticket may be drawn for this matter now; else a refusal. */
static bool issue_is_open(struct hall *hall, const struct hall_matter *matter,
                          struct answer *answer)
{
    if (waiting_count(hall) >= hall->max_waiting) {
        hall_answer_refuse(answer, "queue.full", "%u tickets wait already", hall->max_waiting);
        answer->retry_us = 60 * (int64_t)G_USEC_PER_SEC;
        return false;
    }
    g_autoptr(GPtrArray) order = hall_queue_order(hall, hall_matter_letter(hall, matter));
    struct hall_wait wait =
        hall_wait_of(hall, matter, order->len, hall_matter_pace_us(hall, matter));
    int64_t now_us = clock_wall_us();
    int64_t closing_us;
    if (!hall_hours_are_open(hall, now_us, &closing_us)) {
        hall_answer_refuse(answer, "queue.closed", "outside the opening hours");
        return false;
    }
    if (now_us + (wait.min_us + wait.max_us) / 2 > closing_us) {
        hall_answer_refuse(answer, "queue.closed", "the turn would come after closing time");
        return false;
    }
    return true;
}

static struct ticket *ticket_new(struct hall *hall, const struct request *request,
                                 const struct hall_matter *matter, int64_t now_us)
{
    struct ticket *ticket = g_new(struct ticket, 1);
    *ticket = (struct ticket){
        .id = id_random(),
        .day = hall_day_of(now_us),
        .matter = matter,
        .letter = hall_matter_letter(hall, matter),
        .state = HALL_TICKETED,
        .online = true,
        .priority = request->flag,
        .created_at_us = now_us,
        .due_at_us = request->flag ? now_us - PRIORITY_LEAD_US : now_us,
        .since_at_us = now_us,
    };
    g_strlcpy(ticket->citizen.text, request->object, sizeof ticket->citizen.text);
    g_strlcpy(ticket->notice_sha256, request->sha256, sizeof ticket->notice_sha256);
    return ticket;
}

void hall_do_ticket_create(struct hall *hall, const struct request *request, struct answer *answer)
{
    const struct hall_matter *matter = hall_matter_find(hall, request->matter);
    if (!id_is_valid(request->object)) {
        hall_answer_refuse(answer, "proto.params", "citizen: not an id");
        return;
    }
    if (!matter) {
        hall_answer_refuse(answer, "matter.unknown", "no matter \"%s\"", request->matter);
        return;
    }
    if (!hall_notice_is(&hall->notice, request->sha256)) {
        hall_answer_refuse(answer, "notice.outdated", "the notice in force is version %s",
                           hall->notice.version);
        return;
    }
    if (hall_find_ticket_of(hall, request->object)) {
        hall_answer_refuse(answer, "ticket.exists", "one live ticket a citizen");
        return;
    }
    if (!issue_is_open(hall, matter, answer))
        return;

    struct change change;
    hall_change_begin(&change, hall);
    struct ticket *ticket = ticket_new(hall, request, matter, change.now_us);
    hall_number_draw(&change, ticket->letter, ticket->day, ticket->number);
    hall_ticket_insert(&change, ticket);
    hall_ticket_move(&change, ticket, HALL_LIFE_QUEUED, HALL_ACTOR_CITIZEN,
                     "matter=%s due=%" G_GINT64_FORMAT, matter->code, ticket->due_at_us);
    int r = hall_change_commit(&change);
    if (r < 0) {
        g_free(ticket);
        hall_answer_store_failed(answer, r);
        return;
    }
    hall_ticket_adopt(hall, ticket);
    answer->ticket = ticket;
}

/* Today's no-show that may still be re-activated; the turn's end drops it again. NULL: none. */
static int no_show_of(struct hall *hall, const char *citizen, struct ticket **ret_ticket)
{
    struct ticket *ticket = NULL;
    int r = hall_ticket_load_newest(hall, citizen, hall_day_of(clock_wall_us()), &ticket);
    if (ticket && (ticket->state != HALL_NO_SHOW || ticket->requeued))
        g_clear_pointer(&ticket, g_free);
    if (ticket)
        hall_ticket_adopt(hall, ticket);
    if (r == 0)
        *ret_ticket = ticket;
    return r;
}

void hall_do_ticket_of(struct hall *hall, const struct request *request, struct answer *answer)
{
    answer->ticket = hall_find_ticket_of(hall, request->object);
    int r = answer->ticket ? 0 : no_show_of(hall, request->object, &answer->ticket);
    if (r < 0)
        hall_answer_store_failed(answer, r);
}

void hall_do_ticket_cancel(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct ticket *ticket = own_ticket(hall, request, HALL_LIFE_CANCELLED, answer);
    if (!ticket)
        return;
    struct window *window = hall_find_window(hall, ticket->window);
    struct change change;
    hall_change_begin(&change, hall);
    hall_ticket_touch(&change, ticket);
    ticket->deadline_at_us = 0;
    ticket->no_show_at_us = 0;
    ticket->finished_at_us = change.now_us;
    hall_ticket_move(&change, ticket, HALL_LIFE_CANCELLED, HALL_ACTOR_CITIZEN, "%s", "");
    if (window)
        hall_window_release(&change, window, "cancelled", HALL_ACTOR_CITIZEN);
    change_finish(&change, answer, ticket);
}

void hall_do_ticket_requeue(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct ticket *ticket = hall_find_ticket_of(hall, request->object);
    if (ticket) {
        hall_answer_refuse(answer, "ticket.state", "ticket %s is %s", ticket->number,
                           hall_ticket_state_name(ticket->state));
        return;
    }
    int r = no_show_of(hall, request->object, &ticket);
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    if (!ticket) {
        hall_answer_refuse(answer, "ticket.none", "there is no ticket of today to re-activate");
        return;
    }
    struct change change;
    hall_change_begin(&change, hall);
    hall_ticket_touch(&change, ticket);
    ticket->due_at_us = hall_queue_due_behind(hall, ticket, REQUEUE_PLACES);
    ticket->requeued = true;
    ticket->online = true;
    ticket->offline_at_us = 0;
    ticket->parked = false;
    ticket->no_show_at_us = 0;
    ticket->finished_at_us = 0;
    hall_ticket_move(&change, ticket, HALL_LIFE_REQUEUED, HALL_ACTOR_CITIZEN,
                     "due=%" G_GINT64_FORMAT, ticket->due_at_us);
    change_finish(&change, answer, ticket);
}

void hall_do_ticket_ready(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct ticket *ticket = own_ticket(hall, request, HALL_LIFE_READY, answer);
    if (!ticket)
        return;
    struct change change;
    hall_change_begin(&change, hall);
    hall_ticket_touch(&change, ticket);
    ticket->ready = true;
    ticket->no_show_at_us = 0;
    hall_ticket_move(&change, ticket, HALL_LIFE_READY, HALL_ACTOR_CITIZEN, "%s", "");
    change_finish(&change, answer, ticket);
}

void hall_do_ticket_enter(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct ticket *ticket = own_ticket(hall, request, HALL_LIFE_ENTERED, answer);
    if (!ticket)
        return;
    struct change change;
    hall_change_begin(&change, hall);
    struct session *session = hall_session_insert(&change, ticket, ticket->matter,
                                                  HALL_RECORDING_USUAL, HALL_ACTOR_CITIZEN);
    hall_ticket_touch(&change, ticket);
    ticket->session = session->view.id;
    ticket->deadline_at_us = 0;
    hall_ticket_move(&change, ticket, HALL_LIFE_ENTERED, HALL_ACTOR_CITIZEN, "window=%u session=%s",
                     ticket->window, session->view.id.text);
    int r = hall_change_commit(&change);
    if (r < 0) {
        g_free(session);
        hall_answer_store_failed(answer, r);
        return;
    }
    hall_session_adopt(hall, session);
    answer->ticket = ticket;
    answer->has_session = true;
    answer->session = session->view;
}

void hall_do_ticket_online(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct ticket *ticket = hall_find_ticket_of(hall, request->object);
    answer->ticket = ticket;
    if (!ticket || ticket->online == request->flag)
        return;
    struct change change;
    hall_change_begin(&change, hall);
    hall_ticket_touch(&change, ticket);
    ticket->online = request->flag;
    ticket->parked = false;
    ticket->offline_at_us = request->flag ? 0 : change.now_us;
    hall_ticket_note(&change, ticket, request->flag ? "online" : "offline", HALL_ACTOR_CITIZEN,
                     "%s", "");
    change_finish(&change, answer, ticket);
}
