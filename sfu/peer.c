#include "sfu/peer.h"

#include "sfu/room.h"
#include "sfu/worker/worker.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HANDSHAKE_TIMEOUT_US = 30000000, UFRAG_CHARS = SFU_UFRAG_BYTES - 1 };

static const char *const state_names[] = {"idle", "waiting", "connected", "secured", "failed"};

/* From (row) to (column). DTLS may end before a path is nominated, hence waiting to secured. */
static const bool transitions[5][5] = {
    [PEER_IDLE] = {[PEER_WAITING] = true},
    [PEER_WAITING] = {[PEER_CONNECTED] = true, [PEER_SECURED] = true, [PEER_FAILED] = true},
    [PEER_CONNECTED] = {[PEER_SECURED] = true, [PEER_FAILED] = true},
    [PEER_SECURED] = {[PEER_FAILED] = true},
};

static void set_state(struct peer *peer, enum peer_state to, const char *event)
{
    g_assert(transitions[peer->state][to]);
    log_debug("sfu", "peer %" G_GINT64_MODIFIER "x: %s -> %s (%s)", peer->id,
              state_names[peer->state], state_names[to], event);
    peer->state = to;
}

static void tell(struct peer *peer, struct sfu_event event)
{
    event.room = peer->room->id;
    event.peer = peer->id;
    worker_tell(peer->worker, &event);
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
    paths_init(&peer->paths);
    int r = fwd_peer_create(room->fwd, id, tag, peer, &peer->fwd);
    if (r < 0) {
        free(peer);
        return r;
    }
    link_peer(peer);
    *ret_peer = peer;
    return 0;
}

static void forget_ufrag(struct peer *peer, struct sfu_ice *ice)
{
    if (ice->ufrag[0])
        directory_remove_ufrag(peer->worker->directory, ice->ufrag);
    explicit_bzero(ice, sizeof *ice);
}

static void forget_move(struct peer *peer)
{
    directory_remove_tuple(peer->worker->directory, &peer->paths.moved_to);
}

/* Makes the peer unreachable and takes its keys away. */
static void detach(struct peer *peer)
{
    if (peer->chain.waiting)
        batch_flush(peer->worker->batch);
    forget_ufrag(peer, &peer->local);
    forget_ufrag(peer, &peer->previous);
    for (unsigned i = 0; i < peer->paths.count; i++)
        directory_remove_tuple(peer->worker->directory, &peer->paths.list[i].tuple);
    if (peer->paths.moved)
        forget_move(peer);
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
    free(peer);
}

static void fail(struct peer *peer, enum sfu_failure failure, const char *event)
{
    set_state(peer, PEER_FAILED, event);
    detach(peer);
    tell(peer, (struct sfu_event){.type = SFU_EVENT_FAILED, .failure = failure});
}

/* ---- negotiation ---- */

static int take_credentials(struct peer *peer, const struct sfu_ice *ice)
{
    if (memcmp(peer->local.ufrag, ice->ufrag, UFRAG_CHARS) == 0)
        return 0;
    int r = directory_add_ufrag(peer->worker->directory, ice->ufrag, peer);
    if (r < 0)
        return r;
    forget_ufrag(peer, &peer->previous);
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
        fail(peer, SFU_FAILURE_FINGERPRINT, "offer with another certificate");
        return -EINVAL;
    }
    int r = take_credentials(peer, &negotiation->local);
    if (r < 0)
        return r;
    memcpy(peer->remote_sha256, negotiation->remote_fingerprint, SFU_FINGERPRINT_BYTES);
    if (peer->state == PEER_IDLE)
        set_state(peer, PEER_WAITING, "negotiated");
    return fwd_peer_negotiate(peer->fwd, negotiation, peer->worker->now_us);
}

/* ---- ICE ---- */

const char *peer_password(const struct peer *peer, const char *ufrag)
{
    if (peer->local.ufrag[0] && memcmp(peer->local.ufrag, ufrag, UFRAG_CHARS) == 0)
        return peer->local.pwd;
    if (peer->previous.ufrag[0] && memcmp(peer->previous.ufrag, ufrag, UFRAG_CHARS) == 0)
        return peer->previous.pwd;
    return NULL;
}

/* Media may be sent from now on: there are keys and a path. */
static void begin_media(struct peer *peer)
{
    if (peer->media_begun || !peer->srtp || !paths_current(&peer->paths))
        return;
    peer->media_begun = true;
    fwd_peer_secured(peer->fwd, peer->worker->now_us);
}

static void nominate(struct peer *peer, const struct tuple *from, const char *ufrag)
{
    bool was_moved = peer->paths.moved;
    if (paths_nominate(&peer->paths, from) && was_moved)
        forget_move(peer);
    if (memcmp(peer->local.ufrag, ufrag, UFRAG_CHARS) != 0 || !peer->tell_connected)
        return;
    peer->tell_connected = false;
    forget_ufrag(peer, &peer->previous);
    if (peer->state == PEER_WAITING)
        set_state(peer, PEER_CONNECTED, "nominated");
    peer->connected_us = peer->worker->now_us;
    tell(peer, (struct sfu_event){.type = SFU_EVENT_CONNECTED});
    begin_media(peer);
}

