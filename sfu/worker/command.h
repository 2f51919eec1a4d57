/* What the control thread tells a worker: one row of its mailbox. */
#ifndef SFU_WORKER_COMMAND_H
#define SFU_WORKER_COMMAND_H

#include "sfu/sfu.h"

#include <stdbool.h>
#include <stdint.h>

enum command_type {
    COMMAND_ROOM_OPEN,
    COMMAND_ROOM_CLOSE,
    COMMAND_ROOM_SET_SINK,
    COMMAND_PEER_OPEN,
    COMMAND_PEER_CLOSE,
    COMMAND_PEER_NEGOTIATE,
    COMMAND_SLOT_FEED,
    COMMAND_UPLINK_GATE,
    COMMAND_UPLINK_KEYFRAME,
    COMMAND_PULSE,
};

struct command {
    enum command_type type;
    sfu_room_id room;
    sfu_peer_id peer;
    unsigned section;
    union {
        uint32_t tag;
        uint64_t pulse;
        struct sfu_negotiation *negotiation; /* heap; ownership goes with the command */
        struct {
            sfu_peer_id source;
            unsigned source_section;
        } feed;
        struct {
            bool to_slots, to_sink;
        } gate;
        struct {
            const struct sfu_sink_ops *ops;
            void *sink; /* closed() is owed for it once the command is posted */
        } sink;
    };
};

struct worker;

/* Worker thread. Ids that are gone make a command void; what it owns is released. */
void command_apply(struct worker *worker, const struct command *command);

/* Any thread. Releases what a command owns that will never be applied. */
void command_discard(const struct command *command);

#endif
