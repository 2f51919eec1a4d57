#include "sfu/forward/speaker.h"

#include "sfu/forward/peer.h"
#include "sfu/forward/uplink.h"

enum { SCALE = 16, ATTACK = 4, RELEASE = 12, MAX_LEVEL = 127 };

void voice_heard(struct voice *voice, unsigned level, int64_t now_us)
{
    unsigned now_16 = (MAX_LEVEL - (level & MAX_LEVEL)) * SCALE;
    unsigned was_16 = voice->loudness_16;
    voice->loudness_16 = now_16 > was_16 ? was_16 + (now_16 - was_16 + ATTACK - 1) / ATTACK
                                         : was_16 - (was_16 - now_16 + RELEASE - 1) / RELEASE;
    voice->heard_us = now_us;
}

void voice_look(struct voice *voice, bool open, int64_t now_us)
{
    if (!open || now_us - voice->heard_us > VOICE_STALE_US)
        voice->loudness_16 = 0;
    if (voice->loudness_16 < VOICE_LOUD * SCALE)
        voice->loud_us = 0;
    else if (!voice->loud_us)
        voice->loud_us = now_us;
    if (voice->loudness_16 >= VOICE_QUIET * SCALE)
        voice->still_us = now_us;
    if (!voice->active)
        voice->active = voice->loud_us && now_us - voice->loud_us >= VOICE_BEGIN_US;
    else
        voice->active = open && now_us - voice->still_us < VOICE_HOLD_US;
}

static struct voice *loudest_of(struct voice *const *voices, unsigned count)
{
    struct voice *loudest = NULL;
    for (unsigned i = 0; i < count; i++)
        if (voices[i]->active && (!loudest || voices[i]->loudness_16 > loudest->loudness_16))
            loudest = voices[i];
    return loudest;
}

/* Whether `voice` has been clearly louder than `front` for long enough. */
static bool leads(struct voice *voice, const struct voice *front, int64_t now_us)
{
    if (!voice->active || voice->loudness_16 < front->loudness_16 + SPEAKER_LEAD * SCALE)
        voice->lead_us = 0;
    else if (!voice->lead_us)
        voice->lead_us = now_us;
    return voice->lead_us && now_us - voice->lead_us >= SPEAKER_LEAD_US;
}

static struct voice *challenger_of(struct voice *const *voices, unsigned count,
                                   const struct voice *front, int64_t now_us)
{
    struct voice *best = NULL;
    for (unsigned i = 0; i < count; i++) {
        struct voice *voice = voices[i];
        if (voice != front && leads(voice, front, now_us) &&
            (!best || voice->loudness_16 > best->loudness_16))
            best = voice;
    }
    return best;
}

void speaker_choose(struct speaker *speaker, struct voice *const *voices, unsigned count,
                    int64_t now_us)
{
    struct voice *front = NULL, *next;
    for (unsigned i = 0; i < count; i++)
        if (voices[i]->dominant)
            front = voices[i];
    if (!front || !front->active) {
        next = loudest_of(voices, count);
    } else {
        next = challenger_of(voices, count, front, now_us);
        if (!next || now_us - speaker->changed_us < SPEAKER_STAYS_US)
            return;
    }
    if (next == front)
        return;
    if (front)
        front->dominant = false;
    if (next)
        next->dominant = true;
    for (unsigned i = 0; i < count; i++)
        voices[i]->lead_us = 0;
    speaker->changed_us = now_us;
}

static void voice_tell(struct uplink *uplink)
{
    struct voice *voice = &uplink->voice;
    struct sfu_event event = {
        .type = SFU_EVENT_VOICE,
        .section = uplink->section,
        .voice = {.active = voice->active, .dominant = voice->dominant},
    };
    if (voice->active == voice->told_active && voice->dominant == voice->told_dominant)
        return;
    if (!peer_event(uplink->peer, &event))
        return; /* at the next look */
    voice->told_active = voice->active;
    voice->told_dominant = voice->dominant;
}

enum { MAX_VOICES = 2 * SFU_MAX_ROOM_PEERS };

static unsigned uplinks_find(const struct fwd_room *room, struct uplink *ret_uplinks[MAX_VOICES])
{
    unsigned count = 0;
    for (unsigned p = 0; p < room->peer_count; p++)
        for (unsigned s = 0; s < room->peers[p]->section_count && count < MAX_VOICES; s++) {
            const struct section *section = &room->peers[p]->sections[s];
            if (section->uplink && section->media.kind == SFU_AUDIO)
                ret_uplinks[count++] = section->uplink;
        }
    return count;
}

void room_speaker_look(struct fwd_room *room, int64_t now_us)
{
    struct uplink *uplinks[MAX_VOICES];
    struct voice *voices[MAX_VOICES];
    if (now_us - room->speaker.looked_us < SPEAKER_LOOK_US)
        return;
    room->speaker.looked_us = now_us;
    unsigned count = uplinks_find(room, uplinks);
    for (unsigned i = 0; i < count; i++) {
        voices[i] = &uplinks[i]->voice;
        voice_look(voices[i], uplinks[i]->to_slots && !uplinks[i]->ended, now_us);
    }
    speaker_choose(&room->speaker, voices, count, now_us);
    /* who falls back is told before who comes to the front */
    for (int front = 0; front < 2; front++)
        for (unsigned i = 0; i < count; i++)
            if (voices[i]->dominant == (bool)front)
                voice_tell(uplinks[i]);
}
