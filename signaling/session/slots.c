#include "signaling/session/slots.h"

#include <glib.h>

#include "base/log.h"
#include "signaling/session/codecs.h"
#include "signaling/session/errands.h"
#include "signaling/session/peer.h"
#include "signaling/session/recording.h"
#include "signaling/session/session.h"

/* The second picture gets a slot only once something is sent on it: the section is there from the first offer. */
static bool sends_document(const struct sig_participant *participant)
{
    const struct sig_peer *peer = participant->publisher;
    return peer && !participant->muted.document && peer->uplinks[SIG_DOCUMENT] >= 0 &&
           peer->heard[peer->uplinks[SIG_DOCUMENT]];
}

static void layout_update(struct sig_participant *viewer)
{
    struct sig_layout_other others[SIG_MAX_PARTICIPANTS];
    const struct sig_session *session = viewer->session;
    unsigned count = 0;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *other = session->participants[i];
        if (!other || other == viewer || !sig_monitor_reaches(other, viewer, SIG_MIC))
            continue;
        others[count++] = (struct sig_layout_other){
            .place = (int)i,
            .document = sends_document(other) && sig_monitor_sends(other, SIG_DOCUMENT),
            .keeps = sig_participant_is_party(other),
            .speaks = other->voice.active,
            .leads = other->voice.dominant,
            .spoke_us = other->voice.spoke_us,
        };
    }
    sig_layout_update(&viewer->layout, others, count, viewer->player->audio_count,
                      viewer->player->video_count);
}

static void switch_write(struct sig_participant *viewer, unsigned section,
                         const struct sig_participant *source)
{
    char slot[12];
    g_snprintf(slot, sizeof slot, "%u", section);
    sig_recording_write(viewer->session, "media.slot", "PARTICIPANT", viewer->id.text, "SLOT", slot,
                        "SOURCE_PARTICIPANT", source ? source->id.text : "", "SOURCE",
                        source ? sig_source_name(viewer->player->slots[section].source) : "",
                        "STATE", "fed", NULL);
}

/* Feeds one slot from somebody's microphone, camera or document, or from nothing (place -1). */
static void slot_set(struct sig_participant *viewer, unsigned section, int place,
                     enum sig_source kind)
{
    struct sig_session *session = viewer->session;
    struct sig_slot_view *slot = &viewer->player->slots[section];
    const struct sig_participant *source = place < 0 ? NULL : session->participants[place];
    struct sig_feed feed = {0};
    if (source && source->publisher && source->publisher->uplinks[kind] >= 0)
        feed = (struct sig_feed){source->publisher->id, (unsigned)source->publisher->uplinks[kind]};
    slot->place = place;
    slot->source = kind;
    if (feed.peer == slot->fed.peer && feed.section == slot->fed.section)
        return;
    int r = sig_errand_feed(session->daemon, viewer->player->id, section, feed.peer, feed.section);
    if (r < 0) {
        const struct log_ids ids = {.session = session->id.text, .participant = viewer->id.text};
        log_about(LOG_AT_WARNING, "session", ids, "slot %u is not fed: %s", section,
                  g_strerror(-r));
        return;
    }
    slot->fed = feed;
    switch_write(viewer, section, feed.peer ? source : NULL);
}

static void viewer_update(struct sig_participant *viewer)
{
    struct sig_peer *peer = viewer->player;
    layout_update(viewer);
    for (unsigned i = 0; i < peer->audio_count; i++)
        slot_set(viewer, peer->audio_slots[i], viewer->layout.pair[i], SIG_MIC);
    for (unsigned i = 0; i < peer->video_count; i++) {
        int document = viewer->layout.document[i], camera = viewer->layout.pair[i];
        if (camera >= 0 && !sig_monitor_sends(viewer->session->participants[camera], SIG_CAMERA))
            camera = -1; /* a whisper has no face */
        slot_set(viewer, peer->video_slots[i], document >= 0 ? document : camera,
                 document >= 0 ? SIG_DOCUMENT : SIG_CAMERA);
    }
    sig_slots_tell(viewer);
}

void sig_slots_update(struct sig_session *session)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        struct sig_participant *viewer = session->participants[i];
        if (viewer && viewer->player)
            viewer_update(viewer);
    }
    sig_codecs_update(session);
}

static const char *state_name(enum sfu_slot_state state)
{
    switch (state) {
    case SFU_SLOT_EMPTY: return "empty";
    case SFU_SLOT_WAITING_KEYFRAME: return "waiting";
    case SFU_SLOT_ACTIVE: return "active";
    case SFU_SLOT_CODEC_UNSUPPORTED: return "codec_unsupported";
    case SFU_SLOT_GATED: return "gated";
    case SFU_SLOT_PAUSED: return "paused";
    }
    return "empty";
}

/* While its sender changes over to another codec, a picture is only late. */
static const char *shown_state(const struct sig_slot_view *slot,
                               const struct sig_participant *source)
{
    bool late = slot->state == SFU_SLOT_CODEC_UNSUPPORTED && sig_codecs_is_changing(source);
    return state_name(late ? SFU_SLOT_WAITING_KEYFRAME : slot->state);
}

static json_t *slot_view(const struct sig_participant *viewer, unsigned section)
{
    const struct sig_slot_view *slot = &viewer->player->slots[section];
    const struct sig_participant *source =
        slot->place < 0 ? NULL : viewer->session->participants[slot->place];
    return json_pack("{s:s, s:s?, s:s?, s:s}", "mid",
                     viewer->player->negotiation.sections[section].mid, "participant",
                     source ? source->id.text : NULL, "source",
                     source ? sig_source_name(slot->source) : NULL, "state",
                     source ? shown_state(slot, source) : "empty");
}

void sig_slots_tell(struct sig_participant *participant)
{
    const struct sig_peer *peer = participant->player;
    json_t *slots = json_array();
    for (unsigned i = 0; i < peer->audio_count; i++)
        json_array_append_new(slots, slot_view(participant, peer->audio_slots[i]));
    for (unsigned i = 0; i < peer->video_count; i++)
        json_array_append_new(slots, slot_view(participant, peer->video_slots[i]));
    sig_participant_event(participant, "media.slots", json_pack("{s:o}", "slots", slots));
}
