/* A camera in two sizes and two temporal layers, and receivers on lines of their own. Whoever is on a narrow line gets
 * less, and sees one stream without a hole nevertheless; the sender is asked for what somebody takes. */
#include <stdlib.h>
#include <string.h>

#include "sfu/bwe/bwe.h"
#include "sfu/forward/peer.h"
#include "sfu/rtp/sequence.h"
#include "sfu/rtp/vp8.h"
#include "tests/unit/sfu/forward/stage.h"

enum { PICTURE_US = 33333, WIDE = 10000000, LARGE = 0, SMALL = 1, LAYERS = 2 };

struct layer {
    struct source source;
    unsigned packets;  /* a picture */
    unsigned pictures; /* so far */
    bool on, key_asked;
};

struct world {
    struct stage *stage;
    struct actor *sender, *wide, *narrow;
    struct layer layers[LAYERS];
    bool obeys;      /* sends the small layer when it is asked for */
    guint heard;     /* of sender->rtcp */
    unsigned loss;   /* per mille */
    int64_t wall_us; /* the sender's clock less the stage's */
    int64_t reported_us;
};

static void line_set(struct actor *actor, uint32_t bps)
{
    struct bwe_limits limits = {bps, bps, bps};
    bwe_destroy(actor->peer->bwe);
    actor->peer->bwe = bwe_null_create(&limits);
}

static struct layer layer_make(struct actor *actor, unsigned index, const char *rid)
{
    struct layer layer = {.source = stage_source(actor, CAMERA), .packets = index ? 1 : 4};
    layer.source.ssrc = 7000 + index;
    layer.source.rtx_ssrc = 7100 + index;
    layer.source.rid = rid;
    layer.source.mid = true;
    layer.source.serial = index << 24 | 1;
    layer.source.filler_bytes = index ? 600 : 950;
    layer.key_asked = true;
    return layer;
}

static struct world *world_make(unsigned receivers)
{
    struct world *w = g_new0(struct world, 1);
    struct sfu_negotiation negotiation;
    w->stage = stage_make();
    stage_negotiation(0, CHROMIUM, &negotiation);
    struct sfu_section *camera = &negotiation.sections[CAMERA];
    camera->ssrc = camera->rtx_ssrc = 0;
    camera->layer_count = LAYERS;
    strcpy(camera->rids[LARGE], "h");
    strcpy(camera->rids[SMALL], "l");
    w->sender = stage_enter_with(w->stage, &negotiation);
    w->layers[LARGE] = layer_make(w->sender, LARGE, "h");
    w->layers[SMALL] = layer_make(w->sender, SMALL, "l");
    w->layers[LARGE].on = w->obeys = true;
    w->narrow = stage_enter(w->stage, CHROMIUM);
    stage_see(w->narrow, w->sender);
    line_set(w->narrow, WIDE);
    if (receivers > 1) {
        w->wide = stage_enter(w->stage, CHROMIUM);
        stage_see(w->wide, w->sender);
        line_set(w->wide, WIDE);
    }
    w->wall_us = 1700000000000000;
    return w;
}

static void world_free(struct world *w)
{
    stage_free(w->stage);
    g_free(w);
}

/* Every second picture is of the higher temporal layer, every fourth of those needs none before it. */
static void picture_send(struct world *w, struct layer *layer)
{
    bool key = layer->key_asked;
    if (key)
        layer->pictures = 0;
    layer->source.tid = layer->pictures % 2;
    layer->source.sync = layer->pictures % 8 == 1;
    for (unsigned i = 0; i < layer->packets; i++) {
        struct stage_packet packet =
            source_make(&layer->source, i == 0, i == layer->packets - 1, key);
        if (key || (unsigned)g_test_rand_int_range(0, 1000) >= w->loss)
            source_deliver(&layer->source, &packet);
    }
    source_picture_end(&layer->source);
    layer->pictures++;
    layer->key_asked = false;
}

