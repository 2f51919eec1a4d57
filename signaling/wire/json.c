#include "signaling/wire/json.h"

#include <string.h>

/* jansson recurses up to 2048 levels and has no knob for it: look at the depth first. Strings are skipped with
 * their escapes; whatever else is wrong with the text the parser will say. */
static bool depth_fits(const char *text, size_t len)
{
    unsigned depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > SIG_JSON_DEPTH)
                return false;
        } else if ((c == '}' || c == ']') && depth) {
            depth--;
        }
    }
    return true;
}

json_t *sig_json_parse(const char *text, size_t len, size_t max_bytes)
{
    if (!text || !len || len > max_bytes || !depth_fits(text, len))
        return NULL;
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    if (json && !json_is_object(json)) {
        json_decref(json);
        return NULL;
    }
    return json;
}

char *sig_json_text(const json_t *json, size_t *ret_len)
{
    char *text = json_dumps(json, JSON_COMPACT);
    if (!text)
        g_error("JSON that we built ourselves cannot be written");
    if (ret_len)
        *ret_len = strlen(text);
    return text;
}

const char *sig_json_string(const json_t *object, const char *key, const char *fallback)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : fallback;
}

int64_t sig_json_integer(const json_t *object, const char *key, int64_t fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

bool sig_json_bool(const json_t *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_boolean(value) ? json_is_true(value) : fallback;
}
