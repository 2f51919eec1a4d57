#include "signaling/sdp/section.h"

#include <stdlib.h>
#include <string.h>

#include "signaling/sdp/codecs.h"

/* RFC 8866 "token", as far as a mid may use it; it also goes into our answer and header extensions. */
static bool mid_is_valid(const char *mid)
{
    size_t len = strlen(mid);

    return len > 0 && len < SFU_MID_BYTES &&
           strspn(mid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+") == len;
}

/* Whether `mid` is named in a=group:BUNDLE (RFC 9143). */
static bool mid_is_bundled(const GstSDPMessage *message, const char *mid)
{
    const char *group;

    for (guint i = 0; (group = gst_sdp_message_get_attribute_val_n(message, "group", i)); i++) {
        if (!g_str_has_prefix(group, "BUNDLE "))
            continue;
        g_auto(GStrv) mids = g_strsplit(group + strlen("BUNDLE "), " ", SFU_MAX_SECTIONS + 1);
        if (g_strv_contains((const char *const *)mids, mid))
            return true;
    }
    return false;
}

static void read_direction(const GstSDPMedia *media, struct sdp_offer_section *section)
{
    bool sendonly = gst_sdp_media_get_attribute_val(media, "sendonly");
    bool recvonly = gst_sdp_media_get_attribute_val(media, "recvonly");
    bool inactive = gst_sdp_media_get_attribute_val(media, "inactive");

    section->sends = !recvonly && !inactive;
    section->receives = !sendonly && !inactive;
}

/* "3 uri", "3/sendonly uri attributes" (RFC 8285 section 5). Ids above 14 would force two-byte headers. */
static void read_extension(const char *value, struct sdp_offer_section *section)
{
    char *end;
    unsigned long id = strtoul(value, &end, 10);

    if (end == value || id < 1 || id > 14)
        return;
    char direction[12] = "";
    if (*end == '/') {
        size_t len = strcspn(end + 1, " ");
        g_strlcpy(direction, end + 1, MIN(len + 1, sizeof direction));
        end += 1 + len;
    }
    if (*end != ' ')
        return;
    g_autofree char *uri = g_strndup(end + 1, strcspn(end + 1, " "));
    for (int e = 0; e < SDP_EXT_COUNT; e++) {
        if (strcmp(uri, sdp_extension_uri(e)) != 0 || section->extensions[e].id != 0)
            continue;
        section->extensions[e].id = (uint8_t)id;
        g_strlcpy(section->extensions[e].direction, direction,
                  sizeof section->extensions[e].direction);
    }
}

static void read_extensions(const GstSDPMedia *media, struct sdp_offer_section *section)
{
    for (guint i = 0; i < gst_sdp_media_attributes_len(media); i++) {
        const GstSDPAttribute *attribute = gst_sdp_media_get_attribute(media, i);
        if (strcmp(attribute->key, "extmap") == 0 && attribute->value)
            read_extension(attribute->value, section);
    }
}

/* The first declared SSRC and the RTX SSRC that is grouped with it (RFC 5576). Further ones are layers
 * that were not negotiated. */
static void read_ssrcs(const GstSDPMedia *media, struct sdp_offer_section *section)
{
    const char *first = gst_sdp_media_get_attribute_val(media, "ssrc");

    if (!first || !section->sends)
        return;
    section->ssrc = (uint32_t)strtoul(first, NULL, 10);
    for (guint i = 0; i < gst_sdp_media_attributes_len(media); i++) {
        const GstSDPAttribute *attribute = gst_sdp_media_get_attribute(media, i);
        const char *group = attribute->value;
        char *end;
        if (strcmp(attribute->key, "ssrc-group") != 0 || !group || !g_str_has_prefix(group, "FID "))
            continue;
        uint32_t primary = (uint32_t)strtoul(group + strlen("FID "), &end, 10);
        uint32_t repair = (uint32_t)strtoul(end, NULL, 10);
        if (primary == section->ssrc && repair != primary)
            section->rtx_ssrc = repair;
    }
}

/* RFC 8851 section 10: what a rid-id may be. */
static bool rid_is_valid(const char *rid, size_t len)
{
    return len > 0 && len < SFU_RID_BYTES &&
           strspn(rid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") >= len;
}

/* Whether there is "a=rid:<rid> send". */
static bool rid_is_sent(const GstSDPMedia *media, const char *rid, size_t len)
{
    const char *line;

    for (guint i = 0; (line = gst_sdp_media_get_attribute_val_n(media, "rid", i)); i++)
        if (strncmp(line, rid, len) == 0 && g_str_has_prefix(line + len, " send"))
            return true;
    return false;
}

/* "send ~l;h,m recv x" (RFC 8853 section 5.1): of alternatives the first; one that is paused (~) may come later. A list
 * with something that is no rid is not read at all. */
static void read_layers(const GstSDPMedia *media, struct sdp_offer_section *section)
{
    const char *value = gst_sdp_media_get_attribute_val(media, "simulcast");
    const char *list = NULL;

    if (value && section->sends)
        list = g_str_has_prefix(value, "send ") ? value : strstr(value, " send ");
    if (!list)
        return;
    for (const char *at = list + strlen(*list == ' ' ? " send" : "send"); *at != '\0';) {
        const char *rid = at + 1 + (at[1] == '~');
        size_t len = strcspn(rid, ",; ");
        if (section->rid_count == SDP_MAX_RIDS || !rid_is_valid(rid, len) ||
            !rid_is_sent(media, rid, len)) {
            section->rid_count = 0;
            return;
        }
        g_strlcpy(section->rids[section->rid_count++], rid, len + 1);
        at = rid + strcspn(rid, "; ");
        if (*at == ' ')
            return;
    }
}

static int read_names(const GstSDPMessage *message, const GstSDPMedia *media, unsigned index,
                      struct sdp_offer_section *section, struct sdp_error *ret_error)
{
    const char *mid = gst_sdp_media_get_attribute_val(media, "mid");

    section->media = gst_sdp_media_get_media(media);
    section->protocol = gst_sdp_media_get_proto(media);
    section->first_format =
        gst_sdp_media_formats_len(media) ? gst_sdp_media_get_format(media, 0) : "0";
    if (!section->media || !section->protocol)
        return sdp_fail(ret_error, "media.sdp", "m-line %u: not \"m=<media> <port> <protocol> …\"",
                        index);
    if (!mid || !mid_is_valid(mid))
        return sdp_fail(ret_error, "media.sdp",
                        "m-line %u (%.16s): a=mid is missing or not 1 to %d of A-Z a-z 0-9 - _ . +",
                        index, section->media, SFU_MID_BYTES - 1);
    g_strlcpy(section->mid, mid, sizeof section->mid);
    section->bundled = mid_is_bundled(message, mid);
    return 0;
}

static bool is_rtp(const struct sdp_offer_section *section)
{
    return strcmp(section->media, "audio") == 0 || strcmp(section->media, "video") == 0;
}

int sdp_section_read(const GstSDPMessage *message, unsigned index,
                     struct sdp_offer_section *ret_section, struct sdp_error *ret_error)
{
    const GstSDPMedia *media = gst_sdp_message_get_media(message, index);
    struct sdp_offer_section *section = ret_section;
    guint count = MAX(gst_sdp_message_attributes_len(message), gst_sdp_media_attributes_len(media));

    if (count > SDP_MAX_ATTRIBUTES)
        return sdp_fail(ret_error, "media.limit",
                        "m-line %u or the session: %u attributes, at most %d", index, count,
                        SDP_MAX_ATTRIBUTES);
    int r = read_names(message, media, index, section, ret_error);

    if (r < 0)
        return r;
    section->rejected = gst_sdp_media_get_port(media) == 0 &&
                        !gst_sdp_media_get_attribute_val(media, "bundle-only");
    if (!is_rtp(section) || section->rejected)
        return 0;
    if (!section->bundled)
        return sdp_fail(ret_error, "media.sdp", "m-line %u (mid %s): not in a=group:BUNDLE", index,
                        section->mid);
    section->rtcp_mux = gst_sdp_media_get_attribute_val(media, "rtcp-mux");
    section->rtcp_rsize = gst_sdp_media_get_attribute_val(media, "rtcp-rsize");
    if (!section->rtcp_mux)
        return sdp_fail(ret_error, "media.sdp", "m-line %u (mid %s): no a=rtcp-mux", index,
                        section->mid);
    read_direction(media, section);
    read_extensions(media, section);
    sdp_codecs_read(media, section);
    read_ssrcs(media, section);
    read_layers(media, section);
    return 0;
}
