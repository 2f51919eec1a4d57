#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/mailbox.h"
#include "base/ring.h"
#include "recorder/journal/command.h"
#include "recorder/journal/folder.h"
#include "recorder/journal/health.h"
#include "recorder/journal/orphans.h"
#include "recorder/journal/pcapng_write.h"
#include "recorder/journal/syncer.h"
#include "recorder/journal/writer.h"
#include "recorder/tap.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    EVENTS_A_JOURNAL = 8, /* DURABLE, FAILED, CLOSED, and room for OVERFLOW */
    SYNC_INTERVAL_MS = 200,
};
#define SEGMENT_BYTES (UINT64_C(256) << 20)

/* A journal as the control thread sees it. */
struct slot {
    rec_journal_id id; /* 0: free */
    uint32_t generation;
    bool closing;
    char session[ID_BYTES];
    int64_t wall_offset_us;
};

struct rec {
    struct rec_config config;
    struct slot *slots;  /* config.max_journals */
    struct ring **rings; /* config.workers */
    GPtrArray *taps;     /* struct rec_tap *, open and closed ones */
    struct mailbox *events;
    struct rec_health health;
    struct rec_syncer *syncer;
    struct rec_writer *writer;
};

static struct slot *find_slot(struct rec *rec, rec_journal_id journal)
{
    unsigned index = rec_journal_index(journal);
    if (index >= rec->config.max_journals || rec->slots[index].id != journal)
        return NULL;
    return &rec->slots[index];
}

/* ---- creation ---------------------------------------------------------------------------------------- */

