/* A trickle fragment (the body of a PATCH of WHIP and WHEP). What passes can restart ICE: credentials come in pairs, of
 * the right length, and an answer can be made for them. */
#include <assert.h>
#include <string.h>

#include <glib.h>

#include "signaling/sdp/sdp.h"
#include "tests/fuzz/fuzz.h"

static void restart(const struct sdp_fragment *fragment)
{
    static const struct sfu_candidate candidates[] = {{"192.0.2.7", 40000, 2130706431}};
    static const struct sfu_ice fresh = {"abcdefgh", "abcdefghijklmnopqrstuvwx"};
    struct sdp_memory memory = {0};
    struct sfu_negotiation negotiation = {.section_count = 1};
    strcpy(negotiation.sections[0].mid, "0");
    sdp_restart(&memory, &negotiation, &fresh, fragment->ufrag, fragment->pwd);
    assert(!strcmp(negotiation.remote_ufrag, fragment->ufrag));
    assert(!strcmp(memory.remote_pwd, fragment->pwd));
    g_autofree char *text = sdp_fragment_write(&negotiation, candidates, 1);
    struct sdp_fragment ours;
    struct sdp_error error;
    assert(sdp_fragment_read(text, strlen(text), &ours, &error) == 0);
    assert(!strcmp(ours.ufrag, fresh.ufrag) && !strcmp(ours.pwd, fresh.pwd));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sdp_fragment fragment;
    struct sdp_error error = {0};
    if (sdp_fragment_read((const char *)data, size, &fragment, &error) < 0) {
        assert(error.code && memchr(error.message, '\0', sizeof error.message));
        return 0;
    }
    size_t ufrag = strlen(fragment.ufrag), pwd = strlen(fragment.pwd);
    assert(ufrag ? ufrag >= 4 && ufrag <= 256 && pwd >= 22 && pwd <= 256 : !pwd);
    if (ufrag)
        restart(&fragment);
    return 0;
}
