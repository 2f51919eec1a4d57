/* A media worker: one thread, one epoll, its sockets, rooms and peers. It shares two mailboxes with
 * the control thread and nothing else; its counters are read from outside. Private to sfu/. */
#ifndef SFU_WORKER_WORKER_H
#define SFU_WORKER_WORKER_H

#include "sfu/counters.h"
#include "sfu/forward/forward.h"
#include "sfu/sfu.h"
#include "sfu/transport/directory.h"
#include "sfu/transport/dtls.h"
#include "sfu/transport/ice.h"
#include "sfu/transport/sources.h"
#include "sfu/transport/tcp.h"
#include "sfu/transport/udp.h"
#include "sfu/worker/batch.h"
#include "sfu/worker/registry.h"

#include "base/bucket.h"
#include "base/mailbox.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    WORKER_COMMANDS = 1024, /* mailbox */
    WORKER_COMMANDS_A_TURN = 64,
    WORKER_BACKLOG = 1024,            /* events that the control thread's mailbox had no room for */
    WORKER_CHECKS_PER_S = 5000,       /* STUN checks of strangers that are looked at */
    WORKER_SOURCE_CHECKS_PER_S = 100, /* … of them from one source */
    WORKER_SOURCE_CHECKS_BURST = 200,
    WORKER_REFUSALS_PER_S = 100,    /* STUN error responses */
    WORKER_STRAYS_PER_S = 200,      /* media packets from unknown tuples that are tried */
    WORKER_HANDSHAKES = 512,        /* DTLS handshakes at a time: 47 KiB each */
    WORKER_SOURCE_HANDSHAKES = 128, /* … of peers at one source */
};

struct worker {
    unsigned index;
    pthread_t thread;
    bool running; /* the thread was started; control thread's */
    int epoll_fd, stop_fd;
    _Atomic uint64_t pulse;   /* the last question for a sign of life; any thread reads */
    struct mailbox *commands; /* owned */
    struct mailbox *events;   /* borrowed from the sfu */

    int64_t now_us;     /* read once a turn */
    int64_t arrival_us; /* of the RTP packet that is being handled; 0: it is something else */
    int64_t tick_at_us;
    int64_t pace_at_us; /* when packets that wait for their time are looked at; 0: none wait */
    int64_t consent_timeout_us;
    unsigned socket_count;
    struct udp_socket sockets[SFU_MAX_LISTEN];
    struct udp_inbox *inbox;
    struct tcp *tcp;
    struct batch *batch;
    struct directory *directory; /* of struct peer */
    struct ice_responder *ice;
    struct dtls_context *dtls;
    struct fwd_env fwd_env;
    struct sources *sources; /* of strangers' checks */
    struct bucket checks, refusals, strays;
    struct registry rooms, peers_by_id; /* of struct room, struct peer */
    struct peer *peers;                 /* borrowed from their rooms; peer.worker_next */

    unsigned backlog_first, backlog_count;
    struct sfu_event backlog[WORKER_BACKLOG];

    struct counters counters __attribute__((aligned(64)));
};

/* Control thread. Makes everything but the sockets and the thread. 0 or a negative errno. `config`,
 * `identity` and `events` outlive the worker. */
int worker_create(unsigned index, const struct sfu_config *config, struct dtls_identity *identity,
                  struct mailbox *events, struct worker **ret_worker);

/* Control thread, before worker_start(). Binds one more listen address. 0 or a negative errno; see
 * udp_open() for `ret_less_bytes`. */
int worker_listen(struct worker *worker, const struct address *address, size_t buffer_bytes,
                  size_t *ret_less_bytes);

/* Control thread, before worker_start(). Listens for TCP connections on one more address; `ret_bound` gets
 * it with the port that was given. 0 or a negative errno. */
int worker_listen_tcp(struct worker *worker, const struct address *address,
                      struct address *ret_bound);

/* Control thread. 0 or a negative errno. */
int worker_start(struct worker *worker);

/* Control thread. Ends the thread, closes rooms, sinks and sockets. NULL is fine. */
void worker_destroy(struct worker *worker);

/* Worker thread. Tells the control thread; never blocks. False: the control thread is hopelessly
 * behind, there is no place even in the backlog. Half of that is for events without which nothing goes
 * on (connected, secured, silent, back, failed). All but quality are told again later by who tells them. */
bool worker_tell(struct worker *worker, const struct sfu_event *event);

/* Worker thread. One packet that is not media, at once and past the batch: STUN and DTLS. */
void worker_send_now(struct worker *worker, const struct tuple *to, const uint8_t *data,
                     size_t len);

/* Worker thread. The steps of a received datagram, or of a packet of a TCP connection. */
struct udp_datagram;
void intake_datagram(struct worker *worker, struct udp_datagram *datagram);

/* struct peer of a ufrag for the STUN responder; `user` is the worker. */
void *intake_find_ufrag(void *user, const char *ufrag, const char **ret_password);

#endif
