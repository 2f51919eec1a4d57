/* One PeerConnection on its worker: ICE paths, DTLS, SRTP, and the forwarding peer behind them. Worker
 * thread only. Private to sfu/. */
#ifndef SFU_PEER_H
#define SFU_PEER_H

#include "sfu/forward/forward.h"
#include "sfu/sfu.h"
#include "sfu/transport/dtls.h"
#include "sfu/transport/paths.h"
#include "sfu/transport/srtp.h"
#include "sfu/worker/batch.h"

#include "base/bucket.h"

#include <stdbool.h>
#include <stdint.h>

struct room;
struct worker;

enum peer_state {
    PEER_IDLE,      /* nothing negotiated: unreachable */
    PEER_WAITING,   /* has credentials, no path */
    PEER_CONNECTED, /* a path is selected, no keys */
    PEER_SECURED,   /* keys are in place (a path may still be missing) */
    PEER_FAILED,    /* told; deaf until the owner closes it */
};

struct peer {
    sfu_peer_id id;
    struct worker *worker;                  /* outlives the peer */
    struct room *room;                      /* outlives the peer */
    struct peer *room_next;                 /* room.peers */
    struct peer *worker_next, *worker_prev; /* worker.peers */
    struct fwd_peer *fwd;                   /* owned */
    enum peer_state state;
    enum sfu_failure failure; /* PEER_FAILED: why */
    /* What the control thread had no place for yet. */
    bool connected_untold, secured_untold, failure_untold;

    struct sfu_ice local;    /* empty ufrag: none */
    struct sfu_ice previous; /* still valid until a path is nominated with the new ones */
    bool tell_connected;     /* the next nomination is news: the first one, or a restart */
    uint8_t remote_sha256[SFU_FINGERPRINT_BYTES];
    struct paths paths;
    int64_t heard_us; /* last authenticated check, or when the credentials came */
    int64_t media_us; /* last SRTP or SRTCP that held */

    struct dtls *dtls;      /* owned; NULL before the first record and once it is surely over */
    struct tuple dtls_from; /* answers go here while no path is selected */
    int64_t connected_us, secured_us;
    bool media_begun;        /* fwd_peer_secured() was called */
    struct srtp_pair *srtp;  /* owned; NULL before the keys are there */
    struct bucket rtp, rtcp; /* what it may send */
    struct bucket checks;    /* … of checks in its name that fail, from unknown tuples */
    struct batch_chain chain;
};

enum {
    PEER_DTLS_LINGER_US = 10000000,      /* the far side has repeated its last flight by then */
    PEER_DTLS_MEDIA_LINGER_US = 1000000, /* it sends under the keys: it has ours */
    PEER_RTP_PER_S = 5000, /* packets that authenticate; a second of them as a burst */
    PEER_CHECKS_PER_S = 50,
    PEER_CHECKS_BURST = 100,
    PEER_RTCP_PER_S = 200,
    PEER_RTCP_BURST = 400,
};

/* 0, -ENOMEM or -ENOSPC. Joins the room and the worker's list. */
int peer_create(struct room *room, sfu_peer_id id, uint32_t tag, struct peer **ret_peer);
void peer_destroy(struct peer *peer);

/* As sfu_peer_negotiate(); the limits have been checked. 0 or a negative errno. */
int peer_negotiate(struct peer *peer, const struct sfu_negotiation *negotiation);

/* The password that goes with one of the peer's local ufrags (not terminated), or NULL. */
const char *peer_password(const struct peer *peer, const char *ufrag);

/* An authenticated check. False: no place for another path, it is not to be answered. */
bool peer_checked(struct peer *peer, const struct tuple *from, const char *ufrag, bool nominated);

/* Datagrams from a tuple that the directory knows to be this peer's. Written over. */
void peer_receive_dtls(struct peer *peer, const struct tuple *from, const uint8_t *data,
                       size_t len);
void peer_receive_rtp(struct peer *peer, uint8_t *data, size_t len);
void peer_receive_rtcp(struct peer *peer, uint8_t *data, size_t len);

/* An RTP packet from a tuple that nobody has: takes it (true) when it is authentically this peer's and
 * newer than all before, and moves the peer there for the time being. */
bool peer_receive_stray(struct peer *peer, const struct tuple *from, uint8_t *data, size_t len);

/* A TCP connection of its is no more: the freshest other way takes its place. */
void peer_way_lost(struct peer *peer, const struct tuple *tuple);

/* By what it is sent to. */
enum sfu_way peer_way(const struct peer *peer);

/* Whether its way is a TCP connection that is behind. */
bool peer_is_crowded(const struct peer *peer);

/* Every FWD_TICK_US. */
void peer_tick(struct peer *peer);

/* The callbacks of struct fwd_env; `transport` is the struct peer. */
int peer_send_rtp(void *transport, size_t len, const uint8_t **ret_wire, size_t *ret_wire_len);
int peer_send_wire(void *transport, const uint8_t *wire, size_t len);
int peer_send_rtcp(void *transport, const uint8_t *rtcp, size_t len);

#endif
