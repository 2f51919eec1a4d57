#include "signaling/session/peer.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/log.h"
#include "signaling/session/codecs.h"
#include "signaling/session/errands.h"
#include "signaling/session/media_events.h"
#include "signaling/session/layers.h"
#include "signaling/session/recording.h"
#include "signaling/session/session.h"
#include "signaling/session/slots.h"

const char *sig_source_name(enum sig_source source)
{
    static const char *const names[SIG_SOURCES] = {"mic", "camera", "document"};
    return names[source];
}

/* The first voice is the microphone, the first picture the camera, the second the document. */
static void sections_sort(struct sig_peer *peer)
{
    peer->uplinks[SIG_MIC] = peer->uplinks[SIG_CAMERA] = peer->uplinks[SIG_DOCUMENT] = -1;
    peer->audio_count = peer->video_count = 0;
    for (unsigned i = 0; i < peer->negotiation.section_count; i++) {
        const struct sfu_section *section = &peer->negotiation.sections[i];
        bool audio = section->kind == SFU_AUDIO;
        if (section->inbound) {
            enum sig_source source = audio                           ? SIG_MIC
                                     : peer->uplinks[SIG_CAMERA] < 0 ? SIG_CAMERA
                                                                     : SIG_DOCUMENT;
            if (peer->uplinks[source] < 0)
                peer->uplinks[source] = (int)i;
        }
        if (section->outbound && audio && peer->audio_count < SIG_MAX_SLOTS)
            peer->audio_slots[peer->audio_count++] = i;
        if (section->outbound && !audio && peer->video_count < SIG_MAX_SLOTS)
            peer->video_slots[peer->video_count++] = i;
    }
}

static void policy_fill(const struct sig_participant *participant, enum sig_peer_kind kind,
                        struct sdp_policy *policy)
{
    const struct sig_config *config = participant->session->daemon->config;
    *policy = (struct sdp_policy){
        .video_codec_count = config->media.video_codec_count,
        .max_video_bps = config->media.max_video_kbps * 1000,
        .max_audio_bps = config->media.max_audio_kbps * 1000,
        .max_audio_slots = config->media.audio_slots,
        .max_video_slots = config->media.video_slots,
        .takes_layers = kind == SIG_PEER_PAGE,
        .refuses_inbound = kind == SIG_PEER_WHEP,
        .refuses_outbound = kind == SIG_PEER_WHIP,
    };
    memcpy(policy->video_codecs, config->media.video_codecs, sizeof policy->video_codecs);
    sig_codecs_policy(participant, policy);
}

/* Answers with the memory of `peer` (zeroed: a fresh PeerConnection); the peer changes on success alone. */
static int negotiate(const struct sig_participant *participant, struct sig_peer *peer,
                     const char *offer, char **ret_answer, struct sig_offer_error *ret_error)
{
    const struct sig_session *session = participant->session;
    struct sfu *sfu = session->daemon->sfu;
    struct sfu_candidate candidates[SFU_MAX_CANDIDATES];
    struct sdp_policy policy;
    struct sdp_error error = {0};
    struct sdp_local local = {
        .fingerprint = sfu_fingerprint(sfu),
        .candidates = candidates,
        .candidate_count = sfu_room_candidates(sfu, session->room, candidates),
    };
    sfu_ice_make(sfu, session->room, &local.fresh);
    policy_fill(participant, peer->kind, &policy);
    int r =
        sdp_answer(offer, &policy, &local, &peer->memory, &peer->negotiation, ret_answer, &error);
    if (r < 0) {
        ret_error->code = error.code;
        g_strlcpy(ret_error->message, error.message, sizeof ret_error->message);
        return r;
    }
    sections_sort(peer);
    return 0;
}

static int busy(struct sig_offer_error *ret_error, int r)
{
    ret_error->code = "server.busy";
    g_snprintf(ret_error->message, sizeof ret_error->message, "the media worker takes no more: %s",
               g_strerror(-r));
    return r;
}

/* The number in o= names the PeerConnection (RFC 8829 section 5.2.1): the same one asks again when it is equal. */
static uint64_t origin_of(const char *offer)
{
    const char *line = g_str_has_prefix(offer, "o=") ? offer : strstr(offer, "\no=");
    const char *number = line ? strchr(line, ' ') : NULL;
    return number ? g_ascii_strtoull(number + 1, NULL, 10) : 0;
}

static bool is_same_connection(const struct sig_peer *peer, const char *offer,
                               const struct sig_peer *fresh)
{
    return peer && peer->kind == SIG_PEER_PAGE && peer->origin == origin_of(offer) &&
           !memcmp(peer->negotiation.remote_fingerprint, fresh->negotiation.remote_fingerprint,
                   SFU_FINGERPRINT_BYTES);
}

static void peer_init(struct sig_peer *peer, enum sig_peer_kind kind)
{
    memset(peer, 0, sizeof *peer);
    peer->kind = kind;
    peer->resource = id_random();
    for (unsigned i = 0; i < SFU_MAX_SECTIONS; i++)
        peer->slots[i].place = -1;
}

/* Takes the places that its kind has; who was there is gone. */
static void peer_seat(struct sig_participant *participant, struct sig_peer *peer)
{
    if (peer->kind != SIG_PEER_WHEP) {
        sig_peer_close(participant, participant->publisher);
        participant->publisher = peer;
    }
    if (peer->kind != SIG_PEER_WHIP) {
        sig_peer_close(participant, participant->player);
        participant->player = peer;
    }
}

