#include "tests/flow/flood_kinds.h"

#include <glib.h>
#include <string.h>

#include <stun/usages/ice.h>

enum { STUN_HEADER_BYTES = 20, NACK_ENTRIES = 290, SSRCS = 4096, FIRST_SSRC = 0x40000000 };

/* xorshift64: the packets of a seed are the same everywhere. */
static uint64_t next(struct flood_source *source)
{
    source->seed ^= source->seed << 13;
    source->seed ^= source->seed >> 7;
    source->seed ^= source->seed << 17;
    return source->seed;
}

static void noise(struct flood_source *source, uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i += 8) {
        uint64_t bits = next(source);
        memcpy(at + i, &bits, MIN(8, len - i));
    }
}

static void put32(uint8_t *at, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    memcpy(at, &value, sizeof value);
}

static size_t random_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    noise(source, packet, len);
    return len;
}

/* A check for `ufrag`; the password is the participant's own, so it is right for his own alone. */
static size_t check_make(struct flood_source *source, const char *ufrag, uint8_t *packet)
{
    const struct sfu_ice *ice = &source->peer->theirs;
    StunAgent agent; /* a fresh one remembers no transactions of ours */
    static const uint16_t known[] = {STUN_ATTRIBUTE_USERNAME, 0};
    StunMessage message;
    char name[64];
    stun_agent_init(&agent, known, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
    g_snprintf(name, sizeof name, "%s:%s", ufrag, source->peer->ufrag);
    return stun_usage_ice_conncheck_create(&agent, &message, packet, FLOOD_MAX_BYTES,
                                           (uint8_t *)name, strlen(name), (uint8_t *)ice->pwd,
                                           strlen(ice->pwd), true, true, 12345, 0x1234567890, NULL,
                                           STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
}

/* A request of somebody else's connection: whole with the wrong key, cut off, with a lying length, or damaged. */
static size_t stun_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    size_t whole = check_make(source, source->victim_ufrag, packet);
    uint64_t bits = next(source);
    if (len < whole) {
        whole = len;
    } else if (bits % 3 == 1) {
        noise(source, packet + 2, 2);
    } else if (bits % 3 == 2) {
        packet[STUN_HEADER_BYTES + (bits >> 8) % (whole - STUN_HEADER_BYTES)] ^=
            (uint8_t)(1 + (bits >> 40) % 255);
    }
    return whole;
}

static size_t own_check_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    return check_make(source, source->peer->theirs.ufrag, packet);
}

/* A record of DTLS 1.2 or 1.0 with anything in it, of the right length. */
static size_t dtls_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    noise(source, packet, len);
    packet[0] = (uint8_t)(20 + packet[0] % 4);
    packet[1] = 0xfe;
    packet[2] = packet[2] & 1 ? 0xfd : 0xff;
    packet[11] = (uint8_t)((len - 13) >> 8);
    packet[12] = (uint8_t)(len - 13);
    return len;
}

/* One that claims to be longer than it is. */
static size_t dtls_lying_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    dtls_fill(source, packet, len);
    packet[11] |= 0x80;
    return len;
}

static void rtp_head(struct flood_source *source, uint8_t *packet, uint8_t pt, uint16_t seq,
                     uint32_t ssrc)
{
    packet[0] = 0x80;
    packet[1] = pt;
    packet[2] = (uint8_t)(seq >> 8);
    packet[3] = (uint8_t)seq;
    put32(packet + 4, (uint32_t)next(source));
    put32(packet + 8, ssrc);
}

/* Media of an SSRC that everybody uses, under keys that nobody has. */
static size_t srtp_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    noise(source, packet, len);
    uint32_t ssrc = next(source) & 1 ? AUDIO_SSRC : VIDEO_SSRC;
    rtp_head(source, packet, ssrc == AUDIO_SSRC ? OPUS_PT : VP8_PT, (uint16_t)next(source), ssrc);
    return len;
}

static size_t srtcp_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    noise(source, packet, len);
    packet[0] = (uint8_t)(0x80 | (packet[0] & 0x3f));
    packet[1] = (uint8_t)(200 + packet[1] % 7);
    return len;
}

static size_t voice_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    noise(source, packet, len);
    rtp_head(source, packet, OPUS_PT, source->seq++, AUDIO_SSRC);
    return len;
}

/* Header extensions of both kinds and of none, with anything in them. libsrtp sends none that end behind the packet. */
static size_t extensions_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    static const uint32_t profiles[] = {0xbede0000, 0x10000000, 0x10070000, 0x12340000};
    voice_fill(source, packet, len);
    packet[0] |= 0x10;
    put32(packet + 12,
          profiles[next(source) % 4] | (uint32_t)(next(source) % ((len - 16) / 4 + 1)));
    return len;
}

