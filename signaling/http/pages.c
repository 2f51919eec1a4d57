/* The built pages. */
#include <glib.h>
#include <string.h>

#include "signaling/daemon.h"
#include "signaling/http/file.h"
#include "signaling/http/router.h"
#include "signaling/http/routes.h"

/* Parts that begin with a dot are never served: no way up, no hidden files. */
static bool is_plain(const char *path)
{
    return path[0] == '/' && !strstr(path, "/.") && !strchr(path, '\\');
}

/* Vite puts a hash into the names of what it builds; the pages themselves change. */
static const char *cache_of(const char *path)
{
    return g_str_has_prefix(path, "/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
}

/* "/" is the citizen's page, "/clerk" is clerk.html. */
static char *file_of(const char *root, const char *path)
{
    if (g_str_has_suffix(path, "/"))
        return g_strconcat(root, path, "index.html", NULL);
    const char *last = strrchr(path, '/');
    return g_strconcat(root, path, strchr(last, '.') ? NULL : ".html", NULL);
}

void sig_http_page(struct sig_call *call)
{
    const char *root = call->daemon->config->server.web_root,
               *path = sig_exchange_path(call->exchange);
    g_autofree char *file = root && is_plain(path) ? file_of(root, path) : NULL;
    if (!*path) { /* "/video": what the page refers to is relative, and must be found below it */
        g_autofree char *home = g_strconcat(call->daemon->public_path, "/", NULL);
        sig_exchange_add_header(call->exchange, "location", home);
        sig_exchange_answer(call->exchange, 308, NULL, NULL);
        return;
    }
    sig_exchange_add_header(call->exchange, "vary", "accept-encoding");
    if (file && sig_http_file_packed(call->exchange, file, cache_of(path)))
        return;
    g_autoptr(GBytes) text =
        g_bytes_new_static("404 找不到这个页面\n", strlen("404 找不到这个页面\n"));
    sig_exchange_answer(call->exchange, 404, "text/plain; charset=utf-8", text);
}
