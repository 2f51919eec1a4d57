/* Which of the codecs of a section we know: rtpmap, fmtp and rtcp-fb lines (RFC 8866, 4585, 4588). */
#include "signaling/sdp/codecs.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct rtpmap {
    unsigned pt;
    char encoding[24]; /* "VP8/90000", "opus/48000/2" */
};

/* "96 VP8/90000" */
static bool rtpmap_parse(const char *value, struct rtpmap *ret_map)
{
    char *end;
    unsigned long pt = strtoul(value, &end, 10);

    if (end == value || *end != ' ' || pt > 127)
        return false;
    g_strlcpy(ret_map->encoding, end + 1, sizeof ret_map->encoding);
    ret_map->pt = (unsigned)pt;
    return true;
}

/* The text behind "<pt> " of the `n`-th attribute `key` that speaks of this payload type ("*" speaks of
 * all), or NULL. */
static const char *line_of(const GstSDPMedia *media, const char *key, unsigned pt, unsigned n)
{
    for (guint i = 0;; i++) {
        const char *value = gst_sdp_media_get_attribute_val_n(media, key, i);
        if (!value)
            return NULL;
        char *end;
        bool all = value[0] == '*' && value[1] == ' ';
        unsigned long number = all ? pt : strtoul(value, &end, 10);
        if (number != pt || (!all && (end == value || *end != ' ')))
            continue;
        if (n-- == 0)
            return all ? value + 2 : end + 1;
    }
}

static void read_feedback(const GstSDPMedia *media, struct sdp_codec *codec)
{
    const char *value;

    for (unsigned n = 0; (value = line_of(media, "rtcp-fb", codec->pt, n)); n++) {
        codec->nack |= strcmp(value, "nack") == 0;
        codec->pli |= strcmp(value, "nack pli") == 0;
        codec->fir |= strcmp(value, "ccm fir") == 0;
        codec->transport_cc |= strcmp(value, "transport-cc") == 0;
    }
}

static bool fmtp_has(const char *fmtp, const char *name, char *ret_value, size_t size)
{
    size_t len = strlen(name);

    for (const char *p = fmtp; *p;) {
        p += strspn(p, "; ");
        size_t part = strcspn(p, ";");
        if (part > len && p[len] == '=' && strncasecmp(p, name, len) == 0) {
            size_t n = MIN(part - len - 1, size - 1);
            memcpy(ret_value, p + len + 1, n);
            ret_value[n] = '\0';
            g_strchomp(ret_value);
            return true;
        }
        p += part;
    }
    return false;
}

bool sdp_h264_is_accepted(const char *fmtp)
{
    char mode[4], profile[8];

    if (!fmtp_has(fmtp, "packetization-mode", mode, sizeof mode) || strcmp(mode, "1") != 0)
        return false;
    if (!fmtp_has(fmtp, "profile-level-id", profile, sizeof profile) || strlen(profile) != 6)
        return false;
    unsigned long id = strtoul(profile, NULL, 16);
    unsigned idc = (unsigned)(id >> 16) & 0xff, iop = (unsigned)(id >> 8) & 0xff;

    /* RFC 6184 table 5: the three ways to say constrained baseline. */
    return (idc == 0x42 && (iop & 0x4f) == 0x40) || (idc == 0x4d && (iop & 0x8f) == 0x80) ||
           (idc == 0x58 && (iop & 0xcf) == 0xc0);
}

static enum sfu_codec codec_of(const struct rtpmap *map, const char *fmtp)
{
    if (strcasecmp(map->encoding, "opus/48000/2") == 0)
        return SFU_CODEC_OPUS;
    if (strcasecmp(map->encoding, "VP8/90000") == 0)
        return SFU_CODEC_VP8;
    if (strcasecmp(map->encoding, "H264/90000") == 0 && sdp_h264_is_accepted(fmtp))
        return SFU_CODEC_H264;
    return SFU_CODEC_NONE;
}

/* RFC 4588 section 8.1: the payload type whose retransmissions travel as an rtx payload type. */
static void read_rtx(const GstSDPMedia *media, unsigned rtx_pt, struct sdp_offer_section *section)
{
    const char *fmtp = line_of(media, "fmtp", rtx_pt, 0);
    char apt[8];

    if (!fmtp || !fmtp_has(fmtp, "apt", apt, sizeof apt))
        return;
    unsigned long pt = strtoul(apt, NULL, 10);
    for (unsigned i = 0; i < section->codec_count; i++)
        if (section->codecs[i].pt == pt && section->codecs[i].rtx_pt == 0)
            section->codecs[i].rtx_pt = (uint8_t)rtx_pt;
}

static void read_codec(const GstSDPMedia *media, const struct rtpmap *map,
                       struct sdp_offer_section *section)
{
    const char *fmtp = line_of(media, "fmtp", map->pt, 0);
    enum sfu_codec codec = codec_of(map, fmtp ? fmtp : "");

    if (codec == SFU_CODEC_NONE || section->codec_count == SDP_MAX_OFFERED_CODECS)
        return;
    struct sdp_codec *entry = &section->codecs[section->codec_count++];
    *entry = (struct sdp_codec){.codec = codec, .pt = (uint8_t)map->pt};
    g_strlcpy(entry->fmtp, fmtp ? fmtp : "", sizeof entry->fmtp);
    read_feedback(media, entry);
}

void sdp_codecs_read(const GstSDPMedia *media, struct sdp_offer_section *section)
{
    const char *value;
    struct rtpmap map;

    for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n(media, "rtpmap", i)); i++)
        if (rtpmap_parse(value, &map))
            read_codec(media, &map, section);
    for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n(media, "rtpmap", i)); i++)
        if (rtpmap_parse(value, &map) && strcasecmp(map.encoding, "rtx/90000") == 0)
            read_rtx(media, map.pt, section);
}

const char *sdp_rtpmap(enum sfu_codec codec)
{
    switch (codec) {
    case SFU_CODEC_OPUS: return "opus/48000/2";
    case SFU_CODEC_VP8: return "VP8/90000";
    case SFU_CODEC_H264: return "H264/90000";
    case SFU_CODEC_NONE: break;
    }
    g_assert_not_reached();
}
