#include "signaling/sdp/write.h"

#include <gst/sdp/gstsdpmessage.h>
#include <string.h>

/* What one section's writer needs; `pair` numbers the receive slots of a kind, so that the n-th voice
 * and the n-th picture share a stream. */
struct writer {
    const struct sdp_offer *offer;
    const struct sdp_policy *policy;
    const struct sdp_local *local;
    const struct sdp_memory *memory;
    unsigned pair[2];
};

G_GNUC_PRINTF(3, 4)
static void attribute(GstSDPMedia *media, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *value = g_strdup_vprintf(format, args);
    va_end(args);
    gst_sdp_media_add_attribute(media, key, value);
}

static void flag(GstSDPMedia *media, const char *key)
{
    gst_sdp_media_add_attribute(media, key, NULL);
}

static void write_format(GstSDPMedia *media, unsigned pt)
{
    g_autofree char *text = g_strdup_printf("%u", pt);
    gst_sdp_media_add_format(media, text);
}

/* The fmtp line of a payload type; an H.264 level is the offer's own (RFC 6184 8.2.2). */
static void write_fmtp(GstSDPMedia *media, const struct sfu_payload *payload,
                       const struct sdp_codec *codec, const struct sdp_policy *policy)
{
    switch (payload->codec) {
    case SFU_CODEC_OPUS:
        attribute(media, "fmtp", "%u minptime=10;useinbandfec=1;maxaveragebitrate=%u", payload->pt,
                  policy->max_audio_bps);
        break;
    case SFU_CODEC_H264: attribute(media, "fmtp", "%u %s", payload->pt, codec->fmtp); break;
    case SFU_CODEC_VP8:
    case SFU_CODEC_NONE: break;
    }
}

static const struct sdp_codec *codec_of(const struct sdp_offer_section *section, unsigned pt)
{
    for (unsigned i = 0; i < section->codec_count; i++)
        if (section->codecs[i].pt == pt)
            return &section->codecs[i];
    return NULL;
}

static void write_payload(GstSDPMedia *media, const struct sfu_payload *payload,
                          const struct sdp_codec *codec, const struct sdp_policy *policy)
{
    attribute(media, "rtpmap", "%u %s", payload->pt, sdp_rtpmap(payload->codec));
    write_fmtp(media, payload, codec, policy);
    if (payload->transport_cc)
        attribute(media, "rtcp-fb", "%u transport-cc", payload->pt);
    if (payload->fir)
        attribute(media, "rtcp-fb", "%u ccm fir", payload->pt);
    if (payload->nack)
        attribute(media, "rtcp-fb", "%u nack", payload->pt);
    if (payload->pli)
        attribute(media, "rtcp-fb", "%u nack pli", payload->pt);
    if (payload->red_pt) {
        attribute(media, "rtpmap", "%u red/48000/2", payload->red_pt);
        attribute(media, "fmtp", "%u %u/%u", payload->red_pt, payload->pt, payload->pt);
    }
    if (payload->rtx_pt) {
        attribute(media, "rtpmap", "%u rtx/90000", payload->rtx_pt);
        attribute(media, "fmtp", "%u apt=%u", payload->rtx_pt, payload->pt);
    }
}

/* RFC 8285 section 5: an extension that was offered in one direction is answered in the other. */
static void write_extension(GstSDPMedia *media, unsigned id,
                            const struct sdp_offered_extension *offered,
                            enum sdp_extension extension)
{
    const char *direction = "";

    if (id == 0)
        return;
    if (strcmp(offered->direction, "sendonly") == 0)
        direction = "/recvonly";
    else if (strcmp(offered->direction, "recvonly") == 0)
        direction = "/sendonly";
    attribute(media, "extmap", "%u%s %s", id, direction, sdp_extension_uri(extension));
}