/* A PeerConnection that was not there before. */
static int peer_replace(struct sig_participant *participant, const struct sig_peer *fresh,
                        struct sig_offer_error *ret_error)
{
    struct sig_session *session = participant->session;
    struct sfu *sfu = session->daemon->sfu;
    struct sig_peer *peer = g_memdup2(fresh, sizeof *fresh);
    peer->tag = ++session->next_tag;
    int r = sfu_peer_open(sfu, session->room, peer->tag, &peer->id);
    if (r == 0 && (r = sfu_peer_negotiate(sfu, peer->id, &peer->negotiation)) < 0)
        sig_errand_peer_close(session->daemon, peer->id);
    if (r < 0) {
        g_free(peer);
        return busy(ret_error, r);
    }
    bool was_sending =
        peer->kind != SIG_PEER_WHEP && participant->publisher && participant->publisher->media;
    peer_seat(participant, peer);
    if (was_sending)
        sig_media_await(participant);
    sig_recording_sections(participant, peer, true);
    return 0;
}

/* The same PeerConnection asks again: an ICE restart or other sections. */
static int peer_change(struct sig_participant *participant, const char *offer, char **ret_answer,
                       struct sig_offer_error *ret_error)
{
    struct sig_session *session = participant->session;
    struct sig_peer *peer = participant->publisher;
    g_autofree struct sig_peer *next = g_memdup2(peer, sizeof *peer);
    g_autofree char *answer = NULL;
    int r = negotiate(participant, next, offer, &answer, ret_error);
    if (r < 0)
        return r;
    sig_codecs_payloads_keep(&next->negotiation, &peer->negotiation);
    r = sfu_peer_negotiate(session->daemon->sfu, next->id, &next->negotiation);
    if (r < 0)
        return busy(ret_error, r);
    *peer = *next;
    sig_recording_sections(participant, peer, false);
    *ret_answer = g_steal_pointer(&answer);
    return 0;
}

int sig_peer_offer(struct sig_participant *participant, enum sig_peer_kind kind, const char *offer,
                   char **ret_answer, struct sig_offer_error *ret_error)
{
    g_autofree struct sig_peer *fresh = g_new(struct sig_peer, 1);
    g_autofree char *answer = NULL;
    peer_init(fresh, kind);
    fresh->origin = origin_of(offer);
    int r = negotiate(participant, fresh, offer, &answer, ret_error);
    participant->progress.no_codec = r < 0 && !strcmp(ret_error->code, "media.no_common_codec");
    if (r < 0)
        return r;
    if (kind == SIG_PEER_PAGE && is_same_connection(participant->publisher, offer, fresh)) {
        r = peer_change(participant, offer, ret_answer, ret_error);
    } else {
        r = peer_replace(participant, fresh, ret_error);
        if (r == 0)
            *ret_answer = g_steal_pointer(&answer);
    }
    if (r < 0)
        return r;
    participant->progress.offered = true;
    sig_peer_gate(participant);
    sig_codecs_answered(participant);
    sig_layers_answered(participant);
    sig_slots_update(participant->session);
    return 0;
}

int sig_peer_restart(struct sig_participant *participant, struct sig_peer *peer, const char *ufrag,
                     const char *pwd)
{
    const struct sig_session *session = participant->session;
    g_autofree struct sig_peer *next = g_memdup2(peer, sizeof *peer);
    struct sfu_ice fresh;
    sfu_ice_make(session->daemon->sfu, session->room, &fresh);
    sdp_restart(&next->memory, &next->negotiation, &fresh, ufrag, pwd);
    int r = sfu_peer_negotiate(session->daemon->sfu, next->id, &next->negotiation);
    if (r < 0)
        return r;
    *peer = *next;
    return 0;
}

void sig_peer_close(struct sig_participant *participant, struct sig_peer *peer)
{
    if (!peer)
        return;
    sig_errand_peer_close(participant->session->daemon, peer->id);
    if (participant->publisher == peer)
        participant->publisher = NULL;
    if (participant->player == peer)
        participant->player = NULL;
    g_free(peer);
}

void sig_peers_forget(struct sig_participant *participant)
{
    if (participant->player != participant->publisher)
        g_free(participant->player);
    g_clear_pointer(&participant->publisher, g_free);
    participant->player = NULL;
}

static enum sig_source source_of(const struct sig_peer *peer, unsigned section)
{
    for (int source = 0; source < SIG_SOURCES; source++)
        if (peer->uplinks[source] == (int)section)
            return (enum sig_source)source;
    return SIG_SOURCES; /* a section that is not used */
}

void sig_peer_gate(struct sig_participant *participant)
{
    const struct sig_session *session = participant->session;
    const struct sig_peer *peer = participant->publisher;
    bool begun = session->state != SIG_SESSION_GATHERING;
    bool held = session->state == SIG_SESSION_HELD;
    for (unsigned i = 0; peer && i < peer->negotiation.section_count; i++) {
        bool open = begun && sig_monitor_sends(participant, source_of(peer, i));
        if (peer->negotiation.sections[i].inbound)
            sig_errand_gate(session->daemon, peer->id, i, open && !held,
                            open && (!held || participant->role == HALL_CLERK));
    }
}
