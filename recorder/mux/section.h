/* The event `media.section`: how the packets of one section are to be read. */
#ifndef RECORDER_MUX_SECTION_H
#define RECORDER_MUX_SECTION_H

#include "recorder/mux/session.h"

struct rec_section *rec_section_create(uint32_t tag, unsigned number);
void rec_section_destroy(void *section);

/* Takes over what the event says; a later answer adds to an earlier one. */
void rec_section_describe(struct rec_section *section, const struct rec_pcapng_entry *event);

/* A packet of this section, in order of arrival. False: its payload type was never described. */
bool rec_section_rtp(struct rec_section *section, const struct rec_rtp *rtp, int64_t arrival_us);
void rec_section_report(struct rec_section *section, const struct rec_sender_report *report,
                        int64_t arrival_us);

#endif
