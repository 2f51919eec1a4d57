/* Random lines: loss, reordering, duplicates, probes, repairs, switches, gates, changes of codec.
 * Whatever happens, a receiver sees one stream: numbers without reuse (the stage refuses it),
 * sources that begin with a key frame, timestamps that never go back at a switch, picture ids on
 * one line. */
#include <string.h>

#include "sfu/rtp/sequence.h"
#include "sfu/rtp/vp8.h"
#include "tests/unit/sfu/forward/stage.h"

enum { SENDERS = 3, MAX_SERIALS = 1 << 16, IN_FLIGHT = 24 };

struct made {
    uint16_t seq;
    uint32_t timestamp;
    bool start_of_key;
    enum sfu_codec codec;
};

struct sender {
    struct source source;
    struct stage_packet flight[IN_FLIGHT]; /* what a reordering line still holds */
    unsigned flying;
    struct stage_packet sent[64]; /* for repairs */
    unsigned sent_count;
    struct made *made; /* by serial */
};

struct line {
    unsigned loss, reorder, twice, padding; /* per mille */
    bool switches, codecs;
};

struct world {
    struct stage *stage;
    struct sender senders[SENDERS];
    struct actor *receiver;
    struct line line;
};

static bool chance(unsigned permille)
{
    return (unsigned)g_test_rand_int_range(0, 1000) < permille;
}

static void deliver_one(struct world *w, struct sender *s)
{
    unsigned i = (unsigned)g_test_rand_int_range(0, (gint32)s->flying);
    struct stage_packet packet = s->flight[i];
    s->flight[i] = s->flight[--s->flying];
    source_deliver(&s->source, &packet);
    if (chance(w->line.twice))
        source_deliver(&s->source, &packet);
}

static void put_on_line(struct world *w, struct sender *s, const struct stage_packet *packet)
{
    if (chance(w->line.loss))
        return;
    if (!chance(w->line.reorder)) {
        source_deliver(&s->source, packet);
        return;
    }
    if (s->flying == IN_FLIGHT)
        deliver_one(w, s);
    s->flight[s->flying++] = *packet;
}

static void picture(struct world *w, struct sender *s, bool key)
{
    unsigned count = (unsigned)g_test_rand_int_range(1, 6);
    for (unsigned i = 0; i < count; i++) {
        uint32_t serial = s->source.serial;
        struct stage_packet packet = source_make(&s->source, i == 0, i == count - 1, key);
        s->made[serial % MAX_SERIALS] = (struct made){.seq = packet.rtp.seq,
                                                      .timestamp = packet.rtp.timestamp,
                                                      .start_of_key = key && i == 0,
                                                      .codec = s->source.codec};
        s->sent[s->sent_count++ % G_N_ELEMENTS(s->sent)] = packet;
        put_on_line(w, s, &packet);
        if (chance(w->line.padding)) {
            struct stage_packet padding = source_padding(&s->source, chance(300));
            put_on_line(w, s, &padding);
        }
    }
    source_picture_end(&s->source);
}

static void repair(struct world *w, struct sender *s)
{
    if (s->sent_count == 0)
        return;
    unsigned known = MIN(s->sent_count, (unsigned)G_N_ELEMENTS(s->sent));
    struct stage_packet *packet = &s->sent[g_test_rand_int_range(0, (gint32)known)];
    if (packet->rtp.pt != (s->source.codec == SFU_CODEC_VP8 ? 96 : 103))
        return;
    packet->rtp.data = packet->data;
    struct stage_packet rtx = source_repair(&s->source, packet);
    put_on_line(w, s, &rtx);
}

static void receiver_nacks(struct world *w)
{
    uint32_t ssrc = slot_ssrc_of(w->receiver, PICTURE_SLOT);
    const struct stage_packet *newest = stage_rtp(w->receiver, ssrc, 0);
    if (!newest)
        return;
    uint16_t seq = (uint16_t)(newest->rtp.seq - (unsigned)g_test_rand_int_range(0, 200));
    uint8_t buf[64];
    struct bytes_writer bw = bytes_writer(buf, sizeof buf);
    rtcp_write_nack(&bw, 1, ssrc, &seq, 1);
    stage_rtcp_give(w->receiver, &bw);
}

