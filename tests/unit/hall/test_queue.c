/* The rule, over tickets and windows made by hand: no thread, no store. */
#include "hall/queue.h"

#include <string.h>

#include "hall/matter.h"

#define MINUTE_US (60 * (int64_t)G_USEC_PER_SEC)

struct scene {
    struct hall hall;
    struct hall_matter matters[4];
    struct matter_pace paces[4];
};

static const struct matter_row {
    const char *code;
    char letter;
    enum hall_kind kind;
} matter_rows[] = {{"BD01", 'A', HALL_ACCEPT},
                   {"SB01", 'B', HALL_CONSULT},
                   {"SB02", 'B', HALL_ACCEPT},
                   {"GA01", 'F', HALL_CONSULT}};

static struct scene *scene_new(void)
{
    struct scene *scene = g_new0(struct scene, 1);
    scene->hall.matters = scene->matters;
    scene->hall.matter_count = G_N_ELEMENTS(matter_rows);
    scene->hall.letters = g_new0(char, G_N_ELEMENTS(matter_rows));
    scene->hall.paces = scene->paces;
    for (size_t i = 0; i < G_N_ELEMENTS(matter_rows); i++) {
        g_strlcpy(scene->matters[i].code, matter_rows[i].code, HALL_CODE_BYTES);
        scene->matters[i].kind = matter_rows[i].kind;
        scene->hall.letters[i] = matter_rows[i].letter;
        scene->paces[i].mean_us = 10.0 * MINUTE_US;
    }
    scene->hall.tickets = g_ptr_array_new_with_free_func(g_free);
    scene->hall.windows = g_ptr_array_new_with_free_func(g_free);
    return scene;
}

static void scene_free(struct scene *scene)
{
    g_ptr_array_free(scene->hall.tickets, TRUE);
    g_ptr_array_free(scene->hall.windows, TRUE);
    g_free(scene->hall.letters);
    g_free(scene);
}

/* Drawn in the minute `minute`; priority is 15 minutes early. */
static struct ticket *add(struct scene *scene, const char *matter, const char *number, int minute,
                          bool priority)
{
    struct ticket *ticket = g_new0(struct ticket, 1);
    ticket->matter = hall_matter_find(&scene->hall, matter);
    ticket->letter = hall_matter_letter(&scene->hall, ticket->matter);
    g_strlcpy(ticket->number, number, sizeof ticket->number);
    ticket->state = HALL_WAITING;
    ticket->online = true;
    ticket->priority = priority;
    ticket->due_at_us = (minute - (priority ? 15 : 0)) * MINUTE_US;
    g_ptr_array_add(scene->hall.tickets, ticket);
    return ticket;
}

static struct window *add_window(struct scene *scene, unsigned no, const char *main_skill,
                                 const char *second_skill)
{
    struct window *window = g_new0(struct window, 1);
    window->no = no;
    window->state = HALL_WINDOW_NOT_READY;
    g_strlcpy(window->main_skills[0], main_skill, HALL_SKILL_BYTES);
    g_strlcpy(window->second_skills[0], second_skill, HALL_SKILL_BYTES);
    window->main_count = *main_skill != 0;
    window->second_count = *second_skill != 0;
    g_ptr_array_add(scene->hall.windows, window);
    return window;
}

static const char *call(struct scene *scene, struct window *window)
{
    struct ticket *ticket = hall_queue_pick(&scene->hall, window, NULL);
    if (!ticket)
        return NULL;
    hall_queue_count_call(&scene->hall, ticket);
    ticket->state = HALL_CALLED;
    return ticket->number;
}

