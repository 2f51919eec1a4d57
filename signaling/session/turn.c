#include "signaling/session/turn.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/crypto/digest.h"

struct sig_turn {
    const struct sig_config *config;
    char *secret;
};

static int secret_read(const char *path, char **ret_secret, char **ret_why)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error)) {
        *ret_why = g_strdup(error->message);
        return -EIO;
    }
    text[strcspn(text, "\r\n")] = '\0';
    size_t len = strlen(g_strstrip(text));
    if (len < SIG_TURN_SECRET_MIN || len > SIG_TURN_SECRET_MAX) {
        *ret_why = g_strdup_printf(
            "%s: the first line is the secret that the relay has as static-auth-secret, %d to %d characters",
            path, SIG_TURN_SECRET_MIN, SIG_TURN_SECRET_MAX);
        return -EINVAL;
    }
    *ret_secret = g_steal_pointer(&text);
    return 0;
}

int sig_turn_create(const struct sig_config *config, struct sig_turn **ret_turn, char **ret_what)
{
    char *secret = NULL;
    g_autofree char *why = NULL;
    *ret_turn = NULL;
    if (!config->turn.urls)
        return 0;
    int r = secret_read(config->turn.secret_file, &secret, &why);
    if (r < 0) {
        *ret_what = sig_config_fault(config, "turn", "secret_file", why);
        return r;
    }
    struct sig_turn *turn = g_new0(struct sig_turn, 1);
    turn->config = config;
    turn->secret = secret;
    *ret_turn = turn;
    return 0;
}

void sig_turn_destroy(struct sig_turn *turn)
{
    if (!turn)
        return;
    g_free(turn->secret);
    g_free(turn);
}

json_t *sig_turn_servers(const struct sig_turn *turn, const char *name, int64_t now_s)
{
    json_t *servers = json_array();
    uint8_t mac[DIGEST_SHA1_BYTES];
    if (!turn)
        return servers;
    g_autofree char *user =
        g_strdup_printf("%" G_GINT64_FORMAT ":%s", now_s + turn->config->turn.lifetime_s, name);
    if (digest_hmac_sha1(turn->secret, strlen(turn->secret), user, strlen(user), mac) < 0)
        return servers;
    g_autofree char *credential = g_base64_encode(mac, sizeof mac);
    json_t *urls = json_array();
    for (char **url = turn->config->turn.urls; *url; url++)
        json_array_append_new(urls, json_string(*url));
    json_array_append_new(servers, json_pack("{s:o, s:s, s:s}", "urls", urls, "username", user,
                                             "credential", credential));
    return servers;
}
