/* What the files that make up a peer share; nobody else includes this. Worker thread. */
#ifndef SFU_PEER_PARTS_H
#define SFU_PEER_PARTS_H

#include "sfu/peer.h"

/* The one place where the state changes; a transition that is not in the table is a programming
 * error. `event` is for the log. */
void peer_set_state(struct peer *peer, enum peer_state to, const char *event);

/* Tells the control thread what is untold, in the order in which it happened; what it has no place for
 * now is told at a later tick. */
void peer_tell(struct peer *peer);

/* The peer cannot go on: unreachable, without keys, and told. Ends the DTLS association: not to be called
 * from inside it. */
void peer_fail(struct peer *peer, enum sfu_failure failure, const char *event);

void peer_forget_ufrag(struct peer *peer, struct sfu_ice *ice);
/* Takes the tuple of a provisional move out of the directory. */
void peer_forget_move(struct peer *peer);

/* Takes a tuple out of the directory; a connection that is it, is closed. */
void peer_forget_tuple(struct peer *peer, const struct tuple *tuple);

/* What is due in the handshake and after it. */
void peer_tick_dtls(struct peer *peer);

#endif
