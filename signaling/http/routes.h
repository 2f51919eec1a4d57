/* The handlers of the routes, one family a file; see http/router.c. Control thread. */
#ifndef SIGNALING_HTTP_ROUTES_H
#define SIGNALING_HTTP_ROUTES_H

#include <stdbool.h>

struct sig_call;
struct sig_exchange;

void sig_http_guest(struct sig_call *call);
void sig_http_login(struct sig_call *call);
void sig_http_claim(struct sig_call *call);
void sig_http_matters(struct sig_call *call);
void sig_http_windows(struct sig_call *call);
void sig_http_diag_offer(struct sig_call *call);
void sig_http_diag_report(struct sig_call *call);
void sig_http_diag_get(struct sig_call *call);
void sig_http_session_open(struct sig_call *call);
void sig_http_session_get(struct sig_call *call);
void sig_http_recordings(struct sig_call *call);
void sig_http_recording_open(struct sig_call *call);
void sig_http_replay(struct sig_call *call);
void sig_http_upgrade(struct sig_call *call);
void sig_http_health(struct sig_call *call);
void sig_http_metrics(struct sig_call *call);
void sig_http_page(struct sig_call *call);

/* http/whip.c: WHIP and WHEP (docs/protocol.md). */
enum { SIG_WHIP_BODY_BYTES = 64 * 1024 };
bool sig_http_is_whip(const char *path);
/* Web pages of other origins may ask: on every answer of these paths. */
void sig_http_whip_headers(struct sig_exchange *exchange);
void sig_http_whip_options(struct sig_call *call);
void sig_http_whip_post(struct sig_call *call);
void sig_http_whip_patch(struct sig_call *call);
void sig_http_whip_delete(struct sig_call *call);

#endif
