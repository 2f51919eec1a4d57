/* The far side of an SFU peer, small but real: libnice's STUN as the controlling agent, OpenSSL as the
 * DTLS client, libsrtp. For tests, one thread, one UDP socket each. What cannot fail in a sound test
 * ends the test program. */
#ifndef TESTS_HARNESS_PEER_H
#define TESTS_HARNESS_PEER_H

#include "sfu/sfu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAR_PACKET_BYTES = 2048 };

struct far_peer;

/* `profiles` is the use_srtp offer in OpenSSL's words, NULL for GCM and CM. Never NULL. */
struct far_peer *far_peer_create(const char *profiles);
void far_peer_destroy(struct far_peer *peer);

/* SHA-256 of its certificate. */
const uint8_t *far_peer_fingerprint(const struct far_peer *peer);

/* A negotiation that answers this peer's offer: fresh local credentials, its fingerprint, the sections
 * given. The peer is aimed at the room's first candidate with those credentials. */
void far_peer_offer(struct far_peer *peer, struct sfu *sfu, sfu_room_id room,
                    const struct sfu_section *sections, unsigned section_count,
                    struct sfu_negotiation *ret_negotiation);

/* Opens a peer in the room, negotiates and connects it: ICE, DTLS, keys. Returns its id. */
sfu_peer_id far_peer_join(struct far_peer *peer, struct sfu *sfu, sfu_room_id room, uint32_t tag,
                          const struct sfu_section *sections, unsigned section_count);

/* One connectivity check; true when its success response came in time. `ret_error` (may be NULL) gets
 * the code of an error response, or 0. */
bool far_peer_check(struct far_peer *peer, bool nominate, int *ret_error);

/* The DTLS handshake; true when keys are there. */
bool far_peer_handshake(struct far_peer *peer);

/* Says goodbye (close_notify). */
void far_peer_close_dtls(struct far_peer *peer);

/* A new socket: another source port, as after a NAT has forgotten the old one. */
void far_peer_rebind(struct far_peer *peer);

/* Goes over to a TCP connection to the room's first TCP candidate: what follows is framed as RFC 4571 says. The
 * UDP socket, or the connection before, is closed. */
void far_peer_connect(struct far_peer *peer, struct sfu *sfu, sfu_room_id room);

/* Back to UDP and the room's first candidate. */
void far_peer_leave_stream(struct far_peer *peer, struct sfu *sfu, sfu_room_id room);

/* Protects and sends. The packet is plaintext RTP or compound RTCP. */
void far_peer_send_rtp(struct far_peer *peer, const void *rtp, size_t len);
void far_peer_send_rtcp(struct far_peer *peer, const void *rtcp, size_t len);
/* As it is. */
void far_peer_send_raw(struct far_peer *peer, const void *data, size_t len);

struct far_packet {
    bool rtcp;
    size_t len;
    uint8_t data[FAR_PACKET_BYTES]; /* decrypted */
};

/* Waits for the next RTP or RTCP packet; false at the timeout. What is not authentic ends the test. */
bool far_peer_receive(struct far_peer *peer, struct far_packet *ret_packet, int64_t timeout_us);
/* The same, passing over what is not RTP. */
bool far_peer_receive_rtp(struct far_peer *peer, struct far_packet *ret_packet, int64_t timeout_us);

/* How many bytes came in all. */
uint64_t far_peer_received_bytes(const struct far_peer *peer);
int far_peer_fd(const struct far_peer *peer);

/* A 12-byte header and `payload_len` bytes of payload; returns the length. */
size_t far_rtp_make(uint8_t *buffer, uint8_t pt, uint16_t seq, uint32_t timestamp, uint32_t ssrc,
                    const void *payload, size_t payload_len);

/* Waits for the sfu's next event of that type (others are passed over); ends the test at the timeout. */
struct sfu_event far_expect_event(struct sfu *sfu, enum sfu_event_type type, sfu_peer_id peer);

#endif
