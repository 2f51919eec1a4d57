#include "signaling/http/range.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

static bool digits_read(const char **at, uint64_t *ret_value)
{
    char *end;
    if (!g_ascii_isdigit(**at))
        return false;
    *ret_value = g_ascii_strtoull(*at, &end, 10);
    *at = end;
    return true;
}

/* "-500": the last 500 bytes. */
static enum sig_range suffix_read(const char *at, uint64_t size, uint64_t *ret_first,
                                  uint64_t *ret_len)
{
    uint64_t count;
    at++;
    if (!digits_read(&at, &count) || *at)
        return SIG_RANGE_WHOLE;
    if (!count || !size)
        return SIG_RANGE_UNSATISFIABLE;
    *ret_len = MIN(count, size);
    *ret_first = size - *ret_len;
    return SIG_RANGE_PART;
}

enum sig_range sig_range_read(const char *header, uint64_t size, uint64_t *ret_first,
                              uint64_t *ret_len)
{
    uint64_t first, last = UINT64_MAX;
    if (!header || strncmp(header, "bytes=", 6))
        return SIG_RANGE_WHOLE;
    const char *at = header + 6;
    if (*at == '-')
        return suffix_read(at, size, ret_first, ret_len);
    if (!digits_read(&at, &first) || *at++ != '-')
        return SIG_RANGE_WHOLE;
    if (*at && (!digits_read(&at, &last) || *at || last < first))
        return SIG_RANGE_WHOLE;
    if (first >= size)
        return SIG_RANGE_UNSATISFIABLE;
    *ret_first = first;
    *ret_len = MIN(last, size - 1) - first + 1;
    return SIG_RANGE_PART;
}
