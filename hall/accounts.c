#include "hall/accounts.h"

#include <errno.h>
#include <string.h>

#include "base/crypto/password.h"
#include "base/crypto/random.h"

/* Letters that are not mistaken for one another; 16 of them are 72 bits. */
static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz";
enum { LETTERS = sizeof alphabet - 1, GROUPS = 4, GROUP_LETTERS = 4 };

static char letter_random(void)
{
    uint8_t byte;
    do
        random_bytes(&byte, 1);
    while (byte >= 256 / LETTERS * LETTERS); /* each letter as likely as another */
    return alphabet[byte % LETTERS];
}

static char *password_random(void)
{
    GString *password = g_string_new(NULL);
    for (int i = 0; i < GROUPS * GROUP_LETTERS; i++) {
        if (i && i % GROUP_LETTERS == 0)
            g_string_append_c(password, '-');
        g_string_append_c(password, letter_random());
    }
    return g_string_free(password, FALSE);
}

void hall_account_add(struct change *change, const char *staff_no, const char *role, int64_t window,
                      GString *lines)
{
    if (change->error)
        return;
    g_autofree char *password = password_random();
    char hash[PASSWORD_HASH_BYTES];
    change->error = password_hash(password, hash);
    hall_change_exec(change,
                     "INSERT INTO staff (staff_no, role, password_hash, failures, locked_until_us) "
                     "VALUES ($1, $2, $3, 0, 0)",
                     HALL_VALUES(HALL_TEXT(staff_no), HALL_TEXT(role), HALL_TEXT(hash)), 1);
    g_string_append_printf(lines, "%s %s %s", staff_no, role, password);
    if (window) {
        hall_change_exec(change, "INSERT INTO staff_window (staff_no, window_no) VALUES ($1, $2)",
                         HALL_VALUES(HALL_TEXT(staff_no), HALL_INT(window)), 1);
        g_string_append_printf(lines, " %" G_GINT64_FORMAT, window);
    }
    g_string_append_c(lines, '\n');
}

int hall_accounts_write(const char *path, const GString *lines, char **ret_what)
{
    g_autoptr(GError) error = NULL;
    if (g_file_set_contents_full(path, lines->str, (gssize)lines->len,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &error))
        return 0;
    if (ret_what)
        *ret_what = g_strdup(error->message);
    return -EIO;
}
