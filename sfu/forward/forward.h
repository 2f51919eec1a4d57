/* The seam inside sfu/ between the transport (ICE, DTLS, SRTP, sockets) and the forwarding of
 * media. The worker makes one fwd_room a room and one fwd_peer a peer, feeds in decrypted packets
 * and commands, and gets packets to send and events back through `struct fwd_env`.
 *
 * Everything here runs on the room's worker thread. No locks, no logs; nothing is allocated while a
 * packet is handled. `now_us` is CLOCK_MONOTONIC, read once a turn of the loop. */
#ifndef SFU_FORWARD_FORWARD_H
#define SFU_FORWARD_FORWARD_H

#include "sfu/counters.h"
#include "sfu/sfu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FWD_PACKET_BYTES = 1500, /* the longest plaintext RTP or RTCP packet, in either direction */
    FWD_TRAILER_BYTES = 48, /* what SRTP may add behind it; the transport's blocks have this room */
    FWD_PACE_US = 5000,     /* … and fwd_peer_pace() while something waits */
    FWD_TICK_US = 20000,    /* how often fwd_peer_tick() is called */
};

struct fwd_room;
struct fwd_peer;

/* What the worker lends to forwarding. `transport` is the pointer given to fwd_peer_create(). */
struct fwd_env {
    void *worker;
    struct counters *counters;
    int64_t media_timeout_us; /* for SFU_EVENT_SILENT */

    /* A block to build the next outgoing RTP packet in: FWD_PACKET_BYTES long, 4-byte aligned. It
     * is the worker's; valid until the next call of block(), send_rtp(), send_wire() or
     * send_rtcp(). A block that is not sent needs no giving back. Never NULL. */
    uint8_t *(*block)(void *worker);

    /* Protects the first `len` bytes of the block last given by block() and queues it for the end
     * of the turn. `ret_wire` and `ret_wire_len` (NULL when not wanted) then borrow the ciphertext
     * until the next call of block() or send_…(). -ENOTCONN: no keys or no path yet; -EIO: protect
     * refused (repeated index), counted. Where nothing was sent the sequence number may not be used
     * again unless -ENOTCONN was returned. */
    int (*send_rtp)(void *transport, size_t len, const uint8_t **ret_wire, size_t *ret_wire_len);

    /* Queues ciphertext that an earlier send_rtp() to the same peer gave: how a resend without RTX
     * is made (history keeps ciphertext for slots without RTX and plaintext for slots with RTX; no
     * payload is ever protected under an (SSRC, index) that was used before). Copied. */
    int (*send_wire)(void *transport, const uint8_t *wire, size_t len);

    /* Protects a copy of a compound RTCP packet and queues it. Errors as send_rtp(). */
    int (*send_rtcp)(void *transport, const uint8_t *rtcp, size_t len);

    /* fwd_peer_pace() is wanted for every peer within FWD_PACE_US. NULL: the owner calls it anyway. */
    void (*pace)(void *worker);

    /* Tells an event; type and details filled in by the caller, room and peer too. Copied. False:
     * no place for it now; what is a state is told again at a later tick. */
    bool (*event)(void *worker, const struct sfu_event *event);

    /* Whether so much waits for the peer's line that new pictures would only come too late. NULL: never. */
    bool (*crowded)(void *transport);

    /* By what its packets go now. NULL: nothing is known of it. */
    enum sfu_way (*way)(void *transport);
};

/* `env` is borrowed and outlives the room. 0 or -ENOMEM. */
int fwd_room_create(const struct fwd_env *env, sfu_room_id id, struct fwd_room **ret_room);
/* After its peers. Closes the sink. NULL is fine. */
void fwd_room_destroy(struct fwd_room *room);
/* As sfu_room_set_sink(). */
void fwd_room_set_sink(struct fwd_room *room, const struct sfu_sink_ops *ops, void *sink);

/* The peer joins the room's list. 0, -ENOMEM or -ENOSPC (SFU_MAX_ROOM_PEERS). */
int fwd_peer_create(struct fwd_room *room, sfu_peer_id id, uint32_t tag, void *transport,
                    struct fwd_peer **ret_peer);
/* Slots of others that it fed become empty (SFU_EVENT_SLOT is told). NULL is fine. */
void fwd_peer_destroy(struct fwd_peer *peer);

/* Sections, payloads and extensions; the transport takes the credentials itself. The caller has
 * checked every count and string against the limits of sfu.h. May allocate. 0, -ENOMEM or
 * -EINVAL. */
int fwd_peer_negotiate(struct fwd_peer *peer, const struct sfu_negotiation *negotiation,
                       int64_t now_us);

/* SRTP keys are in place: packets can be sent from now on. */
void fwd_peer_secured(struct fwd_peer *peer, int64_t now_us);

/* As the functions of sfu.h; `source` NULL empties the slot. 0 or -EINVAL (no such section, other
 * room, not a slot, not an uplink). */
int fwd_slot_feed(struct fwd_peer *peer, unsigned section, struct fwd_peer *source,
                  unsigned source_section, int64_t now_us);
int fwd_uplink_gate(struct fwd_peer *peer, unsigned section, bool to_slots, bool to_sink);
int fwd_uplink_keyframe(struct fwd_peer *peer, unsigned section, int64_t now_us);

/* A decrypted, authenticated RTP packet (`len` ≥ 12, version 2), or a decrypted compound RTCP
 * packet (`len` ≥ 8). `packet` is the worker's and may be written to. Content is still hostile: the
 * peer's. */
void fwd_rtp_received(struct fwd_peer *peer, uint8_t *packet, size_t len, int64_t now_us);
void fwd_rtcp_received(struct fwd_peer *peer, const uint8_t *packet, size_t len, int64_t now_us);

/* Whether `ssrc` belongs to an uplink of this peer and `seq` is ahead of all it has sent there: the
 * transport asks before it lets a packet from an unknown address move the peer. */
bool fwd_peer_expects(const struct fwd_peer *peer, uint32_t ssrc, uint16_t seq);

/* Every FWD_TICK_US: NACK timers, transport-cc feedback, reports, silence, quality every 2 s. */
void fwd_peer_tick(struct fwd_peer *peer, int64_t now_us);

/* Sends what has waited for its time. */
void fwd_peer_pace(struct fwd_peer *peer, int64_t now_us);

#endif
