#include "base/mailbox.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>

#include "tests/harness/alloc.h"
#include "tests/harness/wait.h"

#define POSTERS 4
#define POSTS_EACH 20000
#define TIMEOUT_US INT64_C(60000000)

struct item {
    uint32_t poster;
    uint32_t nth;
    uint64_t check; /* tells a torn copy */
};

static uint64_t item_check(const struct item *item)
{
    return ((uint64_t)item->poster << 32 | item->nth) * UINT64_C(0x9e3779b97f4a7c15);
}

static struct item item_make(uint32_t poster, uint32_t nth)
{
    struct item item = {.poster = poster, .nth = nth};
    item.check = item_check(&item);
    return item;
}

static struct mailbox *create(size_t capacity)
{
    struct mailbox *mailbox = NULL;
    g_assert_cmpint(mailbox_create(sizeof(struct item), capacity, &mailbox), ==, 0);
    return mailbox;
}

static bool is_readable(const struct mailbox *mailbox)
{
    return wait_readable(mailbox_fd(mailbox), 0);
}

static void test_sizes(void)
{
    struct mailbox *mailbox = NULL;
    g_assert_cmpint(mailbox_create(0, 1, &mailbox), ==, -EINVAL);
    g_assert_cmpint(mailbox_create(1, 0, &mailbox), ==, -EINVAL);
    g_assert_cmpint(mailbox_create(SIZE_MAX / 2, 3, &mailbox), ==, -ENOMEM);
    g_assert_null(mailbox);
    mailbox_destroy(NULL);
}

static void test_first_in_first_out(void)
{
    struct mailbox *mailbox = create(5);
    uint32_t posted = 0, taken = 0;
    struct item item;

    for (int round = 0; round < 100;
         round++) { /* rounds of 1 to 5, so that the ends meet anywhere */
        for (int i = 0; i <= round % 5; i++) {
            item = item_make(0, posted++);
            g_assert_cmpint(mailbox_post(mailbox, &item), ==, 0);
        }
        while (mailbox_take(mailbox, &item)) {
            g_assert_cmpuint(item.nth, ==, taken++);
            g_assert_cmphex(item.check, ==, item_check(&item));
        }
        g_assert_cmpuint(taken, ==, posted);
    }
    mailbox_destroy(mailbox);
}

static void test_full(void)
{
    struct mailbox *mailbox = create(2);
    struct item item;
    for (uint32_t i = 0; i < 4; i++) {
        item = item_make(0, i);
        g_assert_cmpint(mailbox_post(mailbox, &item), ==, i < 2 ? 0 : -ENOSPC);
    }
    g_assert_true(mailbox_take(mailbox, &item));
    g_assert_cmpuint(item.nth, ==, 0);
    item = item_make(0, 9);
    g_assert_cmpint(mailbox_post(mailbox, &item), ==, 0);
    g_assert_true(mailbox_take(mailbox, &item));
    g_assert_cmpuint(item.nth, ==, 1);
    g_assert_true(mailbox_take(mailbox, &item));
    g_assert_cmpuint(item.nth, ==, 9);

    item.nth = 77;
    g_assert_false(mailbox_take(mailbox, &item));
    g_assert_cmpuint(item.nth, ==, 77);
    mailbox_destroy(mailbox);
}

static void test_fd_is_readable_while_items_are_there(void)
{
    struct mailbox *mailbox = create(4);
    struct item item = item_make(0, 0);

    g_assert_false(is_readable(mailbox));
    for (int round = 0; round < 3; round++) {
        mailbox_post(mailbox, &item);
        mailbox_post(mailbox, &item);
        g_assert_true(is_readable(mailbox));
        g_assert_true(mailbox_take(mailbox, &item));
        g_assert_true(is_readable(mailbox)); /* level-triggered: one is left */
        g_assert_true(mailbox_take(mailbox, &item));
        g_assert_false(mailbox_take(mailbox, &item));
        g_assert_false(is_readable(mailbox));
    }
    mailbox_destroy(mailbox);
}

struct poster {
    struct mailbox *mailbox;
    uint32_t number;
    pthread_t thread;
};

static void *poster_run(void *data)
{
    struct poster *poster = data;
    for (uint32_t i = 0; i < POSTS_EACH; i++) {
        struct item item = item_make(poster->number, i);
        while (mailbox_post(poster->mailbox, &item) == -ENOSPC)
            sched_yield();
    }
    return NULL;
}

static void test_many_posters(void)
{
    struct mailbox *mailbox = create(64);
    struct poster posters[POSTERS];
    uint32_t next[POSTERS] = {0};
    uint32_t taken = 0;

    for (uint32_t i = 0; i < POSTERS; i++) {
        posters[i] = (struct poster){.mailbox = mailbox, .number = i};
        g_assert_cmpint(pthread_create(&posters[i].thread, NULL, poster_run, &posters[i]), ==, 0);
    }
    while (taken < POSTERS * POSTS_EACH) {
        struct item item;
        g_assert_true(wait_readable(mailbox_fd(mailbox), TIMEOUT_US));
        while (mailbox_take(mailbox, &item)) {
            g_assert_cmpuint(item.poster, <, POSTERS);
            g_assert_cmpuint(item.nth, ==, next[item.poster]++);
            g_assert_cmphex(item.check, ==, item_check(&item));
            taken++;
        }
    }
    for (int i = 0; i < POSTERS; i++)
        pthread_join(posters[i].thread, NULL);
    g_assert_false(is_readable(mailbox));
    mailbox_destroy(mailbox);
}

static void test_out_of_memory(void)
{
    for (size_t nth = 0;; nth++) {
        struct mailbox *mailbox = NULL;
        alloc_fail_at(nth);
        int r = mailbox_create(8, 8, &mailbox);
        if (!alloc_fail_end()) {
            g_assert_cmpint(r, ==, 0);
            g_assert_cmpuint(nth, ==, 2);
            mailbox_destroy(mailbox);
            return;
        }
        g_assert_cmpint(r, ==, -ENOMEM);
        g_assert_null(mailbox);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mailbox/sizes", test_sizes);
    g_test_add_func("/mailbox/first-in-first-out", test_first_in_first_out);
    g_test_add_func("/mailbox/full", test_full);
    g_test_add_func("/mailbox/fd", test_fd_is_readable_while_items_are_there);
    g_test_add_func("/mailbox/many-posters", test_many_posters);
    g_test_add_func("/mailbox/out-of-memory", test_out_of_memory);
    return g_test_run();
}
