#include "tests/bench/process.h"

#include <dirent.h>
#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char *proc_file(pid_t pid, const char *name)
{
    char path[64];
    char *text = NULL;
    g_snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static int64_t status_number(const char *status, const char *key)
{
    const char *at = strstr(status, key);
    return at ? g_ascii_strtoll(at + strlen(key), NULL, 10) : 0;
}

/* proc(5): utime and stime are fields 14 and 15; the name before them may hold anything but ends with
 * the last bracket. */
static int64_t stat_cpu_us(const char *stat)
{
    const char *at = strrchr(stat, ')');
    unsigned long user = 0, kernel = 0;
    if (!at ||
        sscanf(at + 1, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &user, &kernel) != 2)
        return 0;
    return (int64_t)(user + kernel) * 1000000 / sysconf(_SC_CLK_TCK);
}

static unsigned entries(pid_t pid, const char *folder)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, folder);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    unsigned count = 0;
    while (dir && g_dir_read_name(dir))
        count++;
    return count;
}

int process_read(pid_t pid, struct process_figures *ret_figures)
{
    g_autofree char *stat = proc_file(pid, "stat");
    g_autofree char *status = proc_file(pid, "status");
    if (!stat || !status)
        return -ENOENT;
    *ret_figures = (struct process_figures){
        .cpu_us = stat_cpu_us(stat),
        .threads = (unsigned)status_number(status, "\nThreads:"),
        .descriptors = entries(pid, "fd"),
        .rss_kib = status_number(status, "\nVmRSS:"),
        .shared_kib = status_number(status, "\nRssShmem:"),
    };
    return 0;
}
