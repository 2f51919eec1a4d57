#include "sfu/forward/history.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int history_init(struct history *history)
{
    *history = (struct history){
        .bytes = malloc(HISTORY_BYTES),
        .entries = calloc(HISTORY_PACKETS, sizeof *history->entries),
    };
    if (history->bytes && history->entries)
        return 0;
    history_finish(history);
    return -ENOMEM;
}

void history_finish(struct history *history)
{
    free(history->bytes);
    free(history->entries);
    *history = (struct history){0};
}

void history_clear(struct history *history)
{
    memset(history->entries, 0, HISTORY_PACKETS * sizeof *history->entries);
}

void history_put(struct history *history, int64_t number, const void *data, size_t len,
                 int64_t note, int64_t now_us)
{
    struct history_entry *entry = &history->entries[number % HISTORY_PACKETS];
    if (entry->number > number)
        return; /* later than the whole history is long */
    if (history->end + len > HISTORY_BYTES || now_us - history->lap_us >= HISTORY_LAP_US) {
        history->lap++;
        history->lap_us = now_us;
        history->end = 0;
    }
    memcpy(history->bytes + history->end, data, len);
    *entry = (struct history_entry){.number = number,
                                    .note = note,
                                    .lap = history->lap,
                                    .at = history->end,
                                    .len = (uint16_t)len};
    history->end += (uint32_t)len;
}

/* A packet of this lap is there; of the one before what has not been written over. */
static bool is_kept(const struct history *history, const struct history_entry *entry)
{
    return entry->lap == history->lap ||
           (entry->lap + 1 == history->lap && entry->at >= history->end);
}

const uint8_t *history_get(const struct history *history, int64_t number, size_t *ret_len,
                           int64_t *ret_note)
{
    if (number <= 0)
        return NULL;
    const struct history_entry *entry = &history->entries[number % HISTORY_PACKETS];
    if (entry->number != number || !is_kept(history, entry))
        return NULL;
    *ret_len = entry->len;
    if (ret_note)
        *ret_note = entry->note;
    return history->bytes + entry->at;
}
