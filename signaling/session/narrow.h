/* Whose line has no room for a picture now: the server leaves pictures out for them, and everybody in the session is told
 * (media.narrow). Control thread. */
#ifndef SIGNALING_SESSION_NARROW_H
#define SIGNALING_SESSION_NARROW_H

struct sig_participant;

/* A slot of the participant changed. */
void sig_narrow_look(struct sig_participant *participant);

/* The participant has a page anew: how it is. Nothing where nobody's line is narrow. */
void sig_narrow_tell(struct sig_participant *participant);

#endif
