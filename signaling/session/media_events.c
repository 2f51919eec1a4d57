#include "signaling/session/media_events.h"

#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/session/client.h"
#include "signaling/session/departure.h"
#include "signaling/session/layers.h"
#include "signaling/session/codecs.h"
#include "signaling/session/narrow.h"
#include "signaling/session/peer.h"
#include "signaling/session/quality.h"
#include "signaling/session/recording.h"
#include "signaling/session/reports.h"
#include "signaling/session/session.h"
#include "signaling/session/slots.h"
#include "signaling/session/speaking.h"

static void tag_write(struct sig_participant *participant, const struct sig_peer *peer,
                      const char *type, const char *name, const char *value)
{
    char tag[12];
    g_snprintf(tag, sizeof tag, "%u", peer->tag);
    sig_recording_write(participant->session, type, "PARTICIPANT", participant->id.text, "TAG", tag,
                        name, value, NULL);
}

/* The hall counts a party as reconnecting while it is lost; the journal gets the hole when it is over. */
static void lost(struct sig_participant *participant, int64_t silent_us)
{
    if (participant->lost_at_us)
        return;
    participant->lost_at_us = clock_wall_us();
    sig_interruption_silent(participant, participant->lost_at_us - silent_us);
    sig_report_marks(participant->session);
    sig_participant_look(participant);
}

static void found(struct sig_participant *participant)
{
    if (!participant->lost_at_us)
        return;
    sig_participant_lost_gap_write(participant);
    sig_interruption_silent(participant, 0);
    participant->session->is_forsaken = false;
    sig_report_marks(participant->session);
    sig_participant_look(participant);
}

static const char *layer_rid(const struct sig_peer *peer, const struct sfu_event *event)
{
    return event->section < SFU_MAX_SECTIONS
               ? sig_layer_rid(&peer->negotiation.sections[event->section], event->layer)
               : NULL;
}

/* One that came up and sends nothing has nothing to send: devices were denied after a reload. */
static gboolean media_stays_out(gpointer data)
{
    struct sig_participant *participant = data;
    participant->media_timer = 0;
    if (!participant->publisher || !participant->publisher->secured)
        lost(participant,
             (int64_t)participant->session->daemon->config->media.media_timeout_ms * 1000);
    return G_SOURCE_REMOVE;
}

void sig_media_await(struct sig_participant *participant)
{
    if (!participant->media_timer && !participant->lost_at_us)
        participant->media_timer =
            g_timeout_add(participant->session->daemon->config->media.media_timeout_ms,
                          media_stays_out, participant);
}

static void codec_seen(struct sig_participant *participant, struct sig_peer *peer,
                       const struct sfu_event *event)
{
    char tag[12], section[12], ssrc[12];
    g_snprintf(tag, sizeof tag, "%u", peer->tag);
    g_snprintf(section, sizeof section, "%u", event->section);
    g_snprintf(ssrc, sizeof ssrc, "%u", event->ssrc);
    sig_recording_write(participant->session, "media.codec", "TAG", tag, "SECTION", section,
                        "CODEC", sig_codec_name(event->codec), "SSRC", ssrc, "RID",
                        layer_rid(peer, event), NULL);
    peer->media = true;
    g_clear_handle_id(&participant->media_timer, g_source_remove);
    found(participant);
    if (event->section >= SFU_MAX_SECTIONS || event->layer > 0)
        return;
    sig_codecs_seen(participant, event->section, event->codec);
    if (peer->heard[event->section])
        return;
    peer->heard[event->section] = true;
    if (peer->uplinks[SIG_DOCUMENT] == (int)event->section)
        sig_slots_update(participant->session);
    sig_session_look(participant->session);
}

static const char *failure_name(enum sfu_failure failure)
{
    switch (failure) {
    case SFU_FAILURE_CONSENT: return "consent";
    case SFU_FAILURE_DTLS: return "dtls";
    case SFU_FAILURE_FINGERPRINT: return "fingerprint";
    case SFU_FAILURE_PROFILE: return "profile";
    case SFU_FAILURE_CLOSED: return "closed";
    }
    return "";
}

/* The peer cannot go on: the page is asked for a new PeerConnection; until then nothing comes from it. Whoever came by
 * WHIP or WHEP is waited for as a page is. */
