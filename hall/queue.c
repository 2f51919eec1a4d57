#include "hall/queue.h"

#include <string.h>

#include "hall/matter.h"
#include "hall/wait.h"
#include "hall/window.h"

int hall_queue_compare(const struct ticket *a, const struct ticket *b)
{
    if (a->due_at_us != b->due_at_us)
        return a->due_at_us < b->due_at_us ? -1 : 1;
    size_t a_len = strlen(a->number), b_len = strlen(b->number);
    if (a_len != b_len) /* A999 comes before A1000 */
        return a_len < b_len ? -1 : 1;
    return strcmp(a->number, b->number);
}

static gint pointers_compare(gconstpointer a, gconstpointer b)
{
    return hall_queue_compare(*(struct ticket *const *)a, *(struct ticket *const *)b);
}

bool hall_queue_stands(const struct ticket *ticket)
{
    return ticket->state == HALL_WAITING && !ticket->parked;
}

bool hall_queue_is_callable(const struct ticket *ticket)
{
    return hall_queue_stands(ticket) && ticket->online && !ticket->no_show_at_us;
}

static unsigned streak_of(const struct hall *hall, char letter)
{
    return hall->streaks[letter - 'A'];
}

void hall_queue_count_call(struct hall *hall, const struct ticket *ticket)
{
    unsigned *streak = &hall->streaks[ticket->letter - 'A'];
    *streak = ticket->priority ? *streak + 1 : 0;
}

static bool is_offered(const struct hall *hall, const struct ticket *ticket)
{
    for (guint i = 0; i < hall->windows->len; i++) {
        if (((const struct window *)hall->windows->pdata[i])->offer == ticket)
            return true;
    }
    return false;
}

/* A ticket handed over to a window waits for it as long as somebody sits there. */
static unsigned grade_for(const struct hall *hall, const struct window *window,
                          const struct ticket *ticket)
{
    if (ticket->target_window == window->no)
        return 1;
    const struct window *target = hall_find_window(hall, ticket->target_window);
    if (target && target->state != HALL_WINDOW_CLOSED)
        return 0;
    return hall_window_grade(window, ticket->matter);
}

void hall_queue_windows(const struct hall *hall, const struct ticket *ticket,
                        struct hall_ticket *ret_view)
{
    ret_view->window_count = 0;
    for (guint i = 0; i < hall->windows->len && ticket->state == HALL_WAITING; i++) {
        const struct window *window = hall->windows->pdata[i];
        if (ret_view->window_count < HALL_MAX_WINDOWS && grade_for(hall, window, ticket))
            ret_view->windows[ret_view->window_count++] = window->no;
    }
}

/* Those of one grade that stand, in the order of due; offered ones are left out. */
static GPtrArray *candidates_of(const struct hall *hall, const struct window *window,
                                unsigned grade)
{
    GPtrArray *candidates = g_ptr_array_new();
    for (guint i = 0; i < hall->tickets->len; i++) {
        struct ticket *ticket = hall->tickets->pdata[i];
        if (hall_queue_stands(ticket) && grade_for(hall, window, ticket) == grade &&
            !is_offered(hall, ticket))
            g_ptr_array_add(candidates, ticket);
    }
    g_ptr_array_sort(candidates, pointers_compare);
    return candidates;
}

static bool ordinary_waits(const GPtrArray *candidates, char letter)
{
    for (guint i = 0; i < candidates->len; i++) {
        const struct ticket *ticket = candidates->pdata[i];
        if (ticket->letter == letter && !ticket->priority && hall_queue_is_callable(ticket))
            return true;
    }
    return false;
}

static bool must_let_pass(const struct hall *hall, const GPtrArray *candidates,
                          const struct ticket *ticket)
{
    return ticket->priority && streak_of(hall, ticket->letter) >= HALL_MAX_PRIORITY_STREAK &&
           ordinary_waits(candidates, ticket->letter);
}

