#include "tests/unit/hall/replay.h"

#include <stdbool.h>
#include <string.h>

#include "hall/store/store.h"
#include "tests/unit/hall/trail.h"

enum { WINDOWS = 16 };

struct person {
    char *id, *number, *matter, *state;
    int64_t due;
    bool priority, online, parked, unanswered;
    unsigned target;
    unsigned offered_at; /* window, 0: nowhere */
};

struct counter {
    bool open;
    struct person *offer;
};

struct judge {
    GPtrArray *people; /* struct person */
    GHashTable *by_id;
    struct counter counters[WINDOWS];
    unsigned streaks[128];
    GHashTable *consults; /* codes of matters that are consultations */
    GPtrArray *skills;    /* "window grade skill" */
    struct replay_figures *figures;
};

static void person_free(gpointer user)
{
    struct person *person = user;
    g_free(person->id);
    g_free(person->number);
    g_free(person->matter);
    g_free(person->state);
    g_free(person);
}

static bool stands(const struct person *person)
{
    return !strcmp(person->state, "WAITING") && !person->parked;
}

static bool is_there(const struct person *person)
{
    return stands(person) && person->online && !person->unanswered;
}

static bool comes_before(const struct person *a, const struct person *b)
{
    if (a->due != b->due)
        return a->due < b->due;
    if (strlen(a->number) != strlen(b->number))
        return strlen(a->number) < strlen(b->number);
    return strcmp(a->number, b->number) < 0;
}

static bool skill_fits(const struct judge *judge, const char *skill, const char *matter)
{
    if (!strcmp(skill, "consult"))
        return g_hash_table_contains(judge->consults, matter);
    return g_pattern_match_simple(skill, matter);
}

static unsigned grade(const struct judge *judge, unsigned window, const struct person *person)
{
    unsigned best = 0;
    if (person->target == window)
        return 1;
    if (person->target && judge->counters[person->target].open)
        return 0;
    for (guint i = 0; i < judge->skills->len; i++) {
        g_auto(GStrv) words = g_strsplit(judge->skills->pdata[i], " ", 3);
        unsigned of_window = (unsigned)g_ascii_strtoull(words[0], NULL, 10);
        unsigned of_grade = (unsigned)g_ascii_strtoull(words[1], NULL, 10);
        if (of_window == window && skill_fits(judge, words[2], person->matter) &&
            (!best || of_grade < best))
            best = of_grade;
    }
    return best;
}

/* Whom the rule wants: walk down the grades; in a grade take the first by due, but a priority ticket after two
 * priority calls of its letter only where no ordinary one of that letter could be called. */
static const struct person *wanted(const struct judge *judge, unsigned window)
{
    for (unsigned of_grade = 1; of_grade <= 2; of_grade++) {
        const struct person *best = NULL;
        for (guint i = 0; i < judge->people->len; i++) {
            const struct person *person = judge->people->pdata[i];
            if (!is_there(person) || person->offered_at || grade(judge, window, person) != of_grade)
                continue;
            bool yields = false;
            for (guint n = 0; person->priority && n < judge->people->len; n++) {
                const struct person *other = judge->people->pdata[n];
                yields = yields || (!other->priority && is_there(other) && !other->offered_at &&
                                    other->number[0] == person->number[0] &&
                                    grade(judge, window, other) == of_grade &&
                                    judge->streaks[(unsigned char)person->number[0]] >= 2);
            }
            judge->figures->let_pass += yields;
            if (!yields && (!best || comes_before(person, best)))
                best = person;
        }
        if (best)
            return best;
    }
    return NULL;
}

static void pick_judge(struct judge *judge, const struct trail_row *row,
                       const struct person *person)
{
    unsigned window = (unsigned)trail_value_number(row, "window");
    const struct person *expected = wanted(judge, window);
    if (expected != person)
        g_error("row %" G_GINT64_FORMAT " (%s %s): the rule wants %s", row->seq, row->action,
                row->detail, expected ? expected->number : "nobody");
    judge->figures->picks++;
}

static void person_move(struct judge *judge, const struct trail_row *row, struct person *person)
{
    g_assert_cmpstr(trail_value(row, "from"), ==, person->state);
    g_free(person->state);
    person->state = g_strdup(trail_value(row, "to"));
    judge->figures->moves++;
}

static void called(struct judge *judge, const struct trail_row *row, struct person *person)
{
    unsigned window = (unsigned)trail_value_number(row, "window");
    if (!strcmp(trail_value(row, "via"), "next"))
        pick_judge(judge, row, person);
    else
        g_assert_cmpuint(person->offered_at, ==, window);
    unsigned *streak = &judge->streaks[(unsigned char)person->number[0]];
    *streak = person->priority ? *streak + 1 : 0;
    person->target = 0;
    person->offered_at = 0;
    judge->counters[window].offer = NULL;
}