static void failed(struct sig_participant *participant, struct sig_peer *peer,
                   enum sfu_failure failure)
{
    struct sig_session *session = participant->session;
    bool is_page = peer->kind == SIG_PEER_PAGE, was_sending = peer == participant->publisher;
    tag_write(participant, peer, "media.failed", "REASON", failure_name(failure));
    const struct log_ids ids = {session->id.text, participant->id.text, NULL};
    log_about(LOG_AT_INFO, "session", ids, "peer failed: %s", failure_name(failure));
    sig_peer_close(participant, peer);
    if (was_sending)
        lost(participant, 0);
    sig_participant_look(participant);
    sig_slots_update(session);
    sig_departure_watch(participant);
    if (!is_page || failure == SFU_FAILURE_CLOSED)
        return; /* nobody to be asked; or the page closed it itself: it knows */
    sig_participant_event(participant, "media.restart",
                          json_pack("{s:s}", "reason", failure_name(failure)));
}

/* What this participant lost counts against those it sees. */
static void losses_note(struct sig_participant *participant, const struct sfu_quality *quality)
{
    struct sig_session *session = participant->session;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        struct sig_participant *other = session->participants[i];
        if (other && other != participant)
            other->worst_down_permille =
                MAX(other->worst_down_permille, quality->down_loss_permille);
    }
}

/* What it sent and was lost counts against itself. */
static void bitrate_look(struct sig_participant *participant, const struct sfu_quality *quality)
{
    unsigned loss = MAX(quality->up_loss_permille, participant->worst_down_permille);
    participant->worst_down_permille = 0;
    int camera = participant->publisher->uplinks[SIG_CAMERA];
    if (!sig_bitrate_report(&participant->bitrate, loss, clock_now_us()) || camera < 0)
        return;
    const struct sfu_section *section = &participant->publisher->negotiation.sections[camera];
    sig_layer_tell(participant, section->mid, sig_layer_rid(section, 0), true,
                   participant->bitrate.target_bps);
}

static void quality_came(struct sig_participant *participant, const struct sig_peer *peer,
                         const struct sfu_quality *quality)
{
    participant->way = quality->way;
    sig_quality_came(participant, peer, quality);
    if (peer == participant->player)
        losses_note(participant, quality);
    if (peer == participant->publisher) {
        bitrate_look(participant, quality);
        sig_codecs_heard(participant, quality->up_bps);
    }
    sig_interruption_quality(participant, participant->quality.lamp.level == SIG_LEVEL_POOR);
}

/* The silence of a peer that only receives says nothing. */
static void silence_came(struct sig_participant *participant, const struct sig_peer *peer,
                         bool silent)
{
    if (peer != participant->publisher || participant->role == HALL_SUPERVISOR)
        return; /* who listens has nothing to send */
    tag_write(participant, peer, silent ? "media.silent" : "media.back", silent ? "CAUSE" : NULL,
              "network");
    int64_t silent_us =
        (int64_t)participant->session->daemon->config->media.media_timeout_ms * 1000;
    if (silent)
        lost(participant, silent_us);
    else
        found(participant);
}

static void slot_changed(struct sig_participant *participant, struct sig_peer *peer,
                         const struct sfu_event *event)
{
    if (event->section >= SFU_MAX_SECTIONS || peer != participant->player)
        return;
    peer->slots[event->section].state = event->slot;
    sig_slots_tell(participant);
    sig_narrow_look(participant);
}

void sig_media_event(struct sig_daemon *daemon, const struct sfu_event *event)
{
    struct sig_peer *peer = NULL;
    struct sig_session *session = sig_session_by_room(daemon, event->room);
    struct sig_participant *participant =
        session ? sig_participant_by_peer(session, event->peer, &peer) : NULL;
    if (!participant)
        return;
    sig_progress_event(&participant->progress, event);
    switch (event->type) {
    case SFU_EVENT_CONNECTED:
        log_debug("session", "%s: a peer is connected", session->id.text);
        break;
    case SFU_EVENT_SECURED:
        peer->secured = true;
        tag_write(participant, peer, "media.connected", NULL, NULL);
        break;
    case SFU_EVENT_MEDIA:
    case SFU_EVENT_CODEC: codec_seen(participant, peer, event); break;
    case SFU_EVENT_LAYERS: sig_layers_changed(participant, peer, event); break;
    case SFU_EVENT_SILENT: silence_came(participant, peer, true); break;
    case SFU_EVENT_BACK: silence_came(participant, peer, false); break;
    case SFU_EVENT_SLOT: slot_changed(participant, peer, event); break;
    case SFU_EVENT_VOICE: sig_speaking_heard(participant, peer, event); break;
    case SFU_EVENT_QUALITY: quality_came(participant, peer, &event->quality); break;
    case SFU_EVENT_FAILED: failed(participant, peer, event->failure); break;
    }
}