static void write_extensions(GstSDPMedia *media, const struct sfu_section *section,
                             const struct sdp_offer_section *offered)
{
    const struct sdp_offered_extension *ext = offered->extensions;

    write_extension(media, section->extensions.mid, &ext[SDP_EXT_MID], SDP_EXT_MID);
    write_extension(media, section->extensions.rid, &ext[SDP_EXT_RID], SDP_EXT_RID);
    write_extension(media, section->extensions.repaired_rid, &ext[SDP_EXT_REPAIRED_RID],
                    SDP_EXT_REPAIRED_RID);
    write_extension(media, section->extensions.transport_cc, &ext[SDP_EXT_TRANSPORT_CC],
                    SDP_EXT_TRANSPORT_CC);
    write_extension(media, section->extensions.abs_send_time, &ext[SDP_EXT_ABS_SEND_TIME],
                    SDP_EXT_ABS_SEND_TIME);
    write_extension(media, section->extensions.audio_level, &ext[SDP_EXT_AUDIO_LEVEL],
                    SDP_EXT_AUDIO_LEVEL);
}

/* RFC 8853 section 5.3: the sizes that are taken, in the order of the offer. */
static void write_layers(GstSDPMedia *media, const struct sfu_section *section)
{
    g_autoptr(GString) list = g_string_new("recv ");

    for (unsigned i = section->layer_count; i-- > 0;) {
        attribute(media, "rid", "%s recv", section->rids[i]);
        g_string_append_printf(list, "%s%s", section->rids[i], i ? ";" : "");
    }
    if (section->layer_count)
        attribute(media, "simulcast", "%s", list->str);
}

static void write_direction(GstSDPMedia *media, const struct sfu_section *section)
{
    flag(media, section->inbound && section->outbound ? "sendrecv"
                : section->inbound                    ? "recvonly"
                : section->outbound                   ? "sendonly"
                                                      : "inactive");
}

/* A receive slot's stable SSRCs and its stream (RFC 5576, RFC 8830). */
static void write_slot(GstSDPMedia *media, const struct sfu_section *section, unsigned pair)
{
    const char kind = section->kind == SFU_AUDIO ? 'a' : 'v';

    attribute(media, "msid", "slot%u %c%u", pair, kind, pair);
    if (section->slot_rtx_ssrc)
        attribute(media, "ssrc-group", "FID %u %u", section->slot_ssrc, section->slot_rtx_ssrc);
    attribute(media, "ssrc", "%u cname:shipinban", section->slot_ssrc);
    if (section->slot_rtx_ssrc)
        attribute(media, "ssrc", "%u cname:shipinban", section->slot_rtx_ssrc);
}

static void write_transport(GstSDPMedia *media, const struct writer *writer)
{
    attribute(media, "ice-ufrag", "%s", writer->memory->local.ufrag);
    attribute(media, "ice-pwd", "%s", writer->memory->local.pwd);
    attribute(media, "fingerprint", "sha-256 %s", writer->local->fingerprint);
    attribute(media, "setup", "passive");
    flag(media, "rtcp-mux");
}

static void write_candidates(GstSDPMedia *media, const struct sdp_local *local)
{
    for (size_t i = 0; i < local->candidate_count; i++) {
        const struct sfu_candidate *candidate = &local->candidates[i];
        attribute(media, "candidate", "%zu 1 %s %u %s %u typ host%s", i + 1,
                  candidate->tcp ? "tcp" : "udp", candidate->priority, candidate->address,
                  candidate->port, candidate->tcp ? " tcptype passive" : "");
    }
    flag(media, "end-of-candidates");
}

/* The cap of what the client sends: AS in kbit/s for Chromium, TIAS in bit/s for the others. */
static void write_bandwidth(GstSDPMedia *media, const struct sfu_section *section,
                            const struct sdp_policy *policy)
{
    uint32_t bps = section->kind == SFU_VIDEO ? policy->max_video_bps : policy->max_audio_bps;

    if (!section->inbound || bps == 0)
        return;
    gst_sdp_media_add_bandwidth(media, "AS", bps / 1000);
    gst_sdp_media_add_bandwidth(media, "TIAS", bps);
}

static void write_rejected(GstSDPMedia *media, const struct sdp_offer_section *offered)
{
    gst_sdp_media_set_port_info(media, 0, 1);
    gst_sdp_media_add_format(media, offered->first_format);
    attribute(media, "mid", "%s", offered->mid);
    flag(media, "inactive");
}

