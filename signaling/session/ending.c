#include "signaling/session/ending.h"

#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/session/peer.h"
#include "signaling/session/recording.h"
#include "signaling/session/session.h"
#include "signaling/tally.h"

static const char *const phase_names[SIG_PHASE_COUNT] = {"gathering", "connecting", "active"};

const char *sig_phase_name(enum sig_phase phase)
{
    return phase_names[phase];
}

static enum sig_phase phase_of(const struct sig_session *session)
{
    switch (session->state) {
    case SIG_SESSION_GATHERING: return SIG_PHASE_GATHERING;
    case SIG_SESSION_CONNECTING: return SIG_PHASE_CONNECTING;
    case SIG_SESSION_ACTIVE:
    case SIG_SESSION_HELD:
    case SIG_SESSION_ENDED: return SIG_PHASE_ACTIVE;
    }
    return SIG_PHASE_ACTIVE;
}

void sig_progress_event(struct sig_progress *progress, const struct sfu_event *event)
{
    if (event->type == SFU_EVENT_CONNECTED)
        progress->checked = true;
    if (event->type == SFU_EVENT_SECURED)
        *progress = (struct sig_progress){.offered = true, .checked = true, .secured = true};
    if (event->type == SFU_EVENT_FAILED)
        progress->dtls_failed = event->failure == SFU_FAILURE_DTLS ||
                                event->failure == SFU_FAILURE_FINGERPRINT ||
                                event->failure == SFU_FAILURE_PROFILE;
}

/* The first step on the way to media that this participant did not take. */
static enum sig_reason missing_step(const struct sig_progress *progress)
{
    if (!progress->offered)
        return progress->no_codec ? SIG_REASON_NO_COMMON_CODEC : SIG_REASON_NO_OFFER;
    if (progress->secured)
        return SIG_REASON_MEDIA_TIMEOUT;
    return progress->checked || progress->dtls_failed ? SIG_REASON_DTLS_FAILED
                                                      : SIG_REASON_ICE_TIMEOUT;
}

enum sig_reason sig_ending_hindrance(const struct sig_session *session,
                                     const struct sig_participant **ret_party)
{
    *ret_party = NULL;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *participant = session->participants[i];
        if (!participant || !sig_participant_is_party(participant))
            continue;
        if (session->state == SIG_SESSION_GATHERING && !participant->present) {
            *ret_party = participant;
            return SIG_REASON_NOBODY_CAME;
        }
        bool sends = participant->publisher && participant->publisher->media;
        if (session->state == SIG_SESSION_CONNECTING && !sends) {
            *ret_party = participant;
            return missing_step(&participant->progress);
        }
    }
    bool unrecorded = session->recording == SIG_RECORDING_PREPARING ||
                      session->recording == SIG_RECORDING_UNAVAILABLE;
    return session->state == SIG_SESSION_CONNECTING && unrecorded ? SIG_REASON_RECORDING_FAILED
                                                                  : SIG_REASON_CONNECT_TIMEOUT;
}

static const struct sig_participant *of_role(const struct sig_session *session, enum hall_role role)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        if (session->participants[i] && session->participants[i]->role == role)
            return session->participants[i];
    return NULL;
}

struct sig_ending sig_ending_of(const struct sig_session *session, enum sig_reason reason,
                                const struct sig_participant *by)
{
    struct sig_ending ending = {.reason = reason, .phase = phase_of(session), .by = by};
    /* Everybody is there; what was to be opened for them is not. */
    if (reason == SIG_REASON_NO_ROOM || reason == SIG_REASON_RECORDING_FAILED)
        ending.phase = MAX(ending.phase, SIG_PHASE_CONNECTING);
    bool is_lost = reason == SIG_REASON_LOST_CITIZEN || reason == SIG_REASON_LOST_CLERK;
    if (is_lost && session->is_forsaken)
        ending.reason = SIG_REASON_SERVER_RESTART; /* nobody came back to it */
    else if (reason == SIG_REASON_CONNECT_TIMEOUT)
        ending.reason = sig_ending_hindrance(session, &ending.party);
    else if (reason == SIG_REASON_LOST_CITIZEN)
        ending.party = of_role(session, HALL_CITIZEN);
    else if (reason == SIG_REASON_LOST_CLERK)
        ending.party = of_role(session, HALL_CLERK);
    return ending;
}

/* Log, trail and figures. */
static void ending_note(struct sig_daemon *daemon, const char *session,
                        const struct sig_ending *ending)
{
    const char *reason = sig_reason_name(ending->reason), *phase = phase_names[ending->phase];
    const struct sig_participant *about = ending->party ? ending->party : ending->by;
    bool is_failure = sig_reason_is_failure(ending->reason);
    const struct log_ids ids = {
        .session = session, .participant = about ? about->id.text : NULL, .reason = reason};
    log_about(is_failure ? LOG_AT_WARNING : LOG_AT_INFO, "session", ids, "ended while %s", phase);
    sig_tally_end(&daemon->tally, ending);
    if (!is_failure)
        return;
    g_autofree char *detail =
        g_strdup_printf("reason=%s phase=%s party=%s", reason, phase,
                        ending->party ? hall_role_name(ending->party->role) : "");
    hall_audit(daemon->hall, "system", "session.failed", session, detail, NULL, NULL);
}

static enum sig_phase phase_parse(const char *name)
{
    for (int i = 0; i < SIG_PHASE_COUNT; i++)
        if (!strcmp(phase_names[i], name))
            return (enum sig_phase)i;
    return SIG_PHASE_ACTIVE;
}

void sig_ending_note(struct sig_daemon *daemon, const struct hall_session *view)
{
    struct sig_ending ending = {.reason = SIG_REASON_SERVER_RESTART,
                                .phase = phase_parse(view->end_phase)};
    (void)sig_reason_parse(view->end_reason, &ending.reason);
    ending_note(daemon, view->id.text, &ending);
}

void sig_ending_tell(struct sig_session *session, const struct sig_ending *ending)
{
    const char *reason = sig_reason_name(ending->reason), *phase = phase_names[ending->phase];
    const char *by = ending->by ? ending->by->id.text : NULL,
               *party = ending->party ? ending->party->id.text : NULL;

    sig_recording_write(session, "session.state", "STATE", "ended", "REASON", reason, "PHASE",
                        phase, "PARTY", party, "PARTICIPANT", by, NULL);
    json_t *d = json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:I}", "state", "ended", "reason", reason,
                          "phase", phase, "party", party, "ended_by", by, "at",
                          (json_int_t)(clock_wall_us() / 1000));
    sig_session_event(session, NULL, "session.state", d);
    ending_note(session->daemon, session->id.text, ending);
}
