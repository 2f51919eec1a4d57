#include "tests/bench/leg.h"

#include "sfu/rtp/packet.h"
#include "tests/bench/stamp.h"

#include <errno.h>
#include <glib.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

enum {
    FRAME_NS = 33333333,
    VOICE_NS = 20000000,
    VOICE_BYTES = 100,
    VOICE_STAMP_AT = 1,    /* behind the Opus TOC byte */
    PICTURE_STAMP_AT = 10, /* behind a key frame's header (RFC 6386 section 9.1) */
    DESCRIPTOR_BYTES = 4,
    PART_BYTES = 1130,
    KEYFRAME_BYTES = 22000,
    FRAME_BYTES = 5750, /* and up to FRAME_SPREAD_BYTES more: 1.5 Mbit/s, 5 or 6 packets */
    FRAME_SPREAD_BYTES = 1000,
    BURST_PACKETS = 32,
    BURST_BYTES = 60000,
};

/* Protected packets that go out together. */
struct burst {
    unsigned count;
    size_t len;
    uint16_t sizes[BURST_PACKETS];
    uint8_t data[BURST_BYTES];
};

/* ---- out ---- */

/* `count` packets of `size`, the last perhaps shorter: one system call, cut up by the kernel. */
static void segments_send(struct leg *leg, uint8_t *data, size_t len, uint16_t size, bool many)
{
    union {
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr align;
    } control = {0};
    struct iovec iov = {.iov_base = data, .iov_len = len};
    struct msghdr message = {.msg_name = &leg->far->to,
                             .msg_namelen = leg->far->to_len,
                             .msg_iov = &iov,
                             .msg_iovlen = 1};
    if (many) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_UDP;
        header->cmsg_type = UDP_SEGMENT;
        header->cmsg_len = CMSG_LEN(sizeof size);
        memcpy(CMSG_DATA(header), &size, sizeof size);
    }
    if (sendmsg(leg->far->fd, &message, 0) < 0)
        leg->meter->send_failed++;
}

static void burst_send(struct leg *leg, struct burst *burst)
{
    size_t at = 0;
    for (unsigned i = 0; i < burst->count;) {
        uint16_t size = burst->sizes[i];
        size_t len = size;
        unsigned end = i + 1;
        while (end < burst->count && burst->sizes[end] <= size) {
            len += burst->sizes[end];
            if (burst->sizes[end++] < size)
                break;
        }
        segments_send(leg, burst->data + at, len, size, end > i + 1);
        at += len;
        i = end;
    }
}

/* Protects a copy behind what the burst holds already. */
static void burst_add(struct leg *leg, struct burst *burst, const uint8_t *rtp, size_t len)
{
    int n = (int)len;
    if (burst->count == BURST_PACKETS || burst->len + len + SRTP_MAX_TRAILER_LEN > BURST_BYTES)
        return;
    memcpy(burst->data + burst->len, rtp, len);
    if (srtp_protect(leg->far->out, burst->data + burst->len, &n) != srtp_err_status_ok) {
        leg->meter->send_failed++;
        return;
    }
    if (leg_loses(leg)) {
        leg->meter->dropped_by_wish++;
        return;
    }
    burst->sizes[burst->count++] = (uint16_t)n;
    burst->len += (size_t)n;
}

void leg_send_rtcp(struct leg *leg, const uint8_t *compound, size_t len)
{
    uint8_t data[2048] __attribute__((aligned(8)));
    int n = (int)len;
    memcpy(data, compound, len);
    if (srtp_protect_rtcp(leg->far->out, data, &n) == srtp_err_status_ok)
        segments_send(leg, data, (size_t)n, 0, false);
}

/* ---- packets ---- */

static size_t head_write(struct leg *leg, const struct outlet *outlet, bool marker, uint16_t seq,
                         uint8_t *out)
{
    const struct leg_media *media = &outlet->media;
    struct rtp_head head = {.timestamp = outlet->timestamp,
                            .ssrc = outlet->ssrc,
                            .seq = seq,
                            .pt = media->pt,
                            .marker = marker};
    uint8_t transport_seq[] = {(uint8_t)(leg->transport_seq >> 8), (uint8_t)leg->transport_seq};
    /* abs-send-time: 6.18 fixed point seconds. */
    uint64_t now = (uint64_t)leg_now_ns() / 1000 * (1 << 18) / 1000000;
    uint8_t send_time[] = {(uint8_t)(now >> 16), (uint8_t)(now >> 8), (uint8_t)now};
    leg->transport_seq++;
    rtp_head_add(&head, media->send_time_id, send_time, sizeof send_time);
    rtp_head_add(&head, media->transport_cc_id, transport_seq, sizeof transport_seq);
    rtp_head_add(&head, media->mid_id, media->mid, strlen(media->mid));
    return rtp_head_write(&head, out, LEG_PACKET_BYTES);
}

/* One packet of the stream: `prefix` (a payload descriptor), then a body of `len` bytes whose first
 * `stamp_at` bytes are `lead`. */