static void write_accepted(GstSDPMedia *media, struct writer *writer,
                           const struct sfu_section *section,
                           const struct sdp_offer_section *offered, bool first)
{
    gst_sdp_media_set_port_info(media, 9, 1);
    for (unsigned i = 0; i < section->payload_count; i++) {
        if (section->payloads[i].red_pt) /* first: only so a browser sends it */
            write_format(media, section->payloads[i].red_pt);
        write_format(media, section->payloads[i].pt);
        if (section->payloads[i].rtx_pt)
            write_format(media, section->payloads[i].rtx_pt);
    }
    write_bandwidth(media, section, writer->policy);
    attribute(media, "mid", "%s", section->mid);
    write_transport(media, writer);
    if (first)
        write_candidates(media, writer->local);
    if (offered->rtcp_rsize)
        flag(media, "rtcp-rsize");
    write_direction(media, section);
    write_extensions(media, section, offered);
    for (unsigned i = 0; i < section->payload_count; i++)
        write_payload(media, &section->payloads[i], codec_of(offered, section->payloads[i].pt),
                      writer->policy);
    write_layers(media, section);
    if (section->outbound)
        write_slot(media, section, writer->pair[section->kind]++);
}

static void write_section(GstSDPMessage *message, struct writer *writer,
                          const struct sfu_section *section,
                          const struct sdp_offer_section *offered, bool first)
{
    GstSDPMedia *media = NULL;

    gst_sdp_media_new(&media);
    gst_sdp_media_set_media(media, offered->media);
    gst_sdp_media_set_proto(media, offered->protocol);
    gst_sdp_media_add_connection(media, "IN", "IP4", "0.0.0.0", 0, 0);
    if (section->payload_count == 0)
        write_rejected(media, offered);
    else
        write_accepted(media, writer, section, offered, first);
    gst_sdp_message_add_media(message, media);
    gst_sdp_media_free(media);
}

static void write_session(GstSDPMessage *message, const struct sdp_offer *offer,
                          const struct sfu_negotiation *negotiation,
                          const struct sdp_memory *memory)
{
    g_autofree char *id = g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)memory->session_id);
    g_autofree char *version = g_strdup_printf("%u", memory->version);
    g_autoptr(GString) group = g_string_new("BUNDLE");

    for (unsigned i = 0; i < negotiation->section_count; i++)
        if (negotiation->sections[i].payload_count)
            g_string_append_printf(group, " %s", negotiation->sections[i].mid);
    gst_sdp_message_set_version(message, "0");
    gst_sdp_message_set_origin(message, "-", id, version, "IN", "IP4", "0.0.0.0");
    gst_sdp_message_set_session_name(message, "-");
    gst_sdp_message_add_time(message, "0", "0", NULL);
    gst_sdp_message_add_attribute(message, "group", group->str);
    gst_sdp_message_add_attribute(message, "ice-lite", NULL);
    if (offer->extmap_allow_mixed)
        gst_sdp_message_add_attribute(message, "extmap-allow-mixed", NULL);
    gst_sdp_message_add_attribute(message, "msid-semantic", " WMS *");
}

char *sdp_answer_write(const struct sdp_offer *offer, const struct sfu_negotiation *negotiation,
                       const struct sdp_policy *policy, const struct sdp_local *local,
                       const struct sdp_memory *memory)
{
    struct writer writer = {.offer = offer, .policy = policy, .local = local, .memory = memory};
    GstSDPMessage *message = NULL;
    bool first = true;

    gst_sdp_message_new(&message);
    write_session(message, offer, negotiation, memory);
    for (unsigned i = 0; i < negotiation->section_count; i++) {
        write_section(message, &writer, &negotiation->sections[i], &offer->sections[i], first);
        first = first && negotiation->sections[i].payload_count == 0;
    }
    char *text = gst_sdp_message_as_text(message);
    gst_sdp_message_free(message);
    return text;
}
