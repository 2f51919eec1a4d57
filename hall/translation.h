/* What the matters, the windows and the notice are called in English. */
#ifndef HALL_TRANSLATION_H
#define HALL_TRANSLATION_H

#include "hall/change.h"

/* Adds the English words for one field of what the store holds, where it still holds `original` there: words for a text that
 * somebody has changed since would be wrong. `kind`: "matter", "window" or "notice". */
void hall_translation_add(struct change *change, const char *kind, const char *object,
                          const char *field, const char *original, const char *words);

/* Before the thread starts, when matters, windows and the notice are there. 0 or a negative errno. */
int hall_translations_load(struct hall *hall);

#endif
