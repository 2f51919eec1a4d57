#include "recorder/journal/opener.h"

#include "base/clock.h"
#include "base/thread.h"
#include "recorder/journal/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* How long another holder of the lock is waited for: the renderer holds it for the moment in which it
 * looks at a folder or puts a recording in place. */
#define LOCK_WAIT_US (2 * G_USEC_PER_SEC)
#define LOCK_RETRY_MS 20

struct request {
    rec_journal_id journal; /* 0: stop */
    char session[ID_BYTES];
};

struct rec_opener {
    int spool_fd;
    int stop_fd; /* readable once the opener shall stop waiting for locks */
    struct mailbox *requests;
    struct mailbox *answers; /* the writer's */
    struct rec_health *health;
    pthread_t thread;
};

/* The wait ends early when the opener is told to stop; the last try still counts. */
static int open_patiently(struct rec_opener *opener, const char *session,
                          struct rec_opened *ret_opened)
{
    int64_t until_us = clock_now_us() + LOCK_WAIT_US;
    for (;;) {
        int r = rec_folder_open(opener->spool_fd, session, ret_opened);
        if (r != -EWOULDBLOCK)
            return r;
        struct pollfd stop = {.fd = opener->stop_fd, .events = POLLIN};
        if (clock_now_us() >= until_us || poll(&stop, 1, LOCK_RETRY_MS) > 0)
            return -EBUSY;
    }
}

static void handle(struct rec_opener *opener, const struct request *request)
{
    struct rec_command command = {.type = REC_COMMAND_OPENED, .journal = request->journal};
    struct rec_opened opened;
    int r = open_patiently(opener, request->session, &opened);
    if (r < 0) {
        command.type = REC_COMMAND_OPEN_FAILED;
        command.error = r;
        if (r != -EBUSY)
            opener->health->spool_error = r;
    } else {
        command.opened = opened;
    }
    (void)mailbox_post(opener->answers, &command); /* has room for every request there may be */
}

static void *run(void *data)
{
    struct rec_opener *opener = data;
    struct pollfd wake = {.fd = mailbox_fd(opener->requests), .events = POLLIN};
    thread_name("journal opener");
    thread_give_way();
    for (;;) {
        struct request request;
        if (!mailbox_take(opener->requests, &request)) {
            (void)poll(&wake, 1, -1);
            continue;
        }
        if (!request.journal)
            return NULL;
        handle(opener, &request);
    }
}

static int start(struct rec_opener *opener, const char *spool_dir, unsigned max_requests)
{
    opener->spool_fd = open(spool_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opener->spool_fd < 0)
        return -errno;
    opener->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (opener->stop_fd < 0)
        return -errno;
    int r = mailbox_create(sizeof(struct request), max_requests + 1, &opener->requests);
    if (r < 0)
        return r;
    return -pthread_create(&opener->thread, NULL, run, opener);
}

static void free_opener(struct rec_opener *opener)
{
    mailbox_destroy(opener->requests);
    if (opener->stop_fd >= 0)
        close(opener->stop_fd);
    if (opener->spool_fd >= 0)
        close(opener->spool_fd);
    g_free(opener);
}

int rec_opener_create(const char *spool_dir, unsigned max_requests, struct mailbox *answers,
                      struct rec_health *health, struct rec_opener **ret_opener)
{
    struct rec_opener *opener = g_new0(struct rec_opener, 1);
    opener->spool_fd = opener->stop_fd = -1;
    opener->answers = answers;
    opener->health = health;
    int r = start(opener, spool_dir, max_requests);
    if (r < 0) {
        free_opener(opener);
        return r;
    }
    *ret_opener = opener;
    return 0;
}

void rec_opener_destroy(struct rec_opener *opener)
{
    if (!opener)
        return;
    eventfd_write(opener->stop_fd, 1);
    const struct request stop = {.journal = 0};
    mailbox_post(opener->requests, &stop); /* has a place of its own */
    pthread_join(opener->thread, NULL);
    free_opener(opener);
}

int rec_opener_request(struct rec_opener *opener, rec_journal_id journal, const char *session)
{
    struct request request = {.journal = journal};
    g_strlcpy(request.session, session, sizeof request.session);
    return mailbox_post(opener->requests, &request);
}
