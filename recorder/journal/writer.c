#include "recorder/journal/writer.h"

#include "base/clock.h"
#include "base/thread.h"
#include "recorder/journal/folder.h"
#include "recorder/journal/journal.h"
#include "recorder/journal/opener.h"

#include <errno.h>
#include <glib.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    TICK_MS = 20,
    FLUSH_TICKS = 5, /* so much may be lost when the process is killed: 100 ms */
    COMMANDS = 4096,
};

struct rec_writer {
    struct rec_writer_config config;
    struct rec_journal_env env;
    int stop_fd; /* readable: do what is there and end */
    struct mailbox *commands;
    struct mailbox *answers; /* the opener's */
    struct rec_opener *opener;
    struct rec_journal **journals; /* by index; NULL: free */
    unsigned open_count;
    unsigned tick;
    int64_t next_tick_us;
    int64_t next_sync_us;
    pthread_t thread;
};

static struct rec_journal *find(const struct rec_writer *writer, rec_journal_id id)
{
    unsigned index = rec_journal_index(id);
    if (index >= writer->config.max_journals)
        return NULL;
    struct rec_journal *journal = writer->journals[index];
    return journal && journal->id == id ? journal : NULL;
}

/* ---- rings --------------------------------------------------------------------------------------- */

/* As much as was there at the beginning: a ring that is filled as fast as it is emptied must not keep
 * the others waiting. */
static void drain_ring(struct rec_writer *writer, struct ring *ring)
{
    size_t budget = ring_used_bytes(ring);
    const struct rec_record *record;
    for (size_t len = 0; budget > 0 && (record = ring_peek(ring, &len)); ring_release(ring)) {
        budget -= MIN(budget, len);
        if (len < sizeof *record)
            continue;
        struct rec_journal *journal = find(writer, record->journal);
        if (journal)
            rec_journal_record(journal, record, len - sizeof *record);
    }
}

static void drain_rings(struct rec_writer *writer)
{
    for (unsigned i = 0; i < writer->config.ring_count; i++)
        drain_ring(writer, writer->config.rings[i]);
}

/* ---- commands -------------------------------------------------------------------------------------- */

static void remove_journal(struct rec_writer *writer, struct rec_journal *journal, int64_t now_us)
{
    writer->journals[rec_journal_index(journal->id)] = NULL;
    writer->env.health->open_journals = --writer->open_count;
    rec_journal_end(journal, now_us);
    if (!writer->open_count) /* no tick comes to see that nothing waits */
        writer->env.health->waiting_since_us = 0;
}

static void open_journal(struct rec_writer *writer, const struct rec_command *command)
{
    struct rec_journal *journal = rec_journal_create(&writer->env, command);
    if (!journal) {
        rec_event_tell(writer->env.events, &(struct rec_event){.type = REC_EVENT_FAILED,
                                                               .journal = command->journal,
                                                               .error = -ENOMEM});
        return;
    }
    writer->journals[rec_journal_index(journal->id)] = journal;
    writer->env.health->open_journals = ++writer->open_count;
    int r = rec_opener_request(writer->opener, journal->id, journal->session);
    if (r < 0)
        rec_journal_failed(journal, r);
    journal->awaiting = r == 0;
}

static void close_journal(struct rec_writer *writer, struct rec_journal *journal,
                          const char *reason, int64_t now_us)
{
    g_strlcpy(journal->reason, reason, sizeof journal->reason);
    if (journal->awaiting) {
        journal->closing = true;
        return;
    }
    drain_rings(writer); /* what came before the end belongs into it */
    remove_journal(writer, journal, now_us);
}

static void handle_command(struct rec_writer *writer, const struct rec_command *command,
                           int64_t now_us)
{
    struct rec_journal *journal = find(writer, command->journal);
    switch (command->type) {
    case REC_COMMAND_OPEN: open_journal(writer, command); break;
    case REC_COMMAND_BLOCK:
        if (journal)
            rec_journal_block(journal, &command->block);
        g_free(command->block.data);
        break;
    case REC_COMMAND_CLOSE:
        if (journal)
            close_journal(writer, journal, command->reason, now_us);
        else /* it could not even be made */
            rec_event_tell(writer->env.events, &(struct rec_event){.type = REC_EVENT_CLOSED,
                                                                   .journal = command->journal});
        break;
    case REC_COMMAND_PULSE: writer->env.health->pulse = command->pulse; break;
    case REC_COMMAND_OPENED:
    case REC_COMMAND_OPEN_FAILED: break; /* answers: they come through the other mailbox */
    }
}

static void handle_answer(struct rec_writer *writer, const struct rec_command *answer,
                          int64_t now_us)
{
    struct rec_journal *journal =
        find(writer, answer->journal); /* it waits for this: it is there */
    journal->awaiting = false;
    if (answer->type == REC_COMMAND_OPENED)
        rec_journal_opened(journal, &answer->opened, now_us);
    else
        rec_journal_failed(journal, answer->error);
    if (journal->closing)
        remove_journal(writer, journal, now_us);
}

static void handle_answers(struct rec_writer *writer, int64_t now_us)
{
    struct rec_command answer;
    while (mailbox_take(writer->answers, &answer))
        handle_answer(writer, &answer, now_us);
}

