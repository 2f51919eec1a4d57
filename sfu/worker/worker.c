#include "sfu/worker/worker.h"

#include "sfu/peer.h"
#include "sfu/room.h"
#include "sfu/worker/command.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <glib.h>

/* What an epoll event is about: a UDP socket by its index, one of the two other descriptors, or something of
 * the TCP side. */
enum { ON_COMMANDS = SFU_MAX_LISTEN, ON_STOP, ON_TCP, EVENTS_A_TURN = 64 };

/* ---- making ---- */

static int watch(struct worker *worker, int fd, uint32_t what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = what};
    return epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static uint8_t *env_block(void *user)
{
    struct worker *worker = user;
    return batch_block(worker->batch);
}

static bool env_event(void *user, const struct sfu_event *event)
{
    return worker_tell(user, event);
}

static enum sfu_way env_way(void *transport)
{
    return peer_way(transport);
}

static bool env_crowded(void *transport)
{
    return peer_is_crowded(transport);
}

/* A connection that is no more: no way to anybody. */
static void tcp_lost(void *user, const struct tuple *tuple)
{
    struct worker *worker = user;
    struct peer *peer = directory_find_tuple(worker->directory, tuple);
    if (peer)
        peer_way_lost(peer, tuple);
}

static void env_pace(void *user)
{
    struct worker *worker = user;
    if (!worker->pace_at_us)
        worker->pace_at_us = worker->now_us + FWD_PACE_US;
}

static void make_env(struct worker *worker, const struct sfu_config *config)
{
    worker->fwd_env = (struct fwd_env){
        .worker = worker,
        .counters = &worker->counters,
        .media_timeout_us = (int64_t)config->media_timeout_ms * 1000,
        .block = env_block,
        .send_rtp = peer_send_rtp,
        .send_wire = peer_send_wire,
        .send_rtcp = peer_send_rtcp,
        .pace = env_pace,
        .event = env_event,
        .crowded = env_crowded,
        .way = env_way,
    };
}

static int make_parts(struct worker *worker, const struct sfu_config *config,
                      struct dtls_identity *identity)
{
    int r = registry_init(&worker->rooms, config->max_rooms);
    r = r ? r : registry_init(&worker->peers_by_id, config->max_peers);
    r = r ? r : udp_inbox_create(&worker->inbox);
    r = r ? r
          : tcp_create(worker->epoll_fd, ON_TCP, &worker->counters, tcp_lost, worker, &worker->tcp);
    r = r ? r : batch_create(worker->sockets, worker->tcp, &worker->counters, &worker->batch);
    r = r ? r : directory_create(config->max_peers, &worker->directory);
    r = r ? r
          : sources_create(WORKER_SOURCE_CHECKS_PER_S, WORKER_SOURCE_CHECKS_BURST,
                           &worker->sources);
    r = r ? r : ice_responder_create(intake_find_ufrag, worker, &worker->ice);
    r = r ? r : dtls_context_create(identity, &worker->dtls);
    return r;
}

static int make_descriptors(struct worker *worker)
{
    worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    worker->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (worker->epoll_fd < 0 || worker->stop_fd < 0)
        return -errno;
    int r = watch(worker, worker->stop_fd, ON_STOP);
    return r ? r : watch(worker, mailbox_fd(worker->commands), ON_COMMANDS);
}

int worker_create(unsigned index, const struct sfu_config *config, struct dtls_identity *identity,
                  struct mailbox *events, struct worker **ret_worker)
{
    struct worker *worker = aligned_alloc(64, (sizeof *worker + 63) / 64 * 64);
    if (!worker)
        return -ENOMEM;
    *worker = (struct worker){.index = index,
                              .events = events,
                              .epoll_fd = -1,
                              .stop_fd = -1,
                              .now_us = clock_now_us(),
                              .consent_timeout_us = (int64_t)config->consent_timeout_ms * 1000,
                              .checks = bucket_make(WORKER_CHECKS_PER_S, WORKER_CHECKS_PER_S),
                              .refusals = bucket_make(WORKER_REFUSALS_PER_S, WORKER_REFUSALS_PER_S),
                              .strays = bucket_make(WORKER_STRAYS_PER_S, WORKER_STRAYS_PER_S)};
    make_env(worker, config);
    int r = mailbox_create(sizeof(struct command), WORKER_COMMANDS, &worker->commands);
    r = r ? r : make_descriptors(worker);
    r = r ? r : make_parts(worker, config, identity);
    if (r < 0) {
        worker_destroy(worker);
        return r;
    }
    *ret_worker = worker;
    return 0;
}