static void person_create(struct judge *judge, const struct trail_row *row)
{
    struct person *person = g_new0(struct person, 1);
    person->id = g_strdup(row->object);
    person->number = g_strdup(trail_value(row, "number"));
    person->matter = g_strdup(trail_value(row, "matter"));
    person->state = g_strdup("TICKETED");
    person->due = trail_value_number(row, "due");
    person->priority = trail_value_number(row, "priority");
    person->online = true;
    g_ptr_array_add(judge->people, person);
    g_assert_true(g_hash_table_insert(judge->by_id, person->id, person));
}

static void ticket_row(struct judge *judge, const struct trail_row *row)
{
    const char *what = row->action + strlen("ticket.");
    if (!strcmp(what, "created")) {
        person_create(judge, row);
        return;
    }
    struct person *person = g_hash_table_lookup(judge->by_id, row->object);
    g_assert_nonnull(person);
    if (!strcmp(what, "called"))
        called(judge, row, person);
    if (*trail_value(row, "to"))
        person_move(judge, row, person);
    if (!strcmp(what, "offered")) {
        pick_judge(judge, row, person);
        person->offered_at = (unsigned)trail_value_number(row, "window");
        judge->counters[person->offered_at].offer = person;
    } else if (!strcmp(what, "online") || !strcmp(what, "offline")) {
        person->online = !strcmp(what, "online");
        person->parked = false;
    } else if (!strcmp(what, "parked")) {
        person->parked = true;
    } else if (!strcmp(what, "ring_timeout") || !strcmp(what, "missed")) {
        person->unanswered = true;
    } else if (!strcmp(what, "ready")) {
        person->unanswered = false;
    } else if (!strcmp(what, "requeued")) {
        person->due = trail_value_number(row, "due");
        person->unanswered = person->parked = false;
        person->online = true;
    } else if (!strcmp(what, "transferred")) {
        person->target = (unsigned)trail_value_number(row, "to_window");
    } else if (!strcmp(what, "not_ready")) {
        g_assert_true(stands(person) && !is_there(person));
        judge->figures->passed_over++;
    }
}

static void window_row(struct judge *judge, const struct trail_row *row)
{
    unsigned window = (unsigned)g_ascii_strtoull(row->object + strlen("window:"), NULL, 10);
    g_assert_cmpuint(window, <, WINDOWS);
    struct counter *counter = &judge->counters[window];
    counter->open = strcmp(trail_value(row, "to"), "closed");
    if (counter->offer && g_str_has_prefix(row->action, "window.offer_")) {
        counter->offer->offered_at = 0;
        counter->offer = NULL;
    }
}

/* Nobody's page is there after a restart, and what was under way starts anew. */
static void restart(struct judge *judge)
{
    memset(judge->counters, 0, sizeof judge->counters);
    memset(judge->streaks, 0, sizeof judge->streaks);
    for (guint i = 0; i < judge->people->len; i++) {
        struct person *person = judge->people->pdata[i];
        person->online = person->parked = false;
        person->offered_at = 0;
    }
}

static int consult_read(const struct hall_store_row *row, void *user)
{
    g_hash_table_add(user, g_strdup(hall_store_text(row, 0)));
    return 0;
}

static int skill_read(const struct hall_store_row *row, void *user)
{
    g_ptr_array_add(user, g_strdup_printf("%d %d %s", (int)hall_store_int(row, 0),
                                          (int)hall_store_int(row, 1), hall_store_text(row, 2)));
    return 0;
}

static void rules_read(struct judge *judge, const char *database)
{
    struct hall_store *store;
    g_assert_cmpint(hall_store_open(database, &store, NULL), ==, 0);
    g_assert_cmpint(hall_store_query(store, "SELECT code FROM matter WHERE kind = 'consult'",
                                     HALL_NO_VALUES, consult_read, judge->consults),
                    ==, 0);
    g_assert_cmpint(hall_store_query(store, "SELECT window_no, grade, skill FROM window_skill",
                                     HALL_NO_VALUES, skill_read, judge->skills),
                    ==, 0);
    hall_store_close(store);
}

void replay_judge(const char *database, const GPtrArray *rows, struct replay_figures *ret_figures)
{
    *ret_figures = (struct replay_figures){0};
    struct judge judge = {
        .people = g_ptr_array_new_with_free_func(person_free),
        .by_id = g_hash_table_new(g_str_hash, g_str_equal),
        .consults = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .skills = g_ptr_array_new_with_free_func(g_free),
        .figures = ret_figures,
    };
    rules_read(&judge, database);
    for (guint i = 0; i < rows->len; i++) {
        const struct trail_row *row = rows->pdata[i];
        if (!strcmp(row->action, "hall.started"))
            restart(&judge);
        else if (g_str_has_prefix(row->action, "ticket."))
            ticket_row(&judge, row);
        else if (g_str_has_prefix(row->action, "window."))
            window_row(&judge, row);
    }
    g_hash_table_destroy(judge.by_id);
    g_hash_table_destroy(judge.consults);
    g_ptr_array_unref(judge.people);
    g_ptr_array_unref(judge.skills);
}
