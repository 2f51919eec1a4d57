#include "signaling/http/api_key.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/crypto/digest.h"
#include "base/crypto/random.h"

enum { KEY_BYTES = 24, MIN_CHARS = 16, MAX_CHARS = 512 };

static int make(const char *path, char **ret_key, char **ret_what)
{
    uint8_t bytes[KEY_BYTES];
    char key[2 * KEY_BYTES + 1];
    g_autoptr(GError) error = NULL;
    random_bytes(bytes, sizeof bytes);
    digest_hex(bytes, sizeof bytes, key);
    g_autofree char *line = g_strconcat(key, "\n", NULL);
    if (!g_file_set_contents_full(path, line, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error)) {
        *ret_what = g_strdup(error->message);
        return -EIO;
    }
    *ret_key = g_strdup(key);
    return 0;
}

int sig_api_key_load(const char *path, char **ret_key, char **ret_what)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error)) {
        if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            return make(path, ret_key, ret_what);
        *ret_what = g_strdup(error->message);
        return -EIO;
    }
    text[strcspn(text, "\r\n")] = '\0';
    size_t len = strlen(g_strstrip(text));
    if (len < MIN_CHARS || len > MAX_CHARS) {
        *ret_what =
            g_strdup_printf("%s: a key has %d to %d characters", path, MIN_CHARS, MAX_CHARS);
        return -EINVAL;
    }
    *ret_key = g_strdup(text);
    return 0;
}
