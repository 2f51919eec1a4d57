/* The selective forwarding unit: the only header other folders may include.
 *
 * Packets in, packets out. It knows rooms, peers, media sections and sinks; it does not know people,
 * tickets or files. All commands come from one thread (the control thread), are copied into a
 * worker's mailbox and carry generation-tagged ids: an id of something that is gone is refused by the
 * worker and harms nobody. What happens on the workers comes back as events.
 *
 * A room lives on one worker and never moves. Media is described by `struct sfu_negotiation`, the
 * outcome of one offer and answer: the SDP itself never comes here.
 */
#ifndef SFU_SFU_H
#define SFU_SFU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sfu;

typedef uint64_t sfu_room_id; /* 0 is no room */
typedef uint64_t sfu_peer_id; /* 0 is no peer */

enum {
    SFU_MAX_WORKERS = 16,
    SFU_MAX_LISTEN = 8,
    SFU_MAX_CANDIDATES = 32,
    SFU_MAX_SECTIONS = 24, /* media sections a peer, by m-line index */
    SFU_MAX_PAYLOADS = 6,  /* codecs a section */
    SFU_MAX_ROOM_PEERS = 16,
    SFU_UFRAG_BYTES = 9, /* ours: 8 ice-chars and NUL (RFC 8445 section 5.3) */
    SFU_PWD_BYTES = 25,  /* ours: 24 ice-chars and NUL */
    SFU_REMOTE_UFRAG_BYTES = 257,
    SFU_REMOTE_PWD_BYTES = 257,
    SFU_MID_BYTES = 17,         /* RFC 8843: we accept at most 16 characters */
    SFU_RID_BYTES = 17,         /* RFC 8851: we accept at most 16 characters */
    SFU_MAX_LAYERS = 2,         /* sizes that a picture may be sent in at a time (simulcast) */
    SFU_ADDRESS_BYTES = 46,     /* text, INET6_ADDRSTRLEN */
    SFU_FINGERPRINT_BYTES = 32, /* SHA-256 */
};

struct sfu_config {
    /* Addresses to bind, NULL-terminated unless full. "0.0.0.0" is all of IPv4, "::" all of IPv6 and
     * nothing else: both may stand there. */
    const char *listen[SFU_MAX_LISTEN];
    /* Announced instead of the bound addresses of their families; none of a family: those of the interfaces.
     * NULL-terminated unless full. */
    const char *public_ip[SFU_MAX_LISTEN];
    uint16_t udp_port;           /* worker n uses udp_port + n; 0: the system chooses (tests) */
    bool tcp;                    /* ICE-TCP too, on the same addresses (RFC 6544, passive) */
    uint16_t tcp_port;           /* as udp_port */
    uint16_t tcp_public_port;    /* announced instead, of one worker; 0: the port itself */
    unsigned workers;            /* 1 to SFU_MAX_WORKERS */
    unsigned max_rooms;          /* a worker */
    unsigned max_peers;          /* a worker */
    size_t socket_buffer_bytes;  /* asked for in both directions; less is warned of once */
    unsigned media_timeout_ms;   /* silence after which SFU_EVENT_SILENT is told (5000) */
    unsigned consent_timeout_ms; /* no ICE check for so long ends the path (30000) */
};

/* Control thread. Binds the sockets, makes the DTLS certificate (ECDSA P-256) and starts the workers.
 * 0 or a negative errno (-EADDRINUSE, -EADDRNOTAVAIL, -EINVAL …); `ret_what` (may be NULL) then says
 * in words what failed; the caller frees it with g_free(). */
int sfu_create(const struct sfu_config *config, struct sfu **ret_sfu, char **ret_what);

/* Control thread. Stops the workers; every sink is told closed(). NULL is fine. */
void sfu_destroy(struct sfu *sfu);

/* "AB:CD:…", the certificate's SHA-256 for a=fingerprint. Lives as long as the sfu. Any thread. */
const char *sfu_fingerprint(const struct sfu *sfu);

/* ---- rooms ------------------------------------------------------------------------------------ */

/* Control thread. -ENOSPC: limit of rooms reached on every worker. -EAGAIN: the worker's mailbox is
 * full (every command may return it; nothing was done). */
