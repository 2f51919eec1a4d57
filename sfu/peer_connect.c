#include "sfu/peer_parts.h"

#include "base/bytes.h"
#include "sfu/worker/worker.h"

#include <string.h>

enum { HANDSHAKE_TIMEOUT_US = 30000000, UFRAG_CHARS = SFU_UFRAG_BYTES - 1 };

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
        peer_forget_move(peer);
    if (memcmp(peer->local.ufrag, ufrag, UFRAG_CHARS) != 0 || !peer->tell_connected)
        return;
    peer->tell_connected = false;
    peer_forget_ufrag(peer, &peer->previous);
    if (peer->state == PEER_WAITING)
        peer_set_state(peer, PEER_CONNECTED, "nominated");
    peer->connected_us = peer->worker->now_us;
    peer->connected_untold = true;
    peer_tell(peer);
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
        peer_forget_tuple(peer, &evicted);
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
        peer_fail(peer, SFU_FAILURE_DTLS, "keys");
        return;
    }
    peer_set_state(peer, PEER_SECURED, "handshake");
    peer->secured_us = peer->worker->now_us;
    peer->secured_untold = true;
    peer_tell(peer);
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
    case DTLS_CLOSED: peer_fail(peer, SFU_FAILURE_CLOSED, "close_notify"); break;
    case DTLS_FAILED: peer_fail(peer, SFU_FAILURE_DTLS, "handshake"); break;
    case DTLS_FAILED_FINGERPRINT: peer_fail(peer, SFU_FAILURE_FINGERPRINT, "handshake"); break;
    case DTLS_FAILED_PROFILE: peer_fail(peer, SFU_FAILURE_PROFILE, "handshake"); break;
    }
}

/* A handshake holds memory until it ends or times out: there are so many at a time, and so many of the
 * peers at one source. Rare, so they are counted when one begins. */
static bool may_handshake(const struct peer *peer, const struct tuple *from)
{
    struct address source = address_source(&from->remote);
    unsigned all = 0, here = 0;
    for (const struct peer *other = peer->worker->peers; other; other = other->worker_next) {
        if (!other->dtls || other->srtp)
            continue;
        struct address theirs = address_source(&other->dtls_from.remote);
        all++;
        here += address_equal(&source, &theirs);
    }
    return all < WORKER_HANDSHAKES && here < WORKER_SOURCE_HANDSHAKES;
}

/* Whether a datagram is whole DTLS records from end to end (RFC 6347 section 4.1). OpenSSL passes over what is not, and
 * would not tell. */
static bool records_are_whole(const uint8_t *data, size_t len)
{
    enum { HEAD_BYTES = 13 };
    struct bytes_reader r = bytes_reader(data, len);
    while (bytes_left(&r) >= HEAD_BYTES) {
        const uint8_t *head = bytes_take(&r, HEAD_BYTES);
        if (head[1] != 0xfe || !bytes_take(&r, (size_t)head[11] << 8 | head[12]))
            return false;
    }
    return len > 0 && bytes_left(&r) == 0;
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
    if (!peer->dtls && !may_handshake(peer, from)) {
        counters_drop(&worker->counters, SFU_DROP_DTLS_BUSY);
        return;
    }
    if (!records_are_whole(data, len)) {
        counters_drop(&worker->counters, SFU_DROP_DTLS_MALFORMED);
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

/* An association is not needed once the far side can no longer miss our last flight: what it sends under
 * the keys shows that it has it (RFC 6347 section 4.2.4). */
static bool dtls_is_over(const struct peer *peer)
{
    int64_t since_us = peer->worker->now_us - peer->secured_us;
    return since_us >= PEER_DTLS_LINGER_US ||
           (since_us >= PEER_DTLS_MEDIA_LINGER_US && peer->media_us >= peer->secured_us);
}

void peer_tick_dtls(struct peer *peer)
{
    int64_t now_us = peer->worker->now_us;
    if (peer->state == PEER_CONNECTED && now_us >= peer->connected_us + HANDSHAKE_TIMEOUT_US) {
        peer_fail(peer, SFU_FAILURE_DTLS, "timeout");
    } else if (peer->dtls && !peer->srtp) {
        follow_dtls(peer, dtls_tick(peer->dtls));
    } else if (peer->dtls && dtls_is_over(peer)) {
        dtls_destroy(peer->dtls);
        peer->dtls = NULL;
    }
}
