/* What every payload of the load carries: who sent it, which one it is, when, and a digest over all of
 * it, so that the receiving end can tell loss, corruption and a stranger's packet. Any thread. */
#ifndef TESTS_BENCH_STAMP_H
#define TESTS_BENCH_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stamp {
    uint64_t digest;
    int64_t sent_ns; /* CLOCK_REALTIME, as the kernel's time stamps of received packets */
    uint32_t session;
    uint32_t number; /* counts the packets of one stream */
    uint16_t len;    /* of the whole body */
    uint8_t side;    /* which of the two of the session */
    uint8_t stream;  /* enum sfu_kind */
    uint32_t zero;
};

/* Fills `body` behind the stamp, which begins at `at`, and seals it. `len` is at most 2048. */
void stamp_seal(uint8_t *body, size_t len, size_t at, struct stamp stamp);

/* False: the body is not as it was sealed. */
bool stamp_open(const uint8_t *body, size_t len, size_t at, struct stamp *ret_stamp);

/* CLOCK_REALTIME in nanoseconds. */
int64_t stamp_now_ns(void);

#endif