static void wishes_hear(struct world *w)
{
    for (; w->heard < w->sender->rtcp->len; w->heard++) {
        const struct stage_packet *compound = g_ptr_array_index(w->sender->rtcp, w->heard);
        struct bytes_reader r = bytes_reader(compound->data, compound->len);
        struct rtcp_packet packet;
        uint32_t ssrc;
        while (rtcp_next(&r, &packet)) {
            if (packet.type != RTCP_PSFB || packet.count != RTCP_PSFB_PLI ||
                !rtcp_read_media_ssrc(&packet, &ssrc))
                continue;
            for (unsigned i = 0; i < LAYERS; i++)
                w->layers[i].key_asked |= w->layers[i].source.ssrc == ssrc;
        }
    }
}

static bool small_is_asked(const struct world *w)
{
    struct sfu_event event = {.layers = 1};
    stage_events(w->stage, SFU_EVENT_LAYERS, &event);
    return event.layers & 2;
}

static void film(struct world *w, int64_t us)
{
    for (int64_t end_us = w->stage->now_us + us; w->stage->now_us < end_us;) {
        struct layer *small = &w->layers[SMALL];
        bool asked = w->obeys && small_is_asked(w);
        small->key_asked |= asked && !small->on;
        small->on = asked;
        for (unsigned i = 0; i < LAYERS; i++) {
            if (w->layers[i].on)
                picture_send(w, &w->layers[i]);
            else
                w->layers[i].source.timestamp += 3000;
        }
        if (w->stage->now_us - w->reported_us > 500000) {
            w->reported_us = w->stage->now_us;
            for (unsigned i = 0; i < LAYERS; i++)
                if (w->layers[i].on)
                    source_report(&w->layers[i].source, w->wall_us + w->stage->now_us);
        }
        wishes_hear(w);
        stage_pass(w->stage, PICTURE_US);
    }
}

/* What a receiver saw since `from` of its packets. */
struct view {
    unsigned packets, hollow, pictures, from[LAYERS];
    unsigned holes, picture_holes, tid_max;
    bool small_last;
    int64_t longest_step_us; /* between two pictures, by their timestamps */
    unsigned drift_ms;       /* of the last timestamp against the time it was sent at */
};

static struct view view_of(const struct actor *actor, guint from)
{
    struct view v = {0};
    uint32_t ssrc = slot_ssrc_of(actor, PICTURE_SLOT), first_timestamp = 0, timestamp = 0;
    int64_t first_us = 0;
    uint16_t seq = 0, picture_id = 0;
    for (guint i = from; i < actor->rtp->len; i++) {
        const struct stage_packet *p = g_ptr_array_index(actor->rtp, i);
        struct vp8_descriptor d;
        if (p->rtp.ssrc != ssrc)
            continue;
        if (v.packets)
            v.holes += (uint16_t)(p->rtp.seq - seq) != 1;
        seq = p->rtp.seq;
        v.packets++;
        if (p->rtp.payload_len == 0) {
            v.hollow++;
            continue;
        }
        g_assert_cmpint(vp8_parse(p->data + p->rtp.payload_at, p->rtp.payload_len, &d), ==, 0);
        v.small_last = stage_serial(p) >> 24 == SMALL;
        v.tid_max = MAX(v.tid_max, vp8_tid(&d));
        if (v.pictures && p->rtp.timestamp == timestamp) {
            g_assert_cmpuint(d.picture_id, ==, picture_id);
            continue;
        }
        v.from[v.small_last]++;
        if (v.pictures) {
            uint16_t step = (d.picture_id - picture_id) & 0x7fff;
            g_assert_cmpuint(step, >, 0);
            g_assert_cmpuint(step, <, 0x4000);
            v.picture_holes += step - 1U;
            g_assert_true(timestamp_after(p->rtp.timestamp, timestamp));
            v.longest_step_us = MAX(v.longest_step_us, (p->rtp.timestamp - timestamp) * 100 / 9);
        } else {
            first_timestamp = p->rtp.timestamp;
            first_us = p->at_us;
        }
        int64_t drift_us =
            (int64_t)(p->rtp.timestamp - first_timestamp) * 100 / 9 - (p->at_us - first_us);
        v.drift_ms = (unsigned)(llabs(drift_us) / 1000);
        picture_id = d.picture_id;
        timestamp = p->rtp.timestamp;
        v.pictures++;
    }
    return v;
}

