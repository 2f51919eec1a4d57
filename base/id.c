#include "base/id.h"

#include <stdint.h>
#include <string.h>

#include "base/crypto/random.h"

/* Crockford's 32 characters: no i, l, o and u, which people misread. */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

struct id id_random(void)
{
    uint8_t noise[ID_CHARS];
    random_bytes(noise, sizeof noise);

    struct id id;
    for (size_t i = 0; i < ID_CHARS; i++)
        id.text[i] = alphabet[noise[i] & 31];
    id.text[ID_CHARS] = '\0';
    return id;
}

bool id_is_valid(const char *text)
{
    return text && strnlen(text, ID_BYTES) == ID_CHARS && strspn(text, alphabet) == ID_CHARS;
}
