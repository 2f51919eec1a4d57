#include "signaling/sdp/offer.h"

#include <glib.h>
#include <gst/sdp/gstsdpmessage.h>
#include <string.h>
#include <strings.h>

#include "signaling/sdp/section.h"

/* An attribute of the first section that is part of the bundle, or of the whole session. Clients that
 * give other ICE credentials in later sections mean the first section's (RFC 9143 section 9.2). */
static const char *transport_attribute(const GstSDPMessage *message, const struct sdp_offer *offer,
                                       const char *key)
{
    for (unsigned i = 0; i < offer->section_count; i++) {
        if (!offer->sections[i].bundled)
            continue;
        const char *value =
            gst_sdp_media_get_attribute_val(gst_sdp_message_get_media(message, i), key);
        if (value)
            return value;
        break;
    }
    return gst_sdp_message_get_attribute_val(message, key);
}

bool sdp_ice_text_is_valid(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!g_ascii_isalnum(text[i]) && text[i] != '+' && text[i] != '/')
            return false;
    return true;
}

static bool ice_text_fits(const char *text, size_t least, size_t most)
{
    size_t len = strlen(text);

    return len >= least && len <= most && sdp_ice_text_is_valid(text, len);
}

static int read_ice(const GstSDPMessage *message, struct sdp_offer *offer,
                    struct sdp_error *ret_error)
{
    const char *ufrag = transport_attribute(message, offer, "ice-ufrag");
    const char *pwd = transport_attribute(message, offer, "ice-pwd");

    if (!ufrag || !ice_text_fits(ufrag, SDP_MIN_UFRAG, 256))
        return sdp_fail(ret_error, "media.sdp", "a=ice-ufrag is missing or not 4 to 256 ice-chars");
    if (!pwd || !ice_text_fits(pwd, SDP_MIN_PWD, 256))
        return sdp_fail(ret_error, "media.sdp", "a=ice-pwd is missing or not 22 to 256 ice-chars");
    g_strlcpy(offer->ufrag, ufrag, sizeof offer->ufrag);
    g_strlcpy(offer->pwd, pwd, sizeof offer->pwd);
    return 0;
}

/* "sha-256 AB:CD:…" → 32 bytes (RFC 8122). */
static bool fingerprint_parse(const char *value, uint8_t ret_bytes[SFU_FINGERPRINT_BYTES])
{
    static const char prefix[] = "sha-256 ";

    if (strncasecmp(value, prefix, strlen(prefix)) != 0)
        return false;
    value += strlen(prefix);
    for (int i = 0; i < SFU_FINGERPRINT_BYTES; i++) {
        if (!g_ascii_isxdigit(value[0]) || !g_ascii_isxdigit(value[1]))
            return false;
        ret_bytes[i] =
            (uint8_t)(g_ascii_xdigit_value(value[0]) << 4 | g_ascii_xdigit_value(value[1]));
        value += 2;
        if (i < SFU_FINGERPRINT_BYTES - 1 && *value++ != ':')
            return false;
    }
    return *value == '\0' || *value == ' ';
}

static bool find_fingerprint(const GstSDPMessage *message, struct sdp_offer *offer)
{
    const char *value;

    for (unsigned i = 0; i < offer->section_count; i++) {
        if (!offer->sections[i].bundled)
            continue;
        const GstSDPMedia *media = gst_sdp_message_get_media(message, i);
        for (guint n = 0; (value = gst_sdp_media_get_attribute_val_n(media, "fingerprint", n)); n++)
            if (fingerprint_parse(value, offer->fingerprint))
                return true;
        break;
    }
    for (guint n = 0; (value = gst_sdp_message_get_attribute_val_n(message, "fingerprint", n)); n++)
        if (fingerprint_parse(value, offer->fingerprint))
            return true;
    return false;
}

static int read_dtls(const GstSDPMessage *message, struct sdp_offer *offer,
                     struct sdp_error *ret_error)
{
    const char *setup = transport_attribute(message, offer, "setup");

    if (!find_fingerprint(message, offer))
        return sdp_fail(ret_error, "media.sdp", "no well-formed a=fingerprint with sha-256");
    if (!setup || (strcmp(setup, "actpass") != 0 && strcmp(setup, "active") != 0))
        return sdp_fail(ret_error, "media.sdp", "a=setup is \"%.16s\": must be actpass or active",
                        setup ? setup : "");
    return 0;
}

static int read_sections(const GstSDPMessage *message, struct sdp_offer *offer,
                         struct sdp_error *ret_error)
{
    guint count = gst_sdp_message_medias_len(message);

    if (count == 0)
        return sdp_fail(ret_error, "media.sdp", "no m-line");
    if (count > SFU_MAX_SECTIONS)
        return sdp_fail(ret_error, "media.limit", "%u m-lines, at most %d", count,
                        SFU_MAX_SECTIONS);
    for (guint i = 0; i < count; i++) {
        int r = sdp_section_read(message, i, &offer->sections[i], ret_error);
        if (r < 0)
            return r;
        for (guint k = 0; k < i; k++)
            if (strcmp(offer->sections[k].mid, offer->sections[i].mid) == 0)
                return sdp_fail(ret_error, "media.sdp", "m-lines %u and %u have the same mid", k,
                                i);
        offer->section_count++;
    }
    return 0;
}

static int read_all(const char *text, struct sdp_offer *offer, struct sdp_error *ret_error)
{
    size_t len = strnlen(text, SDP_MAX_OFFER_BYTES + 1);
    GstSDPMessage *message = NULL;
    int r;

    if (len > SDP_MAX_OFFER_BYTES)
        return sdp_fail(ret_error, "media.limit", "the offer is over %d bytes",
                        SDP_MAX_OFFER_BYTES);
    if (!g_utf8_validate(text, (gssize)len, NULL))
        return sdp_fail(ret_error, "media.sdp", "the offer is not UTF-8");
    if (!g_str_has_prefix(text, "v=0"))
        return sdp_fail(ret_error, "media.sdp", "line 1: not \"v=0\"");
    if (gst_sdp_message_new(&message) != GST_SDP_OK)
        return sdp_fail(ret_error, "media.sdp", "out of memory");
    offer->message = message;
    if (gst_sdp_message_parse_buffer((const guint8 *)text, (guint)len, message) != GST_SDP_OK)
        return sdp_fail(ret_error, "media.sdp", "not an SDP message");
    offer->extmap_allow_mixed = gst_sdp_message_get_attribute_val(message, "extmap-allow-mixed");
    if ((r = read_sections(message, offer, ret_error)) < 0 ||
        (r = read_ice(message, offer, ret_error)) < 0)
        return r;
    return read_dtls(message, offer, ret_error);
}

int sdp_offer_parse(const char *text, struct sdp_offer **ret_offer, struct sdp_error *ret_error)
{
    struct sdp_offer *offer = g_new0(struct sdp_offer, 1);
    int r = read_all(text, offer, ret_error);

    if (r < 0) {
        sdp_offer_destroy(offer);
        return r;
    }
    *ret_offer = offer;
    return 0;
}

void sdp_offer_destroy(struct sdp_offer *offer)
{
    if (!offer)
        return;
    if (offer->message)
        gst_sdp_message_free(offer->message);
    g_free(offer);
}
