#include "recorder/journal/segment.h"

#include <errno.h>
#include <glib.h>
#include <unistd.h>

static int write_all(int fd, const uint8_t *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

int rec_segment_init(struct rec_segment *segment)
{
    *segment = (struct rec_segment){.fd = -1, .capacity = REC_SEGMENT_BUFFER_BYTES};
    segment->buffer = g_malloc(segment->capacity);
    return rec_chain_init(&segment->chain);
}

void rec_segment_finish(struct rec_segment *segment)
{
    rec_chain_finish(&segment->chain);
    g_free(segment->buffer);
    segment->buffer = NULL;
}

int rec_segment_begin(struct rec_segment *segment, int fd, const void *start, size_t len)
{
    int r = rec_chain_add(&segment->chain, start, len);
    if (r == 0)
        r = write_all(fd, start, len);
    if (r < 0)
        return r;
    segment->fd = fd;
    segment->written_bytes = len;
    segment->total_bytes += len;
    return 0;
}

static int chain_buffered(struct rec_segment *segment)
{
    int r = rec_chain_add(&segment->chain, segment->buffer + segment->chained,
                          segment->used - segment->chained);
    if (r == 0)
        segment->chained = segment->used;
    return r;
}

int rec_segment_flush(struct rec_segment *segment)
{
    if (segment->fd < 0 || !segment->used)
        return 0;
    int r = chain_buffered(segment);
    if (r == 0)
        r = write_all(segment->fd, segment->buffer, segment->used);
    if (r < 0)
        return r;
    segment->written_bytes += segment->used;
    segment->total_bytes += segment->used;
    segment->used = segment->chained = 0;
    if (segment->capacity > REC_SEGMENT_BUFFER_BYTES) { /* a backlog was here */
        segment->capacity = REC_SEGMENT_BUFFER_BYTES;
        g_free(segment->buffer);
        segment->buffer = g_malloc(segment->capacity);
    }
    return 0;
}

/* Room for `len` more bytes: by writing out, or by growing while there is no file. */
static int make_room(struct rec_segment *segment, size_t len)
{
    if (len <= segment->capacity - segment->used)
        return 0;
    if (segment->fd >= 0)
        return rec_segment_flush(segment);
    if (segment->used + len > REC_SEGMENT_BACKLOG_BYTES)
        return -ENOBUFS;
    segment->capacity = MIN(segment->capacity * 2, (size_t)REC_SEGMENT_BACKLOG_BYTES);
    segment->buffer = g_realloc(segment->buffer, segment->capacity);
    return 0;
}

static struct bytes_writer buffer_rest(struct rec_segment *segment)
{
    return bytes_writer(segment->buffer + segment->used, segment->capacity - segment->used);
}

int rec_segment_packet(struct rec_segment *segment, const struct rec_pcapng_packet *packet)
{
    int r = make_room(segment, packet->len + REC_PACKET_BLOCK_EXTRA_BYTES);
    if (r < 0)
        return r;
    struct bytes_writer w = buffer_rest(segment);
    rec_pcapng_put_packet(&w, packet);
    if (w.bad)
        return -EINVAL;
    segment->used += w.at;
    return 0;
}

int rec_segment_event(struct rec_segment *segment, const struct rec_pcapng_event *event)
{
    int r = make_room(segment, REC_EVENT_BLOCK_MAX_BYTES);
    if (r < 0)
        return r;
    struct bytes_writer w = buffer_rest(segment);
    r = rec_pcapng_put_event(&w, event);
    if (r == 0)
        segment->used += w.at;
    return r;
}

int rec_segment_block(struct rec_segment *segment, const void *block, size_t len)
{
    int r = make_room(segment, len);
    if (r < 0)
        return r;
    struct bytes_writer w = buffer_rest(segment);
    bytes_put(&w, block, len);
    segment->used += w.at;
    return w.bad ? -EMSGSIZE : 0;
}

int rec_segment_chain(struct rec_segment *segment, int64_t wall_us, int64_t monotonic_us)
{
    int r = make_room(segment, REC_EVENT_BLOCK_MAX_BYTES); /* before the digest is taken */
    if (r == 0)
        r = chain_buffered(segment);
    char head[DIGEST_SHA256_HEX_BYTES];
    if (r == 0)
        r = rec_chain_head(&segment->chain, head);
    if (r < 0)
        return r;
    const struct rec_field field = {"SHA256", head};
    return rec_segment_event(segment, &(struct rec_pcapng_event){
                                          .wall_us = wall_us,
                                          .monotonic_us = monotonic_us,
                                          .type = "chain",
                                          .fields = &field,
                                          .count = 1,
                                      });
}

int rec_segment_end(struct rec_segment *segment, char ret_sha256[DIGEST_SHA256_HEX_BYTES],
                    uint64_t *ret_bytes)
{
    int r = rec_segment_flush(segment);
    if (r == 0)
        r = rec_chain_end(&segment->chain, ret_sha256);
    if (r < 0)
        return r;
    *ret_bytes = segment->written_bytes;
    segment->fd = -1;
    segment->written_bytes = 0;
    return 0;
}
