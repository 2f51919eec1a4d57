#include "base/id.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

#define GOOD "0123456789abcdefghjkmnpqrs"

static void test_random_ids_are_valid_and_differ(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int i = 0; i < 1000; i++) {
        struct id id = id_random();
        g_assert_cmpuint(strlen(id.text), ==, ID_CHARS);
        g_assert_true(id_is_valid(id.text));
        g_assert_true(g_hash_table_add(seen, g_strdup(id.text)));
    }
}

/* A place that never changes, or a character that never comes, would cost bits. */
static void test_every_place_takes_every_character(void)
{
    bool seen[ID_CHARS][256] = {0};
    for (int i = 0; i < 2000; i++) {
        struct id id = id_random();
        for (int at = 0; at < ID_CHARS; at++)
            seen[at][(uint8_t)id.text[at]] = true;
    }
    for (int at = 0; at < ID_CHARS; at++) {
        int different = 0;
        for (int c = 0; c < 256; c++)
            different += seen[at][c];
        g_assert_cmpint(different, ==, 32);
    }
}

static void test_length(void)
{
    g_assert_true(id_is_valid(GOOD));
    g_assert_false(id_is_valid(NULL));
    g_assert_false(id_is_valid(""));
    g_assert_false(id_is_valid(&GOOD[1]));
    g_assert_false(id_is_valid(GOOD "t"));
}

static void test_alphabet(void)
{
    static const char bad[] = "iloAZU/.-_ \n%\\\x7f\xe4";
    for (size_t i = 0; i < strlen(bad); i++) {
        for (size_t at = 0; at < ID_CHARS; at += ID_CHARS - 1) {
            char text[] = GOOD;
            text[at] = bad[i];
            g_assert_false(id_is_valid(text));
        }
    }
    g_assert_false(id_is_valid("../../../../../etc/passwd0"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/id/random-ids", test_random_ids_are_valid_and_differ);
    g_test_add_func("/id/every-place-every-character", test_every_place_takes_every_character);
    g_test_add_func("/id/length", test_length);
    g_test_add_func("/id/alphabet", test_alphabet);
    return g_test_run();
}
