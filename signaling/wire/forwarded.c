#include "signaling/wire/forwarded.h"

#include <gio/gio.h>
#include <string.h>

struct sig_proxies {
    GPtrArray *masks; /* GInetAddressMask */
    enum sig_proxy_header header;
};

static const char *const header_names[] = {
    [SIG_PROXY_X_FORWARDED_FOR] = "x-forwarded-for",
    [SIG_PROXY_X_REAL_IP] = "x-real-ip",
};

bool sig_proxy_header_parse(const char *name, enum sig_proxy_header *ret_header)
{
    for (size_t i = 0; i < G_N_ELEMENTS(header_names); i++)
        if (!g_ascii_strcasecmp(name, header_names[i])) {
            *ret_header = (enum sig_proxy_header)i;
            return true;
        }
    return false;
}

struct sig_proxies *sig_proxies_create(char *const *list, enum sig_proxy_header header,
                                       const char **ret_bad)
{
    g_autoptr(GPtrArray) masks = g_ptr_array_new_with_free_func(g_object_unref);
    for (char *const *item = list; item && *item; item++) {
        GInetAddressMask *mask = g_inet_address_mask_new_from_string(*item, NULL);
        if (!mask || masks->len == SIG_MAX_PROXIES) {
            g_clear_object(&mask);
            *ret_bad = *item;
            return NULL;
        }
        g_ptr_array_add(masks, mask);
    }
    struct sig_proxies *proxies = g_new(struct sig_proxies, 1);
    *proxies = (struct sig_proxies){g_steal_pointer(&masks), header};
    return proxies;
}

void sig_proxies_destroy(struct sig_proxies *proxies)
{
    if (!proxies)
        return;
    g_ptr_array_unref(proxies->masks);
    g_free(proxies);
}

enum sig_proxy_header sig_proxies_header(const struct sig_proxies *proxies)
{
    return proxies->header;
}

/* NULL: no address. One that was mapped into IPv6 is the IPv4 address. */
static GInetAddress *address_read(const char *text)
{
    const char *plain = g_ascii_strncasecmp(text, "::ffff:", 7) ? text : text + 7;
    GInetAddress *address = strchr(plain, '.') ? g_inet_address_new_from_string(plain) : NULL;
    return address ? address : g_inet_address_new_from_string(text);
}

static bool is_ours(const struct sig_proxies *proxies, GInetAddress *address)
{
    for (guint i = 0; i < proxies->masks->len; i++)
        if (g_inet_address_mask_matches(proxies->masks->pdata[i], address))
            return true;
    return false;
}

bool sig_proxies_trust(const struct sig_proxies *proxies, const char *address)
{
    g_autoptr(GInetAddress) ip = address_read(address);
    return ip && is_ours(proxies, ip);
}

/* The address in "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711". NULL: none ("unknown", a
 * name). */
static GInetAddress *node_read(const char *text, size_t len)
{
    g_autofree char *node = g_strstrip(g_strndup(text, len));
    char *start = node, *end;
    if (*start == '[') {
        start++;
        end = strchr(start, ']');
        if (!end)
            return NULL;
        *end = '\0';
    } else if ((end = strchr(start, ':')) && !strchr(end + 1, ':')) {
        *end = '\0';
    }
    return address_read(start);
}

void sig_proxies_client(const struct sig_proxies *proxies, const char *peer, const char *header,
                        char *ret_address, size_t len)
{
    g_strlcpy(ret_address, peer, len);
    const char *end = header ? header + strlen(header) : NULL;
    while (end && sig_proxies_trust(proxies, ret_address)) {
        const char *comma = g_strrstr_len(header, end - header, ",");
        const char *start = comma ? comma + 1 : header;
        g_autoptr(GInetAddress) address = node_read(start, (size_t)(end - start));
        if (!address)
            return;
        g_autofree char *text = g_inet_address_to_string(address);
        g_strlcpy(ret_address, text, len);
        end = comma;
    }
}
