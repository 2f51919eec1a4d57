/* A session as the daemon would journal it, played through the real tap and writer: participants,
 * their PeerConnections, and media on a simulated way with delay, loss, repair and disorder. Faster
 * than real time: arrival times are made up, from the opening of the journal on. */
#ifndef TESTS_UNIT_RECORDER_MUX_SCENE_H
#define TESTS_UNIT_RECORDER_MUX_SCENE_H

#include "base/id.h"
#include "recorder/recorder.h"
#include "tests/unit/recorder/mux/media.h"

struct scene {
    struct rec *rec;
    rec_journal_id journal;
    struct id session;
    const char *spool;
    const char *archive;
    int64_t base_us; /* monotonic: the scene's zero */
    GArray *deliveries;
};

/* How one stream comes. All times from the scene's zero. */
struct scene_stream {
    uint32_t tag;
    unsigned section;
    uint32_t ssrc;
    uint8_t pt, rtx_pt;
    enum media_codec codec;
    const struct media *media;
    int64_t start_us;          /* capture of the media's zero */
    int64_t from_us, until_us; /* media sent, by its own time; 0, 0: all */
    int64_t delay_us;          /* from capture to arrival */
    int64_t sender_clock_us;   /* the sender's clock minus ours */
    uint16_t first_seq;
    uint32_t first_timestamp;
    unsigned lose_every;   /* 0: none; packet n is lost where n % lose_every == lose_every - 1 */
    unsigned repair_us;    /* 0: the lost ones stay lost; else a retransmission after so long */
    unsigned swap_every;   /* 0: none; every so many packets two change places */
    unsigned repeat_every; /* 0: none; every so many packets one comes twice */
    bool no_reports;
    const char *
        rid; /* one letter: in the first packets and in repairs, as extensions 10 and 11; NULL: none */
};

/* A recorder, a journal and a tap, in folders of their own. */
void scene_init(struct scene *scene);
/* The same in a given spool, for a given session. */
void scene_init_in(struct scene *scene, const char *spool, const char *session);

/* Events; `fields` is NAME, value, NAME, value, …, NULL. They get the wall clock of now. */
void scene_event(struct scene *scene, const char *type, ...) G_GNUC_NULL_TERMINATED;
void scene_joins(struct scene *scene, const char *participant, const char *role, uint32_t tag);
void scene_section(struct scene *scene, uint32_t tag, unsigned section, const char *source,
                   const char *payloads);

/* The next sequence number and RTP time, for a stream that goes on. */
struct scene_end {
    uint16_t seq;
    uint32_t timestamp;
};
struct scene_end scene_stream(struct scene *scene, const struct scene_stream *stream);

/* Hands over what was prepared, in order of arrival. */
void scene_play(struct scene *scene);

/* The same at the pace at which it happens, until `until_us`. */
void scene_play_live(struct scene *scene, int64_t until_us);

/* Closes the journal and the recorder. */
void scene_end(struct scene *scene);

/* spool/<session>, or archive/<session>/file; g_free() them. */
char *scene_spool_path(const struct scene *scene);
char *scene_archive_path(const struct scene *scene, const char *file);

/* scene_end(), then renders in this process: has to succeed. */
void scene_render(struct scene *scene);

void scene_finish(struct scene *scene);

#endif
