#include "sfu/peer.h"

#include "sfu/worker/worker.h"

#include <errno.h>
#include <string.h>

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
    if (r < 0) {
        count_unprotect(peer, r);
        return;
    }
    peer->media_us = peer->worker->now_us;
    if (!bucket_take(&peer->rtp, peer->worker->now_us))
        counters_drop(&peer->worker->counters, SFU_DROP_RTP_RATE);
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
    if (r < 0) {
        count_unprotect(peer, r);
        return;
    }
    peer->media_us = peer->worker->now_us;
    if (!bucket_take(&peer->rtcp, peer->worker->now_us))
        counters_drop(&peer->worker->counters, SFU_DROP_RTCP_RATE);
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

/* ---- media out ---- */

static const struct tuple *way_out(const struct peer *peer)
{
    return peer->srtp ? paths_current(&peer->paths) : NULL;
}

enum sfu_way peer_way(const struct peer *peer)
{
    const struct tuple *to = way_out(peer);
    return !to ? SFU_WAY_NONE : tuple_is_tcp(to) ? SFU_WAY_TCP : SFU_WAY_UDP;
}

bool peer_is_crowded(const struct peer *peer)
{
    const struct tuple *to = way_out(peer);
    return to && tuple_is_tcp(to) && tcp_is_crowded(peer->worker->tcp, to, peer->worker->now_us);
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
    batch_commit(peer->worker->batch, &peer->chain, to, len, peer->worker->arrival_us);
    if (ret_wire) {
        *ret_wire = block;
        *ret_wire_len = len;
    }
    return 0;
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
    batch_commit(peer->worker->batch, &peer->chain, to, len, 0);
    return 0;
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
    batch_commit(peer->worker->batch, &peer->chain, to, len, 0);
    return 0;
}
