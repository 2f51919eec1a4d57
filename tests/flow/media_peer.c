/* A PeerConnection for the flow tests: prints an SDP offer and a line with a dot, reads the answer up to such a line,
 * connects for real (ICE, DTLS, SRTP), prints `secured`, and sends a voice and a picture until its standard input ends.
 * With any argument it sends nothing until it is told to `speak`.
 * Commands, a line each: `quiet`, `speak`, `level N` (the voice's audio level from now on, 0 to 127, where the offer was given
 * that header extension with id 1), `flood` (much more of the picture from now on), `count` (answered by `received N`:
 * media packets since the last count), `gaps` (answered by `gaps N US`: packets that are missing in what came since the last
 * time, and how long 99 of 100 voice packets were on their way; the other side's clock is this machine's), `ice OURS PASSWORD
 * THEIRS PASSWORD` (checks with these credentials from now on; answered by `checked` or `refused`). */
#include "tests/flow/media_offer.h"

#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "sfu/rtp/packet.h"

enum {
    TICK_US = 20000,
    PICTURE_TICKS = 5,
    CHECK_TICKS = 100,
    AGAIN_TICKS = 10,    /* after a check that has no answer */
    FLOOD_PACKETS = 20,  /* a tick: 8 Mbit/s */
    SOURCES = 8,         /* slots that are counted */
    LATE_BUCKETS = 2000, /* of 100 us */
    LATE_BUCKET_US = 100,
};

/* What came for one slot since the last time that somebody asked. */
struct source {
    uint32_t ssrc;
    bool started;
    uint16_t seq;
    uint64_t lost;
};

struct run {
    struct far_peer *peer;
    bool speaking, flooding, ended;
    bool levels;    /* the voice says how loud it is (RFC 6464), in an extension with id 1 */
    unsigned level; /* 0 full scale to 127 silence */
    uint64_t ticks, received;
    uint16_t audio_seq, video_seq;
    struct source sources[SOURCES];
    uint64_t late[LATE_BUCKETS], late_count;
};

