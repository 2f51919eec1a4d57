#include "signaling/wire/params.h"

#include <string.h>

#include "base/id.h"
#include "signaling/wire/json.h"

static bool text_fits(const json_t *value, long min, long max)
{
    return json_is_string(value) && (long)json_string_length(value) >= min &&
           (long)json_string_length(value) <= max;
}

static bool whole_read(const json_t *value, long min, long max, long *ret_whole)
{
    if (json_is_integer(value)) {
        *ret_whole = (long)json_integer_value(value);
        return *ret_whole >= min && *ret_whole <= max;
    }
    gint64 whole;
    if (!json_is_string(value) ||
        !g_ascii_string_to_signed(json_string_value(value), 10, min, max, &whole, NULL))
        return false;
    *ret_whole = (long)whole;
    return true;
}

static bool choice_fits(const json_t *value, const char *choices)
{
    if (!json_is_string(value))
        return false;
    g_auto(GStrv) words = g_strsplit(choices, " ", -1);
    return g_strv_contains((const char *const *)words, json_string_value(value));
}

static bool texts_fit(const json_t *value, const struct sig_param *param)
{
    if (!json_is_array(value) || json_array_size(value) > param->count)
        return false;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!text_fits(json_array_get(value, i), 1, param->max))
            return false;
    return true;
}

static char *wrong(const struct sig_param *param)
{
    switch (param->type) {
    case SIG_TEXT:
    case SIG_TEXT_OR_NULL:
        return g_strdup_printf("%s: a text of %ld to %ld bytes", param->name, param->min,
                               param->max);
    case SIG_TEXTS:
        return g_strdup_printf("%s: at most %u texts of 1 to %ld bytes", param->name, param->count,
                               param->max);
    case SIG_TOKEN: return g_strdup_printf("%s: an id", param->name);
    case SIG_CHOICE: return g_strdup_printf("%s: one of %s", param->name, param->choices);
    case SIG_WHOLE:
        return g_strdup_printf("%s: a whole number from %ld to %ld", param->name, param->min,
                               param->max);
    case SIG_NUMBER: return g_strdup_printf("%s: a number, not negative", param->name);
    case SIG_TRUTH: return g_strdup_printf("%s: true or false", param->name);
    case SIG_OBJECT: return g_strdup_printf("%s: an object", param->name);
    }
    return NULL;
}

static char *inner_check(const json_t *value, const struct sig_param *param)
{
    if (!json_is_object(value))
        return wrong(param);
    g_autofree char *inner = sig_params_check(value, param->of);
    return inner ? g_strdup_printf("%s.%s", param->name, inner) : NULL;
}

static char *value_check(const json_t *value, const struct sig_param *param)
{
    long whole;
    bool good = false;
    switch (param->type) {
    case SIG_TEXT:
    case SIG_TEXT_OR_NULL: good = text_fits(value, param->min, param->max); break;
    case SIG_TEXTS: good = texts_fit(value, param); break;
    case SIG_TOKEN: good = json_is_string(value) && id_is_valid(json_string_value(value)); break;
    case SIG_CHOICE: good = choice_fits(value, param->choices); break;
    case SIG_WHOLE: good = whole_read(value, param->min, param->max, &whole); break;
    case SIG_NUMBER: good = json_is_number(value) && json_number_value(value) >= 0; break;
    case SIG_TRUTH: good = json_is_boolean(value); break;
    case SIG_OBJECT: return inner_check(value, param);
    }
    return good ? NULL : wrong(param);
}

char *sig_params_check(const json_t *object, const struct sig_param *params)
{
    for (const struct sig_param *param = params; param && param->name; param++) {
        const json_t *value = json_object_get(object, param->name);
        if (!value && param->required)
            return g_strdup_printf("%s: missing", param->name);
        if (json_is_null(value) && param->required && param->type != SIG_TEXT_OR_NULL)
            return wrong(param);
        if (!value || json_is_null(value))
            continue;
        char *what = value_check(value, param);
        if (what)
            return what;
    }
    return NULL;
}

long sig_param_whole(const json_t *object, const char *name, long fallback)
{
    long whole;
    return whole_read(json_object_get(object, name), G_MINLONG, G_MAXLONG, &whole) ? whole
                                                                                   : fallback;
}