static void turn(struct world *w)
{
    for (unsigned i = 0; i < SENDERS; i++) {
        struct sender *s = &w->senders[i];
        bool key = stage_rtcp_count(s->source.actor, RTCP_PSFB, RTCP_PSFB_PLI) > 0 || chance(10);
        stage_forget(s->source.actor);
        if (w->line.codecs && chance(10)) {
            s->source.codec = s->source.codec == SFU_CODEC_VP8 ? SFU_CODEC_H264 : SFU_CODEC_VP8;
            key = true;
        }
        picture(w, s, key);
        while (s->flying > 0 && chance(700))
            deliver_one(w, s);
        if (chance(300))
            repair(w, s);
    }
    if (w->line.switches && chance(30))
        stage_see(w->receiver,
                  chance(100) ? NULL : w->senders[g_test_rand_int_range(0, SENDERS)].source.actor);
    if (w->line.switches && chance(20)) {
        fwd_uplink_gate(w->senders[0].source.actor->peer, CAMERA, false, true);
        fwd_uplink_gate(w->senders[0].source.actor->peer, CAMERA, true, true);
    }
    if (chance(200))
        receiver_nacks(w);
    stage_pass(w->stage, 33000);
}

/* A stretch of one source, as the receiver saw it. */
struct run {
    unsigned sender;
    uint32_t timestamp_offset;
    GHashTable *numbers; /* source's seq -> slot's number */
};

struct viewer {
    struct world *world;
    struct run run;
    bool started;
    int64_t first, highest;
    uint32_t timestamp;  /* of the highest */
    uint16_t picture_id; /* newest */
    bool picture_known;
    unsigned runs, packets;
};

static struct made *made_of(struct world *w, uint32_t serial, unsigned *ret_sender)
{
    *ret_sender = serial >> 24;
    g_assert_cmpuint(*ret_sender, <, SENDERS);
    return &w->senders[*ret_sender].made[serial % MAX_SERIALS];
}

static void run_begin(struct viewer *v, const struct stage_packet *p, const struct made *made,
                      int64_t number)
{
    g_assert_true(made->start_of_key);
    if (v->started) {
        g_assert_cmpint(number, ==, v->highest + 1);
        g_assert_true(timestamp_after(p->rtp.timestamp, v->timestamp));
    }
    g_hash_table_remove_all(v->run.numbers);
    v->runs++;
}

static void picture_check(struct viewer *v, const struct stage_packet *p, const struct made *made,
                          bool begins)
{
    struct vp8_descriptor d;
    if (made->codec != SFU_CODEC_VP8)
        return;
    g_assert_cmpint(vp8_parse(p->data + p->rtp.payload_at, p->rtp.payload_len, &d), ==, 0);
    if (d.id_bits == 0)
        return;
    g_assert_cmpuint(d.id_bits, ==, 15);
    if (begins && v->picture_known)
        g_assert_cmpuint(d.picture_id, ==, (v->picture_id + 1) & 0x7fff);
    int ahead = (int)((d.picture_id - v->picture_id) & 0x7fff);
    if (!v->picture_known || ahead < 0x4000)
        v->picture_id = d.picture_id;
    v->picture_known = true;
}

static void order_check(struct viewer *v, uint16_t seq, int64_t number)
{
    for (int step = -1; step <= 1; step += 2) {
        uint16_t neighbour = (uint16_t)(seq + step);
        gpointer found = g_hash_table_lookup(v->run.numbers, GUINT_TO_POINTER(neighbour + 1U));
        if (found)
            g_assert_cmpint(GPOINTER_TO_SIZE(found), ==, number + step);
    }
    g_hash_table_insert(v->run.numbers, GUINT_TO_POINTER(seq + 1U),
                        GSIZE_TO_POINTER((gsize)number));
}

