/* UDP sockets of one worker: one socket a listen address, batched receive, sends that leave from the
 * address that was asked, runs of packets to one peer as one UDP_SEGMENT send. */
#ifndef SFU_TRANSPORT_UDP_H
#define SFU_TRANSPORT_UDP_H

#include "sfu/counters.h"
#include "sfu/transport/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    UDP_BURST = 64,            /* datagrams received in one go: a wake-up is bounded */
    UDP_DATAGRAM_BYTES = 1600, /* longer ones are dropped by name */
    UDP_SPARE_BYTES = 64,      /* behind every datagram: libnice reads past a lying length */
    UDP_SEGMENTS_MAX = 64,     /* the kernel's limit of segments a send */
    UDP_RUN_BYTES_MAX = 60000,
    UDP_RUNS_HELD_MAX = 4095, /* runs that are not offered after many refusals */
    UDP_CONTROL_BYTES = 128,  /* control messages of one datagram */
};

struct mmsghdr;

struct udp_socket {
    int fd;               /* -1: not open */
    struct address bound; /* with the port that was given */
    bool wildcard;        /* the local address of each datagram is asked for and set */
    bool segments;        /* the kernel knows UDP_SEGMENT */
    unsigned runs_held;   /* not offered after the last refusal, and … */
    unsigned runs_left;   /* … still not to be offered */
    uint32_t overflows;   /* SO_RXQ_OVFL as last seen */
    /* sendmmsg(); tests put a card that refuses in its place. */
    int (*send)(int fd, struct mmsghdr *messages, unsigned count, int flags);
};

/* Control thread. Non-blocking socket on `address`. `buffer_bytes` is asked for in both directions;
 * `ret_less_bytes` gets the smaller size really given, or 0. 0 or a negative errno. */
int udp_open(const struct address *address, size_t buffer_bytes, struct udp_socket *ret_socket,
             size_t *ret_less_bytes);
void udp_close(struct udp_socket *socket);

struct udp_inbox;

/* Buffers for one burst. 0 or -ENOMEM. */
int udp_inbox_create(struct udp_inbox **ret_inbox);
void udp_inbox_destroy(struct udp_inbox *inbox);

struct udp_datagram {
    uint8_t *data; /* writable; UDP_SPARE_BYTES follow `len`; valid until the next receive */
    size_t len;
    bool truncated;
    int64_t arrival_us; /* monotonic: when the kernel had it */
    struct tuple tuple;
};

/* Worker thread. Receives what is there, at most UDP_BURST, in one system call, and counts. Returns how
 * many (0: nothing there), or a negative errno. */
int udp_receive(struct udp_socket *socket, uint32_t index, struct udp_inbox *inbox,
                struct counters *counters);

/* False: a datagram without a usable address. */
bool udp_inbox_datagram(struct udp_inbox *inbox, unsigned at, struct udp_datagram *ret_datagram);

struct udp_slice {
    const uint8_t *data;
    size_t len;
};

/* Worker thread. Sends slices to one peer in order, grouped into UDP_SEGMENT runs of equal length
 * (the last of a run may be shorter), per packet where the kernel or the card refuses that. Counts
 * what left and what did not. Never blocks. */
void udp_send(struct udp_socket *socket, const struct tuple *to, const struct udp_slice *slices,
              size_t count, struct counters *counters);

#endif
