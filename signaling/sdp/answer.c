/* What is agreed: the offer held against the policy. */
#include "signaling/sdp/write.h"

#include <glib.h>
#include <string.h>

#include "base/crypto/random.h"

static struct sdp_slot *slot_of(struct sdp_memory *memory, const char *mid)
{
    for (unsigned i = 0; i < memory->slot_count; i++)
        if (strcmp(memory->slots[i].mid, mid) == 0)
            return &memory->slots[i];
    return NULL;
}

static bool ssrc_is_used(const struct sdp_memory *memory, uint32_t ssrc)
{
    for (unsigned i = 0; i < memory->slot_count; i++)
        if (memory->slots[i].ssrc == ssrc || memory->slots[i].rtx_ssrc == ssrc)
            return true;
    return ssrc == 0;
}

static uint32_t ssrc_make(const struct sdp_memory *memory)
{
    uint32_t ssrc;

    do
        ssrc = random_u32();
    while (ssrc_is_used(memory, ssrc));
    return ssrc;
}

/* The slot of a receive section, made at its first offer and kept for the life of the peer. */
static const struct sdp_slot *slot_take(struct sdp_memory *memory, const char *mid)
{
    struct sdp_slot *slot = slot_of(memory, mid);

    if (slot || memory->slot_count == SFU_MAX_SECTIONS)
        return slot;
    uint32_t ssrc = ssrc_make(memory);
    slot = &memory->slots[memory->slot_count++];
    g_strlcpy(slot->mid, mid, sizeof slot->mid);
    slot->ssrc = ssrc;
    slot->rtx_ssrc = ssrc_make(memory);
    return slot;
}

static void agree_payload(struct sfu_section *section, const struct sdp_codec *codec)
{
    section->payloads[section->payload_count++] = (struct sfu_payload){
        .codec = codec->codec,
        .pt = codec->pt,
        .rtx_pt = codec->rtx_pt,
        .red_pt = codec->red_pt,
        .nack = codec->nack,
        .pli = codec->pli,
        .fir = codec->fir,
        .transport_cc = codec->transport_cc,
    };
}

/* One payload type of each codec we want, in our order. */
static void agree_codec(struct sfu_section *section, const struct sdp_offer_section *offered,
                        enum sfu_codec wanted)
{
    for (unsigned i = 0; i < offered->codec_count; i++) {
        if (offered->codecs[i].codec == wanted) {
            agree_payload(section, &offered->codecs[i]);
            return;
        }
    }
}

static void agree_codecs(struct sfu_section *section, const struct sdp_offer_section *offered,
                         const struct sdp_policy *policy)
{
    if (section->kind == SFU_AUDIO) {
        agree_codec(section, offered, SFU_CODEC_OPUS);
        return;
    }
    for (unsigned i = 0; offered->sends && i < policy->sent_codec_count; i++)
        agree_codec(section, offered, policy->sent_codecs[i]);
    bool agreed = section->payload_count > 0;
    for (unsigned i = 0; !agreed && i < policy->video_codec_count; i++)
        agree_codec(section, offered, policy->video_codecs[i]);
}

static void agree_extensions(struct sfu_section *section, const struct sdp_offer_section *offered)
{
    section->extensions = (struct sfu_extensions){
        .mid = offered->extensions[SDP_EXT_MID].id,
        .transport_cc = offered->extensions[SDP_EXT_TRANSPORT_CC].id,
        .abs_send_time = offered->extensions[SDP_EXT_ABS_SEND_TIME].id,
        .audio_level = section->kind == SFU_AUDIO ? offered->extensions[SDP_EXT_AUDIO_LEVEL].id : 0,
    };
}

/* The largest sizes that are offered, the largest first. Each is known by its RID and nothing else. */
static void agree_layers(struct sfu_section *section, const struct sdp_offer_section *offered)
{
    if (offered->rid_count < 2 || !section->extensions.mid ||
        offered->extensions[SDP_EXT_RID].id == 0)
        return;
    section->extensions.rid = offered->extensions[SDP_EXT_RID].id;
    section->extensions.repaired_rid = offered->extensions[SDP_EXT_REPAIRED_RID].id;
    section->layer_count = MIN(offered->rid_count, SFU_MAX_LAYERS);
    for (unsigned i = 0; i < section->layer_count; i++)
        g_strlcpy(section->rids[i], offered->rids[offered->rid_count - 1 - i], SFU_RID_BYTES);
    section->ssrc = section->rtx_ssrc = 0;
}

