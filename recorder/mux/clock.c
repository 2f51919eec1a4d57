#include "recorder/mux/clock.h"

#include "base/clock.h"

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
/* A rate needs a baseline; before it the nominal one is better. */
#define BASELINE_US (10 * INT64_C(1000000))

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
        struct knot *last =
            knots->len ? &g_array_index(knots, struct knot, knots->len - 1) : NULL;
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
    return knot[i].offset_us + (int64_t)(part * (double)(knot[i + 1].offset_us - knot[i].offset_us));
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

struct point {
    int64_t timestamp;
    int64_t wall_us;
};

static double nominal_us_per_tick(const struct rec_stream *stream)
{
    return 1e6 / stream->clock_hz;
}

static int64_t map(const struct rec_clock_piece *piece, int64_t timestamp)
{
    return piece->wall_origin_us +
           (int64_t)llround((double)(timestamp - piece->rtp_origin) * piece->us_per_tick);
}

/* Least squares, held to the nominal rate where the points do not say better. */
static struct rec_clock_piece fit(const struct point *points, guint count, double nominal)
{
    struct rec_clock_piece piece = {.rtp_origin = points[0].timestamp, .us_per_tick = nominal};
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    for (guint i = 0; i < count; i++) {
        mean_x += (double)(points[i].timestamp - points[0].timestamp) / count;
        mean_y += (double)(points[i].wall_us - points[0].wall_us) / count;
    }
    for (guint i = 0; i < count; i++) {
        double x = (double)(points[i].timestamp - points[0].timestamp) - mean_x;
        xx += x * x;
        xy += x * ((double)(points[i].wall_us - points[0].wall_us) - mean_y);
    }
    bool long_enough = points[count - 1].wall_us - points[0].wall_us >= BASELINE_US;
    if (xx > 0 && long_enough && fabs(xy / xx / nominal - 1) <= DRIFT_MAX)
        piece.us_per_tick = xy / xx;
    piece.wall_origin_us =
        points[0].wall_us + (int64_t)llround(mean_y - mean_x * piece.us_per_tick);
    return piece;
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

static void add_piece(struct rec_clock *clock, const struct point *points, guint count,
                      int64_t from_timestamp, double nominal)
{
    struct rec_clock_piece piece = fit(points, count, nominal);
    piece.from_timestamp = from_timestamp;
    for (guint i = 0; i < count; i++)
        clock->worst_us = MAX(clock->worst_us,
                              llabs(map(&piece, points[i].timestamp) - points[i].wall_us));
    g_array_append_val(clock->pieces, piece);
}

static bool continues(const struct point *a, const struct point *b, double nominal)
{
    double expected_us = (double)(b->timestamp - a->timestamp) * nominal;
    double actual_us = (double)(b->wall_us - a->wall_us);
    return fabs(actual_us - expected_us) < JUMP_US + fabs(expected_us) * DRIFT_MAX;
}

static void map_by_points(struct rec_clock *clock, const struct rec_stream *stream,
                          const struct point *points, guint count)
{
    double nominal = nominal_us_per_tick(stream);
    int64_t from = INT64_MIN;
    guint begin = 0;
    for (guint i = 1; i <= count; i++) {
        if (i < count && (continues(&points[i - 1], &points[i], nominal) ||
                          clock->pieces->len >= PIECES_MAX))
            continue;
        add_piece(clock, points + begin, i - begin, from, nominal);
        if (i < count)
            from = find_jump(stream, points[i - 1].timestamp, points[i].timestamp, nominal);
        begin = i;
    }
}

static GArray *points_of_reports(const struct rec_stream *stream)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(struct point));
    for (guint i = 0; i < stream->reports->len; i++) {
        const struct rec_report *report = &g_array_index(stream->reports, struct rec_report, i);
        const struct point point = {report->timestamp, report->wall_us};
        const struct point *last =
            points->len ? &g_array_index(points, struct point, points->len - 1) : NULL;
        if (!last || point.timestamp > last->timestamp)
            g_array_append_val(points, point);
    }
    return points;
}

/* The packet with the least delay of each window. */
static GArray *points_of_arrival(const struct rec_stream *stream)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(struct point));
    double nominal = nominal_us_per_tick(stream);
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
        const struct point point = {packet->timestamp, packet->arrival_us};
        if (its_window != window)
            g_array_append_val(points, point);
        else if (delay_us < least_us)
            g_array_index(points, struct point, points->len - 1) = point;
        else
            continue;
        window = its_window;
        least_us = delay_us;
    }
    if (!points->len) /* nothing but retransmissions */
        g_array_append_val(points, ((struct point){first->timestamp, first->arrival_us}));
    return points;
}

void rec_clock_init(struct rec_clock *clock, const struct rec_stream *stream)
{
    *clock = (struct rec_clock){
        .pieces = g_array_new(FALSE, FALSE, sizeof(struct rec_clock_piece)),
    };
    g_autoptr(GArray) points = points_of_reports(stream);
    clock->from_reports = points->len > 0;
    if (!points->len) {
        g_clear_pointer(&points, g_array_unref);
        points = points_of_arrival(stream);
    }
    map_by_points(clock, stream, (const struct point *)(const void *)points->data, points->len);
}

void rec_clock_finish(struct rec_clock *clock)
{
    g_array_unref(clock->pieces);
}

int64_t rec_clock_wall_us(const struct rec_clock *clock, int64_t timestamp)
{
    guint i = clock->pieces->len - 1;
    while (i > 0 && g_array_index(clock->pieces, struct rec_clock_piece, i).from_timestamp > timestamp)
        i--;
    return map(&g_array_index(clock->pieces, struct rec_clock_piece, i), timestamp);
}
