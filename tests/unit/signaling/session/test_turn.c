/* Credentials of the relay, as coturn checks them. */
#include <errno.h>
#include <string.h>

#include <glib.h>

#include "signaling/session/turn.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"

static struct sig_config config_with(char **urls, const char *secret)
{
    static char path[512];
    static char *no_lines[] = {NULL};
    g_snprintf(path, sizeof path, "%s/turn.secret", temp_dir());
    if (secret)
        g_assert_true(g_file_set_contents(path, secret, -1, NULL));
    return (struct sig_config){.path = path,
                               .lines = no_lines,
                               .turn = {.urls = urls, .secret_file = path, .lifetime_s = 600}};
}

static char *two_urls[] = {"turn:relay.example:3478?transport=udp", "turns:relay.example:443",
                           NULL};

static void test_credentials(void)
{
    const struct sig_config config = config_with(two_urls, "a-secret-of-the-relay\n");
    struct sig_turn *turn = NULL;
    char *what = NULL;

    g_assert_cmpint(sig_turn_create(&config, &turn, &what), ==, 0);
    json_t *servers = sig_turn_servers(turn, "page", 1800000000);
    json_t *server = json_array_get(servers, 0);
    g_assert_cmpuint(json_array_size(servers), ==, 1);
    g_assert_cmpuint(json_array_size(json_object_get(server, "urls")), ==, 2);
    g_assert_cmpstr(json_string_value(json_object_get(server, "username")), ==, "1800000600:page");
    /* openssl dgst -sha1 -hmac a-secret-of-the-relay -binary | base64 */
    g_assert_cmpstr(json_string_value(json_object_get(server, "credential")), ==,
                    "+DDo3YBtcAL21IvM/CHTrW1TdXo=");
    json_decref(servers);
    sig_turn_destroy(turn);
}

static void test_none(void)
{
    const struct sig_config config = config_with(NULL, NULL);
    struct sig_turn *turn = NULL;
    char *what = NULL;

    g_assert_cmpint(sig_turn_create(&config, &turn, &what), ==, 0);
    g_assert_null(turn);
    json_t *servers = sig_turn_servers(turn, "page", 1800000000);
    g_assert_cmpuint(json_array_size(servers), ==, 0);
    json_decref(servers);
}

static void test_bad_secret(void)
{
    const char *secrets[] = {NULL, "", "short\n"};

    for (unsigned i = 0; i < G_N_ELEMENTS(secrets); i++) {
        const struct sig_config config = config_with(two_urls, secrets[i]);
        struct sig_turn *turn = NULL;
        g_autofree char *what = NULL;
        g_assert_cmpint(sig_turn_create(&config, &turn, &what), <, 0);
        g_assert_null(turn);
        g_assert_nonnull(strstr(what, "secret_file"));
        g_assert_null(strstr(what, "short"));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/turn/bad_secret", test_bad_secret);
    g_test_add_func("/turn/credentials", test_credentials);
    g_test_add_func("/turn/none", test_none);
    return g_test_run();
}
