#include "recorder/journal/journal.h"

#include "recorder/journal/folder.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#ifndef SHIPINBAN_VERSION
#define SHIPINBAN_VERSION "unknown"
#endif

enum { START_BLOCK_BYTES = 4096 };

struct rec_journal *rec_journal_create(const struct rec_journal_env *env,
                                       const struct rec_command *open)
{
    struct rec_journal *journal = g_new0(struct rec_journal, 1);
    journal->env = env;
    journal->id = open->journal;
    journal->wall_offset_us = open->open.wall_offset_us;
    journal->place = (struct rec_opened){.fd = -1, .dir_fd = -1, .lock_fd = -1};
    g_strlcpy(journal->session, open->open.session, sizeof journal->session);
    if (rec_segment_init(&journal->segment) < 0) {
        rec_segment_finish(&journal->segment);
        g_free(journal);
        return NULL;
    }
    return journal;
}

static void mark_dirty(struct rec_journal *journal, int64_t since_us)
{
    if (!journal->dirty_since_us)
        journal->dirty_since_us = since_us;
}

void rec_journal_failed(struct rec_journal *journal, int error)
{
    if (journal->state == REC_JOURNAL_FAILED)
        return;
    journal->state = REC_JOURNAL_FAILED;
    journal->dirty_since_us = 0;
    if (error != -EBUSY) /* another process has the session: the volume is well */
        journal->env->health->spool_error = error;
    rec_event_tell(
        journal->env->events,
        &(struct rec_event){.type = REC_EVENT_FAILED, .journal = journal->id, .error = error});
}

/* ---- events that the journal itself writes -------------------------------------------------------- */

static struct rec_pcapng_event event_at(const struct rec_journal *journal, int64_t now_us,
                                        const char *type)
{
    return (struct rec_pcapng_event){
        .wall_us = now_us + journal->wall_offset_us, .monotonic_us = now_us, .type = type};
}

static int write_gap(struct rec_journal *journal, const struct rec_record *record,
                     const struct rec_loss *loss)
{
    char tag[16], section[16], lost[24], start[24], end[24];
    snprintf(tag, sizeof tag, "%" PRIu32, record ? record->tag : 0);
    snprintf(section, sizeof section, "%u", record ? record->section : 0u);
    snprintf(lost, sizeof lost, "%" PRIu64, loss->packets);
    snprintf(start, sizeof start, "%" PRId64, loss->start_us + journal->wall_offset_us);
    snprintf(end, sizeof end, "%" PRId64, loss->end_us + journal->wall_offset_us);
    const struct rec_field fields[] = {
        {"CAUSE", "OVERFLOW"}, {"LOST", lost}, {"START_US", start},
        {"END_US", end},       {"TAG", tag},   {"SECTION", section},
    };
    struct rec_pcapng_event event = event_at(journal, loss->end_us, "gap");
    event.fields = fields;
    event.count = record ? G_N_ELEMENTS(fields) : G_N_ELEMENTS(fields) - 2;
    journal->lost_packets += loss->packets;
    rec_event_tell(journal->env->events, &(struct rec_event){.type = REC_EVENT_OVERFLOW,
                                                             .journal = journal->id,
                                                             .lost_packets = loss->packets});
    return rec_segment_event(&journal->segment, &event);
}

static int write_end(struct rec_journal *journal, int64_t now_us)
{
    char packets[24], lost[24];
    snprintf(packets, sizeof packets, "%" PRIu64, journal->packets);
    snprintf(lost, sizeof lost, "%" PRIu64, journal->lost_packets);
    const struct rec_field fields[] = {
        {"REASON", journal->reason}, {"PACKETS", packets}, {"LOST", lost}};
    struct rec_pcapng_event event = event_at(journal, now_us, "journal.end");
    event.fields = fields;
    event.count = G_N_ELEMENTS(fields);
    return rec_segment_event(&journal->segment, &event);
}

