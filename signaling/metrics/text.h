/* Prometheus' text format, version 0.0.4: families of samples, one after the other. Any thread. */
#ifndef SIGNALING_METRICS_TEXT_H
#define SIGNALING_METRICS_TEXT_H

#include <glib.h>
#include <stdint.h>

#define SIG_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Begins a family; `name` without our prefix, unless it begins with "process_". `type`: "counter", "gauge", "histogram". */
void sig_metric_family(GString *text, const char *name, const char *type, const char *help);

/* A sample of the family that was begun last by that name. `label` NULL: none. Labels are words of ours and need no
 * escapes. */
void sig_metric_count(GString *text, const char *name, const char *label, const char *value,
                      uint64_t count);
void sig_metric_count2(GString *text, const char *name, const char *labels[2],
                       const char *values[2], uint64_t count);
void sig_metric_number(GString *text, const char *name, const char *label, const char *value,
                       double number);

/* A family of one sample. */
void sig_metric_one(GString *text, const char *name, const char *type, const char *help,
                    uint64_t count);

#endif
