/* The Range header (RFC 9110 section 14): one range of bytes; what asks for more gets the whole. Pure. */
#ifndef SIGNALING_HTTP_RANGE_H
#define SIGNALING_HTTP_RANGE_H

#include <stdint.h>

enum sig_range {
    SIG_RANGE_WHOLE, /* no range, or one that is to be ignored */
    SIG_RANGE_PART,
    SIG_RANGE_UNSATISFIABLE, /* 416 */
};

/* `header` may be NULL. For SIG_RANGE_PART the first byte and how many. */
enum sig_range sig_range_read(const char *header, uint64_t size, uint64_t *ret_first,
                              uint64_t *ret_len);

#endif
