/* A PeerConnection for the flow tests: prints an SDP offer and a line with a dot, reads the answer up to such a line,
 * connects for real (ICE, DTLS, SRTP), prints `secured`, and sends a voice and a picture until its standard input ends.
 * Commands, a line each: `quiet`, `speak`, `flood` (much more of the picture from now on), `count` (answered by `received N`:
 * media packets since the last count). */
#include "tests/harness/peer_parts.h"

#include <arpa/inet.h>
#include <glib.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    OPUS_PT = 111,
    VP8_PT = 96,
    TICK_US = 20000,
    PICTURE_TICKS = 5,
    CHECK_TICKS = 100,
    FLOOD_PACKETS = 20, /* a tick: 8 Mbit/s */
    AUDIO_SSRC = 0x11111111,
    VIDEO_SSRC = 0x22222222,
};

struct run {
    struct far_peer *peer;
    bool speaking, flooding, ended;
    uint64_t ticks, received;
    uint16_t audio_seq, video_seq;
};

static void section_print(const struct far_peer *peer, unsigned mid, const char *kind,
                          const char *direction, uint32_t ssrc)
{
    bool audio = !strcmp(kind, "audio");
    printf("m=%s 9 UDP/TLS/RTP/SAVPF %d\r\nc=IN IP4 0.0.0.0\r\n", kind, audio ? OPUS_PT : VP8_PT);
    printf("a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 ", peer->ufrag, peer->pwd);
    for (unsigned i = 0; i < SFU_FINGERPRINT_BYTES; i++)
        printf("%s%02X", i ? ":" : "", peer->fingerprint[i]);
    printf("\r\na=setup:actpass\r\na=mid:%u\r\na=%s\r\na=rtcp-mux\r\n", mid, direction);
    if (audio)
        printf("a=rtpmap:%d opus/48000/2\r\n", OPUS_PT);
    else
        printf("a=rtpmap:%d VP8/90000\r\na=rtcp-fb:%d nack\r\na=rtcp-fb:%d nack pli\r\n", VP8_PT,
               VP8_PT, VP8_PT);
    if (ssrc)
        printf("a=ssrc:%u cname:flow\r\n", ssrc);
}

static void offer_print(const struct far_peer *peer)
{
    unsigned slots = 4, mid = 0;
    printf("v=0\r\no=- %u 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE", g_random_int());
    for (unsigned i = 0; i < 3 + 2 * slots; i++)
        printf(" %u", i);
    printf("\r\n");
    section_print(peer, mid++, "audio", "sendonly", AUDIO_SSRC);
    section_print(peer, mid++, "video", "sendonly", VIDEO_SSRC);
    section_print(peer, mid++, "video", "inactive", 0);
    for (unsigned i = 0; i < slots; i++)
        section_print(peer, mid++, "audio", "recvonly", 0);
    for (unsigned i = 0; i < slots; i++)
        section_print(peer, mid++, "video", "recvonly", 0);
    printf(".\n");
    fflush(stdout);
}

/* The first candidate and the credentials; false: no whole answer. */
static bool answer_read(struct far_peer *peer)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    char line[512], address[64];
    unsigned port;
    while (fgets(line, sizeof line, stdin) && strcmp(line, ".\n")) {
        g_strchomp(line);
        if (g_str_has_prefix(line, "a=ice-ufrag:"))
            g_strlcpy(peer->theirs.ufrag, line + 12, sizeof peer->theirs.ufrag);
        else if (g_str_has_prefix(line, "a=ice-pwd:"))
            g_strlcpy(peer->theirs.pwd, line + 10, sizeof peer->theirs.pwd);
        else if (g_str_has_prefix(line, "a=fingerprint:sha-256 "))
            g_strlcpy(peer->server_fingerprint, line + 22, sizeof peer->server_fingerprint);
        else if (!to.sin_port &&
                 sscanf(line, "a=candidate:%*s %*u %*s %*u %63s %u typ host", address, &port) ==
                     2 &&
                 inet_pton(AF_INET, address, &to.sin_addr) == 1)
            to.sin_port = htons((uint16_t)port);
    }
    memcpy(&peer->to, &to, sizeof to);
    peer->to_len = sizeof to;
    return to.sin_port && *peer->theirs.ufrag && *peer->server_fingerprint;
}

