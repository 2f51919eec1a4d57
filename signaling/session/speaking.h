/* Who speaks in a session, as the media workers tell it: the pages mark who is in front, and where there are more people
 * than slots the speakers have them. Control thread. */
#ifndef SIGNALING_SESSION_SPEAKING_H
#define SIGNALING_SESSION_SPEAKING_H

#include <stdbool.h>
#include <stdint.h>

struct sfu_event;
struct sig_participant;
struct sig_peer;

struct sig_voice {
    bool active;      /* speaks now */
    bool dominant;    /* and is in front */
    int64_t spoke_us; /* monotonic: when it was active last, 0: never */
};

/* SFU_EVENT_VOICE of one of the participant's PeerConnections. */
void sig_speaking_heard(struct sig_participant *participant, const struct sig_peer *peer,
                        const struct sfu_event *event);

/* It is gone, or heard no more: whoever had it in front hears so. */
void sig_speaking_stop(struct sig_participant *participant);

#endif
