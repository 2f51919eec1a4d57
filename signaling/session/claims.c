#include "signaling/session/claims.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto/digest.h"

struct claim {
    char code_sha256[HALL_SHA256_HEX_BYTES];
    struct sig_identity identity;
    int64_t until_at_us; /* wall clock: it outlives the daemon */
};

struct sig_claims {
    GHashTable *open; /* digest of the code -> struct claim, owned */
};

struct sig_claims *sig_claims_create(void)
{
    struct sig_claims *claims = g_new(struct sig_claims, 1);
    claims->open = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    return claims;
}

void sig_claims_destroy(struct sig_claims *claims)
{
    if (!claims)
        return;
    g_hash_table_unref(claims->open);
    g_free(claims);
}

void sig_claims_digest(const char *code, char ret_code_sha256[HALL_SHA256_HEX_BYTES])
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    *ret_code_sha256 = '\0';
    if (digest_sha256(code, strlen(code), sha256) == 0)
        digest_hex(sha256, sizeof sha256, ret_code_sha256);
}

static gboolean is_old(gpointer code, gpointer value, gpointer now_us)
{
    return ((const struct claim *)value)->until_at_us <= *(const int64_t *)now_us;
}

int sig_claims_restore(struct sig_claims *claims, const char *code_sha256,
                       const struct sig_identity *identity, int64_t until_at_us)
{
    int64_t now_us = clock_wall_us();
    if (g_hash_table_size(claims->open) >= SIG_MAX_CLAIMS)
        g_hash_table_foreach_remove(claims->open, is_old, &now_us);
    if (g_hash_table_size(claims->open) >= SIG_MAX_CLAIMS)
        return -ENOSPC;
    struct claim *claim = g_new0(struct claim, 1);
    claim->identity = *identity;
    claim->until_at_us = until_at_us;
    g_strlcpy(claim->code_sha256, code_sha256, sizeof claim->code_sha256);
    g_hash_table_replace(claims->open, claim->code_sha256, claim);
    return 0;
}

int sig_claims_add(struct sig_claims *claims, const struct sig_identity *identity,
                   int64_t lifetime_s, struct id *ret_code)
{
    char digest[HALL_SHA256_HEX_BYTES];
    struct id code = id_random();
    sig_claims_digest(code.text, digest);
    int r =
        sig_claims_restore(claims, digest, identity, clock_wall_us() + lifetime_s * G_USEC_PER_SEC);
    if (r == 0)
        *ret_code = code;
    return r;
}

int sig_claims_take(struct sig_claims *claims, const char *code, struct sig_identity *ret_identity,
                    int64_t *ret_until_at_us)
{
    char digest[HALL_SHA256_HEX_BYTES];
    sig_claims_digest(code, digest);
    const struct claim *claim = g_hash_table_lookup(claims->open, digest);
    if (!claim)
        return -ENOENT;
    bool good = claim->until_at_us > clock_wall_us();
    if (good) {
        *ret_identity = claim->identity;
        if (ret_until_at_us)
            *ret_until_at_us = claim->until_at_us;
    }
    g_hash_table_remove(claims->open, digest);
    return good ? 0 : -ENOENT;
}
