/* A token and a Range header from somebody else: never accepted as a token, and a range lies inside of the file. */
#include <assert.h>
#include <string.h>

#include "signaling/http/range.h"
#include "signaling/session/auth.h"
#include "tests/fuzz/fuzz.h"

#include <glib.h>

enum { FILE_BYTES = 100000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t secret[HALL_SECRET_BYTES] = {1, 2, 3};
    struct sig_identity identity;
    uint64_t first = 0, len = 0;
    g_autofree char *text = g_strndup((const char *)data, size);
    assert(sig_auth_check(secret, text, &identity) < 0);
    assert(sig_auth_check_replay(secret, text, "37xsmw5fprgejdva2bf8mymrrc") < 0);
    if (sig_range_read(text, FILE_BYTES, &first, &len) == SIG_RANGE_PART)
        assert(len > 0 && first < FILE_BYTES && len <= FILE_BYTES - first);
    return 0;
}
