#include "signaling/wire/blocks.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

enum { NETWORK_BYTES = 8 };

struct sig_blocks {
    GHashTable *counts; /* block -> sockets, never 0 */
    unsigned share;
};

void sig_block_of(const char *address, char ret_block[SIG_BLOCK_BYTES])
{
    struct in6_addr ip;
    g_strlcpy(ret_block, address, SIG_BLOCK_BYTES);
    if (inet_pton(AF_INET6, address, &ip) != 1)
        return;
    if (IN6_IS_ADDR_V4MAPPED(&ip)) {
        inet_ntop(AF_INET, ip.s6_addr + 12, ret_block, SIG_BLOCK_BYTES);
        return;
    }
    if (IN6_IS_ADDR_LOOPBACK(&ip))
        return;
    memset(ip.s6_addr + NETWORK_BYTES, 0, sizeof ip - NETWORK_BYTES);
    inet_ntop(AF_INET6, &ip, ret_block, SIG_BLOCK_BYTES);
}

static bool is_loopback(const char *block)
{
    return g_str_has_prefix(block, "127.") || !strcmp(block, "::1");
}

struct sig_blocks *sig_blocks_create(unsigned share)
{
    struct sig_blocks *blocks = g_new(struct sig_blocks, 1);
    blocks->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    blocks->share = share;
    return blocks;
}

void sig_blocks_destroy(struct sig_blocks *blocks)
{
    if (!blocks)
        return;
    g_hash_table_unref(blocks->counts);
    g_free(blocks);
}

static unsigned count_of(const struct sig_blocks *blocks, const char *block)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(blocks->counts, block));
}

bool sig_blocks_have_room(const struct sig_blocks *blocks, const char *address)
{
    char block[SIG_BLOCK_BYTES];
    sig_block_of(address, block);
    return is_loopback(block) || count_of(blocks, block) < blocks->share;
}

void sig_blocks_enter(struct sig_blocks *blocks, const char *address)
{
    char block[SIG_BLOCK_BYTES];
    sig_block_of(address, block);
    g_hash_table_replace(blocks->counts, g_strdup(block),
                         GUINT_TO_POINTER(count_of(blocks, block) + 1));
}

void sig_blocks_leave(struct sig_blocks *blocks, const char *address)
{
    char block[SIG_BLOCK_BYTES];
    sig_block_of(address, block);
    unsigned count = count_of(blocks, block);
    if (count > 1)
        g_hash_table_replace(blocks->counts, g_strdup(block), GUINT_TO_POINTER(count - 1));
    else
        g_hash_table_remove(blocks->counts, block);
}
