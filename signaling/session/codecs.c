#include "signaling/session/codecs.h"

#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/session/codec_choice.h"
#include "signaling/session/narrow.h"
#include "signaling/session/peer.h"
#include "signaling/session/session.h"
#include "signaling/session/slots.h"

enum { PATIENCE_MS = 5000 };

const char *sig_codec_name(enum sfu_codec codec)
{
    switch (codec) {
    case SFU_CODEC_OPUS: return "opus";
    case SFU_CODEC_VP8: return "VP8";
    case SFU_CODEC_H264: return "H264";
    case SFU_CODEC_NONE: return "";
    }
    return "";
}

static uint32_t configured(const struct sig_config *config)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < config->media.video_codec_count; i++)
        mask |= sdp_codec_bit(config->media.video_codecs[i]);
    return mask;
}

/* What everybody else can decode; all where nobody else is there. Who can decode nothing decides nothing. */
static uint32_t others_can_receive(const struct sig_participant *sender)
{
    const uint32_t all = configured(sender->session->daemon->config);
    uint32_t mask = all;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *other = sender->session->participants[i];
        if (other && other != sender && other->player && other->player->memory.can_receive & all)
            mask &= other->player->memory.can_receive;
    }
    return mask;
}

/* What its camera was told to be sent in; NONE: it sends none. */
static enum sfu_codec answered(const struct sig_participant *participant)
{
    const struct sig_peer *peer = participant->publisher;
    int camera = peer ? peer->uplinks[SIG_CAMERA] : -1;
    return camera < 0 ? SFU_CODEC_NONE : peer->negotiation.sections[camera].payloads[0].codec;
}

static unsigned choose(const struct sig_participant *participant, uint32_t can_send,
                       enum sfu_codec ret_codecs[SDP_MAX_VIDEO_CODECS])
{
    const struct sig_config *config = participant->session->daemon->config;
    struct sig_codec_case which = {
        .order = config->media.video_codecs,
        .count = config->media.video_codec_count,
        .can_send = can_send,
        .can_receive = others_can_receive(participant),
        .dead = participant->codecs.dead,
        .current = answered(participant),
    };
    return sig_codec_choose(&which, ret_codecs);
}

void sig_codecs_policy(const struct sig_participant *participant, struct sdp_policy *policy)
{
    /* what it can send is only known when its offer is read: the answerer leaves out what it cannot */
    policy->sent_codec_count = choose(participant, UINT32_MAX, policy->sent_codecs);
}

static bool payload_is_free(const struct sfu_section *section, uint8_t pt)
{
    for (unsigned i = 0; i < section->payload_count; i++)
        if (pt && (section->payloads[i].pt == pt || section->payloads[i].rtx_pt == pt ||
                   section->payloads[i].red_pt == pt))
            return false;
    return true;
}

void sig_codecs_payloads_keep(struct sfu_negotiation *negotiation,
                              const struct sfu_negotiation *before)
{
    for (unsigned i = 0; i < MIN(negotiation->section_count, before->section_count); i++) {
        struct sfu_section *section = &negotiation->sections[i];
        const struct sfu_section *old = &before->sections[i];
        bool same = section->inbound && old->inbound && section->kind == old->kind;
        for (unsigned k = 0; same && k < old->payload_count; k++)
            if (section->payload_count < SFU_MAX_PAYLOADS &&
                payload_is_free(section, old->payloads[k].pt) &&
                payload_is_free(section, old->payloads[k].rtx_pt) &&
                payload_is_free(section, old->payloads[k].red_pt))
                section->payloads[section->payload_count++] = old->payloads[k];
    }
}

void sig_codecs_answered(struct sig_participant *participant)
{
    struct sig_codecs *codecs = &participant->codecs;
    if (codecs->asked == answered(participant))
        codecs->asked = SFU_CODEC_NONE;
    codecs->seen = SFU_CODEC_NONE;
    codecs->unheard = false;
    codecs->untold = true;
    codecs->encoder = (struct sig_encoder){0};
}

static gboolean patience_over(gpointer data)
{
    struct sig_participant *participant = data;
    struct sig_session *session = participant->session;
    participant->codecs.patience = 0;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        if (session->participants[i] && session->participants[i]->player)
            sig_slots_tell(session->participants[i]);
    return G_SOURCE_REMOVE;
}

bool sig_codecs_is_changing(const struct sig_participant *participant)
{
    return participant->codecs.patience != 0;
}

void sig_codecs_finish(struct sig_participant *participant)
{
    g_clear_handle_id(&participant->codecs.patience, g_source_remove);
}

/* Asked once for a codec: a page that does not obey is not asked for it again. */
static void ask(struct sig_participant *participant, enum sfu_codec codec)
{
    struct sig_codecs *codecs = &participant->codecs;
    bool dead = codecs->dead & sdp_codec_bit(answered(participant));
    codecs->asked = codec;
    sig_codecs_finish(participant);
    codecs->patience = g_timeout_add(PATIENCE_MS, patience_over, participant);
    const struct log_ids ids = {participant->session->id.text, participant->id.text, NULL};
    log_about(LOG_AT_INFO, "session", ids, "asked to send %s", sig_codec_name(codec));
    sig_participant_event(participant, "media.reoffer",
                          json_pack("{s:s, s:s}", "reason", dead ? "encoder" : "codec", "codec",
                                    sig_codec_name(codec)));
}