int sfu_room_open(struct sfu *sfu, sfu_room_id *ret_room);
/* Closes its peers and its sink too. */
int sfu_room_close(struct sfu *sfu, sfu_room_id room);
/* Index of the worker that owns the room, 0 … workers - 1. Any thread. */
unsigned sfu_room_worker(const struct sfu *sfu, sfu_room_id room);

struct sfu_candidate {
    char address[SFU_ADDRESS_BYTES];
    uint16_t port;
    uint32_t priority; /* RFC 8445 section 5.1.2, RFC 6544 section 4.2; type host */
    bool tcp;          /* passive (RFC 6544); else UDP */
};

/* Host candidates for a peer of this room (RFC 8445, ICE-lite). Returns how many were written, at
 * most SFU_MAX_CANDIDATES. Any thread. */
size_t sfu_room_candidates(const struct sfu *sfu, sfu_room_id room,
                           struct sfu_candidate ret_candidates[SFU_MAX_CANDIDATES]);

/* ---- peers: one PeerConnection each ----------------------------------------------------------- */

struct sfu_ice {
    char ufrag[SFU_UFRAG_BYTES];
    char pwd[SFU_PWD_BYTES];
};

/* Fresh local credentials, unique in the process; the ufrag names the worker so that a shared socket
 * can route the first check. Any thread. */
void sfu_ice_make(struct sfu *sfu, sfu_room_id room, struct sfu_ice *ret_ice);

/* Control thread. `tag` (24 bits) is the owner's own number for the peer; sinks see it. */
int sfu_peer_open(struct sfu *sfu, sfu_room_id room, uint32_t tag, sfu_peer_id *ret_peer);
int sfu_peer_close(struct sfu *sfu, sfu_peer_id peer);

enum sfu_kind { SFU_AUDIO, SFU_VIDEO };
enum sfu_codec { SFU_CODEC_NONE, SFU_CODEC_OPUS, SFU_CODEC_VP8, SFU_CODEC_H264 };

struct sfu_payload {
    enum sfu_codec codec; /* H.264 is constrained baseline, packetization-mode 1 only */
    uint8_t pt;
    uint8_t rtx_pt; /* 0: no RTX (RFC 4588) */
    uint8_t red_pt; /* Opus; 0: no redundancy (RFC 2198) */
    bool nack, pli, fir, transport_cc;
};

/* Header extension ids of a section (RFC 8285), 0: not negotiated. */
struct sfu_extensions {
    uint8_t mid, rid, repaired_rid, transport_cc, abs_send_time, audio_level;
};

struct sfu_section {
    char mid[SFU_MID_BYTES];
    enum sfu_kind kind;
    bool inbound;  /* the peer sends here: an uplink */
    bool outbound; /* the peer receives here: a slot */
    unsigned payload_count;
    struct sfu_payload payloads[SFU_MAX_PAYLOADS]; /* in order of preference */
    struct sfu_extensions extensions;
    uint32_t ssrc, rtx_ssrc; /* inbound, as declared; 0: learned from MID or payload type */
    unsigned
        layer_count; /* inbound: sent in so many sizes, each with its RID (RFC 8853); 0: in one, without */
    char rids[SFU_MAX_LAYERS][SFU_RID_BYTES]; /* the largest picture first */
    uint32_t slot_ssrc, slot_rtx_ssrc;        /* outbound, ours, stable for the life of the peer */
};

struct sfu_negotiation {
    struct sfu_ice local;
    char remote_ufrag[SFU_REMOTE_UFRAG_BYTES];
    char remote_pwd[SFU_REMOTE_PWD_BYTES];
    uint8_t
        remote_fingerprint[SFU_FINGERPRINT_BYTES]; /* SHA-256 only; we are always the DTLS server */
    unsigned section_count;
    struct sfu_section sections[SFU_MAX_SECTIONS];
};

/* Control thread. Takes over the outcome of an offer and answer: the first one makes the peer
 * reachable, a later one with other credentials is an ICE restart (the DTLS association goes on), one
 * with other sections changes them in place. The negotiation is copied. -EINVAL: out of limits. */
