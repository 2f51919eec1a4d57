/* Files of a finished recording, for the holder of the replay cookie. */
#include <glib.h>
#include <string.h>

#include "signaling/daemon.h"
#include "signaling/http/file.h"
#include "signaling/http/router.h"
#include "signaling/http/routes.h"

/* The value of cookie `name`; g_free() it. NULL: not sent. */
static char *cookie_find(const char *header, const char *name)
{
    if (!header)
        return NULL;
    g_auto(GStrv) cookies = g_strsplit(header, ";", -1);
    size_t len = strlen(name);
    for (char **cookie = cookies; *cookie; cookie++) {
        const char *text = g_strstrip(*cookie);
        if (!strncmp(text, name, len) && text[len] == '=')
            return g_strdup(text + len + 1);
    }
    return NULL;
}

void sig_http_replay(struct sig_call *call)
{
    const char *session = call->parts[0];
    g_autofree char *grant =
        cookie_find(sig_exchange_header(call->exchange, SIG_HEADER_COOKIE), "replay");
    if (sig_auth_check_replay(hall_secret(call->daemon->hall), grant, session) < 0) {
        sig_http_error(call->exchange, "auth.bad_token",
                       "the recording was not opened, or too long ago", 0);
        return;
    }
    g_autofree char *path =
        rec_archive_path(call->daemon->config->recorder.archive, session, call->parts[1]);
    if (!path || !sig_http_file(call->exchange, path, "private, max-age=3600"))
        sig_http_error(call->exchange, "session.none", "no such file", 0);
}
