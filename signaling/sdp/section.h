/* One media section of an offer: private to sdp/. */
#ifndef SIGNALING_SDP_SECTION_H
#define SIGNALING_SDP_SECTION_H

#include <gst/sdp/gstsdpmessage.h>

#include "signaling/sdp/offer.h"

/* Of a section or of the session. Browsers send about a hundred; what is read grows with the square of them. */
enum { SDP_MAX_ATTRIBUTES = 512 };

/* Reads section `index`. 0, or -EINVAL with `ret_error`. */
int sdp_section_read(const GstSDPMessage *message, unsigned index,
                     struct sdp_offer_section *ret_section, struct sdp_error *ret_error);

#endif
