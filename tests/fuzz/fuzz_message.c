/* One WebSocket text: parsed under the limits, then held against the parameters that its message asks for. What passes can
 * be read as the handlers do: every text that is required is there, and nothing is longer or deeper than allowed. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "signaling/handlers/handlers.h"
#include "signaling/wire/json.h"
#include "tests/fuzz/fuzz.h"

static void required_are_there(const json_t *d, const struct sig_param *params)
{
    for (const struct sig_param *param = params; param && param->name; param++) {
        const json_t *value = json_object_get(d, param->name);
        if (param->required)
            assert(value);
        if (value && param->type == SIG_TEXT && !json_is_null(value))
            assert((long)strlen(json_string_value(value)) <= param->max);
        if (value && param->type == SIG_OBJECT && !json_is_null(value))
            required_are_there(value, param->of);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *frame = sig_json_parse((const char *)data, size, SIG_FRAME_BYTES);
    if (!frame)
        return 0;
    assert(size <= SIG_FRAME_BYTES);
    const char *name = sig_json_string(frame, "m", "");
    const json_t *d = json_object_get(frame, "d");
    const struct sig_message *message = sig_message_find(name);
    const struct sig_param *params = message ? message->params : sig_hello_params;
    g_autofree char *wrong = sig_params_check(d, params);
    if (!wrong)
        required_are_there(d, params);
    /* What was read can be written and read again. */
    size_t len;
    char *text = sig_json_text(frame, &len);
    json_t *again = sig_json_parse(text, len, SIZE_MAX);
    assert(again && json_equal(frame, again));
    json_decref(again);
    json_decref(frame);
    free(text);
    return 0;
}