static uint32_t remb_bps(const struct world *w)
{
    struct rtcp_packet packet;
    if (!stage_rtcp_last(w->sender, RTCP_PSFB, RTCP_PSFB_AFB, &packet))
        return 0;
    const uint8_t *value = packet.data + 17;
    return (uint32_t)((value[0] & 3) << 16 | value[1] << 8 | value[2]) << (value[0] >> 2);
}

static void test_alone(void)
{
    struct world *w = world_make(1);
    film(w, 1000000);
    line_set(w->narrow, 300000);
    film(w, 6000000);
    struct view v = view_of(w->narrow, 0);
    g_assert_false(small_is_asked(w));
    g_assert_cmpuint(v.from[SMALL], ==, 0);
    g_assert_cmpuint(v.tid_max, ==, 1);
    g_assert_cmpuint(remb_bps(w), <=, 300000);
    world_free(w);
}

static void test_two_lines(void)
{
    struct world *w = world_make(2);
    film(w, 2000000);
    line_set(w->narrow, 300000);
    film(w, 2000000);
    guint from = w->narrow->rtp->len, wide_from = w->wide->rtp->len;
    g_assert_true(small_is_asked(w));
    film(w, 3000000);
    struct view narrow = view_of(w->narrow, from), wide = view_of(w->wide, wide_from);
    g_assert_cmpuint(narrow.from[LARGE], ==, 0);
    g_assert_cmpuint(narrow.from[SMALL], >, 80);
    g_assert_cmpuint(wide.from[SMALL], ==, 0);
    g_assert_cmpuint(wide.from[LARGE], >, 80);
    struct view whole = view_of(w->narrow, 0);
    g_assert_cmpuint(whole.holes + whole.picture_holes, ==, 0);
    g_assert_cmpint(whole.longest_step_us, <, 200000);
    world_free(w);
}

/* Both sizes carry one clock: over many changes the receiver's timestamps stay with it. */
static void test_timestamps(void)
{
    struct world *w = world_make(2);
    film(w, 2000000);
    for (unsigned i = 0; i < 6; i++) {
        line_set(w->narrow, i % 2 ? WIDE : 300000);
        film(w, 9000000);
    }
    struct view v = view_of(w->narrow, 0);
    g_assert_cmpuint(v.from[SMALL], >, 200);
    g_assert_cmpuint(v.from[LARGE], >, 200);
    g_assert_cmpuint(v.holes + v.picture_holes, ==, 0);
    g_assert_cmpuint(v.drift_ms, <, 60);
    world_free(w);
}

/* A line that carries the large picture's lower temporal layer gets that. */
static void test_thin(void)
{
    struct world *w = world_make(2);
    film(w, 2000000);
    line_set(w->narrow, 750000);
    film(w, 1000000);
    guint from = w->narrow->rtp->len;
    film(w, 3000000);
    struct view v = view_of(w->narrow, from);
    g_assert_cmpuint(v.tid_max, ==, 0);
    g_assert_cmpuint(v.from[LARGE], >, 40);
    g_assert_cmpuint(v.from[LARGE], <, 50);
    g_assert_cmpuint(v.holes + v.picture_holes, ==, 0);
    g_assert_false(small_is_asked(w));
    line_set(w->narrow, WIDE);
    from = w->narrow->rtp->len;
    film(w, 5000000);
    v = view_of(w->narrow, from);
    g_assert_cmpuint(v.tid_max, ==, 1);
    g_assert_cmpuint(v.holes + v.picture_holes, ==, 0);
    world_free(w);
}

