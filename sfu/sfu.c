#include "sfu/sfu.h"

#include "sfu/candidates.h"
#include "sfu/ids.h"
#include "sfu/negotiation.h"
#include "sfu/transport/srtp.h"
#include "sfu/worker/command.h"
#include "sfu/worker/worker.h"

#include "base/crypto/random.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS = 8192 };

struct sfu {
    struct dtls_identity *identity;
    struct mailbox *events;
    unsigned worker_count;
    struct worker *workers[SFU_MAX_WORKERS];
    struct ids *ids[SFU_MAX_WORKERS];
    struct candidates candidates[SFU_MAX_WORKERS];
};

/* ---- making ---- */

static int check_config(const struct sfu_config *config, char **ret_what)
{
    const char *what = NULL;
    if (config->workers < 1 || config->workers > SFU_MAX_WORKERS)
        what = "number of workers";
    else if (!config->listen[0])
        what = "no address to listen on";
    else if (!config->max_rooms || !config->max_peers || config->max_rooms > 0xffffff ||
             config->max_peers > 0xffffff)
        what = "limit of rooms or peers";
    else if (config->udp_port && config->udp_port + config->workers - 1 > UINT16_MAX)
        what = "not enough UDP ports above udp_port";
    else if (config->tcp && config->tcp_port && config->tcp_port + config->workers - 1 > UINT16_MAX)
        what = "not enough TCP ports above tcp_port";
    else if (config->tcp_public_port && config->workers > 1)
        what = "tcp_public_port leads to one worker";
    else if (!config->consent_timeout_ms || !config->media_timeout_ms)
        what = "a timeout is 0";
    *ret_what = what ? g_strdup(what) : NULL;
    return what ? -EINVAL : 0;
}

static int listen_on(struct worker *worker, const struct sfu_config *config, const char *text,
                     char **ret_what)
{
    uint16_t port = config->udp_port ? (uint16_t)(config->udp_port + worker->index) : 0;
    struct address address;
    if (address_parse(text, port, &address) < 0) {
        *ret_what = g_strdup_printf("not an IP address to listen on: %s", text);
        return -EINVAL;
    }
    size_t less_bytes = 0;
    int r = worker_listen(worker, &address, config->socket_buffer_bytes, &less_bytes);
    if (r < 0)
        *ret_what = g_strdup_printf("UDP %s port %u: %s", text, port, g_strerror(-r));
    else if (less_bytes && worker->index == 0 && worker->socket_count == 1)
        log_warning("sfu",
                    "the system gives sockets %zu bytes of buffer instead of %zu: packets will be "
                    "lost under load (sysctl -w net.core.rmem_max=%zu net.core.wmem_max=%zu)",
                    less_bytes, config->socket_buffer_bytes, config->socket_buffer_bytes,
                    config->socket_buffer_bytes);
    return r;
}

/* The same address by TCP. */
static int listen_tcp_on(struct worker *worker, const struct sfu_config *config, const char *text,
                         struct candidates_source *ret_source, char **ret_what)
{
    uint16_t port = config->tcp_port ? (uint16_t)(config->tcp_port + worker->index) : 0;
    struct address address;
    int r = address_parse(text, port, &address);
    r = r ? r : worker_listen_tcp(worker, &address, &ret_source->bound);
    ret_source->tcp = true;
    if (r < 0)
        *ret_what = g_strdup_printf("TCP %s port %u: %s", text, port, g_strerror(-r));
    return r;
}

static int listen_all(struct worker *worker, const struct sfu_config *config,
                      struct candidates *ret_candidates, char **ret_what)
{
    struct candidates_source sources[2 * SFU_MAX_LISTEN] = {0};
    unsigned count = 0;
    const char *wrong = NULL;
    int r = 0;
    for (unsigned i = 0; r == 0 && i < SFU_MAX_LISTEN && config->listen[i]; i++) {
        r = listen_on(worker, config, config->listen[i], ret_what);
        if (r == 0)
            sources[count++].bound = worker->sockets[i].bound;
    }
    for (unsigned i = 0; r == 0 && config->tcp && i < SFU_MAX_LISTEN && config->listen[i]; i++)
        r = listen_tcp_on(worker, config, config->listen[i], &sources[count++], ret_what);
    if (r < 0)
        return r;
    r = candidates_make(sources, count, config->public_ip, config->tcp_public_port, &wrong,
                        ret_candidates);
    if (r < 0)
        *ret_what = g_strdup_printf("public_ip: %s", wrong ? wrong : g_strerror(-r));
    return r;
}

static int add_worker(struct sfu *sfu, const struct sfu_config *config, char **ret_what)
{
    unsigned index = sfu->worker_count;
    int r = ids_create(index, config->max_rooms, config->max_peers, &sfu->ids[index]);
    r = r ? r : worker_create(index, config, sfu->identity, sfu->events, &sfu->workers[index]);
    sfu->worker_count++;
    return r ? r : listen_all(sfu->workers[index], config, &sfu->candidates[index], ret_what);
}