static int begin_segment(struct rec_journal *journal, const struct rec_opened *opened,
                         int64_t now_us)
{
    const struct rec_previous *previous = &opened->previous;
    char number[16], bytes[24], torn[24];
    snprintf(number, sizeof number, "%u", opened->number);
    snprintf(bytes, sizeof bytes, "%" PRIu64, previous->bytes);
    snprintf(torn, sizeof torn, "%" PRIu64, previous->torn_bytes);
    const struct rec_field fields[] = {
        {"SESSION", journal->session},         {"SEGMENT", number},
        {"PREVIOUS_SHA256", previous->sha256}, {"PREVIOUS_BYTES", bytes},
        {"PREVIOUS_TORN_BYTES", torn},         {"VERSION", SHIPINBAN_VERSION},
    };
    struct rec_pcapng_event event = event_at(journal, now_us, "segment.start");
    event.fields = fields;
    event.count = G_N_ELEMENTS(fields);

    uint8_t start[START_BLOCK_BYTES];
    struct bytes_writer w = bytes_writer(start, sizeof start);
    rec_pcapng_put_preamble(&w);
    int r = rec_pcapng_put_event(&w, &event);
    return r < 0 ? r : rec_segment_begin(&journal->segment, opened->fd, start, w.at);
}

/* ---- the life of a journal -------------------------------------------------------------------------- */

static void post_sync(struct rec_journal *journal, unsigned flags)
{
    const struct rec_sync sync = {
        .journal = journal->id,
        .fd = journal->place.fd,
        .dir_fd = journal->place.dir_fd,
        .lock_fd = journal->place.lock_fd,
        .since_us = journal->dirty_since_us ? journal->dirty_since_us : INT64_MAX,
        .flags = flags | journal->sync_flags,
    };
    int r = rec_syncer_post(journal->env->syncer, &sync);
    if (r == 0) {
        journal->dirty_since_us = 0;
        journal->sync_flags = 0;
    } else if (flags & REC_SYNC_CLOSE) {
        /* The syncer is several whole segments behind: the writer waits for the disk itself, the
         * rings hold what comes meanwhile. */
        r = fdatasync(journal->place.fd) < 0 ? -errno : 0;
        close(journal->place.fd);
        if (r < 0)
            rec_journal_failed(journal, r);
    }
}

void rec_journal_opened(struct rec_journal *journal, const struct rec_opened *opened,
                        int64_t now_us)
{
    journal->place = *opened;
    if (journal->state == REC_JOURNAL_FAILED)
        return;
    int r = begin_segment(journal, opened, now_us);
    if (r == 0) {
        journal->state = REC_JOURNAL_WRITING;
        r = rec_segment_flush(&journal->segment); /* what gathered meanwhile */
    }
    if (r == 0 && journal->backlog_loss.packets)
        r = write_gap(journal, NULL, &journal->backlog_loss);
    if (r < 0) {
        rec_journal_failed(journal, r);
        return;
    }
    mark_dirty(journal, now_us);
    journal->sync_flags = REC_SYNC_DURABLE;
    rec_journal_sync(journal, now_us);
}

static int rotate(struct rec_journal *journal, int64_t now_us)
{
    struct rec_opened next = journal->place;
    int r = rec_segment_chain(&journal->segment, now_us + journal->wall_offset_us, now_us);
    if (r == 0)
        r = rec_segment_end(&journal->segment, next.previous.sha256, &next.previous.bytes);
    next.previous.torn_bytes = 0;
    if (r == 0)
        r = rec_folder_create_segment(next.dir_fd, ++next.number, &next.fd);
    if (r < 0)
        return r;
    post_sync(journal, REC_SYNC_CLOSE);
    journal->place = next;
    journal->sync_flags |= REC_SYNC_DIR;
    mark_dirty(journal, now_us);
    return begin_segment(journal, &next, now_us);
}

static void note_backlog_loss(struct rec_journal *journal, int64_t at_us)
{
    struct rec_loss *loss = &journal->backlog_loss;
    if (!loss->packets++)
        loss->start_us = at_us;
    loss->end_us = at_us;
    journal->env->health->lost_packets++;
}

