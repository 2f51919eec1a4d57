/* A voice never waits behind a picture: while a receiver's line is choked, pictures are left out for it until its queue
 * has emptied; where the line is too narrow for any picture, until it is wider again. Where it is narrow and loses nothing,
 * what voices repeat (RED) makes room for more of the picture. Worker thread. */
#ifndef SFU_FORWARD_RELIEF_H
#define SFU_FORWARD_RELIEF_H

#include "sfu/forward/peer.h"

/* After feedback of the peer (`fed_back`), and on the timer. */
void peer_relief_look(struct fwd_peer *peer, bool fed_back, int64_t now_us);

/* More is sent to the peer than its line takes: no pictures until its queue has emptied. */
void peer_relief_drain(struct fwd_peer *peer, int64_t now_us);

#endif
