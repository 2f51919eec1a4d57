/* What may be in a negotiation, whoever made it. Private to sfu/. */
#ifndef SFU_NEGOTIATION_H
#define SFU_NEGOTIATION_H

#include "sfu/sfu.h"

#include <stdbool.h>

/* Any thread. Counts, terminations, lengths of our credentials, payload types, enums. */
bool negotiation_is_within_limits(const struct sfu_negotiation *negotiation);

#endif
