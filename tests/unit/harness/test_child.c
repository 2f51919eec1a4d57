#include "tests/harness/child.h"

#include <errno.h>
#include <glib.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "tests/harness/wait.h"

#define TIMEOUT_US INT64_C(20000000)

static struct child *start_shell(const char *script)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    const char *const env[] = {"HARNESS_WORD=from outside", NULL};
    struct child *child = NULL;
    g_assert_cmpint(child_start(argv, env, &child), ==, 0);
    return child;
}

static void test_run(void)
{
    const char *const argv[] = {"sh", "-c", "echo out; echo err >&2; exit 3", NULL};
    g_autofree char *output = NULL;
    g_autofree char *errors = NULL;
    g_assert_cmpint(child_run(argv, TIMEOUT_US, &output, &errors), ==, 3);
    g_assert_cmpstr(output, ==, "out\n");
    g_assert_cmpstr(errors, ==, "err\n");
}

static void test_environment(void)
{
    struct child *child = start_shell("echo \"$HARNESS_WORD $PATH\"");
    g_assert_cmpint(child_wait(child, TIMEOUT_US), ==, 0);
    g_autofree char *output = child_output(child);
    g_assert_true(g_str_has_prefix(output, "from outside /"));
    child_destroy(child);
}

static void test_missing_program(void)
{
    const char *const argv[] = {"/nonexistent/program", NULL};
    struct child *child = NULL;
    g_assert_cmpint(child_start(argv, NULL, &child), ==, -ENOENT);
    g_assert_null(child);
    child_destroy(NULL);
}

/* Far more than a pipe holds. */
static void test_long_output(void)
{
    struct child *child = start_shell("head -c 1000000 /dev/zero | tr '\\0' x");
    g_assert_cmpint(child_wait(child, TIMEOUT_US), ==, 0);
    g_autofree char *output = child_output(child);
    g_assert_cmpuint(strlen(output), ==, 1000000);
    child_destroy(child);
}

static void test_text_then_stop(void)
{
    struct child *child = start_shell("trap 'exit 7' TERM; echo ready; tail -f /dev/null & wait");
    g_assert_true(child_wait_text(child, "ready", TIMEOUT_US));
    g_assert_true(child_is_running(child));
    g_assert_cmpint(child_wait(child, 1000), ==, -ETIMEDOUT);
    g_assert_cmpint(child_stop(child, TIMEOUT_US), ==, 7);
    g_assert_cmpint(child_wait(child, 0), ==, 7);
    child_destroy(child);
}

static void test_text_that_never_comes(void)
{
    struct child *child = start_shell("echo something else");
    int64_t before_us = clock_now_us();
    g_assert_false(child_wait_text(child, "ready", TIMEOUT_US));
    g_assert_cmpint(clock_now_us() - before_us, <, TIMEOUT_US); /* its end ends the wait */
    child_destroy(child);
}

static void test_deaf_child_is_killed(void)
{
    struct child *child = start_shell("trap '' TERM; echo ready; exec tail -f /dev/null");
    g_assert_true(child_wait_text(child, "ready", TIMEOUT_US));
    g_assert_cmpint(child_stop(child, 50000), ==, -ETIMEDOUT);
    g_assert_false(child_is_running(child));
    g_assert_cmpint(child_wait(child, 0), ==, 128 + SIGKILL);
    child_destroy(child);
}

/* Gone, or a zombie that nobody has reaped yet. */
static bool process_is_over(void *data)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", (const char *)data);
    g_autofree char *stat = NULL;
    return !g_file_get_contents(path, &stat, NULL, NULL) || strstr(stat, ") Z ");
}

static void test_grandchildren_end_with_the_child(void)
{
    struct child *child = start_shell("tail -f /dev/null & echo $!; echo ready; exit 0");
    g_assert_true(child_wait_text(child, "ready", TIMEOUT_US));
    g_autofree char *pid = child_output(child);
    *strchr(pid, '\n') = '\0';
    g_assert_cmpint(child_wait(child, TIMEOUT_US), ==, 0);
    g_assert_true(wait_until(NULL, process_is_over, pid, TIMEOUT_US));
    child_destroy(child);
}

static void test_destroy_kills(void)
{
    struct child *child = start_shell("echo ready; exec tail -f /dev/null");
    g_assert_true(child_wait_text(child, "ready", TIMEOUT_US));
    g_autofree char *pid = g_strdup_printf("%d", child_pid(child));
    g_assert_false(process_is_over(pid));
    child_destroy(child);
    g_assert_true(process_is_over(pid));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/child/run", test_run);
    g_test_add_func("/child/environment", test_environment);
    g_test_add_func("/child/missing-program", test_missing_program);
    g_test_add_func("/child/long-output", test_long_output);
    g_test_add_func("/child/text-then-stop", test_text_then_stop);
    g_test_add_func("/child/text-that-never-comes", test_text_that_never_comes);
    g_test_add_func("/child/deaf-child-is-killed", test_deaf_child_is_killed);
    g_test_add_func("/child/grandchildren", test_grandchildren_end_with_the_child);
    g_test_add_func("/child/destroy-kills", test_destroy_kills);
    return g_test_run();
}
