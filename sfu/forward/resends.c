/* How much a receiver may have sent to it again. Its reports and NACKs are its own word: without a
 * bound they would make of one small packet very many large ones. */
#include "sfu/forward/estimate.h"
#include "sfu/forward/peer.h"

enum {
    SECOND_US = 1000000,
    LEAST_BYTES = 64 * 1024, /* a second, whatever was sent */
    SHARE_PERCENT = 30,      /* of what was sent in the second before */
    LINE_PERCENT = 40,       /* of what the line carries, where that is known */
};

static void second_note(struct peer_resends *resends, int64_t now_us)
{
    int64_t since_us = now_us - resends->since_us;
    if (since_us < SECOND_US)
        return;
    *resends = (struct peer_resends){
        .since_us = now_us,
        .sent_bytes_before = since_us < 2 * SECOND_US ? resends->sent_bytes : 0,
    };
}

void peer_sent(struct fwd_peer *peer, size_t len, int64_t now_us)
{
    second_note(&peer->resends, now_us);
    peer->resends.sent_bytes += len;
}

bool peer_may_resend(struct fwd_peer *peer, size_t len, int64_t now_us)
{
    struct peer_resends *resends = &peer->resends;
    second_note(resends, now_us);
    uint64_t sent = resends->sent_bytes > resends->sent_bytes_before ? resends->sent_bytes
                                                                     : resends->sent_bytes_before;
    uint64_t most = sent * SHARE_PERCENT / 100;
    if (most < LEAST_BYTES)
        most = LEAST_BYTES;
    /* A line that is full is not made free by repairs. */
    uint64_t line_bytes = (uint64_t)peer_estimate_bps(peer) / 8 * LINE_PERCENT / 100;
    if (line_bytes > 0 && most > line_bytes)
        most = line_bytes;
    if (resends->resent_bytes + len > most)
        return false;
    resends->resent_bytes += len;
    return true;
}
