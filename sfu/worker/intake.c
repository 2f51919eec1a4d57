#include "sfu/worker/worker.h"

#include "sfu/peer.h"
#include "sfu/transport/demux.h"

#include <string.h>

/* One received datagram's way: long enough, of which protocol, whose, and on to its peer. Whatever ends
 * here is counted by name. */

void *intake_find_ufrag(void *user, const char *ufrag, const char **ret_password)
{
    struct worker *worker = user;
    struct peer *peer = directory_find_ufrag(worker->directory, ufrag);
    if (peer)
        *ret_password = peer_password(peer, ufrag);
    return peer && *ret_password ? peer : NULL;
}

static void drop(struct worker *worker, enum sfu_drop why)
{
    counters_drop(&worker->counters, why);
}

/* Whether a check is looked at. From a tuple that passed one before always. From elsewhere, when it names
 * a peer, so many of that peer's; what a stranger sends is of the stranger's source and of all strangers
 * together: whatever they do, who was let in gets in. `ret_own` is the peer's bucket that was taken from,
 * or NULL. */
static bool may_check(struct worker *worker, const struct udp_datagram *d, struct bucket **ret_own)
{
    *ret_own = NULL;
    if (directory_find_tuple(worker->directory, &d->tuple))
        return true;
    const char *ufrag = ice_peek(d->data, d->len);
    struct peer *peer = ufrag ? directory_find_ufrag(worker->directory, ufrag) : NULL;
    if (!peer)
        return bucket_take(sources_find(worker->sources, &d->tuple.remote), worker->now_us) &&
               bucket_take(&worker->checks, worker->now_us);
    *ret_own = &peer->checks;
    return bucket_take(&peer->checks, worker->now_us);
}

static void take_stun(struct worker *worker, struct udp_datagram *d)
{
    struct bucket *own;
    if (!may_check(worker, d, &own)) {
        drop(worker, SFU_DROP_STUN_RATE);
        return;
    }
    uint8_t reply[ICE_REPLY_BYTES];
    struct ice_check check;
    struct bucket before = worker->refusals;
    bool may_refuse = bucket_take(&worker->refusals, worker->now_us);
    ice_answer(worker->ice, d->data, d->len, &d->tuple.remote, may_refuse, reply, &check);
    if (check.verdict == ICE_CHECKED || !check.reply_len)
        worker->refusals = before;
    if (check.verdict == ICE_CHECKED && own)
        bucket_give_back(own);
    if (check.verdict == ICE_DROPPED)
        drop(worker, check.drop);
    if (check.verdict == ICE_CHECKED && tuple_is_tcp(&d->tuple) &&
        tcp_admit(worker->tcp, &d->tuple) < 0) {
        drop(worker, SFU_DROP_NO_BUFFER);
        return;
    }
    if (check.verdict == ICE_CHECKED &&
        !peer_checked(check.owner, &d->tuple, check.ufrag, check.use_candidate)) {
        drop(worker, SFU_DROP_TOO_MANY_TUPLES);
        if (tuple_is_tcp(&d->tuple)) /* a way to nobody */
            tcp_close(worker->tcp, &d->tuple);
        return;
    }
    if (check.reply_len)
        worker_send_now(worker, &d->tuple, reply, check.reply_len);
}

/* Media from a tuple that no check has come over: a phone whose NAT has forgotten it, or a stranger.
 * The SSRC and its sequence number say which peer it would be; the key decides. */
static void take_stray(struct worker *worker, struct udp_datagram *d)
{
    if (bucket_take(&worker->strays, worker->now_us))
        for (struct peer *peer = worker->peers; peer; peer = peer->worker_next)
            if (peer_receive_stray(peer, &d->tuple, d->data, d->len))
                return;
    drop(worker, SFU_DROP_UNKNOWN_TUPLE);
}

static void take_from_peer(struct worker *worker, struct udp_datagram *d, enum demux_kind kind)
{
    struct peer *peer = directory_find_tuple(worker->directory, &d->tuple);
    if (!peer && kind == DEMUX_RTP && !tuple_is_tcp(&d->tuple))
        take_stray(worker, d);
    else if (!peer)
        drop(worker, SFU_DROP_UNKNOWN_TUPLE);
    else if (kind == DEMUX_RTP)
        peer_receive_rtp(peer, d->data, d->len);
    else if (kind == DEMUX_RTCP)
        peer_receive_rtcp(peer, d->data, d->len);
    else
        peer_receive_dtls(peer, &d->tuple, d->data, d->len);
}

void intake_datagram(struct worker *worker, struct udp_datagram *datagram)
{
    if (datagram->truncated || datagram->len > FWD_PACKET_BYTES + FWD_TRAILER_BYTES) {
        drop(worker, SFU_DROP_TOO_LONG);
        return;
    }
    enum demux_kind kind = demux_classify(datagram->data, datagram->len);
    switch (kind) {
    case DEMUX_SHORT: drop(worker, SFU_DROP_TOO_SHORT); break;
    case DEMUX_OTHER: drop(worker, SFU_DROP_NOT_MEDIA); break;
    case DEMUX_STUN: take_stun(worker, datagram); break;
    case DEMUX_RTP:
        worker->arrival_us = datagram->arrival_us;
        take_from_peer(worker, datagram, kind);
        worker->arrival_us = 0;
        break;
    case DEMUX_DTLS:
    case DEMUX_RTCP: take_from_peer(worker, datagram, kind); break;
    }
}
