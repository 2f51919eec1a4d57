/* An inbound section in the journal's words, so that a recording can be understood without the SDP. */
#include <glib.h>

#include "signaling/sdp/offer.h"

char *sdp_payloads_text(const struct sfu_section *section)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < section->payload_count; i++) {
        const struct sfu_payload *payload = &section->payloads[i];
        g_string_append_printf(text, "%s%u:%s", i ? " " : "", payload->pt,
                               sdp_rtpmap(payload->codec));
        if (payload->rtx_pt)
            g_string_append_printf(text, ":rtx=%u", payload->rtx_pt);
        if (payload->red_pt)
            g_string_append_printf(text, ":red=%u", payload->red_pt);
    }
    return g_string_free(text, FALSE);
}

char *sdp_extmap_text(const struct sfu_section *section)
{
    const uint8_t ids[SDP_EXT_COUNT] = {
        [SDP_EXT_MID] = section->extensions.mid,
        [SDP_EXT_RID] = section->extensions.rid,
        [SDP_EXT_REPAIRED_RID] = section->extensions.repaired_rid,
        [SDP_EXT_TRANSPORT_CC] = section->extensions.transport_cc,
        [SDP_EXT_ABS_SEND_TIME] = section->extensions.abs_send_time,
        [SDP_EXT_AUDIO_LEVEL] = section->extensions.audio_level,
    };
    GString *text = g_string_new(NULL);

    for (int e = 0; e < SDP_EXT_COUNT; e++)
        if (ids[e])
            g_string_append_printf(text, "%s%u=%s", text->len ? " " : "", ids[e],
                                   sdp_extension_uri(e));
    return g_string_free(text, FALSE);
}

char *sdp_rids_text(const struct sfu_section *section)
{
    GString *text;

    if (section->layer_count == 0)
        return NULL;
    text = g_string_new(section->rids[0]);
    for (unsigned i = 1; i < section->layer_count; i++)
        g_string_append_printf(text, " %s", section->rids[i]);
    return g_string_free(text, FALSE);
}
