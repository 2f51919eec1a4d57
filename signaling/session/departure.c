#include "signaling/session/departure.h"

#include "signaling/daemon.h"
#include "signaling/session/client.h"
#include "signaling/session/participant.h"
#include "signaling/session/session.h"

static struct sig_participant *seat_of(const struct sig_client *client)
{
    return sig_participant_find(client->daemon, client->identity.role, client->identity.subject);
}

unsigned sig_departure_grace_ms(const struct sig_client *client)
{
    const struct sig_config *config = client->daemon->config;
    if (client->identity.role == HALL_CITIZEN && !seat_of(client))
        return config->hall.park_ms;
    return client->identity.role == HALL_CITIZEN || client->identity.role == HALL_HELPER
               ? config->hall.citizen_lost_ms
               : config->hall.clerk_lost_ms;
}

static void hall_tell(struct sig_client *client, bool online)
{
    if (client->identity.role == HALL_CITIZEN && !*client->identity.session)
        hall_ticket_online(client->daemon->hall, client->identity.subject, online, NULL, NULL);
}

void sig_departure_away(struct sig_client *client)
{
    hall_tell(client, false);
    struct sig_participant *participant = seat_of(client);
    if (participant)
        sig_participant_set_socket(participant, false);
}

void sig_departure_back(struct sig_client *client)
{
    hall_tell(client, true);
    struct sig_participant *participant = seat_of(client);
    if (participant)
        sig_participant_set_socket(participant, true);
}

void sig_departure_final(struct sig_client *client)
{
    struct sig_participant *participant = seat_of(client);
    if (participant && client->identity.role == HALL_HELPER)
        sig_participant_leave(participant, SIG_REASON_LOST_HELPER);
    else if (participant)
        sig_session_end(participant->session,
                        client->identity.role == HALL_CLERK ? SIG_REASON_LOST_CLERK
                                                            : SIG_REASON_LOST_CITIZEN,
                        NULL);
    hall_tell(client, false);
    if (client->identity.role == HALL_CLERK && client->identity.window)
        hall_window_close(client->daemon->hall, client->identity.window, NULL, NULL);
    sig_client_destroy(client);
}
