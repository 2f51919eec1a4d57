#include "sfu/transport/backlog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int backlog_init(struct backlog *backlog)
{
    if (!backlog->bytes)
        backlog->bytes = malloc(BACKLOG_BYTES);
    return backlog->bytes ? 0 : -ENOMEM;
}

void backlog_finish(struct backlog *backlog)
{
    free(backlog->bytes);
    *backlog = (struct backlog){0};
}

static void copy(struct backlog *backlog, const uint8_t *data, size_t len)
{
    size_t at = (size_t)(backlog->put % BACKLOG_BYTES);
    size_t first = len < BACKLOG_BYTES - at ? len : BACKLOG_BYTES - at;
    memcpy(backlog->bytes + at, data, first);
    memcpy(backlog->bytes, data + first, len - first);
    backlog->put += len;
}

static struct backlog_mark *newest_mark(struct backlog *backlog)
{
    unsigned at = backlog->mark_first + backlog->mark_count - 1;
    return backlog->mark_count ? &backlog->marks[at % BACKLOG_MARKS] : NULL;
}

/* What was put within a short time shares a mark. With all marks in use the newest one goes on: what comes
 * is then taken for older than it is, until the head moves. */
static void mark(struct backlog *backlog, int64_t now_us)
{
    struct backlog_mark *newest = newest_mark(backlog);
    if (newest &&
        (now_us < newest->put_us + BACKLOG_MARK_EVERY_US || backlog->mark_count == BACKLOG_MARKS)) {
        newest->before = backlog->put;
        return;
    }
    backlog->mark_count++;
    *newest_mark(backlog) = (struct backlog_mark){.before = backlog->put, .put_us = now_us};
}

bool backlog_put(struct backlog *backlog, const uint8_t *head, size_t head_len, const uint8_t *data,
                 size_t len, size_t sent, int64_t now_us)
{
    size_t limit = len <= BACKLOG_SHORT_PACKET_BYTES ? BACKLOG_BYTES : BACKLOG_LONG_BYTES;
    if (!backlog->bytes || backlog_used(backlog) + head_len + len - sent > limit)
        return false;
    if (sent < head_len) {
        copy(backlog, head + sent, head_len - sent);
        sent = head_len;
    }
    copy(backlog, data + (sent - head_len), len - (sent - head_len));
    mark(backlog, now_us);
    return true;
}

int backlog_pieces(const struct backlog *backlog, struct iovec ret_pieces[2])
{
    size_t used = backlog_used(backlog), at = (size_t)(backlog->taken % BACKLOG_BYTES);
    size_t first = used < BACKLOG_BYTES - at ? used : BACKLOG_BYTES - at;
    ret_pieces[0] = (struct iovec){.iov_base = backlog->bytes + at, .iov_len = first};
    ret_pieces[1] = (struct iovec){.iov_base = backlog->bytes, .iov_len = used - first};
    return used ? 1 + (used > first) : 0;
}

void backlog_sent(struct backlog *backlog, size_t len)
{
    backlog->taken += len;
    while (backlog->mark_count && backlog->marks[backlog->mark_first].before <= backlog->taken) {
        backlog->mark_first = (backlog->mark_first + 1) % BACKLOG_MARKS;
        backlog->mark_count--;
    }
}

int64_t backlog_age_us(const struct backlog *backlog, int64_t now_us)
{
    return backlog->mark_count ? now_us - backlog->marks[backlog->mark_first].put_us : 0;
}
