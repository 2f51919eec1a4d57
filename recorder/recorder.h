/* The recorder inside the daemon: a tap that copies packets, a journal that survives `kill -9`, and a
 * look into the archive. The only header other folders may include. Rendering happens elsewhere, in
 * the process `shipinban-recorder`, from the journal alone (docs/recording-format.md).
 *
 * The control thread (signaling) opens, describes and closes journals; taps write on the media
 * workers; one writer thread and one syncer thread own the files. What happens to a journal comes back
 * as events.
 */
#ifndef RECORDER_RECORDER_H
#define RECORDER_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rec;
struct sfu;

typedef uint64_t rec_journal_id; /* 0 is no journal; generation-tagged */

struct rec_config {
    const char *spool_dir; /* journals being written or waiting for rendering; created if missing */
    unsigned workers;      /* media workers: one ring each */
    size_t ring_bytes;     /* a worker's ring; at least 3 s of the bitrate that is admitted */
    unsigned sync_interval_ms; /* 200 */
    uint64_t segment_bytes;    /* a new file after so many; 256 MiB */
    uint64_t reserve_bytes;    /* below so much free space no journal is opened (-ENOSPC) */
    unsigned max_journals;
};

/* Control thread. Creates the spool folder and the threads. 0 or a negative errno; `ret_what` as in
 * sfu_create(). */
int rec_create(const struct rec_config *config, struct rec **ret_rec, char **ret_what);
/* After sfu_destroy(): closes every journal (event `journal.end`, reason "shutdown"), syncs, joins. */
void rec_destroy(struct rec *rec);

/* ---- a journal: one a session ------------------------------------------------------------------- */

/* Control thread. Opens spool/<session>/NNNN.pcapng, the next number if the folder is there (a session
 * that goes on after a restart). Returns -ENOSPC below the reserve, -EBUSY at max_journals, -EEXIST
 * when the session's journal is open (until REC_EVENT_CLOSED was taken), -EAGAIN, -EINVAL when
 * `session` does not satisfy id_is_valid(), or the fault that the volume had last (-EIO, -EROFS, …)
 * until a write to it, tried every second, succeeds again. Success is told by REC_EVENT_DURABLE, a
 * later fault by REC_EVENT_FAILED (-EBUSY: another process holds the session's lock). */
int rec_journal_open(struct rec *rec, const char *session, rec_journal_id *ret_journal);

/* Control thread. Close the room first, if both end: what a tap has still to tell goes in then. Ends
 * the journal: writes `journal.end` with `reason`, syncs, and leaves the marker
 * that tells shipinban-recorder to render (not after REC_EVENT_FAILED). REC_EVENT_CLOSED follows; the
 * id is dead from then on. -ENOENT: no such journal, or closed already; -EAGAIN. */
int rec_journal_close(struct rec *rec, rec_journal_id journal, const char *reason);

/* Control thread, once, at the start. Nobody will go on with what a former run left in the spool, but with the sessions
 * `kept`: shipinban-recorder need not wait for it. 0 or a negative errno. */
int rec_orphans_release(struct rec *rec, const char *const *kept, size_t count);

struct rec_field {
    const char *name; /* upper case, digits and _; at most 32 characters (systemd journal export) */
    const char *value; /* UTF-8; newlines are allowed */
};

/* Control thread. Appends an event: its type and fields (docs/recording-format.md). Copied; at most 8
 * KiB in all (-EMSGSIZE), -EAGAIN when the mailbox is full. */
int rec_journal_event(struct rec *rec, rec_journal_id journal, const char *type,
                      const struct rec_field *fields, size_t count);

/* Control thread. Attaches a tap to a room: from now on every packet the room's peers send goes into
 * the journal, marked with the peer's tag. The tap detaches when the room closes or another sink is
 * set. The worker index is sfu_room_worker(). */
int rec_tap_attach(struct rec *rec, rec_journal_id journal, struct sfu *sfu, uint64_t room);

enum rec_event_type {
    REC_EVENT_DURABLE, /* the first bytes of the journal are on disk, the folder entry too */
    REC_EVENT_FAILED, /* writing or syncing failed: `error` (negative errno); nothing more is written */
    REC_EVENT_OVERFLOW, /* the ring was full: `lost_packets`; a gap OVERFLOW is in the journal */
    REC_EVENT_CLOSED,
};

struct rec_event {
    enum rec_event_type type;
    rec_journal_id journal;
    int error;
    uint64_t lost_packets;
};

int rec_event_fd(const struct rec *rec);
/* Control thread. False when there is none. */
bool rec_next_event(struct rec *rec, struct rec_event *ret_event);

struct rec_stats {
    size_t ring_used_bytes, ring_high_water_bytes, ring_capacity_bytes; /* over all rings */
    int64_t lag_us; /* age of the oldest record that is not yet durable */
    uint64_t written_bytes, written_packets, lost_packets;
    uint64_t free_bytes; /* of the spool's volume */
    unsigned open_journals;
};

/* Any thread. */
void rec_stats_read(const struct rec *rec, struct rec_stats *ret_stats);

/* Control thread. Asks the writer for a sign of life; `pulse` grows from call to call. 0 or -EAGAIN. */
int rec_pulse_ask(struct rec *rec, uint64_t pulse);
/* Any thread. The last pulse that it has answered. */
uint64_t rec_pulse(const struct rec *rec);

/* ---- what shipinban-recorder tells of itself, in a small file beside the recordings ------------------------------- */

struct rec_figures {
    int64_t at_us; /* wall clock: when it was written; every 10 s and at each change. 0: never */
    uint64_t done, failed; /* renderings since shipinban-recorder started */
    int64_t failed_at_us;  /* wall clock, of the last that failed; 0: none */
    uint64_t spent_us;     /* that they took */
    unsigned waiting, running;
};

/* Any thread. All is 0 where nothing can be read. */
void rec_figures_read(const char *archive_dir, struct rec_figures *ret_figures);
/* shipinban-recorder alone. */
bool rec_figures_write(const char *archive_dir, const struct rec_figures *figures);

/* ---- the archive: what shipinban-recorder has made ------------------------------------------------ */

enum rec_archive_state {
    REC_ARCHIVE_NONE,      /* neither in the spool nor in the archive */
    REC_ARCHIVE_RECORDING, /* in the spool, being written */
    REC_ARCHIVE_RENDERING, /* in the spool, closed or orphaned */
    REC_ARCHIVE_READY,     /* archive/<session>/manifest.json is there */
    REC_ARCHIVE_FAILED,    /* rendering failed; archive/<session>.failed says why */
};

/* Any thread; a few stat() calls. A `session` that is no valid id is REC_ARCHIVE_NONE. */
enum rec_archive_state rec_archive_state_of(const char *spool_dir, const char *archive_dir,
                                            const char *session);

/* Any thread. The path of a file of a finished recording, or NULL when `session` or `file` is not one
 * (only names listed in the manifest's folder: no separators, no leading dot). g_free() it. */
char *rec_archive_path(const char *archive_dir, const char *session, const char *file);

#endif
