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

/* The text behind "<pt> " of attribute `i` if that is a `key` that speaks of this payload type ("*" speaks of all), or
 * NULL. Each line is looked at once a caller: gst_sdp_media_get_attribute_val_n() would count from the first one. */
static const char *line_at(const GstSDPMedia *media, guint i, const char *key, unsigned pt)
{
    const GstSDPAttribute *attribute = gst_sdp_media_get_attribute(media, i);
    const char *value = attribute->value;
    char *end;

    if (!value || strcmp(attribute->key, key) != 0)
        return NULL;
    if (value[0] == '*' && value[1] == ' ')
        return value + 2;
    unsigned long number = strtoul(value, &end, 10);
    return number == pt && end != value && *end == ' ' ? end + 1 : NULL;
}

/* The first such line. */
static const char *line_of(const GstSDPMedia *media, const char *key, unsigned pt)
{
    const char *value = NULL;

    for (guint i = 0; !value && i < gst_sdp_media_attributes_len(media); i++)
        value = line_at(media, i, key, pt);
    return value;
}

static void read_feedback(const GstSDPMedia *media, struct sdp_codec *codec)
{
    for (guint i = 0; i < gst_sdp_media_attributes_len(media); i++) {
        const char *value = line_at(media, i, "rtcp-fb", codec->pt);
        if (!value)
            continue;
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
    /* Without the channels: pipelines of GStreamer often leave them out. */
    if (strcasecmp(map->encoding, "opus/48000/2") == 0 ||
        strcasecmp(map->encoding, "opus/48000") == 0)
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
    const char *fmtp = line_of(media, "fmtp", rtx_pt);
    char apt[8];

    if (!fmtp || !fmtp_has(fmtp, "apt", apt, sizeof apt))
        return;
    unsigned long pt = strtoul(apt, NULL, 10);
    for (unsigned i = 0; i < section->codec_count; i++)
        if (section->codecs[i].pt == pt && section->codecs[i].rtx_pt == 0)
            section->codecs[i].rtx_pt = (uint8_t)rtx_pt;
}

/* RFC 2198 section 5: "111/111", what is new and what is repeated. Only with the one codec throughout, Opus. */
static void read_red(const GstSDPMedia *media, unsigned red_pt, struct sdp_offer_section *section)
{
    const char *fmtp = line_of(media, "fmtp", red_pt);
    char *end = NULL;
    unsigned long pt = fmtp ? strtoul(fmtp, &end, 10) : 0;

    if (!fmtp || end == fmtp || *end != '/')
        return;
    while (*end == '/')
        if (strtoul(end + 1, &end, 10) != pt)
            return;
    for (unsigned i = 0; *end == '\0' && i < section->codec_count; i++)
        if (section->codecs[i].pt == pt && section->codecs[i].codec == SFU_CODEC_OPUS &&
            section->codecs[i].red_pt == 0)
            section->codecs[i].red_pt = (uint8_t)red_pt;
}

static void read_codec(const GstSDPMedia *media, const struct rtpmap *map,
                       struct sdp_offer_section *section)
{
    const char *fmtp = line_of(media, "fmtp", map->pt);
    enum sfu_codec codec = codec_of(map, fmtp ? fmtp : "");

    if (codec == SFU_CODEC_NONE || section->codec_count == SDP_MAX_OFFERED_CODECS)
        return;
    struct sdp_codec *entry = &section->codecs[section->codec_count++];
    *entry = (struct sdp_codec){.codec = codec, .pt = (uint8_t)map->pt};
    g_strlcpy(entry->fmtp, fmtp ? fmtp : "", sizeof entry->fmtp);
    read_feedback(media, entry);
}

/* Reads attribute `i` if it is an rtpmap. */
static bool rtpmap_at(const GstSDPMedia *media, guint i, struct rtpmap *ret_map)
{
    const GstSDPAttribute *attribute = gst_sdp_media_get_attribute(media, i);

    return strcmp(attribute->key, "rtpmap") == 0 && attribute->value &&
           rtpmap_parse(attribute->value, ret_map);
}

void sdp_codecs_read(const GstSDPMedia *media, struct sdp_offer_section *section)
{
    guint count = gst_sdp_media_attributes_len(media);
    struct rtpmap map;

    for (guint i = 0; i < count; i++)
        if (rtpmap_at(media, i, &map))
            read_codec(media, &map, section);
    for (guint i = 0; i < count; i++)
        if (rtpmap_at(media, i, &map) && strcasecmp(map.encoding, "rtx/90000") == 0)
            read_rtx(media, map.pt, section);
        else if (rtpmap_at(media, i, &map) && strcasecmp(map.encoding, "red/48000/2") == 0)
            read_red(media, map.pt, section);
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
