#include "signaling/metrics/process.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"

static uint64_t fds_count(void)
{
    uint64_t count = 0;
    GDir *dir = g_dir_open("/proc/self/fd", 0, NULL);
    if (!dir)
        return 0;
    while (g_dir_read_name(dir))
        count++;
    g_dir_close(dir);
    return count - 1; /* the folder itself */
}

static uint64_t resident_bytes(void)
{
    g_autofree char *text = NULL;
    unsigned long total, resident;
    if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL) ||
        sscanf(text, "%lu %lu", &total, &resident) != 2)
        return 0;
    return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static double started_at_s(void)
{
    static double started; /* of the first reading: the clock may be set later */
    g_autofree char *text = NULL, *uptime = NULL;
    unsigned long long ticks;
    if (started > 0 || !g_file_get_contents("/proc/self/stat", &text, NULL, NULL) ||
        !g_file_get_contents("/proc/uptime", &uptime, NULL, NULL))
        return started;
    /* Field 22, counted behind the name, which may hold blanks and brackets (proc(5)). */
    const char *at = strrchr(text, ')');
    g_auto(GStrv) fields = g_strsplit(at ? at + 1 : "", " ", -1);
    if (g_strv_length(fields) < 21 || sscanf(fields[20], "%llu", &ticks) != 1)
        return 0;
    double age_s = g_ascii_strtod(uptime, NULL) - (double)ticks / (double)sysconf(_SC_CLK_TCK);
    started = (double)clock_wall_us() / 1e6 - age_s;
    return started;
}

void sig_process_read(struct sig_process *ret_process)
{
    struct rusage usage = {0};
    struct rlimit limit = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    *ret_process = (struct sig_process){
        .resident_bytes = resident_bytes(),
        .open_fds = fds_count(),
        .max_fds = limit.rlim_cur,
        .cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
        .started_at_s = started_at_s(),
    };
}
