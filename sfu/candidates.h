/* Host candidates of a worker's sockets (RFC 8445 section 5.1): fixed once the sockets are bound. */
#ifndef SFU_CANDIDATES_H
#define SFU_CANDIDATES_H

#include "sfu/sfu.h"
#include "sfu/transport/udp.h"

#include <stddef.h>

struct candidates {
    size_t count;
    struct sfu_candidate list[SFU_MAX_CANDIDATES];
};

/* Control thread. `public_ip` (may be NULL) stands for all addresses of its family; of the other one those
 * that are bound are announced, without link-local and temporary ones. 0, -EINVAL (not an address, or no
 * socket of its family) or a negative errno of getifaddrs(). */
int candidates_make(const struct udp_socket *sockets, unsigned socket_count, const char *public_ip,
                    struct candidates *ret_candidates);

#endif
