#include "tests/bench/load.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { EVENTS = 64, SPREAD = 64, FRAME_NS = 33333333 };

enum wish { WISH_ADD, WISH_REMOVE };

struct request {
    enum wish wish;
    struct leg *leg;
    bool done; /* load.mutex */
};

struct load {
    int epoll_fd, wake_fd;
    double loss;
    struct meter meter;
    GPtrArray *legs; /* borrowed; the load's thread alone */
    unsigned added;
    gint stopped;
    GMutex mutex;
    GCond changed;
    GQueue requests; /* struct request, borrowed */
};

struct load *load_create(double loss)
{
    struct load *load = g_new0(struct load, 1);
    struct epoll_event event = {.events = EPOLLIN};
    load->loss = loss;
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    load->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    load->legs = g_ptr_array_new();
    g_mutex_init(&load->mutex);
    g_cond_init(&load->changed);
    g_queue_init(&load->requests);
    epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, load->wake_fd, &event);
    return load;
}

void load_destroy(struct load *load)
{
    if (!load)
        return;
    close(load->epoll_fd);
    close(load->wake_fd);
    g_ptr_array_unref(load->legs);
    g_mutex_clear(&load->mutex);
    g_cond_clear(&load->changed);
    g_free(load);
}

struct meter *load_meter(struct load *load)
{
    return &load->meter;
}

static void wake(struct load *load)
{
    uint64_t one = 1;
    if (write(load->wake_fd, &one, sizeof one) < 0)
        return; /* full: it is awake */
}

void load_stop(struct load *load)
{
    g_atomic_int_set(&load->stopped, 1);
    wake(load);
}

void load_resume(struct load *load)
{
    g_atomic_int_set(&load->stopped, 0);
}

/* ---- wishes of other threads ---- */

static void ask(struct load *load, enum wish wish, struct leg *leg)
{
    struct request request = {.wish = wish, .leg = leg};
    g_mutex_lock(&load->mutex);
    g_queue_push_tail(&load->requests, &request);
    wake(load);
    while (!request.done)
        g_cond_wait(&load->changed, &load->mutex);
    g_mutex_unlock(&load->mutex);
}

void load_add(struct load *load, struct leg *leg)
{
    ask(load, WISH_ADD, leg);
}

void load_remove(struct load *load, struct leg *leg)
{
    ask(load, WISH_REMOVE, leg);
}

int64_t load_wait_video(struct load *load, const struct leg *leg, int64_t timeout_us)
{
    int64_t until_us = g_get_monotonic_time() + timeout_us;
    g_mutex_lock(&load->mutex);
    while (!leg->first_video_ns && g_cond_wait_until(&load->changed, &load->mutex, until_us))
        ;
    int64_t at_ns = leg->first_video_ns;
    g_mutex_unlock(&load->mutex);
    return at_ns;
}

/* Frames of different peers are spread evenly over a frame's time, as those of strangers are. */
static void add(struct load *load, struct leg *leg)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = leg};
    leg_start(leg, &load->meter, load->loss,
              (int64_t)(load->added++ * 37 % SPREAD) * FRAME_NS / SPREAD);
    g_ptr_array_add(load->legs, leg);
    epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, leg->far->fd, &event);
}

static void requests_take(struct load *load)
{
    uint64_t count;
    if (read(load->wake_fd, &count, sizeof count) < 0)
        return;
    g_mutex_lock(&load->mutex);
    for (struct request *request; (request = g_queue_pop_head(&load->requests));) {
        if (request->wish == WISH_ADD) {
            add(load, request->leg);
        } else {
            epoll_ctl(load->epoll_fd, EPOLL_CTL_DEL, request->leg->far->fd, NULL);
            g_ptr_array_remove_fast(load->legs, request->leg);
        }
        request->done = true;
    }
    g_cond_broadcast(&load->changed);
    g_mutex_unlock(&load->mutex);
}

/* ---- the loop ---- */

static void receive(struct load *load, struct leg *leg)
{
    if (leg->first_video_ns) {
        leg_receive(leg);
        return;
    }
    g_mutex_lock(&load->mutex); /* somebody may wait for the picture */
    leg_receive(leg);
    if (leg->first_video_ns)
        g_cond_broadcast(&load->changed);
    g_mutex_unlock(&load->mutex);
}

/* What is due is sent; when the next thing is due. */
static int64_t tick(struct load *load, int64_t until_ns)
{
    int64_t due_ns = until_ns, now_ns = leg_now_ns();
    for (unsigned i = 0; i < load->legs->len; i++) {
        struct leg *leg = g_ptr_array_index(load->legs, i);
        if (leg_due_ns(leg) <= now_ns) {
            leg_tick(leg, now_ns);
            now_ns = leg_now_ns();
        }
        due_ns = MIN(due_ns, leg_due_ns(leg));
    }
    return due_ns;
}

void load_run(struct load *load, int64_t until_ns)
{
    struct epoll_event events[EVENTS];
    while (!g_atomic_int_get(&load->stopped) && leg_now_ns() < until_ns) {
        int64_t wait_ns = MAX(tick(load, until_ns) - leg_now_ns(), 0);
        struct timespec timeout = {wait_ns / 1000000000, wait_ns % 1000000000};
        bool woken = false;
        int count = epoll_pwait2(load->epoll_fd, events, EVENTS, &timeout, NULL);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr)
                receive(load, events[i].data.ptr);
            else
                woken = true;
        }
        if (woken) /* last: what is taken away may be among the events */
            requests_take(load);
    }
}
