#include "signaling/config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "tests/harness/file.h"
#include "tests/harness/temp.h"

/* Beside a store that is there already. */
static int load(const char *text, struct sig_config **ret_config, char **ret_what)
{
    const char *folder = temp_dir();
    g_autofree char *store = g_build_filename(folder, "hall.db", NULL);
    file_write(store, "", 0);
    g_autofree char *path = g_build_filename(folder, "shipinban.conf", NULL);
    file_write(path, text, strlen(text));
    return sig_config_load(path, ret_config, ret_what);
}

/* What is wrong with `text`: line and words. */
static void expect_fault(const char *text, unsigned line, const char *words)
{
    struct sig_config *config = NULL;
    g_autofree char *what = NULL;
    g_assert_cmpint(load(text, &config, &what), ==, -EINVAL);
    g_assert_null(config);
    g_assert_nonnull(what);
    g_test_message("%s", what);
    g_assert_nonnull(strstr(what, words));
    if (line) {
        g_autofree char *place = g_strdup_printf("shipinban.conf:%u:", line);
        g_assert_nonnull(strstr(what, place));
    }
}

static void test_defaults(void)
{
    struct sig_config *config = NULL;
    g_autofree char *what = NULL;
    g_assert_cmpint(load("", &config, &what), ==, 0);
    g_assert_cmpuint(config->server.port, ==, 8443);
    g_assert_cmpstr(config->server.listen, ==, "0.0.0.0");
    g_assert_cmpstr(config->server.hostname, ==, g_get_host_name());
    g_assert_null(config->server.web_root);
    g_assert_cmpuint(config->media.video_codec_count, ==, 2);
    g_assert_cmpint(config->media.video_codecs[0], ==, SFU_CODEC_VP8);
    g_assert_cmpstr(config->media.listen[0], ==, "0.0.0.0");
    g_assert_null(config->media.listen[1]);
    g_assert_cmpuint(config->media.tcp_port, ==, 40000);
    g_assert_null(config->media.public_ip);
    g_assert_cmpuint(config->hall.citizen_lost_ms, ==, 120000);
    g_assert_false(config->hall.always_open);
    sig_config_destroy(config);
}

static void test_values(void)
{
    struct sig_config *config = NULL;
    g_autofree char *what = NULL;
    const char *text =
        "# a comment\n[media]\nlisten = 127.0.0.1; ::1\nvideo_codecs = h264\nudp_port = 0\n"
        "[hall]\nalways_open = true\ndatabase = /var/lib/x.db\nseed_dir = /\n[server]\nlog_level = debug\nweb_root = /\n";
    g_assert_cmpint(load(text, &config, &what), ==, 0);
    g_assert_cmpstr(config->media.listen[1], ==, "::1");
    g_assert_cmpuint(config->media.tcp_port, ==, 0); /* as udp_port */
    g_assert_cmpuint(config->media.video_codec_count, ==, 1);
    g_assert_cmpint(config->media.video_codecs[0], ==, SFU_CODEC_H264);
    g_assert_true(config->hall.always_open);
    g_assert_cmpint(config->server.log_level, ==, LOG_AT_DEBUG);
    g_assert_cmpstr(config->hall.database, ==, "/var/lib/x.db");
    sig_config_destroy(config);
}

static void test_proxy(void)
{
    struct sig_config *config = NULL;
    g_autofree char *what = NULL;
    g_assert_cmpint(
        load("[server]\ntls = false\nlisten = ::1\ntrusted_proxies = 10.0.0.0/8 ; 127.0.0.1\n"
             "proxy_header = X-Real-IP\npublic_url = https://host.example:444/video/\n",
             &config, &what),
        ==, 0);
    g_assert_false(config->server.tls);
    g_assert_cmpstr(config->server.trusted_proxies[0], ==, "10.0.0.0/8");
    g_assert_cmpstr(config->server.trusted_proxies[1], ==, "127.0.0.1");
    g_assert_cmpint(config->server.proxy_header, ==, SIG_PROXY_X_REAL_IP);
    g_assert_cmpstr(config->server.public_url, ==, "https://host.example:444/video");
    sig_config_destroy(config);
    g_assert_cmpint(load("[server]\ntls = false\nallow_plain_http = true\n", &config, &what), ==,
                    0);
    sig_config_destroy(config);
}

static void test_relative_paths(void)
{
    struct sig_config *config = NULL;
    g_autofree char *what = NULL;
    const char *folder = temp_dir();
    g_autofree char *path = g_build_filename(folder, "c.conf", NULL);
    g_autofree char *expected = g_build_filename(folder, "pages", NULL);
    g_assert_cmpint(g_mkdir(expected, 0700), ==, 0);
    const char *text = "[server]\nweb_root=./sub/../pages\n[hall]\nseed_dir=.\n";
    file_write(path, text, strlen(text));
    g_assert_cmpint(sig_config_load(path, &config, &what), ==, 0);
    g_assert_cmpstr(config->server.web_root, ==, expected);
    g_assert_cmpstr(config->hall.seed_dir, ==, folder);
    sig_config_destroy(config);
}