/* The directory knows the tuple by this peer from now on, whoever had it before. */
static void claim_tuple(struct peer *peer, const struct tuple *tuple)
{
    struct directory *directory = peer->worker->directory;
    struct peer *before = directory_find_tuple(directory, tuple);
    if (before == peer)
        return;
    if (before) {
        paths_forget(&before->paths, tuple);
        if (before->paths.moved && tuple_equal(&before->paths.moved_to, tuple))
            before->paths.moved = false;
        directory_remove_tuple(directory, tuple);
    }
    directory_add_tuple(directory, tuple, peer);
}

bool peer_checked(struct peer *peer, const struct tuple *from, const char *ufrag, bool nominated)
{
    struct tuple evicted;
    int r = paths_checked(&peer->paths, from, peer->worker->now_us, &evicted);
    if (r < 0)
        return false;
    if (evicted.remote.family)
        directory_remove_tuple(peer->worker->directory, &evicted);
    if (r == 1)
        claim_tuple(peer, from);
    peer->heard_us = peer->worker->now_us;
    if (nominated)
        nominate(peer, from, ufrag);
    return true;
}

/* ---- DTLS ---- */

static void send_dtls(void *user, const uint8_t *data, size_t len)
{
    struct peer *peer = user;
    const struct tuple *to = paths_current(&peer->paths);
    worker_send_now(peer->worker, to ? to : &peer->dtls_from, data, len);
}

static void secure(struct peer *peer)
{
    struct srtp_keys keys;
    int r = dtls_export_keys(peer->dtls, &keys);
    if (r == 0)
        r = srtp_pair_create(&keys, true, &peer->srtp);
    explicit_bzero(&keys, sizeof keys);
    if (r < 0) {
        fail(peer, SFU_FAILURE_DTLS, "keys");
        return;
    }
    set_state(peer, PEER_SECURED, "handshake");
    peer->secured_us = peer->worker->now_us;
    tell(peer, (struct sfu_event){.type = SFU_EVENT_SECURED});
    begin_media(peer);
}

static void follow_dtls(struct peer *peer, enum dtls_state state)
{
    switch (state) {
    case DTLS_HANDSHAKE: break;
    case DTLS_DONE:
        if (!peer->srtp)
            secure(peer);
        break;
    case DTLS_CLOSED: fail(peer, SFU_FAILURE_CLOSED, "close_notify"); break;
    case DTLS_FAILED: fail(peer, SFU_FAILURE_DTLS, "handshake"); break;
    case DTLS_FAILED_FINGERPRINT: fail(peer, SFU_FAILURE_FINGERPRINT, "handshake"); break;
    case DTLS_FAILED_PROFILE: fail(peer, SFU_FAILURE_PROFILE, "handshake"); break;
    }
}

void peer_receive_dtls(struct peer *peer, const struct tuple *from, const uint8_t *data, size_t len)
{
    struct worker *worker = peer->worker;
    if (!paths_has(&peer->paths, from)) { /* known by a provisional move only */
        counters_drop(&worker->counters, SFU_DROP_UNKNOWN_TUPLE);
        return;
    }
    if (!peer->dtls && peer->srtp) {
        counters_drop(&worker->counters, SFU_DROP_DTLS_LATE);
        return;
    }
    peer->dtls_from = *from;
    if (!peer->dtls &&
        dtls_create(worker->dtls, peer->remote_sha256, send_dtls, peer, &peer->dtls) < 0) {
        counters_drop(&worker->counters, SFU_DROP_NO_BUFFER);
        return;
    }
    follow_dtls(peer, dtls_receive(peer->dtls, data, len));
}

/* ---- media in ---- */

static void count_unprotect(struct peer *peer, int error)
{
    enum sfu_drop why = error == -EALREADY ? SFU_DROP_SRTP_REPLAY
                        : error == -ENOSPC ? SFU_DROP_TOO_MANY_SSRCS
                                           : SFU_DROP_SRTP_AUTH;
    counters_drop(&peer->worker->counters, why);
}

void peer_receive_rtp(struct peer *peer, uint8_t *data, size_t len)
{
    if (!peer->srtp) {
        counters_drop(&peer->worker->counters, SFU_DROP_NOT_SECURED);
        return;
    }
    int r = srtp_pair_unprotect_rtp(peer->srtp, data, &len);
    if (r < 0)
        count_unprotect(peer, r);
    else
        fwd_rtp_received(peer->fwd, data, len, peer->worker->now_us);
}

void peer_receive_rtcp(struct peer *peer, uint8_t *data, size_t len)
{
    if (!peer->srtp) {
        counters_drop(&peer->worker->counters, SFU_DROP_NOT_SECURED);
        return;
    }
    int r = srtp_pair_unprotect_rtcp(peer->srtp, data, &len);
    if (r < 0)
        count_unprotect(peer, r);
    else
        fwd_rtcp_received(peer->fwd, data, len, peer->worker->now_us);
}