/* Within a BUNDLE an id means the same in every section (RFC 8843 section 9.2). aiortc offers one id for the audio level
 * and for the picture's send time: what a section before took stays, and the later one goes without. */
static void agree_ids(struct sfu_negotiation *negotiation, unsigned index)
{
    enum { COUNT = sizeof(struct sfu_extensions) };
    uint8_t ids[COUNT], before[COUNT];

    memcpy(ids, &negotiation->sections[index].extensions, COUNT);
    for (unsigned i = 0; i < index; i++) {
        memcpy(before, &negotiation->sections[i].extensions, COUNT);
        for (unsigned mine = 0; mine < COUNT; mine++)
            for (unsigned its = 0; its < COUNT; its++)
                if (mine != its && ids[mine] == before[its])
                    ids[mine] = 0;
    }
    memcpy(&negotiation->sections[index].extensions, ids, COUNT);
    if (negotiation->sections[index].extensions.rid == 0 ||
        negotiation->sections[index].extensions.mid == 0)
        negotiation->sections[index].layer_count = 0; /* they could not be told apart */
}

/* What was met on the way through the sections. */
struct tally {
    unsigned slots[2];  /* receive sections, by kind */
    unsigned codecless; /* pictures rejected for want of a common codec */
};

static bool slot_is_allowed(const struct sdp_policy *policy, struct tally *tally,
                            enum sfu_kind kind)
{
    unsigned most = kind == SFU_AUDIO ? policy->max_audio_slots : policy->max_video_slots;

    return tally->slots[kind]++ < most;
}

static void codecs_note(const struct sdp_offer_section *offered, struct sdp_memory *memory)
{
    uint32_t codecs = 0;

    for (unsigned i = 0; i < offered->codec_count; i++)
        codecs |= sdp_codec_bit(offered->codecs[i].codec);
    if (codecs == 0)
        codecs = sdp_codec_bit(SFU_CODEC_NONE);
    if (offered->sends)
        memory->can_send |= codecs;
    if (offered->receives)
        memory->can_receive |= codecs;
}

/* The voice is what a session cannot do without. */
static int codec_missing(const char *media, unsigned index, const char *mid,
                         struct sdp_error *ret_error)
{
    return sdp_fail(ret_error, "media.no_common_codec",
                    "m-line %u (mid %s): none of the codecs is %s", index, mid,
                    strcmp(media, "video") == 0
                        ? "VP8 or H.264 constrained baseline (packetization-mode 1) as configured"
                        : "Opus");
}

static int agree_section(const struct sdp_offer_section *offered, unsigned index,
                         const struct sdp_policy *policy, struct sdp_memory *memory,
                         struct tally *tally, struct sfu_section *section,
                         struct sdp_error *ret_error)
{
    bool video = strcmp(offered->media, "video") == 0;

    g_strlcpy(section->mid, offered->mid, sizeof section->mid);
    section->kind = video ? SFU_VIDEO : SFU_AUDIO;
    if (offered->rejected || (!video && strcmp(offered->media, "audio") != 0))
        return 0;
    if (offered->receives && !slot_is_allowed(policy, tally, section->kind) && !offered->sends)
        return 0;
    agree_codecs(section, offered, policy);
    if (video)
        codecs_note(offered, memory);
    if (section->payload_count == 0 && video) {
        tally->codecless++;
        return 0;
    }
    if (section->payload_count == 0)
        return codec_missing(offered->media, index, offered->mid, ret_error);
    agree_extensions(section, offered);
    section->inbound = offered->sends;
    section->ssrc = offered->ssrc;
    section->rtx_ssrc = offered->rtx_ssrc;
    if (video && offered->sends && policy->takes_layers)
        agree_layers(section, offered);
    if (!offered->receives)
        return 0;
    const struct sdp_slot *slot = slot_take(memory, offered->mid);
    if (!slot)
        return sdp_fail(ret_error, "media.limit", "m-line %u: more than %d receive sections", index,
                        SFU_MAX_SECTIONS);
    section->outbound = true;
    section->slot_ssrc = slot->ssrc;
    section->slot_rtx_ssrc = section->payloads[0].rtx_pt ? slot->rtx_ssrc : 0;
    return 0;
}

