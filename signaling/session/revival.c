#include "signaling/session/revival.h"

#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/daemon.h"
#include "signaling/session/claims.h"
#include "signaling/session/client.h"
#include "signaling/session/ending.h"
#include "signaling/session/hold.h"
#include "signaling/session/recording.h"
#include "signaling/session/session.h"

/* Each run numbers its PeerConnections anew; in the journal they have to differ from those before. */
#define TAGS_A_RUN 65536u

/* ---- people -------------------------------------------------------------------------------------------------- */

static void seat_restore(struct sig_session *session, const struct hall_person *person)
{
    if (person->role == HALL_SUPERVISOR)
        return; /* who still wants to listen asks again, and is named and written down anew */
    struct sig_participant *participant =
        sig_participant_add(session, person->role, person->subject, person->label, &person->id);
    if (!participant)
        return;
    participant->present = person->present;
    participant->away = person->present;
    if (person->present && session->state != SIG_SESSION_CONNECTING) {
        participant->lost_at_us = clock_wall_us();
        participant->is_restarted = true;
    }
}

static void identity_copy(const struct hall_identity *who, struct sig_identity *ret_identity)
{
    *ret_identity =
        (struct sig_identity){.role = who->role, .window = who->window, .since_s = who->since_s};
    g_strlcpy(ret_identity->subject, who->subject, sizeof ret_identity->subject);
    g_strlcpy(ret_identity->session, who->session, sizeof ret_identity->session);
}

static void pages_restore(struct sig_daemon *daemon)
{
    size_t count;
    const struct hall_page *pages = hall_pages(daemon->hall, &count);
    for (size_t i = 0; i < count; i++) {
        struct sig_identity identity;
        identity_copy(&pages[i].who, &identity);
        if (id_is_valid(pages[i].sid) && !sig_client_of(daemon, identity.role, identity.subject))
            sig_client_restore(daemon, pages[i].sid, pages[i].key_sha256, &identity);
    }
}

/* Somebody whose page was not written down has the same time to come back, with the token alone; a window is freed when
 * its clerk does not. */
static void pages_imagine(struct sig_session *session)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *participant = session->participants[i];
        if (!participant || !participant->present ||
            sig_client_of(session->daemon, participant->role, participant->subject))
            continue;
        struct sig_identity identity = {
            .role = participant->role,
            .window = participant->role == HALL_CLERK ? session->window : 0,
        };
        g_strlcpy(identity.subject, participant->subject, sizeof identity.subject);
        if (!*session->ticket.text)
            g_strlcpy(identity.session, session->id.text, sizeof identity.session);
        sig_client_restore(session->daemon, id_random().text, NULL, &identity);
    }
}

static void claims_restore(struct sig_daemon *daemon)
{
    size_t count;
    const struct hall_claim *claims = hall_claims(daemon->hall, &count);
    for (size_t i = 0; i < count; i++) {
        struct sig_identity identity;
        identity_copy(&claims[i].who, &identity);
        (void)sig_claims_restore(daemon->claims, claims[i].code_sha256, &identity,
                                 claims[i].until_at_us);
    }
}

/* ---- sessions -------------------------------------------------------------------------------------------------- */

static bool is_gathering(const struct hall_running *running)
{
    bool complete = true;
    for (size_t i = 0; i < running->person_count; i++)
        complete = complete && running->people[i].present;
    return running->session.state == HALL_SESSION_CONNECTING && !complete;
}

/* The state it had; nothing is told, since nobody is there. */
static void state_restore(struct sig_session *session, const struct hall_running *running)
{
    if (is_gathering(running))
        return;
    sig_session_step(session, SIG_EVENT_COMPLETE);
    if (running->session.state != HALL_SESSION_ACTIVE)
        return;
    sig_session_step(session, SIG_EVENT_READY);
    session->runs_in_hall = true;
    session->told = (struct sig_told){.held = running->held_at_us, .citizen = true, .clerk = true};
    if (running->held_at_us)
        sig_hold_restore(session, running->hold_reason, running->held_at_us);
}

static void journal_go_on(struct sig_session *session)
{
    char run[12];
    g_snprintf(run, sizeof run, "%u", session->run);
    sig_recording_write(session, "session.revived", "RUN", run, NULL);
    sig_recording_describe(session);
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        struct sig_participant *participant = session->participants[i];
        if (participant && participant->away)
            sig_recording_person(participant, "participant.away", "restart");
    }
}

/* Room and journal; false: it cannot go on, and was ended. */
static bool stand_up(struct sig_session *session)
{
    int r = sig_session_room_open(session);
    if (r < 0) {
        sig_session_end(session, SIG_REASON_NO_ROOM, NULL);
        return false;
    }
    r = session->recording == SIG_RECORDING_OFF ? 0 : sig_recording_open(session);
    if (r < 0 && session->recording_required) {
        sig_session_end(session, SIG_REASON_RECORDING_FAILED, NULL);
        return false;
    }
    journal_go_on(session);
    return true;
}

static void session_restore(struct sig_daemon *daemon, const struct hall_running *running)
{
    struct sig_session *session = sig_session_create(daemon, &running->session);
    session->run = running->run;
    session->is_forsaken = true;
    session->next_tag = running->run * TAGS_A_RUN;
    session->recording_opened_us = running->session.created_at_us;
    if (running->session.unrecorded)
        session->recording = SIG_RECORDING_OFF;
    state_restore(session, running);
    for (size_t i = 0; i < running->person_count; i++)
        seat_restore(session, &running->people[i]);
    const struct log_ids ids = {.session = session->id.text};
    log_about(LOG_AT_INFO, "session", ids, "goes on, run %u", session->run);
    if (session->state == SIG_SESSION_GATHERING || stand_up(session)) {
        if (session->state == SIG_SESSION_CONNECTING && !*session->ticket.text)
            sig_session_await_media(session);
    }
}

static void orphans_release(struct sig_daemon *daemon)
{
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, daemon->sessions);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        g_ptr_array_add(kept, id);
    int r = rec_orphans_release(daemon->rec, (const char *const *)kept->pdata, kept->len);
    if (r < 0)
        log_warning("recording", "journals of former runs wait for the renderer: %s",
                    g_strerror(-r));
}

static void cut_off_note(struct sig_daemon *daemon)
{
    size_t count;
    const struct hall_session *sessions = hall_cut_off(daemon->hall, &count);
    for (size_t i = 0; i < count; i++)
        sig_ending_note(daemon, &sessions[i]);
}

void sig_revival_run(struct sig_daemon *daemon)
{
    size_t count;
    cut_off_note(daemon);
    const struct hall_running *running = hall_running(daemon->hall, &count);
    for (size_t i = 0; i < count; i++)
        session_restore(daemon, &running[i]);
    pages_restore(daemon);
    GHashTableIter iter;
    gpointer session;
    g_hash_table_iter_init(&iter, daemon->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &session))
        pages_imagine(session);
    claims_restore(daemon);
    orphans_release(daemon);
    hall_left_forget(daemon->hall);
}
