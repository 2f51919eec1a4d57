#include "signaling/http/addresses.h"

#include <glib.h>

#include "base/bucket.h"
#include "signaling/wire/blocks.h"

struct sig_addresses {
    GHashTable *buckets; /* block -> struct bucket */
};

struct sig_addresses *sig_addresses_create(void)
{
    struct sig_addresses *addresses = g_new(struct sig_addresses, 1);
    addresses->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return addresses;
}

void sig_addresses_destroy(struct sig_addresses *addresses)
{
    if (!addresses)
        return;
    g_hash_table_unref(addresses->buckets);
    g_free(addresses);
}

static gboolean is_full(gpointer key, gpointer value, gpointer now_us)
{
    return bucket_is_full(value, *(const int64_t *)now_us);
}

bool sig_addresses_admit(struct sig_addresses *addresses, const char *address, int64_t now_us)
{
    char block[SIG_BLOCK_BYTES];
    sig_block_of(address, block);
    struct bucket *bucket = g_hash_table_lookup(addresses->buckets, block);
    if (bucket)
        return bucket_take(bucket, now_us);
    if (g_hash_table_size(addresses->buckets) >= SIG_MAX_ADDRESSES)
        g_hash_table_foreach_remove(addresses->buckets, is_full, &now_us);
    if (g_hash_table_size(addresses->buckets) >= SIG_MAX_ADDRESSES)
        return false;
    bucket = g_new(struct bucket, 1);
    *bucket = bucket_make(SIG_ADDRESS_PER_S, SIG_ADDRESS_BURST);
    g_hash_table_insert(addresses->buckets, g_strdup(block), bucket);
    return bucket_take(bucket, now_us);
}
