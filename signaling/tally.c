#include "signaling/tally.h"

enum { CODES_MAX = 100 };

void sig_tally_init(struct sig_tally *tally)
{
    *tally = (struct sig_tally){0};
    tally->refusals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void sig_tally_finish(struct sig_tally *tally)
{
    g_clear_pointer(&tally->refusals, g_hash_table_unref);
}

void sig_tally_end(struct sig_tally *tally, const struct sig_ending *ending)
{
    tally->ended[ending->reason][ending->phase]++;
}

const char *sig_unrecorded_name(enum sig_unrecorded cause)
{
    static const char *const names[] = {"no_space", "open_failed", "write_failed"};
    return names[cause];
}

void sig_tally_unrecorded(struct sig_tally *tally, enum sig_unrecorded cause)
{
    tally->unrecorded[cause]++;
    tally->unrecorded_now = true;
}

void sig_tally_refusal(struct sig_tally *tally, const char *code)
{
    uint64_t *count = g_hash_table_lookup(tally->refusals, code);
    if (!count) {
        if (g_hash_table_size(tally->refusals) >= CODES_MAX)
            code = "other";
        count = g_hash_table_lookup(tally->refusals, code);
    }
    if (!count) {
        count = g_new0(uint64_t, 1);
        g_hash_table_insert(tally->refusals, g_strdup(code), count);
    }
    ++*count;
}
