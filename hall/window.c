#include "hall/window.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "hall/audit.h"
#include "hall/matter.h"
#include "hall/ticket.h"

static const char *const state_names[] = {
    [HALL_WINDOW_CLOSED] = "closed",       [HALL_WINDOW_READY] = "ready",
    [HALL_WINDOW_NOT_READY] = "not_ready", [HALL_WINDOW_REST] = "rest",
    [HALL_WINDOW_BUSY] = "busy",           [HALL_WINDOW_WRAP_UP] = "wrap_up",
};

const char *hall_window_state_name(enum hall_window_state state)
{
    return state_names[state];
}

static int window_read(const struct hall_store_row *row, void *user)
{
    struct hall *hall = user;
    struct window *window = g_new0(struct window, 1);
    window->no = (unsigned)hall_store_int(row, 0);
    hall_store_copy(row, 1, window->name, sizeof window->name);
    window->since_at_us = clock_wall_us();
    g_ptr_array_add(hall->windows, window);
    if (hall->window_name_count < HALL_MAX_WINDOWS) {
        struct hall_window_name *entry = &hall->window_names[hall->window_name_count++];
        entry->no = window->no;
        memcpy(entry->name, window->name, sizeof entry->name);
    }
    return 0;
}

size_t hall_window_names(const struct hall *hall, struct hall_window_name *ret_names, size_t max)
{
    size_t count = MIN(max, (size_t)hall->window_name_count);
    memcpy(ret_names, hall->window_names, count * sizeof *ret_names);
    return count;
}

static int skill_read(const struct hall_store_row *row, void *user)
{
    struct window *window = hall_find_window(user, (unsigned)hall_store_int(row, 0));
    if (!window)
        return 0;
    bool is_main = hall_store_int(row, 1) == 1;
    unsigned *count = is_main ? &window->main_count : &window->second_count;
    char(*skills)[HALL_SKILL_BYTES] = is_main ? window->main_skills : window->second_skills;
    if (*count < HALL_MAX_SKILLS)
        hall_store_copy(row, 2, skills[(*count)++], HALL_SKILL_BYTES);
    return 0;
}

static int figures_read(const struct hall_store_row *row, void *user)
{
    struct window *window = hall_find_window(user, (unsigned)hall_store_int(row, 0));
    if (!window)
        return 0;
    window->served_today = (unsigned)hall_store_int(row, 1);
    window->served_us = hall_store_int(row, 2);
    return 0;
}

int hall_windows_load(struct hall *hall)
{
    int day = hall_day_of(clock_wall_us());
    int r = hall_store_query(hall->store, "SELECT no, name FROM service_window ORDER BY no",
                             HALL_NO_VALUES, window_read, hall);
    if (r == 0)
        r = hall_store_query(hall->store,
                             "SELECT window_no, grade, skill FROM window_skill ORDER BY skill",
                             HALL_NO_VALUES, skill_read, hall);
    if (r == 0)
        r = hall_store_query(
            hall->store,
            "SELECT window_no, COUNT(*), SUM(finished_at_us - served_at_us) FROM ticket "
            "WHERE day = $1 AND state = 'FINISHED' AND served_at_us > 0 GROUP BY window_no",
            HALL_VALUES(HALL_INT(day)), figures_read, hall);
    for (guint i = 0; i < hall->windows->len; i++)
        ((struct window *)hall->windows->pdata[i])->served_day = day;
    return r;
}

void hall_window_view(const struct window *window, struct hall_window *ret_view)
{
    *ret_view = (struct hall_window){
        .no = window->no,
        .state = window->state,
        .since_at_us = window->since_at_us,
        .served_today = window->served_today,
        .mean_us = window->served_today ? window->served_us / window->served_today : 0,
    };
    memcpy(ret_view->name, window->name, sizeof ret_view->name);
    memcpy(ret_view->name_en, window->name_en, sizeof ret_view->name_en);
    memcpy(ret_view->staff_no, window->staff_no, sizeof ret_view->staff_no);
    if (!window->ticket)
        return;
    ret_view->ticket = window->ticket->id;
    if (window->ticket->state == HALL_WRAP_UP)
        ret_view->wrap_up_deadline_at_us = window->ticket->deadline_at_us;
}

void hall_window_move(struct change *change, struct window *window, enum hall_window_state state,
                      const char *cause, const char *actor)
{
    if (change->error)
        return;
    hall_change_touch(change, window, sizeof *window);
    enum hall_window_state from = window->state;
    window->state = state;
    window->cause = cause;
    if (from != state)
        window->since_at_us = change->now_us;

    g_autofree char *action = g_strdup_printf("window.%s", cause);
    g_autofree char *object = g_strdup_printf("window:%u", window->no);
    hall_audit_append(change, actor, action, object, "from=%s to=%s staff=%s", state_names[from],
                      state_names[state], window->staff_no);
    log_debug("hall", "window %u: %s -> %s (%s)", window->no, state_names[from], state_names[state],
              cause);
}

void hall_window_take(struct change *change, struct window *window, struct ticket *ticket,
                      const char *actor)
{
    hall_change_touch(change, window, sizeof *window);
    window->state_after =
        window->state == HALL_WINDOW_READY ? HALL_WINDOW_READY : HALL_WINDOW_NOT_READY;
    window->ticket = ticket;
    window->offer = NULL;
    hall_window_move(change, window, HALL_WINDOW_BUSY, "serving", actor);
}

void hall_window_release(struct change *change, struct window *window, const char *cause,
                         const char *actor)
{
    hall_change_touch(change, window, sizeof *window);
    window->ticket = NULL;
    enum hall_window_state state = window->state_after;
    if (window->state == HALL_WINDOW_CLOSED)
        state = HALL_WINDOW_CLOSED;
    hall_window_move(change, window, state, cause, actor);
}

void hall_window_offer_drop(struct change *change, struct window *window, const char *cause,
                            bool not_ready, const char *actor)
{
    hall_change_touch(change, window, sizeof *window);
    window->offer = NULL;
    window->offer_deadline_at_us = 0;
    hall_window_move(change, window, not_ready ? HALL_WINDOW_NOT_READY : window->state, cause,
                     actor);
}

void hall_window_serve(struct change *change, struct window *window, int64_t service_us)
{
    hall_change_touch(change, window, sizeof *window);
    window->served_today++;
    window->served_us += service_us;
}

void hall_windows_day(struct hall *hall, int day)
{
    for (guint i = 0; i < hall->windows->len; i++) {
        struct window *window = hall->windows->pdata[i];
        if (window->served_day == day)
            continue;
        window->served_day = day;
        window->served_today = 0;
        window->served_us = 0;
    }
}

bool hall_window_works(const struct window *window)
{
    return window->state != HALL_WINDOW_CLOSED && window->state != HALL_WINDOW_REST;
}

static bool skills_have(const char (*skills)[HALL_SKILL_BYTES], unsigned count,
                        const struct hall_matter *matter)
{
    for (unsigned i = 0; i < count; i++) {
        if (hall_matter_needs(matter, skills[i]))
            return true;
    }
    return false;
}

unsigned hall_window_grade(const struct window *window, const struct hall_matter *matter)
{
    if (skills_have(window->main_skills, window->main_count, matter))
        return 1;
    return skills_have(window->second_skills, window->second_count, matter) ? 2 : 0;
}
