#include "signaling/session/departure.h"

#include "signaling/daemon.h"
#include "signaling/session/client.h"
#include "signaling/session/participant.h"
#include "signaling/session/reports.h"
#include "signaling/session/session.h"

static struct sig_participant *seat_of(const struct sig_client *client)
{
    return sig_participant_find(client->daemon, client->identity.role, client->identity.subject);
}

static unsigned grace_ms(const struct sig_config *config, enum hall_role role)
{
    return role == HALL_CITIZEN || role == HALL_HELPER ? config->hall.citizen_lost_ms
                                                       : config->hall.clerk_lost_ms;
}

unsigned sig_departure_grace_ms(const struct sig_client *client)
{
    const struct sig_config *config = client->daemon->config;
    bool has_queue = !*client->identity.session; /* else nothing to be parked in */
    if (client->identity.role == HALL_CITIZEN && has_queue && !seat_of(client))
        return config->hall.park_ms;
    return grace_ms(config, client->identity.role);
}

static void hall_tell(const struct sig_client *client)
{
    if (client->identity.role == HALL_CITIZEN && !*client->identity.session)
        sig_report_online(client->daemon, client->identity.subject);
}

void sig_departure_away(struct sig_client *client)
{
    hall_tell(client);
    struct sig_participant *participant = seat_of(client);
    if (participant)
        sig_participant_set_socket(participant, false);
}

void sig_departure_back(struct sig_client *client)
{
    hall_tell(client);
    struct sig_participant *participant = seat_of(client);
    if (participant)
        sig_participant_set_socket(participant, true);
    if (participant)
        sig_departure_watch(participant);
}

/* Nobody comes back any more. */
static void seat_leave(struct sig_participant *participant)
{
    if (participant->role == HALL_HELPER)
        sig_participant_leave(participant, SIG_REASON_LOST_HELPER);
    else if (participant->role == HALL_SUPERVISOR)
        sig_participant_leave(participant, SIG_REASON_LOST_SUPERVISOR);
    else
        sig_session_end(participant->session,
                        participant->role == HALL_CLERK ? SIG_REASON_LOST_CLERK
                                                        : SIG_REASON_LOST_CITIZEN,
                        NULL);
}

void sig_departure_final(struct sig_client *client)
{
    struct sig_participant *participant = seat_of(client);
    /* A window is worked from its page; everybody else may go on by WHIP and WHEP alone. */
    if (participant && (client->identity.window || !sig_participant_is_reachable(participant)))
        seat_leave(participant);
    hall_tell(client);
    if (client->identity.role == HALL_CLERK && client->identity.window)
        hall_window_close(client->daemon->hall, client->identity.window, NULL, NULL);
    sig_client_forget(client);
}

static gboolean absence_over(gpointer data)
{
    struct sig_participant *participant = data;
    participant->grace_timer = 0;
    seat_leave(participant);
    return G_SOURCE_REMOVE;
}

void sig_departure_watch(struct sig_participant *participant)
{
    const struct sig_daemon *daemon = participant->session->daemon;
    bool has_page =
        sig_client_of(participant->session->daemon, participant->role, participant->subject);
    if (has_page || participant->publisher || participant->player) {
        g_clear_handle_id(&participant->grace_timer, g_source_remove);
        return;
    }
    if (!participant->grace_timer)
        participant->grace_timer =
            g_timeout_add(grace_ms(daemon->config, participant->role), absence_over, participant);
}
