/* Random identifiers for things the outside sees: 26 characters of lower-case Crockford base32 (130
 * bits from the system's generator), safe in URLs and file names. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>

#define ID_CHARS 26
#define ID_BYTES (ID_CHARS + 1) /* with the final NUL */

struct id {
    char text[ID_BYTES];
};

/* Any thread. Aborts only when the system has no randomness at all. */
struct id id_random(void);

/* Whether `text` could have come from id_random(): length and alphabet. NULL is false. Use it before
 * an id from outside becomes part of a path. */
bool id_is_valid(const char *text);

#endif
