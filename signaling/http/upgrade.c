/* GET /ws without an Upgrade: the answer tells a page whether something between it and us takes WebSockets apart, or whether
 * we have no room for one. */
#include "signaling/daemon.h"
#include "signaling/http/router.h"
#include "signaling/http/routes.h"
#include "signaling/wire/server.h"

enum { COME_BACK_MS = 5000 };

void sig_http_upgrade(struct sig_call *call)
{
    const char *refusal =
        sig_server_refusal(call->daemon->server, sig_exchange_address(call->exchange));
    if (refusal) {
        sig_http_error(call->exchange, refusal, "no more sockets at the moment", COME_BACK_MS);
        return;
    }
    sig_exchange_add_header(call->exchange, "upgrade", "websocket");
    sig_exchange_add_header(call->exchange, "connection", "upgrade");
    sig_http_error(
        call->exchange, "proto.upgrade",
        "this address speaks WebSocket; the request came without Upgrade: websocket, which a proxy on the "
        "way must hand on",
        0);
}
