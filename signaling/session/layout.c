#include "signaling/session/layout.h"

void sig_layout_init(struct sig_layout *layout)
{
    for (int i = 0; i < SIG_MAX_SLOTS; i++)
        layout->pair[i] = layout->document[i] = -1;
}

static const struct sig_layout_other *other_find(const struct sig_layout_other *others,
                                                 unsigned count, int place)
{
    for (unsigned i = 0; i < count; i++)
        if (others[i].place == place)
            return &others[i];
    return 0;
}

static bool contains(const int *slots, int place)
{
    for (int i = 0; i < SIG_MAX_SLOTS; i++)
        if (slots[i] == place)
            return true;
    return false;
}

static void gone_remove(struct sig_layout *layout, const struct sig_layout_other *others,
                        unsigned count)
{
    for (int i = 0; i < SIG_MAX_SLOTS; i++) {
        const struct sig_layout_other *sender = other_find(others, count, layout->document[i]);
        if (!other_find(others, count, layout->pair[i]))
            layout->pair[i] = -1;
        if (!sender || !sender->document)
            layout->document[i] = -1;
    }
}

static void pair_place(struct sig_layout *layout, int place, unsigned slots)
{
    for (unsigned i = 0; i < slots; i++)
        if (layout->pair[i] < 0 && layout->document[i] < 0) {
            layout->pair[i] = place;
            return;
        }
}

static void document_place(struct sig_layout *layout, int place, unsigned video_slots)
{
    for (unsigned i = video_slots; i-- > 0;)
        if (layout->document[i] < 0 && layout->pair[i] < 0) {
            layout->document[i] = place;
            return;
        }
}

void sig_layout_update(struct sig_layout *layout, const struct sig_layout_other *others,
                       unsigned count, unsigned audio_slots, unsigned video_slots)
{
    unsigned pairs = audio_slots > video_slots ? audio_slots : video_slots;
    if (pairs > SIG_MAX_SLOTS)
        pairs = SIG_MAX_SLOTS;
    if (video_slots > SIG_MAX_SLOTS)
        video_slots = SIG_MAX_SLOTS;
    gone_remove(layout, others, count);
    for (unsigned i = 0; i < count; i++)
        if (!contains(layout->pair, others[i].place))
            pair_place(layout, others[i].place, pairs);
    for (unsigned i = 0; i < count; i++)
        if (others[i].document && !contains(layout->document, others[i].place))
            document_place(layout, others[i].place, video_slots);
}