int sfu_peer_negotiate(struct sfu *sfu, sfu_peer_id peer,
                       const struct sfu_negotiation *negotiation);

/* ---- who is seen by whom ----------------------------------------------------------------------- */

/* Control thread. Feeds slot `section` of `peer` from uplink `source_section` of `source` (same room),
 * or from nothing (source 0). The slot's SSRC, sequence numbers and timestamps go on without a jump
 * backwards; a video slot starts at the source's next key frame, which is asked for. */
int sfu_slot_feed(struct sfu *sfu, sfu_peer_id peer, unsigned section, sfu_peer_id source,
                  unsigned source_section);

/* Control thread. A closed gate stops everything of that uplink: to slots and, if `to_sink` is false
 * too, to the sink. Open is the initial state of both. */
int sfu_uplink_gate(struct sfu *sfu, sfu_peer_id peer, unsigned section, bool to_slots,
                    bool to_sink);

/* Control thread. Asks the sender for a key frame (PLI, or FIR where only that is negotiated);
 * throttled and coalesced. */
int sfu_uplink_keyframe(struct sfu *sfu, sfu_peer_id peer, unsigned section);

/* ---- sinks: a receiver of unrewritten packets --------------------------------------------------- */

struct sfu_sink_packet {
    sfu_peer_id peer;
    uint32_t tag;         /* of sfu_peer_open() */
    unsigned section;     /* m-line index */
    unsigned layer;       /* 0: the largest picture, or the only one */
    enum sfu_codec codec; /* of the primary stream; SFU_CODEC_NONE for RTCP */
    bool repair;          /* an RTX packet, as it came */
    bool keyframe;        /* starts or continues a key frame (VP8, H.264) */
    bool gap; /* a loss before this packet was given up since the last call for this uplink */
    int64_t arrival_us;  /* monotonic */
    const uint8_t *data; /* decrypted RTP packet, or one RTCP SR; borrowed for the call */
    size_t len;
};

enum sfu_sink_wish { SFU_SINK_CONTENT, SFU_SINK_WANTS_KEYFRAME };

struct sfu_sink_ops {
    /* Worker thread; must not block, allocate or make system calls. */
    enum sfu_sink_wish (*rtp)(void *sink, const struct sfu_sink_packet *packet);
    void (*sender_report)(void *sink, const struct sfu_sink_packet *packet);
    /* Worker thread (or the control thread in sfu_destroy()): the last call this sink ever gets. */
    void (*closed)(void *sink);
};

/* Control thread. One sink a room; `ops` must outlive the sfu, `sink` lives until closed(). A second
 * one replaces the first, which is closed. NULL ops: only close. */
int sfu_room_set_sink(struct sfu *sfu, sfu_room_id room, const struct sfu_sink_ops *ops,
                      void *sink);

/* ---- events -------------------------------------------------------------------------------------- */

enum sfu_event_type {
    SFU_EVENT_CONNECTED, /* ICE has a selected pair (again, after a restart) */
    SFU_EVENT_SECURED,   /* DTLS done, SRTP keys in place */
    SFU_EVENT_MEDIA, /* first packet of an uplink section, or of a layer of it: `section`, `layer`, `codec`, `ssrc` */
    SFU_EVENT_CODEC,  /* the uplink's codec changed: as before; ≤ 2 a second */
    SFU_EVENT_LAYERS, /* `section`, `layers`: which ones somebody takes has changed */
    SFU_EVENT_SILENT, /* the peer has sent no RTP on any section for media_timeout_ms */
    SFU_EVENT_BACK,   /* … and sends again */
    SFU_EVENT_SLOT,   /* `section`, `slot` state changed; quick changes as one */
    SFU_EVENT_VOICE,  /* an audio uplink: `section`, `voice`; changes of one are ≥ 100 ms apart */
    SFU_EVENT_QUALITY, /* every 2 s a connected peer: `quality` */
    SFU_EVENT_FAILED,  /* the peer cannot go on: `failure`; the owner closes it */
};