static void see(struct viewer *v, const struct stage_packet *p)
{
    int64_t number =
        v->started ? sequence_near(v->highest, p->rtp.seq) : sequence_first(p->rtp.seq);
    v->packets++;
    if (p->rtp.payload_len > 0) {
        unsigned sender;
        const struct made *made = made_of(v->world, stage_serial(p), &sender);
        uint32_t offset = p->rtp.timestamp - made->timestamp;
        bool begins = !v->started || sender != v->run.sender || offset != v->run.timestamp_offset;
        v->run.sender = sender;
        v->run.timestamp_offset = offset;
        if (begins)
            run_begin(v, p, made, number);
        picture_check(v, p, made, begins);
        order_check(v, made->seq, number);
    }
    if (!v->started)
        v->first = v->highest = number;
    if (!v->started || number >= v->highest) {
        v->highest = number;
        v->timestamp = p->rtp.timestamp;
    }
    v->started = true;
}

static struct world *world_make(struct line line)
{
    struct world *w = g_new0(struct world, 1);
    w->stage = stage_make();
    w->line = line;
    for (unsigned i = 0; i < SENDERS; i++) {
        struct sender *s = &w->senders[i];
        s->source = stage_source(stage_enter(w->stage, CHROMIUM), CAMERA);
        s->source.serial = i << 24 | 1;
        s->source.picture_bits = i == 1 ? 7 : 15;
        s->source.picture_id &= i == 1 ? 0x7f : 0x7fff;
        s->made = g_new0(struct made, MAX_SERIALS);
    }
    w->receiver = stage_enter(w->stage, FIREFOX);
    stage_see(w->receiver, w->senders[0].source.actor);
    return w;
}

static void world_free(struct world *w)
{
    for (unsigned i = 0; i < SENDERS; i++)
        g_free(w->senders[i].made);
    stage_free(w->stage);
    g_free(w);
}

static void run(struct line line, unsigned turns, struct viewer *ret_viewer)
{
    struct world *w = world_make(line);
    struct viewer v = {.world = w, .run.numbers = g_hash_table_new(NULL, NULL)};
    uint32_t ssrc = slot_ssrc_of(w->receiver, PICTURE_SLOT);
    guint seen = 0;
    for (unsigned i = 0; i < turns; i++) {
        turn(w);
        for (; seen < w->receiver->rtp->len; seen++) {
            const struct stage_packet *p = g_ptr_array_index(w->receiver->rtp, seen);
            if (p->rtp.ssrc == ssrc)
                see(&v, p);
        }
    }
    g_hash_table_unref(v.run.numbers);
    v.run.numbers = NULL;
    v.world = NULL;
    *ret_viewer = v;
    world_free(w);
}

/* Nothing lost and nobody switches: not one number is missing, though probes came in between. */
static void test_no_holes(void)
{
    struct viewer v;
    run((struct line){.padding = 100}, 2000, &v);
    g_assert_cmpint(v.highest - v.first + 1, ==, v.packets);
    g_assert_cmpuint(v.packets, >, 4000);
    g_assert_cmpuint(v.runs, ==, 1);
}

static void test_reordered(void)
{
    struct viewer v;
    run((struct line){.padding = 30, .reorder = 200, .twice = 50}, 2000, &v);
    g_assert_cmpuint(v.packets, >, 4000);
    g_assert_cmpint(v.highest - v.first + 1, <, v.packets + 40);
    g_assert_cmpuint(v.runs, ==, 1);
}

static void test_bad_line(void)
{
    struct viewer v;
    run((struct line){.loss = 100, .reorder = 100, .twice = 50, .padding = 30}, 2000, &v);
    g_assert_cmpuint(v.packets, >, 3000);
    g_assert_cmpuint(v.runs, ==, 1);
}

static void test_everything(void)
{
    struct viewer v;
    run((struct line){.loss = 50,
                      .reorder = 150,
                      .twice = 50,
                      .padding = 30,
                      .switches = true,
                      .codecs = true},
        4000, &v);
    g_assert_cmpuint(v.packets, >, 2000);
    g_assert_cmpuint(v.runs, >, 60);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/property/no-holes", test_no_holes);
    g_test_add_func("/forward/property/reordered", test_reordered);
    g_test_add_func("/forward/property/bad-line", test_bad_line);
    g_test_add_func("/forward/property/everything", test_everything);
    return g_test_run();
}
