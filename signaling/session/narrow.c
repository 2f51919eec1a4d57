#include "signaling/session/narrow.h"

#include <glib.h>
#include <jansson.h>

#include "signaling/session/participant.h"
#include "signaling/session/peer.h"
#include "signaling/session/recording.h"
#include "signaling/session/session.h"

static bool is_narrow(const struct sig_participant *participant)
{
    const struct sig_peer *peer = participant->player;
    for (unsigned i = 0; peer && i < peer->video_count; i++)
        if (peer->slots[peer->video_slots[i]].state == SFU_SLOT_PAUSED)
            return true;
    return false;
}

static json_t *narrow_view(const struct sig_session *session, unsigned *ret_count)
{
    json_t *participants = json_array();
    *ret_count = 0;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *one = session->participants[i];
        if (!one || !one->is_narrow)
            continue;
        json_array_append_new(participants, json_string(one->id.text));
        ++*ret_count;
    }
    return json_pack("{s:o}", "participants", participants);
}

void sig_narrow_look(struct sig_participant *participant)
{
    struct sig_session *session = participant->session;
    bool narrow = is_narrow(participant);
    unsigned count;
    if (narrow == participant->is_narrow)
        return;
    participant->is_narrow = narrow;
    sig_recording_write(session, "media.narrow", "PARTICIPANT", participant->id.text, "STATE",
                        narrow ? "paused" : "resumed", NULL);
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        if (session->participants[i])
            sig_participant_event(session->participants[i], "media.narrow",
                                  narrow_view(session, &count));
}

void sig_narrow_tell(struct sig_participant *participant)
{
    unsigned count;
    json_t *view = narrow_view(participant->session, &count);
    if (count > 0)
        sig_participant_event(participant, "media.narrow", view);
    else
        json_decref(view);
}
