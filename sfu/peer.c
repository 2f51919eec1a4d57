#include "sfu/peer_parts.h"

#include "sfu/room.h"
#include "sfu/worker/worker.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { UFRAG_CHARS = SFU_UFRAG_BYTES - 1 };

static const char *const state_names[] = {"idle", "waiting", "connected", "secured", "failed"};

/* From (row) to (column). DTLS may end before a path is nominated, hence waiting to secured. */
static const bool transitions[5][5] = {
    [PEER_IDLE] = {[PEER_WAITING] = true},
    [PEER_WAITING] = {[PEER_CONNECTED] = true, [PEER_SECURED] = true, [PEER_FAILED] = true},
    [PEER_CONNECTED] = {[PEER_SECURED] = true, [PEER_FAILED] = true},
    [PEER_SECURED] = {[PEER_FAILED] = true},
};

void peer_set_state(struct peer *peer, enum peer_state to, const char *event)
{
    g_assert(transitions[peer->state][to]);
    log_debug("sfu", "peer %" G_GINT64_MODIFIER "x: %s -> %s (%s)", peer->id,
              state_names[peer->state], state_names[to], event);
    peer->state = to;
}

/* Returns whether there is still something to tell. */
static bool tell(struct peer *peer, enum sfu_event_type type, bool untold)
{
    struct sfu_event event = {
        .type = type, .room = peer->room->id, .peer = peer->id, .failure = peer->failure};
    return untold && !worker_tell(peer->worker, &event);
}

void peer_tell(struct peer *peer)
{
    peer->connected_untold = tell(peer, SFU_EVENT_CONNECTED, peer->connected_untold);
    if (!peer->connected_untold)
        peer->secured_untold = tell(peer, SFU_EVENT_SECURED, peer->secured_untold);
    if (!peer->connected_untold && !peer->secured_untold)
        peer->failure_untold = tell(peer, SFU_EVENT_FAILED, peer->failure_untold);
}

/* ---- life ---- */

static void link_peer(struct peer *peer)
{
    struct worker *worker = peer->worker;
    peer->room_next = peer->room->peers;
    peer->room->peers = peer;
    peer->worker_next = worker->peers;
    if (worker->peers)
        worker->peers->worker_prev = peer;
    worker->peers = peer;
}

static void unlink_peer(struct peer *peer)
{
    struct peer **link = &peer->room->peers;
    while (*link != peer)
        link = &(*link)->room_next;
    *link = peer->room_next;
    if (peer->worker_prev)
        peer->worker_prev->worker_next = peer->worker_next;
    else
        peer->worker->peers = peer->worker_next;
    if (peer->worker_next)
        peer->worker_next->worker_prev = peer->worker_prev;
}

int peer_create(struct room *room, sfu_peer_id id, uint32_t tag, struct peer **ret_peer)
{
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        return -ENOMEM;
    peer->id = id;
    peer->worker = room->worker;
    peer->room = room;
    peer->rtp = bucket_make(PEER_RTP_PER_S, PEER_RTP_PER_S);
    peer->checks = bucket_make(PEER_CHECKS_PER_S, PEER_CHECKS_BURST);
    peer->rtcp = bucket_make(PEER_RTCP_PER_S, PEER_RTCP_BURST);
    paths_init(&peer->paths);
    int r = fwd_peer_create(room->fwd, id, tag, peer, &peer->fwd);
    if (r < 0) {
        free(peer);
        return r;
    }
    link_peer(peer);
    counter_add(&peer->worker->counters.peers, 1);
    *ret_peer = peer;
    return 0;
}

void peer_forget_ufrag(struct peer *peer, struct sfu_ice *ice)
{
    if (ice->ufrag[0])
        directory_remove_ufrag(peer->worker->directory, ice->ufrag);
    explicit_bzero(ice, sizeof *ice);
}

void peer_forget_move(struct peer *peer)
{
    directory_remove_tuple(peer->worker->directory, &peer->paths.moved_to);
}

void peer_forget_tuple(struct peer *peer, const struct tuple *tuple)
{
    directory_remove_tuple(peer->worker->directory, tuple);
    if (tuple_is_tcp(tuple))
        tcp_close(peer->worker->tcp, tuple);
}

