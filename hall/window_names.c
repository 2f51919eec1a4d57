/* The windows as they were seeded: number and name are written before the hall thread starts and never change, so any
 * thread may read them. */
#include "hall/core.h"

size_t hall_window_names(const struct hall *hall, struct hall_window_name *ret_names, size_t max)
{
    size_t count = 0;
    for (guint i = 0; i < hall->windows->len && count < max; i++) {
        const struct window *window = hall->windows->pdata[i];
        ret_names[count].no = window->no;
        g_strlcpy(ret_names[count].name, window->name, sizeof ret_names[count].name);
        count++;
    }
    return count;
}
