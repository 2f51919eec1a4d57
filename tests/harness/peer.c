#include "tests/harness/peer_parts.h"

#include "base/clock.h"
#include "base/crypto/random.h"
#include "tests/harness/wait.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <srtp2/srtp.h>
#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#define LOOPBACK "127.0.0.1"

static const uint16_t known_attributes[] = {
    STUN_ATTRIBUTE_USERNAME,        STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
    STUN_ATTRIBUTE_ERROR_CODE,      STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
    STUN_ATTRIBUTE_MAPPED_ADDRESS,  STUN_ATTRIBUTE_PRIORITY,
    STUN_ATTRIBUTE_USE_CANDIDATE,   STUN_ATTRIBUTE_ICE_CONTROLLED,
    STUN_ATTRIBUTE_ICE_CONTROLLING, 0};

/* ---- making ---- */

static int open_socket(const char *address)
{
    struct sockaddr_in any = {.sin_family = AF_INET};
    g_assert_cmpint(inet_pton(AF_INET, address, &any.sin_addr), ==, 1);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&any, sizeof any), ==, 0);
    return fd;
}

static void random_text(char *text, size_t bytes)
{
    random_bytes(text, bytes);
    for (size_t i = 0; i + 1 < bytes; i++)
        text[i] = "abcdefghijklmnopqrstuvwxyz012345"[(uint8_t)text[i] % 32];
    text[bytes - 1] = '\0';
}

struct far_peer *far_peer_create(const char *profiles)
{
    static bool started;
    if (!started) /* a second start beside the sfu's is harmless while no keys are being made */
        srtp_init();
    started = true;
    struct far_peer *peer = g_new0(struct far_peer, 1);
    peer->fd = open_socket(LOOPBACK);
    stun_agent_init(&peer->agent, known_attributes, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
    random_text(peer->ufrag, sizeof peer->ufrag);
    random_text(peer->pwd, sizeof peer->pwd);
    far_secure_init(peer, profiles);
    return peer;
}

void far_peer_destroy(struct far_peer *peer)
{
    if (!peer)
        return;
    far_secure_finish(peer);
    close(peer->fd);
    g_free(peer);
}

const uint8_t *far_peer_fingerprint(const struct far_peer *peer)
{
    return peer->fingerprint;
}

uint64_t far_peer_received_bytes(const struct far_peer *peer)
{
    return peer->received_bytes;
}

int far_peer_fd(const struct far_peer *peer)
{
    return peer->fd;
}

void far_peer_rebind_to(struct far_peer *peer, const char *address)
{
    int fd = open_socket(address);
    close(peer->fd);
    peer->fd = fd;
}

void far_peer_rebind(struct far_peer *peer)
{
    far_peer_rebind_to(peer, LOOPBACK);
}

/* ---- where to ---- */

static void aim(struct far_peer *peer, struct sfu *sfu, sfu_room_id room, bool tcp)
{
    struct sfu_candidate candidates[SFU_MAX_CANDIDATES];
    size_t count = sfu_room_candidates(sfu, room, candidates), at = 0;
    while (at < count && candidates[at].tcp != tcp)
        at++;
    g_assert_cmpuint(at, <, count);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(candidates[at].port)};
    g_assert_cmpint(inet_pton(AF_INET, candidates[at].address, &to.sin_addr), ==, 1);
    memcpy(&peer->to, &to, sizeof to);
    peer->to_len = sizeof to;
}

void far_peer_connect(struct far_peer *peer, struct sfu *sfu, sfu_room_id room)
{
    aim(peer, sfu, room, true);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&peer->to, peer->to_len), ==, 0);
    close(peer->fd);
    peer->fd = fd;
    peer->stream = true;
    peer->framing = (struct framing){0};
}

void far_peer_leave_stream(struct far_peer *peer, struct sfu *sfu, sfu_room_id room)
{
    aim(peer, sfu, room, false);
    far_peer_rebind(peer);
    peer->stream = false;
}

