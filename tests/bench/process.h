/* What /proc tells about a process. Any thread. */
#ifndef TESTS_BENCH_PROCESS_H
#define TESTS_BENCH_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

struct process_figures {
    int64_t cpu_us; /* user and system time of all its threads, since it began */
    unsigned threads;
    unsigned descriptors;
    int64_t rss_kib;    /* all that is resident */
    int64_t shared_kib; /* of it shared memory: the recorder's ring */
};

/* 0, or -ENOENT when there is no such process. */
int process_read(pid_t pid, struct process_figures *ret_figures);

#endif
