#include "signaling/session/speaking.h"

#include <string.h>

#include "base/clock.h"
#include "signaling/session/client.h"
#include "signaling/session/session.h"
#include "signaling/session/slots.h"

static const struct sig_participant *in_front(const struct sig_session *session)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        if (session->participants[i] && session->participants[i]->voice.dominant)
            return session->participants[i];
    return NULL;
}

/* Who cannot hear the speaker is told of nobody. Not kept for a resume: it is over by then. */
static void speaker_tell(struct sig_session *session, const struct sig_participant *speaker)
{
    const char *id = speaker ? speaker->id.text : "";
    if (!strcmp(session->speaker.text, id))
        return;
    g_strlcpy(session->speaker.text, id, sizeof session->speaker.text);
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *listener = session->participants[i];
        struct sig_client *client =
            listener ? sig_client_of(session->daemon, listener->role, listener->subject) : NULL;
        bool hears = speaker && listener && sig_monitor_reaches(speaker, listener, SIG_MIC);
        if (client)
            sig_client_statistic(client, "session.speaker",
                                 json_pack("{s:s?}", "participant", hears ? id : NULL));
    }
}

/* Somebody who is not seen may have to be: else nothing changes by it. */
static bool is_crowded(const struct sig_session *session)
{
    unsigned people = 0, slots = SIG_MAX_SLOTS;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *participant = session->participants[i];
        people += participant != NULL;
        if (participant && participant->player)
            slots =
                MIN(slots, MIN(participant->player->audio_count, participant->player->video_count));
    }
    return people > slots; /* a document may have taken one more */
}

void sig_speaking_heard(struct sig_participant *participant, const struct sig_peer *peer,
                        const struct sfu_event *event)
{
    struct sig_session *session = participant->session;
    if (peer != participant->publisher || !sig_monitor_sends(participant, SIG_MIC) ||
        (int)event->section != peer->uplinks[SIG_MIC])
        return;
    participant->voice.active = event->voice.active;
    participant->voice.dominant = event->voice.dominant;
    participant->voice.spoke_us = clock_now_us();
    if (is_crowded(session))
        sig_slots_update(session);
    speaker_tell(session, in_front(session));
}

void sig_speaking_stop(struct sig_participant *participant)
{
    participant->voice.active = participant->voice.dominant = false;
    speaker_tell(participant->session, in_front(participant->session));
}
