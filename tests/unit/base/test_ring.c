#include "base/ring.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/harness/alloc.h"

#define RECORDS 200000
#define TIMEOUT_US INT64_C(60000000)

/* What one record costs at most: its header and the filling up to 8. */
#define OVERHEAD_BYTES 16

static struct ring *create(size_t capacity_bytes)
{
    struct ring *ring = NULL;
    g_assert_cmpint(ring_create(capacity_bytes, &ring), ==, 0);
    return ring;
}

/* The nth record: a length and bytes that follow from its number. */
static size_t record_len(uint32_t nth, size_t max)
{
    uint32_t h = nth * 2654435761u;
    return (h >> 8) % ((h & 15) ? max / 8 : max + 1); /* mostly short, at times the longest */
}

static void record_fill(uint8_t *at, size_t len, uint32_t nth)
{
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)(nth * 31 + i);
}

static void record_check(const uint8_t *at, size_t len, uint32_t nth)
{
    for (size_t i = 0; i < len; i++) {
        if (at[i] != (uint8_t)(nth * 31 + i))
            g_error("record %u differs at %zu of %zu", nth, i, len);
    }
}

static void test_sizes(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct ring *ring = NULL;
    g_assert_cmpint(ring_create(0, &ring), ==, -EINVAL);
    g_assert_cmpint(ring_create(SIZE_MAX, &ring), ==, -EINVAL);
    g_assert_null(ring);

    ring = create(1);
    g_assert_cmpuint(ring_capacity_bytes(ring), ==, page);
    ring_destroy(ring);
    ring = create(2 * page + 1);
    g_assert_cmpuint(ring_capacity_bytes(ring), ==, 4 * page);
    ring_destroy(ring);
    ring_destroy(NULL);
}

static void test_nothing_is_seen_before_the_commit(void)
{
    struct ring *ring = create(1);
    size_t len = 0;
    g_assert_null(ring_peek(ring, &len));
    memcpy(ring_reserve(ring, 3), "abc", 3);
    g_assert_null(ring_peek(ring, &len));
    g_assert_cmpuint(ring_used_bytes(ring), ==, 0);
    ring_commit(ring);
    g_assert_cmpmem(ring_peek(ring, &len), len, "abc", 3);
    g_assert_cmpmem(ring_peek(ring, &len), len, "abc", 3); /* until the release */
    ring_release(ring);
    g_assert_null(ring_peek(ring, &len));
    ring_destroy(ring);
}

static void test_empty_records_count(void)
{
    struct ring *ring = create(1);
    size_t len = 7;
    g_assert_nonnull(ring_reserve(ring, 0));
    ring_commit(ring);
    g_assert_nonnull(ring_peek(ring, &len));
    g_assert_cmpuint(len, ==, 0);
    ring_release(ring);
    g_assert_cmpuint(ring_used_bytes(ring), ==, 0);
    ring_destroy(ring);
}

static void test_longest_record_fits_an_empty_ring_anywhere(void)
{
    struct ring *ring = create(1);
    size_t longest = ring_capacity_bytes(ring) / 4;
    size_t len;

    g_assert_null(ring_reserve(ring, longest + 1));
    for (size_t i = 0; i < ring_capacity_bytes(ring) / 8 + 1; i++) {
        uint8_t *at = ring_reserve(ring, longest);
        g_assert_nonnull(at);
        memset(at, (int)i, longest);
        ring_commit(ring);
        const uint8_t *seen = ring_peek(ring, &len);
        g_assert_cmpuint(len, ==, longest);
        g_assert_cmpuint(seen[0], ==, (uint8_t)i);
        g_assert_cmpuint(seen[longest - 1], ==, (uint8_t)i);
        ring_release(ring);
        g_assert_nonnull(ring_reserve(ring, 0)); /* 8 bytes on: the next round starts elsewhere */
        ring_commit(ring);
        g_assert_nonnull(ring_peek(ring, &len));
        ring_release(ring);
    }
    ring_destroy(ring);
}

static size_t fill_up(struct ring *ring, size_t len)
{
    size_t n = 0;
    for (uint8_t *at = ring_reserve(ring, len); at; at = ring_reserve(ring, len), n++) {
        record_fill(at, len, (uint32_t)n);
        ring_commit(ring);
    }
    return n;
}

static void test_full_and_high_water(void)
{
    struct ring *ring = create(1);
    size_t capacity = ring_capacity_bytes(ring), len;
    size_t n = fill_up(ring, 120); /* 128 with the header: fills it to the last byte */
    g_assert_cmpuint(n, ==, capacity / 128);
    g_assert_cmpuint(ring_used_bytes(ring), ==, capacity);
    g_assert_cmpuint(ring_high_water_bytes(ring), ==, capacity);
    g_assert_null(ring_reserve(ring, 0));

    for (uint32_t i = 0; i < n; i++) { /* the refused ones changed nothing */
        const uint8_t *at = ring_peek(ring, &len);
        g_assert_cmpuint(len, ==, 120);
        record_check(at, len, i);
        ring_release(ring);
        g_assert_cmpuint(ring_used_bytes(ring), ==, capacity - (i + 1) * 128);
    }
    g_assert_null(ring_peek(ring, &len));
    g_assert_cmpuint(ring_high_water_bytes(ring), ==, capacity);
    ring_destroy(ring);
}

