#include "sfu/counters.h"

static const char *const drop_names[SFU_DROP_COUNT] = {
    [SFU_DROP_NOT_MEDIA] = "not_media",
    [SFU_DROP_TOO_SHORT] = "too_short",
    [SFU_DROP_TOO_LONG] = "too_long",
    [SFU_DROP_STUN_MALFORMED] = "stun_malformed",
    [SFU_DROP_STUN_UNKNOWN_UFRAG] = "stun_unknown_ufrag",
    [SFU_DROP_STUN_INTEGRITY] = "stun_integrity",
    [SFU_DROP_STUN_RATE] = "stun_rate",
    [SFU_DROP_UNKNOWN_TUPLE] = "unknown_tuple",
    [SFU_DROP_DTLS_MALFORMED] = "dtls_malformed",
    [SFU_DROP_DTLS_BUSY] = "dtls_busy",
    [SFU_DROP_DTLS_LATE] = "dtls_late",
    [SFU_DROP_NOT_SECURED] = "not_secured",
    [SFU_DROP_SRTP_AUTH] = "srtp_auth",
    [SFU_DROP_SRTP_REPLAY] = "srtp_replay",
    [SFU_DROP_RTP_RATE] = "rtp_rate",
    [SFU_DROP_RTCP_RATE] = "rtcp_rate",
    [SFU_DROP_RTP_MALFORMED] = "rtp_malformed",
    [SFU_DROP_RTCP_MALFORMED] = "rtcp_malformed",
    [SFU_DROP_UNKNOWN_PAYLOAD] = "unknown_payload",
    [SFU_DROP_UNKNOWN_SSRC] = "unknown_ssrc",
    [SFU_DROP_TOO_MANY_SSRCS] = "too_many_ssrcs",
    [SFU_DROP_TOO_MANY_TUPLES] = "too_many_tuples",
    [SFU_DROP_RTX_MALFORMED] = "rtx_malformed",
    [SFU_DROP_DUPLICATE] = "duplicate",
    [SFU_DROP_TOO_OLD] = "too_old",
    [SFU_DROP_CONGESTED] = "congested",
    [SFU_DROP_RESEND_BUDGET] = "resend_budget",
    [SFU_DROP_CODEC_UNSUPPORTED] = "codec_unsupported",
    [SFU_DROP_CODEC_CHANGES] = "codec_changes",
    [SFU_DROP_WAITING_KEYFRAME] = "waiting_keyframe",
    [SFU_DROP_GATED] = "gated",
    [SFU_DROP_CROWDED] = "crowded",
    [SFU_DROP_TCP_QUEUE_FULL] = "tcp_queue_full",
    [SFU_DROP_SEND_QUEUE_FULL] = "send_queue_full",
    [SFU_DROP_SEND_FAILED] = "send_failed",
    [SFU_DROP_SOCKET_OVERFLOW] = "socket_overflow",
    [SFU_DROP_NO_BUFFER] = "no_buffer",
};

const char *sfu_drop_name(enum sfu_drop drop)
{
    if ((unsigned)drop >= SFU_DROP_COUNT || !drop_names[drop])
        return "unknown";
    return drop_names[drop];
}

static const char *const cut_names[SFU_TCP_CUTS] = {
    [SFU_TCP_SILENT] = "silent",   [SFU_TCP_STRANGE] = "strange", [SFU_TCP_ADDRESS] = "address",
    [SFU_TCP_CROWDED] = "crowded", [SFU_TCP_FULL] = "full",       [SFU_TCP_FRAMING] = "framing",
};

const char *sfu_tcp_cut_name(enum sfu_tcp_cut cut)
{
    return (unsigned)cut < SFU_TCP_CUTS ? cut_names[cut] : "unknown";
}

static const uint64_t delay_bounds_us[SFU_DELAY_BUCKETS] = {
    10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, UINT64_MAX,
};

uint64_t sfu_delay_bucket_us(unsigned bucket)
{
    return bucket < SFU_DELAY_BUCKETS ? delay_bounds_us[bucket] : UINT64_MAX;
}

void counters_delay(struct counters *counters, int64_t delay_us)
{
    uint64_t us = delay_us > 0 ? (uint64_t)delay_us : 0;
    unsigned bucket = 0;
    while (us > delay_bounds_us[bucket])
        bucket++;
    counter_add(&counters->delay_count[bucket], 1);
    counter_add(&counters->delay_sum_us, us);
}

static uint64_t read_one(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void counters_sum(const struct counters *counters, struct sfu_counters *io_sum)
{
    io_sum->packets_in += read_one(&counters->packets_in);
    io_sum->packets_out += read_one(&counters->packets_out);
    io_sum->bytes_in += read_one(&counters->bytes_in);
    io_sum->bytes_out += read_one(&counters->bytes_out);
    io_sum->forwarded += read_one(&counters->forwarded);
    io_sum->nacks_in += read_one(&counters->nacks_in);
    io_sum->nacks_answered += read_one(&counters->nacks_answered);
    io_sum->nacks_out += read_one(&counters->nacks_out);
    io_sum->plis_in += read_one(&counters->plis_in);
    io_sum->plis_out += read_one(&counters->plis_out);
    io_sum->recovered += read_one(&counters->recovered);
    for (unsigned i = 0; i < SFU_DROP_COUNT; i++)
        io_sum->drops[i] += read_one(&counters->drops[i]);
    for (unsigned i = 0; i < SFU_DELAY_BUCKETS; i++)
        io_sum->delay_count[i] += read_one(&counters->delay_count[i]);
    io_sum->delay_sum_us += read_one(&counters->delay_sum_us);
    io_sum->tcp_packets_in += read_one(&counters->tcp_packets_in);
    io_sum->tcp_packets_out += read_one(&counters->tcp_packets_out);
    io_sum->tcp_bytes_in += read_one(&counters->tcp_bytes_in);
    io_sum->tcp_bytes_out += read_one(&counters->tcp_bytes_out);
    io_sum->tcp_accepted += read_one(&counters->tcp_accepted);
    for (unsigned i = 0; i < SFU_TCP_CUTS; i++)
        io_sum->tcp_cuts[i] += read_one(&counters->tcp_cuts[i]);
    io_sum->tcp_open += read_one(&counters->tcp_open);
    io_sum->rooms += read_one(&counters->rooms);
    io_sum->peers += read_one(&counters->peers);
}
