#include <string.h>

#include "base/clock.h"
#include "sfu/rtp/vp8.h"
#include "tests/unit/sfu/forward/stage.h"

enum { MARKER_BYTES = 8, PADDING_BYTES = 100 };

static const char mark[4] = {'M', 'A', 'R', 'K'};

struct source stage_source(struct actor *actor, unsigned section)
{
    const struct sfu_section *media = &actor->negotiation.sections[section];
    return (struct source){
        .actor = actor,
        .section = section,
        .codec = media->payloads[0].codec,
        .ssrc = media->ssrc,
        .rtx_ssrc = media->rtx_ssrc,
        .seq = (uint16_t)g_test_rand_int(),
        .rtx_seq = (uint16_t)g_test_rand_int(),
        .timestamp = (uint32_t)g_test_rand_int(),
        .picture_id = (uint16_t)(g_test_rand_int() & 0x7fff),
        .picture_bits = 15,
        .serial = 1,
        .level = 0x85,
    };
}

static const struct sfu_payload *payload_of(const struct source *source)
{
    const struct sfu_section *media = &source->actor->negotiation.sections[source->section];
    for (unsigned i = 0; i < media->payload_count; i++) {
        if (media->payloads[i].codec == source->codec)
            return &media->payloads[i];
    }
    g_assert_not_reached();
}

static void head_make(struct source *source, bool repair, struct rtp_head *head, uint8_t hop[2])
{
    const struct sfu_section *media = &source->actor->negotiation.sections[source->section];
    const struct sfu_extensions *ids = &media->extensions;
    hop[0] = (uint8_t)(source->transport_seq >> 8);
    hop[1] = (uint8_t)source->transport_seq++;
    rtp_head_add(head, ids->transport_cc, hop, 2);
    if (source->mid)
        rtp_head_add(head, ids->mid, media->mid, strlen(media->mid));
    if (source->rid)
        rtp_head_add(head, repair ? ids->repaired_rid : ids->rid, source->rid, strlen(source->rid));
    rtp_head_add(head, media->kind == SFU_AUDIO ? ids->audio_level : 0, &source->level, 1);
    rtp_head_add(head, 13, "\x01",
                 1); /* something that is nobody's business, as orientation would be */
}

static void vp8_head(const struct source *source, bool start, bool key, struct bytes_writer *w)
{
    struct vp8_descriptor d = {.first = start ? 0x10 : 0x00,
                               .id_bits = (uint8_t)source->picture_bits,
                               .has_tl0 = source->picture_bits == 15,
                               .has_tid = source->picture_bits == 15,
                               .layer = (uint8_t)(source->tid << 6 | source->sync << 5)};
    uint8_t out[VP8_MAX_DESCRIPTOR_BYTES];
    if (source->picture_bits == 7) { /* the writer under test knows 15 bits alone */
        bytes_put_u8(w, d.first | 0x80);
        bytes_put_u8(w, 0x80);
        bytes_put_u8(w, source->picture_id & 0x7f);
    } else {
        bytes_put(w, out, vp8_write(&d, source->picture_id, source->tl0, out));
    }
    bytes_put_u8(w, key ? 0x00 : 0x01);
}

/* Hybrid, one frame of 20 ms. */
static void opus_head(struct bytes_writer *w)
{
    bytes_put_u8(w, 0x78);
}

static void mark_put(uint32_t serial, struct bytes_writer *w)
{
    bytes_put(w, mark, sizeof mark);
    bytes_put_u32(w, serial);
}

static void h264_head(bool start, bool key, struct bytes_writer *w)
{
    static const uint8_t sps[] = {0x78, 0, 2, 0x67, 0x42, 0, 12, 0x68};
    if (key && start)
        bytes_put(w, sps, sizeof sps); /* STAP-A; the mark is the rest of its second unit */
    else
        bytes_put_u8(w, key ? 0x65 : 0x41);
}

struct stage_packet source_make(struct source *source, bool start, bool marker, bool key)
{
    struct stage_packet packet = {0};
    struct rtp_head head = {.ssrc = source->ssrc,
                            .seq = source->seq++,
                            .pt = payload_of(source)->pt,
                            .timestamp = source->timestamp,
                            .marker = marker};
    uint8_t hop[2];
    head_make(source, false, &head, hop);
    struct bytes_writer w = bytes_writer(packet.data, sizeof packet.data);
    w.at = rtp_head_write(&head, packet.data, sizeof packet.data);
    if (source->codec == SFU_CODEC_VP8)
        vp8_head(source, start, key, &w);
    else if (source->codec == SFU_CODEC_H264)
        h264_head(start, key, &w);
    if (source->codec == SFU_CODEC_H264 && key && start)
        bytes_put(&w, "\0\0\0", 3);
    if (source->codec == SFU_CODEC_OPUS)
        opus_head(&w);
    mark_put(source->serial++, &w);
    for (unsigned i = 0; i < source->filler_bytes; i++)
        bytes_put_u8(&w, 0x55);
    g_assert_false(w.bad);
    packet.len = w.at;
    g_assert_cmpint(rtp_packet_parse(packet.data, packet.len, &packet.rtp), ==, 0);
    return packet;
}

