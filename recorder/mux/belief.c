#include "recorder/mux/belief.h"

#include <math.h>
#include <stdlib.h>

/* Two reports whose distances in RTP time and on the clock differ by more contradict each other. */
#define CONTRADICTION_US 80000
#define CONTRADICTION_RATE 0.02
/* One or two reports have nothing beside them but the packets: no encoder is so far behind its camera. */
#define AHEAD_US 300000

static const struct rec_clock_point *point_at(const GArray *points, guint i)
{
    return &g_array_index(points, struct rec_clock_point, i);
}

static GArray *collect(const struct rec_stream *stream)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(struct rec_clock_point));
    for (guint i = 0; i < stream->reports->len; i++) {
        const struct rec_report *report = &g_array_index(stream->reports, struct rec_report, i);
        const struct rec_clock_point point = {report->timestamp, report->wall_us};
        const struct rec_clock_point *last = points->len ? point_at(points, points->len - 1) : NULL;
        if (!last || point.timestamp > last->timestamp)
            g_array_append_val(points, point);
    }
    return points;
}

static bool contradict(const struct rec_clock_point *a, const struct rec_clock_point *b,
                       unsigned clock_hz)
{
    double ticks_us = (double)(b->timestamp - a->timestamp) * 1e6 / clock_hz;
    double clock_us = (double)(b->wall_us - a->wall_us);
    return fabs(ticks_us - clock_us) > CONTRADICTION_US + fabs(clock_us) * CONTRADICTION_RATE;
}

/* A clock that is set once is no reason to give up the others: most of them must go wrong. */
static bool mostly_contradict(const GArray *points, unsigned clock_hz)
{
    guint wrong = 0;
    for (guint i = 1; i < points->len; i++)
        wrong += contradict(point_at(points, i - 1), point_at(points, i), clock_hz);
    return wrong * 2 > points->len - 1;
}

/* Whether the last report's RTP time is ahead of the packet before it, the time in between set off. */
static bool runs_ahead(const struct rec_stream *stream)
{
    const struct rec_report *report =
        &g_array_index(stream->reports, struct rec_report, stream->reports->len - 1);
    const struct rec_media_packet *before = NULL;
    for (guint i = 0; i < stream->packets->len; i++) {
        const struct rec_media_packet *packet = rec_stream_packet(stream, i);
        if (!packet->repaired && packet->arrival_us <= report->arrival_us &&
            (!before || packet->arrival_us >= before->arrival_us))
            before = packet;
    }
    if (!before)
        return false;
    double ticks_us = (double)(report->timestamp - before->timestamp) * 1e6 / stream->clock_hz;
    return ticks_us - (double)(report->arrival_us - before->arrival_us) > AHEAD_US;
}

GArray *rec_belief_points(const struct rec_stream *stream)
{
    GArray *points = collect(stream);
    bool is_false = points->len > 2 ? mostly_contradict(points, stream->clock_hz)
                                    : points->len > 0 && runs_ahead(stream);
    if (is_false)
        g_array_set_size(points, 0);
    return points;
}