static void test_by_due_then_number(void)
{
    struct scene *scene = scene_new();
    struct window *window = add_window(scene, 3, "BD*", "");
    add(scene, "BD01", "A1000", 5, false);
    add(scene, "BD01", "A999", 5, false);
    add(scene, "BD01", "A003", 7, false);
    add(scene, "BD01", "A001", 6, false);
    static const char *const order[] = {"A999", "A1000", "A001", "A003", NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
        g_assert_cmpstr(call(scene, window), ==, order[i]);
    scene_free(scene);
}

static void test_two_priority_calls_then_an_ordinary_one(void)
{
    struct scene *scene = scene_new();
    struct window *window = add_window(scene, 3, "BD*", "");
    add(scene, "BD01", "A001", 0, false);
    add(scene, "BD01", "A002", 1, false);
    for (int i = 0; i < 5; i++) {
        g_autofree char *number = g_strdup_printf("A%03d", 3 + i);
        add(scene, "BD01", number, 2 + i, true);
    }
    static const char *const order[] = {"A003", "A004", "A001", "A005",
                                        "A006", "A002", "A007", NULL};

    /* The place that is shown is the order that happens. */
    g_autoptr(GPtrArray) shown = hall_queue_order(&scene->hall, 'A');
    g_assert_cmpuint(shown->len, ==, 7);
    for (guint i = 0; i < shown->len; i++)
        g_assert_cmpstr(((struct ticket *)shown->pdata[i])->number, ==, order[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
        g_assert_cmpstr(call(scene, window), ==, order[i]);
    scene_free(scene);
}

static void test_priority_goes_on_where_no_ordinary_waits(void)
{
    struct scene *scene = scene_new();
    struct window *window = add_window(scene, 3, "BD*", "");
    for (int i = 0; i < 4; i++) {
        g_autofree char *number = g_strdup_printf("A%03d", 1 + i);
        add(scene, "BD01", number, i, true);
    }
    struct ticket *away = add(scene, "BD01", "A009", 0, false);
    away->online = false; /* waits, but cannot be called now */
    g_assert_cmpstr(call(scene, window), ==, "A001");
    g_assert_cmpstr(call(scene, window), ==, "A002");
    g_assert_cmpstr(call(scene, window), ==, "A003");
    away->online = true;
    g_assert_cmpstr(call(scene, window), ==, "A009");
    g_assert_cmpstr(call(scene, window), ==, "A004");
    scene_free(scene);
}

static void test_who_is_not_there_is_passed_over(void)
{
    struct scene *scene = scene_new();
    struct window *window = add_window(scene, 3, "BD*", "");
    struct ticket *offline = add(scene, "BD01", "A001", 0, false);
    struct ticket *unanswered = add(scene, "BD01", "A002", 1, false);
    struct ticket *parked = add(scene, "BD01", "A003", 2, false);
    struct ticket *there = add(scene, "BD01", "A004", 3, false);
    add(scene, "BD01", "A005", 4, false)->online = false;
    offline->online = false;
    unanswered->no_show_at_us = 1;
    parked->parked = true;
    parked->online = false;
    g_autoptr(GPtrArray) passed_over = g_ptr_array_new();
    g_assert_true(hall_queue_pick(&scene->hall, window, passed_over) == there);
    g_assert_cmpuint(passed_over->len, ==, 2); /* parked has no place, A005 is behind */
    g_assert_true(passed_over->pdata[0] == offline);
    g_assert_true(passed_over->pdata[1] == unanswered);

    hall_queue_place(&scene->hall);
    g_assert_cmpuint(there->ahead, ==, 2);
    g_assert_cmpstr(there->cause, ==, "place");
    scene_free(scene);
}

static void test_main_skill_before_secondary(void)
{
    struct scene *scene = scene_new();
    struct window *counter = add_window(scene, 1, "consult", "SB*");
    struct window *social = add_window(scene, 2, "SB*", "");
    struct window *land = add_window(scene, 3, "BD*", "");
    add(scene, "SB02", "B001", 0, false);
    add(scene, "GA01", "F001", 5, false);
    add(scene, "SB01", "B002", 6, false);
    g_assert_cmpstr(call(scene, counter), ==, "F001"); /* later, but its main skill */
    g_assert_cmpstr(call(scene, counter), ==, "B002");
    g_assert_null(call(scene, land));
    g_assert_cmpstr(call(scene, counter), ==, "B001");
    g_assert_null(call(scene, social));
    scene_free(scene);
}

static void test_an_offered_ticket_is_nobody_elses(void)
{
    struct scene *scene = scene_new();
    struct window *left = add_window(scene, 3, "BD*", ""), *right = add_window(scene, 4, "BD*", "");
    left->offer = add(scene, "BD01", "A001", 0, false);
    add(scene, "BD01", "A002", 1, false);
    g_assert_cmpstr(call(scene, right), ==, "A002");
    scene_free(scene);
}

static void test_handed_over_ticket_waits_for_its_window(void)
{
    struct scene *scene = scene_new();
    struct window *land = add_window(scene, 3, "BD*", ""),
                  *target = add_window(scene, 4, "QY*", "");
    add(scene, "BD01", "A001", 0, false)->target_window = 4;
    add(scene, "BD01", "A002", 1, false);
    g_assert_cmpstr(call(scene, land), ==, "A002");
    g_assert_null(call(scene, land));
    target->state = HALL_WINDOW_CLOSED; /* nobody is there any more */
    g_assert_cmpstr(call(scene, land), ==, "A001");
    scene_free(scene);
}

static void test_places_behind(void)
{
    struct scene *scene = scene_new();
    struct ticket *late = add(scene, "BD01", "A001", 0, false);
    late->state = HALL_NO_SHOW;
    g_assert_cmpint(hall_queue_due_behind(&scene->hall, late, 3), ==, late->due_at_us);
    struct ticket *second = add(scene, "BD01", "A002", 1, false);
    g_assert_cmpint(hall_queue_due_behind(&scene->hall, late, 3), ==, second->due_at_us + 1);
    for (int i = 3; i <= 6; i++) {
        g_autofree char *number = g_strdup_printf("A%03d", i);
        add(scene, "BD01", number, i, false);
    }
    add(scene, "SB01", "B001", 0, false);
    late->due_at_us = hall_queue_due_behind(&scene->hall, late, 3);
    late->state = HALL_WAITING;
    g_autoptr(GPtrArray) order = hall_queue_order(&scene->hall, 'A');
    g_assert_true(order->pdata[3] == late);
    scene_free(scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/queue/by-due-then-number", test_by_due_then_number);
    g_test_add_func("/hall/queue/two-priority-calls-then-an-ordinary-one",
                    test_two_priority_calls_then_an_ordinary_one);
    g_test_add_func("/hall/queue/priority-goes-on-where-no-ordinary-waits",
                    test_priority_goes_on_where_no_ordinary_waits);
    g_test_add_func("/hall/queue/who-is-not-there-is-passed-over",
                    test_who_is_not_there_is_passed_over);
    g_test_add_func("/hall/queue/main-skill-before-secondary", test_main_skill_before_secondary);
    g_test_add_func("/hall/queue/an-offered-ticket-is-nobody-elses",
                    test_an_offered_ticket_is_nobody_elses);
    g_test_add_func("/hall/queue/handed-over-ticket-waits-for-its-window",
                    test_handed_over_ticket_waits_for_its_window);
    g_test_add_func("/hall/queue/places-behind", test_places_behind);
    return g_test_run();
}
