#include "sfu/forward/renumber.h"

#include <string.h>

void renumber_start(struct renumber *renumber, int64_t from, int64_t to)
{
    renumber->count = 1;
    renumber->segments[0] = (struct renumber_segment){.from = from, .offset = to - from};
}

void renumber_leave_out(struct renumber *renumber, int64_t number)
{
    struct renumber_segment *newest = &renumber->segments[renumber->count - 1];
    struct renumber_segment next = {.from = number + 1, .offset = newest->offset - 1};
    if (newest->from == number) { /* several in a row: nothing was mapped by the newest yet */
        *newest = next;
        return;
    }
    if (renumber->count == RENUMBER_SEGMENTS) {
        memmove(renumber->segments, renumber->segments + 1,
                (RENUMBER_SEGMENTS - 1) * sizeof renumber->segments[0]);
        renumber->count--;
    }
    renumber->segments[renumber->count++] = next;
}

bool renumber_map(const struct renumber *renumber, int64_t number, int64_t *ret_number)
{
    for (unsigned i = renumber->count; i-- > 0;) {
        if (number < renumber->segments[i].from)
            continue;
        *ret_number = number + renumber->segments[i].offset;
        return true;
    }
    return false;
}
