/* A session's journal: opening and closing, and the events written into it (docs/recording-format.md). Control
 * thread. */
#ifndef SIGNALING_SESSION_RECORDING_H
#define SIGNALING_SESSION_RECORDING_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "recorder/recorder.h"

struct sig_daemon;
struct sig_participant;
struct sig_peer;
struct sig_session;

/* Opens the journal and puts the tap on the room. 0 or a negative errno; the recording's state says the same. */
int sig_recording_open(struct sig_session *session);
void sig_recording_close(struct sig_session *session, const char *reason);
/* After a journal has failed: a new one, at once or as soon as the failed one is closed. 0 or a negative errno; a fault
 * later is told by recording.state. */
int sig_recording_reopen(struct sig_session *session);

/* Writes an event: name, value, name, value …, NULL. A NULL value leaves its field out. */
void sig_recording_write(struct sig_session *session, const char *type, ...) G_GNUC_NULL_TERMINATED;

/* Who and what this is, and what the PeerConnections negotiated: a journal describes itself from its beginning. */
void sig_recording_describe(struct sig_session *session);

/* Like sig_recording_write() with PARTICIPANT and ROLE, LABEL of somebody. */
void sig_recording_person(struct sig_participant *participant, const char *type,
                          const char *reason);
/* `peer.open` when the PeerConnection is new, and `media.section` for each inbound section of a fresh answer. */
void sig_recording_sections(struct sig_participant *participant, const struct sig_peer *peer,
                            bool is_new);
/* A gap that ends now; `section` -1: the whole participant. */
void sig_recording_gap(struct sig_participant *participant, const char *cause, int section,
                       int64_t start_us);

/* What the recorder tells; the daemon calls it for each event. */
void sig_recording_event(struct sig_daemon *daemon, const struct rec_event *event);

/* {state, since?, reason?} */
json_t *sig_recording_view(const struct sig_session *session, const char *reason);

#endif