static void handle_commands(struct rec_writer *writer, int64_t now_us)
{
    struct rec_command command;
    while (mailbox_take(writer->commands, &command))
        handle_command(writer, &command, now_us);
}

/* ---- the thread -------------------------------------------------------------------------------------- */

static void tick(struct rec_writer *writer, int64_t now_us)
{
    bool sync = now_us >= writer->next_sync_us;
    bool flush = writer->tick++ % FLUSH_TICKS == 0;
    int64_t oldest_us = INT64_MAX;

    drain_rings(writer);
    for (unsigned i = 0; i < writer->config.max_journals; i++) {
        struct rec_journal *journal = writer->journals[i];
        if (!journal)
            continue;
        if (sync)
            rec_journal_sync(journal, now_us);
        else if (flush)
            rec_journal_flush(journal);
        if (journal->dirty_since_us)
            oldest_us = MIN(oldest_us, journal->dirty_since_us);
    }
    writer->env.health->waiting_since_us = oldest_us == INT64_MAX ? 0 : oldest_us;
    if (sync)
        writer->next_sync_us = now_us + writer->config.sync_interval_ms * INT64_C(1000);
    writer->next_tick_us = now_us + TICK_MS * 1000;
}

/* True: stop. */
static bool wait_for_work(const struct rec_writer *writer)
{
    struct pollfd wake[] = {
        {.fd = writer->stop_fd, .events = POLLIN},
        {.fd = mailbox_fd(writer->commands), .events = POLLIN},
        {.fd = mailbox_fd(writer->answers), .events = POLLIN},
    };
    int timeout_ms = -1;
    if (writer->open_count) {
        int64_t left_us = writer->next_tick_us - clock_now_us();
        timeout_ms = left_us > 0 ? (int)((left_us + 999) / 1000) : 0;
    }
    return poll(wake, G_N_ELEMENTS(wake), timeout_ms) > 0 && wake[0].revents;
}

static void end_all(struct rec_writer *writer)
{
    rec_opener_destroy(writer->opener); /* its last answers are here afterwards */
    writer->opener = NULL;
    int64_t now_us = clock_now_us();
    handle_answers(writer, now_us);
    drain_rings(writer);
    for (unsigned i = 0; i < writer->config.max_journals; i++) {
        struct rec_journal *journal = writer->journals[i];
        if (!journal)
            continue;
        g_strlcpy(journal->reason, "shutdown", sizeof journal->reason);
        remove_journal(writer, journal, now_us);
    }
}

static void *run(void *data)
{
    struct rec_writer *writer = data;
    thread_name("journal writer");
    thread_give_way();
    for (bool stop = false; !stop;) {
        stop = wait_for_work(writer);
        int64_t now_us = clock_now_us();
        handle_commands(writer, now_us);
        handle_answers(writer, now_us);
        if (writer->open_count && now_us >= writer->next_tick_us)
            tick(writer, now_us);
    }
    end_all(writer);
    return NULL;
}

/* ---- other threads --------------------------------------------------------------------------------- */

static void free_writer(struct rec_writer *writer)
{
    rec_opener_destroy(writer->opener);
    mailbox_destroy(writer->commands);
    mailbox_destroy(writer->answers);
    if (writer->stop_fd >= 0)
        close(writer->stop_fd);
    g_free(writer->journals);
    g_free(writer);
}

static int start(struct rec_writer *writer)
{
    const struct rec_writer_config *config = &writer->config;
    writer->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int r = writer->stop_fd < 0 ? -errno : 0;
    if (r == 0)
        r = mailbox_create(sizeof(struct rec_command), COMMANDS, &writer->commands);
    if (r == 0)
        r = mailbox_create(sizeof(struct rec_command), config->max_journals, &writer->answers);
    if (r == 0)
        r = rec_opener_create(config->spool_dir, config->max_journals, writer->answers,
                              writer->env.health, &writer->opener);
    if (r == 0)
        r = -pthread_create(&writer->thread, NULL, run, writer);
    return r;
}

int rec_writer_create(const struct rec_writer_config *config, struct mailbox *events,
                      struct rec_health *health, struct rec_syncer *syncer,
                      struct rec_writer **ret_writer)
{
    struct rec_writer *writer = g_new0(struct rec_writer, 1);
    writer->config = *config;
    writer->env = (struct rec_journal_env){.events = events,
                                           .health = health,
                                           .syncer = syncer,
                                           .segment_bytes = config->segment_bytes};
    writer->journals = g_new0(struct rec_journal *, config->max_journals);
    int r = start(writer);
    if (r < 0) {
        free_writer(writer);
        return r;
    }
    *ret_writer = writer;
    return 0;
}

void rec_writer_destroy(struct rec_writer *writer)
{
    if (!writer)
        return;
    eventfd_write(writer->stop_fd, 1);
    pthread_join(writer->thread, NULL);
    free_writer(writer);
}

int rec_writer_post(struct rec_writer *writer, const struct rec_command *command)
{
    return mailbox_post(writer->commands, command) < 0 ? -EAGAIN : 0;
}
