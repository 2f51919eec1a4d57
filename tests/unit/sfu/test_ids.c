#include "sfu/ids.h"

#include "sfu/worker/registry.h"
#include "tests/harness/alloc.h"

#include <errno.h>
#include <glib.h>

static void test_generations(void)
{
    struct ids *ids = NULL;
    sfu_room_id room, first, again;
    g_assert_cmpint(ids_create(3, 1, 1, &ids), ==, 0);
    g_assert_cmpint(ids_open_room(ids, &room), ==, 0);
    g_assert_cmpint(ids_open_peer(ids, room, &first), ==, 0);
    g_assert_cmpuint(id_worker(first), ==, 3);
    g_assert_cmpint(ids_open_peer(ids, room, &again), ==, -ENOSPC);
    ids_close_peer(ids, first);
    g_assert_cmpint(ids_open_peer(ids, room, &again), ==, 0);
    g_assert_cmpuint(id_slot(again), ==, id_slot(first));
    g_assert_cmpuint(again, !=, first);
    g_assert_cmpuint(ids_room_of(ids, first), ==, 0);
    g_assert_cmpuint(ids_room_of(ids, again), ==, room);
    ids_close_peer(ids, first); /* a stale id closes nothing */
    g_assert_cmpuint(ids_room_of(ids, again), ==, room);
    g_assert_cmpuint(ids_room_of(ids, again ^ (uint64_t)1 << 56), ==, 0); /* another worker's */
    ids_destroy(ids);
}

static void test_room_limit(void)
{
    struct ids *ids = NULL;
    sfu_room_id a, b;
    sfu_peer_id peer;
    g_assert_cmpint(ids_create(0, 2, 100, &ids), ==, 0);
    g_assert_cmpint(ids_open_room(ids, &a), ==, 0);
    g_assert_cmpint(ids_open_room(ids, &b), ==, 0);
    for (unsigned i = 0; i < SFU_MAX_ROOM_PEERS; i++)
        g_assert_cmpint(ids_open_peer(ids, a, &peer), ==, 0);
    g_assert_cmpint(ids_open_peer(ids, a, &peer), ==, -ENOSPC);
    g_assert_cmpint(ids_open_peer(ids, b, &peer), ==, 0);
    ids_close_room(ids, a);
    ids_close_room(ids, a);
    g_assert_cmpuint(ids_room_count(ids), ==, 1);
    g_assert_cmpuint(ids_room_of(ids, peer), ==, b); /* the other room's stay */
    g_assert_cmpint(ids_open_peer(ids, a, &peer), ==, -ENOENT);
    ids_destroy(ids);
}

static void test_registry(void)
{
    struct registry registry;
    int a, b;
    uint64_t old = id_make(1, 7, 2), new = id_make(1, 8, 2);
    g_assert_cmpint(registry_init(&registry, 4), ==, 0);
    g_assert_cmpint(registry_put(&registry, old, &a), ==, 0);
    g_assert_cmpint(registry_put(&registry, new, &b), ==, -EEXIST);
    registry_remove(&registry, new);
    g_assert_true(registry_find(&registry, old) == &a);
    registry_remove(&registry, old);
    g_assert_cmpint(registry_put(&registry, new, &b), ==, 0);
    g_assert_null(registry_find(&registry, old));
    g_assert_true(registry_find(&registry, new) == &b);
    g_assert_cmpint(registry_put(&registry, id_make(1, 1, 4), &b), ==, -EINVAL);
    g_assert_null(registry_find(&registry, id_make(1, 1, 4)));
    g_assert_null(registry_find(&registry, 0));
    registry_finish(&registry);
}

static void test_no_memory(void)
{
    for (size_t nth = 0;; nth++) {
        struct ids *ids = NULL;
        alloc_fail_at(nth);
        int r = ids_create(0, 2, 2, &ids);
        if (!alloc_fail_end()) {
            g_assert_cmpint(r, ==, 0);
            g_assert_cmpuint(nth, ==, 3);
            ids_destroy(ids);
            break;
        }
        g_assert_cmpint(r, ==, -ENOMEM);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/ids/generations", test_generations);
    g_test_add_func("/sfu/ids/room-limit", test_room_limit);
    g_test_add_func("/sfu/ids/registry", test_registry);
    g_test_add_func("/sfu/ids/no-memory", test_no_memory);
    return g_test_run();
}
