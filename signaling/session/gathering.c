#include "signaling/session/gathering.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "signaling/session/client.h"
#include "signaling/session/participant.h"
#include "signaling/session/reports.h"
#include "signaling/session/session.h"
#include "signaling/session/slots.h"

static enum sig_reason failure_reason(int r)
{
    return r == -EIO ? SIG_REASON_RECORDING_FAILED : SIG_REASON_NO_ROOM;
}

static void citizen_label(const struct hall_session *view, char label[SIG_LABEL_BYTES])
{
    g_snprintf(label, SIG_LABEL_BYTES, *view->number ? "市民 %s" : "市民", view->number);
}

static void clerk_label(const struct hall_session *view, char label[SIG_LABEL_BYTES])
{
    if (view->window)
        g_snprintf(label, SIG_LABEL_BYTES, "%u号窗 · 工号%s", view->window, view->staff_no);
    else
        g_strlcpy(label, "窗口工作人员", SIG_LABEL_BYTES);
}

static void seat_take(struct sig_session *session, enum hall_role role, const char *subject,
                      const char *label)
{
    struct sig_participant *participant = sig_participant_add(session, role, subject, label, NULL);
    const struct sig_client *client = sig_client_of(session->daemon, role, subject);
    participant->present = true;
    participant->connected = client && client->conn;
    participant->away = !participant->connected;
}

int sig_gathering_of_ticket(struct sig_daemon *daemon, const struct hall_ticket *ticket,
                            const struct hall_session *view, struct sig_session **ret_session)
{
    char label[SIG_LABEL_BYTES];
    struct sig_session *session = sig_session_create(daemon, view);
    citizen_label(view, label);
    seat_take(session, HALL_CITIZEN, ticket->citizen.text, label);
    clerk_label(view, label);
    seat_take(session, HALL_CLERK, view->staff_no, label);
    int r = sig_session_begin(session);
    if (r < 0)
        sig_session_end(session, failure_reason(r), NULL);
    else {
        *ret_session = session;
        sig_report_people(session);
    }
    return r;
}

struct sig_session *sig_gathering_of_api(struct sig_daemon *daemon, const struct hall_session *view,
                                         bool unrecorded)
{
    struct sig_session *session = sig_session_create(daemon, view);
    if (unrecorded && !session->recording_required)
        session->recording = SIG_RECORDING_OFF;
    char label[SIG_LABEL_BYTES];
    struct id citizen = id_random(), clerk = id_random();
    citizen_label(view, label);
    sig_participant_add(session, HALL_CITIZEN, citizen.text, label, &citizen);
    clerk_label(view, label);
    sig_participant_add(session, HALL_CLERK, clerk.text, label, &clerk);
    sig_report_people(session);
    return session;
}

static struct sig_session *session_of(struct sig_daemon *daemon,
                                      const struct sig_identity *identity)
{
    return *identity->session ? sig_session_find(daemon, identity->session) : NULL;
}

bool sig_gathering_is_full(struct sig_daemon *daemon, const struct sig_identity *identity)
{
    const struct sig_session *session = session_of(daemon, identity);
    if (!session || identity->role != HALL_HELPER ||
        sig_participant_find(daemon, identity->role, identity->subject))
        return false;
    unsigned guests = 0;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        guests += session->participants[i] && session->participants[i]->role != HALL_SUPERVISOR;
    return guests >= SIG_MAX_GUESTS;
}

static void helper_seat(struct sig_session *session, const struct sig_identity *identity)
{
    struct id id;
    g_strlcpy(id.text, identity->subject, sizeof id.text);
    sig_participant_add(session, HALL_HELPER, identity->subject, "帮办人员", &id);
}

struct sig_participant *sig_gathering_seat(struct sig_daemon *daemon,
                                           const struct sig_identity *identity)
{
    struct sig_session *session = session_of(daemon, identity);
    struct sig_participant *participant =
        sig_participant_find(daemon, identity->role, identity->subject);
    if (!participant && session && identity->role == HALL_HELPER)
        helper_seat(session, identity);
    return participant ? participant
                       : sig_participant_find(daemon, identity->role, identity->subject);
}

void sig_gathering_join(struct sig_client *client)
{
    if (!session_of(client->daemon, &client->identity) || client->has_left)
        return;
    struct sig_participant *participant = sig_gathering_seat(client->daemon, &client->identity);
    if (participant && !participant->present)
        sig_participant_join(participant);
}

static bool is_complete(const struct sig_session *session)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        if (session->participants[i] && !session->participants[i]->present)
            return false;
    return true;
}

int sig_gathering_step(struct sig_session *session)
{
    if (session->state != SIG_SESSION_GATHERING || !is_complete(session)) {
        sig_slots_update(session);
        return 0;
    }
    int r = sig_session_begin(session);
    if (r < 0)
        sig_session_end(session, failure_reason(r), NULL);
    else
        sig_session_await_media(session);
    return r;
}

void sig_gathering_look(struct sig_client *client)
{
    struct sig_participant *participant =
        sig_participant_find(client->daemon, client->identity.role, client->identity.subject);
    if (participant)
        sig_gathering_step(participant->session);
}
