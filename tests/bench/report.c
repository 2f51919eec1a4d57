#include "tests/bench/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

enum { LATE_US = 2000 };
#define OWN_SHARE_MAX 0.70 /* of a core */

static double own_share(const struct report *report)
{
    return report->wall_us ? (double)report->own_cpu_us / (double)report->wall_us : 0;
}

bool report_is_void(const struct report *report)
{
    return own_share(report) > OWN_SHARE_MAX ||
           histogram_percentile_us(&report->meter->lateness, 99) > LATE_US;
}

static double cpu_us_per_packet(const struct report *report)
{
    int64_t used_us = report->end.cpu_us - report->begin.cpu_us;
    return report->meter->received ? (double)used_us / (double)report->meter->received : 0;
}

/* What a session adds to the memory that is resident, without what is shared by all (the ring). */
static double rss_kib_per_session(const struct report *report)
{
    int64_t idle_kib = report->idle.rss_kib - report->idle.shared_kib;
    int64_t steady_kib = report->end.rss_kib - report->end.shared_kib;
    return report->options->sessions ? (double)(steady_kib - idle_kib) / report->options->sessions
                                     : 0;
}

static double loss_percent(const struct meter *meter)
{
    return meter->sent
               ? 100.0 * ((double)meter->sent - (double)meter->received) / (double)meter->sent
               : 0;
}

static json_t *times_json(const struct histogram *histogram)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "count", (json_int_t)histogram->count, "p50_us",
                     (json_int_t)histogram_percentile_us(histogram, 50), "p95_us",
                     (json_int_t)histogram_percentile_us(histogram, 95), "p99_us",
                     (json_int_t)histogram_percentile_us(histogram, 99), "max_us",
                     (json_int_t)histogram->max_us);
}

static void number_add(json_t *object, const char *name, uint64_t number)
{
    json_object_set_new(object, name, json_integer((json_int_t)number));
}

static json_t *packets_json(const struct meter *meter)
{
    json_t *packets = json_object();
    number_add(packets, "sent", meter->sent);
    number_add(packets, "received", meter->received);
    number_add(packets, "corrupt", meter->corrupt);
    number_add(packets, "strangers", meter->strangers);
    number_add(packets, "unauthentic", meter->unauthentic);
    number_add(packets, "malformed", meter->malformed);
    number_add(packets, "duplicates", meter->duplicates);
    number_add(packets, "reordered", meter->reordered);
    number_add(packets, "send_failed", meter->send_failed);
    number_add(packets, "dropped_by_wish", meter->dropped_by_wish);
    number_add(packets, "nacks_out", meter->nacks_out);
    number_add(packets, "nacks_in", meter->nacks_in);
    number_add(packets, "resent", meter->resent);
    number_add(packets, "repaired", meter->repaired);
    number_add(packets, "given_up", meter->given_up);
    number_add(packets, "keyframes", meter->keyframes);
    number_add(packets, "keyframe_requests_in", meter->keyframe_requests_in);
    number_add(packets, "feedback_in", meter->feedback_in);
    number_add(packets, "reports_in", meter->reports_in);
    return packets;
}

static json_t *report_json(const struct report *report)
{
    return json_pack(
        "{s:s, s:i, s:f, s:b, s:b, s:i, s:i, s:f, s:f, s:f, s:I, s:I, s:I, s:i, s:i, s:f, s:o, s:o, "
        "s:o, s:o}",
        "adapter", report->adapter, "sessions", report->options->sessions, "seconds",
        (double)report->wall_us / 1e6, "recorded", !report->options->unrecorded, "void",
        report_is_void(report), "joined", (int)report->joined, "failed", (int)report->failed,
        "cpu_us_per_packet", cpu_us_per_packet(report), "server_core_share",
        report->wall_us
            ? (double)(report->end.cpu_us - report->begin.cpu_us) / (double)report->wall_us
            : 0.0,
        "rss_kib_per_session", rss_kib_per_session(report), "rss_idle_kib",
        (json_int_t)report->idle.rss_kib, "rss_steady_kib", (json_int_t)report->end.rss_kib,
        "rss_shared_kib", (json_int_t)report->end.shared_kib, "threads", (int)report->end.threads,
        "descriptors", (int)report->end.descriptors, "own_core_share", own_share(report), "packets",
        packets_json(report->meter), "latency", times_json(&report->meter->latency), "lateness",
        times_json(&report->meter->lateness), "join", times_json(&report->join));
}

static void text_print(const struct report *report)
{
    const struct meter *m = report->meter;
    printf("%s: %d sessions, %s, %.1f s%s\n", report->adapter, report->options->sessions,
           report->options->unrecorded ? "not recorded" : "recorded", (double)report->wall_us / 1e6,
           report_is_void(report) ? ": VOID, the tool was too busy or late" : "");
    printf("  packets   %" PRIu64 " received of %" PRIu64 " (%.4f %% lost), %.0f a second\n",
           m->received, m->sent, loss_percent(m),
           report->wall_us ? (double)m->received * 1e6 / (double)report->wall_us : 0);
    printf("  wrong     %" PRIu64 " corrupt, %" PRIu64 " of strangers, %" PRIu64
           " not authentic, %" PRIu64 " malformed, %" PRIu64 " twice, %" PRIu64 " late\n",
           m->corrupt, m->strangers, m->unauthentic, m->malformed, m->duplicates, m->reordered);
    printf("  repairs   %" PRIu64 " NACKs out, %" PRIu64 " repaired, %" PRIu64 " given up; %" PRIu64
           " NACKs in, %" PRIu64 " sent again; %" PRIu64 " key frames\n",
           m->nacks_out, m->repaired, m->given_up, m->nacks_in, m->resent, m->keyframes);
    printf("  server    %.2f us CPU a packet, %.1f %% of a core, %u threads, %u descriptors\n",
           cpu_us_per_packet(report),
           report->wall_us ? 100.0 * (double)(report->end.cpu_us - report->begin.cpu_us) /
                                 (double)report->wall_us
                           : 0,
           report->end.threads, report->end.descriptors);
    printf("  memory    %.0f KiB a session (idle %" PRId64 ", steady %" PRId64
           ", of it shared %" PRId64 ")\n",
           rss_kib_per_session(report), report->idle.rss_kib, report->end.rss_kib,
           report->end.shared_kib);
    printf("  latency   p50 %" PRId64 " us, p99 %" PRId64 " us, worst %" PRId64 " us\n",
           histogram_percentile_us(&m->latency, 50), histogram_percentile_us(&m->latency, 99),
           m->latency.max_us);
    printf("  joining   %u joined, %u failed; first picture p50 %.1f ms, p95 %.1f ms\n",
           report->joined, report->failed,
           (double)histogram_percentile_us(&report->join, 50) / 1000,
           (double)histogram_percentile_us(&report->join, 95) / 1000);
    printf("  tool      %.1f %% of a core, late p99 %" PRId64 " us\n", 100 * own_share(report),
           histogram_percentile_us(&m->lateness, 99));
}

bool report_write(const struct report *report)
{
    const struct meter *m = report->meter;
    text_print(report);
    if (report->options->json_file) {
        json_t *json = report_json(report);
        json_dump_file(json, report->options->json_file, JSON_INDENT(1));
        json_decref(json);
    }
    return !report->failed && report->joined && m->received && !m->corrupt && !m->strangers &&
           !m->unauthentic && !m->malformed;
}
