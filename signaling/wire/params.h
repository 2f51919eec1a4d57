/* What a request's `d` must hold: checked before a handler sees it, so that handlers read without doubt. */
#ifndef SIGNALING_WIRE_PARAMS_H
#define SIGNALING_WIRE_PARAMS_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum sig_param_type {
    SIG_TEXT, /* `min` to `max` bytes of UTF-8 */
    SIG_TEXT_OR_NULL,
    SIG_TEXTS,  /* an array of texts of 1 to `max` bytes, at most `count` */
    SIG_TOKEN,  /* an id, as base/id.h makes them */
    SIG_CHOICE, /* one of `choices`, separated by blanks */
    SIG_WHOLE,  /* `min` to `max`; a text of digits will do */
    SIG_NUMBER, /* not negative */
    SIG_TRUTH,
    SIG_OBJECT, /* with the members `of` */
};

struct sig_param {
    const char *name; /* NULL ends the list */
    enum sig_param_type type;
    bool required;
    long min, max;
    unsigned count;
    const char *choices;
    const struct sig_param *of;
};

/* Checks `object` against `params` (NULL: nothing is asked). Unknown members are ignored; null stands for absent. NULL
 * when it is good, else what is wrong, with the field's name in front; g_free() it. */
char *sig_params_check(const json_t *object, const struct sig_param *params);

/* A SIG_WHOLE that was checked; `fallback` when absent. */
long sig_param_whole(const json_t *object, const char *name, long fallback);

#endif
