#include "sfu/forward/history.h"

#include <errno.h>
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
                 int64_t note)
{
    struct history_entry *entry = &history->entries[number % HISTORY_PACKETS];
    if (entry->number > number)
        return; /* later than the whole history is long */
    uint64_t at = history->end;
    if (at % HISTORY_BYTES + len > HISTORY_BYTES) /* a packet lies in one piece */
        at += HISTORY_BYTES - at % HISTORY_BYTES;
    memcpy(history->bytes + at % HISTORY_BYTES, data, len);
    history->end = at + len;
    *entry = (struct history_entry){.number = number, .note = note, .at = at, .len = (uint16_t)len};
}

const uint8_t *history_get(const struct history *history, int64_t number, size_t *ret_len,
                           int64_t *ret_note)
{
    if (number <= 0)
        return NULL;
    const struct history_entry *entry = &history->entries[number % HISTORY_PACKETS];
    if (entry->number != number || history->end - entry->at > HISTORY_BYTES)
        return NULL;
    *ret_len = entry->len;
    if (ret_note)
        *ret_note = entry->note;
    return history->bytes + entry->at % HISTORY_BYTES;
}
