#include "hall/people.h"

#include "hall/request.h"
#include "hall/change.h"
#include "hall/staff.h"

static void person_write(struct change *change, const char *session,
                         const struct hall_person *person, size_t place)
{
    hall_change_exec(
        change,
        "INSERT INTO session_person (session, participant, place, role, subject, label, present, "
        "left_at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ON CONFLICT (session, participant) "
        "DO UPDATE SET place = excluded.place, label = excluded.label, present = excluded.present, "
        "left_at_us = 0",
        HALL_VALUES(HALL_TEXT(session), HALL_TEXT(person->id.text), HALL_INT(place),
                    HALL_TEXT(hall_role_name(person->role)), HALL_TEXT(person->subject),
                    HALL_TEXT(person->label), HALL_INT(person->present)),
        1);
}

void hall_do_session_people(struct hall *hall, const struct request *request, struct answer *answer)
{
    const struct hall_person *people = request->more;
    if (!hall_find_session(hall, request->object)) {
        hall_answer_refuse(answer, "session.none", "no such session, or it has ended");
        return;
    }
    struct change change;
    hall_change_begin(&change, hall);
    /* Everybody has left, but those who are told of. */
    hall_change_exec(
        &change, "UPDATE session_person SET left_at_us = $1 WHERE session = $2 AND left_at_us = 0",
        HALL_VALUES(HALL_INT(change.now_us), HALL_TEXT(request->object)), -1);
    for (size_t i = 0; i < request->more_count; i++)
        person_write(&change, request->object, &people[i], i);
    int r = hall_change_commit(&change);
    if (r < 0)
        hall_answer_store_failed(answer, r);
}

static int person_read(const struct hall_store_row *row, void *user)
{
    struct hall_person person = {
        .role = hall_role_parse(hall_store_text(row, 1)),
        .present = hall_store_int(row, 4),
        .left = hall_store_int(row, 5) != 0,
    };
    hall_store_copy(row, 0, person.id.text, sizeof person.id.text);
    hall_store_copy(row, 2, person.subject, sizeof person.subject);
    hall_store_copy(row, 3, person.label, sizeof person.label);
    g_array_append_val((GArray *)user, person);
    return 0;
}

int hall_people_read(struct hall *hall, const char *session, bool with_left, GArray *ret_people)
{
    return hall_store_query(
        hall->store,
        "SELECT participant, role, subject, label, present, left_at_us FROM session_person "
        "WHERE session = $1 AND (left_at_us = 0 OR $2 = 1) ORDER BY left_at_us <> 0, place, "
        "left_at_us DESC LIMIT $3",
        HALL_VALUES(HALL_TEXT(session), HALL_INT(with_left), HALL_INT(HALL_MAX_PEOPLE)),
        person_read, ret_people);
}
