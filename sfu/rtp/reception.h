/* What a receiver keeps about one received stream for its reports: RFC 3550 appendix A.1
 * (sequence), A.3 (loss) and A.8 (jitter). One thread; nothing allocates. */
#ifndef SFU_RTP_RECEPTION_H
#define SFU_RTP_RECEPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "sfu/rtp/rtcp.h"

enum { RECEPTION_WINDOW = 1024 }; /* packets behind the highest within which duplicates are known */

enum reception_verdict {
    RECEPTION_NEW,  /* ahead of all before */
    RECEPTION_LATE, /* behind the highest, for the first time */
    RECEPTION_DUPLICATE,
    RECEPTION_TOO_OLD, /* behind the window, or a first packet far off: perhaps a restart */
    RECEPTION_RESTART, /* a second packet far off: it began anew, numbers go on higher up */
};

struct reception {
    bool started;
    int64_t first, highest; /* extended sequence numbers since the last (re)start */
    uint16_t restart_seq;   /* what would be the second packet of a restarted stream */
    bool restart_expected;
    uint64_t seen[RECEPTION_WINDOW / 64];

    uint32_t received; /* as they came: repairs (RTX) not counted, RFC 4588 section 6.3 */
    uint32_t unique;   /* … with repairs, duplicates not */
    uint32_t expected_prior, received_prior;
    uint32_t cycles_base; /* what was expected before the last restart */

    bool transit_known;
    int64_t transit;
    uint32_t jitter; /* timestamp units, scaled by 16 */
};

/* Notes sequence number `seq`; `repaired`: it came by RTX. `ret_extended` is its extended number,
 * unless it is too old. */
enum reception_verdict reception_note(struct reception *reception, uint16_t seq, bool repaired,
                                      int64_t *ret_extended);

/* Whether packet `number` (extended) of the stream has not come yet and can still be noted. What was before
 * the first packet, or is out of the window, is not lacking. */
bool reception_lacks(const struct reception *reception, int64_t number);

/* The stream goes on under another SSRC: all statistics start anew, extended numbers stay higher
 * than any before. */
void reception_rebind(struct reception *reception);

/* Interarrival jitter (A.8), for packets that are not repairs. `rate` in Hz. */
void reception_jitter_note(struct reception *reception, uint32_t timestamp, int64_t arrival_us,
                           uint32_t rate);

/* Packets expected so far (A.3). */
uint32_t reception_expected(const struct reception *reception);

/* Fills loss, highest and jitter of a report block and starts a new interval for the fraction. */
void reception_report(struct reception *reception, struct rtcp_report_block *ret_block);

#endif
