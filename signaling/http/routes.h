/* The handlers of the routes, one family a file; see http/router.c. Control thread. */
#ifndef SIGNALING_HTTP_ROUTES_H
#define SIGNALING_HTTP_ROUTES_H

struct sig_call;

void sig_http_guest(struct sig_call *call);
void sig_http_login(struct sig_call *call);
void sig_http_claim(struct sig_call *call);
void sig_http_matters(struct sig_call *call);
void sig_http_windows(struct sig_call *call);
void sig_http_session_open(struct sig_call *call);
void sig_http_session_get(struct sig_call *call);
void sig_http_recordings(struct sig_call *call);
void sig_http_recording_open(struct sig_call *call);
void sig_http_replay(struct sig_call *call);
void sig_http_upgrade(struct sig_call *call);
void sig_http_health(struct sig_call *call);
void sig_http_page(struct sig_call *call);

#endif