static void packet_send(struct leg *leg, enum sfu_kind kind, struct burst *burst, bool marker,
                        const uint8_t *prefix, size_t prefix_len, const uint8_t *lead,
                        size_t stamp_at, size_t len)
{
    struct outlet *outlet = &leg->outlets[kind];
    struct leg_sent *sent = &outlet->history[outlet->seq % LEG_HISTORY];
    size_t at = head_write(leg, outlet, marker, outlet->seq, sent->data);
    memcpy(sent->data + at, prefix, prefix_len);
    at += prefix_len;
    memcpy(sent->data + at, lead, stamp_at);
    struct stamp stamp = {.sent_ns = stamp_now_ns(),
                          .session = leg->session,
                          .number = outlet->number++,
                          .side = leg->side,
                          .stream = (uint8_t)kind};
    stamp_seal(sent->data + at, len, stamp_at, stamp);
    sent->seq = outlet->seq++;
    sent->len = (uint16_t)(at + len);
    outlet->packets++;
    outlet->bytes += (uint32_t)(prefix_len + len);
    leg->meter->sent += meter_covers(leg->meter, stamp.sent_ns);
    burst_add(leg, burst, sent->data, sent->len);
}

static void voice_send(struct leg *leg, struct burst *burst)
{
    static const uint8_t toc[VOICE_STAMP_AT] = {0xfc}; /* CELT, 20 ms, stereo */
    leg->outlets[SFU_AUDIO].timestamp += 960;
    packet_send(leg, SFU_AUDIO, burst, false, NULL, 0, toc, VOICE_STAMP_AT, VOICE_BYTES);
}

/* A frame's parts are as Chromium cuts them: nearly equal, growing by one byte (RFC 7741). */
static void frame_send(struct leg *leg, struct burst *burst, int64_t now_ns)
{
    struct outlet *outlet = &leg->outlets[SFU_VIDEO];
    bool key = outlet->keyframe_wanted;
    size_t bytes = key ? KEYFRAME_BYTES : FRAME_BYTES + outlet->picture * 77U % FRAME_SPREAD_BYTES;
    size_t parts = (bytes + PART_BYTES - 1) / PART_BYTES;
    uint8_t first[PICTURE_STAMP_AT] = {0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01};
    static const uint8_t rest[PICTURE_STAMP_AT] = {0};
    outlet->keyframe_wanted = false;
    outlet->timestamp = (uint32_t)(now_ns / 1000 * 9 / 100);
    if (!key)
        first[0] |= 1;
    leg->meter->keyframes += key;
    for (size_t i = 0; i < parts; i++) {
        uint8_t descriptor[DESCRIPTOR_BYTES] = {i ? 0x80 : 0x90, 0x80,
                                                (uint8_t)(0x80 | (outlet->picture >> 8 & 0x7f)),
                                                (uint8_t)outlet->picture};
        size_t len = bytes / parts + (i >= parts - bytes % parts);
        packet_send(leg, SFU_VIDEO, burst, i + 1 == parts, descriptor, sizeof descriptor,
                    i ? rest : first, PICTURE_STAMP_AT, len);
    }
    outlet->picture++;
}

void outlet_tick(struct leg *leg, enum sfu_kind kind, int64_t now_ns)
{
    static __thread struct burst burst;
    struct outlet *outlet = &leg->outlets[kind];
    if (now_ns < outlet->due_ns)
        return;
    if (meter_covers(leg->meter, stamp_now_ns()))
        histogram_note(&leg->meter->lateness, (now_ns - outlet->due_ns) / 1000);
    burst.count = 0;
    burst.len = 0;
    if (kind == SFU_VIDEO)
        frame_send(leg, &burst, now_ns);
    else
        voice_send(leg, &burst);
    burst_send(leg, &burst);
    int64_t period_ns = kind == SFU_VIDEO ? FRAME_NS : VOICE_NS;
    outlet->due_ns += period_ns;
    if (outlet->due_ns < now_ns - 10 * period_ns) /* was held up: no burst of what was missed */
        outlet->due_ns = now_ns + period_ns;
}

/* ---- repairs ---- */

/* RFC 4588 section 4: the original's header under the repair stream's numbers, its sequence number in
 * front of its payload. Where there is no repair stream the packet itself goes out again. */
void outlet_resend(struct leg *leg, enum sfu_kind kind, uint16_t seq)
{
    static __thread struct burst burst;
    struct outlet *outlet = &leg->outlets[kind];
    const struct leg_sent *sent = &outlet->history[seq % LEG_HISTORY];
    struct rtp_packet packet;
    uint8_t data[LEG_PACKET_BYTES + 2];
    if (!sent->len || sent->seq != seq || !outlet->media.rtx_pt)
        return;
    if (rtp_packet_parse(sent->data, sent->len, &packet) < 0)
        return;
    size_t head = packet.payload_at;
    memcpy(data, sent->data, head);
    data[1] = (uint8_t)((data[1] & 0x80) | outlet->media.rtx_pt);
    data[2] = (uint8_t)(outlet->rtx_seq >> 8);
    data[3] = (uint8_t)outlet->rtx_seq++;
    for (unsigned i = 0; i < 4; i++)
        data[8 + i] = (uint8_t)(outlet->rtx_ssrc >> (24 - 8 * i));
    data[head] = (uint8_t)(seq >> 8);
    data[head + 1] = (uint8_t)seq;
    memcpy(data + head + 2, sent->data + head, sent->len - head);
    burst.count = 0;
    burst.len = 0;
    burst_add(leg, &burst, data, sent->len + 2U);
    burst_send(leg, &burst);
    leg->meter->resent++;
}
