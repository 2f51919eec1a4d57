/* Somebody in a session: role, label, presence, what is muted, and the PeerConnection. The session owns it. Control
 * thread. */
#ifndef SIGNALING_SESSION_PARTICIPANT_H
#define SIGNALING_SESSION_PARTICIPANT_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bucket.h"
#include "hall/hall.h"
#include "signaling/session/bitrate.h"
#include "signaling/session/codecs.h"
#include "signaling/session/ending.h"
#include "signaling/session/interruption.h"
#include "signaling/session/layout.h"
#include "signaling/session/monitor.h"
#include "signaling/session/quality.h"
#include "signaling/session/speaking.h"

struct sig_daemon;
struct sig_peer;
struct sig_session;

enum { SIG_LABEL_BYTES = 96, SIG_GAP_SECTIONS = 3 };

/* Each offer is written down and may be another PeerConnection, a part of its own in the recording. */
enum { SIG_OFFER_US = 2000000, SIG_OFFER_BURST = 10 };

struct sig_participant {
    struct sig_session *session;
    unsigned place; /* index in session.participants */
    struct id id;
    enum hall_role role;
    char subject[ID_BYTES];
    char label[SIG_LABEL_BYTES];
    bool present;       /* said hello; false: expected (the API's sessions) */
    bool connected;     /* its page's socket is there */
    int64_t lost_at_us; /* wall clock: media came and comes no more, 0: not so */
    bool is_restarted;  /* lost since the daemon died */
    bool away;          /* told to the others: no socket, or no media where there was some */
    struct {
        bool audio, video;
        bool document; /* taken away: what its section sent before is shown no more */
        int64_t audio_at_us, video_at_us; /* wall clock, since when */
        char cause[16];
    } muted;
    enum sig_monitor monitor; /* of a supervisor */
    struct sig_voice voice;
    struct sig_interruptions interruptions;
    struct bucket offers;
    struct sig_progress progress; /* on its way to media */
    /* Its PeerConnections, owned: what sends, and what receives; a page's are one and the same. NULL: none now. */
    struct sig_peer *publisher, *player;
    struct sig_layout layout; /* who is in which of its slots */
    struct sig_bitrate bitrate;
    bool is_narrow; /* its line has no room for a picture now, as was told */
    struct sig_codecs codecs;
    unsigned worst_down_permille; /* what its receivers lost since the last look */
    struct sig_quality quality;
    enum sfu_way way; /* of its packets, as the server sees it */
    const char *
        relay; /* "udp", "tcp", "tls": how its page reaches the relay it says it uses; NULL: none */
    guint
        media_timer; /* its PeerConnection was replaced while media came; 0: it comes, or never did */
    guint grace_timer; /* came by WHIP or WHEP, and nothing of it is left; 0: not so */
};

/* Adds an expected participant. NULL: the session is full. `id` NULL: a new one. */
struct sig_participant *sig_participant_add(struct sig_session *session, enum hall_role role,
                                            const char *subject, const char *label,
                                            const struct id *id);
void sig_participant_destroy(struct sig_participant *participant);

/* NULL: nowhere. */
struct sig_participant *sig_participant_find(struct sig_daemon *daemon, enum hall_role role,
                                             const char *subject);
struct sig_participant *sig_participant_by_peer(struct sig_session *session, uint64_t peer,
                                                struct sig_peer **ret_peer);

/* Its second picture is there, or was taken away: nobody can tell that from packets, a paper that lies still sends none. */
void sig_participant_document(struct sig_participant *participant, bool shown);

/* Without whom a session is none: its citizen and its clerk. */
bool sig_participant_is_party(const struct sig_participant *participant);

/* By what its media goes: "udp", "tcp", "relay_udp", "relay_tcp", "relay_tls"; NULL: not known (yet). */
const char *sig_participant_way(const struct sig_participant *participant);

/* The page said hello: journal and the others hear of it, once. */
void sig_participant_join(struct sig_participant *participant);
/* Out of the session, which goes on without. Frees it. */
void sig_participant_leave(struct sig_participant *participant, enum sig_reason reason);

/* The page's socket came or went. */
void sig_participant_set_socket(struct sig_participant *participant, bool connected);
/* Its page's socket is there, or it needs none: it has come by WHIP or WHEP. */
bool sig_participant_is_reachable(const struct sig_participant *participant);
/* Re-thinks `away` from socket and media, and tells. */
void sig_participant_look(struct sig_participant *participant);

/* Media comes again, or never will: the journal gets the gap. */
void sig_participant_lost_gap_write(struct sig_participant *participant);

void sig_participant_mute(struct sig_participant *participant, bool audio, bool video,
                          const char *cause);

/* Everybody else hears how it stands now. `change` as in docs/protocol.md. */
void sig_participant_tell(struct sig_participant *participant, const char *change);

/* Sends to this participant alone; steals `d`. */
void sig_participant_event(struct sig_participant *participant, const char *name, json_t *d);

json_t *sig_participant_view(const struct sig_participant *participant);

#endif
