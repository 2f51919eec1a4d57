/* The tap: a sink of the media server that copies what a room's peers send into a worker's ring. It
 * runs on the per-packet path: no allocation, no lock, no system call. */
#ifndef RECORDER_TAP_H
#define RECORDER_TAP_H

#include "base/ring.h"
#include "recorder/journal/health.h"
#include "recorder/recorder.h"

#include <stdbool.h>
#include <stdint.h>

struct rec_tap;

/* What a tap lost at its end, when even the record that tells of it found no room. */
struct rec_tap_remains {
    rec_journal_id journal;
    uint64_t packets;
    int64_t start_us, end_us; /* monotonic */
};

/* Control thread. Makes a tap and sets it as the room's sink. The ring is that of the room's worker;
 * ring and health outlive the tap. 0 or what sfu_room_set_sink() returns. */
int rec_tap_create(struct sfu *sfu, uint64_t room, rec_journal_id journal, struct ring *ring,
                   struct rec_health *health, struct rec_tap **ret_tap);

/* Control thread. The index of the worker that owns the room. */
unsigned rec_tap_worker(const struct sfu *sfu, uint64_t room);

/* Control thread. The journal is closed: nothing more goes into the ring. The tap lives on until the
 * room lets go of it. */
void rec_tap_stop(struct rec_tap *tap);

rec_journal_id rec_tap_journal(const struct rec_tap *tap);

/* Control thread. Whether the room has let go of the tap, which may then be destroyed; fills in what
 * is still to be told (packets may be 0). */
bool rec_tap_is_closed(const struct rec_tap *tap, struct rec_tap_remains *ret_remains);

/* Control thread, once closed. NULL is fine. */
void rec_tap_destroy(struct rec_tap *tap);

#endif
