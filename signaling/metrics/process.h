/* What the system says of this process (/proc/self), for /metrics and shipinbanctl. Any thread. */
#ifndef SIGNALING_METRICS_PROCESS_H
#define SIGNALING_METRICS_PROCESS_H

#include <stdint.h>

struct sig_process {
    uint64_t resident_bytes, open_fds, max_fds;
    double cpu_s, started_at_s; /* since 1970 */
};

/* What cannot be read is 0. */
void sig_process_read(struct sig_process *ret_process);

#endif
