/* What an Opus packet tells of itself (RFC 6716 section 3). Any thread; nothing allocates. */
#ifndef SFU_RTP_OPUS_H
#define SFU_RTP_OPUS_H

#include <stddef.h>
#include <stdint.h>

/* Its duration in RTP timestamp units (48 kHz), at most 5760; 0: no Opus packet. */
uint32_t opus_ticks(const uint8_t *payload, size_t len);

#endif
