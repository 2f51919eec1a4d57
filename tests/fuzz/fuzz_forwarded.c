/* The header in which a proxy tells whose request it passes on: a line with the address that the connection is of, then
 * the header as it came. Whatever it says, the client has an address, and who is no proxy is believed nothing. */
#include <assert.h>
#include <string.h>

#include <gio/gio.h>

#include "signaling/wire/forwarded.h"
#include "tests/fuzz/fuzz.h"

enum { ADDRESS_BYTES = 64 };

static const struct sig_proxies *proxies(void)
{
    static char *list[] = {(char *)"127.0.0.0/8", (char *)"192.0.2.0/24", (char *)"2001:db8::/32",
                           NULL};
    static struct sig_proxies *made;
    const char *bad;
    if (!made)
        made = sig_proxies_create(list, SIG_PROXY_X_FORWARDED_FOR, &bad);
    assert(made);
    return made;
}

static void list_read(char *text)
{
    char *list[] = {text, NULL};
    const char *bad = NULL;
    struct sig_proxies *read = sig_proxies_create(list, SIG_PROXY_X_REAL_IP, &bad);
    assert(!read == !!bad);
    sig_proxies_destroy(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char client[ADDRESS_BYTES];
    g_autofree char *peer = g_strndup((const char *)data, size);
    char *header = strchr(peer, '\n');
    if (header)
        *header++ = '\0';
    if (strlen(peer) >= sizeof client)
        return 0;
    sig_proxies_client(proxies(), peer, header, client, sizeof client);
    assert(memchr(client, '\0', sizeof client));
    if (!header || !sig_proxies_trust(proxies(), peer)) {
        assert(!strcmp(client, peer));
    } else {
        g_autoptr(GInetAddress) address = g_inet_address_new_from_string(client);
        assert(address || !strcmp(client, peer));
    }
    list_read(peer);
    return 0;
}
