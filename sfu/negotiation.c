#include "sfu/negotiation.h"

#include <string.h>

static bool is_text_of(const char *text, size_t array_bytes, size_t least)
{
    size_t len = strnlen(text, array_bytes);
    return len < array_bytes && len >= least;
}

static bool is_section(const struct sfu_section *section)
{
    if (!is_text_of(section->mid, sizeof section->mid, 0) ||
        section->payload_count > SFU_MAX_PAYLOADS || section->layer_count > SFU_MAX_LAYERS ||
        (unsigned)section->kind > SFU_VIDEO)
        return false;
    for (unsigned i = 0; i < section->layer_count; i++)
        if (!is_text_of(section->rids[i], sizeof section->rids[i], 1))
            return false;
    for (unsigned i = 0; i < section->payload_count; i++) {
        const struct sfu_payload *payload = &section->payloads[i];
        if ((unsigned)payload->codec > SFU_CODEC_H264 || payload->pt > 127 ||
            payload->rtx_pt > 127 || payload->red_pt > 127)
            return false;
    }
    return true;
}

bool negotiation_is_within_limits(const struct sfu_negotiation *n)
{
    if (strnlen(n->local.ufrag, SFU_UFRAG_BYTES) != SFU_UFRAG_BYTES - 1 ||
        strnlen(n->local.pwd, SFU_PWD_BYTES) != SFU_PWD_BYTES - 1 ||
        !is_text_of(n->remote_ufrag, sizeof n->remote_ufrag, 0) ||
        !is_text_of(n->remote_pwd, sizeof n->remote_pwd, 0) || n->section_count > SFU_MAX_SECTIONS)
        return false;
    for (unsigned i = 0; i < n->section_count; i++)
        if (!is_section(&n->sections[i]))
            return false;
    return true;
}