/* Other credentials than last time are an ICE restart (RFC 8839 section 4.4.1.1.1): ours change too. */
static void agree_ice(const struct sdp_offer *offer, const struct sdp_local *local,
                      struct sdp_memory *memory)
{
    if (strcmp(memory->remote_ufrag, offer->ufrag) == 0 &&
        strcmp(memory->remote_pwd, offer->pwd) == 0)
        return;
    memory->local = local->fresh;
    g_strlcpy(memory->remote_ufrag, offer->ufrag, sizeof memory->remote_ufrag);
    g_strlcpy(memory->remote_pwd, offer->pwd, sizeof memory->remote_pwd);
}

static int agree(const struct sdp_offer *offer, const struct sdp_policy *policy,
                 const struct sdp_local *local, struct sdp_memory *memory,
                 struct sfu_negotiation *negotiation, struct sdp_error *ret_error)
{
    struct tally tally = {0};
    unsigned accepted = 0;

    memory->can_send = memory->can_receive = 0;
    for (unsigned i = 0; i < offer->section_count; i++) {
        int r = agree_section(&offer->sections[i], i, policy, memory, &tally,
                              &negotiation->sections[i], ret_error);
        if (r < 0)
            return r;
        agree_ids(negotiation, i);
        accepted += negotiation->sections[i].payload_count > 0;
    }
    if (accepted == 0 && tally.codecless)
        return codec_missing("video", 0, offer->sections[0].mid, ret_error);
    if (accepted == 0)
        return sdp_fail(ret_error, "media.sdp", "no audio or video section that can be accepted");
    agree_ice(offer, local, memory);
    if (memory->session_id == 0)
        memory->session_id = (uint64_t)random_u32() << 16 | 1;
    memory->version++;
    negotiation->section_count = offer->section_count;
    negotiation->local = memory->local;
    g_strlcpy(negotiation->remote_ufrag, offer->ufrag, sizeof negotiation->remote_ufrag);
    g_strlcpy(negotiation->remote_pwd, offer->pwd, sizeof negotiation->remote_pwd);
    memcpy(negotiation->remote_fingerprint, offer->fingerprint,
           sizeof negotiation->remote_fingerprint);
    return 0;
}

/* Where media may go one way alone, the other is as if it had not been offered. */
static int offer_narrow(struct sdp_offer *offer, const struct sdp_policy *policy,
                        struct sdp_error *ret_error)
{
    bool useful = false;

    for (unsigned i = 0; i < offer->section_count; i++) {
        struct sdp_offer_section *section = &offer->sections[i];
        section->sends = section->sends && !policy->refuses_inbound;
        section->receives = section->receives && !policy->refuses_outbound;
        useful = useful || section->sends || section->receives;
    }
    if (useful || (!policy->refuses_inbound && !policy->refuses_outbound))
        return 0;
    return sdp_fail(ret_error, "media.sdp", "no audio or video section that the client %s",
                    policy->refuses_outbound ? "sends" : "receives");
}

int sdp_answer(const char *offer, const struct sdp_policy *policy, const struct sdp_local *local,
               struct sdp_memory *memory, struct sfu_negotiation *ret_negotiation,
               char **ret_answer, struct sdp_error *ret_error)
{
    struct sdp_offer *parsed = NULL;
    struct sdp_memory next = *memory;
    g_autofree struct sfu_negotiation *negotiation = g_new0(struct sfu_negotiation, 1);
    int r = sdp_offer_parse(offer, &parsed, ret_error);

    if (r < 0)
        return r;
    r = offer_narrow(parsed, policy, ret_error);
    if (r == 0)
        r = agree(parsed, policy, local, &next, negotiation, ret_error);
    if (r == 0) {
        *ret_answer = sdp_answer_write(parsed, negotiation, policy, local, &next);
        *ret_negotiation = *negotiation;
        *memory = next;
    }
    sdp_offer_destroy(parsed);
    return r;
}
