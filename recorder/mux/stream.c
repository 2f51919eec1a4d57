#include "recorder/mux/stream.h"

enum {
    MAX_DROPOUT = 3000, /* RFC 3550 appendix A.1 */
    TIMESTAMP_JUMP_S = 60,
    SILENCE_US = 5000000, /* no packet is on its way for so long */
    PAUSE_US = 500000,    /* a loss as long is not made good by what later packets repeat */
    SEEN_COUNT = 64,
};

struct rec_stream *rec_stream_create(uint32_t ssrc, unsigned clock_hz)
{
    struct rec_stream *stream = g_new0(struct rec_stream, 1);
    stream->ssrc = ssrc;
    stream->clock_hz = clock_hz;
    stream->packets = g_array_new(FALSE, FALSE, sizeof(struct rec_media_packet));
    stream->reports = g_array_new(FALSE, FALSE, sizeof(struct rec_report));
    return stream;
}

void rec_stream_destroy(struct rec_stream *stream)
{
    if (!stream)
        return;
    g_array_unref(stream->packets);
    g_array_unref(stream->reports);
    g_free(stream);
}

/* The nearest to the highest so far; after a silence (a hold) the numbers may have gone around by more
 * than half, but never backwards. */
static int64_t unwrap_seq(const struct rec_stream *stream, uint16_t seq, bool repaired,
                          int64_t arrival_us)
{
    uint16_t ahead = (uint16_t)(seq - (uint16_t)stream->highest_seq);
    if (!repaired && arrival_us - stream->newest_us > SILENCE_US)
        return stream->highest_seq + (ahead ? ahead : 0x10000);
    return stream->highest_seq + (int16_t)ahead;
}

static void note_seen(struct rec_stream *stream, int64_t seq)
{
    int64_t ahead = stream->packets->len ? seq - stream->highest_seq : SEEN_COUNT;
    if (ahead > 0) {
        stream->seen = ahead < SEEN_COUNT ? stream->seen << ahead | 1 : 1;
        stream->highest_seq = seq;
    } else if (-ahead < SEEN_COUNT) {
        stream->seen |= UINT64_C(1) << -ahead;
    }
}

bool rec_stream_lacks(const struct rec_stream *stream, uint16_t seq)
{
    int64_t behind = (int16_t)(uint16_t)((uint16_t)stream->highest_seq - seq);
    return stream->packets->len && behind > 0 && behind < SEEN_COUNT &&
           stream->highest_seq - behind > stream->first_seq && !(stream->seen >> behind & 1);
}

void rec_stream_add(struct rec_stream *stream, const struct rec_rtp *rtp, enum rec_codec codec,
                    bool repaired, int64_t arrival_us)
{
    if (rtp->len > UINT16_MAX)
        return;
    int64_t seq = rtp->seq;
    if (stream->packets->len)
        seq = unwrap_seq(stream, rtp->seq, repaired, arrival_us);
    if (!repaired && (!stream->packets->len || arrival_us - stream->newest_us > PAUSE_US))
        stream->first_seq = seq;
    note_seen(stream, seq);
    if (!repaired)
        stream->newest_us = arrival_us;
    const struct rec_media_packet packet = {
        .payload = rtp->payload,
        .seq = seq,
        .arrival_us = arrival_us,
        .rtp_timestamp = rtp->timestamp,
        .len = (uint16_t)rtp->len,
        .codec = (uint8_t)codec,
        .marker = rtp->marker,
        .repaired = repaired,
    };
    g_array_append_val(stream->packets, packet);
}

void rec_stream_report(struct rec_stream *stream, const struct rec_sender_report *report,
                       int64_t arrival_us)
{
    const struct rec_report entry = {
        .ntp = report->ntp, .arrival_us = arrival_us, .rtp_timestamp = report->timestamp};
    g_array_append_val(stream->reports, entry);
}

/* Of two with one number the one that came first stays. */
static gint compare_packets(gconstpointer a, gconstpointer b)
{
    const struct rec_media_packet *first = a;
    const struct rec_media_packet *second = b;
    if (first->seq != second->seq)
        return first->seq < second->seq ? -1 : 1;
    if (first->arrival_us != second->arrival_us)
        return first->arrival_us < second->arrival_us ? -1 : 1;
    return (int)first->repaired - (int)second->repaired;
}

static void drop_duplicates(struct rec_stream *stream)
{
    GArray *packets = stream->packets;
    guint kept = 0;
    for (guint i = 0; i < packets->len; i++) {
        const struct rec_media_packet *packet = rec_stream_packet(stream, i);
        if (kept && rec_stream_packet(stream, kept - 1)->seq == packet->seq)
            continue;
        *rec_stream_packet(stream, kept++) = *packet;
    }
    stream->duplicates = packets->len - kept;
    g_array_set_size(packets, kept);
}

/* The packet that was the newest when the report came gives the report its place among the unwrapped
 * times. Both lists grow with time, so one walk serves all. */
static void unwrap_reports(struct rec_stream *stream)
{
    guint at = 0;
    for (guint i = 0; i < stream->reports->len; i++) {
        struct rec_report *report = &g_array_index(stream->reports, struct rec_report, i);
        while (at + 1 < stream->packets->len &&
               rec_stream_packet(stream, at + 1)->arrival_us <= report->arrival_us)
            at++;
        const struct rec_media_packet *near = rec_stream_packet(stream, at);
        report->timestamp =
            near->timestamp + (int32_t)(report->rtp_timestamp - near->rtp_timestamp);
    }
}

/* RTP time from one packet to the next. A sender that begins anew under the same SSRC jumps to any
 * time: then the arrival says how much has passed. */
static int64_t ticks_between(const struct rec_stream *stream, const struct rec_media_packet *before,
                             const struct rec_media_packet *packet)
{
    int64_t ticks = (int32_t)(packet->rtp_timestamp - before->rtp_timestamp);
    int64_t passed =
        (packet->arrival_us - before->arrival_us) * (int64_t)stream->clock_hz / G_USEC_PER_SEC;
    int64_t tolerance = (int64_t)stream->clock_hz * TIMESTAMP_JUMP_S;
    if (ticks >= -(int64_t)stream->clock_hz && ticks - passed < tolerance)
        return ticks;
    return MAX(passed, 1);
}

void rec_stream_sort(struct rec_stream *stream)
{
    if (!stream->packets->len)
        return;
    g_array_sort(stream->packets, compare_packets);
    drop_duplicates(stream);
    struct rec_media_packet *before = rec_stream_packet(stream, 0);
    before->timestamp = before->rtp_timestamp;
    for (guint i = 1; i < stream->packets->len; i++) {
        struct rec_media_packet *packet = rec_stream_packet(stream, i);
        packet->timestamp = before->timestamp + ticks_between(stream, before, packet);
        before = packet;
    }
    unwrap_reports(stream);
}

uint64_t rec_stream_hole(const struct rec_media_packet *before,
                         const struct rec_media_packet *after)
{
    int64_t missing = after->seq - before->seq - 1;
    return missing > 0 && missing < MAX_DROPOUT ? (uint64_t)missing : 0;
}