/* The first picture of the higher layer that comes again is one that needs none before it. */
static void test_thick_again(void)
{
    struct world *w = world_make(2);
    film(w, 2000000);
    line_set(w->narrow, 750000);
    film(w, 2000000);
    guint from = w->narrow->rtp->len;
    line_set(w->narrow, WIDE);
    film(w, 5000000);
    for (; from < w->narrow->rtp->len; from++) {
        const struct stage_packet *p = g_ptr_array_index(w->narrow->rtp, from);
        struct vp8_descriptor d;
        if (p->rtp.ssrc != slot_ssrc_of(w->narrow, PICTURE_SLOT))
            continue;
        g_assert_cmpint(vp8_parse(p->data + p->rtp.payload_at, p->rtp.payload_len, &d), ==, 0);
        if (vp8_tid(&d) == 0)
            continue;
        g_assert_true(vp8_is_sync(&d));
        break;
    }
    g_assert_cmpuint(from, <, w->narrow->rtp->len);
    world_free(w);
}

/* Half of a picture that is left out comes late: its number is filled, and the picture stays out. */
static void test_late_half(void)
{
    struct world *w = world_make(2);
    struct source *source = &w->layers[LARGE].source;
    film(w, 2000000);
    line_set(w->narrow, 750000);
    film(w, 2000000 + PICTURE_US * (w->layers[LARGE].pictures % 2));
    line_set(w->narrow, 740000); /* the same to us; nothing waits for the pace */
    while (w->layers[LARGE].pictures % 2 == 0)
        film(w, PICTURE_US);
    guint from = w->narrow->rtp->len;
    source->tid = 1;
    source->sync = false;
    struct stage_packet first = source_make(source, true, false, false);
    struct stage_packet second = source_make(source, false, true, false);
    source_picture_end(source);
    source_deliver(source, &second);
    w->layers[LARGE].pictures++;
    film(w, PICTURE_US);
    source_deliver(source, &first);
    film(w, PICTURE_US * 4);
    struct view v = view_of(w->narrow, from);
    g_assert_cmpuint(v.hollow, ==, 1);
    g_assert_cmpuint(v.tid_max, ==, 0);
    g_assert_cmpuint(v.picture_holes, ==, 0);
    world_free(w);
}

/* Nobody takes the small layer any more: it may be turned off, though not at once. */
static void test_leaves(void)
{
    struct world *w = world_make(2);
    film(w, 2000000);
    line_set(w->narrow, 300000);
    film(w, 3000000);
    g_assert_true(small_is_asked(w));
    stage_see(w->narrow, NULL);
    film(w, 4000000);
    g_assert_true(small_is_asked(w));
    film(w, 2000000);
    g_assert_false(small_is_asked(w));
    g_assert_cmpuint(stage_events(w->stage, SFU_EVENT_LAYERS, NULL), ==, 2);
    world_free(w);
}

/* The narrow line says nothing about the large layer: the others' does. */
static void test_allowance(void)
{
    struct world *w = world_make(2);
    film(w, 1000000);
    line_set(w->wide, 2000000);
    line_set(w->narrow, 300000);
    film(w, 3000000);
    g_assert_cmpuint(remb_bps(w), >, 1900000);
    g_assert_cmpuint(remb_bps(w), <, 2400000);
    line_set(w->narrow, 1500000); /* they share it */
    film(w, 8000000);
    g_assert_cmpuint(remb_bps(w), <=, 1600000);
    world_free(w);
}

/* A sender that does not do as it is asked is not asked for long, and is capped for the narrowest. */
static void test_disobeyed(void)
{
    struct world *w = world_make(2);
    w->obeys = false;
    film(w, 2000000);
    line_set(w->narrow, 300000);
    film(w, 3000000);
    g_assert_true(small_is_asked(w));
    film(w, 5000000);
    g_assert_false(small_is_asked(w));
    g_assert_cmpuint(remb_bps(w), <=, 300000);
    g_assert_cmpuint(view_of(w->narrow, 0).holes, ==, 0);
    world_free(w);
}