/* A voice packet each tick, a picture of one packet each fifth: a VP8 key frame's descriptor and header (RFC 7741). */
static void media_send(struct run *run)
{
    uint8_t voice[40] = {0xf8}; /* Opus, 20 ms, SILK-less; then when it was sent */
    static const uint8_t picture[64] = {0x10, 0x10, 0x02, 0x00, 0x9d, 0x01,
                                        0x2a, 0x40, 0x01, 0xf0, 0x00};
    uint8_t packet[256];
    uint32_t now = (uint32_t)run->ticks;
    int64_t sent_us = clock_now_us();
    memcpy(voice + 1, &sent_us, sizeof sent_us);
    uint8_t extended[8 + sizeof voice] = {0xbe, 0xde, 0, 1, 1 << 4, (uint8_t)(0x80 | run->level)};
    memcpy(extended + 8, voice, sizeof voice);
    size_t len = run->levels ? far_rtp_make(packet, OPUS_PT, run->audio_seq++, now * 960,
                                            AUDIO_SSRC, extended, sizeof extended)
                             : far_rtp_make(packet, OPUS_PT, run->audio_seq++, now * 960,
                                            AUDIO_SSRC, voice, sizeof voice);
    packet[0] |= run->levels ? 0x10 : 0;
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

/* Not waited for: a server that has closed this connection never answers, and commands are to be heard even so. */
static void check_send(struct run *run)
{
    if (run->ticks % (run->peer->check_answered ? CHECK_TICKS : AGAIN_TICKS))
        return;
    run->peer->check_answered = false;
    far_peer_send_check(run->peer, true);
}

static void tick(struct run *run)
{
    run->ticks++;
    if (run->speaking)
        media_send(run);
    if (run->flooding)
        flood_send(run);
    check_send(run);
}

static struct source *source_of(struct run *run, uint32_t ssrc)
{
    for (unsigned i = 0; i < SOURCES; i++)
        if (run->sources[i].ssrc == ssrc || !run->sources[i].ssrc) {
            run->sources[i].ssrc = ssrc;
            return &run->sources[i];
        }
    return NULL;
}

static void late_note(struct run *run, const struct rtp_packet *packet)
{
    int64_t sent_us;
    if (packet->pt != OPUS_PT || packet->payload_len < 1 + sizeof sent_us)
        return;
    memcpy(&sent_us, packet->data + packet->payload_at + 1, sizeof sent_us);
    int64_t late_us = CLAMP(clock_now_us() - sent_us, 0, LATE_BUCKETS * LATE_BUCKET_US - 1);
    run->late[late_us / LATE_BUCKET_US]++;
    run->late_count++;
}

/* What the server sends is in order on loopback: a jump forward is a loss, a step back a resend that makes up for one. */
static void packet_note(struct run *run, const struct far_packet *wire)
{
    struct rtp_packet packet;
    run->received++;
    if (rtp_packet_parse(wire->data, wire->len, &packet) < 0)
        return;
    struct source *source = source_of(run, packet.ssrc);
    late_note(run, &packet);
    if (!source)
        return;
    int16_t step = (int16_t)(packet.seq - source->seq);
    if (source->started && step <= 0) {
        source->lost -= source->lost > 0;
        return;
    }
    source->lost += source->started ? (uint64_t)step - 1 : 0;
    source->started = true;
    source->seq = packet.seq;
}

static void gaps_print(struct run *run)
{
    uint64_t lost = 0, seen = 0;
    unsigned bucket = 0;
    for (unsigned i = 0; i < SOURCES; i++) {
        lost += run->sources[i].lost;
        run->sources[i].lost = 0;
    }
    while (bucket < LATE_BUCKETS && (seen += run->late[bucket]) * 100 < run->late_count * 99)
        bucket++;
    printf("gaps %" G_GUINT64_FORMAT " %u\n", lost, (bucket + 1) * LATE_BUCKET_US);
    fflush(stdout);
    memset(run->late, 0, sizeof run->late);
    run->late_count = 0;
}

/* An ICE restart that was agreed elsewhere. */
static void ice_change(struct far_peer *peer, const char *words)
{
    bool good = sscanf(words, "ice %8s %24s %8s %24s", peer->ufrag, peer->pwd, peer->theirs.ufrag,
                       peer->theirs.pwd) == 4 &&
                far_peer_check(peer, true, NULL);
    printf("%s\n", good ? "checked" : "refused");
    fflush(stdout);
}

static void command_take(struct run *run)
{
    char line[128];
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
    if (sscanf(line, "level %u", &run->level) == 1)
        run->levels = true;
    if (strstr(line, "flood"))
        run->flooding = true;
    if (g_str_has_prefix(line, "ice "))
        ice_change(run->peer, line);
    if (strstr(line, "gaps"))
        gaps_print(run);
    if (strstr(line, "count")) {
        printf("received %" G_GUINT64_FORMAT "\n", run->received);
        fflush(stdout);
        run->received = 0;
    }
}

/* What is readable is taken until the tick is over; a late one looks once, or a machine that is too slow would never hear
 * that it is to end. */
static void turn(struct run *run, int64_t until_us)
{
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = far_peer_fd(run->peer), .events = POLLIN}};
    struct far_packet packet;
    int64_t left_us = until_us - clock_now_us();
    do {
        if (poll(fds, G_N_ELEMENTS(fds), left_us > 0 ? (int)(left_us / 1000) + 1 : 0) <= 0)
            return;
        if (fds[0].revents)
            command_take(run);
        if (fds[1].revents && far_peer_receive_rtp(run->peer, &packet, 1))
            packet_note(run, &packet);
        left_us = until_us - clock_now_us();
    } while (left_us > 0 && !run->ended);
}

int main(int argc, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that ends leaves nothing behind */
    struct run run = {.peer = far_peer_create(NULL), .speaking = argc < 2};
    setvbuf(stdin, NULL, _IONBF, 0); /* commands are read past stdio */
    media_offer_print(run.peer);
    if (!media_answer_read(run.peer, NULL) || !far_peer_check(run.peer, true, NULL) ||
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
