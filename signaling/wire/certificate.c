#include "signaling/wire/certificate.h"

#include <errno.h>
#include <gio/gio.h>
#include <libwebsockets.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/crypto/certificate_pair.h"
#include "base/log.h"
#include "signaling/wire/tls.h"

enum {
    DAY_S = 86400,
    SETTLE_MS = 500, /* two files are written one after the other */
    LOOK_S = 3600,
    WARN_DAYS = 30,
    ALARM_DAYS = 7,
};

struct sig_certificate {
    char *path, *key_path, *hostname;
    struct certificate_pair pair;
    char *seen; /* the files' marks when they were last read */
    int64_t warned_day;
    GFileMonitor *monitors[2];
    guint settle_timer, look_timer;
};

int64_t sig_certificate_days_left(int64_t not_after_s, int64_t now_s)
{
    int64_t left_s = not_after_s - now_s;
    return left_s >= 0 ? left_s / DAY_S : -((-left_s + DAY_S - 1) / DAY_S);
}

static int64_t now_s(void)
{
    return clock_wall_us() / G_USEC_PER_SEC;
}

static char *date_text(int64_t s)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(s);
    return date ? g_date_time_format(date, "%Y-%m-%d %H:%M UTC") : g_strdup("?");
}

/* Once a day, and after each change. */
static void end_warn(struct sig_certificate *certificate)
{
    int64_t now = now_s(), days = sig_certificate_days_left(certificate->pair.not_after_s, now);
    if (days > WARN_DAYS || certificate->warned_day == now / DAY_S)
        return;
    certificate->warned_day = now / DAY_S;
    g_autofree char *date = date_text(certificate->pair.not_after_s);
    if (days < 0)
        log_error("tls",
                  "the certificate %s is over since %s: browsers refuse it; put a new one there",
                  certificate->path, date);
    else if (days < ALARM_DAYS)
        log_error("tls", "the certificate %s ends in %d days, on %s: put a new one there",
                  certificate->path, (int)days, date);
    else
        log_warning("tls", "the certificate %s ends in %d days, on %s", certificate->path,
                    (int)days, date);
}

static void faults_warn(const struct sig_certificate *certificate)
{
    const struct certificate_pair *pair = &certificate->pair;
    if (pair->key_is_open)
        log_warning("tls", "everybody on this machine may read the key %s: chmod o-rwx %s",
                    certificate->key_path, certificate->key_path);
    if (pair->not_before_s > now_s()) {
        g_autofree char *date = date_text(pair->not_before_s);
        log_warning("tls",
                    "the certificate %s is not good before %s: is this machine's clock right?",
                    certificate->path, date);
    }
}

/* What tells one state of the files from another. */
static char *files_mark(const struct sig_certificate *certificate)
{
    const char *paths[] = {certificate->path, certificate->key_path};
    GString *mark = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        struct stat st = {0};
        if (stat(paths[i], &st) < 0)
            g_string_append(mark, "- ");
        else
            g_string_append_printf(mark, "%llu %lld %lld.%09ld ", (unsigned long long)st.st_ino,
                                   (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                                   st.st_mtim.tv_nsec);
    }
    return g_string_free(mark, FALSE);
}

/* Whether TLS takes the pair: a key may be too weak for it. Tried where nobody is served. */
static int pair_try(const struct certificate_pair *pair)
{
    SSL_CTX *scratch = SSL_CTX_new(TLS_server_method());
    int r = scratch && SSL_CTX_use_cert_and_key(scratch, pair->leaf, pair->key, pair->chain, 1) == 1
                ? 0
                : -EIO;
    SSL_CTX_free(scratch);
    return r;
}

/* A handshake asks for its certificate. A context keeps one for each type of key, and would go on showing the EC one beside
 * the RSA one that has come in its place: each handshake gets the pair of now, and nothing else. */
static int handshake_asks(SSL *handshake, void *user)
{
    const struct certificate_pair *pair = &((const struct sig_certificate *)user)->pair;
    SSL_certs_clear(handshake);
    return SSL_use_cert_and_key(handshake, pair->leaf, pair->key, pair->chain, 1);
}

static int pair_take(struct sig_certificate *certificate, const struct certificate_pair *pair,
                     char **ret_what)
{
    bool is_over = pair->not_after_s < now_s();
    if (is_over && certificate->pair.not_after_s >= now_s()) {
        g_autofree char *date = date_text(pair->not_after_s);
        *ret_what = g_strdup_printf("%s: it is over since %s", certificate->path, date);
        return -ESTALE;
    }
    if (pair_try(pair) < 0) {
        *ret_what = g_strdup_printf("%s: TLS does not take it", certificate->path);
        return -EIO;
    }
    return 0;
}

