#include "recorder/mux/clock.h"

#include "base/clock.h"
#include "recorder/mux/belief.h"

#include <math.h>
#include <stdlib.h>

/* A report further off than this from where the last ones point begins a new piece: the sender's clock
 * was set, or its RTP time jumped (a captured device that was away). */
#define JUMP_US 80000
/* The sender's whole clock was set, seen by all its streams. */
#define EPOCH_JUMP_US 500000
/* Windows in which the least delay is looked for. */
#define WINDOW_US (30 * INT64_C(1000000))
/* Quartz is better than this; more is no drift but a fault of the reports. */
#define DRIFT_MAX 500e-6
/* A clock that jumps more often is no clock: its last piece takes the rest. */
enum { PIECES_MAX = 256 };

/* ---- the sender's clock on ours -------------------------------------------------------------------- */

struct sight {
    struct rec_report *report;
    const struct rec_report *before; /* of the same stream; NULL: this is its first */
    unsigned clock_hz;
    int64_t sender_us; /* the report's NTP time in microseconds, as the sender believes */
    int64_t delay_us;  /* arrival minus that: offset plus delay */
};

static gint compare_sights(gconstpointer a, gconstpointer b)
{
    int64_t first = ((const struct sight *)a)->report->arrival_us;
    int64_t second = ((const struct sight *)b)->report->arrival_us;
    return first < second ? -1 : first > second;
}

static GArray *collect_sights(struct rec_stream *const *streams, size_t count)
{
    GArray *sights = g_array_new(FALSE, FALSE, sizeof(struct sight));
    for (size_t s = 0; s < count; s++) {
        for (guint i = 0; i < streams[s]->reports->len; i++) {
            struct rec_report *report = &g_array_index(streams[s]->reports, struct rec_report, i);
            struct sight sight = {.report = report,
                                  .before = i ? report - 1 : NULL,
                                  .clock_hz = streams[s]->clock_hz,
                                  .sender_us = clock_ntp_to_wall_us(report->ntp)};
            sight.delay_us = report->arrival_us - sight.sender_us;
            g_array_append_val(sights, sight);
        }
    }
    g_array_sort(sights, compare_sights);
    return sights;
}

/* The least delay of each window, joined by straight lines. */
struct knot {
    int64_t at_us; /* sender's time */
    int64_t offset_us;
};

static GArray *find_knots(const struct sight *sights, guint count)
{
    GArray *knots = g_array_new(FALSE, FALSE, sizeof(struct knot));
    int64_t window = INT64_MIN;
    for (guint i = 0; i < count; i++) {
        const struct knot knot = {sights[i].sender_us, sights[i].delay_us};
        int64_t its_window = (sights[i].sender_us - sights[0].sender_us) / WINDOW_US;
        struct knot *last = knots->len ? &g_array_index(knots, struct knot, knots->len - 1) : NULL;
        if (last && its_window == window) {
            if (knot.offset_us < last->offset_us)
                *last = knot;
            continue;
        }
        window = its_window;
        g_array_append_val(knots, knot);
    }
    return knots;
}

static int64_t offset_at(const GArray *knots, int64_t at_us)
{
    const struct knot *knot = (const struct knot *)(const void *)knots->data;
    guint last = knots->len - 1;
    if (at_us <= knot[0].at_us)
        return knot[0].offset_us;
    guint i = 0;
    while (i < last && knot[i + 1].at_us < at_us)
        i++;
    if (i == last)
        return knot[last].offset_us;
    int64_t span_us = MAX(knot[i + 1].at_us - knot[i].at_us, 1);
    double part = (double)(at_us - knot[i].at_us) / (double)span_us;
    return knot[i].offset_us +
           (int64_t)(part * (double)(knot[i + 1].offset_us - knot[i].offset_us));
}

static void translate_epoch(struct sight *sights, guint count)
{
    g_autoptr(GArray) knots = find_knots(sights, count);
    for (guint i = 0; i < count; i++)
        sights[i].report->wall_us = sights[i].sender_us + offset_at(knots, sights[i].sender_us);
}