/* ---- negotiation ---- */

void far_peer_offer(struct far_peer *peer, struct sfu *sfu, sfu_room_id room,
                    const struct sfu_section *sections, unsigned section_count,
                    struct sfu_negotiation *ret_negotiation)
{
    aim(peer, sfu, room, peer->stream);
    g_strlcpy(peer->server_fingerprint, sfu_fingerprint(sfu), sizeof peer->server_fingerprint);

    struct sfu_negotiation n = {.section_count = section_count};
    sfu_ice_make(sfu, room, &n.local);
    peer->theirs = n.local;
    g_strlcpy(n.remote_ufrag, peer->ufrag, sizeof n.remote_ufrag);
    g_strlcpy(n.remote_pwd, peer->pwd, sizeof n.remote_pwd);
    memcpy(n.remote_fingerprint, peer->fingerprint, sizeof n.remote_fingerprint);
    for (unsigned i = 0; i < section_count; i++)
        n.sections[i] = sections[i];
    *ret_negotiation = n;
}

sfu_peer_id far_peer_join(struct far_peer *peer, struct sfu *sfu, sfu_room_id room, uint32_t tag,
                          const struct sfu_section *sections, unsigned section_count)
{
    struct sfu_negotiation negotiation;
    sfu_peer_id id;
    far_peer_offer(peer, sfu, room, sections, section_count, &negotiation);
    g_assert_cmpint(sfu_peer_open(sfu, room, tag, &id), ==, 0);
    g_assert_cmpint(sfu_peer_negotiate(sfu, id, &negotiation), ==, 0);
    g_assert_true(far_peer_check(peer, true, NULL));
    g_assert_true(far_peer_handshake(peer));
    far_expect_event(sfu, SFU_EVENT_SECURED, id);
    return id;
}

struct sfu_event far_expect_event(struct sfu *sfu, enum sfu_event_type type, sfu_peer_id peer)
{
    int64_t until_us = clock_now_us() + FAR_TIMEOUT_US;
    struct sfu_event event;
    for (;;) {
        while (sfu_next_event(sfu, &event))
            if (event.type == type && event.peer == peer)
                return event;
        int64_t left_us = until_us - clock_now_us();
        if (left_us <= 0 || !wait_readable(sfu_event_fd(sfu), left_us))
            g_error("no event of type %d for the peer", (int)type);
    }
}

/* ---- in ---- */

static bool give_own_password(StunAgent *agent, StunMessage *message, uint8_t *username,
                              uint16_t username_len, uint8_t **ret_password,
                              size_t *ret_password_len, void *data)
{
    struct far_peer *peer = data;
    uint16_t len = 0;
    if (!stun_message_find(message, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, &len) || len != 20)
        return false;
    *ret_password = (uint8_t *)peer->pwd;
    *ret_password_len = strlen(peer->pwd);
    return true;
}

