#include "recorder/tap.h"

#include "recorder/journal/pcapng_write.h"
#include "recorder/journal/record.h"
#include "sfu/sfu.h"

#include <glib.h>
#include <stdatomic.h>
#include <string.h>

enum {
    SOURCES_MAX = 64,             /* uplinks a room at a time: more share the oldest's place */
    KEYFRAME_EVERY_US = 10000000, /* so that a recording can be entered anywhere */
    KEYFRAME_RETRY_US = 1000000,  /* the sender heard nothing, or has nothing to send */
    PACKET_MIN_BYTES = 12,
};

/* An uplink as the tap knows it. */
struct source {
    uint32_t tag;
    unsigned section, layer;
    bool used;
    bool wants_keyframe;
    int64_t seen_us;
    int64_t keyframe_us;  /* the last one that came */
    int64_t asked_us;     /* the last wish */
    struct rec_loss loss; /* packets that found the ring full, not yet told */
};

struct rec_tap {
    rec_journal_id journal;
    struct ring *ring;
    struct rec_health *health;
    _Atomic bool stopped; /* control thread -> worker */
    _Atomic bool closed;  /* worker -> control thread: the rest is the control thread's now */
    struct rec_tap_remains remains;
    struct source sources[SOURCES_MAX];
};

static struct source *find_source(struct rec_tap *tap, const struct sfu_sink_packet *packet)
{
    struct source *oldest = &tap->sources[0];
    for (unsigned i = 0; i < SOURCES_MAX; i++) {
        struct source *source = &tap->sources[i];
        if (source->used && source->tag == packet->tag && source->section == packet->section &&
            source->layer == packet->layer)
            return source;
        if (!source->used || (oldest->used && source->seen_us < oldest->seen_us))
            oldest = source;
        if (!source->used)
            break; /* places are taken from the front */
    }
    *oldest = (struct source){.tag = packet->tag,
                              .section = packet->section,
                              .layer = packet->layer,
                              .used = true,
                              .wants_keyframe = true};
    return oldest;
}

/* ---- into the ring ----------------------------------------------------------------------------- */

static void *reserve(struct rec_tap *tap, const struct source *source, enum rec_record_kind kind,
                     int64_t arrival_us, size_t len)
{
    struct rec_record *record = ring_reserve(tap->ring, sizeof *record + len);
    if (!record)
        return NULL;
    *record = (struct rec_record){.journal = tap->journal,
                                  .arrival_us = arrival_us,
                                  .tag = source->tag,
                                  .section = (uint16_t)source->section,
                                  .kind = (uint16_t)kind};
    return record->data;
}

/* Room for a record of a loss and a packet: a loss is told when packets come through again, not once
 * for each small record that still finds a place in a ring that is full. */
static bool has_room(const struct rec_tap *tap, size_t len)
{
    size_t room = ring_capacity_bytes(tap->ring) - ring_used_bytes(tap->ring);
    return room >= len + sizeof(struct rec_loss) + 2 * (sizeof(struct rec_record) + 16);
}

/* True when there is nothing (more) to tell. */
static bool tell_loss(struct rec_tap *tap, struct source *source, size_t next_len)
{
    if (!source->loss.packets)
        return true;
    if (!has_room(tap, next_len))
        return false;
    void *data = reserve(tap, source, REC_RECORD_LOSS, source->loss.end_us, sizeof source->loss);
    if (!data)
        return false;
    memcpy(data, &source->loss, sizeof source->loss);
    ring_commit(tap->ring);
    source->loss = (struct rec_loss){0};
    source->wants_keyframe = true;
    return true;
}

static void note_loss(struct rec_tap *tap, struct source *source, int64_t at_us)
{
    if (!source->loss.packets++)
        source->loss.start_us = at_us;
    source->loss.end_us = at_us;
    atomic_fetch_add_explicit(&tap->health->lost_packets, 1, memory_order_relaxed);
}

static void copy_packet(struct rec_tap *tap, struct source *source, enum rec_record_kind kind,
                        const struct sfu_sink_packet *packet)
{
    void *data = NULL;
    if (tell_loss(tap, source, packet->len))
        data = reserve(tap, source, kind, packet->arrival_us, packet->len);
    if (!data) {
        note_loss(tap, source, packet->arrival_us);
        return;
    }
    memcpy(data, packet->data, packet->len);
    ring_commit(tap->ring);
}