int worker_listen(struct worker *worker, const struct address *address, size_t buffer_bytes,
                  size_t *ret_less_bytes)
{
    if (worker->socket_count == SFU_MAX_LISTEN)
        return -ENOSPC;
    struct udp_socket *socket = &worker->sockets[worker->socket_count];
    int r = udp_open(address, buffer_bytes, socket, ret_less_bytes);
    if (r < 0)
        return r;
    r = watch(worker, socket->fd, worker->socket_count);
    if (r < 0) {
        udp_close(socket);
        return r;
    }
    worker->socket_count++;
    return 0;
}

int worker_listen_tcp(struct worker *worker, const struct address *address,
                      struct address *ret_bound)
{
    return tcp_listen(worker->tcp, address, ret_bound);
}

/* ---- telling and sending ---- */

/* How much of the backlog such an event may fill. */
static unsigned backlog_share(enum sfu_event_type type)
{
    switch (type) {
    case SFU_EVENT_CONNECTED:
    case SFU_EVENT_SECURED:
    case SFU_EVENT_SILENT:
    case SFU_EVENT_BACK:
    case SFU_EVENT_FAILED: return WORKER_BACKLOG;
    case SFU_EVENT_MEDIA:
    case SFU_EVENT_CODEC:
    case SFU_EVENT_LAYERS:
    case SFU_EVENT_SLOT:
    case SFU_EVENT_VOICE:
    case SFU_EVENT_QUALITY: return WORKER_BACKLOG / 2;
    }
    return 0;
}

static bool push_backlog(struct worker *worker, const struct sfu_event *event)
{
    if (worker->backlog_count >= backlog_share(event->type))
        return false;
    unsigned at = (worker->backlog_first + worker->backlog_count++) % WORKER_BACKLOG;
    worker->backlog[at] = *event;
    return true;
}

static void empty_backlog(struct worker *worker)
{
    while (worker->backlog_count &&
           mailbox_post(worker->events, &worker->backlog[worker->backlog_first]) == 0) {
        worker->backlog_first = (worker->backlog_first + 1) % WORKER_BACKLOG;
        worker->backlog_count--;
    }
}

bool worker_tell(struct worker *worker, const struct sfu_event *event)
{
    /* Order is kept: while something waits, everything waits behind it. */
    empty_backlog(worker);
    if (!worker->backlog_count && mailbox_post(worker->events, event) == 0)
        return true;
    return push_backlog(worker, event);
}

void worker_send_now(struct worker *worker, const struct tuple *to, const uint8_t *data, size_t len)
{
    struct udp_slice slice = {.data = data, .len = len};
    if (tuple_is_tcp(to))
        tcp_send(worker->tcp, to, &slice, 1, worker->now_us);
    else
        udp_send(&worker->sockets[to->socket], to, &slice, 1, &worker->counters);
}

/* ---- the loop ---- */

static void receive(struct worker *worker, uint32_t index)
{
    int n = udp_receive(&worker->sockets[index], index, worker->inbox, &worker->counters);
    for (int i = 0; i < n; i++) {
        struct udp_datagram datagram;
        if (udp_inbox_datagram(worker->inbox, (unsigned)i, &datagram))
            intake_datagram(worker, &datagram);
        else
            counters_drop(&worker->counters, SFU_DROP_UNKNOWN_TUPLE);
    }
}

static void receive_tcp(struct worker *worker, const struct epoll_event *ready)
{
    uint32_t on = ready->data.u32 - ON_TCP;
    struct udp_datagram packet;
    tcp_ready(worker->tcp, on, ready->events, worker->now_us);
    while (tcp_next(worker->tcp, on, worker->now_us, &packet))
        intake_datagram(worker, &packet);
}

static void take_commands(struct worker *worker)
{
    struct command command;
    for (unsigned i = 0; i < WORKER_COMMANDS_A_TURN; i++) {
        if (!mailbox_take(worker->commands, &command))
            break;
        command_apply(worker, &command);
    }
}

