/* What forwarding costs: sessions of two peers, each sending 1.5 Mbit/s of VP8 in frames of 5 packets and
 * Opus every 20 ms, paced as browsers do, one worker. Prints the CPU time of the sfu's threads a packet
 * that a peer received; the load runs on the main thread and is not counted.
 *
 *     bench_forward [sessions, default 20] [seconds, default 10] */
#include "sfu/sfu.h"

#include "base/clock.h"
#include "tests/harness/peer.h"

#include <arpa/inet.h>
#include <glib.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    MAX_PEERS = 400,
    FRAME_US = 33333,
    AUDIO_US = 20000,
    FRAME_PACKETS = 5,
    VIDEO_BYTES = 1150,
    AUDIO_BYTES = 80,
    CHECK_US = 2500000,
    PT_AUDIO = 111,
    PT_VIDEO = 96,
    PT_RTX = 97,
    EXTENSION_MID = 4,
    EXTENSION_TRANSPORT_CC = 3,
    EXTENSION_SEND_TIME = 2,
};

struct load_peer {
    struct far_peer *far;
    sfu_peer_id id;
    uint16_t audio_seq, video_seq, transport_seq;
    uint16_t picture;
    int64_t audio_us, frame_us, check_us;
    uint64_t sent, received;
};

struct load {
    struct sfu *sfu;
    unsigned count;
    struct load_peer peers[MAX_PEERS];
    struct pollfd polls[MAX_PEERS];
};

