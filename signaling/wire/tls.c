#include "signaling/wire/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdbool.h>

#include "base/crypto/certificate.h"
#include "base/log.h"

enum { DAYS = 730, MAX_NAMES = 32 };

static const char *address_text(const struct sockaddr *address, char *buffer, socklen_t len)
{
    if (!address)
        return NULL;
    if (address->sa_family == AF_INET)
        return inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr,
                         buffer, len);
    if (address->sa_family != AF_INET6)
        return NULL;
    const struct sockaddr_in6 *in6 = (const void *)address;
    /* A link-local address means nothing without its interface: no browser asks for it. */
    return IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr)
               ? NULL
               : inet_ntop(AF_INET6, &in6->sin6_addr, buffer, len);
}

static void addresses_add(GPtrArray *names)
{
    struct ifaddrs *list = NULL;
    char text[INET6_ADDRSTRLEN];
    if (getifaddrs(&list) < 0)
        return;
    for (const struct ifaddrs *entry = list; entry && names->len < MAX_NAMES;
         entry = entry->ifa_next)
        if ((entry->ifa_flags & IFF_UP) && address_text(entry->ifa_addr, text, sizeof text) &&
            !g_ptr_array_find_with_equal_func(names, text, g_str_equal, NULL))
            g_ptr_array_add(names, g_strdup(text));
    freeifaddrs(list);
}

static int folder_make(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    return g_mkdir_with_parents(folder, 0700) < 0 ? -errno : 0;
}

static int make(const char *certificate, const char *private_key, const char *hostname)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(names, g_strdup(hostname));
    if (!g_str_equal(hostname, "localhost"))
        g_ptr_array_add(names, g_strdup("localhost"));
    addresses_add(names);
    g_ptr_array_add(names, NULL);
    int r = folder_make(certificate);
    if (r == 0)
        r = folder_make(private_key);
    return r < 0 ? r
                 : certificate_make((const char *const *)names->pdata, DAYS, certificate,
                                    private_key);
}

int sig_tls_renew(const char *certificate, const char *private_key, const char *hostname,
                  char **ret_what)
{
    int r = make(certificate, private_key, hostname);
    if (r < 0)
        *ret_what =
            g_strdup_printf("cannot make a certificate at %s: %s", certificate, g_strerror(-r));
    else
        log_info("main", "made a certificate for %s: %s", hostname, certificate);
    return r;
}

int sig_tls_ensure(const char *certificate, const char *private_key, const char *hostname,
                   char **ret_what)
{
    bool has_certificate = g_access(certificate, R_OK) == 0,
         has_key = g_access(private_key, R_OK) == 0;
    if (has_certificate && has_key)
        return 0;
    if (has_certificate || has_key) {
        *ret_what = g_strdup_printf("%s is missing beside its other half",
                                    has_key ? certificate : private_key);
        return -ENOENT;
    }
    return sig_tls_renew(certificate, private_key, hostname, ret_what);
}
