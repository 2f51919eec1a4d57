#include "signaling/wire/blocks.h"

#include <glib.h>

static void test_block(void)
{
    static const char *const cases[][2] = {
        {"192.0.2.1", "192.0.2.1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"2001:db8:0:1:aaaa:bbbb:cccc:dddd", "2001:db8:0:1::"},
        {"2001:db8:0:1::7", "2001:db8:0:1::"},
        {"2001:db8:0:2::7", "2001:db8:0:2::"},
        {"::1", "::1"},
        {"", ""},
        {"nonsense", "nonsense"},
    };
    char block[SIG_BLOCK_BYTES];
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        sig_block_of(cases[i][0], block);
        g_assert_cmpstr(block, ==, cases[i][1]);
    }
}

static void test_share(void)
{
    struct sig_blocks *blocks = sig_blocks_create(2);
    sig_blocks_enter(blocks, "2001:db8::1");
    g_assert_true(sig_blocks_have_room(blocks, "2001:db8::2"));
    sig_blocks_enter(blocks, "2001:db8::2");
    g_assert_false(sig_blocks_have_room(blocks, "2001:db8::3"));
    g_assert_true(sig_blocks_have_room(blocks, "2001:db8:0:1::1"));
    sig_blocks_leave(blocks, "2001:db8::1");
    g_assert_true(sig_blocks_have_room(blocks, "2001:db8::3"));
    sig_blocks_leave(blocks, "2001:db8::2");
    sig_blocks_leave(blocks, "2001:db8::2"); /* one too many does no harm */
    g_assert_true(sig_blocks_have_room(blocks, "2001:db8::3"));
    sig_blocks_destroy(blocks);
    sig_blocks_destroy(NULL);
}

static void test_this_machine(void)
{
    struct sig_blocks *blocks = sig_blocks_create(1);
    static const char *const here[] = {"127.0.0.1", "::1", "::ffff:127.0.0.1"};
    for (unsigned i = 0; i < G_N_ELEMENTS(here); i++) {
        sig_blocks_enter(blocks, here[i]);
        sig_blocks_enter(blocks, here[i]);
        g_assert_true(sig_blocks_have_room(blocks, here[i]));
    }
    sig_blocks_enter(blocks, "192.0.2.1");
    g_assert_false(sig_blocks_have_room(blocks, "192.0.2.1"));
    sig_blocks_destroy(blocks);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/blocks/block", test_block);
    g_test_add_func("/signaling/blocks/share", test_share);
    g_test_add_func("/signaling/blocks/this_machine", test_this_machine);
    return g_test_run();
}
