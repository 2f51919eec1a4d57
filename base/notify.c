#include "base/notify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <systemd/sd-daemon.h>

/* More than was asked for: joining threads and syncing the disk come after. */
#define MARGIN_US UINT64_C(15000000)

void notify_ready(void)
{
    sd_notify(0, "READY=1");
}

void notify_stopping(uint64_t within_us)
{
    sd_notifyf(0, "STOPPING=1\nEXTEND_TIMEOUT_USEC=%" PRIu64, within_us + MARGIN_US);
}

void notify_status(const char *format, ...)
{
    static GMutex lock; /* of `told` */
    static char *told;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_mutex_lock(&lock);
    if (g_strcmp0(told, text)) {
        sd_notifyf(0, "STATUS=%s", text);
        g_free(told);
        told = g_steal_pointer(&text);
    }
    g_mutex_unlock(&lock);
}

void notify_alive(void)
{
    sd_notify(0, "WATCHDOG=1");
}

uint64_t notify_watchdog_us(void)
{
    uint64_t interval_us;
    return sd_watchdog_enabled(0, &interval_us) > 0 ? interval_us : 0;
}