static void tick(struct worker *worker)
{
    empty_backlog(worker);
    tcp_tick(worker->tcp, worker->now_us);
    for (struct peer *peer = worker->peers; peer; peer = peer->worker_next)
        peer_tick(peer);
    worker->tick_at_us = worker->now_us + FWD_TICK_US;
}

static void pace(struct worker *worker)
{
    worker->pace_at_us = 0;
    for (struct peer *peer = worker->peers; peer; peer = peer->worker_next)
        fwd_peer_pace(peer->fwd, worker->now_us);
}

/* Until the next tick; without peers and strangers only a descriptor wakes the worker. */
static int wait_ms(const struct worker *worker)
{
    if (!worker->peers && !worker->backlog_count && !tcp_needs_ticks(worker->tcp))
        return -1;
    bool paces = worker->pace_at_us && worker->pace_at_us < worker->tick_at_us;
    int64_t left_us = (paces ? worker->pace_at_us : worker->tick_at_us) - clock_now_us();
    return left_us <= 0 ? 0 : (int)((left_us + 999) / 1000);
}

static bool is_ready(const struct epoll_event *ready, int n, uint32_t what)
{
    for (int i = 0; i < n; i++)
        if (ready[i].data.u32 == what)
            return true;
    return false;
}

static void *run(void *user)
{
    struct worker *worker = user;
    for (;;) {
        struct epoll_event ready[EVENTS_A_TURN];
        int n = epoll_wait(worker->epoll_fd, ready, EVENTS_A_TURN, wait_ms(worker));
        worker->now_us = clock_now_us();
        if (is_ready(ready, n, ON_STOP))
            return NULL;
        /* First the commands: credentials that were just told are known when their first check comes. */
        if (is_ready(ready, n, ON_COMMANDS))
            take_commands(worker);
        for (int i = 0; i < n; i++)
            if (ready[i].data.u32 < SFU_MAX_LISTEN)
                receive(worker, ready[i].data.u32);
            else if (ready[i].data.u32 >= ON_TCP)
                receive_tcp(worker, &ready[i]);
        if (worker->now_us >= worker->tick_at_us)
            tick(worker);
        if (worker->pace_at_us && worker->now_us >= worker->pace_at_us)
            pace(worker);
        batch_flush(worker->batch);
        tcp_sweep(worker->tcp);
    }
}

int worker_start(struct worker *worker)
{
    /* Signals are the main thread's: a worker that runs a handler would stall media. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int r = pthread_create(&worker->thread, NULL, run, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r != 0)
        return -r;
    worker->running = true;
    char name[16];
    g_snprintf(name, sizeof name, "media-%u", worker->index);
    pthread_setname_np(worker->thread, name);
    return 0;
}

/* ---- the end ---- */

static void stop(struct worker *worker)
{
    uint64_t one = 1;
    ssize_t written = write(worker->stop_fd, &one, sizeof one);
    g_assert(written == sizeof one);
    pthread_join(worker->thread, NULL);
    worker->running = false;
}

static void close_rooms(struct worker *worker)
{
    for (uint32_t i = 0; i < worker->rooms.count; i++)
        if (worker->rooms.slots[i].id)
            room_destroy(worker->rooms.slots[i].object);
}

static void discard_commands(struct worker *worker)
{
    struct command command;
    while (worker->commands && mailbox_take(worker->commands, &command))
        command_discard(&command);
}

static void close_descriptors(struct worker *worker)
{
    for (unsigned i = 0; i < worker->socket_count; i++)
        udp_close(&worker->sockets[i]);
    if (worker->epoll_fd >= 0)
        close(worker->epoll_fd);
    if (worker->stop_fd >= 0)
        close(worker->stop_fd);
}

void worker_destroy(struct worker *worker)
{
    if (!worker)
        return;
    if (worker->running)
        stop(worker);
    close_rooms(worker);
    discard_commands(worker);
    close_descriptors(worker);
    mailbox_destroy(worker->commands);
    registry_finish(&worker->rooms);
    registry_finish(&worker->peers_by_id);
    udp_inbox_destroy(worker->inbox);
    tcp_destroy(worker->tcp);
    batch_destroy(worker->batch);
    directory_destroy(worker->directory);
    sources_destroy(worker->sources);
    ice_responder_destroy(worker->ice);
    dtls_context_destroy(worker->dtls);
    free(worker);
}
