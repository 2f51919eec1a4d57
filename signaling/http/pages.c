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

/* `path` below the public path, where it is meant to be looked for. */
static void lead_to(struct sig_call *call, const char *path)
{
    g_autofree char *place = g_strconcat(call->daemon->public_path, path, NULL);
    sig_exchange_add_header(call->exchange, "location", place);
    sig_exchange_answer(call->exchange, 308, NULL, NULL);
}

/* What a page refers to is relative: "/clerk/" would look for it below itself. */
static bool is_page_with_slash(const char *root, const char *path, char **ret_page)
{
    size_t len = strlen(path);
    if (len < 2 || path[len - 1] != '/' || strstr(path, "//")) /* "//clerk" would be a host */
        return false;
    g_autofree char *page = g_strndup(path, len - 1);
    g_autofree char *file = file_of(root, page);
    if (!g_file_test(file, G_FILE_TEST_IS_REGULAR))
        return false;
    *ret_page = g_steal_pointer(&page);
    return true;
}

void sig_http_page(struct sig_call *call)
{
    const char *root = call->daemon->config->server.web_root,
               *path = sig_exchange_path(call->exchange);
    g_autofree char *file = root && is_plain(path) ? file_of(root, path) : NULL;
    if (!*path) { /* "/video": what the page refers to is relative, and must be found below it */
        lead_to(call, "/");
        return;
    }
    g_autofree char *page = NULL;
    if (file && is_page_with_slash(root, path, &page)) {
        lead_to(call, page);
        return;
    }
    sig_exchange_add_header(call->exchange, "vary", "accept-encoding");
    if (file && sig_http_file_packed(call->exchange, file, cache_of(path)))
        return;
    g_autoptr(GBytes) text =
        g_bytes_new_static("404 找不到这个页面\n", strlen("404 找不到这个页面\n"));
    sig_exchange_answer(call->exchange, 404, "text/plain; charset=utf-8", text);
}
