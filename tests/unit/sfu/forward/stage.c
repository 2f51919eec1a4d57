#include "tests/unit/sfu/forward/stage.h"

#include <errno.h>
#include <string.h>

#include "sfu/rtp/sequence.h"

static uint8_t *block(void *worker)
{
    struct stage *stage = worker;
    memset(stage->block, 0xee, sizeof stage->block);
    return stage->block;
}

static void number_use(struct actor *actor, const struct rtp_packet *rtp)
{
    gpointer key = GUINT_TO_POINTER(rtp->ssrc);
    int64_t *highest = g_hash_table_lookup(actor->highest, key);
    if (!highest) {
        highest = g_new(int64_t, 1);
        *highest = sequence_first(rtp->seq);
        g_hash_table_insert(actor->highest, key, highest);
    }
    int64_t number = sequence_near(*highest, rtp->seq);
    *highest = MAX(*highest, number);
    int64_t *used = g_new(int64_t, 1);
    *used = (int64_t)rtp->ssrc << 32 | number;
    g_assert_true(g_hash_table_add(actor->used, used));
}

static struct stage_packet *keep(struct actor *actor, GPtrArray *list, const uint8_t *data,
                                 size_t len)
{
    struct stage_packet *packet = g_new0(struct stage_packet, 1);
    g_assert_cmpuint(len, <=, sizeof packet->data);
    packet->at_us = actor->stage->now_us;
    packet->len = len;
    memcpy(packet->data, data, len);
    g_ptr_array_add(list, packet);
    return packet;
}

static int send_rtp(void *transport, size_t len, const uint8_t **ret_wire, size_t *ret_wire_len)
{
    struct actor *actor = transport;
    struct stage *stage = actor->stage;
    if (ret_wire) {
        *ret_wire = stage->block;
        *ret_wire_len = len;
    }
    stage->sent++;
    if (stage->quiet)
        return 0;
    struct stage_packet *packet = keep(actor, actor->rtp, stage->block, len);
    g_assert_cmpint(rtp_packet_parse(packet->data, len, &packet->rtp), ==, 0);
    number_use(actor, &packet->rtp);
    return 0;
}

static int send_wire(void *transport, const uint8_t *wire, size_t len)
{
    struct actor *actor = transport;
    struct stage_packet *packet = keep(actor, actor->rtp, wire, len);
    packet->wire = true;
    g_assert_cmpint(rtp_packet_parse(packet->data, len, &packet->rtp), ==, 0);
    return 0;
}

static int send_rtcp(void *transport, const uint8_t *rtcp, size_t len)
{
    struct actor *actor = transport;
    g_assert_true(rtcp_is_valid(rtcp, len));
    if (!actor->stage->quiet)
        keep(actor, actor->rtcp, rtcp, len);
    return 0;
}

static bool event(void *worker, const struct sfu_event *e)
{
    struct stage *stage = worker;
    if (stage->deaf)
        return false;
    g_array_append_val(stage->events, *e);
    return true;
}

struct stage *stage_make(void)
{
    struct stage *stage = g_new0(struct stage, 1);
    stage->now_us = 1000000000;
    stage->events = g_array_new(FALSE, TRUE, sizeof(struct sfu_event));
    stage->sink_calls = g_array_new(FALSE, TRUE, sizeof(struct stage_sink_call));
    stage->env = (struct fwd_env){
        .worker = stage,
        .counters = &stage->counters,
        .media_timeout_us = 5000000,
        .block = block,
        .send_rtp = send_rtp,
        .send_wire = send_wire,
        .send_rtcp = send_rtcp,
        .event = event,
    };
    g_assert_cmpint(fwd_room_create(&stage->env, 77, &stage->room), ==, 0);
    return stage;
}

void stage_free(struct stage *stage)
{
    for (unsigned i = 0; i < stage->actor_count; i++) {
        struct actor *actor = &stage->actors[i];
        fwd_peer_destroy(actor->peer);
        g_ptr_array_unref(actor->rtp);
        g_ptr_array_unref(actor->rtcp);
        g_hash_table_unref(actor->used);
        g_hash_table_unref(actor->highest);
    }
    fwd_room_destroy(stage->room);
    g_array_unref(stage->events);
    g_array_unref(stage->sink_calls);
    g_free(stage);
}

