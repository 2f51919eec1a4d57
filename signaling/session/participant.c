#include "signaling/session/participant.h"

#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "signaling/session/client.h"
#include "signaling/session/peer.h"
#include "signaling/session/recording.h"
#include "signaling/session/reports.h"
#include "signaling/session/session.h"
#include "signaling/session/slots.h"

struct sig_participant *sig_participant_add(struct sig_session *session, enum hall_role role,
                                            const char *subject, const char *label,
                                            const struct id *id)
{
    unsigned place = 0;
    while (place < SIG_MAX_PARTICIPANTS && session->participants[place])
        place++;
    if (place == SIG_MAX_PARTICIPANTS)
        return NULL;
    struct sig_participant *participant = g_new0(struct sig_participant, 1);
    participant->session = session;
    participant->place = place;
    participant->id = id ? *id : id_random();
    participant->role = role;
    g_strlcpy(participant->subject, subject, sizeof participant->subject);
    g_strlcpy(participant->label, label, sizeof participant->label);
    participant->offers = bucket_make_slow(SIG_OFFER_US, SIG_OFFER_BURST);
    sig_layout_init(&participant->layout);
    sig_interruption_init(&participant->interruptions);
    sig_bitrate_init(&participant->bitrate, session->daemon->config->media.max_video_kbps * 1000);
    session->participants[place] = participant;
    g_hash_table_replace(session->daemon->seats, sig_identity_key(role, subject), participant);
    return participant;
}

void sig_participant_destroy(struct sig_participant *participant)
{
    struct sig_session *session = participant->session;
    g_autofree char *key = sig_identity_key(participant->role, participant->subject);
    if (g_hash_table_lookup(session->daemon->seats, key) == participant)
        g_hash_table_remove(session->daemon->seats, key);
    session->participants[participant->place] = NULL;
    sig_codecs_finish(participant);
    g_clear_handle_id(&participant->grace_timer, g_source_remove);
    g_clear_handle_id(&participant->media_timer, g_source_remove);
    sig_peers_forget(participant);
    g_free(participant);
}

struct sig_participant *sig_participant_find(struct sig_daemon *daemon, enum hall_role role,
                                             const char *subject)
{
    g_autofree char *key = sig_identity_key(role, subject);
    return g_hash_table_lookup(daemon->seats, key);
}

static bool is_peer(const struct sig_peer *peer, uint64_t id)
{
    return peer && peer->id == id;
}

struct sig_participant *sig_participant_by_peer(struct sig_session *session, uint64_t peer,
                                                struct sig_peer **ret_peer)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        struct sig_participant *participant = session->participants[i];
        if (!participant ||
            (!is_peer(participant->publisher, peer) && !is_peer(participant->player, peer)))
            continue;
        *ret_peer =
            is_peer(participant->player, peer) ? participant->player : participant->publisher;
        return participant;
    }
    return NULL;
}

bool sig_participant_is_party(const struct sig_participant *participant)
{
    return participant->role == HALL_CITIZEN || participant->role == HALL_CLERK;
}

json_t *sig_participant_view(const struct sig_participant *participant)
{
    bool here = participant->present && !participant->away;
    return json_pack("{s:s, s:s, s:s, s:s, s:{s:b, s:b}, s:s*, s:o*}", "id", participant->id.text,
                     "role", hall_role_name(participant->role), "label", participant->label,
                     "state", here ? "joined" : "away", "muted", "audio", participant->muted.audio,
                     "video", participant->muted.video, "monitor",
                     sig_monitor_name(participant->monitor), "interrupted",
                     sig_interruption_view(participant));
}

void sig_participant_tell(struct sig_participant *participant, const char *change)
{
    json_t *d =
        json_pack("{s:o, s:s}", "participant", sig_participant_view(participant), "change", change);
    sig_session_event(participant->session, participant, "session.participant", d);
}

void sig_participant_join(struct sig_participant *participant)
{
    if (participant->present)
        return;
    participant->present = true;
    if (participant->session->journal)
        sig_recording_person(participant, "participant.joined", NULL);
    sig_participant_tell(participant, "joined");
    sig_report_people(participant->session);
}

void sig_participant_leave(struct sig_participant *participant, enum sig_reason reason)
{
    struct sig_session *session = participant->session;
    sig_participant_lost_gap_write(participant);
    sig_interruption_end(participant);
    sig_speaking_stop(participant);
    sig_recording_person(participant, "participant.left", sig_reason_name(reason));
    sig_peer_close(participant, participant->publisher);
    sig_peer_close(participant, participant->player);
    json_t *view = sig_participant_view(participant);
    json_object_set_new(view, "state", json_string("left"));
    sig_session_event(session, participant, "session.participant",
                      json_pack("{s:o, s:s}", "participant", view, "change", "left"));
    sig_participant_destroy(participant);
    sig_report_people(session);
    sig_report_marks(session);
    sig_slots_update(session);
}

