#include "signaling/session/layers.h"

#include <jansson.h>

#include "base/log.h"
#include "signaling/session/participant.h"
#include "signaling/session/peer.h"
#include "signaling/session/session.h"

const char *sig_layer_rid(const struct sfu_section *section, unsigned layer)
{
    return layer < section->layer_count ? section->rids[layer] : NULL;
}

void sig_layer_tell(struct sig_participant *participant, const char *mid, const char *rid,
                    bool active, uint32_t max_bps)
{
    sig_participant_event(participant, "media.encodings",
                          json_pack("{s:s, s:s?, s:b, s:I}", "mid", mid, "rid", rid, "active",
                                    active, "max_bps", (json_int_t)max_bps));
}

void sig_layers_answered(struct sig_participant *participant)
{
    const struct sig_peer *peer = participant->publisher;
    int camera = peer ? peer->uplinks[SIG_CAMERA] : -1;
    if (camera < 0)
        return;
    const struct sfu_section *section = &peer->negotiation.sections[camera];
    if (section->layer_count > 1)
        sig_layer_tell(participant, section->mid, section->rids[0], true,
                       participant->bitrate.target_bps);
}

void sig_layers_changed(struct sig_participant *participant, const struct sig_peer *peer,
                        const struct sfu_event *event)
{
    if (peer != participant->publisher || event->section >= SFU_MAX_SECTIONS)
        return;
    const struct sfu_section *section = &peer->negotiation.sections[event->section];
    for (unsigned layer = 1; layer < section->layer_count; layer++) {
        bool active = event->layers >> layer & 1;
        const struct log_ids ids = {participant->session->id.text, participant->id.text, NULL};
        log_about(LOG_AT_INFO, "session", ids, "layer %s of section %u: %s", section->rids[layer],
                  event->section, active ? "taken" : "not taken");
        sig_layer_tell(participant, section->mid, section->rids[layer], active,
                       SIG_SMALL_LAYER_BPS);
    }
}