static enum sfu_sink_wish sink_rtp(void *sink, const struct sfu_sink_packet *p)
{
    struct stage *stage = sink;
    struct stage_sink_call call = {.repair = p->repair,
                                   .keyframe = p->keyframe,
                                   .gap = p->gap,
                                   .section = p->section,
                                   .len = p->len,
                                   .seq = (uint16_t)(p->data[2] << 8 | p->data[3])};
    if (!stage->quiet)
        g_array_append_val(stage->sink_calls, call);
    return stage->sink_wish;
}

static void sink_report(void *sink, const struct sfu_sink_packet *p)
{
    struct stage *stage = sink;
    struct stage_sink_call call = {.report = true, .section = p->section, .len = p->len};
    g_array_append_val(stage->sink_calls, call);
}

static void sink_closed(void *sink)
{
    ((struct stage *)sink)->sink_closed++;
}

void stage_sink_set(struct stage *stage)
{
    static const struct sfu_sink_ops ops = {sink_rtp, sink_report, sink_closed};
    fwd_room_set_sink(stage->room, &ops, stage);
}

static void payload_add(struct sfu_section *section, enum sfu_codec codec, uint8_t pt,
                        uint8_t rtx_pt)
{
    bool video = codec != SFU_CODEC_OPUS;
    section->payloads[section->payload_count++] = (struct sfu_payload){.codec = codec,
                                                                       .pt = pt,
                                                                       .rtx_pt = rtx_pt,
                                                                       .nack = video,
                                                                       .pli = video,
                                                                       .fir = video,
                                                                       .transport_cc = true};
}

void stage_negotiation(unsigned index, enum stage_browser browser,
                       struct sfu_negotiation *ret_negotiation)
{
    static const char *const mids[STAGE_SECTIONS] = {"0", "1", "2", "3"};
    bool chromium = browser == CHROMIUM;
    *ret_negotiation = (struct sfu_negotiation){.section_count = STAGE_SECTIONS};
    for (unsigned i = 0; i < STAGE_SECTIONS; i++) {
        struct sfu_section *section = &ret_negotiation->sections[i];
        strcpy(section->mid, mids[i]);
        section->kind = i == MIC || i == VOICE_SLOT ? SFU_AUDIO : SFU_VIDEO;
        section->inbound = i == MIC || i == CAMERA;
        section->outbound = !section->inbound;
        section->extensions =
            chromium ? (struct sfu_extensions){.mid = 4,
                                               .rid = 10,
                                               .repaired_rid = 11,
                                               .transport_cc = 3,
                                               .abs_send_time = 2,
                                               .audio_level = 1}
                     : (struct sfu_extensions){
                           .mid = 3, .transport_cc = 7, .abs_send_time = 4, .audio_level = 2};
        if (section->kind == SFU_AUDIO) {
            payload_add(section, SFU_CODEC_OPUS, chromium ? 111 + (section->outbound ? 1 : 0) : 109,
                        0);
            section->payloads[0].red_pt = chromium ? 63 + (section->outbound ? 1 : 0) : 0;
        } else {
            payload_add(section, SFU_CODEC_VP8, chromium ? 96 : 120, chromium ? 97 : 124);
            payload_add(section, SFU_CODEC_H264, chromium ? 103 : 126, chromium ? 104 : 127);
        }
        if (section->inbound) {
            section->ssrc = 1000 * (index + 1) + i;
            section->rtx_ssrc = i == CAMERA ? 1000 * (index + 1) + 100 + i : 0;
        } else {
            section->slot_ssrc = 500000 + 1000 * (index + 1) + i;
            section->slot_rtx_ssrc = i == PICTURE_SLOT ? 500000 + 1000 * (index + 1) + 100 + i : 0;
        }
    }
}

struct actor *stage_enter_with(struct stage *stage, const struct sfu_negotiation *negotiation)
{
    g_assert_cmpuint(stage->actor_count, <, STAGE_ACTORS);
    unsigned index = stage->actor_count++;
    struct actor *actor = &stage->actors[index];
    actor->stage = stage;
    actor->negotiation = *negotiation;
    actor->rtp = g_ptr_array_new_with_free_func(g_free);
    actor->rtcp = g_ptr_array_new_with_free_func(g_free);
    actor->used = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    actor->highest = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_assert_cmpint(fwd_peer_create(stage->room, 900 + index, index, actor, &actor->peer), ==, 0);
    g_assert_cmpint(fwd_peer_negotiate(actor->peer, negotiation, stage->now_us), ==, 0);
    fwd_peer_secured(actor->peer, stage->now_us);
    return actor;
}

