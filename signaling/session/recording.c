#include "signaling/session/recording.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/sdp/sdp.h"
#include "signaling/session/errands.h"
#include "signaling/session/hold.h"
#include "signaling/session/peer.h"
#include "signaling/session/session.h"

enum { MAX_FIELDS = 16 };

static const char *const state_names[] = {"off", "preparing", "recording", "unavailable",
                                          "stopped"};

json_t *sig_recording_view(const struct sig_session *session, const char *reason)
{
    json_t *view =
        json_pack("{s:s, s:s*}", "state", state_names[session->recording], "reason", reason);
    if (session->recording == SIG_RECORDING_DURABLE)
        json_object_set_new(view, "since",
                            json_integer((json_int_t)(session->recording_since_us / 1000)));
    return view;
}

static void tell(struct sig_session *session, const char *reason)
{
    if (session->state != SIG_SESSION_GATHERING)
        sig_session_event(session, NULL, "recording.state", sig_recording_view(session, reason));
}

static void state_set(struct sig_session *session, enum sig_recording_state state,
                      const char *reason)
{
    if (session->recording == state)
        return;
    const struct log_ids ids = {.session = session->id.text};
    log_about(LOG_AT_INFO, "recording", ids, "%s -> %s%s%s", state_names[session->recording],
              state_names[state], reason ? ": " : "", reason ? reason : "");
    session->recording = state;
    if (state == SIG_RECORDING_DURABLE)
        session->recording_since_us = clock_wall_us();
    tell(session, reason);
}

int sig_recording_open(struct sig_session *session)
{
    struct rec *rec = session->daemon->rec;
    rec_journal_id journal = 0;
    int r = rec_journal_open(rec, session->id.text, &journal);
    if (r == 0) {
        r = rec_tap_attach(rec, journal, session->daemon->sfu, session->room);
        if (r < 0)
            sig_errand_journal_close(session->daemon, journal, "tap");
    }
    if (r < 0) {
        const struct log_ids ids = {.session = session->id.text};
        log_about(LOG_AT_WARNING, "recording", ids, "cannot be recorded: %s", g_strerror(-r));
        sig_tally_unrecorded(&session->daemon->tally,
                             r == -ENOSPC ? SIG_UNRECORDED_NO_SPACE : SIG_UNRECORDED_NOT_OPENED);
        state_set(session, SIG_RECORDING_UNAVAILABLE, r == -ENOSPC ? "no_space" : "open_failed");
        return r;
    }
    session->journal = journal;
    if (!session->recording_opened_us)
        session->recording_opened_us = clock_wall_us();
    state_set(session, SIG_RECORDING_PREPARING, NULL);
    return 0;
}

static int journal_close(struct sig_session *session, rec_journal_id journal, const char *reason)
{
    int r = journal ? sig_errand_journal_close(session->daemon, journal, reason) : 0;
    const struct log_ids ids = {.session = session->id.text};
    if (r < 0)
        log_about(LOG_AT_WARNING, "recording", ids, "the journal does not close: %s",
                  g_strerror(-r));
    return r;
}

void sig_recording_close(struct sig_session *session, const char *reason)
{
    bool recorded = session->journal;
    journal_close(session, session->failed_journal, reason);
    journal_close(session, session->journal, reason);
    session->failed_journal = session->journal = 0;
    if (recorded)
        state_set(session, SIG_RECORDING_STOPPED, NULL);
}

int sig_recording_reopen(struct sig_session *session)
{
    if (session->journal || session->reopening)
        return 0;
    if (session->failed_journal) {
        int r = journal_close(session, session->failed_journal, "failed");
        session->reopening = r == 0;
        return r;
    }
    int r = sig_recording_open(session);
    if (r == 0)
        sig_recording_describe(session);
    return r;
}

static void fields_write(struct sig_session *session, const char *type,
                         const struct rec_field *fields, size_t count)
{
    if (!session->journal)
        return;
    int r = rec_journal_event(session->daemon->rec, session->journal, type, fields, count);
    const struct log_ids ids = {.session = session->id.text};
    if (r < 0)
        log_about(LOG_AT_WARNING, "recording", ids, "event %s is not in the journal: %s", type,
                  g_strerror(-r));
}

void sig_recording_write(struct sig_session *session, const char *type, ...)
{
    struct rec_field fields[MAX_FIELDS];
    size_t count = 0;
    va_list args;
    va_start(args, type);
    for (const char *name; count < MAX_FIELDS && (name = va_arg(args, const char *));) {
        const char *value = va_arg(args, const char *);
        if (value)
            fields[count++] = (struct rec_field){name, value};
    }
    va_end(args);
    fields_write(session, type, fields, count);
}

void sig_recording_person(struct sig_participant *participant, const char *type, const char *reason)
{
    sig_recording_write(participant->session, type, "PARTICIPANT", participant->id.text, "ROLE",
                        hall_role_name(participant->role), "LABEL", participant->label, "REASON",
                        reason, NULL);
}

static const char *source_of(const struct sig_peer *peer, unsigned section)
{
    for (unsigned source = 0; source < SIG_SOURCES; source++)
        if (peer->uplinks[source] == (int)section)
            return sig_source_name((enum sig_source)source);
    return NULL;
}