/* WHIP has no words for it. */
static bool can_be_asked(const struct sig_participant *participant)
{
    return participant->publisher->kind == SIG_PEER_PAGE;
}

static void look(struct sig_participant *participant)
{
    enum sfu_codec list[SDP_MAX_VIDEO_CODECS];
    const struct sig_codecs *codecs = &participant->codecs;
    enum sfu_codec now = answered(participant);
    if (now == SFU_CODEC_NONE || !can_be_asked(participant))
        return;
    unsigned count = choose(participant, participant->publisher->memory.can_send, list);
    if (count == 0 || codecs->asked == list[0])
        return;
    bool strays = codecs->seen != SFU_CODEC_NONE && codecs->seen != list[0] &&
                  !(others_can_receive(participant) & sdp_codec_bit(codecs->seen));
    if (list[0] != now || strays)
        ask(participant, list[0]);
}

/* Whether the viewer wants pictures and the one that is sent cannot be shown. */
static bool is_unseen(const struct sig_participant *sender, const struct sig_participant *viewer)
{
    const struct sig_peer *from = sender->publisher, *to = viewer->player;
    if (!from || !from->memory.can_send || !to || !to->memory.can_receive ||
        !sig_monitor_reaches(sender, viewer, SIG_CAMERA))
        return false;
    enum sfu_codec codec =
        sender->codecs.asked != SFU_CODEC_NONE ? sender->codecs.asked : answered(sender);
    return codec == SFU_CODEC_NONE || to->video_count == 0 ||
           !(to->memory.can_receive & sdp_codec_bit(codec)) ||
           sender->codecs.dead & sdp_codec_bit(codec); /* there was no other left to ask for */
}

static json_t *unseen_view(const struct sig_session *session, uint64_t unseen)
{
    json_t *pairs = json_array();
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS * SIG_MAX_PARTICIPANTS; i++)
        if (unseen & UINT64_C(1) << i)
            json_array_append_new(
                pairs, json_pack("{s:s, s:s}", "from",
                                 session->participants[i / SIG_MAX_PARTICIPANTS]->id.text, "by",
                                 session->participants[i % SIG_MAX_PARTICIPANTS]->id.text));
    return json_pack("{s:o}", "pairs", pairs);
}

static uint64_t unseen_find(const struct sig_session *session)
{
    uint64_t unseen = 0;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS * SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *from = session->participants[i / SIG_MAX_PARTICIPANTS];
        const struct sig_participant *by = session->participants[i % SIG_MAX_PARTICIPANTS];
        if (from && by && from != by && is_unseen(from, by))
            unseen |= UINT64_C(1) << i;
    }
    return unseen;
}

static void unseen_tell(struct sig_session *session)
{
    uint64_t unseen = unseen_find(session);
    bool changed = unseen != session->unseen;
    session->unseen = unseen;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        struct sig_participant *participant = session->participants[i];
        if (participant && (changed || (participant->codecs.untold && unseen)))
            sig_participant_event(participant, "media.unseen", unseen_view(session, unseen));
        if (participant && participant->codecs.untold)
            sig_narrow_tell(participant);
        if (participant)
            participant->codecs.untold = false;
    }
}

void sig_codecs_update(struct sig_session *session)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        if (session->participants[i])
            look(session->participants[i]);
    unseen_tell(session);
}

void sig_codecs_seen(struct sig_participant *participant, unsigned section, enum sfu_codec codec)
{
    if (participant->publisher->uplinks[SIG_CAMERA] != (int)section)
        return;
    participant->codecs.seen = codec;
    sig_codecs_update(participant->session);
}

/* Who never was heard may have no microphone, and an encoder that is dead from the start. */
void sig_codecs_heard(struct sig_participant *participant, uint32_t up_bps)
{
    participant->codecs.unheard = participant->publisher->media && up_bps == 0;
}

/* Browsers stop to encode when nothing they send is acknowledged, and may when nobody is to see them: that is no fault
 * of the encoder. */
static bool should_encode(const struct sig_participant *participant)
{
    return answered(participant) != SFU_CODEC_NONE && can_be_asked(participant) &&
           participant->publisher->secured && !participant->lost_at_us &&
           !participant->codecs.unheard && !participant->muted.video &&
           !participant->session->held_at_us;
}

void sig_codecs_stats(struct sig_participant *participant, int64_t encoded, int64_t captured)
{
    struct sig_codecs *codecs = &participant->codecs;
    enum sfu_codec codec = answered(participant);
    bool works = codecs->encoder.watched && codecs->encoder.encoded >= 0 &&
                 encoded > codecs->encoder.encoded;
    if (works && codecs->dead & sdp_codec_bit(codec)) {
        codecs->dead &= ~sdp_codec_bit(codec);
        sig_codecs_update(participant->session);
    }
    if (!sig_encoder_report(&codecs->encoder, should_encode(participant), encoded, captured,
                            clock_now_us()))
        return;
    const struct log_ids ids = {participant->session->id.text, participant->id.text, NULL};
    log_about(LOG_AT_WARNING, "session", ids, "the camera gives no pictures in %s",
              sig_codec_name(codec));
    codecs->dead |= sdp_codec_bit(codec);
    sig_codecs_update(participant->session);
}
