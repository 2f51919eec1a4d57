/* What the service manager is told (systemd's sd_notify protocol), and what it asks for. Without one nothing happens.
 * Any thread. */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <glib.h>
#include <stdint.h>

/* The service serves. */
void notify_ready(void);

/* It is about to end, which takes `within_us` at most: no shorter limit of the unit shall cut it off. */
void notify_stopping(uint64_t within_us);

/* One line for people, in `systemctl status`; told again only when it changed. */
void notify_status(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Everything works. */
void notify_alive(void);

/* Without notify_alive() for so long the manager ends the service; 0: it does not watch. */
uint64_t notify_watchdog_us(void);

#endif