/* The writer's view of the reader is old most of the time: the mark must not rise from that. */
static void test_high_water_counts_what_was_there(void)
{
    struct ring *ring = create(1);
    size_t len;
    for (int i = 0; i < 1000; i++) {
        g_assert_nonnull(ring_reserve(ring, 56));
        ring_commit(ring);
        g_assert_nonnull(ring_peek(ring, &len));
        ring_release(ring);
    }
    g_assert_cmpuint(ring_high_water_bytes(ring), ==, 64);
    ring_destroy(ring);
}

/* Random lengths, random turns of writing and reading, held against what must come out. */
static void test_wraps_with_any_lengths(void)
{
    struct ring *ring = create(1);
    size_t longest = ring_capacity_bytes(ring) / 4, len;
    uint32_t written = 0, read = 0, refused = 0;
    size_t most_used = 0;

    while (read < RECORDS) {
        bool writes = g_test_rand_bit() || written == read;
        size_t used = ring_used_bytes(ring);
        if (writes) {
            size_t new_len = record_len(written, longest);
            uint8_t *at = ring_reserve(ring, new_len);
            if (!at) { /* only where it cannot fit, even with what a wrap leaves unused */
                g_assert_cmpuint(used + 2 * (new_len + OVERHEAD_BYTES), >,
                                 ring_capacity_bytes(ring));
                refused++;
                writes = false;
            } else {
                g_assert_cmpuint((uintptr_t)at % 8, ==, 0);
                record_fill(at, new_len, written++);
                ring_commit(ring);
                g_assert_cmpuint(ring_used_bytes(ring), >=, used + new_len);
                g_assert_cmpuint(ring_used_bytes(ring), <=, ring_capacity_bytes(ring));
            }
        }
        used = ring_used_bytes(ring);
        most_used = MAX(most_used, used);
        if (!writes && written > read) {
            const uint8_t *at = ring_peek(ring, &len);
            g_assert_nonnull(at);
            g_assert_cmpuint(len, ==, record_len(read, longest));
            record_check(at, len, read++);
            ring_release(ring);
            g_assert_true((ring_used_bytes(ring) == 0) == (written == read));
        }
    }
    g_assert_cmpuint(refused, >, 0);
    g_assert_cmpuint(ring_high_water_bytes(ring), ==, most_used);
    ring_destroy(ring);
}

static void *writer_run(void *data)
{
    struct ring *ring = data;
    for (uint32_t i = 0; i < RECORDS; i++) {
        size_t len = record_len(i, ring_capacity_bytes(ring) / 4);
        uint8_t *at = ring_reserve(ring, len);
        for (; !at; at = ring_reserve(ring, len))
            sched_yield();
        record_fill(at, len, i);
        ring_commit(ring);
    }
    return NULL;
}

static void test_two_threads(void)
{
    struct ring *ring = create(1);
    int64_t deadline_us = clock_now_us() + TIMEOUT_US;
    pthread_t writer;
    g_assert_cmpint(pthread_create(&writer, NULL, writer_run, ring), ==, 0);

    for (uint32_t i = 0; i < RECORDS;) {
        size_t len;
        const uint8_t *at = ring_peek(ring, &len);
        if (!at) {
            g_assert_cmpint(clock_now_us(), <, deadline_us);
            sched_yield();
            continue;
        }
        g_assert_cmpuint(len, ==, record_len(i, ring_capacity_bytes(ring) / 4));
        record_check(at, len, i++);
        g_assert_cmpuint(ring_used_bytes(ring), >=, len);
        ring_release(ring);
    }
    pthread_join(writer, NULL);
    g_assert_cmpuint(ring_used_bytes(ring), ==, 0);
    g_assert_cmpuint(ring_high_water_bytes(ring), <=, ring_capacity_bytes(ring));
    ring_destroy(ring);
}

static void test_out_of_memory(void)
{
    struct ring *ring = NULL;
    alloc_fail_at(0);
    int r = ring_create(1, &ring);
    g_assert_true(alloc_fail_end());
    g_assert_cmpint(r, ==, -ENOMEM);
    g_assert_null(ring);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ring/sizes", test_sizes);
    g_test_add_func("/ring/commit", test_nothing_is_seen_before_the_commit);
    g_test_add_func("/ring/empty-records", test_empty_records_count);
    g_test_add_func("/ring/longest-record", test_longest_record_fits_an_empty_ring_anywhere);
    g_test_add_func("/ring/full", test_full_and_high_water);
    g_test_add_func("/ring/high-water", test_high_water_counts_what_was_there);
    g_test_add_func("/ring/wraps-with-any-lengths", test_wraps_with_any_lengths);
    g_test_add_func("/ring/two-threads", test_two_threads);
    g_test_add_func("/ring/out-of-memory", test_out_of_memory);
    return g_test_run();
}
