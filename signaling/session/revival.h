/* Sessions, pages and invitations that the daemon's death did not end: at the start everything stands again as if all
 * sockets had been cut a moment ago. Control thread. */
#ifndef SIGNALING_SESSION_REVIVAL_H
#define SIGNALING_SESSION_REVIVAL_H

struct sig_daemon;

/* Once, when hall, sfu and recorder are there and before anybody is answered. Rooms are opened, journals opened again;
 * everybody is away and expected. A session that finds no room, or not the recording that it must have, is ended. Tells
 * the recorder which journals nobody goes on with. */
void sig_revival_run(struct sig_daemon *daemon);

#endif
