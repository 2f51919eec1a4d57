/* Writing the answer: private to sdp/. */
#ifndef SIGNALING_SDP_WRITE_H
#define SIGNALING_SDP_WRITE_H

#include "signaling/sdp/offer.h"

/* The answer's text for what was agreed: `negotiation` holds a section for each m-line; one that is
 * neither inbound nor outbound and has no payloads is rejected. The caller frees it. */
char *sdp_answer_write(const struct sdp_offer *offer, const struct sfu_negotiation *negotiation,
                       const struct sdp_policy *policy, const struct sdp_local *local,
                       const struct sdp_memory *memory);

#endif