/* A check of the far side's own: a lite one makes none. */
static void answer_check(struct far_peer *peer, const uint8_t *data, size_t len)
{
    StunMessage request, reply;
    uint8_t buffer[1500];
    size_t reply_len = sizeof buffer;
    bool controlling = !peer->controlled;
    if (stun_agent_validate(&peer->agent, &request, data, len, give_own_password, peer) !=
        STUN_VALIDATION_SUCCESS)
        return;
    stun_usage_ice_conncheck_create_reply(&peer->agent, &request, &reply, buffer, &reply_len,
                                          &peer->to, peer->to_len, &controlling, FAR_TIE,
                                          STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    if (reply_len)
        far_peer_send_raw(peer, buffer, reply_len);
}

static void take_stun(struct far_peer *peer, const uint8_t *data, size_t len)
{
    StunMessage message;
    if (len >= 20 && !(data[0] & 1) && !(data[1] & 0x10)) {
        answer_check(peer, data, len);
        return;
    }
    StunValidationStatus status =
        stun_agent_validate(&peer->agent, &message, data, len, NULL, NULL);
    if (status != STUN_VALIDATION_SUCCESS && stun_message_get_class(&message) != STUN_ERROR)
        return;
    peer->check_error = 0;
    if (stun_message_get_class(&message) == STUN_ERROR)
        stun_message_find_error(&message, &peer->check_error);
    peer->check_answered = true;
}

static void take_media(struct far_peer *peer, uint8_t *data, size_t len)
{
    int n = (int)len;
    if (!peer->in)
        return;
    bool rtcp = data[1] >= 192 && data[1] <= 223;
    srtp_err_status_t status =
        rtcp ? srtp_unprotect_rtcp(peer->in, data, &n) : srtp_unprotect(peer->in, data, &n);
    g_assert_cmpint(status, ==, srtp_err_status_ok);
    peer->media.rtcp = rtcp;
    peer->media.len = (size_t)n;
    memcpy(peer->media.data, data, (size_t)n);
    peer->media_waiting = true;
}

void far_peer_take(struct far_peer *peer, uint8_t *data, size_t len)
{
    if (data[0] <= 3)
        take_stun(peer, data, len);
    else if (data[0] >= 20 && data[0] <= 63)
        far_secure_take(peer, data, len);
}

/* The next packet of the stream; 0 when none came until the timeout, or ever will. */
static ssize_t stream_take(struct far_peer *peer, uint8_t *data, int64_t timeout_us)
{
    const uint8_t *packet;
    size_t len, room;
    while (framing_take(&peer->framing, &packet, &len) != 1) {
        uint8_t *at = framing_room(&peer->framing, &room);
        if (!wait_readable(peer->fd, timeout_us > 0 ? timeout_us : 0))
            return 0;
        ssize_t n = recv(peer->fd, at, room, MSG_DONTWAIT);
        if (n <= 0)
            return 0;
        framing_received(&peer->framing, (size_t)n);
    }
    memcpy(data, packet, len);
    return (ssize_t)len;
}

static ssize_t datagram_take(struct far_peer *peer, uint8_t *data, int64_t timeout_us)
{
    ssize_t n = recv(peer->fd, data, FAR_PACKET_BYTES, 0);
    if (n < 0 && errno == EAGAIN) {
        if (timeout_us <= 0 || !wait_readable(peer->fd, timeout_us))
            return 0;
        n = recv(peer->fd, data, FAR_PACKET_BYTES, 0);
    }
    return n;
}

/* One packet; false when nothing came until the timeout. */
bool far_peer_pump(struct far_peer *peer, int64_t timeout_us)
{
    uint8_t data[FAR_PACKET_BYTES + 64] __attribute__((aligned(8))) = {0};
    ssize_t n =
        peer->stream ? stream_take(peer, data, timeout_us) : datagram_take(peer, data, timeout_us);
    if (n <= 0)
        return false;
    peer->received_bytes += (uint64_t)n;
    if (data[0] <= 63)
        far_peer_take(peer, data, (size_t)n);
    else
        take_media(peer, data, (size_t)n);
    return true;
}

/* ---- ICE ---- */

void far_peer_send_check(struct far_peer *peer, bool nominate)
{
    uint8_t buffer[1500];
    char username[64];
    StunMessage message;
    StunTransactionId *id = &peer->checks[peer->check_count++ % FAR_CHECKS];
    if (peer->check_count > FAR_CHECKS)
        stun_agent_forget_transaction(&peer->agent, *id);
    g_snprintf(username, sizeof username, "%s:%s", peer->theirs.ufrag, peer->ufrag);
    size_t len = stun_usage_ice_conncheck_create(
        &peer->agent, &message, buffer, sizeof buffer, (uint8_t *)username, strlen(username),
        (uint8_t *)peer->theirs.pwd, strlen(peer->theirs.pwd), nominate && !peer->controlled,
        !peer->controlled, 12345, FAR_TIE, NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    g_assert_cmpuint(len, >, 0);
    stun_message_id(&message, *id);
    far_peer_send_raw(peer, buffer, len);
}

bool far_peer_check(struct far_peer *peer, bool nominate, int *ret_error)
{
    int64_t until_us = clock_now_us() + FAR_TIMEOUT_US, resend_us = 0;
    peer->check_answered = false;
    while (!peer->check_answered) {
        int64_t now_us = clock_now_us();
        if (now_us >= until_us)
            return false;
        if (now_us >= resend_us) {
            far_peer_send_check(peer, nominate);
            resend_us = now_us + FAR_RESEND_US;
        }
        far_peer_pump(peer, resend_us - now_us);
    }
    if (ret_error)
        *ret_error = peer->check_error;
    return peer->check_error == 0;
}

/* ---- media ---- */

void far_peer_send_raw(struct far_peer *peer, const void *data, size_t len)
{
    uint8_t framed[FRAMING_HEAD_BYTES + FAR_PACKET_BYTES];
    if (peer->stream) { /* a server that has ended the connection is what some tests are about */
        framing_head(framed, len);
        memcpy(framed + FRAMING_HEAD_BYTES, data, len);
        (void)!send(peer->fd, framed, FRAMING_HEAD_BYTES + len, MSG_NOSIGNAL);
        return;
    }
    ssize_t n = sendto(peer->fd, data, len, 0, (struct sockaddr *)&peer->to, peer->to_len);
    g_assert_cmpint(n, ==, (ssize_t)len);
}

void far_peer_send_rtp(struct far_peer *peer, const void *rtp, size_t len)
{
    uint8_t data[FAR_PACKET_BYTES] __attribute__((aligned(8)));
    g_assert_cmpuint(len + 32, <, sizeof data);
    memcpy(data, rtp, len);
    int n = (int)len;
    g_assert_cmpint(srtp_protect(peer->out, data, &n), ==, srtp_err_status_ok);
    far_peer_send_raw(peer, data, (size_t)n);
}

void far_peer_send_rtcp(struct far_peer *peer, const void *rtcp, size_t len)
{
    uint8_t data[FAR_PACKET_BYTES] __attribute__((aligned(8)));
    g_assert_cmpuint(len + 32, <, sizeof data);
    memcpy(data, rtcp, len);
    int n = (int)len;
    g_assert_cmpint(srtp_protect_rtcp(peer->out, data, &n), ==, srtp_err_status_ok);
    far_peer_send_raw(peer, data, (size_t)n);
}

bool far_peer_receive(struct far_peer *peer, struct far_packet *ret_packet, int64_t timeout_us)
{
    int64_t until_us = clock_now_us() + timeout_us;
    while (!peer->media_waiting) {
        int64_t left_us = until_us - clock_now_us();
        if (!far_peer_pump(peer, left_us) && left_us <= 0)
            return false;
    }
    peer->media_waiting = false;
    *ret_packet = peer->media;
    return true;
}

bool far_peer_receive_rtp(struct far_peer *peer, struct far_packet *ret_packet, int64_t timeout_us)
{
    int64_t until_us = clock_now_us() + timeout_us;
    do {
        if (!far_peer_receive(peer, ret_packet, until_us - clock_now_us()))
            return false;
    } while (ret_packet->rtcp);
    return true;
}

size_t far_rtp_make(uint8_t *buffer, uint8_t pt, uint16_t seq, uint32_t timestamp, uint32_t ssrc,
                    const void *payload, size_t payload_len)
{
    uint32_t words[2] = {htonl(timestamp), htonl(ssrc)};
    uint16_t net_seq = htons(seq);
    buffer[0] = 0x80;
    buffer[1] = pt;
    memcpy(buffer + 2, &net_seq, 2);
    memcpy(buffer + 4, words, 8);
    memcpy(buffer + 12, payload, payload_len);
    return 12 + payload_len;
}
