/* The daemon's configuration: one INI file (docs/configuration.md). */
#ifndef SIGNALING_CONFIG_H
#define SIGNALING_CONFIG_H

#include <glib.h>
#include <stdbool.h>

#include "base/log.h"
#include "sfu/sfu.h"
#include "signaling/wire/forwarded.h"

enum { SIG_MAX_CODECS = 2 };

/* Texts are owned by the configuration; paths are absolute (relative ones were resolved against the
 * file's folder). */
struct sig_config {
    char *path;   /* of the file, as it was given */
    char **lines; /* of the file */
    struct {
        char **metrics_from; /* NULL-terminated */
        char *control;
        char *listen, *hostname, *certificate, *private_key, *web_root;
        char *public_url;       /* without a slash at its end */
        char **trusted_proxies; /* NULL-terminated; NULL: none */
        enum sig_proxy_header proxy_header;
        bool tls, allow_plain_http;
        unsigned port, max_sockets, drain_ms, ping_every_ms, ping_timeout_ms, hsts_days;
        enum log_level log_level;
    } server;
    struct {
        char **listen;    /* NULL-terminated */
        char **public_ip; /* NULL-terminated; NULL: none */
        unsigned udp_port, tcp_port, tcp_public_port, workers, max_rooms;
        enum sfu_codec video_codecs[SIG_MAX_CODECS]; /* in order of preference */
        unsigned video_codec_count;
        unsigned max_video_kbps, max_audio_kbps, audio_slots, video_slots;
        unsigned media_timeout_ms, consent_timeout_ms, socket_buffer_kib;
    } media;
    struct {
        char *database, *seed_dir, *demo_accounts_file;
        bool always_open;
        unsigned max_waiting, ring_ms, offer_ms, connect_ms, wrap_up_ms, citizen_lost_ms;
        unsigned clerk_lost_ms, queue_offline_ms, park_ms, no_show_ms, revive_ms, hold_warn_ms,
            hold_cap_ms;
    } hall;
    struct {
        char *spool, *archive;
        unsigned ring_mib, sync_interval_ms, segment_mib, reserve_mib, orphan_grace_ms;
    } recorder;
    struct {
        char **urls; /* NULL-terminated; NULL: no relay */
        char *secret_file;
        unsigned lifetime_s;
    } turn;
    struct {
        char *key_file;
    } api;
};

/* Any thread. Reads and checks the file. 0, -EINVAL, or the negative errno of reading it; `ret_what` then says
 * in words what is wrong, with file, line, section and key; g_free() it. */
int sig_config_load(const char *path, struct sig_config **ret_config, char **ret_what);

/* Any thread. What is wrong with a key, found later, in the same words: file, line, section, key, `why`. g_free() it. */
char *sig_config_fault(const struct sig_config *config, const char *section, const char *key,
                       const char *why);

/* NULL is fine. */
void sig_config_destroy(struct sig_config *config);

#endif
