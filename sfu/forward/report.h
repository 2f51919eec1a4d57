/* Sender reports of sources, on their way to the slots. */
#ifndef SFU_FORWARD_REPORT_H
#define SFU_FORWARD_REPORT_H

#include "sfu/forward/uplink.h"
#include "sfu/rtp/rtcp.h"

/* A sender report about the uplink's stream came: keeps it and sends it on to the slots,
 * translated. */
void uplink_sender_report(struct uplink *uplink, const struct rtcp_sender_info *info,
                          int64_t now_us);

#endif