/* Thousands of SSRCs in turn; each goes on counting, since libsrtp sends no number twice. */
static size_t ssrcs_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    uint32_t at = source->ssrc_at++;
    noise(source, packet, len);
    rtp_head(source, packet, 77, (uint16_t)(at / SSRCS), FIRST_SSRC + at % SSRCS);
    return len;
}

/* A compound whose first packet claims to be longer than there is. */
static size_t rtcp_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    srtcp_fill(source, packet, len);
    packet[2] = packet[3] = 0xff;
    put32(packet + 4, AUDIO_SSRC); /* keys are kept for a few SSRCs */
    return len;
}

/* A compound that is whole, of any types, with anything in it. */
static size_t rtcp_deep_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    len = len / 4 * 4;
    noise(source, packet, len);
    for (size_t at = 0; at < len;) {
        size_t words = MIN(2 + next(source) % 8, (len - at) / 4);
        packet[at] = (uint8_t)(0x80 | (packet[at] & 0x1f));
        packet[at + 1] = (uint8_t)(200 + packet[at + 1] % 7);
        packet[at + 2] = 0;
        packet[at + 3] = (uint8_t)(words - 1);
        at += 4 * words;
    }
    put32(packet + 4, AUDIO_SSRC);
    return len;
}

static void feedback_head(struct flood_source *source, uint8_t *packet, uint8_t type, uint8_t count,
                          size_t len)
{
    const struct media_slots *slots = &source->slots;
    packet[0] = (uint8_t)(0x80 | count);
    packet[1] = type;
    packet[2] = (uint8_t)((len / 4 - 1) >> 8);
    packet[3] = (uint8_t)(len / 4 - 1);
    put32(packet + 4, AUDIO_SSRC);
    put32(packet + 8, slots->count ? slots->ssrcs[next(source) % slots->count] : 0);
}

/* The longest list that fits, of numbers that were sent or not, each with all the sixteen behind it. */
static size_t nack_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    len = 12 + 4 * NACK_ENTRIES;
    feedback_head(source, packet, 205, 1, len);
    uint16_t from = (uint16_t)next(source);
    for (unsigned i = 0; i < NACK_ENTRIES; i++)
        put32(packet + 12 + 4 * i, (uint32_t)(uint16_t)(from + 17 * i) << 16 | 0xffff);
    return len;
}

static size_t pli_fill(struct flood_source *source, uint8_t *packet, size_t len)
{
    feedback_head(source, packet, 206, 1, 12);
    return 12;
}

static const struct flood_kind kinds[] = {
    {"voice", FLOOD_RTP, 60, 60, voice_fill},
    {"random", FLOOD_STRANGER, 1, FLOOD_MAX_BYTES, random_fill},
    {"stun", FLOOD_STRANGER, 21, 160, stun_fill},
    {"dtls", FLOOD_STRANGER, 14, FLOOD_MAX_BYTES, dtls_fill},
    {"srtp", FLOOD_STRANGER, 24, FLOOD_MAX_BYTES, srtp_fill},
    {"srtcp", FLOOD_STRANGER, 24, FLOOD_MAX_BYTES, srtcp_fill},
    {"tuples", FLOOD_CROWD, 1, 1, own_check_fill},
    {"forged-rtp", FLOOD_RAW, 40, FLOOD_MAX_BYTES, srtp_fill},
    {"forged-rtcp", FLOOD_RAW, 40, FLOOD_MAX_BYTES, srtcp_fill},
    {"lying-records", FLOOD_RAW, 14, FLOOD_MAX_BYTES, dtls_lying_fill},
    {"records", FLOOD_RAW, 14, FLOOD_MAX_BYTES, dtls_fill},
    {"extensions", FLOOD_RTP, 40, 200, extensions_fill},
    {"ssrcs", FLOOD_RTP, 24, 200, ssrcs_fill},
    {"rtcp", FLOOD_RTCP, 12, FLOOD_MAX_BYTES, rtcp_fill},
    {"rtcp-deep", FLOOD_RTCP, 12, FLOOD_MAX_BYTES, rtcp_deep_fill},
    {"nacks", FLOOD_RTCP, 12, 12, nack_fill},
    {"plis", FLOOD_RTCP, 12, 12, pli_fill},
};

const struct flood_kind *flood_kind_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (!strcmp(kinds[i].name, name))
            return &kinds[i];
    return NULL;
}

size_t flood_length(struct flood_source *source, const struct flood_kind *kind)
{
    return kind->least_bytes + next(source) % (kind->most_bytes - kind->least_bytes + 1);
}
