/* What somebody writes to the control socket: a line of JSON, or something else. Each gets an answer, and none ends the
 * daemon by itself: that is a wish with a bound. */
#include <assert.h>
#include <string.h>

#include "signaling/ctl/answer.h"
#include "signaling/ctl/control.h"
#include "signaling/wire/json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/web.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sig_control_wish wish = {0};
    g_autoptr(json_t) request = sig_json_parse((const char *)data, size, 4096);
    json_t *answer = sig_control_answer(web_daemon(), request, &wish);
    assert(json_is_object(answer));
    assert(wish.stop || !wish.after_ms);
    assert(wish.after_ms <= SIG_CONTROL_DRAIN_MAX_MS);
    if (!request)
        assert(json_object_get(answer, "error"));
    size_t len;
    char *text = sig_json_text(answer, &len);
    assert(text && len == strlen(text));
    free(text);
    json_decref(answer);
    return 0;
}
