/* What the command line says. */
#ifndef TESTS_BENCH_OPTIONS_H
#define TESTS_BENCH_OPTIONS_H

#include <glib.h>
#include <stdint.h>
#include <sys/types.h>

struct options {
    int sessions, seconds, warm_up_ms, join_every_ms, parallel, growth_percent, port, pid;
    double loss_percent;
    gboolean unrecorded;
    char *address, *key_file, *record_folder, *matter, *json_file;
};

#endif