bool peer_receive_stray(struct peer *peer, const struct tuple *from, uint8_t *data, size_t len)
{
    uint32_t ssrc =
        (uint32_t)data[8] << 24 | (uint32_t)data[9] << 16 | (uint32_t)data[10] << 8 | data[11];
    uint16_t seq = (uint16_t)(data[2] << 8 | data[3]);
    int64_t now_us = peer->worker->now_us;
    if (!peer->srtp || !paths_may_move(&peer->paths, now_us) ||
        !fwd_peer_expects(peer->fwd, ssrc, seq))
        return false;
    int r = srtp_pair_unprotect_rtp(peer->srtp, data, &len);
    if (r < 0) { /* spoiled by the attempt: nobody else can have it */
        count_unprotect(peer, r);
        return true;
    }
    if (directory_add_tuple(peer->worker->directory, from, peer) == 0)
        paths_move(&peer->paths, from, now_us);
    fwd_rtp_received(peer->fwd, data, len, now_us);
    return true;
}

/* ---- time ---- */

static void tick_paths(struct peer *peer)
{
    struct worker *worker = peer->worker;
    if (paths_revert(&peer->paths, worker->now_us))
        forget_move(peer);
    struct tuple expired;
    while (paths_expire(&peer->paths, worker->now_us, worker->consent_timeout_us, &expired))
        directory_remove_tuple(worker->directory, &expired);
    if (worker->now_us >= peer->heard_us + worker->consent_timeout_us)
        fail(peer, SFU_FAILURE_CONSENT, "no check");
}

static void tick_dtls(struct peer *peer)
{
    int64_t now_us = peer->worker->now_us;
    if (peer->state == PEER_CONNECTED && now_us >= peer->connected_us + HANDSHAKE_TIMEOUT_US) {
        fail(peer, SFU_FAILURE_DTLS, "timeout");
    } else if (peer->dtls && !peer->srtp) {
        follow_dtls(peer, dtls_tick(peer->dtls));
    } else if (peer->dtls && now_us >= peer->secured_us + PEER_DTLS_LINGER_US) {
        dtls_destroy(peer->dtls);
        peer->dtls = NULL;
    }
}

void peer_tick(struct peer *peer)
{
    if (peer->state == PEER_IDLE || peer->state == PEER_FAILED)
        return;
    tick_paths(peer);
    if (peer->state != PEER_FAILED)
        tick_dtls(peer);
    if (peer->state == PEER_SECURED)
        fwd_peer_tick(peer->fwd, peer->worker->now_us);
}

/* ---- media out ---- */

static const struct tuple *way_out(const struct peer *peer)
{
    return peer->srtp ? paths_current(&peer->paths) : NULL;
}

static int commit(struct peer *peer, const struct tuple *to, uint8_t *block, size_t len,
                  const uint8_t **ret_wire, size_t *ret_wire_len)
{
    batch_commit(peer->worker->batch, &peer->chain, to, len);
    if (ret_wire) {
        *ret_wire = block;
        *ret_wire_len = len;
    }
    return 0;
}

int peer_send_rtp(void *transport, size_t len, const uint8_t **ret_wire, size_t *ret_wire_len)
{
    struct peer *peer = transport;
    const struct tuple *to = way_out(peer);
    if (!to)
        return -ENOTCONN;
    uint8_t *block = batch_block(peer->worker->batch);
    int r = len <= FWD_PACKET_BYTES ? srtp_pair_protect_rtp(peer->srtp, block, &len) : -EIO;
    if (r < 0) {
        counters_drop(&peer->worker->counters, SFU_DROP_SEND_FAILED);
        return r;
    }
    return commit(peer, to, block, len, ret_wire, ret_wire_len);
}

int peer_send_wire(void *transport, const uint8_t *wire, size_t len)
{
    struct peer *peer = transport;
    const struct tuple *to = way_out(peer);
    if (!to)
        return -ENOTCONN;
    if (len > BATCH_BLOCK_BYTES)
        return -EIO;
    uint8_t *block = batch_block(peer->worker->batch);
    memcpy(block, wire, len);
    return commit(peer, to, block, len, NULL, NULL);
}

int peer_send_rtcp(void *transport, const uint8_t *rtcp, size_t len)
{
    struct peer *peer = transport;
    const struct tuple *to = way_out(peer);
    if (!to)
        return -ENOTCONN;
    if (len > FWD_PACKET_BYTES)
        return -EIO;
    uint8_t *block = batch_block(peer->worker->batch);
    memcpy(block, rtcp, len);
    int r = srtp_pair_protect_rtcp(peer->srtp, block, &len);
    if (r < 0) {
        counters_drop(&peer->worker->counters, SFU_DROP_SEND_FAILED);
        return r;
    }
    return commit(peer, to, block, len, NULL, NULL);
}
