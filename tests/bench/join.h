/* The ways into a session, one for each kind of server. Each party joins on a thread of its own, so that
 * joins do not wait for each other. */
#ifndef TESTS_BENCH_JOIN_H
#define TESTS_BENCH_JOIN_H

#include "tests/bench/load.h"
#include "tests/bench/options.h"

enum { SIDES = 2, PARTY_LEGS = 2 };

struct adapter;

/* A session of two parties. */
struct meeting {
    const struct adapter *adapter;
    const struct options *options;
    struct load *load;
    unsigned number;
    int stop_fd;         /* readable when all is to end; borrowed */
    int settled_fd;      /* counts parties that have their picture or never will; borrowed */
    char *tokens[SIDES]; /* shipinban: of the two participants */
    uint64_t room;       /* janus */
    struct far_peer *direct[SIDES];
};

/* One of the two. */
struct party {
    struct meeting *meeting;
    unsigned side;
    GThread *thread;
    struct leg *legs[PARTY_LEGS];
    unsigned leg_count;
    int64_t begin_ns, first_video_ns; /* CLOCK_REALTIME; 0: never */
    char *failure;                    /* in words; NULL: none */
    bool settled;                     /* it was counted */
};

struct adapter {
    const char *name;
    /* Makes the session before anybody joins. Any thread. NULL, or what failed, in words (g_free()). */
    char *(*open)(struct meeting *meeting);
    /* Joins, then serves the connection until the meeting's end; whatever it has is closed. The party's
     * thread. */
    char *(*attend)(struct party *party);
    /* Whether the server says that it still has something of a session. Any thread. NULL: it cannot tell. */
    bool (*busy)(const struct options *options);
};

const struct adapter *adapter_find(const char *name);

/* A meeting with its tokens freed. */
void meeting_finish(struct meeting *meeting);

/* Starts the party's thread; party_end() waits for it, takes the legs from the load and frees them. */
void party_begin(struct party *party, struct meeting *meeting, unsigned side);
void party_end(struct party *party);

/* For adapters: a leg with fresh credentials and a socket on the address the load comes from. */
struct leg *party_leg(const struct party *party);

/* For adapters: connects a leg whose description was read (ICE, DTLS), and gives it to the load. NULL or
 * words. The leg becomes the party's. */
char *party_connect(struct party *party, struct leg *leg);

/* For adapters: waits for the first picture, which is noted; words when it does not come. */
char *party_expect_video(struct party *party);

extern const struct adapter adapter_direct, adapter_janus, adapter_shipinban;

#endif