static int make_parts(struct sfu *sfu, const struct sfu_config *config, char **ret_what)
{
    int r = mailbox_create(sizeof(struct sfu_event), EVENTS, &sfu->events);
    r = r ? r : srtp_library_start();
    r = r ? r : dtls_identity_create(&sfu->identity);
    for (unsigned i = 0; r == 0 && i < config->workers; i++)
        r = add_worker(sfu, config, ret_what);
    for (unsigned i = 0; r == 0 && i < sfu->worker_count; i++)
        r = worker_start(sfu->workers[i]);
    return r;
}

int sfu_create(const struct sfu_config *config, struct sfu **ret_sfu, char **ret_what)
{
    char *what = NULL;
    struct sfu *sfu = NULL;
    int r = check_config(config, &what);
    if (r == 0) {
        sfu = calloc(1, sizeof *sfu);
        r = sfu ? make_parts(sfu, config, &what) : -ENOMEM;
    }
    if (r < 0) {
        sfu_destroy(sfu);
        if (!what)
            what = g_strdup(g_strerror(-r));
        if (ret_what)
            *ret_what = g_steal_pointer(&what);
        g_free(what);
        return r;
    }
    *ret_sfu = sfu;
    return 0;
}

void sfu_destroy(struct sfu *sfu)
{
    if (!sfu)
        return;
    for (unsigned i = 0; i < sfu->worker_count; i++) {
        worker_destroy(sfu->workers[i]);
        ids_destroy(sfu->ids[i]);
    }
    mailbox_destroy(sfu->events);
    dtls_identity_destroy(sfu->identity);
    free(sfu);
}

const char *sfu_fingerprint(const struct sfu *sfu)
{
    return dtls_identity_fingerprint(sfu->identity);
}

/* ---- rooms ---- */

static int post(struct sfu *sfu, unsigned worker, const struct command *command)
{
    return mailbox_post(sfu->workers[worker]->commands, command) < 0 ? -EAGAIN : 0;
}

/* The ids of the worker that the id names; any worker's for nonsense, which then finds nothing. */
static struct ids *ids_for(const struct sfu *sfu, uint64_t id)
{
    unsigned worker = id_worker(id);
    return sfu->ids[worker < sfu->worker_count ? worker : 0];
}

static unsigned least_used_worker(const struct sfu *sfu)
{
    unsigned least = 0;
    for (unsigned i = 1; i < sfu->worker_count; i++)
        if (ids_room_count(sfu->ids[i]) < ids_room_count(sfu->ids[least]))
            least = i;
    return least;
}

int sfu_room_open(struct sfu *sfu, sfu_room_id *ret_room)
{
    unsigned worker = least_used_worker(sfu);
    sfu_room_id room;
    int r = ids_open_room(sfu->ids[worker], &room);
    if (r < 0)
        return r;
    r = post(sfu, worker, &(struct command){.type = COMMAND_ROOM_OPEN, .room = room});
    if (r < 0) {
        ids_close_room(sfu->ids[worker], room);
        return r;
    }
    *ret_room = room;
    return 0;
}

int sfu_room_close(struct sfu *sfu, sfu_room_id room)
{
    struct ids *ids = ids_for(sfu, room);
    if (!ids_has_room(ids, room))
        return -ENOENT;
    int r = post(sfu, id_worker(room), &(struct command){.type = COMMAND_ROOM_CLOSE, .room = room});
    if (r == 0)
        ids_close_room(ids, room);
    return r;
}

unsigned sfu_room_worker(const struct sfu *sfu, sfu_room_id room)
{
    unsigned worker = id_worker(room);
    return worker < sfu->worker_count ? worker : 0;
}

size_t sfu_room_candidates(const struct sfu *sfu, sfu_room_id room,
                           struct sfu_candidate ret_candidates[SFU_MAX_CANDIDATES])
{
    const struct candidates *candidates = &sfu->candidates[sfu_room_worker(sfu, room)];
    memcpy(ret_candidates, candidates->list, candidates->count * sizeof *ret_candidates);
    return candidates->count;
}

int sfu_room_set_sink(struct sfu *sfu, sfu_room_id room, const struct sfu_sink_ops *ops, void *sink)
{
    if (!ids_has_room(ids_for(sfu, room), room))
        return -ENOENT;
    struct command command = {.type = COMMAND_ROOM_SET_SINK, .room = room};
    command.sink.ops = ops;
    command.sink.sink = sink;
    return post(sfu, id_worker(room), &command);
}

/* ---- peers ---- */

/* RFC 8445 section 5.3 asks for 24 bits in the ufrag and 128 in the password: these have 42 and 144.
 * The first character of the ufrag is the worker. */
