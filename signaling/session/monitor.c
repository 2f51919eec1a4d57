#include "signaling/session/monitor.h"

#include <glib.h>

#include "signaling/session/recording.h"
#include "signaling/session/session.h"
#include "signaling/session/slots.h"

const char *sig_monitor_name(enum sig_monitor mode)
{
    static const char *const names[] = {NULL, "listen", "whisper", "barge"};
    return names[mode];
}

struct sig_participant *sig_monitor_of(const struct sig_session *session)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        if (session->participants[i] && session->participants[i]->role == HALL_SUPERVISOR)
            return session->participants[i];
    return NULL;
}

bool sig_monitor_sends(const struct sig_participant *participant, enum sig_source source)
{
    switch (participant->monitor) {
    case SIG_MONITOR_NONE:
    case SIG_MONITOR_BARGE: return true;
    case SIG_MONITOR_WHISPER: return source == SIG_MIC;
    case SIG_MONITOR_LISTEN: return false;
    }
    return false;
}

bool sig_monitor_reaches(const struct sig_participant *sender, const struct sig_participant *viewer,
                         enum sig_source source)
{
    return sig_monitor_sends(sender, source) &&
           (sender->monitor != SIG_MONITOR_WHISPER || viewer->role == HALL_CLERK);
}

static void mode_write(struct sig_participant *participant)
{
    sig_recording_write(participant->session, "session.monitor", "PARTICIPANT",
                        participant->id.text, "MODE", sig_monitor_name(participant->monitor), NULL);
}

struct sig_participant *sig_monitor_join(struct sig_session *session, const char *staff_no,
                                         bool connected)
{
    g_autofree char *label = g_strdup_printf("值班长 · 工号%s", staff_no);
    struct sig_participant *participant =
        sig_participant_add(session, HALL_SUPERVISOR, staff_no, label, NULL);
    if (!participant)
        return NULL;
    participant->monitor = SIG_MONITOR_LISTEN;
    participant->muted.audio = participant->muted.video = true;
    participant->connected = connected;
    sig_participant_join(participant);
    mode_write(participant);
    return participant;
}

void sig_monitor_set(struct sig_participant *participant, enum sig_monitor mode)
{
    if (participant->monitor == mode)
        return;
    participant->monitor = mode;
    sig_speaking_stop(participant);
    sig_slots_update(participant->session); /* first who may hear it, then the gate */
    sig_peer_gate(participant);
    mode_write(participant);
    sig_participant_mute(participant, !sig_monitor_sends(participant, SIG_MIC),
                         !sig_monitor_sends(participant, SIG_CAMERA), "user");
    sig_participant_tell(participant, "monitor");
}
