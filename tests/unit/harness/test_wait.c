#include "tests/harness/wait.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

#define TIMEOUT_US INT64_C(20000000)

static bool is_set(void *data)
{
    return *(bool *)data;
}

static gboolean set(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

static void test_runs_the_context(void)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    bool flag = false;
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_callback(source, set, &flag, NULL);
    g_source_attach(source, context);
    g_assert_true(wait_until(context, is_set, &flag, TIMEOUT_US));
}

static void test_gives_up(void)
{
    bool flag = false;
    int64_t before_us = clock_now_us();
    g_assert_false(wait_until(NULL, is_set, &flag, 20000));
    int64_t took_us = clock_now_us() - before_us;
    g_assert_cmpint(took_us, >=, 20000);
    g_assert_cmpint(took_us, <, TIMEOUT_US);
}

static void test_asks_before_it_waits(void)
{
    bool flag = true;
    g_assert_true(wait_until(NULL, is_set, &flag, 0));
}

static bool is_set_atomically(void *data)
{
    return atomic_load((atomic_bool *)data);
}

static void *thread_run(void *data)
{
    atomic_store((atomic_bool *)data, true);
    return NULL;
}

/* Nothing wakes the context here. */
static void test_sees_another_thread(void)
{
    atomic_bool flag = false;
    pthread_t thread;
    g_assert_cmpint(pthread_create(&thread, NULL, thread_run, &flag), ==, 0);
    g_assert_true(wait_until(NULL, is_set_atomically, &flag, TIMEOUT_US));
    pthread_join(thread, NULL);
}

static void test_readable(void)
{
    int fd = eventfd(0, EFD_CLOEXEC);
    g_assert_false(wait_readable(fd, 0));
    g_assert_false(wait_readable(fd, 2000));
    g_assert_cmpint(eventfd_write(fd, 1), ==, 0);
    g_assert_true(wait_readable(fd, TIMEOUT_US));
    close(fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wait/runs-the-context", test_runs_the_context);
    g_test_add_func("/wait/gives-up", test_gives_up);
    g_test_add_func("/wait/asks-before-it-waits", test_asks_before_it_waits);
    g_test_add_func("/wait/sees-another-thread", test_sees_another_thread);
    g_test_add_func("/wait/readable", test_readable);
    return g_test_run();
}