struct stage_packet source_make_red(struct source *source, unsigned repeats)
{
    enum { BLOCK_BYTES = 1 + MARKER_BYTES, TICKS = 960 };
    struct stage_packet packet = {0};
    const struct sfu_payload *payload = payload_of(source);
    struct rtp_head head = {.ssrc = source->ssrc,
                            .seq = source->seq++,
                            .pt = payload->red_pt,
                            .timestamp = source->timestamp};
    uint8_t hop[2];
    head_make(source, false, &head, hop);
    struct bytes_writer w = bytes_writer(packet.data, sizeof packet.data);
    w.at = rtp_head_write(&head, packet.data, sizeof packet.data);
    for (unsigned back = repeats; back > 0; back--) {
        bytes_put_u8(&w, 0x80 | payload->pt);
        bytes_put_u24(&w, back * TICKS << 10 | BLOCK_BYTES);
    }
    bytes_put_u8(&w, payload->pt);
    for (unsigned back = repeats + 1; back-- > 0;) {
        opus_head(&w);
        mark_put(source->serial - back, &w);
    }
    source->serial++;
    packet.len = w.at;
    g_assert_cmpint(rtp_packet_parse(packet.data, packet.len, &packet.rtp), ==, 0);
    return packet;
}

struct stage_packet source_repair(struct source *source, const struct stage_packet *packet)
{
    struct stage_packet repair = {0};
    const struct rtp_packet *rtp = &packet->rtp;
    struct rtp_head head = {.ssrc = source->rtx_ssrc,
                            .seq = source->rtx_seq++,
                            .pt = payload_of(source)->rtx_pt,
                            .timestamp = rtp->timestamp,
                            .marker = rtp->marker};
    uint8_t hop[2];
    head_make(source, true, &head, hop);
    struct bytes_writer w = bytes_writer(repair.data, sizeof repair.data);
    w.at = rtp_head_write(&head, repair.data, sizeof repair.data);
    bytes_put_u16(&w, rtp->seq);
    bytes_put(&w, packet->data + rtp->payload_at, rtp->payload_len);
    repair.len = w.at;
    return repair;
}

struct stage_packet source_padding(struct source *source, bool rtx)
{
    struct stage_packet packet = {0};
    struct rtp_head head = {.ssrc = rtx ? source->rtx_ssrc : source->ssrc,
                            .seq = rtx ? source->rtx_seq++ : source->seq++,
                            .pt = rtx ? payload_of(source)->rtx_pt : payload_of(source)->pt,
                            .timestamp = source->timestamp};
    uint8_t hop[2];
    head_make(source, rtx, &head, hop);
    size_t len = rtp_head_write(&head, packet.data, sizeof packet.data);
    packet.data[0] |= 0x20;
    packet.len = len + PADDING_BYTES;
    packet.data[packet.len - 1] = PADDING_BYTES;
    return packet;
}

void source_deliver(struct source *source, const struct stage_packet *packet)
{
    uint8_t *copy = g_memdup2(packet->data, packet->len);
    fwd_rtp_received(source->actor->peer, copy, packet->len, source->actor->stage->now_us);
    g_free(copy);
}

void source_voice(struct source *source)
{
    struct stage_packet packet = source_make(source, true, false, false);
    source->timestamp += 960;
    source_deliver(source, &packet);
}

void source_picture(struct source *source, bool key, unsigned packets)
{
    for (unsigned i = 0; i < packets; i++) {
        struct stage_packet packet = source_make(source, i == 0, i == packets - 1, key);
        source_deliver(source, &packet);
    }
    source_picture_end(source);
}

void source_picture_end(struct source *source)
{
    source->timestamp += 3000;
    source->picture_id =
        (uint16_t)((source->picture_id + 1) & (source->picture_bits == 7 ? 0x7f : 0x7fff));
    if (source->tid == 0)
        source->tl0++;
}

void source_report(struct source *source, int64_t wall_us)
{
    uint8_t buf[64];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    struct rtcp_sender_info info = {
        .ssrc = source->ssrc, .ntp = clock_wall_us_to_ntp(wall_us), .timestamp = source->timestamp};
    rtcp_write_sr(&w, &info, NULL, 0);
    stage_rtcp_give(source->actor, &w);
}

uint32_t stage_serial(const struct stage_packet *packet)
{
    for (size_t at = packet->rtp.payload_at; at + MARKER_BYTES <= packet->len; at++) {
        if (memcmp(packet->data + at, mark, sizeof mark) == 0) {
            struct bytes_reader r = bytes_reader(packet->data + at + sizeof mark, 4);
            return bytes_u32(&r);
        }
    }
    return 0;
}
