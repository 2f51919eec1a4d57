#include "sfu/transport/srtp.h"

#include "sfu/transport/srtp_ciphers.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <srtp2/srtp.h>

/* Wide enough for what a browser resends after a second of loss. */
enum { REPLAY_WINDOW = 1024 };

/* Header and the shortest tag; shorter ones cannot be authentic and are kept away from libsrtp. */
enum { SHORTEST_SRTP = 12 + 10, SHORTEST_SRTCP = 8 + 4 + 10 };

struct srtp_pair {
    srtp_t in, out;
    unsigned ssrc_count;
    uint32_t ssrcs[SRTP_PEER_SSRCS]; /* that proved authentic; libsrtp holds a stream for each */
};

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static int library_result;

static void start_library(void)
{
    library_result = srtp_init() == srtp_err_status_ok ? srtp_ciphers_use() : -EIO;
}

int srtp_library_start(void)
{
    pthread_once(&library_once, start_library);
    return library_result;
}

size_t srtp_suite_salt_bytes(enum srtp_suite suite)
{
    return suite == SRTP_SUITE_AEAD_AES_128_GCM ? 12 : 14;
}

static int make_session(enum srtp_suite suite, srtp_ssrc_type_t direction, const uint8_t *key,
                        const uint8_t *salt, srtp_t *ret_session)
{
    uint8_t master[SRTP_KEY_BYTES + SRTP_SALT_BYTES_MAX];
    memcpy(master, key, SRTP_KEY_BYTES);
    memcpy(master + SRTP_KEY_BYTES, salt, srtp_suite_salt_bytes(suite));

    srtp_policy_t policy;
    memset(&policy, 0, sizeof policy);
    if (suite == SRTP_SUITE_AEAD_AES_128_GCM) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    }
    policy.ssrc.type = direction;
    policy.key = master;
    policy.window_size = REPLAY_WINDOW;
    policy.allow_repeat_tx = 0;
    srtp_err_status_t status = srtp_create(ret_session, &policy);
    explicit_bzero(master, sizeof master);
    if (status == srtp_err_status_alloc_fail)
        return -ENOMEM;
    return status == srtp_err_status_ok ? 0 : -EIO;
}

int srtp_pair_create(const struct srtp_keys *keys, bool we_are_server, struct srtp_pair **ret_pair)
{
    struct srtp_pair *pair = calloc(1, sizeof *pair);
    if (!pair)
        return -ENOMEM;
    const uint8_t *theirs = we_are_server ? keys->client_key : keys->server_key;
    const uint8_t *their_salt = we_are_server ? keys->client_salt : keys->server_salt;
    const uint8_t *ours = we_are_server ? keys->server_key : keys->client_key;
    const uint8_t *our_salt = we_are_server ? keys->server_salt : keys->client_salt;
    int r = make_session(keys->suite, ssrc_any_inbound, theirs, their_salt, &pair->in);
    if (r == 0)
        r = make_session(keys->suite, ssrc_any_outbound, ours, our_salt, &pair->out);
    if (r < 0) {
        srtp_pair_destroy(pair);
        return r;
    }
    *ret_pair = pair;
    return 0;
}

void srtp_pair_destroy(struct srtp_pair *pair)
{
    if (!pair)
        return;
    if (pair->in)
        srtp_dealloc(pair->in);
    if (pair->out)
        srtp_dealloc(pair->out);
    free(pair);
}

static uint32_t read_ssrc(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool is_known(const struct srtp_pair *pair, uint32_t ssrc)
{
    for (unsigned i = 0; i < pair->ssrc_count; i++)
        if (pair->ssrcs[i] == ssrc)
            return true;
    return false;
}

static int received_error(srtp_err_status_t status)
{
    bool repeated = status == srtp_err_status_replay_fail || status == srtp_err_status_replay_old ||
                    status == srtp_err_status_pkt_idx_old;
    return repeated ? -EALREADY : -EBADMSG;
}

/* libsrtp makes a stream for every SSRC that authenticates and never forgets it: a peer must not be
 * able to open them without end. */
static int unprotect(struct srtp_pair *pair, uint32_t ssrc, uint8_t *packet, size_t *io_len,
                     srtp_err_status_t (*decrypt)(srtp_t, void *, int *))
{
    bool known = is_known(pair, ssrc);
    if (!known && pair->ssrc_count == SRTP_PEER_SSRCS)
        return -ENOSPC;
    int len = (int)*io_len;
    srtp_err_status_t status = decrypt(pair->in, packet, &len);
    if (status != srtp_err_status_ok)
        return received_error(status);
    if (!known)
        pair->ssrcs[pair->ssrc_count++] = ssrc;
    *io_len = (size_t)len;
    return 0;
}

int srtp_pair_unprotect_rtp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len)
{
    if (*io_len < SHORTEST_SRTP)
        return -EBADMSG;
    return unprotect(pair, read_ssrc(packet + 8), packet, io_len, srtp_unprotect);
}

int srtp_pair_unprotect_rtcp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len)
{
    if (*io_len < SHORTEST_SRTCP)
        return -EBADMSG;
    return unprotect(pair, read_ssrc(packet + 4), packet, io_len, srtp_unprotect_rtcp);
}

int srtp_pair_protect_rtp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len)
{
    int len = (int)*io_len;
    if (srtp_protect(pair->out, packet, &len) != srtp_err_status_ok)
        return -EIO;
    *io_len = (size_t)len;
    return 0;
}

int srtp_pair_protect_rtcp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len)
{
    int len = (int)*io_len;
    if (srtp_protect_rtcp(pair->out, packet, &len) != srtp_err_status_ok)
        return -EIO;
    *io_len = (size_t)len;
    return 0;
}
