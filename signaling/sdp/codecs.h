/* The codecs of an offered section: private to sdp/. */
#ifndef SIGNALING_SDP_CODECS_H
#define SIGNALING_SDP_CODECS_H

#include <gst/sdp/gstsdpmessage.h>

#include "signaling/sdp/offer.h"

/* Fills section->codecs with what we know of the media's payload types; RTX and RED are folded into
 * their primary. */
void sdp_codecs_read(const GstSDPMedia *media, struct sdp_offer_section *section);

#endif