static int64_t cpu_us(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* CPU time of all threads but this one. */
static int64_t sfu_cpu_us(void)
{
    return cpu_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_us(CLOCK_THREAD_CPUTIME_ID);
}

static struct sfu_section section(enum sfu_kind kind, unsigned number)
{
    bool video = kind == SFU_VIDEO;
    return (struct sfu_section){
        .mid = {(char)('0' + kind)},
        .kind = kind,
        .inbound = true,
        .outbound = true,
        .payload_count = 1,
        .payloads = {{.codec = video ? SFU_CODEC_VP8 : SFU_CODEC_OPUS,
                      .pt = video ? PT_VIDEO : PT_AUDIO,
                      .rtx_pt = video ? PT_RTX : 0,
                      .nack = video,
                      .pli = video,
                      .transport_cc = true}},
        .extensions = {.mid = EXTENSION_MID,
                       .transport_cc = EXTENSION_TRANSPORT_CC,
                       .abs_send_time = EXTENSION_SEND_TIME},
        .ssrc = 1000 * (number + 1) + kind,
        .rtx_ssrc = video ? 1000 * (number + 1) + 9 : 0,
        .slot_ssrc = 1000 * (number + 1) + 100 + kind,
        .slot_rtx_ssrc = video ? 1000 * (number + 1) + 109 : 0,
    };
}

/* Header with the one-byte extensions that a browser sends, then `len` bytes of payload. */
static void send_packet(struct load_peer *peer, uint8_t pt, bool marker, uint16_t seq,
                        uint32_t timestamp, uint32_t ssrc, const uint8_t *payload, size_t len)
{
    uint8_t packet[1400] = {0x90, (uint8_t)(pt | (marker ? 0x80 : 0))};
    uint16_t net_seq = htons(seq);
    uint32_t words[2] = {htonl(timestamp), htonl(ssrc)};
    memcpy(packet + 2, &net_seq, 2);
    memcpy(packet + 4, words, 8);
    uint8_t *extension = packet + 12;
    uint8_t block[] = {0xbe,
                       0xde,
                       0,
                       3,
                       EXTENSION_MID << 4,
                       pt == PT_VIDEO ? '1' : '0',
                       EXTENSION_TRANSPORT_CC << 4 | 1,
                       (uint8_t)(peer->transport_seq >> 8),
                       (uint8_t)peer->transport_seq,
                       EXTENSION_SEND_TIME << 4 | 2,
                       1,
                       2,
                       3,
                       0,
                       0,
                       0};
    peer->transport_seq++;
    memcpy(extension, block, sizeof block);
    memcpy(extension + sizeof block, payload, len);
    far_peer_send_rtp(peer->far, packet, 12 + sizeof block + len);
    peer->sent++;
}

/* VP8 with a 15-bit picture id; the first picture is a key frame (RFC 7741). */
static void send_frame(struct load_peer *peer, uint32_t ssrc, int64_t now_us)
{
    for (unsigned i = 0; i < FRAME_PACKETS; i++) {
        uint8_t payload[VIDEO_BYTES] = {i == 0 ? 0x90 : 0x80, 0x80,
                                        (uint8_t)(0x80 | (peer->picture >> 8 & 0x7f)),
                                        (uint8_t)peer->picture, peer->picture ? 1 : 0};
        if (i == 0 && !peer->picture)
            memcpy(payload + 7, "\x9d\x01\x2a\x80\x02\x68\x01", 7);
        send_packet(peer, PT_VIDEO, i + 1 == FRAME_PACKETS, peer->video_seq++,
                    (uint32_t)(now_us * 9 / 100), ssrc, payload, sizeof payload);
    }
    peer->picture++;
}

static void send_due(struct load_peer *peer, unsigned number, int64_t now_us)
{
    static const uint8_t opus[AUDIO_BYTES];
    uint32_t ssrc = 1000 * (number + 1);
    if (now_us >= peer->audio_us) {
        send_packet(peer, PT_AUDIO, false, peer->audio_seq++, (uint32_t)(now_us * 48 / 1000), ssrc,
                    opus, sizeof opus);
        peer->audio_us += AUDIO_US;
    }
    if (now_us >= peer->frame_us) {
        send_frame(peer, ssrc + SFU_VIDEO, now_us);
        peer->frame_us += FRAME_US;
    }
    if (now_us >= peer->check_us) {
        far_peer_check(peer->far, true, NULL);
        peer->check_us = now_us + CHECK_US;
    }
}

static void open_sessions(struct load *load, unsigned sessions)
{
    for (unsigned s = 0; s < sessions; s++) {
        sfu_room_id room;
        g_assert_cmpint(sfu_room_open(load->sfu, &room), ==, 0);
        for (unsigned side = 0; side < 2; side++) {
            unsigned number = load->count++;
            struct load_peer *peer = &load->peers[number];
            struct sfu_section sections[] = {section(SFU_AUDIO, number),
                                             section(SFU_VIDEO, number)};
            peer->far = far_peer_create(NULL);
            peer->id = far_peer_join(peer->far, load->sfu, room, number, sections, 2);
            load->polls[number] = (struct pollfd){.fd = far_peer_fd(peer->far), .events = POLLIN};
        }
        struct load_peer *a = &load->peers[2 * s], *b = a + 1;
        for (unsigned i = 0; i < 2; i++) {
            g_assert_cmpint(sfu_slot_feed(load->sfu, a->id, i, b->id, i), ==, 0);
            g_assert_cmpint(sfu_slot_feed(load->sfu, b->id, i, a->id, i), ==, 0);
        }
    }
}

static void receive_all(struct load *load)
{
    struct far_packet packet;
    struct sfu_event event;
    if (poll(load->polls, load->count, 1) > 0)
        for (unsigned i = 0; i < load->count; i++)
            while (load->polls[i].revents && far_peer_receive(load->peers[i].far, &packet, 0))
                load->peers[i].received += !packet.rtcp;
    while (sfu_next_event(load->sfu, &event))
        ;
}

static void totals(const struct load *load, uint64_t *ret_sent, uint64_t *ret_received)
{
    *ret_sent = *ret_received = 0;
    for (unsigned i = 0; i < load->count; i++) {
        *ret_sent += load->peers[i].sent;
        *ret_received += load->peers[i].received;
    }
}

static void run(struct load *load, int64_t duration_us)
{
    int64_t begin_us = clock_now_us(), now_us;
    for (unsigned i = 0; i < load->count; i++) { /* spread over the first frame's time */
        struct load_peer *peer = &load->peers[i];
        int64_t offset_us = (int64_t)i * FRAME_US / load->count;
        peer->audio_us = peer->frame_us = begin_us + offset_us;
        peer->check_us = begin_us + (int64_t)i * CHECK_US / load->count;
    }
    while ((now_us = clock_now_us()) < begin_us + duration_us) {
        for (unsigned i = 0; i < load->count; i++)
            send_due(&load->peers[i], i, now_us);
        receive_all(load);
    }
}

/* The bound of the bucket in which that share of the packets is reached. */
static double delay_within_us(const struct sfu_counters *counters, double share)
{
    uint64_t all = 0, sum = 0;
    for (unsigned i = 0; i < SFU_DELAY_BUCKETS; i++)
        all += counters->delay_count[i];
    for (unsigned i = 0; i < SFU_DELAY_BUCKETS; i++) {
        sum += counters->delay_count[i];
        if ((double)sum >= share * (double)all)
            return (double)sfu_delay_bucket_us(i);
    }
    return 0;
}

static void report(const struct load *load, unsigned sessions, int64_t used_us, int64_t wall_us,
                   uint64_t sent, uint64_t received)
{
    struct sfu_counters counters;
    sfu_counters_read(load->sfu, &counters);
    printf("%u sessions, %.1f s: %" G_GUINT64_FORMAT " sent, %" G_GUINT64_FORMAT
           " received (%.3f %% lost), %.0f packets/s, %.2f us CPU a packet, %.1f %% of a core\n",
           sessions, (double)wall_us / 1e6, sent, received,
           sent ? 100.0 * ((double)sent - (double)received) / (double)sent : 0,
           (double)received * 1e6 / (double)wall_us, (double)used_us / (double)MAX(received, 1),
           100.0 * (double)used_us / (double)wall_us);
    printf("  forwarding delay: mean %.0f us, 50 %% within %.0f us, 99 %% within %.0f us\n",
           (double)counters.delay_sum_us / (double)MAX(counters.forwarded, 1),
           delay_within_us(&counters, 0.5), delay_within_us(&counters, 0.99));
    for (unsigned i = 0; i < SFU_DROP_COUNT; i++)
        if (counters.drops[i])
            printf("  dropped %s: %" G_GUINT64_FORMAT "\n", sfu_drop_name(i), counters.drops[i]);
}

int main(int argc, char **argv)
{
    unsigned sessions = argc > 1 ? (unsigned)atoi(argv[1]) : 20;
    unsigned seconds = argc > 2 ? (unsigned)atoi(argv[2]) : 10;
    static struct load load;
    struct sfu_config config = {.listen = {"127.0.0.1"},
                                .workers = 1,
                                .max_rooms = MAX_PEERS / 2,
                                .max_peers = MAX_PEERS,
                                .socket_buffer_bytes = 4 << 20,
                                .media_timeout_ms = 5000,
                                .consent_timeout_ms = 30000};
    if (!sessions || sessions > MAX_PEERS / 2 || !seconds) {
        fprintf(stderr, "bench_forward [sessions, 1 to %u] [seconds]\n", MAX_PEERS / 2);
        return 2;
    }
    g_assert_cmpint(sfu_create(&config, &load.sfu, NULL), ==, 0);
    open_sessions(&load, sessions);
    run(&load, 1000000); /* key frames, slots, caches */
    uint64_t sent_0, received_0, sent, received;
    totals(&load, &sent_0, &received_0);
    int64_t cpu_0 = sfu_cpu_us(), wall_0 = clock_now_us();
    run(&load, (int64_t)seconds * 1000000);
    int64_t used_us = sfu_cpu_us() - cpu_0, wall_us = clock_now_us() - wall_0;
    totals(&load, &sent, &received);
    report(&load, sessions, used_us, wall_us, sent - sent_0, received - received_0);
    for (unsigned i = 0; i < load.count; i++)
        far_peer_destroy(load.peers[i].far);
    sfu_destroy(load.sfu);
    return 0;
}