enum sfu_slot_state {
    SFU_SLOT_EMPTY,             /* no source */
    SFU_SLOT_WAITING_KEYFRAME,  /* source there, no key frame yet */
    SFU_SLOT_ACTIVE,            /* packets flow */
    SFU_SLOT_CODEC_UNSUPPORTED, /* the source's codec was not negotiated by this peer */
    SFU_SLOT_GATED,             /* the source's gate is closed */
    SFU_SLOT_PAUSED, /* the line of the receiver has no room for a picture; it comes back by itself */
};

enum sfu_failure {
    SFU_FAILURE_CONSENT,     /* no check for consent_timeout_ms (RFC 7675 seen from a lite agent) */
    SFU_FAILURE_DTLS,        /* handshake refused or timed out */
    SFU_FAILURE_FINGERPRINT, /* the certificate is not the one in the offer */
    SFU_FAILURE_PROFILE,     /* no common SRTP profile */
    SFU_FAILURE_CLOSED,      /* the peer said goodbye (DTLS close_notify: the page was closed) */
};

/* By what the peer's selected path goes; a relay's last piece is UDP. */
enum sfu_way { SFU_WAY_NONE, SFU_WAY_UDP, SFU_WAY_TCP };

struct sfu_quality {
    int64_t rtt_us;              /* from RR on our SRs; -1 unknown */
    unsigned up_loss_permille;   /* of what the peer sent, after repair, last 2 s */
    unsigned down_loss_permille; /* of what we sent, worst fraction in its RRs, last 2 s */
    unsigned up_jitter_us;
    uint32_t up_bps, down_bps; /* RTP payload and headers */
    enum sfu_way way;
    uint32_t estimate_bps; /* what the line to the peer carries; 0: it was never full */
};

/* By the level its sender writes (RFC 6464), with hysteresis; without that header extension never. */
struct sfu_voice {
    bool active;   /* somebody speaks */
    bool dominant; /* and is in front of all others of the room: at most one is */
};

struct sfu_event {
    enum sfu_event_type type;
    sfu_room_id room;
    sfu_peer_id peer;
    unsigned section;
    unsigned layer;  /* 0: the largest picture, or the only one */
    unsigned layers; /* bit n: layer n has takers; the largest always has */
    enum sfu_codec codec;
    uint32_t ssrc;
    enum sfu_slot_state slot;
    enum sfu_failure failure;
    struct sfu_quality quality;
    struct sfu_voice voice;
};

/* Readable while events wait. Control thread polls it. The sfu owns it. */
int sfu_event_fd(const struct sfu *sfu);
/* Control thread. False when there is none. */
bool sfu_next_event(struct sfu *sfu, struct sfu_event *ret_event);

/* Control thread. Asks every worker for a sign of life; `pulse` grows from call to call. 0 or -EAGAIN: not all of them
 * could be asked. */
int sfu_pulse_ask(struct sfu *sfu, uint64_t pulse);
/* Any thread. The last pulse that every worker has answered. */
uint64_t sfu_pulse(const struct sfu *sfu);

/* ---- counters -------------------------------------------------------------------------------------- */

