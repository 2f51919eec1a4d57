#include "base/log_limit.h"

#include <glib.h>

#define WINDOW_US (LOG_LIMIT_WINDOW_S * (int64_t)G_USEC_PER_SEC)

struct place {
    const void *name;
    int64_t since_us; /* the window's beginning */
    unsigned written, left_out;
};

static struct place places[LOG_LIMIT_PLACES];
static GMutex lock; /* of the places */

/* The line's own, or one that is free; one that is shared when none is: it then counts them together. */
static struct place *place_of(const void *name)
{
    size_t home = ((uintptr_t)name >> 3) % LOG_LIMIT_PLACES;
    for (size_t i = 0; i < LOG_LIMIT_PLACES; i++) {
        struct place *place = &places[(home + i) % LOG_LIMIT_PLACES];
        if (place->name == name)
            return place;
        if (!place->name) {
            place->name = name;
            return place;
        }
    }
    return &places[home];
}

bool log_limit_admits(const void *name, int64_t now_us, unsigned *ret_left_out)
{
    g_mutex_lock(&lock);
    struct place *place = place_of(name);
    *ret_left_out = 0;
    if (now_us - place->since_us >= WINDOW_US) {
        *ret_left_out = place->left_out;
        place->since_us = now_us;
        place->written = place->left_out = 0;
    }
    bool admits = place->written < LOG_LIMIT_LINES;
    if (admits)
        place->written++;
    else
        place->left_out++;
    g_mutex_unlock(&lock);
    return admits;
}