int sig_certificate_reload(struct sig_certificate *certificate)
{
    struct certificate_pair pair = {0};
    g_autofree char *what = NULL;
    g_free(certificate->seen);
    certificate->seen = files_mark(certificate);
    int r = certificate_pair_load(certificate->path, certificate->key_path, &pair, &what);
    if (r == 0)
        r = pair_take(certificate, &pair, &what);
    if (r < 0) {
        log_error("tls", "the new certificate is not taken, the old one stays: %s", what);
        certificate_pair_finish(&pair);
        return r;
    }
    certificate_pair_finish(&certificate->pair);
    certificate->pair = pair;
    certificate->warned_day = 0;
    g_autofree char *date = date_text(pair.not_after_s);
    log_info("tls", "new certificate %s, good until %s", certificate->path, date);
    faults_warn(certificate);
    end_warn(certificate);
    return 0;
}

static void renew_if_ours(struct sig_certificate *certificate)
{
    g_autofree char *what = NULL;
    if (!certificate->pair.is_self_made ||
        sig_certificate_days_left(certificate->pair.not_after_s, now_s()) >= WARN_DAYS)
        return;
    if (sig_tls_renew(certificate->path, certificate->key_path, certificate->hostname, &what) < 0)
        log_error("tls", "the self-made certificate ends soon and cannot be renewed: %s", what);
    else
        sig_certificate_reload(certificate);
}

static void look(struct sig_certificate *certificate)
{
    g_autofree char *mark = files_mark(certificate);
    if (strcmp(mark, certificate->seen))
        sig_certificate_reload(certificate);
    renew_if_ours(certificate);
    end_warn(certificate);
}

static gboolean looks(gpointer user)
{
    look(user);
    return G_SOURCE_CONTINUE;
}

static gboolean settled(gpointer user)
{
    struct sig_certificate *certificate = user;
    certificate->settle_timer = 0;
    look(certificate);
    return G_SOURCE_REMOVE;
}

static void file_changed(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                         gpointer user)
{
    struct sig_certificate *certificate = user;
    g_clear_handle_id(&certificate->settle_timer, g_source_remove);
    certificate->settle_timer = g_timeout_add(SETTLE_MS, settled, certificate);
}

/* Where it cannot be watched, the hourly look finds a change too. */
static void watch(struct sig_certificate *certificate)
{
    const char *paths[] = {certificate->path, certificate->key_path};
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GFile) file = g_file_new_for_path(paths[i]);
        certificate->monitors[i] = g_file_monitor_file(file, G_FILE_MONITOR_NONE, NULL, NULL);
        if (certificate->monitors[i])
            g_signal_connect(certificate->monitors[i], "changed", G_CALLBACK(file_changed),
                             certificate);
    }
    certificate->look_timer = g_timeout_add_seconds(LOOK_S, looks, certificate);
}

int sig_certificate_create(const char *path, const char *private_key, const char *hostname,
                           struct sig_certificate **ret_certificate, char **ret_what)
{
    struct sig_certificate *certificate = g_new0(struct sig_certificate, 1);
    certificate->path = g_strdup(path);
    certificate->key_path = g_strdup(private_key);
    certificate->hostname = g_strdup(hostname);
    certificate->seen = files_mark(certificate);
    int r = certificate_pair_load(path, private_key, &certificate->pair, ret_what);
    if (r < 0) {
        sig_certificate_destroy(certificate);
        return r;
    }
    faults_warn(certificate);
    renew_if_ours(certificate);
    end_warn(certificate);
    watch(certificate);
    *ret_certificate = certificate;
    return 0;
}

void sig_certificate_destroy(struct sig_certificate *certificate)
{
    if (!certificate)
        return;
    g_clear_handle_id(&certificate->settle_timer, g_source_remove);
    g_clear_handle_id(&certificate->look_timer, g_source_remove);
    for (size_t i = 0; i < G_N_ELEMENTS(certificate->monitors); i++)
        if (certificate->monitors[i]) {
            g_signal_handlers_disconnect_by_data(certificate->monitors[i], certificate);
            g_object_unref(certificate->monitors[i]);
        }
    certificate_pair_finish(&certificate->pair);
    g_free(certificate->path);
    g_free(certificate->key_path);
    g_free(certificate->hostname);
    g_free(certificate->seen);
    g_free(certificate);
}

int sig_certificate_attach(struct sig_certificate *certificate, struct ssl_ctx_st *context)
{
    SSL_CTX_set_cert_cb(context, handshake_asks, certificate);
    return pair_try(&certificate->pair);
}

int64_t sig_certificate_not_after_s(const struct sig_certificate *certificate)
{
    return certificate->pair.not_after_s;
}