/* Where the sender's own line has room for one layer alone everybody sees that one. */
static void test_starved(void)
{
    struct world *w = world_make(2);
    film(w, 2000000);
    line_set(w->narrow, 300000);
    film(w, 3000000);
    w->layers[LARGE].on = false;
    guint from = w->wide->rtp->len;
    film(w, 2500000);
    g_assert_true(view_of(w->wide, from).small_last);
    film(w, 2000000);
    g_assert_false(small_is_asked(w));
    w->layers[LARGE].on = w->layers[LARGE].key_asked = true;
    film(w, 3000000);
    g_assert_false(view_of(w->wide, from).small_last);
    g_assert_false(view_of(w->narrow, 0).small_last);
    world_free(w);
}

static void test_rids(void)
{
    struct world *w = world_make(2);
    struct source stranger = w->layers[LARGE].source;
    uint64_t before = stage_drops(w->stage, SFU_DROP_UNKNOWN_SSRC);
    stranger.ssrc = 7777;
    stranger.rid = "q";
    source_picture(&stranger, true, 1);
    stranger.rid = NULL;
    source_picture(&stranger, true, 1);
    g_assert_cmpuint(stage_drops(w->stage, SFU_DROP_UNKNOWN_SSRC), ==, before + 2);
    film(w, 500000);
    struct source *large = &w->layers[LARGE].source;
    struct stage_packet lost = source_make(large, true, true, false);
    source_picture_end(large);
    film(w, 200000);
    unsigned count = stage_rtp_count(w->wide, slot_ssrc_of(w->wide, PICTURE_SLOT));
    struct stage_packet repair = source_repair(large, &lost);
    source_deliver(large, &repair);
    g_assert_cmpuint(stage_rtp_count(w->wide, slot_ssrc_of(w->wide, PICTURE_SLOT)), ==, count + 1);
    g_assert_cmpuint(stage_serial(stage_rtp(w->wide, slot_ssrc_of(w->wide, PICTURE_SLOT), 0)), ==,
                     stage_serial(&lost));
    world_free(w);
}

/* Losses, and lines that are narrow and wide by turns: no number twice (the stage refuses it), picture ids and timestamps
 * rise (view_of() holds it). */
static void test_by_turns(void)
{
    static const uint32_t lines[] = {150000, 300000, 750000, 1200000, WIDE};
    struct world *w = world_make(2);
    w->loss = 20;
    film(w, 1000000);
    for (unsigned i = 0; i < 60; i++) {
        line_set(w->narrow, lines[g_test_rand_int_range(0, G_N_ELEMENTS(lines))]);
        line_set(w->wide, lines[g_test_rand_int_range(0, G_N_ELEMENTS(lines))]);
        film(w, 500000 * g_test_rand_int_range(1, 8));
    }
    struct view v = view_of(w->narrow, 0);
    g_assert_cmpuint(v.from[LARGE], >, 100);
    g_assert_cmpuint(v.from[SMALL], >, 100);
    world_free(w);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/layer/alone", test_alone);
    g_test_add_func("/forward/layer/two-lines", test_two_lines);
    g_test_add_func("/forward/layer/timestamps", test_timestamps);
    g_test_add_func("/forward/layer/thin", test_thin);
    g_test_add_func("/forward/layer/thick-again", test_thick_again);
    g_test_add_func("/forward/layer/late-half", test_late_half);
    g_test_add_func("/forward/layer/leaves", test_leaves);
    g_test_add_func("/forward/layer/allowance", test_allowance);
    g_test_add_func("/forward/layer/disobeyed", test_disobeyed);
    g_test_add_func("/forward/layer/starved", test_starved);
    g_test_add_func("/forward/layer/rids", test_rids);
    g_test_add_func("/forward/layer/by-turns", test_by_turns);
    return g_test_run();
}