static void test_faults(void)
{
    expect_fault("[server]\nport = 1\n\n[sever]\nport = 1\n", 4, "unknown section");
    expect_fault("[server]\nprot = 1\n", 2, "unknown key");
    expect_fault("[media]\nport = 1\n", 2, "unknown key");
    expect_fault("[server]\nport = 65536\n", 2, "from 0 to 65535");
    expect_fault("[server]\n\n# port = 1\nport = x\n", 4, "whole number");
    expect_fault("[server]\nport = -1\n", 2, "whole number");
    expect_fault("[hall]\nalways_open = yes\n", 2, "neither true nor false");
    expect_fault("[server]\nlog_level = loud\n", 2, "loud");
    expect_fault("[media]\nvideo_codecs = vp8;av1\n", 2, "av1");
    expect_fault("[media]\nvideo_codecs = vp8;vp8\n", 2, "twice");
    expect_fault("[media]\nvideo_codecs = ;\n", 2, "no codec");
    expect_fault("[media]\nlisten = ;;\n", 2, "addresses");
    expect_fault("[media]\nudp_port = 65530\nworkers = 16\n", 2, "no room");
    expect_fault("[hall]\nhold_warn_ms = 5000\nhold_cap_ms = 4000\n", 2, "later than");
    expect_fault("[server]\n# words\nnonsense\n", 3, "nonsense");
    expect_fault("\nport = 1\n", 2, "before the first section");
    expect_fault("[server]\nport = 1\n[hall]\n[server]\n port=2\n", 5, "twice");
    expect_fault("[server]\nlisten = 300.1.1.1\n", 2, "no IP address");
    expect_fault("[media]\npublic_ip = 0.0.0.0\n", 2, "no address that clients");
    expect_fault("[media]\npublic_ip = 224.0.0.1\n", 2, "no address that clients");
    expect_fault("[media]\npublic_ip = 2001:db8::7\n", 2, "of its own family");
    expect_fault("[media]\npublic_ip = 203.0.113.7;2001:db8::7\n", 2, "2001:db8::7 stands for");
    expect_fault("[media]\npublic_ip = 203.0.113.7;203.0.113.7\n", 2, "twice");
    expect_fault("[media]\ntcp_port = 65530\nworkers = 16\n", 2, "no room");
    expect_fault("[media]\nworkers = 2\ntcp_public_port = 443\n", 3, "leads to one worker");
    expect_fault("[media]\ntcp_port = 0\ntcp_public_port = 443\n", 3, "stands for tcp_port");
    expect_fault("[media]\nlisten = 127.0.0.1;127.0.0.1\n", 2, "twice");
    expect_fault("[turn]\nurls = stun:relay\nsecret_file = x\n", 2, "no relay");
    expect_fault("[turn]\nurls = turn:relay; turn:a b\nsecret_file = x\n", 2, "a b");
    expect_fault("[turn]\nurls = turn:relay:3478?transport=udp\n", 0, "is missing");
    expect_fault("[media]\nlisten = 127.0.0.1;eth0\n", 2, "eth0");
    expect_fault("[media]\n\npublic_ip = 1.2.3\n", 3, "no IP address");
    expect_fault("[server]\nweb_root = /nowhere/at/all\n", 2, "/nowhere/at/all");
    expect_fault("[hall]\nseed_dir = /nowhere/at/all\n", 2, "/nowhere/at/all");
    expect_fault("[server]\ntls = false\n", 2, "allow_plain_http");
    expect_fault("[server]\ntls = false\nlisten = 192.0.2.1\n", 2, "192.0.2.1");
    expect_fault("[server]\ntrusted_proxies = 127.0.0.1;proxy\n", 2, "\"proxy\"");
    expect_fault("[server]\ntrusted_proxies = 10.0.0.1/8\n", 2, "10.0.0.1/8");
    expect_fault("[server]\nproxy_header = forwarded\n", 2, "x-real-ip");
    expect_fault("[server]\nping_every_ms = 60000\n", 2, "55000");
    expect_fault("[server]\npublic_url = host.example\n", 2, "https://host");
    expect_fault("[server]\npublic_url = ftp://host.example\n", 2, "https://host");
    expect_fault("[server]\npublic_url = https://host.example/a?b\n", 2, "https://host");
    expect_fault("[server]\npublic_url = https://host.example/a b\n", 2, "https://host");
    expect_fault("[server]\npublic_url = https://host.example/../a\n", 2, "https://host");
    g_autofree char *name = g_strnfill(108, 'x');
    g_autofree char *control = g_strdup_printf("[server]\ncontrol = /%s\n", name);
    expect_fault(control, 2, "longer than a socket's name");
    expect_fault("[hall]\ndatabase = new.db\n", 0, "[hall] seed_dir: is missing");
}

static void test_missing_file(void)
{
    struct sig_config *config = NULL;
    g_autofree char *what = NULL;
    g_assert_cmpint(sig_config_load("/nowhere/at/all.conf", &config, &what), ==, -ENOENT);
    g_assert_nonnull(strstr(what, "/nowhere/at/all.conf"));
    sig_config_destroy(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/config/defaults", test_defaults);
    g_test_add_func("/signaling/config/values", test_values);
    g_test_add_func("/signaling/config/proxy", test_proxy);
    g_test_add_func("/signaling/config/relative_paths", test_relative_paths);
    g_test_add_func("/signaling/config/faults", test_faults);
    g_test_add_func("/signaling/config/missing_file", test_missing_file);
    return g_test_run();
}
