#include "hall/secret.h"

#include <errno.h>
#include <string.h>

#include "base/crypto/random.h"
#include "hall/change.h"

static int secret_read(const struct hall_store_row *row, void *user)
{
    uint8_t *secret = user;
    const char *hex = hall_store_text(row, 0);
    if (strlen(hex) != 2 * HALL_SECRET_BYTES)
        return -EUCLEAN;
    for (size_t i = 0; i < HALL_SECRET_BYTES; i++) {
        int high = g_ascii_xdigit_value(hex[2 * i]), low = g_ascii_xdigit_value(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return -EUCLEAN;
        secret[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}

int hall_secret_load(struct hall *hall)
{
    static const uint8_t none[HALL_SECRET_BYTES];
    int r = hall_store_query(hall->store, "SELECT hex FROM secret WHERE name = 'token'",
                             HALL_NO_VALUES, secret_read, hall->secret);
    if (r < 0 || memcmp(hall->secret, none, sizeof none))
        return r;
    char hex[2 * HALL_SECRET_BYTES + 1];
    random_bytes(hall->secret, sizeof hall->secret);
    digest_hex(hall->secret, sizeof hall->secret, hex);
    struct change change;
    hall_change_begin(&change, hall);
    hall_change_exec(&change, "INSERT INTO secret (name, hex) VALUES ('token', $1)",
                     HALL_VALUES(HALL_TEXT(hex)), 1);
    return hall_change_commit(&change);
}

const uint8_t *hall_secret(const struct hall *hall)
{
    return hall->secret;
}
