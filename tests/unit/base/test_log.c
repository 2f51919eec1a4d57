#include "base/log.h"
#include "base/log_limit.h"

#include <errno.h>
#include <string.h>

/* In pieces: "??-" would be a trigraph. */
#define DATE \
    "????"   \
    "-??"    \
    "-??"

/* Each case logs in a child process of its own: GLib takes one writer a process, and stderr is what is
 * looked at. */
static void child_run_case(const char *name)
{
    g_autofree char *path = g_strconcat("/log/subprocess/", name, NULL);
    g_test_trap_subprocess(path, 10 * G_USEC_PER_SEC, 0);
    g_test_trap_assert_passed();
}

static void child_line(void)
{
    log_init(LOG_AT_INFO);
    log_info("wire", "%s has %d pieces", "it", 3);
}

static void test_line(void)
{
    child_run_case("line");
    g_test_trap_assert_stderr(DATE "T??:??:??.???Z info    wire: it has 3 pieces\n");
}

static void child_levels(void)
{
    log_init(LOG_AT_WARNING);
    log_error("levels", "one");
    log_warning("levels", "two");
    log_info("levels", "three");
    log_debug("levels", "four");
}

static void test_levels(void)
{
    child_run_case("levels");
    g_test_trap_assert_stderr("*Z error   levels: one\n*Z warning levels: two\n");
    g_test_trap_assert_stderr_unmatched("*three*");
    g_test_trap_assert_stderr_unmatched("*four*");
}

static void child_debug(void)
{
    log_init(LOG_AT_DEBUG);
    log_debug("levels", "deep");
}

static void test_debug(void)
{
    child_run_case("debug");
    g_test_trap_assert_stderr("*Z debug   levels: deep\n");
}

static void child_control_characters(void)
{
    log_init(LOG_AT_INFO);
    log_info("wire", "%s", "窗口\n2026-01-01T00:00:00.000Z error forged\x1b[31m\xff!");
}

static void test_control_characters(void)
{
    child_run_case("control-characters");
    g_test_trap_assert_stderr(
        "*wire: 窗口 2026-01-01T00:00:00.000Z error forged [31m\xef\xbf\xbd!\n");
}

static void child_library_messages(void)
{
    log_init(LOG_AT_DEBUG);
    g_log_structured("Nice", G_LOG_LEVEL_WARNING, "MESSAGE", "a library warns");
    g_log_structured("Nice", G_LOG_LEVEL_DEBUG, "MESSAGE", "a library chats");
}

static void test_library_messages(void)
{
    child_run_case("library-messages");
    g_test_trap_assert_stderr("*Z warning Nice: a library warns\n");
    g_test_trap_assert_stderr_unmatched("*chats*");
}

static void child_library_repeats(void)
{
    log_init(LOG_AT_INFO);
    for (unsigned i = 0; i < 3 * LOG_LIMIT_LINES; i++)
        g_log_structured("Nice", G_LOG_LEVEL_WARNING, "MESSAGE", "line %u of a library", i);
    log_info("wire", "another");
}

static void test_library_repeats(void)
{
    child_run_case("library-repeats");
    g_autofree char *last =
        g_strdup_printf("*line %d of a library\n*wire: another\n", LOG_LIMIT_LINES - 1);
    g_autofree char *beyond = g_strdup_printf("*line %d of a library*", LOG_LIMIT_LINES);
    g_test_trap_assert_stderr(last);
    g_test_trap_assert_stderr_unmatched(beyond);
}

static void child_ids(void)
{
    const struct log_ids ids = {.session = "s1", .reason = "ice_timeout"};
    log_init(LOG_AT_INFO);
    log_about(LOG_AT_WARNING, "session", ids, "ended in %s", "connecting");
}

static void test_ids(void)
{
    child_run_case("ids");
    g_test_trap_assert_stderr(
        "*Z warning session: ended in connecting session=s1 reason=ice_timeout\n");
}

static void child_repeated(void)
{
    log_init(LOG_AT_DEBUG);
    for (unsigned i = 1; i <= LOG_LIMIT_LINES + 5; i++)
        log_warning("wire", "refused no. %u", i);
    log_warning("wire", "another place");
    for (unsigned i = 1; i <= LOG_LIMIT_LINES + 5; i++)
        log_debug("wire", "debug no. %u", i);
    const struct log_ids ids = {.session = "s1"};
    for (unsigned i = 1; i <= LOG_LIMIT_LINES + 5; i++)
        log_about(LOG_AT_INFO, "session", ids, "session no. %u", i);
}

/* A place that repeats is cut off; other places, debug and what names a session are not. */
static void test_repeated(void)
{
    child_run_case("repeated");
    g_test_trap_assert_stderr("*refused no. 20\n*another place\n*debug no. 25\n*session no. 25*");
    g_test_trap_assert_stderr_unmatched("*refused no. 21*");
}

static void test_limit_tells(void)
{
    static const char place[] = "place";
    unsigned left_out = 1;
    for (unsigned i = 0; i < LOG_LIMIT_LINES; i++)
        g_assert_true(log_limit_admits(place, i, &left_out));
    for (unsigned i = 0; i < 3; i++)
        g_assert_false(log_limit_admits(place, LOG_LIMIT_LINES + i, &left_out));
    g_assert_cmpuint(left_out, ==, 0);
    int64_t later_us = LOG_LIMIT_WINDOW_S * (int64_t)G_USEC_PER_SEC;
    g_assert_true(log_limit_admits(place, later_us, &left_out));
    g_assert_cmpuint(left_out, ==, 3);
    g_assert_true(log_limit_admits(place, later_us + 1, &left_out));
    g_assert_cmpuint(left_out, ==, 0);
}

