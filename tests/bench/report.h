/* What a run of `bench run` measured, as text and as JSON. */
#ifndef TESTS_BENCH_REPORT_H
#define TESTS_BENCH_REPORT_H

#include "tests/bench/histogram.h"
#include "tests/bench/meter.h"
#include "tests/bench/options.h"
#include "tests/bench/process.h"

struct report {
    const char *adapter;
    const struct options *options;
    const struct meter *meter;
    struct process_figures idle, begin, end; /* of the server; zero where there is none */
    struct histogram join;                   /* from the start of signaling to the first picture */
    unsigned joined, failed;
    int64_t wall_us, own_cpu_us; /* of the measured time */
};

/* Prints the text; writes the JSON where the options name a file. Whether every payload was whole and
 * from its sender, and everybody joined. */
bool report_write(const struct report *report);

/* The row must not be used: the tool itself was at its end. */
bool report_is_void(const struct report *report);

#endif
