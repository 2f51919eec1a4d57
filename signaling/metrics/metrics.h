/* The figures of /metrics (docs/metrics.md). Nothing in them tells of a person. Control thread. */
#ifndef SIGNALING_METRICS_METRICS_H
#define SIGNALING_METRICS_METRICS_H

#include <glib.h>

struct sig_daemon;

/* All of them, in Prometheus' text format. Free it. */
GString *sig_metrics_text(struct sig_daemon *daemon);

#endif
