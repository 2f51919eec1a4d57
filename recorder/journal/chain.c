#include "recorder/journal/chain.h"

const char rec_chain_zero[DIGEST_SHA256_HEX_BYTES] =
    "0000000000000000000000000000000000000000000000000000000000000000";

int rec_chain_init(struct rec_chain *chain)
{
    return digest_create(&chain->digest);
}

void rec_chain_finish(struct rec_chain *chain)
{
    digest_destroy(chain->digest);
    chain->digest = NULL;
}

int rec_chain_add(struct rec_chain *chain, const void *data, size_t len)
{
    return digest_update(chain->digest, data, len);
}

int rec_chain_head(const struct rec_chain *chain, char ret_hex[DIGEST_SHA256_HEX_BYTES])
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    int r = digest_peek(chain->digest, sha256);
    if (r == 0)
        digest_hex(sha256, sizeof sha256, ret_hex);
    return r;
}

int rec_chain_end(struct rec_chain *chain, char ret_hex[DIGEST_SHA256_HEX_BYTES])
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    int r = digest_finish(chain->digest, sha256);
    if (r == 0)
        digest_hex(sha256, sizeof sha256, ret_hex);
    return r;
}