/* Lines whose names fall on the same place are limited each for itself, also while they take turns. */
static void test_limit_apart(void)
{
    static const char names[2 * 8 * LOG_LIMIT_PLACES];
    const char *const pair[] = {names, names + 8 * LOG_LIMIT_PLACES};
    unsigned left_out;
    for (unsigned i = 0; i < LOG_LIMIT_LINES + 3; i++)
        for (unsigned n = 0; n < 2; n++)
            g_assert_cmpint(log_limit_admits(pair[n], 1, &left_out), ==, i < LOG_LIMIT_LINES);
    for (unsigned n = 0; n < 2; n++) {
        g_assert_true(
            log_limit_admits(pair[n], 1 + LOG_LIMIT_WINDOW_S * (int64_t)G_USEC_PER_SEC, &left_out));
        g_assert_cmpuint(left_out, ==, 3);
    }
}

/* More lines than there are places: they are limited together, not let through. */
static void child_crowd(void)
{
    static const char names[8 * (LOG_LIMIT_PLACES + 3)];
    unsigned left_out, admitted = 0;
    for (unsigned i = 0; i < LOG_LIMIT_PLACES; i++)
        g_assert_true(log_limit_admits(names + 8 * (size_t)i, 1, &left_out));
    for (unsigned i = 0; i < 3 * LOG_LIMIT_LINES; i++)
        admitted += log_limit_admits(names + 8 * (LOG_LIMIT_PLACES + i % 3), 1, &left_out);
    g_assert_cmpuint(admitted, <=, 3 * (LOG_LIMIT_LINES - 1));
    g_assert_cmpuint(admitted, >, 0);
    g_assert_false(log_limit_admits(names + 8 * LOG_LIMIT_PLACES, 1, &left_out));
}

static void test_limit_crowd(void)
{
    child_run_case("crowd");
    g_test_trap_assert_passed();
}

static void test_network(void)
{
    char text[LOG_NETWORK_BYTES];
    g_assert_cmpstr(log_network("203.0.113.77", text), ==, "203.0.113.0/24");
    g_assert_cmpstr(log_network("2001:db8:1:2:3::77", text), ==, "2001:db8:1::/48");
    g_assert_cmpstr(log_network("::ffff:203.0.113.77", text), ==, "203.0.113.0/24");
    g_assert_cmpstr(log_network("citizen@example", text), ==, "?");
}

static void test_level_names(void)
{
    enum log_level level = LOG_AT_DEBUG;
    g_assert_cmpint(log_level_parse("error", &level), ==, 0);
    g_assert_cmpint(level, ==, LOG_AT_ERROR);
    g_assert_cmpint(log_level_parse("warning", &level), ==, 0);
    g_assert_cmpint(level, ==, LOG_AT_WARNING);
    g_assert_cmpint(log_level_parse("debug", &level), ==, 0);
    g_assert_cmpint(level, ==, LOG_AT_DEBUG);
    g_assert_cmpint(log_level_parse("info", &level), ==, 0);
    g_assert_cmpint(level, ==, LOG_AT_INFO);

    g_assert_cmpint(log_level_parse("Info", &level), ==, -EINVAL);
    g_assert_cmpint(log_level_parse("", &level), ==, -EINVAL);
    g_assert_cmpint(log_level_parse(NULL, &level), ==, -EINVAL);
    g_assert_cmpint(level, ==, LOG_AT_INFO);
}

int main(int argc, char **argv)
{
    /* Set before GLib reads it; the chat of libraries is dropped only while nobody asked for it. */
    g_unsetenv("G_MESSAGES_DEBUG");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/log/subprocess/line", child_line);
    g_test_add_func("/log/subprocess/levels", child_levels);
    g_test_add_func("/log/subprocess/debug", child_debug);
    g_test_add_func("/log/subprocess/control-characters", child_control_characters);
    g_test_add_func("/log/subprocess/library-messages", child_library_messages);
    g_test_add_func("/log/line", test_line);
    g_test_add_func("/log/levels", test_levels);
    g_test_add_func("/log/debug", test_debug);
    g_test_add_func("/log/control-characters", test_control_characters);
    g_test_add_func("/log/library-messages", test_library_messages);
    g_test_add_func("/log/subprocess/library-repeats", child_library_repeats);
    g_test_add_func("/log/library-repeats", test_library_repeats);
    g_test_add_func("/log/subprocess/ids", child_ids);
    g_test_add_func("/log/subprocess/repeated", child_repeated);
    g_test_add_func("/log/ids", test_ids);
    g_test_add_func("/log/repeated", test_repeated);
    g_test_add_func("/log/subprocess/crowd", child_crowd);
    g_test_add_func("/log/limit-tells", test_limit_tells);
    g_test_add_func("/log/limit-apart", test_limit_apart);
    g_test_add_func("/log/limit-crowd", test_limit_crowd);
    g_test_add_func("/log/network", test_network);
    g_test_add_func("/log/level-names", test_level_names);
    return g_test_run();
}
