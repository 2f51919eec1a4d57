/* One media section of an offer: private to sdp/. */
#ifndef SIGNALING_SDP_SECTION_H
#define SIGNALING_SDP_SECTION_H

#include <gst/sdp/gstsdpmessage.h>

#include "signaling/sdp/offer.h"

/* Reads section `index`. 0, or -EINVAL with `ret_error`. */
int sdp_section_read(const GstSDPMessage *message, unsigned index,
                     struct sdp_offer_section *ret_section, struct sdp_error *ret_error);

#endif