static void section_write(struct sig_session *session, const struct sig_peer *peer, unsigned index)
{
    const struct sfu_section *section = &peer->negotiation.sections[index];
    g_autofree char *payloads = sdp_payloads_text(section), *extmap = sdp_extmap_text(section);
    g_autofree char *rids = sdp_rids_text(section);
    char tag[12], number[12], ssrc[12], rtx[12];
    g_snprintf(tag, sizeof tag, "%u", peer->tag);
    g_snprintf(number, sizeof number, "%u", index);
    g_snprintf(ssrc, sizeof ssrc, "%u", section->ssrc);
    g_snprintf(rtx, sizeof rtx, "%u", section->rtx_ssrc);
    sig_recording_write(session, "media.section", "TAG", tag, "SECTION", number, "MID",
                        section->mid, "KIND", section->kind == SFU_AUDIO ? "audio" : "video",
                        "SOURCE", source_of(peer, index), "SSRC", ssrc, "RTX_SSRC", rtx, "PAYLOADS",
                        payloads, "EXTMAP", extmap, "RIDS", rids, NULL);
}

void sig_recording_sections(struct sig_participant *participant, const struct sig_peer *peer,
                            bool is_new)
{
    char tag[12];
    g_snprintf(tag, sizeof tag, "%u", peer->tag);
    if (is_new)
        sig_recording_write(participant->session, "peer.open", "PARTICIPANT", participant->id.text,
                            "TAG", tag, NULL);
    for (unsigned i = 0; i < peer->negotiation.section_count; i++)
        if (peer->negotiation.sections[i].inbound)
            section_write(participant->session, peer, i);
}

static void info_write(struct sig_session *session)
{
    char window[12];
    g_snprintf(window, sizeof window, "%u", session->window);
    sig_recording_write(session, "session.info", "SESSION", session->id.text, "MATTER",
                        session->matter->code, "MATTER_NAME", session->matter->name, "NUMBER",
                        session->number, "TICKET", session->ticket.text, "WINDOW",
                        session->window ? window : "", "STAFF_NO", session->staff_no, "RECORDING",
                        session->recording_required ? "required" : "optional", NULL);
}

void sig_recording_describe(struct sig_session *session)
{
    const struct hall_notice *notice = hall_notice(session->daemon->hall);
    info_write(session);
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        struct sig_participant *participant = session->participants[i];
        if (!participant || !participant->present)
            continue;
        sig_recording_person(participant, "participant.joined", NULL);
        if (participant->role == HALL_CITIZEN && *session->ticket.text)
            sig_recording_write(session, "notice.acknowledged", "NOTICE_SHA256",
                                *session->notice_sha256 ? session->notice_sha256 : notice->sha256,
                                "NOTICE_VERSION", notice->version, "PARTICIPANT",
                                participant->id.text, NULL);
        if (participant->publisher)
            sig_recording_sections(participant, participant->publisher, true);
        if (participant->player && participant->player != participant->publisher)
            sig_recording_sections(participant, participant->player, true);
    }
}

void sig_recording_gap(struct sig_participant *participant, const char *cause, int section,
                       int64_t start_us)
{
    char number[12], start[24], end[24];
    g_snprintf(number, sizeof number, "%d", section);
    g_snprintf(start, sizeof start, "%" G_GINT64_FORMAT, start_us);
    g_snprintf(end, sizeof end, "%" G_GINT64_FORMAT, clock_wall_us());
    sig_recording_write(participant->session, "gap", "CAUSE", cause, "PARTICIPANT",
                        participant->id.text, "SECTION", section < 0 ? NULL : number, "START_US",
                        start, "END_US", end, NULL);
}

static void failed(struct sig_session *session, int error)
{
    const struct log_ids ids = {.session = session->id.text};
    log_about(LOG_AT_ERROR, "recording", ids, "the journal failed: %s", g_strerror(-error));
    sig_tally_unrecorded(&session->daemon->tally, SIG_UNRECORDED_WRITE);
    session->failed_journal = session->journal;
    session->journal = 0;
    state_set(session, SIG_RECORDING_UNAVAILABLE, "write_failed");
    if (!session->recording_required)
        sig_session_look(session);
    else if (session->state == SIG_SESSION_ACTIVE || session->state == SIG_SESSION_HELD)
        sig_hold_begin(session, sig_reason_name(SIG_REASON_RECORDING_FAILED), true);
    else
        sig_session_end(session, SIG_REASON_RECORDING_FAILED, NULL);
}

/* The failed journal let go of the folder: the next one may take it. */
static void failed_closed(struct sig_session *session)
{
    session->failed_journal = 0;
    if (!session->reopening)
        return;
    session->reopening = false;
    if (sig_recording_open(session) == 0)
        sig_recording_describe(session);
    else
        tell(session, "open_failed");
}

void sig_recording_event(struct sig_daemon *daemon, const struct rec_event *event)
{
    struct sig_session *session = sig_session_by_journal(daemon, event->journal);
    if (event->type == REC_EVENT_OVERFLOW)
        daemon->tally.lost_at_us = clock_now_us();
    if (!session)
        return;
    const struct log_ids ids = {.session = session->id.text};
    switch (event->type) {
    case REC_EVENT_DURABLE:
        session->daemon->tally.unrecorded_now = false;
        state_set(session, SIG_RECORDING_DURABLE, NULL);
        sig_hold_recovered(session);
        sig_session_look(session);
        break;
    case REC_EVENT_FAILED:
        if (event->journal == session->journal)
            failed(session, event->error);
        break;
    case REC_EVENT_OVERFLOW:
        log_about(LOG_AT_WARNING, "recording", ids,
                  "%" G_GUINT64_FORMAT " packets found no room in the ring", event->lost_packets);
        break;
    case REC_EVENT_CLOSED:
        if (event->journal == session->failed_journal)
            failed_closed(session);
        break;
    }
}
