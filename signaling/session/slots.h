/* Feeds the slots of every page in a session from the others' uplinks, and tells pages what they see. Control
 * thread. */
#ifndef SIGNALING_SESSION_SLOTS_H
#define SIGNALING_SESSION_SLOTS_H

struct sig_participant;
struct sig_session;

/* Somebody came, went, or got another PeerConnection: brings all slots to what they should be. */
void sig_slots_update(struct sig_session *session);

/* Event media.slots to this participant. */
void sig_slots_tell(struct sig_participant *participant);

#endif
