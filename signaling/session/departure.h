/* What happens when a person's page goes: at once, and after the grace time. Control thread. */
#ifndef SIGNALING_SESSION_DEPARTURE_H
#define SIGNALING_SESSION_DEPARTURE_H

struct sig_client;
struct sig_participant;

/* How long a lost socket of this client is waited for: clerk 60 s, a citizen in a session 120 s, in the queue
 * 10 min (configurable). */
unsigned sig_departure_grace_ms(const struct sig_client *client);

/* The socket was cut: the hall and the session's others hear that this person is away. */
void sig_departure_away(struct sig_client *client);
/* A socket is there again. */
void sig_departure_back(struct sig_client *client);

/* The grace time is over: the person has left, but who sends or receives by WHIP or WHEP. Destroys the client. */
void sig_departure_final(struct sig_client *client);

/* Of somebody who came by WHIP or WHEP, a PeerConnection or a page came or went: when nothing is left, the grace time
 * begins; it ends when something is there again. */
void sig_departure_watch(struct sig_participant *participant);

#endif