void sfu_ice_make(struct sfu *sfu, sfu_room_id room, struct sfu_ice *ret_ice)
{
    static const char ice_chars[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t bytes[SFU_UFRAG_BYTES + SFU_PWD_BYTES];
    random_bytes(bytes, sizeof bytes);
    struct sfu_ice ice = {0};
    for (unsigned i = 0; i < SFU_UFRAG_BYTES - 1; i++)
        ice.ufrag[i] = ice_chars[bytes[i] % 64];
    for (unsigned i = 0; i < SFU_PWD_BYTES - 1; i++)
        ice.pwd[i] = ice_chars[bytes[SFU_UFRAG_BYTES + i] % 64];
    ice.ufrag[0] = ice_chars[sfu_room_worker(sfu, room) % 64];
    *ret_ice = ice;
}

int sfu_peer_open(struct sfu *sfu, sfu_room_id room, uint32_t tag, sfu_peer_id *ret_peer)
{
    struct ids *ids = ids_for(sfu, room);
    sfu_peer_id peer;
    if (tag > 0xffffff)
        return -EINVAL;
    int r = ids_open_peer(ids, room, &peer);
    if (r < 0)
        return r;
    struct command command = {.type = COMMAND_PEER_OPEN, .room = room, .peer = peer, .tag = tag};
    r = post(sfu, id_worker(room), &command);
    if (r < 0) {
        ids_close_peer(ids, peer);
        return r;
    }
    *ret_peer = peer;
    return 0;
}

static int post_to_peer(struct sfu *sfu, const struct command *command)
{
    if (!ids_room_of(ids_for(sfu, command->peer), command->peer))
        return -ENOENT;
    return post(sfu, id_worker(command->peer), command);
}

int sfu_peer_close(struct sfu *sfu, sfu_peer_id peer)
{
    int r = post_to_peer(sfu, &(struct command){.type = COMMAND_PEER_CLOSE, .peer = peer});
    if (r == 0)
        ids_close_peer(ids_for(sfu, peer), peer);
    return r;
}

int sfu_peer_negotiate(struct sfu *sfu, sfu_peer_id peer, const struct sfu_negotiation *negotiation)
{
    if (!negotiation_is_within_limits(negotiation))
        return -EINVAL;
    struct sfu_negotiation *copy = malloc(sizeof *copy);
    if (!copy)
        return -ENOMEM;
    *copy = *negotiation;
    struct command command = {.type = COMMAND_PEER_NEGOTIATE, .peer = peer, .negotiation = copy};
    int r = post_to_peer(sfu, &command);
    if (r < 0)
        command_discard(&command);
    return r;
}

/* ---- who is seen by whom ---- */

int sfu_slot_feed(struct sfu *sfu, sfu_peer_id peer, unsigned section, sfu_peer_id source,
                  unsigned source_section)
{
    sfu_room_id room = ids_room_of(ids_for(sfu, peer), peer);
    if (section >= SFU_MAX_SECTIONS || source_section >= SFU_MAX_SECTIONS)
        return -EINVAL;
    if (!room || (source && ids_room_of(ids_for(sfu, source), source) != room))
        return -ENOENT;
    struct command command = {.type = COMMAND_SLOT_FEED, .peer = peer, .section = section};
    command.feed.source = source;
    command.feed.source_section = source_section;
    return post(sfu, id_worker(peer), &command);
}

int sfu_uplink_gate(struct sfu *sfu, sfu_peer_id peer, unsigned section, bool to_slots,
                    bool to_sink)
{
    if (section >= SFU_MAX_SECTIONS)
        return -EINVAL;
    struct command command = {.type = COMMAND_UPLINK_GATE, .peer = peer, .section = section};
    command.gate.to_slots = to_slots;
    command.gate.to_sink = to_sink;
    return post_to_peer(sfu, &command);
}

int sfu_uplink_keyframe(struct sfu *sfu, sfu_peer_id peer, unsigned section)
{
    if (section >= SFU_MAX_SECTIONS)
        return -EINVAL;
    return post_to_peer(
        sfu, &(struct command){.type = COMMAND_UPLINK_KEYFRAME, .peer = peer, .section = section});
}

/* ---- events and counters ---- */

int sfu_event_fd(const struct sfu *sfu)
{
    return mailbox_fd(sfu->events);
}

bool sfu_next_event(struct sfu *sfu, struct sfu_event *ret_event)
{
    return mailbox_take(sfu->events, ret_event);
}

int sfu_pulse_ask(struct sfu *sfu, uint64_t pulse)
{
    int r = 0;
    for (unsigned i = 0; i < sfu->worker_count; i++)
        if (post(sfu, i, &(struct command){.type = COMMAND_PULSE, .pulse = pulse}) < 0)
            r = -EAGAIN;
    return r;
}

uint64_t sfu_pulse(const struct sfu *sfu)
{
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < sfu->worker_count; i++)
        least = MIN(least, atomic_load(&sfu->workers[i]->pulse));
    return least;
}

void sfu_counters_read(const struct sfu *sfu, struct sfu_counters *ret_counters)
{
    *ret_counters = (struct sfu_counters){0};
    for (unsigned i = 0; i < sfu->worker_count; i++)
        counters_sum(&sfu->workers[i]->counters, ret_counters);
}

unsigned sfu_worker_count(const struct sfu *sfu)
{
    return sfu->worker_count;
}

int sfu_worker_counters_read(const struct sfu *sfu, unsigned worker,
                             struct sfu_counters *ret_counters)
{
    if (worker >= sfu->worker_count)
        return -EINVAL;
    *ret_counters = (struct sfu_counters){0};
    counters_sum(&sfu->workers[worker]->counters, ret_counters);
    return 0;
}
