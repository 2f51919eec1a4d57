#include "base/log_limit.h"

#include <glib.h>

enum { PLACES = 256 }; /* two that share one are counted as one */

#define WINDOW_US (LOG_LIMIT_WINDOW_S * (int64_t)G_USEC_PER_SEC)

struct place {
    const void *name;
    int64_t since_us; /* the window's beginning */
    unsigned written, left_out;
};

static struct place places[PLACES];
static GMutex lock; /* of the places */

bool log_limit_admits(const void *name, int64_t now_us, unsigned *ret_left_out)
{
    g_mutex_lock(&lock);
    struct place *place = &places[((uintptr_t)name >> 3) % PLACES];
    *ret_left_out = 0;
    if (place->name != name || now_us - place->since_us >= WINDOW_US) {
        *ret_left_out = place->name == name ? place->left_out : 0;
        *place = (struct place){.name = name, .since_us = now_us};
    }
    bool admits = place->written < LOG_LIMIT_LINES;
    if (admits)
        place->written++;
    else
        place->left_out++;
    g_mutex_unlock(&lock);
    return admits;
}
