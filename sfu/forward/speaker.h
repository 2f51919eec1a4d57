/* Who speaks in a room, by the audio level that senders write into their packets (RFC 6464). Two questions with
 * hysteresis: whether one voice is heard at all, and which of those heard is in front. Nothing of it decodes audio.
 * Worker thread. */
#ifndef SFU_FORWARD_SPEAKER_H
#define SFU_FORWARD_SPEAKER_H

#include <stdbool.h>
#include <stdint.h>

struct fwd_room;

/* Loudness counts upwards here: 127 is full scale, 0 is digital silence; one step is one decibel. */
enum {
    VOICE_LOUD = 82,            /* from here on a voice begins (-45 dBov) */
    VOICE_QUIET = 74,           /* below it falls silent (-53 dBov) */
    VOICE_BEGIN_US = 120000,    /* so long loud: a door that slams is no voice */
    VOICE_HOLD_US = 1200000,    /* so long quiet: a breath is no end */
    VOICE_STALE_US = 500000,    /* without a packet there is no loudness */
    SPEAKER_LEAD = 6,           /* so much louder than who is in front … */
    SPEAKER_LEAD_US = 400000,   /* … for so long takes the place */
    SPEAKER_STAYS_US = 1000000, /* once in front, at least so long */
    SPEAKER_LOOK_US = 100000,   /* how often the room looks */
};

/* One microphone. Zeroed: silent. */
struct voice {
    unsigned loudness_16; /* smoothed, in 1/16 dB */
    int64_t heard_us;     /* newest level */
    int64_t loud_us;      /* loud since then; 0: it is not */
    int64_t still_us;     /* not quiet at this time last */
    int64_t lead_us;      /* louder than who is in front since then; 0: it is not */
    bool active, dominant;
    bool told_active, told_dominant;
};

/* Of a room. Zeroed: nobody. */
struct speaker {
    int64_t looked_us, changed_us;
};

/* A packet with this level: 0 (full scale) to 127 (silence), in -dBov. */
void voice_heard(struct voice *voice, unsigned level, int64_t now_us);

/* Whether it is a voice now; `open` false: its gate is closed, it is silent whatever it sends. */
void voice_look(struct voice *voice, bool open, int64_t now_us);

/* Sets `dominant` of these voices anew: at most one has it. */
void speaker_choose(struct speaker *speaker, struct voice *const *voices, unsigned count,
                    int64_t now_us);

/* Every tick of every peer; looks when it is due and tells SFU_EVENT_VOICE where something changed. */
void room_speaker_look(struct fwd_room *room, int64_t now_us);

#endif
