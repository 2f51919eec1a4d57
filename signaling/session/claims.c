#include "signaling/session/claims.h"

#include <errno.h>
#include <glib.h>

#include "base/clock.h"

struct claim {
    struct id code;
    struct sig_identity identity;
    int64_t until_us; /* monotonic */
};

struct sig_claims {
    GHashTable *open; /* code -> struct claim, owned */
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

static gboolean is_old(gpointer code, gpointer value, gpointer now_us)
{
    return ((const struct claim *)value)->until_us <= *(const int64_t *)now_us;
}

int sig_claims_add(struct sig_claims *claims, const struct sig_identity *identity,
                   int64_t lifetime_s, struct id *ret_code)
{
    int64_t now_us = clock_now_us();
    if (g_hash_table_size(claims->open) >= SIG_MAX_CLAIMS)
        g_hash_table_foreach_remove(claims->open, is_old, &now_us);
    if (g_hash_table_size(claims->open) >= SIG_MAX_CLAIMS)
        return -ENOSPC;
    struct claim *claim = g_new(struct claim, 1);
    *claim = (struct claim){id_random(), *identity, now_us + lifetime_s * 1000000};
    g_hash_table_insert(claims->open, claim->code.text, claim);
    *ret_code = claim->code;
    return 0;
}

int sig_claims_take(struct sig_claims *claims, const char *code, struct sig_identity *ret_identity)
{
    const struct claim *claim = g_hash_table_lookup(claims->open, code);
    if (!claim)
        return -ENOENT;
    bool good = claim->until_us > clock_now_us();
    if (good)
        *ret_identity = claim->identity;
    g_hash_table_remove(claims->open, code);
    return good ? 0 : -ENOENT;
}