/* Why a packet was not forwarded. Every drop has a name; sfu_drop_name() gives it ("srtp_auth"). */
enum sfu_drop {
    SFU_DROP_NOT_MEDIA, /* first byte is none of STUN, DTLS, RTP (RFC 7983) */
    SFU_DROP_TOO_SHORT,
    SFU_DROP_TOO_LONG,
    SFU_DROP_STUN_MALFORMED,
    SFU_DROP_STUN_UNKNOWN_UFRAG,
    SFU_DROP_STUN_INTEGRITY,
    SFU_DROP_STUN_RATE,     /* too many unauthenticated checks: not even looked at */
    SFU_DROP_UNKNOWN_TUPLE, /* DTLS or SRTP from an address that passed no check */
    SFU_DROP_DTLS_MALFORMED,
    SFU_DROP_DTLS_BUSY,   /* too many handshakes at a time; the peer repeats itself */
    SFU_DROP_DTLS_LATE,   /* the association's handshake state is freed: alerts of leaving peers */
    SFU_DROP_NOT_SECURED, /* SRTP before the handshake ended */
    SFU_DROP_SRTP_AUTH,
    SFU_DROP_SRTP_REPLAY,
    SFU_DROP_RTP_RATE, /* more packets a second than a peer may send */
    SFU_DROP_RTCP_RATE,
    SFU_DROP_RTP_MALFORMED,
    SFU_DROP_RTCP_MALFORMED,
    SFU_DROP_UNKNOWN_PAYLOAD,
    SFU_DROP_UNKNOWN_SSRC,
    SFU_DROP_TOO_MANY_SSRCS,
    SFU_DROP_TOO_MANY_TUPLES,
    SFU_DROP_RTX_MALFORMED,
    SFU_DROP_DUPLICATE,
    SFU_DROP_TOO_OLD,       /* before a switch, or outside of history */
    SFU_DROP_RESEND_BUDGET, /* asked for again, beyond what a receiver may have in a second */
    SFU_DROP_CODEC_UNSUPPORTED,
    SFU_DROP_CODEC_CHANGES, /* of a codec that the sender goes over to too often */
    SFU_DROP_WAITING_KEYFRAME,
    SFU_DROP_GATED,
    SFU_DROP_CROWDED,   /* a picture for a TCP connection that is behind; a key frame follows */
    SFU_DROP_CONGESTED, /* a picture that its receiver's line has no room for now */
    SFU_DROP_SEND_QUEUE_FULL,
    SFU_DROP_TCP_QUEUE_FULL, /* too much waits for the connection */
    SFU_DROP_SEND_FAILED,
    SFU_DROP_SOCKET_OVERFLOW, /* SO_RXQ_OVFL */
    SFU_DROP_NO_BUFFER,
    SFU_DROP_COUNT
};

const char *sfu_drop_name(enum sfu_drop drop);

/* Why a TCP connection was refused or ended by us; sfu_tcp_cut_name() gives the name ("silent"). */
enum sfu_tcp_cut {
    SFU_TCP_SILENT,  /* passed no check in time */
    SFU_TCP_STRANGE, /* … and sent something else */
    SFU_TCP_ADDRESS, /* too many of one source that have passed none */
    SFU_TCP_CROWDED, /* the oldest of too many that have passed none */
    SFU_TCP_FULL,    /* no place, or no descriptor */
    SFU_TCP_FRAMING, /* a length that no packet has (RFC 4571) */
    SFU_TCP_CUTS
};

const char *sfu_tcp_cut_name(enum sfu_tcp_cut cut);

/* Forwarding delay: from the arrival of an RTP packet at our socket, as the kernel stamped it (so time
 * in the socket's queue counts), until the kernel had taken over what it became. Every packet that was
 * sent to a slot for the first time counts once; resends do not. */
enum { SFU_DELAY_BUCKETS = 14 };

/* The upper bound of a bucket, inclusive: 10, 20, 50 … 100000 µs; UINT64_MAX for the last one (and for
 * what is none). */
uint64_t sfu_delay_bucket_us(unsigned bucket);

struct sfu_counters {
    uint64_t packets_in, packets_out, bytes_in, bytes_out; /* UDP datagrams */
    uint64_t forwarded;                                    /* RTP packets to slots */
    uint64_t nacks_in, nacks_answered, nacks_out, plis_in, plis_out;
    uint64_t
        recovered; /* voice packets that were lost before us, out of the redundancy of later ones */
    uint64_t drops[SFU_DROP_COUNT];
    uint64_t delay_count[SFU_DELAY_BUCKETS]; /* packets in this bucket alone, not cumulated */
    uint64_t delay_sum_us;
    uint64_t tcp_packets_in, tcp_packets_out, tcp_bytes_in, tcp_bytes_out; /* of TCP connections */
    uint64_t tcp_accepted, tcp_cuts[SFU_TCP_CUTS];
    uint64_t rooms, peers, tcp_open; /* gauges: open now */
};

/* Any thread. Sums over the workers; each number is exact, the set is not of one instant. */
void sfu_counters_read(const struct sfu *sfu, struct sfu_counters *ret_counters);

/* Any thread. How many workers there are, and the counters of one of them: 0, or -EINVAL for an index
 * beyond. */
unsigned sfu_worker_count(const struct sfu *sfu);
int sfu_worker_counters_read(const struct sfu *sfu, unsigned worker,
                             struct sfu_counters *ret_counters);

#endif