/* ---- key frames -------------------------------------------------------------------------------- */

static enum sfu_sink_wish wish(struct source *source, const struct sfu_sink_packet *packet)
{
    if (packet->codec != SFU_CODEC_VP8 && packet->codec != SFU_CODEC_H264)
        return SFU_SINK_CONTENT;
    int64_t now_us = packet->arrival_us;
    if (packet->gap)
        source->wants_keyframe = true;
    if (packet->keyframe) {
        source->keyframe_us = now_us;
        source->wants_keyframe = packet->gap; /* a gap inside of the key frame itself */
    } else if (now_us - source->keyframe_us >= KEYFRAME_EVERY_US) {
        source->wants_keyframe = true;
    }
    if (!source->wants_keyframe)
        return SFU_SINK_CONTENT;
    if (source->asked_us && now_us - source->asked_us < KEYFRAME_RETRY_US)
        return SFU_SINK_CONTENT;
    source->asked_us = now_us;
    return SFU_SINK_WANTS_KEYFRAME;
}

/* ---- the sink ------------------------------------------------------------------------------------ */

static bool is_ours(const struct rec_tap *tap, const struct sfu_sink_packet *packet)
{
    return !atomic_load_explicit(&tap->stopped, memory_order_relaxed) &&
           packet->len >= PACKET_MIN_BYTES && packet->len <= REC_PACKET_MAX_BYTES &&
           packet->section < SFU_MAX_SECTIONS;
}

static enum sfu_sink_wish on_rtp(void *sink, const struct sfu_sink_packet *packet)
{
    struct rec_tap *tap = sink;
    if (!is_ours(tap, packet))
        return SFU_SINK_CONTENT;
    struct source *source = find_source(tap, packet);
    source->seen_us = packet->arrival_us;
    copy_packet(tap, source, REC_RECORD_RTP, packet);
    return wish(source, packet);
}

static void on_sender_report(void *sink, const struct sfu_sink_packet *packet)
{
    struct rec_tap *tap = sink;
    if (is_ours(tap, packet))
        copy_packet(tap, find_source(tap, packet), REC_RECORD_SENDER_REPORT, packet);
}

static void on_closed(void *sink)
{
    struct rec_tap *tap = sink;
    struct rec_tap_remains *remains = &tap->remains;
    for (unsigned i = 0; i < SOURCES_MAX && tap->sources[i].used; i++) {
        struct source *source = &tap->sources[i];
        if (tell_loss(tap, source, 0))
            continue;
        remains->start_us = remains->packets ? MIN(remains->start_us, source->loss.start_us)
                                             : source->loss.start_us;
        remains->end_us = MAX(remains->end_us, source->loss.end_us);
        remains->packets += source->loss.packets;
    }
    atomic_store_explicit(&tap->closed, true, memory_order_release);
}

static const struct sfu_sink_ops sink_ops = {
    .rtp = on_rtp, .sender_report = on_sender_report, .closed = on_closed};

/* ---- control thread -------------------------------------------------------------------------------- */

unsigned rec_tap_worker(const struct sfu *sfu, uint64_t room)
{
    return sfu_room_worker(sfu, room);
}

int rec_tap_create(struct sfu *sfu, uint64_t room, rec_journal_id journal, struct ring *ring,
                   struct rec_health *health, struct rec_tap **ret_tap)
{
    struct rec_tap *tap = g_new0(struct rec_tap, 1);
    tap->journal = tap->remains.journal = journal;
    tap->ring = ring;
    tap->health = health;
    int r = sfu_room_set_sink(sfu, room, &sink_ops, tap);
    if (r < 0) {
        g_free(tap);
        return r;
    }
    *ret_tap = tap;
    return 0;
}

void rec_tap_stop(struct rec_tap *tap)
{
    atomic_store_explicit(&tap->stopped, true, memory_order_relaxed);
}

rec_journal_id rec_tap_journal(const struct rec_tap *tap)
{
    return tap->journal;
}

bool rec_tap_is_closed(const struct rec_tap *tap, struct rec_tap_remains *ret_remains)
{
    if (!atomic_load_explicit(&tap->closed, memory_order_acquire))
        return false;
    *ret_remains = tap->remains;
    return true;
}

void rec_tap_destroy(struct rec_tap *tap)
{
    g_free(tap);
}