static bool is_standalone(const struct sig_peer *peer)
{
    return peer && peer->kind != SIG_PEER_PAGE;
}

bool sig_participant_is_reachable(const struct sig_participant *participant)
{
    return participant->connected || is_standalone(participant->publisher) ||
           is_standalone(participant->player);
}

void sig_participant_look(struct sig_participant *participant)
{
    bool away = !sig_participant_is_reachable(participant) || participant->lost_at_us;
    if (!participant->present || away == participant->away)
        return;
    participant->away = away;
    sig_recording_person(participant, away ? "participant.away" : "participant.back",
                         sig_participant_is_reachable(participant) ? "media" : "socket");
    sig_participant_tell(participant, away ? "away" : "back");
}

void sig_participant_lost_gap_write(struct sig_participant *participant)
{
    if (participant->lost_at_us)
        sig_recording_gap(participant, participant->is_restarted ? "RESTART" : "NETWORK", -1,
                          participant->lost_at_us);
    participant->lost_at_us = 0;
    participant->is_restarted = false;
}

void sig_participant_set_socket(struct sig_participant *participant, bool connected)
{
    participant->connected = connected;
    if (connected)
        participant->session->is_forsaken = false;
    sig_participant_look(participant);
}

/* The hole that ends now, in the words of the recording. */
static void mute_gap_write(struct sig_participant *participant, enum sig_source source,
                           int64_t since_us)
{
    bool by_user = !strcmp(participant->muted.cause, "user");
    bool by_call = !strcmp(participant->muted.cause, "phone_call");
    const char *cause = by_user ? "MUTE" : by_call ? "PHONE_CALL" : "BACKGROUND";
    const struct sig_peer *peer = participant->publisher;
    if (peer && peer->uplinks[source] >= 0)
        sig_recording_gap(participant, cause, peer->uplinks[source], since_us);
}

void sig_participant_mute(struct sig_participant *participant, bool audio, bool video,
                          const char *cause)
{
    int64_t now_us = clock_wall_us();
    audio = audio || !sig_monitor_sends(participant, SIG_MIC);
    video = video || !sig_monitor_sends(participant, SIG_CAMERA);
    if (participant->muted.audio && !audio)
        mute_gap_write(participant, SIG_MIC, participant->muted.audio_at_us);
    if (participant->muted.video && !video)
        mute_gap_write(participant, SIG_CAMERA, participant->muted.video_at_us);
    if (audio && !participant->muted.audio)
        participant->muted.audio_at_us = now_us;
    if (video && !participant->muted.video)
        participant->muted.video_at_us = now_us;
    participant->muted.audio = audio;
    participant->muted.video = video;
    g_strlcpy(participant->muted.cause, cause, sizeof participant->muted.cause);
    sig_recording_write(participant->session, "media.mute", "PARTICIPANT", participant->id.text,
                        "AUDIO", audio ? "1" : "0", "VIDEO", video ? "1" : "0", "CAUSE", cause,
                        NULL);
    sig_participant_tell(participant, "muted");
    sig_interruption_look(participant);
}

const char *sig_participant_way(const struct sig_participant *participant)
{
    const char *relay = participant->relay;
    switch (participant->way) {
    case SFU_WAY_NONE: return NULL;
    case SFU_WAY_TCP: return "tcp";
    case SFU_WAY_UDP: break;
    }
    if (!relay)
        return "udp";
    return !strcmp(relay, "tls") ? "relay_tls" : !strcmp(relay, "tcp") ? "relay_tcp" : "relay_udp";
}

void sig_participant_document(struct sig_participant *participant, bool shown)
{
    if (participant->muted.document == !shown)
        return;
    participant->muted.document = !shown;
    sig_recording_write(participant->session, "media.document", "PARTICIPANT", participant->id.text,
                        "SHOWN", shown ? "1" : "0", NULL);
    sig_slots_update(participant->session);
}

void sig_participant_event(struct sig_participant *participant, const char *name, json_t *d)
{
    struct sig_client *client =
        sig_client_of(participant->session->daemon, participant->role, participant->subject);
    if (client)
        sig_client_event(client, name, d);
    else
        json_decref(d);
}
