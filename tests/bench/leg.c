#include "tests/bench/leg.h"

#include "base/crypto/random.h"

#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCH = 32,
    BUFFER_BYTES = 4 << 20,
};

#define CHECK_NS INT64_C(2500000000) /* as Chromium does */

/* What recvmmsg() fills. */
struct batch {
    struct mmsghdr messages[BATCH];
    struct iovec iovs[BATCH];
    uint8_t control[BATCH][64] __attribute__((aligned(8)));
    uint8_t data[BATCH][FAR_PACKET_BYTES + 64] __attribute__((aligned(8)));
};

int64_t leg_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool leg_loses(struct leg *leg)
{
    if (leg->loss <= 0)
        return false;
    leg->random = leg->random * 6364136223846793005ULL + 1442695040888963407ULL;
    return (double)(leg->random >> 33) / (double)(1ULL << 31) < leg->loss;
}

/* ---- life ---- */

struct leg *leg_create(struct far_peer *far, uint32_t session, unsigned side)
{
    struct leg *leg = g_new0(struct leg, 1);
    uint32_t numbers[LEG_KINDS + 1];
    random_bytes(numbers, sizeof numbers);
    leg->far = far;
    leg->session = session;
    leg->side = (uint8_t)side;
    leg->random = session * 2 + side + 1;
    leg->own_ssrc = numbers[LEG_KINDS] | 1;
    for (unsigned i = 0; i < LEG_KINDS; i++) {
        struct outlet *outlet = &leg->outlets[i];
        outlet->ssrc = numbers[i] & ~1U;
        outlet->rtx_ssrc = outlet->ssrc + 1;
        outlet->seq = (uint16_t)(numbers[i] >> 8 & 0x7fff);
        outlet->rtx_seq = (uint16_t)(numbers[i] >> 16 & 0x7fff);
        outlet->timestamp = numbers[i] >> 3;
    }
    return leg;
}

void leg_destroy(struct leg *leg)
{
    if (!leg)
        return;
    for (unsigned i = 0; i < LEG_KINDS; i++)
        g_free(leg->outlets[i].history);
    far_peer_destroy(leg->far);
    g_free(leg);
}

void leg_start(struct leg *leg, struct meter *meter, double loss, int64_t offset_ns)
{
    int64_t now_ns = leg_now_ns();
    int on = 1, size = BUFFER_BYTES;
    leg->meter = meter;
    leg->loss = loss;
    setsockopt(leg->far->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(leg->far->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(leg->far->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (leg->sends) {
        leg->own_ssrc = leg->outlets[SFU_AUDIO].ssrc;
        for (unsigned i = 0; i < LEG_KINDS; i++) {
            leg->outlets[i].history = g_new0(struct leg_sent, LEG_HISTORY);
            leg->outlets[i].due_ns = now_ns + offset_ns;
        }
        leg->outlets[SFU_VIDEO].keyframe_wanted = true;
    }
    leg->check_ns = now_ns + CHECK_NS + offset_ns;
    leg->report_ns = now_ns + 500000000 + offset_ns;
    leg->feedback_ns = now_ns + 100000000 + offset_ns;
}

/* ---- time ---- */

void leg_tick(struct leg *leg, int64_t now_ns)
{
    for (unsigned i = 0; leg->sends && i < LEG_KINDS; i++)
        outlet_tick(leg, (enum sfu_kind)i, now_ns);
    feedback_tick(leg, now_ns);
    if (now_ns >= leg->check_ns) {
        far_peer_send_check(leg->far, true);
        leg->check_ns = now_ns + CHECK_NS;
    }
}

int64_t leg_due_ns(const struct leg *leg)
{
    int64_t due_ns = MIN(feedback_due_ns(leg), leg->check_ns);
    for (unsigned i = 0; leg->sends && i < LEG_KINDS; i++)
        due_ns = MIN(due_ns, leg->outlets[i].due_ns);
    return due_ns;
}

/* ---- in ---- */

static int64_t arrival_ns(struct msghdr *message)
{
    struct timespec t;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            memcpy(&t, CMSG_DATA(c), sizeof t);
            return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
        }
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void datagram_take(struct leg *leg, uint8_t *data, size_t len, int64_t at_ns)
{
    int n = (int)len;
    if (len < 12)
        return;
    if (data[0] <= 63) {
        far_peer_take(leg->far, data, len);
        return;
    }
    if (leg_loses(leg)) {
        leg->meter->dropped_by_wish++;
        return;
    }
    bool rtcp = data[1] >= 192 && data[1] <= 223;
    srtp_err_status_t status =
        rtcp ? srtp_unprotect_rtcp(leg->far->in, data, &n) : srtp_unprotect(leg->far->in, data, &n);
    if (status == srtp_err_status_replay_fail || status == srtp_err_status_replay_old)
        leg->meter->duplicates++;
    else if (status != srtp_err_status_ok)
        leg->meter->unauthentic++;
    else if (rtcp)
        feedback_take(leg, data, (size_t)n);
    else
        inlet_take(leg, data, (size_t)n, at_ns);
}

void leg_receive(struct leg *leg)
{
    static __thread struct batch batch;
    for (unsigned i = 0; i < BATCH; i++) {
        batch.iovs[i] = (struct iovec){batch.data[i], FAR_PACKET_BYTES};
        batch.messages[i].msg_hdr = (struct msghdr){.msg_iov = &batch.iovs[i],
                                                    .msg_iovlen = 1,
                                                    .msg_control = batch.control[i],
                                                    .msg_controllen = sizeof batch.control[i]};
    }
    int count = recvmmsg(leg->far->fd, batch.messages, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++)
        datagram_take(leg, batch.data[i], batch.messages[i].msg_len,
                      arrival_ns(&batch.messages[i].msg_hdr));
}
