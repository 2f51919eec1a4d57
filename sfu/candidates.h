/* Host candidates of a worker's sockets (RFC 8445 section 5.1): fixed once the sockets are bound. */
#ifndef SFU_CANDIDATES_H
#define SFU_CANDIDATES_H

#include "sfu/sfu.h"
#include "sfu/transport/address.h"

#include <stddef.h>

struct candidates {
    size_t count;
    struct sfu_candidate list[SFU_MAX_CANDIDATES];
};

/* What is listened on: an address with its port; any address of the family, when it is 0.0.0.0 or "::". */
struct candidates_source {
    struct address bound;
    bool tcp;
};

/* Control thread. Of a family that `public_ip` (NULL-terminated) has addresses of, those are announced; of
 * another one those that are bound, without link-local and temporary ones. `tcp_port`, unless 0, is announced for
 * TCP. UDP is preferred. 0, -EINVAL (`ret_wrong` (may be NULL) gets the one of `public_ip` that is no address, or of a family without
 * a source) or a negative errno of getifaddrs(). */
int candidates_make(const struct candidates_source *sources, unsigned source_count,
                    const char *const *public_ip, uint16_t tcp_port, const char **ret_wrong,
                    struct candidates *ret_candidates);

#endif
