/* Sessions out of the store, for auditors and integrators. */
#include <string.h>

#include "hall/people.h"
#include "hall/request.h"
#include "hall/session.h"

#define SESSION_COLUMNS                                                                                  \
    "SELECT id, ticket, number, matter, recording_required, state, window_no, staff_no, created_at_us, " \
    "started_at_us, ended_at_us, end_reason, result, unrecorded, end_phase FROM session "
/* The integrator's sessions that never started hold nothing to look at. */
#define SESSION_FILTER                                                                                       \
    "WHERE ($1 = 0 OR created_at_us >= $1) AND ($2 = 0 OR created_at_us < $2) AND ($3 = '' OR number = $3) " \
    "AND ($4 = '' OR staff_no = $4) AND (ticket <> '' OR started_at_us <> 0) "

enum { LIMIT_MAX = 200, LIMIT_DEFAULT = 50 };

struct loading {
    const struct hall *hall;
    GArray *sessions; /* struct hall_session */
};

static enum hall_session_state state_parse(const char *name)
{
    if (!strcmp(name, "connecting"))
        return HALL_SESSION_CONNECTING;
    return strcmp(name, "active") ? HALL_SESSION_ENDED : HALL_SESSION_ACTIVE;
}

static int session_read(const struct hall_store_row *row, void *user)
{
    struct loading *loading = user;
    struct hall_session session = {
        .matter = hall_matter_find(loading->hall, hall_store_text(row, 3)),
        .recording_required = hall_store_int(row, 4),
        .state = state_parse(hall_store_text(row, 5)),
        .window = (unsigned)hall_store_int(row, 6),
        .created_at_us = hall_store_int(row, 8),
        .started_at_us = hall_store_int(row, 9),
        .ended_at_us = hall_store_int(row, 10),
        .unrecorded = hall_store_int(row, 13),
    };
    hall_store_copy(row, 0, session.id.text, sizeof session.id.text);
    hall_store_copy(row, 1, session.ticket.text, sizeof session.ticket.text);
    hall_store_copy(row, 2, session.number, sizeof session.number);
    hall_store_copy(row, 7, session.staff_no, sizeof session.staff_no);
    hall_store_copy(row, 11, session.end_reason, sizeof session.end_reason);
    hall_store_copy(row, 14, session.end_phase, sizeof session.end_phase);
    hall_store_copy(row, 12, session.result, sizeof session.result);
    g_array_append_val(loading->sessions, session);
    return 0;
}

void hall_do_session_get(struct hall *hall, const struct request *request, struct answer *answer)
{
    g_autoptr(GArray) sessions = g_array_new(FALSE, FALSE, sizeof(struct hall_session));
    struct loading loading = {hall, sessions};
    int r = hall_store_query(hall->store, SESSION_COLUMNS "WHERE id = $1",
                             HALL_VALUES(HALL_TEXT(request->object)), session_read, &loading);
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    if (!sessions->len) {
        hall_answer_refuse(answer, "session.none", "no such session");
        return;
    }
    answer->has_session = true;
    answer->session = g_array_index(sessions, struct hall_session, 0);
    answer->people = g_array_new(FALSE, FALSE, sizeof(struct hall_person));
    r = hall_people_read(hall, request->object, true, answer->people);
    if (r < 0)
        hall_answer_store_failed(answer, r);
}

static int total_read(const struct hall_store_row *row, void *user)
{
    *(int64_t *)user = hall_store_int(row, 0);
    return 0;
}

void hall_do_session_list(struct hall *hall, const struct request *request, struct answer *answer)
{
    unsigned limit = request->limit ? MIN(request->limit, (unsigned)LIMIT_MAX) : LIMIT_DEFAULT;
    struct loading loading = {hall, g_array_new(FALSE, FALSE, sizeof(struct hall_session))};
    int64_t total = 0;
    int r = hall_store_query(hall->store, "SELECT COUNT(*) FROM session " SESSION_FILTER,
                             HALL_VALUES(HALL_INT(request->from_at_us), HALL_INT(request->to_at_us),
                                         HALL_TEXT(request->number), HALL_TEXT(request->staff_no)),
                             total_read, &total);
    if (r == 0)
        r = hall_store_query(hall->store,
                             SESSION_COLUMNS SESSION_FILTER
                             "ORDER BY created_at_us DESC, id LIMIT $5 OFFSET $6",
                             HALL_VALUES(HALL_INT(request->from_at_us), HALL_INT(request->to_at_us),
                                         HALL_TEXT(request->number), HALL_TEXT(request->staff_no),
                                         HALL_INT(limit), HALL_INT(request->offset)),
                             session_read, &loading);
    if (r < 0) {
        g_array_free(loading.sessions, TRUE);
        hall_answer_store_failed(answer, r);
        return;
    }
    answer->sessions = loading.sessions;
    answer->session_total = (size_t)total;
}
