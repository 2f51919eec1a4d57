#include "hall/hasher.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

struct hall_hasher {
    struct mailbox *jobs; /* struct hasher_job; a job without a request ends the thread */
    struct mailbox
        *done; /* struct hasher_job: holds all that can be under way, so it is never full */
    pthread_t thread;
    bool thread_runs;
    atomic_bool stopping;
    unsigned under_way; /* hall thread */
};

static bool job_wait(struct hall_hasher *hasher, struct hasher_job *ret_job)
{
    struct pollfd wait = {.fd = mailbox_fd(hasher->jobs), .events = POLLIN};
    while (!mailbox_take(hasher->jobs, ret_job)) {
        if (poll(&wait, 1, -1) < 0 && errno != EINTR)
            return false;
    }
    return ret_job->request != NULL;
}

static void *hasher_run(void *user)
{
    struct hall_hasher *hasher = user;
    struct hasher_job job;
    while (job_wait(hasher, &job)) {
        if (!atomic_load(&hasher->stopping))
            job.matches = password_matches(job.request->text, job.hash);
        explicit_bzero(job.request->text, sizeof job.request->text);
        if (mailbox_post(hasher->done, &job) < 0)
            hall_request_free(job.request);
    }
    return NULL;
}

int hall_hasher_create(struct hall_hasher **ret_hasher)
{
    struct hall_hasher *hasher = g_new0(struct hall_hasher, 1);
    int r = mailbox_create(sizeof(struct hasher_job), HALL_HASHER_JOBS + 1, &hasher->jobs);
    if (r == 0)
        r = mailbox_create(sizeof(struct hasher_job), HALL_HASHER_JOBS, &hasher->done);
    if (r == 0)
        r = -pthread_create(&hasher->thread, NULL, hasher_run, hasher);
    hasher->thread_runs = r == 0;
    if (r < 0) {
        hall_hasher_destroy(hasher);
        return r;
    }
    *ret_hasher = hasher;
    return 0;
}

void hall_hasher_destroy(struct hall_hasher *hasher)
{
    if (!hasher)
        return;
    struct hasher_job job = {0};
    if (hasher->thread_runs) {
        atomic_store(&hasher->stopping, true);
        (void)mailbox_post(hasher->jobs, &job); /* there is a place for it */
        pthread_join(hasher->thread, NULL);
    }
    while (hasher->done && mailbox_take(hasher->done, &job))
        hall_request_free(job.request);
    mailbox_destroy(hasher->jobs);
    mailbox_destroy(hasher->done);
    g_free(hasher);
}

int hall_hasher_post(struct hall_hasher *hasher, const struct hasher_job *job)
{
    if (hasher->under_way == HALL_HASHER_JOBS || mailbox_post(hasher->jobs, job) < 0)
        return -EAGAIN;
    hasher->under_way++;
    return 0;
}

int hall_hasher_fd(const struct hall_hasher *hasher)
{
    return mailbox_fd(hasher->done);
}

bool hall_hasher_take(struct hall_hasher *hasher, struct hasher_job *ret_job)
{
    if (!mailbox_take(hasher->done, ret_job))
        return false;
    hasher->under_way--;
    return true;
}