struct actor *stage_enter(struct stage *stage, enum stage_browser browser)
{
    struct sfu_negotiation negotiation;
    stage_negotiation(stage->actor_count, browser, &negotiation);
    return stage_enter_with(stage, &negotiation);
}

void stage_see(struct actor *to, struct actor *from)
{
    struct fwd_peer *source = from ? from->peer : NULL;
    g_assert_cmpint(fwd_slot_feed(to->peer, VOICE_SLOT, source, MIC, to->stage->now_us), ==, 0);
    g_assert_cmpint(fwd_slot_feed(to->peer, PICTURE_SLOT, source, CAMERA, to->stage->now_us), ==,
                    0);
}

void stage_pass(struct stage *stage, int64_t us)
{
    int64_t end_us = stage->now_us + us;
    while (stage->now_us < end_us) {
        stage->now_us = MIN(stage->now_us + FWD_TICK_US, end_us);
        for (unsigned i = 0; i < stage->actor_count; i++) {
            if (stage->actors[i].peer)
                fwd_peer_tick(stage->actors[i].peer, stage->now_us);
            if (stage->actors[i].peer)
                fwd_peer_pace(stage->actors[i].peer, stage->now_us);
        }
    }
}

uint64_t stage_drops(const struct stage *stage, enum sfu_drop drop)
{
    return stage->counters.drops[drop];
}

unsigned stage_events(const struct stage *stage, enum sfu_event_type type,
                      struct sfu_event *ret_last)
{
    unsigned count = 0;
    for (guint i = 0; i < stage->events->len; i++) {
        const struct sfu_event *e = &g_array_index(stage->events, struct sfu_event, i);
        if (e->type != type)
            continue;
        count++;
        if (ret_last)
            *ret_last = *e;
    }
    return count;
}

static unsigned rtcp_scan(const struct actor *actor, uint8_t type, uint8_t format,
                          struct rtcp_packet *ret_packet)
{
    unsigned count = 0;
    for (guint i = 0; i < actor->rtcp->len; i++) {
        const struct stage_packet *compound = g_ptr_array_index(actor->rtcp, i);
        struct bytes_reader r = bytes_reader(compound->data, compound->len);
        struct rtcp_packet packet;
        while (rtcp_next(&r, &packet)) {
            bool feedback = type == RTCP_RTPFB || type == RTCP_PSFB;
            if (packet.type != type || (feedback && packet.count != format))
                continue;
            count++;
            if (ret_packet)
                *ret_packet = packet;
        }
    }
    return count;
}

bool stage_rtcp_last(const struct actor *actor, uint8_t type, uint8_t format,
                     struct rtcp_packet *ret_packet)
{
    return rtcp_scan(actor, type, format, ret_packet) > 0;
}

unsigned stage_rtcp_count(const struct actor *actor, uint8_t type, uint8_t format)
{
    return rtcp_scan(actor, type, format, NULL);
}

const struct stage_packet *stage_rtp(const struct actor *actor, uint32_t ssrc, unsigned back)
{
    for (guint i = actor->rtp->len; i-- > 0;) {
        const struct stage_packet *packet = g_ptr_array_index(actor->rtp, i);
        if (packet->rtp.ssrc == ssrc && back-- == 0)
            return packet;
    }
    return NULL;
}

unsigned stage_rtp_count(const struct actor *actor, uint32_t ssrc)
{
    unsigned count = 0;
    for (guint i = 0; i < actor->rtp->len; i++)
        count += ((const struct stage_packet *)g_ptr_array_index(actor->rtp, i))->rtp.ssrc == ssrc;
    return count;
}

void stage_forget(struct actor *actor)
{
    g_ptr_array_set_size(actor->rtp, 0);
    g_ptr_array_set_size(actor->rtcp, 0);
}

void stage_rtcp_give(struct actor *actor, const struct bytes_writer *w)
{
    g_assert_false(w->bad);
    uint8_t *copy = g_memdup2(w->data, w->at);
    fwd_rtcp_received(actor->peer, copy, w->at, actor->stage->now_us);
    g_free(copy);
}

uint32_t slot_ssrc_of(const struct actor *actor, unsigned section)
{
    return actor->negotiation.sections[section].slot_ssrc;
}

uint32_t slot_rtx_ssrc_of(const struct actor *actor, unsigned section)
{
    return actor->negotiation.sections[section].slot_rtx_ssrc;
}