/* A voice packet each tick, a picture of one packet each fifth: a VP8 key frame's descriptor and header (RFC 7741). */
static void media_send(struct run *run)
{
    static const uint8_t voice[40] = {0xf8}; /* Opus, 20 ms, SILK-less */
    static const uint8_t picture[64] = {0x10, 0x10, 0x02, 0x00, 0x9d, 0x01,
                                        0x2a, 0x40, 0x01, 0xf0, 0x00};
    uint8_t packet[256];
    uint32_t now = (uint32_t)run->ticks;
    size_t len =
        far_rtp_make(packet, OPUS_PT, run->audio_seq++, now * 960, AUDIO_SSRC, voice, sizeof voice);
    far_peer_send_rtp(run->peer, packet, len);
    if (run->ticks % PICTURE_TICKS)
        return;
    len = far_rtp_make(packet, VP8_PT, run->video_seq++, now * 1800, VIDEO_SSRC, picture,
                       sizeof picture);
    packet[1] |= 0x80; /* marker: the whole frame */
    far_peer_send_rtp(run->peer, packet, len);
}

static void flood_send(struct run *run)
{
    static const uint8_t part[1000] = {0x00}; /* goes on with the frame before */
    uint8_t packet[1200];
    for (unsigned i = 0; i < FLOOD_PACKETS; i++) {
        size_t len = far_rtp_make(packet, VP8_PT, run->video_seq++, (uint32_t)run->ticks * 1800,
                                  VIDEO_SSRC, part, sizeof part);
        far_peer_send_rtp(run->peer, packet, len);
    }
}

static void tick(struct run *run)
{
    run->ticks++;
    if (run->speaking)
        media_send(run);
    if (run->flooding)
        flood_send(run);
    if (run->ticks % CHECK_TICKS == 0)
        far_peer_check(run->peer, true, NULL);
}

static void command_take(struct run *run)
{
    char line[64];
    ssize_t n = read(STDIN_FILENO, line, sizeof line - 1);
    if (n <= 0) {
        run->ended = true;
        return;
    }
    line[n] = '\0';
    if (strstr(line, "quiet"))
        run->speaking = false;
    if (strstr(line, "speak"))
        run->speaking = true;
    if (strstr(line, "flood"))
        run->flooding = true;
    if (strstr(line, "count")) {
        printf("received %" G_GUINT64_FORMAT "\n", run->received);
        fflush(stdout);
        run->received = 0;
    }
}

/* What is readable is taken until the tick is over. */
static void turn(struct run *run, int64_t until_us)
{
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = far_peer_fd(run->peer), .events = POLLIN}};
    struct far_packet packet;
    for (;;) {
        int64_t left_us = until_us - clock_now_us();
        if (left_us <= 0 || run->ended ||
            poll(fds, G_N_ELEMENTS(fds), (int)(left_us / 1000) + 1) <= 0)
            return;
        if (fds[0].revents)
            command_take(run);
        if (fds[1].revents && far_peer_receive_rtp(run->peer, &packet, 1))
            run->received++;
    }
}

int main(void)
{
    struct run run = {.peer = far_peer_create(NULL), .speaking = true};
    setvbuf(stdin, NULL, _IONBF, 0); /* commands are read past stdio */
    offer_print(run.peer);
    if (!answer_read(run.peer) || !far_peer_check(run.peer, true, NULL) ||
        !far_peer_handshake(run.peer)) {
        printf("failed\n");
        return EXIT_FAILURE;
    }
    printf("secured\n");
    fflush(stdout);
    for (int64_t next_us = clock_now_us(); !run.ended; next_us += TICK_US) {
        tick(&run);
        turn(&run, next_us + TICK_US);
    }
    far_peer_destroy(run.peer);
    return EXIT_SUCCESS;
}
