/* The figures, for those whom metrics_from names. */
#include "signaling/daemon.h"
#include "signaling/http/router.h"
#include "signaling/http/routes.h"
#include "signaling/metrics/metrics.h"
#include "signaling/metrics/text.h"
#include "signaling/wire/forwarded.h"

void sig_http_metrics(struct sig_call *call)
{
    if (!sig_proxies_trust(call->daemon->metrics_from, sig_exchange_address(call->exchange))) {
        sig_http_error(call->exchange, "auth.role", "not for this address", 0);
        return;
    }
    GString *text = sig_metrics_text(call->daemon);
    g_autoptr(GBytes) body = g_string_free_to_bytes(text);
    sig_exchange_add_header(call->exchange, "cache-control", "no-store");
    sig_exchange_answer(call->exchange, 200, SIG_METRICS_TYPE, body);
}
