#include "signaling/session/answers.h"

void sig_answers_finish(struct sig_answers *answers)
{
    for (int i = 0; i < SIG_KEPT_ANSWERS; i++)
        g_clear_pointer(&answers->kept[i].frame, g_bytes_unref);
}

static struct sig_kept *kept_find(struct sig_answers *answers, int64_t id)
{
    for (int i = 0; i < SIG_KEPT_ANSWERS; i++)
        if (answers->kept[i].id == id)
            return &answers->kept[i];
    return NULL;
}

/* A free place, or that of the oldest answer. */
static struct sig_kept *place_find(struct sig_answers *answers)
{
    struct sig_kept *oldest = NULL;
    for (int i = 0; i < SIG_KEPT_ANSWERS; i++) {
        struct sig_kept *kept = &answers->kept[i];
        if (!kept->id)
            return kept;
        if (kept->frame && (!oldest || kept->id < oldest->id))
            oldest = kept;
    }
    return oldest;
}

enum sig_repetition sig_answers_begin(struct sig_answers *answers, int64_t id, GBytes **ret_frame)
{
    struct sig_kept *kept = kept_find(answers, id);
    if (kept && !kept->frame)
        return SIG_WORKING;
    if (kept) {
        *ret_frame = kept->frame;
        return SIG_KEPT;
    }
    if (id <= answers->highest_id)
        return SIG_FORGOTTEN;
    struct sig_kept *place = place_find(answers);
    if (!place)
        return SIG_CROWDED;
    g_clear_pointer(&place->frame, g_bytes_unref);
    place->id = id;
    answers->highest_id = id;
    return SIG_FIRST;
}

void sig_answers_keep(struct sig_answers *answers, int64_t id, GBytes *frame)
{
    struct sig_kept *kept = kept_find(answers, id);
    if (kept && !kept->frame)
        kept->frame = g_bytes_ref(frame);
}