static int create_rings(struct rec *rec)
{
    rec->rings = g_new0(struct ring *, rec->config.workers);
    for (unsigned i = 0; i < rec->config.workers; i++) {
        int r = ring_create(rec->config.ring_bytes, &rec->rings[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int create_threads(struct rec *rec)
{
    const struct rec_config *config = &rec->config;
    int r = mailbox_create(sizeof(struct rec_event),
                           (size_t)config->max_journals * EVENTS_A_JOURNAL, &rec->events);
    if (r == 0)
        r = rec_syncer_create(config->spool_dir, config->max_journals, rec->events, &rec->health,
                              &rec->syncer);
    if (r < 0)
        return r;
    const struct rec_writer_config writer = {
        .spool_dir = config->spool_dir,
        .max_journals = config->max_journals,
        .sync_interval_ms = config->sync_interval_ms ? config->sync_interval_ms : SYNC_INTERVAL_MS,
        .segment_bytes = config->segment_bytes ? config->segment_bytes : SEGMENT_BYTES,
        .rings = rec->rings,
        .ring_count = config->workers,
    };
    return rec_writer_create(&writer, rec->events, &rec->health, rec->syncer, &rec->writer);
}

static int fail_create(struct rec *rec, int error, char **ret_what, const char *what)
{
    if (ret_what)
        *ret_what = g_strdup_printf("%s: %s", what, g_strerror(-error));
    rec_destroy(rec);
    return error;
}

int rec_create(const struct rec_config *config, struct rec **ret_rec, char **ret_what)
{
    if (!config->spool_dir || !config->workers || !config->max_journals || !config->ring_bytes) {
        if (ret_what)
            *ret_what = g_strdup("the recorder needs a spool folder, workers, journals and a ring");
        return -EINVAL;
    }
    struct rec *rec = g_new0(struct rec, 1);
    rec->config = *config;
    rec->config.spool_dir = g_strdup(config->spool_dir);
    rec->slots = g_new0(struct slot, config->max_journals);
    rec->taps = g_ptr_array_new();

    if (g_mkdir_with_parents(config->spool_dir, 0750) < 0)
        return fail_create(rec, -errno, ret_what, config->spool_dir);
    int r = create_rings(rec);
    if (r < 0)
        return fail_create(rec, r, ret_what, "the recorder's rings");
    r = create_threads(rec);
    if (r < 0)
        return fail_create(rec, r, ret_what, "the recorder's threads");
    *ret_rec = rec;
    return 0;
}

void rec_destroy(struct rec *rec)
{
    if (!rec)
        return;
    rec_writer_destroy(rec->writer);
    rec_syncer_destroy(rec->syncer);
    mailbox_destroy(rec->events);
    for (unsigned i = 0; i < rec->taps->len; i++)
        rec_tap_destroy(rec->taps->pdata[i]);
    g_ptr_array_unref(rec->taps);
    for (unsigned i = 0; rec->rings && i < rec->config.workers; i++)
        ring_destroy(rec->rings[i]);
    g_free(rec->rings);
    g_free(rec->slots);
    g_free((char *)rec->config.spool_dir);
    g_free(rec);
}

/* ---- journals ---------------------------------------------------------------------------------------- */

static int pick_slot(struct rec *rec, const char *session, struct slot **ret_slot)
{
    struct slot *free_slot = NULL;
    for (unsigned i = 0; i < rec->config.max_journals; i++) {
        struct slot *slot = &rec->slots[i];
        if (slot->id && strcmp(slot->session, session) == 0)
            return -EEXIST;
        if (!slot->id && !free_slot)
            free_slot = slot;
    }
    if (!free_slot)
        return -EBUSY;
    *ret_slot = free_slot;
    return 0;
}

int rec_journal_open(struct rec *rec, const char *session, rec_journal_id *ret_journal)
{
    if (!id_is_valid(session))
        return -EINVAL;
    int spool_error = rec->health.spool_error;
    if (spool_error < 0)
        return spool_error;
    if (rec->health.free_bytes < rec->config.reserve_bytes)
        return -ENOSPC;
    struct slot *slot = NULL;
    int r = pick_slot(rec, session, &slot);
    if (r < 0)
        return r;

    unsigned index = (unsigned)(slot - rec->slots);
    rec_journal_id id = (uint64_t)(slot->generation + 1) << 32 | (index + 1);
    struct rec_command command = {
        .type = REC_COMMAND_OPEN,
        .journal = id,
        .open = {.wall_offset_us = clock_wall_us() - clock_now_us()},
    };
    g_strlcpy(command.open.session, session, sizeof command.open.session);
    r = rec_writer_post(rec->writer, &command);
    if (r < 0)
        return r;
    slot->generation++;
    slot->id = id;
    slot->closing = false;
    slot->wall_offset_us = command.open.wall_offset_us;
    g_strlcpy(slot->session, session, sizeof slot->session);
    *ret_journal = id;
    return 0;
}

int rec_journal_event(struct rec *rec, rec_journal_id journal, const char *type,
                      const struct rec_field *fields, size_t count)
{
    const struct slot *slot = find_slot(rec, journal);
    if (!slot || slot->closing)
        return -ENOENT;
    int64_t now_us = clock_now_us();
    const struct rec_pcapng_event event = {
        .wall_us = now_us + slot->wall_offset_us,
        .monotonic_us = now_us,
        .type = type,
        .fields = fields,
        .count = count,
    };
    uint8_t buffer[REC_EVENT_BLOCK_MAX_BYTES];
    struct bytes_writer w = bytes_writer(buffer, sizeof buffer);
    int r = rec_pcapng_put_event(&w, &event);
    if (r < 0)
        return r;
    struct rec_command command = {
        .type = REC_COMMAND_BLOCK,
        .journal = journal,
        .block = {.monotonic_us = now_us, .len = w.at, .data = g_memdup2(buffer, w.at)},
    };
    r = rec_writer_post(rec->writer, &command);
    if (r < 0)
        g_free(command.block.data);
    return r;
}

int rec_orphans_release(struct rec *rec, const char *const *kept, size_t count)
{
    return rec_orphans_mark(rec->config.spool_dir, kept, count);
}

/* ---- taps ---------------------------------------------------------------------------------------------- */

static void tell_remains(struct rec *rec, const struct rec_tap_remains *remains)
{
    const struct slot *slot = find_slot(rec, remains->journal);
    if (!remains->packets || !slot)
        return;
    char lost[24], start[24], end[24];
    snprintf(lost, sizeof lost, "%" PRIu64, remains->packets);
    snprintf(start, sizeof start, "%" PRId64, remains->start_us + slot->wall_offset_us);
    snprintf(end, sizeof end, "%" PRId64, remains->end_us + slot->wall_offset_us);
    const struct rec_field fields[] = {
        {"CAUSE", "OVERFLOW"}, {"LOST", lost}, {"START_US", start}, {"END_US", end}};
    (void)rec_journal_event(rec, remains->journal, "gap", fields, G_N_ELEMENTS(fields));
}

/* Buries the taps that their rooms have let go of. */
static void sweep_taps(struct rec *rec)
{
    for (unsigned i = rec->taps->len; i-- > 0;) {
        struct rec_tap_remains remains;
        if (!rec_tap_is_closed(rec->taps->pdata[i], &remains))
            continue;
        tell_remains(rec, &remains);
        rec_tap_destroy(rec->taps->pdata[i]);
        g_ptr_array_remove_index_fast(rec->taps, i);
    }
}

int rec_tap_attach(struct rec *rec, rec_journal_id journal, struct sfu *sfu, uint64_t room)
{
    const struct slot *slot = find_slot(rec, journal);
    if (!slot || slot->closing)
        return -ENOENT;
    unsigned worker = rec_tap_worker(sfu, room);
    if (worker >= rec->config.workers)
        return -EINVAL;
    sweep_taps(rec);
    struct rec_tap *tap = NULL;
    int r = rec_tap_create(sfu, room, journal, rec->rings[worker], &rec->health, &tap);
    if (r == 0)
        g_ptr_array_add(rec->taps, tap);
    return r;
}

int rec_journal_close(struct rec *rec, rec_journal_id journal, const char *reason)
{
    struct slot *slot = find_slot(rec, journal);
    if (!slot || slot->closing)
        return -ENOENT;
    sweep_taps(rec); /* what they still have to tell belongs before the end */
    struct rec_command command = {.type = REC_COMMAND_CLOSE, .journal = journal};
    g_strlcpy(command.reason, reason ? reason : "", sizeof command.reason);
    int r = rec_writer_post(rec->writer, &command);
    if (r < 0)
        return r;
    slot->closing = true;
    for (unsigned i = 0; i < rec->taps->len; i++)
        if (rec_tap_journal(rec->taps->pdata[i]) == journal)
            rec_tap_stop(rec->taps->pdata[i]);
    return 0;
}

/* ---- what is told ------------------------------------------------------------------------------------- */

int rec_event_fd(const struct rec *rec)
{
    return mailbox_fd(rec->events);
}

bool rec_next_event(struct rec *rec, struct rec_event *ret_event)
{
    if (!mailbox_take(rec->events, ret_event)) {
        sweep_taps(rec);
        return false;
    }
    if (ret_event->type == REC_EVENT_CLOSED) {
        struct slot *slot = find_slot(rec, ret_event->journal);
        if (slot)
            slot->id = 0;
    }
    return true;
}

int rec_pulse_ask(struct rec *rec, uint64_t pulse)
{
    return rec_writer_post(rec->writer,
                           &(struct rec_command){.type = REC_COMMAND_PULSE, .pulse = pulse});
}

uint64_t rec_pulse(const struct rec *rec)
{
    return rec->health.pulse;
}

static int64_t lag_us(const struct rec_health *health)
{
    int64_t waiting_us = health->waiting_since_us;
    int64_t syncing_us = health->syncing_since_us;
    int64_t oldest_us =
        syncing_us && (!waiting_us || syncing_us < waiting_us) ? syncing_us : waiting_us;
    return oldest_us && oldest_us != INT64_MAX ? MAX(clock_now_us() - oldest_us, 0) : 0;
}

void rec_stats_read(const struct rec *rec, struct rec_stats *ret_stats)
{
    const struct rec_health *health = &rec->health;
    *ret_stats = (struct rec_stats){
        .lag_us = lag_us(health),
        .written_bytes = health->written_bytes,
        .written_packets = health->written_packets,
        .lost_packets = health->lost_packets,
        .free_bytes = health->free_bytes,
        .open_journals = health->open_journals,
    };
    for (unsigned i = 0; i < rec->config.workers; i++) {
        ret_stats->ring_used_bytes += ring_used_bytes(rec->rings[i]);
        ret_stats->ring_high_water_bytes += ring_high_water_bytes(rec->rings[i]);
        ret_stats->ring_capacity_bytes += ring_capacity_bytes(rec->rings[i]);
    }
}