/* A late report is no sign that the sender's clock was set: then its RTP time disagrees too. */
static bool begins_epoch(const struct sight *before, const struct sight *sight)
{
    if (llabs(sight->delay_us - before->delay_us) < EPOCH_JUMP_US || !sight->before)
        return false;
    int64_t clock_us = sight->sender_us - clock_ntp_to_wall_us(sight->before->ntp);
    int64_t ticks = (int32_t)(sight->report->rtp_timestamp - sight->before->rtp_timestamp);
    return llabs(clock_us - ticks * G_USEC_PER_SEC / sight->clock_hz) > JUMP_US;
}

void rec_clock_translate(struct rec_stream *const *streams, size_t count)
{
    g_autoptr(GArray) sights = collect_sights(streams, count);
    struct sight *sight = (struct sight *)(void *)sights->data;
    guint begin = 0;
    for (guint i = 1; i <= sights->len; i++) {
        if (i < sights->len && !begins_epoch(&sight[i - 1], &sight[i]))
            continue;
        translate_epoch(sight + begin, i - begin);
        begin = i;
    }
}

/* ---- RTP time on our clock -------------------------------------------------------------------------- */

static const struct rec_clock_point *point_at(const struct rec_clock *clock, guint i)
{
    return &g_array_index(clock->points, struct rec_clock_point, i);
}

static int64_t map(const struct rec_clock *clock, const struct rec_clock_piece *piece,
                   int64_t timestamp)
{
    guint low = piece->first, high = piece->first + piece->count;
    while (high - low > 1) { /* the last point that is not behind */
        guint middle = low + (high - low) / 2;
        if (point_at(clock, middle)->timestamp <= timestamp)
            low = middle;
        else
            high = middle;
    }
    const struct rec_clock_point *point = point_at(clock, low);
    double rate = clock->us_per_tick;
    if (timestamp > point->timestamp && low + 1 < piece->first + piece->count)
        rate = (double)(point[1].wall_us - point->wall_us) /
               (double)(point[1].timestamp - point->timestamp);
    return point->wall_us + (int64_t)llround((double)(timestamp - point->timestamp) * rate);
}

/* Between two reports that do not fit together: the packet before which the sender was silent in a
 * way that its RTP time does not tell. */
static int64_t find_jump(const struct rec_stream *stream, int64_t after, int64_t until,
                         double nominal)
{
    int64_t at = until;
    double worst_us = 0;
    for (guint i = 1; i < stream->packets->len; i++) {
        const struct rec_media_packet *before = rec_stream_packet(stream, i - 1);
        const struct rec_media_packet *packet = rec_stream_packet(stream, i);
        if (packet->timestamp <= after || packet->timestamp > until || packet->repaired)
            continue;
        double jump_us = fabs((double)(packet->arrival_us - before->arrival_us) -
                              (double)(packet->timestamp - before->timestamp) * nominal);
        if (jump_us > worst_us) {
            worst_us = jump_us;
            at = packet->timestamp;
        }
    }
    return at;
}

static int64_t median(int64_t a, int64_t b, int64_t c)
{
    return MAX(MIN(a, b), MIN(MAX(a, b), c));
}

/* How far a point is off the nominal rate, seen from the piece's first. */
static int64_t deviation_us(const struct rec_clock *clock, const struct rec_clock_point *points,
                            guint i)
{
    double even_us = (double)(points[i].timestamp - points[0].timestamp) * clock->us_per_tick;
    return points[i].wall_us - points[0].wall_us - (int64_t)llround(even_us);
}

