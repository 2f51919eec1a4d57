/* What a journal tells: who was there, which packets are whose, what happened when. Built by walking
 * over the segments once; everything points into their mappings, which must outlive the session.
 * One thread. */
#ifndef RECORDER_MUX_SESSION_H
#define RECORDER_MUX_SESSION_H

#include "recorder/mux/segments.h"
#include "recorder/mux/stream.h"

#include <glib.h>
#include <stdint.h>

enum rec_source { REC_SOURCE_MIC, REC_SOURCE_CAMERA, REC_SOURCE_DOCUMENT, REC_SOURCE_COUNT };

const char *rec_source_name(enum rec_source source);

struct rec_participant {
    char *id;
    char *role;
    char *label;
    int64_t joined_us, left_us; /* wall clock; 0: never said */
};

/* One media section of one PeerConnection. */
struct rec_section {
    uint32_t tag;
    unsigned number;
    enum rec_source source;
    struct rec_participant *participant; /* of the session */
    uint8_t codecs[128];                 /* by payload type: enum rec_codec */
    unsigned clocks[128];                /* by payload type: Hz */
    int16_t rtx_of[128];                 /* by RTX payload type: the original's; -1: no RTX */
    int16_t red_of[128];                 /* by RED payload type: that of its blocks; -1: no RED */
    char **rids;                         /* sent in these sizes, the largest first; NULL: in one */
    uint8_t rid_id, repaired_rid_id;     /* header extensions that tell it; 0: none does */
    GPtrArray *streams;                  /* struct rec_stream *, in order of appearance */
};

/* An event for the timeline. */
struct rec_happening {
    int64_t wall_us;
    struct rec_pcapng_entry *entry; /* owned */
};

struct rec_session {
    char *id; /* NULL: no segment said */
    char *number, *matter, *matter_name, *window, *staff_no;
    char *end_reason;             /* "server_restart" where the journal says none and is cut */
    bool cut;                     /* the journal just stops: no journal.end */
    int64_t started_us, ended_us; /* wall clock: first and last record */
    GPtrArray *participants;      /* struct rec_participant *, in order of appearance */
    GPtrArray *sections;          /* struct rec_section * */
    GArray *happenings;           /* struct rec_happening */
    GArray *restarts;             /* struct rec_span: the daemon was away */
    GHashTable *tags;             /* tag -> struct rec_participant * */
    uint64_t unmapped_packets;    /* no section of theirs was ever described */
};

struct rec_span {
    int64_t start_us, end_us; /* wall clock */
};

void rec_session_init(struct rec_session *session);
void rec_session_finish(struct rec_session *session);

/* Walks over the segments. What rec_segments_read() returns; -ENODATA when there was no record. */
int rec_session_read(struct rec_session *session, struct rec_segments *segments);

/* The participant of that id, made when it is new. */
struct rec_participant *rec_session_participant(struct rec_session *session, const char *id,
                                                size_t len);

#endif