static struct ticket *first_of(const struct hall *hall, const GPtrArray *candidates,
                               GPtrArray *passed_over)
{
    guint first = 0;
    for (; first < candidates->len; first++) {
        const struct ticket *ticket = candidates->pdata[first];
        if (hall_queue_is_callable(ticket) && !must_let_pass(hall, candidates, ticket))
            break;
    }
    if (first == candidates->len)
        return NULL;
    for (guint i = 0; passed_over && i < first; i++) {
        if (!hall_queue_is_callable(candidates->pdata[i]))
            g_ptr_array_add(passed_over, candidates->pdata[i]);
    }
    return candidates->pdata[first];
}

struct ticket *hall_queue_pick(const struct hall *hall, const struct window *window,
                               GPtrArray *passed_over)
{
    struct ticket *ticket = NULL;
    for (unsigned grade = 1; !ticket && grade <= 2; grade++) {
        g_autoptr(GPtrArray) candidates = candidates_of(hall, window, grade);
        ticket = first_of(hall, candidates, passed_over);
    }
    return ticket;
}

/* The place in `sorted` of the first ordinary ticket from `from` on, or its length. */
static guint ordinary_from(const GPtrArray *sorted, guint from)
{
    while (from < sorted->len && ((const struct ticket *)sorted->pdata[from])->priority)
        from++;
    return from;
}

GPtrArray *hall_queue_order(const struct hall *hall, char letter)
{
    GPtrArray *sorted = g_ptr_array_new();
    for (guint i = 0; i < hall->tickets->len; i++) {
        struct ticket *ticket = hall->tickets->pdata[i];
        if (ticket->letter == letter && hall_queue_stands(ticket))
            g_ptr_array_add(sorted, ticket);
    }
    g_ptr_array_sort(sorted, pointers_compare);

    /* Two priority calls in a row let the next ordinary ticket pass. */
    unsigned streak = streak_of(hall, letter);
    for (guint i = 0; i < sorted->len; i++) {
        const struct ticket *ticket = sorted->pdata[i];
        guint ordinary = ordinary_from(sorted, i);
        if (ticket->priority && streak >= HALL_MAX_PRIORITY_STREAK && ordinary < sorted->len) {
            ticket = g_ptr_array_steal_index(sorted, ordinary);
            g_ptr_array_insert(sorted, (gint)i, (gpointer)ticket);
        }
        streak = ticket->priority ? streak + 1 : 0;
    }
    return sorted;
}

int64_t hall_queue_due_behind(const struct hall *hall, const struct ticket *ticket, unsigned places)
{
    g_autoptr(GPtrArray) standing = g_ptr_array_new();
    for (guint i = 0; i < hall->tickets->len; i++) {
        struct ticket *other = hall->tickets->pdata[i];
        if (other != ticket && other->letter == ticket->letter && hall_queue_stands(other) &&
            hall_queue_compare(other, ticket) > 0)
            g_ptr_array_add(standing, other);
    }
    if (!standing->len)
        return ticket->due_at_us;
    g_ptr_array_sort(standing, pointers_compare);
    const struct ticket *last = standing->pdata[MIN(places, standing->len) - 1];
    return last->due_at_us + 1;
}

static void ticket_place(struct ticket *ticket, unsigned ahead, const struct hall_wait *wait)
{
    if (ticket->ahead == ahead && ticket->wait_min_us == wait->min_us &&
        ticket->wait_max_us == wait->max_us)
        return;
    ticket->ahead = ahead;
    ticket->wait_min_us = wait->min_us;
    ticket->wait_max_us = wait->max_us;
    if (!ticket->cause)
        ticket->cause = "place";
}

void hall_queue_place(struct hall *hall)
{
    for (char letter = 'A'; letter <= 'Z'; letter++) {
        g_autoptr(GPtrArray) order = hall_queue_order(hall, letter);
        double ahead_us = 0;
        for (guint i = 0; i < order->len; i++) {
            struct ticket *ticket = order->pdata[i];
            double pace_us = hall_matter_pace_us(hall, ticket->matter);
            struct hall_wait wait =
                hall_wait_of(hall, ticket->matter, i, i ? ahead_us / i : pace_us);
            ticket_place(ticket, i, &wait);
            ahead_us += pace_us;
        }
    }
}
