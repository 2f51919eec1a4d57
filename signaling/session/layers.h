/* In which sizes a page sends its camera: the small one only while somebody's line is too narrow for the large one. The sfu
 * says who needs what, the page is told by media.encodings. Control thread. */
#ifndef SIGNALING_SESSION_LAYERS_H
#define SIGNALING_SESSION_LAYERS_H

#include <stdbool.h>
#include <stdint.h>

#include "sfu/sfu.h"

enum { SIG_SMALL_LAYER_BPS = 150000 };

struct sig_participant;
struct sig_peer;

/* SFU_EVENT_LAYERS of the participant's publisher. */
void sig_layers_changed(struct sig_participant *participant, const struct sig_peer *peer,
                        const struct sfu_event *event);

/* Its offer was answered: browsers that send in layers heed no cap of the answer. */
void sig_layers_answered(struct sig_participant *participant);

/* The RID of a section's layer; NULL: it is sent in one size. */
const char *sig_layer_rid(const struct sfu_section *section, unsigned layer);

/* Tells the page how to send one section, or one layer of it (`rid` NULL: all there is). */
void sig_layer_tell(struct sig_participant *participant, const char *mid, const char *rid,
                    bool active, uint32_t max_bps);

#endif