/* What follows each append, with its result. */
static void appended(struct rec_journal *journal, int r, int64_t at_us)
{
    if (r == -ENOBUFS) {
        note_backlog_loss(journal, at_us);
        return;
    }
    if (r == 0) {
        mark_dirty(journal, at_us);
        if (journal->state == REC_JOURNAL_WRITING &&
            rec_segment_bytes(&journal->segment) >= journal->env->segment_bytes)
            r = rotate(journal, at_us);
    }
    if (r < 0)
        rec_journal_failed(journal, r);
}

static int append_packet(struct rec_journal *journal, const struct rec_record *record, size_t len)
{
    const struct rec_pcapng_packet packet = {
        .wall_us = record->arrival_us + journal->wall_offset_us,
        .tag = record->tag,
        .section = record->section,
        .rtcp = record->kind == REC_RECORD_SENDER_REPORT,
        .data = record->data,
        .len = len,
    };
    int r = rec_segment_packet(&journal->segment, &packet);
    if (r == 0) {
        journal->packets++;
        journal->env->health->written_packets++;
    } else if (r == -EINVAL) { /* no packet of ours: no reason to end the journal */
        journal->lost_packets++;
        return 0;
    }
    return r;
}

void rec_journal_record(struct rec_journal *journal, const struct rec_record *record, size_t len)
{
    if (journal->state == REC_JOURNAL_FAILED)
        return;
    int r = record->kind == REC_RECORD_LOSS
                ? write_gap(journal, record, (const struct rec_loss *)(const void *)record->data)
                : append_packet(journal, record, len);
    appended(journal, r, record->arrival_us);
}

void rec_journal_block(struct rec_journal *journal, const struct rec_block *block)
{
    if (journal->state == REC_JOURNAL_FAILED)
        return;
    appended(journal, rec_segment_block(&journal->segment, block->data, block->len),
             block->monotonic_us);
}

void rec_journal_flush(struct rec_journal *journal)
{
    if (journal->state != REC_JOURNAL_WRITING)
        return;
    int r = rec_segment_flush(&journal->segment);
    journal->env->health->written_bytes += journal->segment.total_bytes - journal->counted_bytes;
    journal->counted_bytes = journal->segment.total_bytes;
    if (r < 0)
        rec_journal_failed(journal, r);
}

void rec_journal_sync(struct rec_journal *journal, int64_t now_us)
{
    int error = rec_syncer_take_error(journal->env->syncer, journal->id);
    if (error < 0)
        rec_journal_failed(journal, error);
    if (journal->state != REC_JOURNAL_WRITING || !journal->dirty_since_us ||
        rec_syncer_is_busy(journal->env->syncer, journal->id))
        return;
    int r = rec_segment_chain(&journal->segment, now_us + journal->wall_offset_us, now_us);
    if (r < 0)
        rec_journal_failed(journal, r);
    rec_journal_flush(journal);
    if (journal->state == REC_JOURNAL_WRITING)
        post_sync(journal, 0);
}

void rec_journal_end(struct rec_journal *journal, int64_t now_us)
{
    int r = 0;
    int error = rec_syncer_take_error(journal->env->syncer, journal->id);
    if (error < 0)
        rec_journal_failed(journal, error);
    if (journal->state == REC_JOURNAL_WRITING) {
        r = write_end(journal, now_us);
        if (r == 0)
            r = rec_segment_chain(&journal->segment, now_us + journal->wall_offset_us, now_us);
        if (r < 0)
            rec_journal_failed(journal, r);
        rec_journal_flush(journal);
    }
    const struct rec_sync sync = {
        .journal = journal->id,
        .fd = journal->place.fd,
        .dir_fd = journal->place.dir_fd,
        .lock_fd = journal->place.lock_fd,
        .since_us = journal->dirty_since_us ? journal->dirty_since_us : INT64_MAX,
        .flags = journal->sync_flags | REC_SYNC_LAST |
                 (journal->state == REC_JOURNAL_WRITING ? REC_SYNC_GOOD : 0),
    };
    (void)rec_syncer_post(journal->env->syncer, &sync); /* a LAST always has room */
    rec_segment_finish(&journal->segment);
    g_free(journal);
}
