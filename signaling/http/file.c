#include "signaling/http/file.h"

#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signaling/http/range.h"
#include "signaling/wire/exchange.h"

static const char *const types[][2] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".map", "application/json; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".webmanifest", "application/manifest+json"},
    {".webm", "video/webm"},
    {".mp4", "video/mp4"},
    {".ogg", "audio/ogg"},
    {".pcapng", "application/x-pcapng"},
    {".txt", "text/plain; charset=utf-8"},
};

const char *sig_http_file_type(const char *path)
{
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_has_suffix(path, types[i][0]))
            return types[i][1];
    return g_str_has_suffix(path, "SHA256SUMS") ? "text/plain; charset=utf-8"
                                                : "application/octet-stream";
}

static char *etag_make(const struct stat *st)
{
    return g_strdup_printf("\"%llx-%llx-%llx\"", (unsigned long long)st->st_ino,
                           (unsigned long long)st->st_size,
                           (unsigned long long)st->st_mtim.tv_sec * 1000000000ULL +
                               (unsigned long long)st->st_mtim.tv_nsec);
}

static bool is_cached(const struct sig_exchange *exchange, const char *etag)
{
    const char *known = sig_exchange_header(exchange, SIG_HEADER_IF_NONE_MATCH);
    return known && (!strcmp(known, "*") || strstr(known, etag));
}

/* A range of another version of the file is no range (RFC 9110 section 13.1.5). */
static const char *range_header(const struct sig_exchange *exchange, const char *etag)
{
    const char *condition = sig_exchange_header(exchange, SIG_HEADER_IF_RANGE);
    return condition && strcmp(condition, etag) ? NULL
                                                : sig_exchange_header(exchange, SIG_HEADER_RANGE);
}

static void send(struct sig_exchange *exchange, int fd, uint64_t size, const char *type,
                 const char *range)
{
    uint64_t first = 0, len = size;
    g_autofree char *content_range = NULL;
    sig_exchange_add_header(exchange, "accept-ranges", "bytes");
    switch (sig_range_read(range, size, &first, &len)) {
    case SIG_RANGE_WHOLE: sig_exchange_answer_file(exchange, 200, type, fd, 0, size); return;
    case SIG_RANGE_PART:
        content_range =
            g_strdup_printf("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                            first, first + len - 1, size);
        sig_exchange_add_header(exchange, "content-range", content_range);
        sig_exchange_answer_file(exchange, 206, type, fd, first, len);
        return;
    case SIG_RANGE_UNSATISFIABLE:
        close(fd);
        content_range = g_strdup_printf("bytes */%" G_GUINT64_FORMAT, size);
        sig_exchange_add_header(exchange, "content-range", content_range);
        sig_exchange_answer(exchange, 416, NULL, NULL);
        return;
    }
}

/* `type` is of what the file holds when it is unpacked. */
static bool file_answer(struct sig_exchange *exchange, const char *path, const char *type,
                        const char *coding, const char *cache)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return false;
    }
    g_autofree char *etag = etag_make(&st);
    sig_exchange_add_header(exchange, "etag", etag);
    sig_exchange_add_header(exchange, "cache-control", cache);
    if (coding)
        sig_exchange_add_header(exchange, "content-encoding", coding);
    if (is_cached(exchange, etag)) {
        close(fd);
        sig_exchange_answer(exchange, 304, NULL, NULL);
        return true;
    }
    send(exchange, fd, (uint64_t)st.st_size, type, range_header(exchange, etag));
    return true;
}

bool sig_http_file(struct sig_exchange *exchange, const char *path, const char *cache)
{
    return file_answer(exchange, path, sig_http_file_type(path), NULL, cache);
}

bool sig_http_accepts(const char *header, const char *coding)
{
    g_auto(GStrv) items = g_strsplit(header ? header : "", ",", -1);
    for (char **item = items; *item; item++) {
        char *weight = strchr(*item, ';');
        if (weight)
            *weight++ = '\0';
        if (g_ascii_strcasecmp(g_strstrip(*item), coding))
            continue;
        const char *q = weight ? strstr(weight, "q=") : NULL;
        return !q || g_ascii_strtod(q + 2, NULL) > 0;
    }
    return false;
}

bool sig_http_file_packed(struct sig_exchange *exchange, const char *path, const char *cache)
{
    static const char *const codings[][2] = {{"br", ".br"}, {"gzip", ".gz"}};
    const char *accepted = sig_exchange_header(exchange, SIG_HEADER_ACCEPT_ENCODING);
    bool whole = !sig_exchange_header(exchange, SIG_HEADER_RANGE);
    for (size_t i = 0; whole && i < G_N_ELEMENTS(codings); i++) {
        g_autofree char *packed = g_strconcat(path, codings[i][1], NULL);
        if (sig_http_accepts(accepted, codings[i][0]) &&
            file_answer(exchange, packed, sig_http_file_type(path), codings[i][0], cache))
            return true;
    }
    return sig_http_file(exchange, path, cache);
}