/* A single report that its neighbours contradict is not followed. */
static void add_piece(struct rec_clock *clock, const struct rec_clock_point *points, guint count,
                      int64_t from_timestamp)
{
    const struct rec_clock_piece piece = {from_timestamp, clock->points->len, count};
    for (guint i = 0; i < count; i++) {
        struct rec_clock_point point = points[i];
        if (i > 0 && i + 1 < count) {
            int64_t own_us = deviation_us(clock, points, i);
            point.wall_us += median(deviation_us(clock, points, i - 1), own_us,
                                    deviation_us(clock, points, i + 1)) -
                             own_us;
        }
        clock->worst_us = MAX(clock->worst_us, llabs(point.wall_us - points[i].wall_us));
        g_array_append_val(clock->points, point);
    }
    g_array_append_val(clock->pieces, piece);
}

static bool continues(const struct rec_clock_point *a, const struct rec_clock_point *b,
                      double nominal)
{
    double expected_us = (double)(b->timestamp - a->timestamp) * nominal;
    double actual_us = (double)(b->wall_us - a->wall_us);
    return fabs(actual_us - expected_us) < JUMP_US + fabs(expected_us) * DRIFT_MAX;
}

static void map_by_points(struct rec_clock *clock, const struct rec_stream *stream,
                          const struct rec_clock_point *points, guint count)
{
    double nominal = clock->us_per_tick;
    int64_t from = INT64_MIN;
    guint begin = 0;
    for (guint i = 1; i <= count; i++) {
        if (i < count && continues(&points[i - 1], &points[i], nominal))
            continue;
        add_piece(clock, points + begin, i - begin, from);
        if (clock->pieces->len >= PIECES_MAX)
            break;
        if (i < count)
            from = find_jump(stream, points[i - 1].timestamp, points[i].timestamp, nominal);
        begin = i;
    }
}

/* The packet with the least delay of each window. */
static GArray *points_of_arrival(const struct rec_stream *stream, double nominal)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(struct rec_clock_point));
    int64_t window = INT64_MIN;
    double least_us = 0;
    const struct rec_media_packet *first = rec_stream_packet(stream, 0);
    for (guint i = 0; i < stream->packets->len; i++) {
        const struct rec_media_packet *packet = rec_stream_packet(stream, i);
        if (packet->repaired)
            continue;
        double delay_us = (double)(packet->arrival_us - first->arrival_us) -
                          (double)(packet->timestamp - first->timestamp) * nominal;
        int64_t its_window = (packet->arrival_us - first->arrival_us) / WINDOW_US;
        const struct rec_clock_point point = {packet->timestamp, packet->arrival_us};
        if (its_window != window)
            g_array_append_val(points, point);
        else if (delay_us < least_us)
            g_array_index(points, struct rec_clock_point, points->len - 1) = point;
        else
            continue;
        window = its_window;
        least_us = delay_us;
    }
    if (!points->len) /* nothing but retransmissions */
        g_array_append_val(points, ((struct rec_clock_point){first->timestamp, first->arrival_us}));
    return points;
}

void rec_clock_init(struct rec_clock *clock, const struct rec_stream *stream)
{
    *clock = (struct rec_clock){
        .pieces = g_array_new(FALSE, FALSE, sizeof(struct rec_clock_piece)),
        .points = g_array_new(FALSE, FALSE, sizeof(struct rec_clock_point)),
        .us_per_tick = 1e6 / stream->clock_hz,
    };
    g_autoptr(GArray) points = rec_belief_points(stream);
    clock->from_reports = points->len > 0;
    if (!points->len) {
        g_clear_pointer(&points, g_array_unref);
        points = points_of_arrival(stream, clock->us_per_tick);
    }
    map_by_points(clock, stream, (const struct rec_clock_point *)(const void *)points->data,
                  points->len);
}

void rec_clock_finish(struct rec_clock *clock)
{
    g_array_unref(clock->pieces);
    g_array_unref(clock->points);
}

int64_t rec_clock_wall_us(const struct rec_clock *clock, int64_t timestamp)
{
    guint i = clock->pieces->len - 1;
    while (i > 0 &&
           g_array_index(clock->pieces, struct rec_clock_piece, i).from_timestamp > timestamp)
        i--;
    return map(clock, &g_array_index(clock->pieces, struct rec_clock_piece, i), timestamp);
}
