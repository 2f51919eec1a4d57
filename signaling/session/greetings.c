#include "signaling/session/greetings.h"

#include <glib.h>

#include "signaling/daemon.h"

static char *key_of(const struct sig_identity *identity)
{
    return g_strdup_printf("%s/%s/%u", hall_role_name(identity->role), identity->subject,
                           identity->window);
}

static guint count_of(struct sig_daemon *daemon, const char *key)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(daemon->greetings, key));
}

void sig_greeting_begin(struct sig_daemon *daemon, const struct sig_identity *identity)
{
    char *key = key_of(identity);
    guint count = count_of(daemon, key) + 1;
    g_hash_table_replace(daemon->greetings, key, GUINT_TO_POINTER(count));
}

void sig_greeting_end(struct sig_daemon *daemon, const struct sig_identity *identity)
{
    g_autofree char *key = key_of(identity);
    guint count = count_of(daemon, key);
    if (count > 1)
        g_hash_table_replace(daemon->greetings, g_steal_pointer(&key), GUINT_TO_POINTER(count - 1));
    else
        g_hash_table_remove(daemon->greetings, key);
}

bool sig_greeting_is_pending(struct sig_daemon *daemon, const struct sig_identity *identity)
{
    g_autofree char *key = key_of(identity);
    return count_of(daemon, key) > 0;
}