void peer_way_lost(struct peer *peer, const struct tuple *tuple)
{
    paths_forget(&peer->paths, tuple);
    directory_remove_tuple(peer->worker->directory, tuple);
}

/* Makes the peer unreachable and takes its keys away. */
static void detach(struct peer *peer)
{
    if (peer->chain.waiting)
        batch_flush(peer->worker->batch);
    peer_forget_ufrag(peer, &peer->local);
    peer_forget_ufrag(peer, &peer->previous);
    for (unsigned i = 0; i < peer->paths.count; i++)
        peer_forget_tuple(peer, &peer->paths.list[i].tuple);
    if (peer->paths.moved)
        peer_forget_move(peer);
    paths_init(&peer->paths);
    dtls_destroy(peer->dtls);
    peer->dtls = NULL;
    srtp_pair_destroy(peer->srtp);
    peer->srtp = NULL;
}

void peer_destroy(struct peer *peer)
{
    if (!peer)
        return;
    fwd_peer_destroy(peer->fwd);
    detach(peer);
    unlink_peer(peer);
    counter_sub(&peer->worker->counters.peers);
    free(peer);
}

void peer_fail(struct peer *peer, enum sfu_failure failure, const char *event)
{
    peer_set_state(peer, PEER_FAILED, event);
    detach(peer);
    peer->failure = failure;
    peer->failure_untold = true;
    peer_tell(peer);
}

/* ---- negotiation ---- */

static int take_credentials(struct peer *peer, const struct sfu_ice *ice)
{
    if (memcmp(peer->local.ufrag, ice->ufrag, UFRAG_CHARS) == 0)
        return 0;
    int r = directory_add_ufrag(peer->worker->directory, ice->ufrag, peer);
    if (r < 0)
        return r;
    peer_forget_ufrag(peer, &peer->previous);
    peer->previous = peer->local;
    peer->local = *ice;
    peer->tell_connected = true;
    peer->heard_us = peer->worker->now_us;
    return 0;
}

int peer_negotiate(struct peer *peer, const struct sfu_negotiation *negotiation)
{
    if (peer->state == PEER_FAILED)
        return -EINVAL;
    bool begun = peer->dtls || peer->srtp;
    if (begun &&
        memcmp(peer->remote_sha256, negotiation->remote_fingerprint, SFU_FINGERPRINT_BYTES) != 0) {
        peer_fail(peer, SFU_FAILURE_FINGERPRINT, "offer with another certificate");
        return -EINVAL;
    }
    int r = take_credentials(peer, &negotiation->local);
    if (r < 0)
        return r;
    memcpy(peer->remote_sha256, negotiation->remote_fingerprint, SFU_FINGERPRINT_BYTES);
    if (peer->state == PEER_IDLE)
        peer_set_state(peer, PEER_WAITING, "negotiated");
    return fwd_peer_negotiate(peer->fwd, negotiation, peer->worker->now_us);
}

/* ---- time ---- */

/* Many agents check no more once a pair is nominated: of one that checks nowhere, what it sends under its keys shows that it
 * is there (docs/decisions/0011-media-is-consent.md). */
static int64_t consent_take(struct peer *peer)
{
    if (peer->media_us < peer->heard_us + peer->worker->consent_timeout_us / 2)
        return peer->heard_us;
    paths_keep(&peer->paths, peer->media_us);
    return peer->media_us;
}

static void tick_paths(struct peer *peer)
{
    struct worker *worker = peer->worker;
    int64_t heard_us = consent_take(peer);
    if (paths_revert(&peer->paths, worker->now_us))
        peer_forget_move(peer);
    struct tuple expired;
    while (paths_expire(&peer->paths, worker->now_us, worker->consent_timeout_us, &expired))
        peer_forget_tuple(peer, &expired);
    if (worker->now_us >= heard_us + worker->consent_timeout_us)
        peer_fail(peer, SFU_FAILURE_CONSENT, "no check");
}

void peer_tick(struct peer *peer)
{
    peer_tell(peer);
    if (peer->state == PEER_IDLE || peer->state == PEER_FAILED)
        return;
    tick_paths(peer);
    if (peer->state != PEER_FAILED)
        peer_tick_dtls(peer);
    if (peer->state == PEER_SECURED)
        fwd_peer_tick(peer->fwd, peer->worker->now_us);
}
